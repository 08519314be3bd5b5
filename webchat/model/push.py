"""Who is told of a message on devices that are away, when not, and where to."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from webchat.model.ids import Millis
from webchat.model.refusals import BadRequest
from webchat.model.rooms import Level, RoomKind

PUSH_SERVICES = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
"""The hosts of the push services that browsers use; `*.` stands for one or more labels."""

ENDPOINT_LIMIT = 1_000
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@attrs.frozen
class Quiet:
    """From when to when, by the clock of *zone*, somebody is told nothing; it may go over midnight."""

    start: str
    end: str
    zone: str

    @classmethod
    def of(cls, kept: Any) -> Quiet | None:
        """The preference `quiet`, `{"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}`; None if it is none."""
        if not isinstance(kept, dict):
            return None
        start, end, zone = kept.get("from"), kept.get("to"), kept.get("zone")
        if not all(isinstance(text, str) for text in (start, end, zone)):
            return None
        assert isinstance(start, str) and isinstance(end, str) and isinstance(zone, str)
        if not (_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end)):
            return None
        return cls(start, end, zone)

    def holds(self, now: Millis) -> bool:
        """Whether it is quiet at *now*.  A zone that nobody knows is no quiet."""
        if self.start == self.end:
            return False
        try:
            zone = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return False
        at = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).strftime("%H:%M")
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


def is_wanted(level: Level, muted: Millis | None, kind: RoomKind, is_meant: bool, now: Millis) -> bool:
    """Whether a member wants to be told of a message.  *is_meant*: it mentions her."""
    if level == "nothing" or (muted is not None and muted > now):
        return False
    return level == "all" or kind == "direct" or is_meant


def check_endpoint(url: str, services: Collection[str]) -> str:
    """*url*, if it is an address at one of the push *services* that nothing but https reaches.  Raises BadRequest."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_endpoint() from None
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= ENDPOINT_LIMIT
    if not is_plain or parts.scheme != "https" or "@" in parts.netloc or port not in (None, 443) or parts.fragment:
        raise _no_endpoint()
    if not any(_is_at(host, service) for service in services):
        raise BadRequest("The push service is not one that this server knows.", field="endpoint")
    return url


def _no_endpoint() -> BadRequest:
    return BadRequest("The endpoint is an https address of a push service.", field="endpoint")


def _is_at(host: str, service: str) -> bool:
    if service.startswith("*."):
        return host.endswith(service[1:]) and len(host) > len(service) - 1
    return host == service


def check_keys(p256dh: str, auth: str) -> None:
    """The keys that a browser gives for its messages (RFC 8291): a point of P-256, and 16 bytes.  Raises BadRequest."""
    if len(_bytes(p256dh, "p256dh")) != 65 or _bytes(p256dh, "p256dh")[0] != 4:
        raise BadRequest("The key is an uncompressed point of P-256.", field="p256dh")
    if len(_bytes(auth, "auth")) != 16:
        raise BadRequest("The secret has 16 bytes.", field="auth")


def _bytes(text: str, field: str) -> bytes:
    if len(text) > 100 or not re.fullmatch(r"[A-Za-z0-9_-]+=*", text):
        raise BadRequest("It is written in base64url.", field=field)
    try:
        return unpadded(text)
    except NotBase64:
        raise BadRequest("It is written in base64url.", field=field) from None


def unpadded(text: str) -> bytes:
    """The bytes of *text*, base64url with or without its padding."""
    bare = text.rstrip("=")
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
