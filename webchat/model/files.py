"""What kinds of files there are, told by their first bytes; and what a file may be called.

The table is short on purpose: whatever is not in it is of no known type, and a library that knows a thousand types and
guesses would let in what nobody has thought about.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, get_args

import attrs

from webchat.model.extras import FileKind

Group = Literal["images", "video", "audio", "pdf", "text", "archives", "office", "markup", "other"]
"""What an operator allows or not; `markup` is HTML, SVG and XML, `other` whatever is not known."""

GROUPS: tuple[Group, ...] = get_args(Group)
ALLOWED: tuple[Group, ...] = ("images", "video", "audio", "pdf", "text", "archives", "office", "markup")
"""The groups that are allowed unless the operator says otherwise."""

FILES_PER_MESSAGE = 10
NAME_LIMIT = 120
HEAD = 8_192
"""Bytes from a file's beginning that tell what it is."""

OCTETS = "application/octet-stream"
SHOWN = frozenset({
    *("image/png", "image/jpeg", "image/gif", "image/webp"),
    *("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/aac", "audio/webm"),
    *("video/mp4", "video/webm", "video/ogg", "video/quicktime"),
})  # fmt: skip
"""What a browser may show or play where it stands; all else it is told to save."""


@attrs.frozen
class FileType:
    """What a file is.  *extensions*: those that its name may end with, the usual one first; none: whichever."""

    mime: str
    group: Group
    kind: FileKind = "file"
    extensions: tuple[str, ...] = ()

    @property
    def served_as(self) -> str:
        """The media type it goes out with: never one that a browser would make a page of."""
        return OCTETS if self.group == "markup" else self.mime


def _image(name: str, *extensions: str, kind: FileKind = "image") -> FileType:
    return FileType(f"image/{name}", "images", kind, extensions or (name,))


def _audio(name: str, *extensions: str) -> FileType:
    return FileType(f"audio/{name}", "audio", "audio", extensions)


def _video(name: str, *extensions: str, kind: FileKind = "video") -> FileType:
    return FileType(f"video/{name}", "video", kind, extensions)


_OPENED_AS_PICTURE = (
    (b"\x89PNG\r\n\x1a\n", _image("png")),
    (b"\xff\xd8\xff", _image("jpeg", "jpg", "jpeg", "jpe", "jfif")),
    (b"GIF87a", _image("gif")),
    (b"GIF89a", _image("gif")),
)
_MP3 = _audio("mpeg", "mp3")
_AAC = _audio("aac", "aac")
_TAR = FileType("application/x-tar", "archives", "file", ("tar",))
_MAGIC = (
    *_OPENED_AS_PICTURE,
    (b"%PDF-", FileType("application/pdf", "pdf", "file", ("pdf",))),
    (b"ID3", _MP3),
    (b"\xff\xfb", _MP3),
    (b"\xff\xf3", _MP3),
    (b"\xff\xf2", _MP3),
    (b"\xff\xf1", _AAC),
    (b"\xff\xf9", _AAC),
    (b"fLaC", _audio("flac", "flac")),
    (b"\x1f\x8b\x08", FileType("application/gzip", "archives", "file", ("gz", "tgz"))),
    (b"BZh", FileType("application/x-bzip2", "archives", "file", ("bz2", "tbz2"))),
    (b"\xfd7zXZ\0", FileType("application/x-xz", "archives", "file", ("xz", "txz"))),
    (b"\x28\xb5\x2f\xfd", FileType("application/zstd", "archives", "file", ("zst",))),
    (b"7z\xbc\xaf\x27\x1c", FileType("application/x-7z-compressed", "archives", "file", ("7z",))),
    (b"Rar!\x1a\x07", FileType("application/vnd.rar", "archives", "file", ("rar",))),
    (b"{\\rtf", FileType("application/rtf", "office", "file", ("rtf",))),
)
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
# A ZIP is not opened: what is in it is told by the name alone, and changes nothing in how it is served.
_ZIPS = {
    "docx": f"{_OOXML}wordprocessingml.document",
    "xlsx": f"{_OOXML}spreadsheetml.sheet",
    "pptx": f"{_OOXML}presentationml.presentation",
    "odt": f"{_ODF}text",
    "ods": f"{_ODF}spreadsheet",
    "odp": f"{_ODF}presentation",
    "epub": "application/epub+zip",
}
_OLE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|script|svg|\?xml|iframe|object|embed|link|meta|style|img|table|div|!--)",
    re.IGNORECASE,
)
_NOT_IN_TEXT = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|\Z)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


