"""One Socket.IO client, as the dialects see it: who speaks to us, in order, and how she is spoken to.

A dialect is a function that is given a Client who has come and makes a Handler for her:

    def dialect(client: Client) -> Handler: ...

Everything that the client sends goes to her handler, one thing after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol


class Ack(Protocol):
    """The answer to an event that asked for one: called once, with what JSON can say; later calls do nothing."""

    def __call__(self, *args: Any) -> None: ...


class Handler(Protocol):
    """What a dialect makes of one client, from her coming to her going; often the hub's listener, too.

    It may raise what it likes: a Refusal is told by its own `refused`, everything else is logged with the number of
    an incident and told as Internal; the connection goes on.
    """

    async def connected(self) -> None:
        """She has connected: the first call.  Nothing of what she sends is handled before it has returned.

        A Refusal sends her away: as CONNECT_ERROR with `data: {"code", "retry_after"?}` to clients 3.x and 4.x, which
        have not been told that they are in yet; as ERROR with the message to older ones, and the connection ends.
        """

    async def event(self, name: str, args: list[Any], ack: Ack | None) -> None:
        """She has sent an event.  The next one is handled when this has returned.

        *args*: JSON as `ws/strict.py` takes it, otherwise of any shape.  *ack*: None unless she wants an answer.
        """

    def refused(self, name: str | None, refusal: Any, ack: Ack | None) -> None:
        """An event was not carried out: tell her in the dialect's own way.

        *name* is None where it cannot be said.  *refusal*: BadRequest (what cannot be read, binary events),
        RateLimited, what `event` raised, or Internal.
        """

    def gone(self) -> None:
        """She has left, or lost her connection: the last call, and the only one after a failed `connected`.

        An event that is being handled is not interrupted.
        """


Dialect = Callable[["Client"], Handler]


class Client:
    """A connected Socket.IO client.  Born when she connects, over whichever transport; dies when `gone` is called."""

    sid: str
    """Her public number, which clients 3.x and 4.x are told; random."""
    version: int
    """Of Engine.IO: 3 (clients 1.x, 2.x) or 4 (3.x, 4.x)."""
    path: str
    """`/socket.io` or `/ws`, as she asked for it, without the final slash."""
    query: Mapping[str, str]
    """The query of her handshake (of a name that stands twice the first): `api_token`, ..."""
    auth: Any
    """What came with CONNECT (clients 3.x, 4.x): an object, or None."""
    cookies: Sequence[str]
    """The values of the handshake's `Cookie` headers; empty unless a page of ours opened the connection."""
    is_own_page: bool
    """Whether the handshake came from a page that may use its visitor's cookies (by Origin, compared exactly)."""
    address: str
    """Where she is, proxies seen through."""
    agent: str
    """Her browser's name for itself, printable, at most 200 signs."""

    @property
    def is_open(self) -> bool:
        """Whether anything can still be sent to her."""
        raise NotImplementedError

    @property
    def waiting(self) -> int:
        """Bytes that she has not taken."""
        raise NotImplementedError

    def emit(self, name: str, *args: Any) -> None:
        """Sends her an event."""
        self.send(encode(name, *args))

    def send(self, frames: bytes) -> None:
        """Sends what `encode` made.  Who takes too little of it is sent away."""
        raise NotImplementedError

    def send_passing(self, frames: bytes) -> None:
        """As `send`, for what may get lost: dropped if she is slow."""
        raise NotImplementedError

    async def drained(self) -> None:
        """Returns when she has taken most of what was sent, or has left: for whoever sends long lists."""
        raise NotImplementedError

    async def ask(self, name: str, *args: Any, seconds: float = 10.0) -> list[Any]:
        """Sends an event and returns what she acknowledges it with.

        Raises TooSlow when nothing came in time, or when she has left.
        """
        raise NotImplementedError

    def allow(self, size: int) -> None:
        """Takes packets of up to *size* bytes from her from now on (1,000,000 before): for who is signed in."""
        raise NotImplementedError

    def disconnect(self) -> None:
        """Sends her away for good: stock clients do not come back by themselves."""
        raise NotImplementedError

    def close(self, reason: str) -> None:
        """Ends the connection; stock clients come back after some seconds."""
        raise NotImplementedError


def encode(name: str, *args: Any) -> bytes:
    """An event for any number of clients, over any transport: made once, sent to each with `Client.send`.

    Several of them may be joined: `encode(...) + encode(...)` is sent as two events.
    """
    raise NotImplementedError


def write_all(clients: Iterable[Client], frames: bytes) -> None:
    """Sends what `encode` made to many clients: the `write_all` of a dialect in the hub, whose ports are Clients."""
    for client in clients:
        client.send(frames)
