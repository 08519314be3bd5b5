"""One session of Engine.IO: the same client, whether she polls or has a WebSocket, and while she changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from webchat.ws import engineio
from webchat.ws.clients import Dialect, Visit
from webchat.ws.conversation import Conversation
from webchat.ws.engineio import CLOSE, MAX_ANSWERED, NOOP, UPGRADE_SECONDS, Engine, Kind, Malformed, Packet
from webchat.ws.frames import payloads_of, text_frame
from webchat.ws.native import Shared
from webchat.ws.outgoing import HARD_LIMIT, SOFT_LIMIT, Outgoing
from webchat.ws.patience import mind_the_queue

LINGER_SECONDS = 10.0
"""How long a session that is closed waits for the poll that takes what is left to say."""


class Socket(Protocol):
    """A WebSocket that carries a session, or offers to."""

    outgoing: Outgoing

    def close(self, code: int, reason: str) -> None: ...

    def stop_reading(self) -> None: ...

    def go_on_reading(self) -> None: ...

    def give_up(self) -> None: ...

    def allow(self, size: int) -> None: ...


class Sessions(Protocol):
    """What holds them all."""

    shared: Shared
    dialect: Dialect

    def new_id(self) -> str: ...

    def count_close(self, code: int) -> None: ...

    def gone(self, session: Session) -> None: ...


class Session:
    """Born at the handshake; dies when the client leaves, is not heard of, or is sent away."""

    _log = Logger()

    def __init__(self, sessions: Sessions, engine: Engine, visit: Visit) -> None:
        self.address = visit.address
        self.cookie_token = visit.cookie_token
        self.engine = engine
        self.is_open = True
        self.largest = engineio.STRANGERS_PAYLOAD
        self._sessions = sessions
        self._clock = sessions.shared.clock
        self._conversation = Conversation(self, visit, sessions.dialect, sessions.shared, sessions.new_id)
        self._socket: Socket | None = None
        self._probe: Socket | None = None
        self._probed = self._ended = 0.0
        """When the probe came, and when the session was closed."""
        self._poll: Callable[[bytes], None] | None = None
        self._posted: Callable[[], None] | None = None
        self._flush: Any = None
        self._is_reading = True
        self._waiters: list[Deferred[None]] = []

    @property
    def sid(self) -> str:
        return self.engine.sid

    def begin(self) -> bytes:
        """The first packets of the session, by polling, with what else there is to say at once."""
        self.engine.put(self.engine.handshake())
        self._conversation.begin()
        return self._take_some()

    def expect(self, socket: Socket) -> None:
        """The session is to begin on a WebSocket that is not open yet."""
        self._socket = socket

    def open_on(self, socket: Socket) -> None:
        """A WebSocket is open: the session begins on it, unless it has begun already."""
        if socket is self._socket:
            self._carry(socket)
            socket.outgoing.write(text_frame(self.engine.handshake()))
            self._conversation.begin()

    # Polling.

    def poll(self, answer: Callable[[bytes], None]) -> None:
        """The client asks what there is: *answer* is called with it, at once or when there is something.

        Raises Malformed if another poll waits.
        """
        if self._poll is not None:
            raise Malformed("two polls at once")
        self.engine.heard = self._clock.seconds()
        self._poll = answer
        if not self.is_open:
            self._say_goodbye()
            return
        if self.engine.is_upgrading and not self.engine.queued:
            self.engine.put(NOOP)
        if self.engine.queued:
            self._answer_poll()

    def poll_lost(self) -> None:
        """The connection that waited for an answer has ended."""
        self._poll = None
        if self.is_open:
            self._drop(1001, "the poll was lost")

    def post(self, packets: Sequence[Packet], answered: Callable[[], None]) -> None:
        """The client has posted *packets*: *answered* is called when she may post more.

        Raises Malformed for what she may not send; what was before it has been taken.
        """
        if self._posted is not None:
            raise Malformed("two posts at once")
        for packet in packets:
            self._take(packet)
        if self._is_reading:
            answered()
        else:
            self._posted = answered

    def _answer_poll(self) -> None:
        self._forget_flush()
        answer, self._poll = self._poll, None
        if answer is not None:
            answer(self._take_some())

    def _forget_flush(self) -> None:
        flush, self._flush = self._flush, None
        if flush is not None and flush.active():
            flush.cancel()

    def _take_some(self) -> bytes:
        payload = engineio.encode_payload(self.engine.version, self.engine.take(MAX_ANSWERED))
        if self.engine.queued <= SOFT_LIMIT:
            self._wake()
        return payload

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.callback(None)

    # A WebSocket.

    def offer(self, socket: Socket) -> None:
        """A WebSocket offers to carry the session."""
        self._probe, self._probed = socket, self._clock.seconds()

    def may_upgrade(self) -> bool:
        """Whether a WebSocket may offer itself."""
        return self.is_open and self._socket is None and self._probe is None

    def take_frame(self, socket: Socket, text: str | None) -> None:
        """A frame has come; None if it was binary."""
        try:
            packet = engineio.decode(text) if text is not None else Packet(Kind.MESSAGE, None)
            if socket is self._socket:
                self._take(packet)
            elif socket is self._probe:
                self._take_probe(socket, packet)
        except Malformed as error:
            # Whose probe fails still has her polls.
            (self if socket is self._socket else socket).close(1002, str(error))

    def lost(self, socket: Socket) -> None:
        """Nothing comes any more from a WebSocket."""
        if socket is self._probe:
            self._probe, self.engine.is_upgrading = None, False
        elif socket is self._socket:
            self._end()

    def dropped(self, socket: Socket) -> None:
        """A WebSocket is no more."""
        self.lost(socket)
        if socket is self._socket:
            self._sessions.gone(self)

    def hear(self) -> None:
        """Bytes have come of a frame that is not whole."""
        self.engine.heard = self._clock.seconds()

    def _take_probe(self, socket: Socket, packet: Packet) -> None:
        answer = self.engine.probe(packet)
        if answer is not None:
            socket.outgoing.write(text_frame(answer))
        else:
            socket.outgoing.write(b"".join(map(text_frame, self.engine.take())))
            if not self.is_open:
                # Only now can she be told: between the transports she would not have heard.
                self._forget()
                return
            self._probe = None
            self._carry(socket)
            self._wake()
        if self._poll is not None:
            # The client must not be left waiting on the transport that she leaves.
            self.engine.put(NOOP)
            self._answer_poll()

    def _carry(self, socket: Socket) -> None:
        self._socket = socket
        socket.outgoing.on_backlog = self._mind_the_queue
        socket.allow(self.largest)
        if not self._is_reading:
            socket.stop_reading()

    def _mind_the_queue(self) -> None:
        mind_the_queue(self, self.waiting)

    # Both.

    def _take(self, packet: Packet) -> None:
        """Raises Malformed."""
        if not self.is_open:
            return
        now = self.engine.heard = self._clock.seconds()
        if packet.kind is Kind.MESSAGE:
            self._conversation.receive(packet.data)
            return
        goes_on, answer = self.engine.receive(packet, now)
        if not goes_on:
            self._leave()
        elif answer is not None and self._conversation.spend() is None:
            self.send(text_frame(answer))

    def _leave(self) -> None:
        """The client has said goodbye."""
        self._end()
        if self._socket is not None:
            self._socket.close(1000, "")
            return
        self.engine.take()
        self.engine.put(NOOP)
        self._answer_poll()
        self._forget()

    def look(self, now: float) -> None:
        """Looks after what time brings; to be called every second or so."""
        if not self.is_open:
            if self._socket is None and now - self._ended > LINGER_SECONDS:
                self._forget()
            return
        if self._probe is not None and now - self._probed > UPGRADE_SECONDS:
            self._probe.close(1000, "no upgrade")
        is_alive, ping = self.engine.look(now)
        if not is_alive:
            self._drop(1001, "no sign of life")
        elif self._conversation.is_lonely(now):
            self.close(1000, "nobody has connected")
        elif ping is not None:
            self.send(text_frame(ping))

    # As the conversation sees it.

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken."""
        return self._socket.outgoing.waiting if self._socket is not None else self.engine.queued

    def send(self, frames: bytes) -> None:
        """Sends packets to the client, each in a frame as a WebSocket would carry it."""
        if self._socket is not None:
            self._socket.outgoing.write(frames)
        elif self.is_open:
            for packet in payloads_of(frames):
                self.engine.put(packet)
            if self.engine.queued > HARD_LIMIT:
                self._drop(4008, "too slow")
            elif self._poll is not None and self._flush is None:
                # What else is said in this turn goes along.
                self._flush = self._clock.callLater(0, self._answer_poll)

    async def drained(self) -> None:
        """Returns when the client has taken most of what was sent, or has left."""
        if self._socket is not None:
            await self._socket.outgoing.drained()
        elif self.is_open and self.engine.queued > SOFT_LIMIT:
            waiter: Deferred[None] = Deferred()
            self._waiters.append(waiter)
            await waiter

    def allow(self, size: int) -> None:
        """Takes packets of up to *size* bytes."""
        self.largest = size
        if self._socket is not None:
            self._socket.allow(size)

    def stop_reading(self) -> None:
        self._is_reading = False
        if self._socket is not None:
            self._socket.stop_reading()

    def go_on_reading(self) -> None:
        self._is_reading = True
        if self._socket is not None:
            self._socket.go_on_reading()
        posted, self._posted = self._posted, None
        if posted is not None:
            posted()

    def close(self, code: int, reason: str) -> None:
        """Ends the session; a polling client is told what is left to say, and with her next poll that it was all."""
        if not self.is_open:
            return
        if self._socket is not None:
            self._socket.close(code, reason)
        else:
            self._log.info("Closing {address} with {code} {reason}", address=self.address, code=code, reason=reason)
            self._sessions.count_close(code)
        self._end()
        if self._socket is None and self._poll is not None:
            self._say_goodbye()

    def finish(self) -> None:
        """Takes no more events; those under way are answered."""
        self._conversation.finish()

    def give_up(self) -> None:
        """Ends at once, without a word more."""
        self._end()
        if self._socket is not None:
            self._socket.give_up()
        self._forget()

    def _say_goodbye(self) -> None:
        # What is left goes alone: a client 4.x hears CLOSE first, whatever stands before it, and would come back.
        is_last = not self.engine.queued
        if is_last:
            self.engine.put(CLOSE)
        self._answer_poll()
        if is_last:
            self._forget()

    def _end(self) -> None:
        """Nothing is said any more.  May be called twice."""
        if not self.is_open:
            return
        self.is_open = False
        self._ended = self._clock.seconds()
        self._forget_flush()
        self._conversation.ended()
        self._wake()
        if self._posted is not None:
            self.go_on_reading()

    def _drop(self, code: int, reason: str) -> None:
        """Ends the session of a client who cannot be told."""
        self.engine.take()
        self.close(code, reason)
        if self._socket is None:
            self._forget()

    def _forget(self) -> None:
        if self._probe is not None:
            self._probe.close(1000, "the session has ended")
        self._sessions.gone(self)
