"""A file on its way out: whole or in part, as long as somebody takes it, never more of it in memory than the line does.

Conditions and ranges as in RFC 9110 (13.1.2, 14), the name as in RFC 6266.
"""

from __future__ import annotations

import re
from typing import IO
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer  # type: ignore[import-untyped]

from webchat.chat.files import Opened
from webchat.http.channel import ChatRequest
from webchat.model.refusals import BadRange

_PIECE = 1 << 16
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,15})-([0-9]{0,15})[ \t]*")

# Whatever it may hold, it is no page: nothing in it runs, and it reaches nothing.
_POLICY = b"sandbox; default-src 'none'"


async def send(request: ChatRequest, opened: Opened) -> bytes:
    """Answers *request* with what was opened, and closes that.  Raises BadRange.  What is answered is for Klein: ''."""
    try:
        tag = f'"{opened.tag}"'
        request.answer_with(b"ETag", tag.encode())
        request.answer_with(b"Cache-Control", b"private, max-age=31536000, immutable")
        request.answer_with(b"Content-Security-Policy", _POLICY)
        request.answer_with(b"Accept-Ranges", b"bytes")
        if is_known(request.header(b"If-None-Match"), tag):
            request.setResponseCode(304)
            return b""
        start, end = 0, opened.size
        asked = request.header(b"Range")
        # A part of another content than the one she has would not fit.
        if asked and request.header(b"If-Range") in ("", tag):
            try:
                part = part_of(asked, opened.size)
            except BadRange:
                request.answer_with(b"Content-Range", b"bytes */%d" % opened.size)
                request.answer_with(b"Cache-Control", b"no-store")
                raise
            if part is not None:
                start, end = part
                request.setResponseCode(206)
                request.answer_with(b"Content-Range", b"bytes %d-%d/%d" % (start, end - 1, opened.size))
        request.answer_with(b"Content-Type", opened.mime.encode())
        request.answer_with(b"Content-Disposition", disposition(opened.name, opened.is_shown).encode())
        request.answer_with(b"Content-Length", b"%d" % (end - start))
        if request.method != b"HEAD":
            opened.stream.seek(start)
            await pour(opened.stream, end - start, request)
        return b""
    finally:
        opened.stream.close()


def pour(stream: IO[bytes], size: int, request: ChatRequest) -> Deferred[None]:
    """Writes *size* bytes of *stream*, from where it stands, as fast as the client takes them.

    Fires when all is written, or nobody is there any more.
    """
    return _Pump(stream, size).into(request)


def is_known(condition: str, tag: str) -> bool:
    """Whether If-None-Match names what the client would get."""
    tags = [one.strip().removeprefix("W/") for one in condition.split(",")]
    return tag in tags or tags == ["*"]


def part_of(asked: str, size: int) -> tuple[int, int] | None:
    """What a Range header asks for, as (start, end); None for what may be answered with all: several parts, nonsense.

    Raises BadRange for a part that lies outside.
    """
    found = _RANGE.fullmatch(asked)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = int(found[2])
        if not length or not size:
            raise BadRange
        return max(0, size - length), size
    start = int(found[1])
    if found[2] and int(found[2]) < start:
        return None
    if start >= size:
        raise BadRange
    return start, min(size, int(found[2]) + 1) if found[2] else size


def disposition(name: str, is_shown: bool) -> str:
    """Content-Disposition: the name in ASCII for old clients, and as it is for all others."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@implementer(IPushProducer)
class _Pump:
    """Writes *left* bytes of a stream into a request, piece by piece, as fast as they are taken."""

    def __init__(self, stream: IO[bytes], left: int) -> None:
        self._stream = stream
        self._left = left
        self._is_paused = True
        self._request: ChatRequest | None = None
        self._done: Deferred[None] = Deferred()

    def into(self, request: ChatRequest) -> Deferred[None]:
        """Fires when all is written, or nobody is there any more."""
        if request._disconnected:
            self._done.callback(None)
            return self._done
        self._request = request
        request.notifyFinish().addBoth(lambda _: self.stopProducing())
        request.registerProducer(self, True)  # type: ignore[no-untyped-call]
        self.resumeProducing()
        return self._done

    def pauseProducing(self) -> None:
        self._is_paused = True

    def resumeProducing(self) -> None:
        self._is_paused = False
        while not self._is_paused and self._request is not None:
            piece = self._stream.read(min(_PIECE, self._left))
            self._left -= len(piece)
            if piece:
                self._request.write(piece)  # type: ignore[no-untyped-call]
            if not self._left or not piece:
                request, self._request = self._request, None
                if request is not None:
                    request.unregisterProducer()  # type: ignore[no-untyped-call]
                    self._done.callback(None)

    def stopProducing(self) -> None:
        if self._request is not None:
            self._request = None
            self._done.callback(None)
