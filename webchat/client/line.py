"""One connection to a server: how it is made, the frames it carries, and how it ended."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import urlsplit

import attrs
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from service_identity import VerificationError
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.protocol import connectionDone
from twisted.internet.ssl import optionsForClientTLS
from twisted.logger import Logger
from twisted.python.failure import Failure

from webchat import __version__

SUBPROTOCOL = "webchat.v1"
CONNECT_SECONDS = 10.0
PING_SECONDS, PONG_SECONDS = 25.0, 10.0
LARGEST_FRAME = 16 * 1024 * 1024
"""What is taken from the server: its `welcome` names every room."""

TLS_FAILURE = 1015
"""The code that RFC 6455 (7.4.1) has for this; it is never sent."""

COME_BACK = frozenset({1000, 1001, 1006, 1011, 1012, 4008, 4029})
# Answers to a handshake after which another try may succeed; a proxy, too, gives them while its server restarts.
_COME_BACK_AFTER = frozenset({408, 425, 429, 500, 502, 503, 504})


@attrs.frozen
class End:
    """How a line ended: with a WebSocket close *code*, or at the handshake with an HTTP *status*."""

    code: int
    reason: str
    status: int | None = None
    retry_after: float = 0.0

    @property
    def is_final(self) -> bool:
        """Whether coming back is of no use."""
        if self.status is not None and self.status not in _COME_BACK_AFTER:
            return True
        return self.code not in COME_BACK


class Ended(Exception):
    """There is no coming back: signed out, shut out, stopped, or no webchat server.  *code*: the close code."""

    def __init__(self, end: End) -> None:
        self.code = end.code
        super().__init__(end.reason or f"the connection was closed with {end.code}")


class Ear(Protocol):
    """Who a line is made for."""

    def opened(self, line: Line) -> None:
        """The handshake is done."""

    def heard(self, line: Line, text: bytes) -> None:
        """A text has come."""

    def ended(self, line: Line, end: End) -> None:
        """The line is no more; nothing follows."""


class Line(WebSocketClientProtocol):
    """Autobahn's callbacks, passed on to the factory's *ear*."""

    _log = Logger()
    transport: Any
    # Autobahn sets the option before the factory's reaches the protocol.
    tcpNoDelay = True  # noqa: N815
    _fault: End | None = None

    def onConnect(self, response: Any) -> None:
        if response.protocol != SUBPROTOCOL:
            self._fault = End(1002, "the server does not speak webchat.v1")
            self.transport.abortConnection()

    def onOpen(self) -> None:
        if self._fault is None:
            self.factory.ear.opened(self)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if not isBinary:
            self.factory.ear.heard(self, payload)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if isinstance(reason.value, VerificationError) or "certificate verify failed" in str(reason.value):
            self._fault = End(TLS_FAILURE, "its certificate is not one to be trusted")
        super().connectionLost(reason)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if self.closeHandshakeTimeoutCall is not None:
            # Autobahn 26.10 leaves this one behind.
            self.closeHandshakeTimeoutCall.cancel()
            self.closeHandshakeTimeoutCall = None
        self.factory.ear.ended(self, self._fault or self._refusal() or End(code or 1006, reason or ""))

    def _refusal(self) -> End | None:
        """How the handshake was refused, if it was."""
        words = getattr(self, "http_status_line", "").split()
        status = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 101
        if status == 101:
            return None
        wait = getattr(self, "http_headers", {}).get("retry-after", "")
        seconds = min(float(wait), 300.0) if wait.isdecimal() else 0.0
        return End(1006, f"the server answered {status}", status, seconds)

    def send(self, text: bytes) -> None:
        """Send *text*, if the line still stands."""
        if self.state == self.STATE_OPEN:
            self.sendMessage(text, isBinary=False)  # type: ignore[no-untyped-call]

    def hang_up(self) -> None:
        """Say goodbye; `ended` follows."""
        if self.state == self.STATE_OPEN:
            self.sendClose(1000)
        else:
            self.abort()

    def abort(self) -> None:
        """End it at once; `ended` follows."""
        self.transport.abortConnection()


class Dialler:
    """Makes lines to one server.  *origin* as `model.web.origin_of` gives it.

    A certificate is checked by the system's authorities, or by *trust_root* (an IOpenSSLTrustRoot), never not.
    """

    def __init__(self, reactor: Any, origin: str, ear: Ear, trust_root: Any = None) -> None:
        parts = urlsplit(origin)
        is_secure = parts.scheme == "https"
        host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
        endpoint: Any = HostnameEndpoint(reactor, host, port, timeout=CONNECT_SECONDS)
        if is_secure:
            endpoint = wrapClientTLS(optionsForClientTLS(host, trustRoot=trust_root), endpoint)
        self._endpoint = endpoint
        factory: Any = WebSocketClientFactory(  # type: ignore[no-untyped-call]
            f"{'wss' if is_secure else 'ws'}://{parts.netloc}/ws",
            protocols=[SUBPROTOCOL],
            useragent=f"webchat-client/{__version__}",
            reactor=reactor,
        )
        factory.protocol, factory.ear, factory.noisy = Line, ear, False
        factory.setProtocolOptions(
            maxFramePayloadSize=LARGEST_FRAME,
            maxMessagePayloadSize=LARGEST_FRAME,
            failByDrop=False,
            openHandshakeTimeout=CONNECT_SECONDS,
            closeHandshakeTimeout=2,
            autoPingInterval=PING_SECONDS,
            autoPingTimeout=PONG_SECONDS,
        )
        self._factory = factory

    def dial(self) -> Deferred[Line]:
        """A connection whose handshake has begun; the ear hears how it goes on.  Fails where there is none."""
        connecting: Deferred[Line] = self._endpoint.connect(self._factory)
        return connecting
