"""Pictures for tests, honest and hostile ones; made when they are needed."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), colour: Any = (200, 30, 30), **more: Any) -> bytes:
    """A plain picture."""
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **more)
    return written.getvalue()


def halves(**more: Any) -> bytes:
    """A JPEG of 80 by 40: red on the left, blue on the right."""
    image = Image.new("RGB", (80, 40), (255, 0, 0))
    image.paste((0, 0, 255), (40, 0, 80, 40))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=95, **more)
    return written.getvalue()


def with_place(orientation: int = 1) -> bytes:
    """*halves* as a camera writes it: which way up, and where on Earth."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 8.0)
    return halves(exif=exif)


def huge_header(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    rows = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", rows),
            (b"IEND", b""),
        )
    )


def many_frames(count: int = 10_000) -> bytes:
    """A GIF of so many frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + b"\xff\0\0\0\0\xff"
    frame = (
        b"\x2c"
        + struct.pack("<HHHHB", 0, 0, 8, 8, 0)
        + b"\x02\x16\x84\x8f\xa9\xcb\xed\x0f\xa3\x9c\xb4\xda\x8b\xb3\xde\xbc\xfb\x0f\x86\xe2H\x96\x05\0"
    )
    return head + frame * count + b"\x3b"


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n"
