"""One Socket.IO client, as the dialects see it: who speaks to us, in order, and how she is spoken to.

A dialect is a function that is given a Client who has come and makes a Handler for her:

    def dialect(client: Client) -> Handler: ...

Everything that the client sends goes to her handler, one thing after the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from webchat.chat.incidents import loggable
from webchat.model.refusals import Internal, Refusal, TooMany, TooSlow
from webchat.ws import socketio
from webchat.ws.engineio import MAX_PAYLOAD
from webchat.ws.native import Shared
from webchat.ws.outgoing import HARD_LIMIT, SOFT_LIMIT
from webchat.ws.socketio import Packet

MAX_QUEUED = 128
"""Events of one client that wait for earlier ones; above it nothing more is read from her."""

MAX_ASKED = 32
"""Questions to one client that are under way."""


class Ack(Protocol):
    """The answer to an event that asked for one: called once, with what JSON can say; later calls do nothing."""

    def __call__(self, *args: Any) -> None: ...


class Handler(Protocol):
    """What a dialect makes of one client, from her coming to her going; often the hub's listener, too.

    It may raise what it likes: a Refusal is told by its own `refused`, everything else is logged with the number of
    an incident and told as Internal; the connection goes on.
    """

    async def connected(self) -> None:
        """She has connected: the first call.

        Before it has returned nothing of what she sends is handled, and she is not told that she is in, nor what is
        sent to her meanwhile (1 MiB at most: long lists come later).  A Refusal sends her away: as CONNECT_ERROR with
        `data: {"code", "retry_after"?}` to clients 3.x and 4.x; as ERROR with the message to older ones, and the
        connection ends.
        """

    async def event(self, name: str, args: list[Any], ack: Ack | None) -> None:
        """She has sent an event.  The next one is handled when this has returned.

        *args*: JSON as `ws/strict.py` takes it, otherwise of any shape.  *ack*: None unless she wants an answer.
        """

    def refused(self, name: str | None, refusal: Refusal, ack: Ack | None) -> None:
        """An event was not carried out: tell her in the dialect's own way.

        *name* is None where it cannot be said.  *refusal*: BadRequest (what cannot be read, binary events),
        RateLimited, what `event` raised, or Internal.
        """

    def gone(self) -> None:
        """She has left, or lost her connection: the last call, and the only one after a failed `connected`.

        An event that is being handled is not interrupted.
        """


Dialect = Callable[["Client"], Handler]


@attrs.frozen(kw_only=True)
class Visit:
    """What a handshake says of who comes; see Client."""

    version: int
    path: str
    query: Mapping[str, str]
    cookies: Sequence[str]
    cookie_token: str | None
    is_own_page: bool
    address: str
    agent: str


class Line(Protocol):
    """The session of Engine.IO that a client is connected over."""

    @property
    def is_open(self) -> bool: ...

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken."""

    def send(self, frames: bytes) -> None: ...

    async def drained(self) -> None: ...

    def allow(self, size: int) -> None: ...

    def close(self, code: int, reason: str) -> None:
        """Ends the session, once the client has been told what waits."""

    def stop_reading(self) -> None: ...

    def go_on_reading(self) -> None: ...


