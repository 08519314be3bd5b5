"""The built browser interface: a few files, read once into memory, served by exact name."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import attrs

from webchat.http.channel import ChatRequest
from webchat.model.refusals import MethodNotAllowed, NotFound

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

NOT_BUILT = b"""\
webchat is running, but its browser interface is not built.

Install webchat from a wheel, or, in a folder with its source:

    python setup.py build_ui

and start the server again.  The API is at /api/v1 (described by /api/v1/openapi.json), WebSockets at /ws.
"""

_ENCODINGS = {"br": ".br", "gzip": ".gz"}
# What the interface shows by itself: no dot, so that a missing file is missing; nothing escaped.
_VIEW = re.compile(r"(?!/assets(?:/|\Z))/(?:[A-Za-z0-9_~-]+(?:/[A-Za-z0-9_~-]+)*/?)?")


def build_id(folder: Path) -> str:
    """What changes whenever the interface's files in *folder* do: 12 hex digits, or `unbuilt`."""
    for name in (".vite/manifest.json", "index.html"):
        file = folder / name
        if file.is_file():
            return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return "unbuilt"


@attrs.frozen
class StaticFile:
    """A file: its content, by content encoding ('' is the plain one).  *is_hashed*: its name changes with it."""

    media_type: str
    digest: str
    is_hashed: bool
    encoded: dict[str, bytes] = attrs.field(repr=False)


class StaticFiles:
    """The files of *folder* as they are now; another build needs a new one."""

    def __init__(self, folder: Path) -> None:
        self._files = {f"/{name}": file for name, file in _read(folder)}
        self._index = self._files.get("/index.html")

    def answer(self, request: ChatRequest) -> bytes:
        """The file *request* names, or the interface's page for a view of it.  Raises NotFound, MethodNotAllowed."""
        if request.method not in (b"GET", b"HEAD"):
            request.answer_with(b"Allow", b"GET, HEAD")
            raise MethodNotAllowed
        path = request.path.decode("ascii", "replace")
        file = self._files.get(path)
        if file is None and _VIEW.fullmatch(path) and _wants_page(request):
            if self._index is None:
                return _plain(request, NOT_BUILT)
            file = self._index
        if file is None:
            raise NotFound
        return _serve(request, file)


def _serve(request: ChatRequest, file: StaticFile) -> bytes:
    coding = _coding(request.header(b"Accept-Encoding"), file)
    content = file.encoded[coding]
    etag = f'"{file.digest}{"-" + coding if coding else ""}"'
    request.answer_with(b"ETag", etag.encode())
    request.answer_with(b"Cache-Control", b"public, max-age=31536000, immutable" if file.is_hashed else b"no-cache")
    if len(file.encoded) > 1:
        request.answer_with(b"Vary", b"Accept-Encoding")
    if _is_known(request.header(b"If-None-Match"), etag):
        request.setResponseCode(304)
        return b""
    if coding:
        request.answer_with(b"Content-Encoding", coding.encode())
    request.answer_with(b"Content-Type", file.media_type.encode())
    request.answer_with(b"Content-Length", b"%d" % len(content))
    return content


def _read(folder: Path) -> list[tuple[str, StaticFile]]:
    files = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or path.suffix in _ENCODINGS.values():
            continue
        if any(part.startswith(".") for part in name.split("/")):
            continue
        content = path.read_bytes()
        encoded = {"": content}
        for coding, suffix in _ENCODINGS.items():
            beside = path.with_name(path.name + suffix)
            if beside.is_file():
                encoded[coding] = beside.read_bytes()
        media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        digest = hashlib.sha256(content).hexdigest()[:16]
        files.append((name, StaticFile(media_type, digest, name.startswith("assets/"), encoded)))
    return files


def _coding(accepted: str, file: StaticFile) -> str:
    """The best content encoding that the client takes and we have (RFC 9110, 12.5.3)."""
    takes = {}
    for entry in accepted.lower().split(","):
        name, _, quality = entry.partition(";")
        takes[name.strip()] = not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality)
    return next((coding for coding in _ENCODINGS if coding in file.encoded and takes.get(coding)), "")


def _is_known(condition: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return etag in tags or tags == ["*"]


def _wants_page(request: ChatRequest) -> bool:
    accept = request.header(b"Accept")
    return "text/html" in accept or accept.strip() in ("", "*/*")


def _plain(request: ChatRequest, text: bytes) -> bytes:
    request.answer_with(b"Content-Type", b"text/plain; charset=utf-8")
    request.answer_with(b"Content-Length", b"%d" % len(text))
    return text
