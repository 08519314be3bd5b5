"""One HTTP connection and its requests, held to limits that twisted.web leaves open: sizes, times, odd forms.

Everything here happens before a request is routed, so that a stranger pays for what she sends, not we.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Protocol

from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers
from twisted.web.server import Request

from webchat.http.settings import HttpSettings
from webchat.model.handshake import Handshake, plain_handshake
from webchat.model.refusals import BadRequest, Refusal, TooLarge, TooSlow
from webchat.model.text import printable as printable

if TYPE_CHECKING:
    from twisted.internet.base import DelayedCall

SOCKET_PATH = "/ws"

# After a refusal the rest of the request is read and dropped for so long: closing at once would reset the connection
# (RFC 9112, 9.6), and the answer could be lost on its way.
_LINGER_SECONDS = 2
# A body of a route with a higher limit goes to a file, once it has so many bytes.
_IN_MEMORY = 4 * 1024 * 1024
_SPOOLED_FROM = 512 * 1024


class Doorkeeper(Protocol):
    """What a connection asks of its site."""

    settings: HttpSettings
    large_bodies: int
    """Bodies under way, or being read, that may be too large for memory."""

    def hand_over(self, channel: ChatChannel, handshake: Handshake) -> bool:
        """Makes a WebSocket of the connection; False, and nothing done, where it has to go the long way."""

    def gone(self, channel: ChatChannel) -> None:
        """The connection has ended, or speaks HTTP no more."""

    def admit(self, head: Head) -> int:
        """The most bytes a request's body may have.  Raises a Refusal for a request that may not come in."""

    def refusal_of(self, refusal: Refusal) -> tuple[bytes, bytes, Headers, bytes]:
        """*refusal* as (status, reason, headers, body)."""

    def dress(self, headers: Headers) -> None:
        """Give an answer the headers that every answer has."""

    def note_refused(
        self, request: ChatRequest | None, peer: str, first_line: tuple[bytes, bytes], status: int
    ) -> None:
        """A line in the access log for a request that was refused before it was read."""

    def fail(self, request: ChatRequest, reason: Failure) -> None:
        """Answer a request whose processing raised."""


class Head:
    """A request's first line and headers; *length*: of the body, None if it comes in chunks."""

    __slots__ = ("headers", "length", "method", "target", "version")

    def __init__(self, method: bytes, target: bytes, version: bytes, headers: Headers, length: int | None) -> None:
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.length = length