class Client:
    """A connected Socket.IO client.  Born when she connects, over whichever transport; dies when `gone` is called."""

    _log = Logger()

    def __init__(self, line: Line, visit: Visit, auth: Any, shared: Shared, sid: str) -> None:
        self.sid = sid
        """Her public number, which clients 3.x and 4.x are told; random."""
        self.version = visit.version
        """Of Engine.IO: 3 (clients 1.x, 2.x) or 4 (3.x, 4.x)."""
        self.path = visit.path
        """`/socket.io` or `/ws`, as she asked for it, without the final slash."""
        self.query = visit.query
        """The query of her handshake (of a name that stands twice the first): `api_token`, ..."""
        self.auth = auth
        """What came with CONNECT (clients 3.x, 4.x): an object, or None."""
        self.cookies = visit.cookies
        """The values of the handshake's `Cookie` headers; empty unless a page of ours opened the connection."""
        self.cookie_token = visit.cookie_token
        """The session token among them."""
        self.is_own_page = visit.is_own_page
        """Whether the handshake came from a page that may use its visitor's cookies (by Origin, compared exactly)."""
        self.address = visit.address
        """Where she is, proxies seen through."""
        self.agent = visit.agent
        """Her browser's name for itself, printable, at most 200 signs."""
        self._line = line
        self._shared = shared
        self._handler: Handler | None = None
        # She must not hear of anything before she has heard that she is in.
        self._held: list[bytes] | None = []
        self._queue: deque[Packet] = deque()
        self._is_busy = True
        self._is_gone = False
        self._asks = 0
        self._asked: dict[int, tuple[Deferred[list[Any]], Any]] = {}

    @property
    def is_open(self) -> bool:
        """Whether anything can still be sent to her."""
        return not self._is_gone and self._line.is_open

    @property
    def waiting(self) -> int:
        """Bytes that she has not taken."""
        return self._line.waiting + sum(map(len, self._held or ()))

    def emit(self, name: str, *args: Any) -> None:
        """Sends her an event."""
        self.send(encode(name, *args))

    def send(self, frames: bytes) -> None:
        """Sends what `encode` made.  Who takes too little of it is sent away."""
        if self._held is not None:
            self._held.append(frames)
            if self.waiting > HARD_LIMIT:
                self._line.close(4008, "too slow")
        elif not self._is_gone:
            self._line.send(frames)

    def send_passing(self, frames: bytes) -> None:
        """As `send`, for what may get lost: dropped if she is slow."""
        if self.waiting <= SOFT_LIMIT:
            self.send(frames)

    async def drained(self) -> None:
        """Returns when she has taken most of what was sent, or has left: for whoever sends long lists."""
        await self._line.drained()

    async def ask(self, name: str, *args: Any, seconds: float = 10.0) -> list[Any]:
        """Sends an event and returns what she acknowledges it with.

        Raises TooSlow when nothing came in time, or when she has left; TooMany while MAX_ASKED are under way.
        """
        if not self.is_open:
            raise TooSlow("The client has left.")
        if len(self._asked) >= MAX_ASKED:
            raise TooMany("Too much is asked of this client.")
        number = self._asks
        self._asks += 1
        answer: Deferred[list[Any]] = Deferred()
        timer = self._shared.clock.callLater(seconds, self._answered, number, TooSlow("The client did not answer."))
        self._asked[number] = answer, timer
        self.send(socketio.event(name, *args, id=number))
        return await answer

    def allow(self, size: int = MAX_PAYLOAD) -> None:
        """Takes packets of up to *size* bytes from her from now on; from strangers no more than STRANGERS_PAYLOAD.

        To be called when she is signed in.  In `connected` it is in time for whatever she sends.
        """
        self._line.allow(size)

    def disconnect(self) -> None:
        """Sends her away for good: stock clients do not come back by themselves."""
        if self.is_open:
            self._line.send(socketio.disconnected())
            self._line.close(1000, "sent away")

    def close(self, reason: str, code: int = 1011) -> None:
        """Ends the connection; stock clients come back after some seconds.

        *reason* is for the log, *code* for WebSockets and the count of closes.
        """
        self._line.close(code, reason)

    # As its conversation sees it.

    async def begin(self, dialect: Dialect) -> Refusal | None:
        """Has *dialect* take her in: None, or why it does not.  Then what she sent meanwhile is handled."""
        try:
            self._handler = dialect(self)
            await self._handler.connected()
        except Exception as error:  # An edge: a dialect's bug is hers alone.
            return self._told(error)
        return None

    def go_on(self) -> None:
        """She is in: she is told so, and her events are handled from now on."""
        if self._held is not None:
            held, self._held = self._held, None
            told = socketio.connected(self.sid if self.version == 4 else None)
            self._line.send(b"".join([told, *held]))
        self._is_busy = False
        self._work_off()

    def receive(self, packet: Packet) -> None:
        """Takes an event; it is handled after those before it."""
        if self._is_gone:
            return
        self._queue.append(packet)
        if len(self._queue) >= MAX_QUEUED:
            self._line.stop_reading()
        self._work_off()

    def refuse(self, packet: Packet, refusal: Refusal) -> None:
        """Tells her that an event is not carried out."""
        name = packet.data[0] if packet.data else None
        try:
            assert self._handler is not None
            self._handler.refused(name, refusal, self._ack(packet.id))
        except Exception as error:  # An edge, as above.
            self._told(error)

    def acknowledge(self, number: int, args: list[Any] | Refusal) -> None:
        """Takes the answer to what she was asked; one that nobody waits for is ignored."""
        self._answered(number, args)

    def finish(self) -> None:
        """Handles nothing more but what is under way."""
        self._queue.clear()

    def ended(self) -> None:
        """She has left.  May be called twice."""
        if self._is_gone:
            return
        self._is_gone = True
        self._held = None
        self._queue.clear()
        for number in tuple(self._asked):
            self._answered(number, TooSlow("The client has left."))
        if self._handler is not None:
            try:
                self._handler.gone()
            except Exception as error:  # An edge, as above.
                self._told(error)

    def _work_off(self) -> None:
        if not self._is_busy and self._queue:
            self._is_busy = True
            Deferred.fromCoroutine(self._handle_all()).addErrback(self.failed)

    def failed(self, failure: Any) -> None:
        """What should not have: it is logged, and the session ends."""
        self._log.failure("A client could not be served", loggable(failure.value))
        self._line.close(1011, "internal")

    async def _handle_all(self) -> None:
        assert self._handler is not None
        while self._queue:
            packet = self._queue.popleft()
            if len(self._queue) == MAX_QUEUED // 2:
                self._line.go_on_reading()
            try:
                if packet.refusal is not None:
                    raise packet.refusal
                await self._handler.event(packet.data[0], packet.data[1:], self._ack(packet.id))
            except Exception as error:  # An edge, as above.
                self.refuse(packet, self._told(error))
        self._is_busy = False

    def _ack(self, number: int | None) -> Ack | None:
        if number is None:
            return None
        left = [number]

        def acknowledge(*args: Any) -> None:
            if left:
                self.send(socketio.ack(left.pop(), args))

        return acknowledge

    def _answered(self, number: int, args: list[Any] | Refusal) -> None:
        asked = self._asked.pop(number, None)
        if asked is None:
            return
        answer, timer = asked
        if timer.active():
            timer.cancel()
        if isinstance(args, Refusal):
            answer.errback(args)
        else:
            answer.callback(args)

    def _told(self, error: Exception) -> Refusal:
        """What is told of *error*: a bug is logged, and its sender gets an incident to ask about."""
        if isinstance(error, Refusal):
            return error
        incident = self._shared.incident()
        self._log.failure("Incident {incident} in a dialect", loggable(error), incident=incident)
        return Internal(f"Something went wrong (incident {incident}).")


def encode(name: str, *args: Any) -> bytes:
    """An event for any number of clients, over any transport: made once, sent to each with `Client.send`.

    Several of them may be joined: `encode(...) + encode(...)` is sent as two events.
    """
    return socketio.event(name, *args)


def write_all(clients: Iterable[Client], frames: bytes) -> None:
    """Sends what `encode` made to many clients: the `write_all` of a dialect in the hub, whose ports are Clients."""
    for client in clients:
        client.send(frames)
