"""WebSocket text frames as bytes (RFC 6455, section 5.2): a server's frames are not masked."""

from __future__ import annotations


def text_frame(payload: bytes) -> bytes:
    """*payload*, which must be UTF-8, as one whole frame."""
    length = len(payload)
    if length < 126:
        return b"\x81" + bytes((length,)) + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload
