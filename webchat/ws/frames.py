"""WebSocket text frames as bytes (RFC 6455, section 5.2): a server's frames are not masked."""

from __future__ import annotations

from collections.abc import Iterator


def text_frame(payload: bytes) -> bytes:
    """*payload*, which must be UTF-8, as one whole frame."""
    length = len(payload)
    if length < 126:
        return b"\x81" + bytes((length,)) + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


def payloads_of(frames: bytes) -> Iterator[bytes]:
    """What was put into each of *frames*, which `text_frame` made."""
    at = 0
    while at < len(frames):
        length, start = frames[at + 1], at + 2
        if length >= 126:
            start += 2 if length == 126 else 8
            length = int.from_bytes(frames[at + 2 : start], "big")
        at = start + length
        yield frames[start:at]
