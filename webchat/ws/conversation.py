"""What is said in one session of Socket.IO: who connects and leaves, which packets are heard, and how many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from webchat.live.limits import Bucket
from webchat.model.refusals import RateLimited
from webchat.ws import socketio
from webchat.ws.clients import Client, Dialect, Line, Visit
from webchat.ws.engineio import Malformed
from webchat.ws.native import Shared
from webchat.ws.patience import mind_the_haste
from webchat.ws.socketio import Kind, Packet

JOIN_SECONDS = 20.0
"""How long a session may last in which nobody has connected, or nobody any more."""


class Conversation:
    """One session's, from its first message to its end, with at most one client at a time."""

    def __init__(self, line: Line, visit: Visit, dialect: Dialect, shared: Shared, new_id: Callable[[], str]) -> None:
        self._line = line
        self._visit = visit
        self._dialect = dialect
        self._shared = shared
        self._new_id = new_id
        self._client: Client | None = None
        self._had_client = False
        self._is_finishing = False
        self._lonely_since = shared.clock.seconds()
        self._allowance = Bucket.full(shared.requests, self._lonely_since)
        self._refused_in_a_row = 0
        self._binary: Packet | None = None
        self._missing = 0

    def begin(self) -> None:
        """The session is open."""
        if self._visit.version == 3:
            # Older clients do not ask.
            self._connect(None)

    def receive(self, text: str | None) -> None:
        """Takes a message; None if it was binary.  Raises Malformed."""
        if self._is_finishing:
            return
        if text is None:
            self._take_attachment()
            return
        if self._binary is not None:
            raise Malformed("a text where binary data is due")
        packet = socketio.decode(text)
        refusal = self.spend()
        if refusal is not None:
            # Its attachments, should it have any, are taken for a message of the wrong kind: who is that fast may go.
            if self._client is not None and packet.kind in (Kind.EVENT, Kind.BINARY_EVENT):
                self._client.refuse(packet, refusal)
        elif packet.attachments:
            self._binary, self._missing = packet, packet.attachments
        else:
            self._handle(packet)

    def spend(self) -> RateLimited | None:
        """Counts a packet of whatever kind: why it comes too fast, if it does."""
        try:
            self._allowance.take(self._shared.clock.seconds())
        except RateLimited as refusal:
            self._refused_in_a_row += 1
            mind_the_haste(self._line, self._refused_in_a_row)
            return refusal
        self._refused_in_a_row = 0
        return None

    def is_lonely(self, now: float) -> bool:
        """Whether nobody has connected for too long."""
        return self._client is None and now - self._lonely_since > JOIN_SECONDS

    def finish(self) -> None:
        """Takes no more events; the one under way is handled."""
        self._is_finishing = True
        if self._client is not None:
            self._client.finish()

    def ended(self) -> None:
        """The session is over.  May be called twice."""
        self._is_finishing = True
        self._lose_client()

    def _take_attachment(self) -> None:
        if self._binary is None:
            raise Malformed("binary data that belongs to nothing")
        self._missing -= 1
        if not self._missing:
            packet, self._binary = self._binary, None
            self._handle(packet)

    def _handle(self, packet: Packet) -> None:
        if packet.namespace != "/":
            # There is one namespace; in others nobody is, and nothing can be said.
            if packet.kind is Kind.CONNECT:
                self._line.send(socketio.refused(self._visit.version, "Invalid namespace", namespace=packet.namespace))
            return
        client = self._client
        if packet.kind is Kind.CONNECT:
            if client is None:
                self._connect(packet.data)
        elif packet.kind is Kind.DISCONNECT:
            self._lose_client()
        elif client is None:
            if not self._had_client:
                raise Malformed("nobody has connected")
        elif packet.kind in (Kind.EVENT, Kind.BINARY_EVENT):
            client.receive(packet)
        elif packet.kind is Kind.ERROR:
            raise Malformed("a packet of the other side")
        elif packet.id is not None:
            client.acknowledge(packet.id, packet.refusal or packet.data)

    def _connect(self, auth: Any) -> None:
        self._had_client = True
        client = self._client = Client(self._line, self._visit, auth, self._shared, self._new_id())
        Deferred.fromCoroutine(self._let_in(client)).addErrback(client.failed)

    async def _let_in(self, client: Client) -> None:
        refusal = await client.begin(self._dialect)
        if client is not self._client:
            return
        if refusal is None:
            client.go_on()
            return
        data: dict[str, Any] = {"code": refusal.code}
        if refusal.retry_after is not None:
            data["retry_after"] = refusal.retry_after
        self._line.send(socketio.refused(client.version, refusal.message, data))
        self._lose_client()
        if client.version == 3:
            self._line.close(1011, refusal.code)

    def _lose_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self._lonely_since = self._shared.clock.seconds()
            client.ended()
