"""What is written to one connection: at once where nothing waits, counted where something does.

The only place that knows the insides of Twisted's transports (26.10); `tests/ws/test_outgoing.py` and the tests of
`doorstep/` fail when they change.
"""

from __future__ import annotations

from typing import Any

import attrs
from twisted.internet import tcp, unix
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer  # type: ignore[import-untyped]

SOFT_LIMIT = 256 * 1024
HARD_LIMIT = 1024 * 1024


def is_plain(transport: Any) -> bool:
    """Whether bytes may go straight to the socket.

    By type, never by `hasattr`: a TLS transport passes `writeSomeData` through to the socket below, which would put
    plain text onto the wire.
    """
    return type(transport) in (tcp.Server, unix.Server) and not transport.TLS


def write_now(transport: Any, data: bytes) -> None:
    """Writes to a plain transport without waiting for the reactor's next turn, if nothing is queued there."""
    t = transport
    if not t.connected or t.disconnecting or t._tempDataBuffer or len(t.dataBuffer) > t.offset:
        t.write(data)
        return
    sent = t.writeSomeData(data)
    if not isinstance(sent, int):
        # The peer is gone; the transport finds out and says so.
        t.write(data)
    elif sent < len(data):
        t.write(data[sent:])


def queued(transport: Any) -> int:
    """How many bytes wait in this process for the peer to read; 0 where that cannot be told."""
    t: Any = transport if type(transport) in (tcp.Server, unix.Server) else getattr(transport, "transport", None)
    if type(t) not in (tcp.Server, unix.Server):
        return 0
    return int(len(t.dataBuffer) - t.offset + t._tempDataLen)


@implementer(IPushProducer)
@attrs.define(eq=False)
class Outgoing:
    """The writing side of a connection, from its opening to its end; its transport's producer."""

    _transport: Any
    _is_plain: bool = attrs.field(init=False)
    _paused: bool = attrs.field(default=False, init=False)
    _waiters: list[Deferred[None]] = attrs.field(factory=list, init=False)
    is_open: bool = attrs.field(default=True, init=False)
    written: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._is_plain = is_plain(self._transport)

    def write(self, data: bytes) -> None:
        """Writes whole frames, in order."""
        if not self.is_open:
            return
        self.written += len(data)
        if self._is_plain and not self._paused:
            write_now(self._transport, data)
        else:
            self._transport.write(data)

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
        """Bytes that the peer has taken, ever: what tells a slow reader from one that does not read."""
        return self.written - queued(self._transport)

    async def drained(self) -> None:
        """Returns when more may be written, or when the connection has ended."""
        if self._paused and self.is_open:
            waiter: Deferred[None] = Deferred()
            self._waiters.append(waiter)
            await waiter

    def ended(self) -> None:
        """The connection is no more: nothing is written, and nobody waits."""
        self.is_open = False
        self._wake()

    def pauseProducing(self) -> None:
        self._paused = True

    def resumeProducing(self) -> None:
        self._paused = False
        self._wake()

    def stopProducing(self) -> None:
        self.ended()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.callback(None)
