"""The opening handshake of a WebSocket (RFC 6455, section 4.2.1) in its plainest form, recognised at a glance.

What nearly every client sends: one whole GET, each header once, nothing folded, no body.  Whatever else a handshake may
be is not recognised here, and goes the long way, which judges it.
"""

from __future__ import annotations

import re
from base64 import b64decode

import attrs

LONGEST = 4_096
_LINE = re.compile(r"([A-Za-z0-9-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)[ \t]*")
_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_PLAIN = frozenset({"content-length", "transfer-encoding", "expect", "te", "trailer"})


@attrs.define
class Handshake:
    """A handshake that can be answered: *headers* by their names in lower case, *protocols* as asked for."""

    headers: dict[str, str]
    protocols: list[str]
    key: str


def plain_handshake(data: bytes, path: str) -> Handshake | None:
    """The handshake for *path* that *data* is from its first byte to its last, if it is a plain one."""
    if not data.startswith(b"GET ") or len(data) > LONGEST or not data.endswith(b"\r\n\r\n") or not data.isascii():
        return None
    first, *lines = data[:-4].decode("ascii").split("\r\n")
    if first != f"GET {path} HTTP/1.1":
        return None
    headers: dict[str, str] = {}
    for line in lines:
        found = _LINE.fullmatch(line)
        name = found[1].lower() if found else ""
        if not found or name in headers or name in _NOT_PLAIN:
            return None
        headers[name] = found[2]
    protocols = [text.strip() for text in headers.get("sec-websocket-protocol", "").split(",")]
    if (
        "host" not in headers
        or headers.get("upgrade", "").lower() != "websocket"
        or "upgrade" not in [text.strip() for text in headers.get("connection", "").lower().split(",")]
        or headers.get("sec-websocket-version") != "13"
        or not _is_key(headers.get("sec-websocket-key", ""))
        or len(set(protocols)) < len(protocols)
        or not all(map(_TOKEN.fullmatch, protocols))
    ):
        return None
    return Handshake(headers, protocols, headers["sec-websocket-key"])


def _is_key(text: str) -> bool:
    return bool(_KEY.fullmatch(text)) and len(b64decode(text)) == 16