def type_of(head: bytes, name: str) -> FileType:
    """What a file is whose first HEAD bytes are *head*; *name* only tells apart what is wrapped alike."""
    extension = name.rpartition(".")[2].lower()
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF":
        return _riff(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso(head, extension)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _matroska(head)
    if head[:4] == b"OggS":
        return _video("ogg", "ogv", "ogg") if b"theora" in head else _audio("ogg", "ogg", "oga", "opus")
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        if extension in _ZIPS:
            return FileType(_ZIPS[extension], "office", "file", (extension,))
        return FileType("application/zip", "archives", "file", ("zip",))
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if extension in _OLE:
            return FileType(_OLE[extension], "office", "file", (extension,))
        return FileType(OCTETS, "other")
    if head[257:262] == b"ustar":
        return _TAR
    return _text(head)


def _riff(form: bytes) -> FileType:
    if form == b"WEBP":
        return _image("webp")
    if form == b"WAVE":
        return _audio("wav", "wav")
    if form == b"AVI ":
        return _video("x-msvideo", "avi", kind="file")
    return FileType(OCTETS, "other")


def _iso(head: bytes, extension: str) -> FileType:
    """One of the formats of ISO/IEC 14496-12: films, sounds, and the pictures of some cameras."""
    brand = head[8:12]
    if brand in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc"):
        return _image("heic", "heic", "heif", kind="file")
    if brand in (b"avif", b"avis"):
        return _image("avif", kind="file")
    if brand == b"qt  ":
        return _video("quicktime", "mov", "qt")
    has_sound_only = b"soun" in head and b"vide" not in head
    if brand in (b"M4A ", b"M4B ") or has_sound_only or (extension in ("m4a", "m4b") and b"vide" not in head):
        return _audio("mp4", "m4a", "m4b", "mp4")
    return _video("mp4", "mp4", "m4v")


def _matroska(head: bytes) -> FileType:
    if b"webm" not in head[:64]:
        return _video("x-matroska", "mkv", kind="file")
    if b"A_" in head and b"V_" not in head:
        return _audio("webm", "webm", "weba")
    return _video("webm", "webm")


def _text(head: bytes) -> FileType:
    is_wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not is_wide and _NOT_IN_TEXT.search(head):
        return FileType(OCTETS, "other")
    if is_wide or _MARKUP.search(head):
        plain = head.replace(b"\0", b"")
        if _MARKUP.search(plain):
            kind = "svg+xml" if re.search(rb"<svg", plain, re.IGNORECASE) else None
            return FileType("image/svg+xml" if kind else "text/html", "markup")
    return FileType("text/plain", "text")


def file_name(name: str, extensions: tuple[str, ...] = ()) -> str:
    """*name* as a file may be called on anybody's disk: no folders, controls, invisible signs or devices.

    At most NAME_LIMIT signs, the end of it kept; it ends with one of *extensions*, if there are any.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(
        sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    name = " ".join(_NOT_IN_NAMES.sub("_", name).split()).strip(". ") or "file"
    if _RESERVED.match(name):
        name = f"_{name}"
    if extensions and name.rpartition(".")[2].lower() not in extensions:
        name = f"{name}.{extensions[0]}"
    if len(name) <= NAME_LIMIT:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        return name[:NAME_LIMIT]
    return f"{stem[: NAME_LIMIT - len(extension) - 1].rstrip('. ')}.{extension}"
