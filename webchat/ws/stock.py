"""The protocol `webchat.v1` as events of Socket.IO: commands with acknowledgements, events as the native rows.

`docs/socketio.md` describes it.  It is the native conversation over another line: what a command may hold, in which
order things happen, how a client comes back to what she holds, is all said there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, get_args

import msgspec
from twisted.internet.defer import Deferred

from webchat.model.commands import Frame, Hello
from webchat.model.events import Event
from webchat.model.refusals import BadRequest, Refusal, TooSlow
from webchat.ws.clients import Ack, Client, encode
from webchat.ws.frames import payloads_of
from webchat.ws.native import Conversation, Shared
from webchat.ws.outgoing import SOFT_LIMIT

EVENTS = frozenset(str(command.__struct_config__.tag) for command in get_args(Frame))
"""What such clients may send: the names of the commands."""
_FOR_GOOD = (4001, 4003)
"""Who is closed with these is not to come back by herself."""


class StockDialect:
    """How these clients are spoken to by the hub; their ports are Clients."""

    def encode(self, event: Event) -> bytes:
        """*event* as one of Socket.IO, named by its type."""
        return _event(msgspec.to_builtins(event))

    def write_all(self, ports: Iterable[Client], data: bytes) -> None:
        """Sends it to each of *ports*."""
        for port in ports:
            port.send(data)


STOCK = StockDialect()


def _event(row: dict[str, Any]) -> bytes:
    return encode(row.pop("type"), row)


class _Conversation(Conversation):
    """A native conversation whose listeners' events leave as those of Socket.IO."""

    __slots__ = ("client",)
    dialect: Any = STOCK

    def __init__(self, line: _Line, client: Client, shared: Shared) -> None:
        self.client = client
        super().__init__(line, shared)

    @property
    def port(self) -> Any:
        return self.client

    def deliver(self, data: bytes) -> None:
        self.client.send(data)

    def deliver_passing(self, data: bytes) -> None:
        if self.client.waiting <= SOFT_LIMIT:
            self.client.send(data)


class _Line:
    """The connection as the conversation sees it: takes native frames, and hands them on as answers and events."""

    def __init__(
        self,
        client: Client,
        token: str | None,
        take: Callable[[dict[str, Any]], None],
        close: Callable[[int, str], None],
    ) -> None:
        self._client = client
        self._take = take
        self.close = close
        self.cookie_token = token
        self.address = client.address
        self.outgoing: Any = self
        self.on_backlog: Callable[[], None] = lambda: None

    @property
    def is_open(self) -> bool:
        return self._client.is_open

    @property
    def waiting(self) -> int:
        return self._client.waiting

    def write(self, frames: bytes) -> None:
        for payload in payloads_of(frames):
            self._take(json.loads(payload))

    def hold(self, frame: bytes) -> bool:
        """Holds nothing back: a batch goes out together in any case."""
        self.write(frame)
        return False

    def release(self) -> None:
        """There is nothing."""

    async def drained(self) -> None:
        await self._client.drained()

    def ended(self) -> None:
        """The session of Engine.IO ends by itself."""

    def stop_reading(self) -> None:
        """One command at a time is carried out; the client's own queue holds her up."""

    def go_on_reading(self) -> None:
        """As above."""