class ChatRequest(Request):
    """A request: its body is held in memory; a file that somebody brings is not, once it is large."""

    channel: ChatChannel
    caller: int | None = None
    sender: str | None = None
    """The address it came from, once that was asked for: it is wanted three times."""

    @property
    def peer(self) -> str | None:
        """The address of who holds the connection; None for a UNIX socket."""
        return getattr(self.client, "host", None)

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection itself is TLS (a proxy's is not)."""
        return bool(self.isSecure())  # type: ignore[no-untyped-call]

    def header(self, name: bytes) -> str:
        """The value of the request's header *name*, the last one of several; '' without one."""
        values = self.headers(name)
        return values[-1] if values else ""

    def headers(self, name: bytes) -> list[str]:
        """All values of the request's header *name*."""
        return [value.decode("latin-1") for value in self.requestHeaders.getRawHeaders(name, [])]

    def answer_with(self, name: bytes, value: bytes) -> None:
        """Give the answer a header."""
        self.responseHeaders.setRawHeaders(name, [value])

    def gotLength(self, length: int | None) -> None:
        self.content = self.channel.new_body()

    def handleContentChunk(self, data: bytes) -> None:
        self.channel.take_body(self, data)

    def processingFailed(self, reason: Failure) -> Failure:
        # Twisted 26.10 would answer with a page of HTML.
        self.channel.site.fail(self, reason)
        return reason


class LargeBody(SpooledTemporaryFile[bytes]):
    """A body of which the site counts how many there are; *on_close* is called once."""

    def __init__(self, on_close: Callable[[], None], folder: str | None) -> None:
        super().__init__(_SPOOLED_FROM, dir=folder)
        self._on_close = on_close

    def close(self) -> None:
        super().close()
        on_close, self._on_close = self._on_close, lambda: None
        on_close()


class ChatChannel(HTTPChannel):
    """One connection of the HTTP door, born when it is accepted.  Dies with it, or becomes a WebSocket's.

    Deadlines are absolute: twisted.web's own timeout starts again with every byte, so that one byte now and then
    would hold a connection for ever.
    """

    site: Doorkeeper
    transport: Any
    callLater: Callable[..., DelayedCall]  # noqa: N815
    abortTimeout = 5  # noqa: N815
    requestFactory = ChatRequest  # noqa: N815
    is_refused = False
    _is_fresh = True
    counted_by: str | None = None
    """The address that it counts for; None if it counts for nobody."""
    _limit = 0
    _taken = 0
    _deadline: DelayedCall | None = None
    _linger: DelayedCall | None = None

    def connectionMade(self) -> None:
        super().connectionMade()  # type: ignore[no-untyped-call]
        self._finish_within(self.site.settings.header_seconds)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self._finish_within(None)
        if self._linger is not None and self._linger.active():
            self._linger.cancel()
        self.site.gone(self)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def dataReceived(self, data: bytes) -> None:
        if self.is_refused:
            return
        if self._is_fresh:
            self._is_fresh = False
            handshake = plain_handshake(data, SOCKET_PATH)
            if handshake is not None and self.site.hand_over(self, handshake):
                self._leave()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        # A request after the first: its time begins with its first byte.
        is_waiting = not self._handlingRequest and (self.requests or self._buffer)
        if is_waiting and self._deadline is None and not self.is_refused:
            self._finish_within(self.site.settings.header_seconds)

    def _leave(self) -> None:
        """The connection is a WebSocket now, as after a request that twisted.web has read."""
        self._finish_within(None)
        self.setTimeout(None)  # type: ignore[no-untyped-call]
        self.transport = None

    def lineReceived(self, line: bytes) -> bool | None:
        if self.is_refused:
            return True
        if line[:1] in (b" ", b"\t"):
            # A header folded over two lines: dropped by RFC 9112 (5.2), read differently by different proxies.
            self.refuse(BadRequest("A header line begins with white space."))
            return True
        super().lineReceived(line)  # type: ignore[no-untyped-call]
        return self.is_refused or None

    def headerReceived(self, line: bytes) -> bool:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length" and len(value) > 20:
            # Twisted 26.10 raises ValueError above 4,300 digits, which is logged as a bug.
            self.refuse(BadRequest("The length of the body is no sensible number."))
            return False
        return bool(super().headerReceived(line))  # type: ignore[no-untyped-call]

    def rawDataReceived(self, data: bytes) -> None:
        if not self.is_refused:
            super().rawDataReceived(data)

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(BadRequest("A header line is too long."))

    def allHeadersReceived(self) -> None:
        self._finish_within(None)
        head = Head(
            self._command,
            self._path,  # type: ignore[arg-type]
            self._version,
            self.requests[-1].requestHeaders,
            self.length,
        )
        try:
            self._limit = self.site.admit(head)
        except Refusal as refusal:
            self.refuse(refusal)
            return
        self._taken = 0
        super().allHeadersReceived()  # type: ignore[no-untyped-call]
        if self.length != 0:
            expected = self._limit if self.length is None else self.length
            settings = self.site.settings
            self._finish_within(settings.header_seconds + expected / settings.minimum_rate)

    def allContentReceived(self) -> None:
        if not self.is_refused:
            self._finish_within(None)
            super().allContentReceived()  # type: ignore[no-untyped-call]

    def new_body(self) -> IO[bytes]:
        """What the body is to be written into; what is in a file is gone when that is closed, or the process ends."""
        if self._limit <= _IN_MEMORY:
            return BytesIO()
        folder = self.site.settings.spool_folder
        self.site.large_bodies += 1
        return LargeBody(self._forget_body, None if folder is None else str(folder))

    def _forget_body(self) -> None:
        self.site.large_bodies -= 1

    def take_body(self, request: ChatRequest, data: bytes) -> None:
        """A piece of *request*'s body has come."""
        self._taken += len(data)
        if self._taken > self._limit:
            self.refuse(TooLarge(f"The body has more than {self._limit} bytes."))
        elif not self.is_refused and request.content is not None:
            request.content.write(data)

    def refuse(self, refusal: Refusal) -> None:
        """Answer the request that is coming in with *refusal*, read no more of it, and close."""
        if self.is_refused or self.transport is None:
            return
        self.is_refused = True
        self._finish_within(None)
        self.setTimeout(None)  # type: ignore[no-untyped-call]
        status, reason, headers, body = self.site.refusal_of(refusal)
        headers.setRawHeaders(b"Connection", [b"close"])
        self.writeHeaders(b"HTTP/1.1", status, reason, headers)
        self.transport.write(body)
        # What twisted.web has read of the first line, if it has got so far.
        first_line = (getattr(self, "_command", b"-"), getattr(self, "_path", b"-"))
        request = self.requests[-1] if self.requests else None
        self.site.note_refused(request, self._peer(), first_line, int(status))
        self._linger = self.callLater(_LINGER_SECONDS, self.loseConnection)

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        # Every answer passes here, those that Twisted makes by itself included.
        self.site.dress(headers)
        super().writeHeaders(version, code, reason, headers)  # type: ignore[no-untyped-call]

    def loseConnection(self) -> None:
        super().loseConnection()  # type: ignore[no-untyped-call]
        # A peer that does not read would keep us waiting for ever to send what is left.
        if self._abortingCall is None:
            self._abortingCall = self.callLater(self.site.settings.closing_seconds, self.forceAbortClient)

    def _respondToBadRequestAndDisconnect(self) -> None:
        # Twisted 26.10 calls this for whatever it cannot parse, and would send a bare status line.
        self.refuse(BadRequest("This is not HTTP as it should be."))

    def _peer(self) -> str:
        return str(getattr(self.transport.getPeer(), "host", None) or "-")

    def _finish_within(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.callLater(seconds, self._out_of_time) if seconds is not None else None

    def _out_of_time(self) -> None:
        self._deadline = None
        if self.requests or self._buffer:
            self.refuse(TooSlow())
        else:
            # Browsers open connections in advance: nobody is waiting for an answer.
            self.loseConnection()
