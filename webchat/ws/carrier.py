"""Socket.IO over WebSockets, and all sessions of Socket.IO: how they begin, what time brings, how they end."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.internet.task import LoopingCall

from webchat.model.text import printable
from webchat.ws.clients import Dialect, Visit
from webchat.ws.engineio import STRANGERS_PAYLOAD, Engine, Transport
from webchat.ws.factory import WATCH_SECONDS, ChatFactory, harden, how_to_answer
from webchat.ws.protocol import MESSAGE_SECONDS, ChatProtocol, deny
from webchat.ws.sessions import Session

LEAST_RATE = 100_000
"""Bytes a second that a long message must come with."""

AGENT_LIMIT = 200


class Talk:
    """What comes over one WebSocket, handed to the session that it carries or offers to carry."""

    def __init__(self, session: Session, socket: SocketIoProtocol) -> None:
        self._session = session
        self._socket = socket

    def receive(self, payload: bytes) -> None:
        self._session.take_frame(self._socket, payload.decode())

    def finish(self) -> None:
        """The session is told itself."""

    def ended(self) -> None:
        self._session.lost(self._socket)


class SocketIoProtocol(ChatProtocol):
    """One WebSocket of Socket.IO: of a session that begins with it, or that has begun by polling."""

    session: Session | None = None
    message_seconds = MESSAGE_SECONDS + STRANGERS_PAYLOAD / LEAST_RATE

    def onConnect(self, request: Any) -> None:
        """Accepts or refuses the handshake.  Raises ConnectionDeny."""
        self.recognise(request)
        sid = request.params.get("sid", [None])[0]
        if sid is None:
            self.session = self.factory.open(self._visit(request), "websocket")
            if self.session is None:
                raise deny(503, "too many connections")
            self.session.expect(self)
        else:
            self.session = self.factory.find(sid)
            if self.session is None or not self.session.may_upgrade():
                self.session = None
                raise deny(400, "no session to carry")
            self.session.offer(self)
        self._counted = True

    def _visit(self, request: Any) -> Visit:
        origin, cookies = request.headers.get("origin"), request.headers.get("cookie")
        return Visit(
            version=int(request.params["EIO"][0]),
            path=request.path.rstrip("/"),
            query={name: values[0] for name, values in request.params.items()},
            # `recognise` has let it in: with an Origin this is a page of ours, without one no page at all.
            cookies=(cookies,) if origin and cookies else (),
            cookie_token=self.cookie_token,
            is_own_page=origin is not None,
            address=self.address,
            agent=printable(request.headers.get("user-agent", ""))[:AGENT_LIMIT],
        )

    def begin_talk(self) -> Talk:
        assert self.session is not None
        self.session.open_on(self)
        return Talk(self.session, self)

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)
        if self._unfinished_since is not None and self.session is not None:
            self.session.hear()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if not isBinary:
            super().onMessage(payload, isBinary)
        elif self._conversation is not None and not self._closing and self.session is not None:
            self.session.take_frame(self, None)

    def allow(self, size: int) -> None:
        """Takes messages of up to *size* bytes."""
        self.maxFramePayloadSize = self.maxMessagePayloadSize = size
        self.message_seconds = MESSAGE_SECONDS + size / LEAST_RATE


class SocketIoFactory(WebSocketServerFactory):
    """Holds every session of Socket.IO, and makes their WebSockets.  Lives as long as the service.

    Their places are among those of *sockets*, which also closes them when the server stops.
    """

    protocol: type[SocketIoProtocol] = SocketIoProtocol

    def __init__(self, sockets: ChatFactory, dialect: Dialect, token_bytes: Callable[[int], bytes]) -> None:
        super().__init__(**how_to_answer([], sockets.door))  # type: ignore[no-untyped-call]
        self.door = sockets.door
        self.shared = sockets.shared
        self.clock = sockets.clock
        self.dialect = dialect
        self._sockets = sockets
        self._token_bytes = token_bytes
        self._sessions: dict[str, Session] = {}
        self._watch = LoopingCall(self._look)
        self._watch.clock = sockets.clock  # type: ignore[assignment]
        # Engine.IO has signs of life of its own.
        harden(self, STRANGERS_PAYLOAD, 0, 0)

    def start(self) -> None:
        self.startFactory()  # type: ignore[no-untyped-call]
        self._watch.start(WATCH_SECONDS, now=False)

    def stop(self) -> None:
        """To be called once the sessions have been closed."""
        if self._watch.running:
            self._watch.stop()
        self.stopFactory()  # type: ignore[no-untyped-call]

    def open(self, visit: Visit, transport: Transport) -> Session | None:
        """A new session; None if there is no place for it."""
        sid = urlsafe_b64encode(self._token_bytes(32)).rstrip(b"=").decode()
        session = Session(self, Engine(sid, visit.version, transport, self.clock.seconds()), visit)
        if not self._sockets.admit(session):
            return None
        self._sessions[sid] = session
        return session

    def find(self, sid: str) -> Session | None:
        return self._sessions.get(sid)

    def new_id(self) -> str:
        """A client's public number."""
        return urlsafe_b64encode(self._token_bytes(15)).decode()

    def gone(self, session: Session) -> None:
        """Forgets a session.  Harmless the second time."""
        if self._sessions.pop(session.sid, None) is not None:
            self._sockets.closed(session)

    def count_close(self, code: int) -> None:
        self._sockets.count_close(code)

    def _look(self) -> None:
        now = self.clock.seconds()
        for session in tuple(self._sessions.values()):
            session.look(now)

    # As its connections see it.

    def opened(self, connection: SocketIoProtocol) -> None:
        self._sockets.opened(connection)

    def unwatch(self, connection: SocketIoProtocol) -> None:
        self._sockets.unwatch(connection)

    def closed(self, connection: SocketIoProtocol) -> None:
        if connection.session is not None:
            connection.session.dropped(connection)
