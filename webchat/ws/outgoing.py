"""What is written to one connection: at once where nothing waits, counted where something does.

The only place that knows the insides of Twisted's transports (26.10); `tests/ws/test_outgoing.py` and the tests of
`doorstep/` fail when they change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs
from twisted.internet import tcp, unix
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer  # type: ignore[import-untyped]

SOFT_LIMIT = 256 * 1024
HARD_LIMIT = 1024 * 1024

_TOO_LONG_TO_COPY = 16 * 1024
"""Where copying bytes to have them joined takes longer than writing twice."""


def is_plain(transport: Any) -> bool:
    """Whether bytes may go straight to the socket.

    By type, never by `hasattr`: a TLS transport passes `writeSomeData` through to the socket below, which would put
    plain text onto the wire.
    """
    return type(transport) in (tcp.Server, unix.Server) and not transport.TLS


def queued(transport: Any) -> int:
    """How many bytes wait in this process for the peer to read; 0 where that cannot be told."""
    t: Any = transport if type(transport) in (tcp.Server, unix.Server) else getattr(transport, "transport", None)
    if type(t) not in (tcp.Server, unix.Server):
        return 0
    return int(len(t.dataBuffer) - t.offset + t._tempDataLen)


def write_all(ports: Iterable[Outgoing], data: bytes) -> None:
    """Writes *data* to each of *ports*: the innermost loop of a broadcast.

    A transport would keep the bytes until the reactor's next turn and ask the kernel twice when it may write, three
    times the cost of a delivery.  And with a thousand listeners each object that is touched has to be fetched from
    memory: here it is the port and its socket, nothing else.
    """
    size = len(data)
    for port in ports:
        if port.is_direct:
            try:
                sent = port._send(data)  # type: ignore[misc]
            except OSError:
                # The peer takes no more, or is gone: the transport finds out which, and says so.
                sent = 0
            if sent != size:
                port.hand_over(data[sent:])
        else:
            port.write_slowly(data)


def _nothing() -> None:
    """For whoever has nobody to tell."""


@implementer(IPushProducer)
@attrs.define(eq=False)
class Outgoing:
    """The writing side of a connection, from its opening to its end; its transport's producer.

    *on_backlog* is called after each write that the transport could not hand on and that found it full already.
    """

    _transport: Any
    on_backlog: Callable[[], None] = _nothing
    _send: Callable[[bytes], int] | None = attrs.field(init=False)
    is_direct: bool = attrs.field(init=False)
    """Whether bytes may go straight to the socket: nothing waits before them, here or in the transport."""
    _paused: bool = attrs.field(default=False, init=False)
    _held: list[bytes] | None = attrs.field(default=None, init=False)
    _waiters: list[Deferred[None]] | None = attrs.field(default=None, init=False)
    is_open: bool = attrs.field(default=True, init=False)
    handed: int = attrs.field(default=0, init=False)
    """Bytes that had to be left to the transport."""

    def __attrs_post_init__(self) -> None:
        # The socket's own method: what the transport adds to it only matters where something waits there.
        self._send = self._transport.socket.send if is_plain(self._transport) else None
        self.is_direct = self._send is not None and self._is_clear()

    def write(self, data: bytes) -> None:
        """Writes whole frames, in order; at once, if nothing waits before them."""
        write_all((self,), data)

    def write_slowly(self, data: bytes) -> None:
        """As *write*, where something is held or waits, or did the last time; only here the transport is looked at."""
        if not self.is_open:
            return
        if self._held is not None:
            held, self._held = b"".join(self._held), None
            if len(data) > _TOO_LONG_TO_COPY:
                self.write_slowly(held)
            else:
                data = held + data
        if self._send is not None and not self._paused:
            self.is_direct = self._is_clear()
            if self.is_direct:
                write_all((self,), data)
                return
        self.hand_over(data)
        if self._paused:
            self.on_backlog()

    def _is_clear(self) -> bool:
        """Whether nothing waits in a plain transport: before the first write it may be the answer to the handshake."""
        t = self._transport
        return not (t.disconnecting or t._tempDataBuffer or len(t.dataBuffer) > t.offset)

    def hand_over(self, data: bytes) -> None:
        """Has the transport write *data* when it can; until it has, everything goes that way, so that order holds."""
        self.is_direct = False
        self.handed += len(data)
        self._transport.write(data)

    def hold(self, data: bytes) -> bool:
        """Keeps *data*, to go out with whatever is written next; whether it is the first that is kept.

        Whoever holds something sees to it that `release` is called in the same turn.
        """
        self.is_direct = False
        if self._held is None:
            self._held = [data]
            return True
        self._held.append(data)
        return False

    def release(self) -> None:
        """Writes what is held."""
        if self._held is not None:
            self.write_slowly(b"")

    @property
    def is_paused(self) -> bool:
        """Whether the transport has more than it can hand on: 64 KiB and above."""
        return self._paused

    @property
    def waiting(self) -> int:
        """Bytes that the peer has not taken; 0 as long as the transport has not asked for a pause."""
        return queued(self._transport) if self._paused else 0

    @property
    def taken(self) -> int:
        """How many of the bytes that had to wait the peer has taken: who reads slowly is not who does not read."""
        return self.handed - queued(self._transport)

    async def drained(self) -> None:
        """Returns when more may be written, or when the connection has ended."""
        if self._paused and self.is_open:
            waiter: Deferred[None] = Deferred()
            self._waiters = [*(self._waiters or ()), waiter]
            await waiter

    def ended(self) -> None:
        """The connection is no more: nothing is written, and nobody waits."""
        self.is_open = self.is_direct = False
        self.on_backlog = _nothing
        self._wake()

    def pauseProducing(self) -> None:
        self._paused = True
        self.is_direct = False

    def resumeProducing(self) -> None:
        self._paused = False
        self._wake()

    def stopProducing(self) -> None:
        self.ended()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            waiter.callback(None)
