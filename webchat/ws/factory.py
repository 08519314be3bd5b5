"""All WebSocket connections of a server: how many there are, which are too slow, and how they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import attrs
from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall

from webchat.chat.facade import FRAME_BYTES
from webchat.model.handshake import Handshake
from webchat.model.web import Network, Origins, throttle_key
from webchat.ws import lean
from webchat.ws.native import Shared, Timers
from webchat.ws.outgoing import HARD_LIMIT, SOFT_LIMIT, is_plain
from webchat.ws.protocol import SUBPROTOCOL, ChatProtocol, Talk

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STAY_WITH_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
STALLED_SECONDS = 10.0
WATCH_SECONDS = 1.0


@attrs.frozen(kw_only=True)
class WebSocketSettings:
    """What this door must know about the server's place in the world, and its limits.  Times in seconds."""

    origins: Origins
    is_https: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    max_connections: int = 10_000
    connections_per_address: int = 200
    ping_seconds: float = 25.0
    pong_seconds: float = 10.0
    close_seconds: float = 2.0


class Admitted(Protocol):
    """What takes a place here: a connection, or a session of Socket.IO over whichever transport."""

    address: str
    cookie_token: str | None

    def close(self, code: int, reason: str) -> None: ...

    def finish(self) -> None:
        """Takes no more requests; those under way are answered."""

    def give_up(self) -> None:
        """Ends at once, without a word more."""


def how_to_answer(protocols: list[str], door: WebSocketSettings) -> dict[str, Any]:
    """What Autobahn is told of the answer to a handshake."""
    headers = {**SECURITY_HEADERS, **(STAY_WITH_HTTPS if door.is_https else {})}
    return {"protocols": protocols, "server": "webchat", "headers": headers}


def harden(factory: Any, longest: int, ping_seconds: float, pong_seconds: float) -> None:
    """Has a factory's connections keep limits: *longest* in bytes of a message.  *ping_seconds* may be 0: no pings."""
    factory.setProtocolOptions(
        versions=[13],
        maxFramePayloadSize=longest,
        maxMessagePayloadSize=longest,
        # True would show a client 1006 instead of 1009, 1007, 1002.
        failByDrop=False,
        autoPingInterval=ping_seconds,
        autoPingTimeout=pong_seconds,
        closeHandshakeTimeout=2,
        webStatus=False,
        # What comes here is a whole request: the time it may take was limited before.
        openHandshakeTimeout=0,
        # Origins are compared by `onConnect`: Autobahn's patterns are looser.
        allowedOrigins=["*"],
        allowNullOrigin=False,
    )
    lean.quiet()
    factory.protocol = lean.configured(factory.protocol, factory)