class Stock:
    """One such client."""

    def __init__(self, client: Client, shared: Shared) -> None:
        self._client = client
        self._shared = shared
        self._conversation: _Conversation | None = None
        self._asked: dict[int, Deferred[dict[str, Any]]] = {}
        self._hello: Deferred[dict[str, Any]] | None = None
        self._number = 0
        self._is_greeting = False
        self._due: tuple[int, str] | None = None
        self._token = client.cookie_token

    @property
    def has_begun(self) -> bool:
        """Whether she has said hello."""
        return self._conversation is not None

    async def connected(self) -> None:
        """Who shows a token must show a good one.  Raises Unauthenticated, RateLimited."""
        auth = self._client.auth
        token = auth.get("token") if isinstance(auth, dict) else None
        if token is not None:
            if not isinstance(token, str) or len(token) > 200:
                raise BadRequest(field="token")
            await self._shared.chat.accounts.authenticate(token, self._client.address)
            self._token = token
            self._client.allow()

    async def event(self, name: str, args: list[Any], ack: Ack | None) -> None:
        """Carries out the command called *name*, and acknowledges it.  Raises BadRequest."""
        command = args[0] if args else {}
        if name not in EVENTS:
            raise BadRequest(f"There is no command {name[:40]!r}.")
        if len(args) > 1 or not isinstance(command, dict) or "type" in command or "id" in command:
            raise BadRequest("A command is one object, without type and id.")
        is_hello = name == "hello"
        if self._conversation is None:
            answer = await self._say_hello(command if is_hello else {})
            is_over = is_hello or not answer["ok"]
            if is_over:
                self._answer(name, answer, ack)
            self._is_greeting = False
            self._close_if_due()
            if is_over:
                return
        elif is_hello:
            raise BadRequest("hello is said once.")
        self._number += 1
        self._answer(name, await self._ask(self._number, {"type": name, "id": self._number, **command}), ack)

    def refused(self, name: str | None, refusal: Refusal, ack: Ack | None) -> None:
        refuse(self._client, name, refusal, ack)

    def gone(self) -> None:
        if self._conversation is not None:
            self._conversation.ended()
        waiting, self._asked = [*self._asked.values(), *([] if self._hello is None else [self._hello])], {}
        for one in waiting:
            if not one.called:
                one.errback(TooSlow("The client has left."))

    async def _say_hello(self, command: dict[str, Any]) -> dict[str, Any]:
        frame = {"type": "hello", **command}
        # What is no hello must not end the connection, as it would where there is nobody to be told.
        try:
            msgspec.convert(frame, Hello)
        except msgspec.ValidationError as error:
            raise BadRequest(str(error)[:200]) from None
        line = _Line(self._client, self._token, self._take, self._close)
        self._conversation = _Conversation(line, self._client, self._shared)
        answer = self._hello = Deferred()
        self._is_greeting = True
        self._conversation.receive(json.dumps(frame).encode())
        return await answer

    async def _ask(self, number: int, frame: dict[str, Any]) -> dict[str, Any]:
        assert self._conversation is not None
        answer = self._asked[number] = Deferred()
        self._conversation.receive(json.dumps(frame).encode())
        return await answer

    def _take(self, frame: dict[str, Any]) -> None:
        """Takes a frame of the conversation: an answer, `welcome`, or an event."""
        kind = frame["type"]
        if kind in ("ok", "error"):
            del frame["type"]
            asked = self._asked.pop(frame.pop("id", -1), None) or self._hello
            if asked is not None and not asked.called:
                asked.callback({"ok": kind == "ok", **frame})
            return
        self._client.send(_event(frame))
        if kind == "welcome" and self._hello is not None:
            self._client.allow()
            self._hello.callback({"ok": True, **frame})

    def _close(self, code: int, reason: str) -> None:
        # Who is not let in hears why before the connection ends.
        self._due = code, reason
        if not self._is_greeting:
            self._close_if_due()

    def _close_if_due(self) -> None:
        if self._due is None:
            return
        code, reason = self._due
        if code in _FOR_GOOD:
            self._client.disconnect()
        else:
            self._client.close(reason, code)

    def _answer(self, name: str, answer: dict[str, Any], ack: Ack | None) -> None:
        if ack is not None:
            ack(answer)
        elif not answer["ok"]:
            self._client.emit("refused", {"event": name, **answer})


def refuse(client: Client, name: str | None, refusal: Refusal, ack: Ack | None) -> None:
    """Tells *client* why an event was not carried out: in its acknowledgement, else as an event `refused`."""
    told: dict[str, Any] = {"ok": False, "code": refusal.code, "message": refusal.message}
    if refusal.retry_after is not None:
        told["retry_after"] = refusal.retry_after
    if refusal.field is not None:
        told["field"] = refusal.field
    if ack is not None:
        ack(told)
    else:
        client.emit("refused", {"event": name, **told})
