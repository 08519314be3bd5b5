"""Takes out of a picture's file what is no picture: where it was taken, by what, and whatever hangs on behind its end.

Nothing is encoded anew, so that nothing is lost.  Of what a camera writes only the orientation stays.  The decoder's
process loads this by its path; it imports nothing of webchat.
"""

from __future__ import annotations

import struct
import zlib

_ORIENTATION = 0x0112
# Of a PNG: what decides how it looks (W3C PNG 3, 4.3), the animation included.
_PNG_KEPT = frozenset((
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP"),
    *(b"bKGD", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT"),
))  # fmt: skip
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"))
_WEBP_HAS_EXIF, _WEBP_HAS_XMP = 0x08, 0x04
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def cleaned(data: bytes, kind: str, orientation: int = 1) -> bytes:
    """*data*, a picture of the *kind* that Pillow calls it, with nothing but the picture; *orientation* as in Exif.

    Raises ValueError for a file that is not built as it should be.
    """
    try:
        if kind == "PNG":
            return _png(data, orientation)
        if kind == "JPEG":
            return _jpeg(data, orientation)
        if kind == "GIF":
            return _gif(data)
        return _webp(data, orientation)
    except (IndexError, struct.error) as error:
        raise ValueError("cut off") from error


def _exif(orientation: int) -> bytes:
    """A TIFF header and one directory of one entry."""
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _png(data: bytes, orientation: int) -> bytes:
    out, at = [data[:8]], 8
    while True:
        size, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise ValueError("cut off")
        if kind in _PNG_KEPT:
            out.append(data[at:end])
        if kind == b"IHDR" and orientation != 1:
            out.append(_chunk(b"eXIf", _exif(orientation)))
        if kind == b"IEND":
            return b"".join(out)
        at = end


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _jpeg(data: bytes, orientation: int) -> bytes:
    out, at = [data[:2]], 2
    if orientation != 1:
        exif = b"Exif\0\0" + _exif(orientation)
        out.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    while True:
        # Any number of 0xFF may stand before a marker.
        if data[at] != 0xFF:
            raise ValueError("no marker")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == 0xD9:
            out.append(b"\xff\xd9")
            return b"".join(out)
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        (size,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + size
        if size < 2 or end > len(data):
            raise ValueError("cut off")
        if marker == 0xDA:
            end = _scan_end(data, end)
        if _is_kept(marker, data[at + 4 : end]):
            out.append(data[at:end])
        at = end


def _is_kept(marker: int, content: bytes) -> bool:
    """Of the segments for applications: JFIF, the colour profile, Adobe's colour transform; no comment."""
    if marker == 0xE2:
        return content.startswith(b"ICC_PROFILE\0")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker stands that is none of a scan's own."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise ValueError("cut off")
        following = data[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _gif(data: bytes) -> bytes:
    start = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    out, at = [data[:start]], start
    while True:
        block = data[at]
        if block == 0x3B:
            out.append(b"\x3b")
            return b"".join(out)
        if block == 0x2C:
            flags = data[at + 9]
            end = at + 10 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
            end = _blocks_end(data, end + 1)
            out.append(data[at:end])
        elif block == 0x21:
            end = _blocks_end(data, at + 2)
            label = data[at + 1]
            if label == 0xF9 or (label == 0xFF and data[at + 3 : at + 14] in _GIF_LOOPS):
                out.append(data[at:end])
        else:
            raise ValueError("no block")
        at = end


def _blocks_end(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes, orientation: int) -> bytes:
    (size,) = struct.unpack_from("<I", data, 4)
    whole = min(len(data), 8 + size)
    out, at = [], 12
    while at + 8 <= whole:
        kind, size = struct.unpack_from("<4sI", data, at)
        end = at + 8 + size + (size & 1)
        if at + 8 + size > len(data):
            raise ValueError("cut off")
        if kind in _WEBP_KEPT:
            chunk = bytearray(data[at:end])
            if kind == b"VP8X":
                chunk[8] = chunk[8] & ~(_WEBP_HAS_EXIF | _WEBP_HAS_XMP) | (_WEBP_HAS_EXIF if orientation != 1 else 0)
            out.append(bytes(chunk))
        at = end
    if orientation != 1:
        exif = _exif(orientation)
        out.append(struct.pack("<4sI", b"EXIF", len(exif)) + exif + b"\0" * (len(exif) & 1))
    body = b"WEBP" + b"".join(out)
    return b"RIFF" + struct.pack("<I", len(body)) + body
