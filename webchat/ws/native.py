"""The protocol `webchat.v1`: JSON frames, spoken over one connection.  `docs/protocol.md` describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

import attrs
import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from webchat.chat import Chat
from webchat.chat.incidents import loggable
from webchat.chat.sessions import view
from webchat.chat.syncing import Budget
from webchat.live.limits import Bucket, Rate
from webchat.model.answers import Posted, PostedOk, Welcome
from webchat.model.commands import (
    Command,
    DeleteMessage,
    EditMessage,
    Frame,
    Hello,
    JoinRoom,
    LeaveRoom,
    LookUpUsers,
    MarkDraft,
    MarkRead,
    MarkUnread,
    Pin,
    Ping,
    PostMessage,
    React,
    RunCommand,
    SetStatus,
    ShowActivity,
    ShowTyping,
    Sync,
    Watch,
)
from webchat.model.events import Block, Event, Joined, Reset, Synced, Syncing
from webchat.model.ids import MAX_INT, Millis, Rev, RoomId, SessionId, UserId
from webchat.model.refusals import (
    BadRequest,
    InsufficientScope,
    Internal,
    NoSuchRoom,
    NotAMember,
    Refusal,
    TooMany,
    Unauthenticated,
)
from webchat.model.users import Actor
from webchat.ws.frames import text_frame
from webchat.ws.outgoing import SOFT_LIMIT, Outgoing, write_all
from webchat.ws.patience import mind_the_haste, mind_the_queue

HELLO_SECONDS = 5.0
MAX_QUEUED = 128
"""Requests of one connection that wait for earlier ones; above it nothing more is read from it."""

_decoder = msgspec.json.Decoder(Frame)
_encoder = msgspec.json.Encoder()
_ANY = msgspec.json.Decoder()


class Native:
    """How clients of this protocol are spoken to."""

    def encode(self, event: Event) -> bytes:
        """*event* as a frame."""
        return text_frame(_encoder.encode(event))

    def write_all(self, ports: Iterable[Outgoing], data: bytes) -> None:
        """Writes whole frames to many connections."""
        write_all(ports, data)


NATIVE = Native()


class Timers(Protocol):
    """What is needed of twisted.internet.interfaces.IReactorTime (zope's interfaces say nothing to a type checker)."""

    def seconds(self) -> float: ...

    def callLater(self, delay: float, callable: Callable[..., object], *args: object, **kw: object) -> Any: ...


class Peer(Protocol):
    """The connection, as a conversation sees it."""

    cookie_token: str | None
    address: str
    outgoing: Outgoing

    def close(self, code: int, reason: str) -> None: ...

    def stop_reading(self) -> None: ...

    def go_on_reading(self) -> None: ...


def decode(payload: bytes) -> Command:
    """The command in a frame.  Raises BadRequest."""
    try:
        command: Command = _decoder.decode(payload)
        return command
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(str(error)[:200]) from error


def id_of(payload: bytes) -> int | None:
    """The id of a frame that is no command, if it has one: so that its sender learns which request was wrong."""
    try:
        found = _ANY.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    number = found.get("id") if isinstance(found, dict) else None
    return number if type(number) is int and 0 <= number <= MAX_INT else None


def ok(request: int, answer: Any = None) -> bytes:
    """The answer to a request that was carried out."""
    body: dict[str, Any] = {"type": "ok", "id": request}
    if answer is not None:
        body.update(msgspec.to_builtins(answer))
    return text_frame(_encoder.encode(body))


def error(request: int | None, refusal: Refusal) -> bytes:
    """The answer to a request that was not."""
    body: dict[str, Any] = {"type": "error"}
    if request is not None:
        body["id"] = request
    body["code"] = refusal.code
    body["message"] = refusal.message
    if refusal.retry_after is not None:
        body["retry_after"] = refusal.retry_after
    if refusal.field is not None:
        body["field"] = refusal.field
    if refusal.suggestions:
        body["suggestions"] = refusal.suggestions
    return text_frame(_encoder.encode(body))


@attrs.define(eq=False)
class Shared:
    """What all conversations of a server share."""

    chat: Chat
    clock: Timers
    now: Callable[[], Millis]
    incident: Callable[[], str]
    requests: Rate
    """How fast one connection may send frames."""
    connections_per_user: int = 20


class Conversation:
    """One client, from `hello` to the end of its connection; the hub's listener once it is welcome."""

    _log = Logger()
    dialect = NATIVE
    # There are thousands of them, most of them silent: no dictionary, and nothing that is only needed later.
    __slots__ = (
        "_actor",
        "_allowance",
        "_barrier",
        "_chat",
        "_ended",
        "_finishing",
        "_going_on",
        "_greeted",
        "_hello_timer",
        "_joined_early",
        "_out",
        "_peer",
        "_queue",
        "_refused_in_a_row",
        "_rooms",
        "_running",
        "_shared",
        "_welcome",
    )

    def __init__(self, peer: Peer, shared: Shared) -> None:
        self._peer = peer
        self._shared = shared
        self._chat = shared.chat
        self._out = peer.outgoing
        self._out.on_backlog = self._mind_the_queue
        self._allowance = Bucket.full(shared.requests, shared.clock.seconds())
        self._actor: Actor | None = None
        self._greeted = False
        self._welcome = False
        self._ended = False
        self._finishing = False
        self._running = 0
        self._barrier = False
        self._going_on = False
        self._queue: list[Command] = []
        self._joined_early: list[RoomId] = []
        self._rooms: dict[RoomId, Deferred[None]] = {}
        self._refused_in_a_row = 0
        self._hello_timer: Any = shared.clock.callLater(HELLO_SECONDS, self._no_hello)

    # As the hub sees it.

    @property
    def user(self) -> UserId:
        assert self._actor is not None
        return self._actor.id

    @property
    def session(self) -> SessionId:
        assert self._actor is not None
        return self._actor.session.id

    @property
    def is_open(self) -> bool:
        return not self._ended and self._out.is_open

    @property
    def port(self) -> Outgoing:
        return self._out

    def deliver(self, data: bytes) -> None:
        self._out.write(data)

    def release(self) -> None:
        self._out.release()

    def deliver_passing(self, data: bytes) -> None:
        if self._out.waiting <= SOFT_LIMIT:
            self._out.write(data)

    def introduce(self, room: RoomId, *, unless_heard: bool = False) -> None:
        if self._welcome:
            self._in_room(room, lambda: self._introduce(room, unless_heard))
        else:
            # `welcome` may have been read before she joined: it is told afterwards.
            self._joined_early.append(room)

    def dismiss(self, code: int, reason: str) -> None:
        self._peer.close(code, reason)

    # As the protocol sees it.

    def receive(self, payload: bytes) -> None:
        """Takes one frame."""
        try:
            self._allowance.take(self._shared.clock.seconds())
            command = decode(payload)
        except Refusal as refusal:
            self._refuse(id_of(payload), refusal)
            return
        if self._finishing:
            return
        if not self._greeted:
            if not isinstance(command, Hello):
                self._refuse(getattr(command, "id", None), Unauthenticated("Say hello first."))
                return
            self._greeted = True
            self._start(self._hello(command))
        elif isinstance(command, Hello):
            self._refuse(None, BadRequest("hello is said once."))
        elif type(command) is PostMessage and not self._queue and self._welcome and not self._barrier:
            # By far the most frequent case: nothing is before it that it would have to wait for.
            self._running += 1
            self._post(command)
        else:
            self._queue.append(command)
            self._go_on()
            if len(self._queue) >= MAX_QUEUED:
                self._peer.stop_reading()

    def finish(self) -> None:
        """Takes no more requests; those under way are answered."""
        self._finishing = True
        self._queue.clear()

    def ended(self) -> None:
        """The connection is no more.  May be called twice."""
        if self._ended:
            return
        self._ended = True
        self._said_hello()
        self._queue.clear()
        self._out.ended()
        if self._actor is not None:
            self._chat.presence.depart(self)
            self._chat.hub.detach(self)

    def _said_hello(self) -> None:
        timer, self._hello_timer = self._hello_timer, None
        if timer is not None and timer.active():
            timer.cancel()

    def _no_hello(self) -> None:
        self._peer.close(4001, "no hello")

    # Saying hello.

    async def _hello(self, hello: Hello) -> None:
        try:
            await self._be_recognised(hello)
            assert self._actor is not None
            states = await self._chat.syncing.open(self._actor)
            announcement = await self._chat.announcements.for_reader(self._actor)
        except (Unauthenticated, InsufficientScope) as refusal:
            self._out.write(error(None, refusal))
            self._peer.close(4001, "not signed in")
            return
        except TooMany as refusal:
            self._out.write(error(None, refusal))
            self._peer.close(4029, "too many connections")
            return
        except Refusal as refusal:
            # Nothing else can be said before `welcome`: the client comes back.
            self._out.write(error(None, refusal))
            self._peer.close(1011, refusal.code)
            return
        if not self.is_open:
            return
        self._said_hello()
        epoch = self._chat.syncing.epoch
        self._out.write(
            text_frame(
                _encoder.encode(
                    Welcome(
                        user=self._actor.user.me,
                        session=view(self._actor.session, self._actor),
                        epoch=epoch,
                        rooms=states,
                        server=self._chat.about(),
                        now=self._shared.now(),
                        announcement=announcement,
                    )
                )
            )
        )
        self._welcome = True
        held = {RoomId(int(room)): Rev(rev) for room, rev in hello.rooms.items()}
        same_history = hello.epoch in (None, epoch)
        budget = Budget()
        for state in states:
            if state.room not in held:
                if not self._chat.hub.enter(self, state.room, state.rev):
                    self._follow(state.room, state.rev, answer=False, budget=budget)
            elif same_history:
                self._follow(state.room, held[state.room], answer=True, budget=budget, known=state.rev)
            else:
                self.write_reset(Reset(state.room, state.rev))
                self._follow(state.room, state.rev, answer=False, budget=budget)
        early, self._joined_early = self._joined_early, []
        known = {state.room for state in states}
        for room in early:
            if room not in known:
                self.introduce(room)
        self._go_on()

    async def _be_recognised(self, hello: Hello) -> None:
        token = hello.token if hello.token is not None else self._peer.cookie_token
        if token is None:
            raise Unauthenticated
        actor = await self._chat.accounts.authenticate(token, self._peer.address)
        if not self.is_open:
            raise Unauthenticated("The connection has ended.")
        actor.need(Hello.scope)
        if self._chat.hub.connections_of(actor.id) >= self._shared.connections_per_user:
            raise TooMany("Too many connections of this account.", retry_after=30.0)
        self._actor = actor
        # Before the rooms are read, so that what happens meanwhile is heard of.
        self._chat.hub.attach(self)
        self._chat.presence.arrive(self, actor)

    # Requests take effect in the order in which they were sent: posts may be under way together, everything else
    # waits for what came before it, and what comes after waits for it.

    def _go_on(self) -> None:
        # A request that ends at once comes back here: the loop below goes on, so that thousands of them do not nest.
        if self._going_on:
            return
        self._going_on = True
        try:
            self._carry_out_what_may_be()
        finally:
            self._going_on = False

    def _carry_out_what_may_be(self) -> None:
        while self._queue and self._welcome and not self._ended and not self._barrier:
            command = self._queue[0]
            is_post = isinstance(command, PostMessage)
            if not is_post and self._running:
                return
            self._queue.pop(0)
            self._running += 1
            self._barrier = not is_post
            if len(self._queue) == MAX_QUEUED // 2:
                self._peer.go_on_reading()
            if isinstance(command, PostMessage):
                self._post(command)
            else:
                self._start(self._carry_out(command))

    def _post(self, command: PostMessage) -> None:
        """Carries out a post without a coroutine: there are many of them, and nothing to do before the answer."""
        assert self._actor is not None
        if not self._actor.may("write"):
            self._posted(command, InsufficientScope("This token lacks the scope write."))
            return
        self._chat.messages.submit(self._actor, command, partial(self._posted, command))

    def _posted(self, command: PostMessage, answer: Posted | BaseException) -> None:
        if isinstance(answer, BaseException):
            self._refuse(command.id, self._told(answer, command))
        else:
            self._refused_in_a_row = 0
            frame = _encoder.encode(
                PostedOk(command.id, answer.room, answer.seq, answer.rev, answer.created, answer.duplicate)
            )
            if self._out.hold(text_frame(frame)):
                self._chat.hub.release_later(self)
        self._has_run()

    def _has_run(self) -> None:
        self._running -= 1
        self._barrier = False
        if self._queue:
            self._go_on()

    def _told(self, error: BaseException, command: Command) -> Refusal:
        """What is told of *error*: a bug is logged, and its sender gets an incident to ask about."""
        if isinstance(error, Refusal):
            return error
        incident = self._shared.incident()
        kind = type(command).__name__
        self._log.failure("Incident {incident} in {kind}", loggable(error), incident=incident, kind=kind)
        return Internal(f"Something went wrong (incident {incident}).")

    async def _carry_out(self, command: Command) -> None:
        request: int | None = getattr(command, "id", None)
        try:
            answer = await self._ask(command)
        except Exception as error:  # The edge of a request.
            self._refuse(request, self._told(error, command))
        else:
            self._refused_in_a_row = 0
            if request is not None:
                self._out.write(ok(request, answer))
            if isinstance(command, Sync):
                self._sync(command.room, command.rev)
        finally:
            self._has_run()

    async def _ask(self, command: Command) -> Any:
        assert self._actor is not None
        actor, chat = self._actor, self._chat
        actor.need(command.scope)
        match command:
            case EditMessage():
                return await chat.messages.edit(actor, command)
            case DeleteMessage():
                return await chat.messages.delete(actor, command)
            case MarkRead():
                return await chat.reading.mark(actor, command, but=self)
            case RunCommand():
                return await chat.slash.run(actor, command)
            case React():
                return await chat.reactions.react(actor, command)
            case Pin():
                return await chat.pins.pin(actor, command)
            case MarkUnread():
                return await chat.places.mark_unread(actor, command, but=self)
            case JoinRoom():
                return await chat.rooms.join(actor, command)
            case LeaveRoom():
                return await chat.rooms.leave(actor, command)
            case ShowTyping():
                if not chat.hub.hears(self, command.room):
                    raise NotAMember
                chat.reading.show_typing(actor, command.room)
                return None
            case ShowActivity():
                chat.presence.show_activity(actor, command, self)
                return None
            case SetStatus():
                await chat.presence.set_status(actor, command.status, but=self)
                return None
            case Watch():
                return await chat.presence.watch(actor, command, self)
            case MarkDraft():
                return await chat.places.mark_draft(actor, command, but=self)
            case Sync():
                chat.reads.take(actor.id)
                # Whether she may is found out before the block is promised.
                if not chat.hub.hears(self, command.room) and command.room not in self._rooms:
                    await chat.rooms.state(actor, command.room)
                return None
            case LookUpUsers():
                chat.reads.take(actor.id)
                return {"users": msgspec.to_builtins(await chat.accounts.users(actor, command.ids))}
            case Ping():
                return None
        raise BadRequest

    # Rooms: for each one thing at a time, so that blocks of a room never mix.

    def _in_room(self, room: RoomId, work: Callable[[], Any]) -> None:
        before = self._rooms.get(room)
        turn: Deferred[None] = Deferred()
        self._rooms[room] = turn

        async def wait_and_work() -> None:
            if before is not None:
                await before
            try:
                if self.is_open:
                    await work()
            except Refusal as refusal:
                # Of a room that she left meanwhile, or that is gone, she has been told so.
                if self.is_open and not isinstance(refusal, NotAMember | NoSuchRoom):
                    # The client must not wait for a block that does not come: it comes back and asks again.
                    self._log.info("A listener could not follow a room: {code}", code=refusal.code)
                    self._peer.close(1011, refusal.code)
            finally:
                if self._rooms.get(room) is turn:
                    del self._rooms[room]
                turn.callback(None)

        self._start(wait_and_work())

    def _follow(
        self, room: RoomId, rev: Rev, *, answer: bool, budget: Budget | None = None, known: Rev | None = None
    ) -> None:
        async def work() -> None:
            assert self._actor is not None
            await self._chat.syncing.follow(self, self._actor, room, rev, answer=answer, budget=budget, known=known)

        self._in_room(room, work)

    def _sync(self, room: RoomId, rev: Rev) -> None:
        async def work() -> None:
            assert self._actor is not None
            if self._chat.hub.hears(self, room):
                await self._chat.syncing.follow(self, self._actor, room, rev, answer=True)
            else:
                # The client was told that she left.  If she has come back since, the room begins anew for it.
                await self._introduce(room, False)

        self._in_room(room, work)

    async def _introduce(self, room: RoomId, unless_heard: bool) -> None:
        assert self._actor is not None
        if unless_heard and self._chat.hub.hears(self, room):
            return
        state = await self._chat.rooms.state(self._actor, room)
        self._chat.hub.quit(self, room)
        self._out.write(NATIVE.encode(Joined(state)))
        await self._chat.syncing.follow(self, self._actor, room, state.rev, answer=False)

    async def write_block(self, block: Block) -> None:
        # Rows are written as they are read, so they never count against the limits of the queue.
        self._out.write(NATIVE.encode(Syncing(block.room)))
        for row in block.rows:
            await self._out.drained()
            if not self.is_open:
                return
            self._out.write(NATIVE.encode(row))
        self._out.write(NATIVE.encode(Synced(block.room, block.rev)))

    def write_reset(self, reset: Reset) -> None:
        self._out.write(NATIVE.encode(reset))

    # Trouble.

    def _refuse(self, request: int | None, refusal: Refusal) -> None:
        self._out.write(error(request, refusal))
        if refusal.retry_after is None:
            return
        self._refused_in_a_row += 1
        mind_the_haste(self._peer, self._refused_in_a_row)

    def _mind_the_queue(self) -> None:
        mind_the_queue(self._peer, self._out.waiting)

    def _start(self, work: Any) -> None:
        running = Deferred.fromCoroutine(work)
        running.addErrback(self._failed)

    def _failed(self, failure: Any) -> None:
        self._log.failure("A conversation failed", loggable(failure.value))
        self._peer.close(1011, "internal")
