"""Who the server is to push services (RFC 8292): a key made on first use, kept for this user alone."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import attrs
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from webchat.model.ids import Millis

FILE = "push-key.pem"
VALID = 12 * 3600
"""Seconds; at most a day."""


@attrs.define(eq=False)
class Vapid:
    """Signs for the server.  *contact*: where a push service finds the operator, a mailto: or https: URL."""

    _key: Vapid02
    _contact: str
    _now: Callable[[], Millis]
    _signed: dict[str, tuple[float, str]] = attrs.field(factory=dict, init=False)
    """By push service, until when it is good: signing takes longer than the rest of a push."""

    @property
    def public(self) -> str:
        """The public key, base64url: `applicationServerKey`."""
        point = self._key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return urlsafe_b64encode(point).rstrip(b"=").decode()

    def authorization(self, endpoint: str) -> str:
        """The header `Authorization` of a request to *endpoint*."""
        parts = urlsplit(endpoint)
        service = f"{parts.scheme}://{parts.netloc}"
        now = self._now() / 1000
        until, header = self._signed.get(service, (0.0, ""))
        if until < now + VALID / 2:
            until = now + VALID
            header = self._key.sign({"sub": self._contact, "aud": service, "exp": int(until)})["Authorization"]
            if len(self._signed) > 100:
                self._signed.clear()
            self._signed[service] = (until, header)
        return header


def load_or_make(folder: Path, write_secret: Callable[[Path, str], None]) -> Vapid02:
    """The key in *folder*; made, and written by *write_secret*, where there is none."""
    file = folder / FILE
    if not file.exists():
        made = Vapid02()
        made.generate_keys()
        write_secret(file, made.private_pem().decode().strip())
    return Vapid02.from_pem(file.read_bytes())