class ChatFactory(WebSocketServerFactory):
    """Holds every connection; lives as long as the service."""

    protocol: type[ChatProtocol] = ChatProtocol

    def __init__(
        self,
        door: WebSocketSettings,
        shared: Shared,
        clock: Timers,
        jitter: Callable[[float, float], float],
    ) -> None:
        super().__init__(**how_to_answer([SUBPROTOCOL], door))  # type: ignore[no-untyped-call]
        self.door = door
        self.shared = shared
        self.clock = clock
        self.jitter = jitter
        self.plain: Callable[[ChatProtocol], Talk] | None = None
        """What is talked with clients that ask for no subprotocol; None: nothing."""
        self.connections: set[Admitted] = set()
        self._opened: set[ChatProtocol] = set()
        self._by_address: Counter[str] = Counter()
        self._stalled: dict[ChatProtocol, tuple[int, float]] = {}
        self._all_gone: list[Deferred[None]] = []
        self._stopping = False
        self.accepted = 0
        self.refused = 0
        self.closes: Counter[int] = Counter()
        self._watch = LoopingCall(self._look_for_stalled)
        self._watch.clock = clock  # type: ignore[assignment]
        harden(self, FRAME_BYTES, door.ping_seconds, door.pong_seconds)

    def mounted(self) -> WebSocketResource:
        """What the HTTP door mounts at /ws."""
        return WebSocketResource(self)  # type: ignore[no-untyped-call]

    def take_over(self, transport: Any, handshake: Handshake) -> bool:
        """The short way in: makes a WebSocket of a plain *transport*; False, and nothing done, if it is another one."""
        if not is_plain(transport):
            return False
        connection: Any = self.buildProtocol(transport.getPeer())
        transport.protocol = connection
        connection.makeConnection(transport)
        connection.shake_hands(handshake)
        return True

    def start(self) -> None:
        # A factory under a Site is never told that it starts.
        self.startFactory()  # type: ignore[no-untyped-call]
        self._watch.start(WATCH_SECONDS, now=False)

    def admit(self, connection: Admitted) -> bool:
        """Counts a new connection, or refuses it because there are too many."""
        key = throttle_key(connection.address)
        if (
            self._stopping
            or not self._has_room_for(connection)
            or self._by_address[key] >= self.door.connections_per_address
        ):
            self.refused += 1
            return False
        self.connections.add(connection)
        self._by_address[key] += 1
        self.accepted += 1
        return True

    def _has_room_for(self, connection: Admitted) -> bool:
        """Whether there is a place; the last tenth is for known cookies, or strangers could keep everybody out."""
        places = self.door.max_connections - len(self.connections)
        if places > self.door.max_connections // 10:
            return True
        token = connection.cookie_token
        return places > 0 and token is not None and self.shared.chat.accounts.knows(token)

    def opened(self, connection: ChatProtocol) -> None:
        """Has an eye on how *connection* reads and writes, until `unwatch`."""
        self._opened.add(connection)

    def unwatch(self, connection: ChatProtocol) -> None:
        self._opened.discard(connection)
        self._stalled.pop(connection, None)

    def closed(self, connection: Admitted) -> None:
        """Forgets a connection that was admitted."""
        self.connections.discard(connection)
        key = throttle_key(connection.address)
        self._by_address[key] -= 1
        if self._by_address[key] <= 0:
            del self._by_address[key]
        if not self.connections:
            waiters, self._all_gone = self._all_gone, []
            for waiter in waiters:
                waiter.callback(None)

    def count_close(self, code: int) -> None:
        self.closes[code] += 1

    def _look_for_stalled(self) -> None:
        now = self.clock.seconds()
        for connection in list(self._opened):
            if connection.is_dripping(now):
                connection.close(4008, "too slow")
                continue
            out = connection.outgoing
            waiting = out.waiting
            if not waiting:
                self._stalled.pop(connection, None)
                if not connection.is_reading:
                    connection.go_on_reading()
                continue
            if waiting > HARD_LIMIT:
                connection.close(4008, "too slow")
                continue
            if waiting <= SOFT_LIMIT and not connection.is_reading:
                connection.go_on_reading()
            taken, since = self._stalled.get(connection, (-1, now))
            if out.taken != taken:
                self._stalled[connection] = (out.taken, now)
            elif now - since >= STALLED_SECONDS:
                connection.close(4008, "too slow")

    def finish(self) -> None:
        """Admits nobody and takes no more requests; those under way are answered."""
        self._stopping = True
        for connection in self.connections:
            connection.finish()

    async def stop(self, seconds: float) -> None:
        """Closes every connection with 1012, spread over *seconds*, and waits until they are gone."""
        self._stopping = True
        if self._watch.running:
            self._watch.stop()
        connections = list(self.connections)
        if connections:
            gone: Deferred[None] = Deferred()
            self._all_gone.append(gone)
            for place, connection in enumerate(connections):
                self.clock.callLater(seconds * place / len(connections), connection.close, 1012, "restart")
            limit = self.clock.callLater(seconds + self.door.close_seconds + 1.0, self._give_up)
            await gone
            if limit.active():
                limit.cancel()
        self.stopFactory()  # type: ignore[no-untyped-call]

    def _give_up(self) -> None:
        for connection in list(self.connections):
            connection.give_up()
