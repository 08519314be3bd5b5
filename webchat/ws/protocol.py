"""One WebSocket connection: Autobahn's callbacks, and nothing of the chat.

Written for Autobahn 26.10; each workaround says what it is for.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Protocol

from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.websocket.types import ConnectionDeny
from twisted.internet import tcp
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from webchat.model.handshake import Handshake
from webchat.model.text import printable
from webchat.model.web import client_address, session_token
from webchat.ws import lean
from webchat.ws.incoming import may_become_text, take_texts
from webchat.ws.native import Conversation
from webchat.ws.outgoing import SOFT_LIMIT, Outgoing, is_plain

SUBPROTOCOL = "webchat.v1"
MAX_FRAGMENTS = 64
SEND_BUFFER = 128 * 1024
MAX_CONTROLS, CONTROL_SECONDS = 10, 10.0
MESSAGE_SECONDS = 10.0
"""How long a message may take from its first byte to its last, however it is cut up."""

RETRY_AFTER = 5
"""Seconds after which somebody may try again for whom there was no place."""


class Talk(Protocol):
    """What is talked over a connection, from its opening to its end."""

    def receive(self, payload: bytes) -> None:
        """Takes one text."""

    def finish(self) -> None:
        """Takes no more requests; those under way are answered."""

    def ended(self) -> None:
        """The connection is no more.  May be called twice."""


class ChatProtocol(WebSocketServerProtocol):
    """Born at the handshake, dead at `onClose`, which may come before `onOpen` and without it."""

    # `Protocol.log` belongs to Autobahn.
    _log = Logger()
    transport: Any
    tcpNoDelay = True  # noqa: N815

    cookie_token: str | None = None
    address: str = ""
    outgoing: Outgoing
    message_seconds: float = MESSAGE_SECONDS
    _conversation: Talk | None = None
    _is_plain = False
    _gone = False
    _counted = False
    _closing = False
    _is_reading = True
    _is_slim = False
    _held = b""
    """The beginning of a text frame, whose rest is on its way."""
    _fragments = 0
    _controls = 0
    _controls_since = 0.0
    _messages = 0
    _unfinished_since: float | None = None

    def onConnect(self, request: Any) -> Any:
        """Accepts or refuses the handshake.  Raises ConnectionDeny."""
        self.recognise(request)
        # Who asks for no subprotocol at all is one of the older clients, where these are served.
        self._is_plain = self.factory.plain is not None and not request.protocols
        if SUBPROTOCOL not in request.protocols and not self._is_plain:
            raise deny(400, f"the subprotocol {SUBPROTOCOL} is needed")
        if not self.factory.admit(self):
            raise deny(503, "too many connections")
        self._counted = True
        self.autoPingInterval = self.factory.door.ping_seconds * self.factory.jitter(0.8, 1.2)
        return None if self._is_plain else SUBPROTOCOL

    def recognise(self, request: Any) -> None:
        """Notes where a handshake comes from.  Raises ConnectionDeny if that is a page of another site."""
        door = self.factory.door
        headers = request.headers
        host = headers.get("host", "")
        origin = headers.get("origin")
        self.address = self._client_address(headers)
        secure = door.is_https or self.factory.isSecure
        if origin is not None:
            if not door.origins.same_origin(origin, host, secure):
                raise deny(403, "foreign origin")
            # Without an Origin this is no browser's page, and a cookie says nothing.
            self.cookie_token = session_token([headers.get("cookie", "")], secure)

    def shake_hands(self, handshake: Handshake) -> None:
        """Answers a handshake that was read already, from the point on where Autobahn would have read it."""
        self.http_headers, self.websocket_protocols = handshake.headers, handshake.protocols
        self.websocket_extensions: list[Any] = []
        self.websocket_version = 13
        self._wskey = handshake.key
        try:
            chosen = self.onConnect(handshake)
        except ConnectionDeny as refusal:
            self.failHandshake(refusal.reason or "", refusal.code)
        except Exception:
            self._log.failure("A handshake could not be answered")
            self.failHandshake("internal", 500)
        else:
            self.succeedHandshake(chosen)

    def onOpen(self) -> None:
        if self._gone:
            return
        try:
            self._begin()
        except Exception:
            # Raised into Autobahn's Deferred it would leave a connection that hears nothing and is never closed.
            self._log.failure("A connection could not be opened")
            self.transport.abortConnection()

    def _begin(self) -> None:
        # The HTTP channel is still the transport's producer, and keeps itself and the request alive by that.
        self.transport.unregisterProducer()
        self.outgoing = Outgoing(self.transport)
        self.transport.registerProducer(self.outgoing, True)
        _prepare_socket(self.transport)
        self._conversation = self.begin_talk()
        self.factory.opened(self)

    def begin_talk(self) -> Talk:
        """The talk that begins now that the connection is open."""
        if self._is_plain and self.factory.plain is not None:
            talk: Talk = self.factory.plain(self)
            return talk
        return Conversation(self, self.factory.shared)

    def _client_address(self, headers: Mapping[str, str]) -> str:
        peer = self.transport.getPeer()
        known = peer.host if isinstance(peer, IPv4Address | IPv6Address) else None
        return client_address(known, [headers.get("x-forwarded-for", "")], self.factory.door.trusted_proxies)

    def failHandshake(
        self, reason: str, code: int = 400, responseHeaders: Iterable[tuple[str, str]] | None = None
    ) -> None:
        # Autobahn would put what a stranger wrote into the first line and, unescaped, into the log, and would send
        # none of the headers that every answer has.
        said = self.wasNotCleanReason = printable(reason)[:200]
        address = self._client_address(getattr(self, "http_headers", {}))
        self._log.info("Refused {address} at the handshake: {code} {reason}", address=address, code=code, reason=said)
        body = f"{said}\n".encode()
        headers = {
            "Server": self.factory.server,
            **self.factory.headers,
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": len(body),
            "Connection": "close",
            **({"Retry-After": RETRY_AFTER} if code == HTTPStatus.SERVICE_UNAVAILABLE else {}),
            **dict(responseHeaders or ()),
        }
        lines = [f"HTTP/1.1 {code} {HTTPStatus(code).phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        self.sendData("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.dropConnection(abort=False)

    def dataReceived(self, data: bytes) -> None:
        before = self._messages
        self._take(data)
        if self._conversation is None:
            return
        if not self._held and not self.data and self.current_frame is None and not self.inside_message:
            self._unfinished_since = None
        elif self._unfinished_since is None or self._messages != before:
            self._unfinished_since = self.factory.clock.seconds()

    def _take(self, data: bytes) -> None:
        """Hands whole texts to the conversation; the rest goes to Autobahn, past its debugging output."""
        if not self._is_slim and self._conversation is not None:
            # At its first frame, since while it is opened Autobahn still needs what it keeps of the handshake.
            self._is_slim = True
            lean.slim(self)
        if self._held:
            data, self._held = self._held + data, b""
        if self._is_between_frames:
            payloads, taken = take_texts(data)
            self._messages += len(payloads)
            for payload in payloads:
                self.onMessage(payload, False)
            if taken:
                data = data[taken:]
            if may_become_text(data):
                self._held = data
                return
        self._dataReceived(data)

    @property
    def _is_between_frames(self) -> bool:
        return (
            self.state == self.STATE_OPEN
            and self._conversation is not None
            and self.current_frame is None
            and not self.inside_message
            and not self.data
        )

    def is_dripping(self, now: float) -> bool:
        """Whether a message has been on its way for too long; while nothing is read that is not its sender's fault."""
        since = self._unfinished_since
        return since is not None and self._is_reading and now - since >= self.message_seconds

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self._closing or self._conversation is None:
            return
        if isBinary:
            self.close(1003, "text frames only")
            return
        try:
            self._conversation.receive(payload)
        except Exception:
            # Raised through Autobahn it would drop the connection without a word.
            self._log.failure("A frame could not be handled")
            self.close(1011, "internal")

    def onMessageFrameBegin(self, length: int) -> None:
        # Limits count bytes: hundreds of thousands of empty fragments would pass.
        self._fragments += 1
        if self._fragments > MAX_FRAGMENTS:
            self.close(1009, "too many fragments")
        # In any case: Autobahn goes on with the frame, and needs what this prepares.
        super().onMessageFrameBegin(length)

    def onMessageEnd(self) -> None:
        self._fragments = 0
        self._messages += 1
        super().onMessageEnd()

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        # Pings, pongs and close frames: all that is written goes through one place, which knows what waits.
        if self._conversation is not None and self.outgoing.is_open:
            self.outgoing.write(data)
        else:
            super().sendData(data, sync, chopsize)

    def onPing(self, payload: bytes) -> None:
        if self._may_control() and self._conversation is not None and self.outgoing.waiting <= SOFT_LIMIT:
            self.sendPong(payload)  # type: ignore[no-untyped-call]

    def onPong(self, payload: bytes) -> None:
        self._may_control()

    def _may_control(self) -> bool:
        """Counts a control frame; too many of them end the connection."""
        now = self.factory.clock.seconds()
        if now - self._controls_since > CONTROL_SECONDS:
            self._controls, self._controls_since = 0, now
        self._controls += 1
        if self._controls > MAX_CONTROLS:
            self.close(4029, "too many pings")
        return self._controls <= MAX_CONTROLS

    def onAutoPingTimeout(self) -> None:
        # Whose frames are not read cannot be heard to pong: her draining bytes are her sign of life.
        if self._is_reading:
            super().onAutoPingTimeout()

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        self._gone = True
        # They know each other: let go, or only the garbage collector would find them.
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.ended()
        if self._counted:
            self._counted = False
            self.factory.unwatch(self)
            self.factory.closed(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        # Autobahn's Deferred, which has fired with the connection itself as its result.
        self.__dict__.pop("is_closed", None)

    # What a conversation asks for.

    def close(self, code: int, reason: str) -> None:
        """Closes with *code*; Autobahn's own `sendClose` refuses 1011 and 1012, and would leave the peer connected."""
        if self._closing or self._gone:
            return
        self._closing = True
        self._log.info("Closing {address} with {code} {reason}", address=self.address, code=code, reason=reason)
        self.factory.count_close(code)
        self.sendCloseFrame(code=code, reasonUtf8=reason.encode(), isReply=False)
        if self._conversation is not None:
            self._conversation.ended()
        # A peer that does not read never sees the frame, nor answers it.
        self.factory.clock.callLater(self.factory.door.close_seconds, self._abort)

    def _abort(self) -> None:
        if not self._gone:
            self.transport.abortConnection()

    def finish(self) -> None:
        """Takes no more requests; those under way are answered."""
        if self._conversation is not None:
            self._conversation.finish()

    def give_up(self) -> None:
        """Drops the connection without a word more."""
        self.transport.abortConnection()
        self.onClose(False, 1006, "")

    def stop_reading(self) -> None:
        if self._is_reading:
            self._is_reading = False
            self.transport.pauseProducing()

    def go_on_reading(self) -> None:
        if not self._is_reading and not self._gone:
            self._is_reading = True
            if self._unfinished_since is not None:
                self._unfinished_since = self.factory.clock.seconds()
            self.transport.resumeProducing()

    @property
    def is_reading(self) -> bool:
        return self._is_reading


def _prepare_socket(transport: Any) -> None:
    if not is_plain(transport):
        return
    handle = transport.getHandle()
    # The kernel takes megabytes for a peer that does not read, before anything here could be counted.
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    # By type: Twisted's UNIX transport is a tcp.Server by inheritance, and its socket knows nothing of TCP.
    if type(transport) is tcp.Server:
        transport.setTcpKeepAlive(True)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # A peer that vanished while bytes were under way is given up after half a minute, not a quarter hour.
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000)


def deny(status: int, why: str) -> ConnectionDeny:
    """The exception that refuses a handshake."""
    return ConnectionDeny(status, why)  # type: ignore[no-untyped-call]
