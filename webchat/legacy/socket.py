"""What the sockets of the older clients have in common: who speaks, which rooms she hears, how she is refused.

They are clients of Socket.IO that know events `login`, `room`, `roomout`, `message`.  Each event is judged by the token
that it brings, or else by what the socket showed before; the names that stand in it decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import attrs
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from webchat.chat.incidents import loggable
from webchat.legacy.dialect import Cards, Dialect
from webchat.legacy.endpoint import Services
from webchat.legacy.online import Change, Online
from webchat.legacy.saying import SYSTEM
from webchat.legacy.texts import said
from webchat.legacy.tokens import device_cookie
from webchat.model.events import ContactChanged, Event, Member, Message, Notice, ReadMark, RoomRow, ends_room
from webchat.model.ids import RoomId, Seq, SessionId, UserId
from webchat.model.refusals import BadRequest, Forbidden, Internal, Refusal, TooMany, Unauthenticated
from webchat.model.rooms import RoomState
from webchat.model.users import Actor, UserCard
from webchat.ws.clients import Ack, Client
from webchat.ws.engineio import STRANGERS_PAYLOAD
from webchat.ws.native import Shared
from webchat.ws.outgoing import SOFT_LIMIT

SIGN_IN_FIRST = "登录后才能进入聊天室"
"""What somebody hears whose event needs a sign-in; these clients take no notice of it."""
MOST_MISSED = 50
_SIGN_IN_AGAIN = (4001, 4003)

THE_SERVER = UserCard(UserId(0), SYSTEM, SYSTEM)

RoomName = int | tuple[UserId, UserId]
"""A room's number, or the two people whose conversation it is."""


@attrs.define(eq=False)
class Place:
    """A room that a socket hears.  *seq*: the latest message there that it knows of.  *is_in*: her page shows it."""

    name: RoomName
    seq: Seq
    read: Seq
    is_in: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether her page takes what is said there: of a conversation it always does."""
        return self.is_in or not isinstance(self.name, int)


@attrs.frozen
class Said:
    """Something that is told to many sockets: each form of it is encoded once."""

    event: Event
    card: UserCard
    _frames: dict[Any, bytes] = attrs.field(factory=dict)

    def frame(self, form: Any, encode: Callable[[], bytes]) -> bytes:
        """What *encode* makes, which is the same wherever *form* is."""
        if form not in self._frames:
            self._frames[form] = encode()
        return self._frames[form]


class SocketDialect(Dialect):
    """A kind of older client in the hub.  Its ports are Sockets, each of which knows what it has been told."""

    def __init__(self, cards: Cards) -> None:
        super().__init__(cards, self._say_all, (Message, Member, RoomRow, ReadMark, ContactChanged, Notice))

    def _is_told(self, event: Any) -> bool:
        return not isinstance(event, Message) or event.deleted is None

    def _say_all(self, ports: Sequence[Socket], events: Sequence[Event]) -> None:
        told = [
            Said(event, self.cards.of(event.author if isinstance(event, Message) else UserId(0))) for event in events
        ]
        for port in ports:
            # Until the authors were known she may have left, or become somebody else.
            if port.actor is not None:
                port.tell(b"".join([port.told(one) for one in told]))


class Sockets:
    """What all of them share.  *is_https*: people reach the server by https.  Lives as long as the service."""

    def __init__(
        self, services: Services, shared: Shared, token_bytes: Callable[[int], bytes], is_https: bool = False
    ) -> None:
        self.services = services
        self.chat = services.chat
        self.shared = shared
        self.clock = shared.clock
        self.token_bytes = token_bytes
        self.is_https = is_https
        self.laravel, self.express = SocketDialect(services.cards), SocketDialect(services.cards)
        self.online = Online(services.chat.hub, services.cards, shared.clock, lambda: (self.laravel, self.express))


class Socket:
    """One of them, from its first event to its end; the hub's listener while it is known who speaks."""

    _log = Logger()
    largest: ClassVar[int] = 1_000_000
    """Bytes of an event of somebody who is signed in."""

    def __init__(self, client: Client, sockets: Sockets, dialect: SocketDialect) -> None:
        self.client = client
        self.dialect = dialect
        self.actor: Actor | None = None
        self.places: dict[RoomId, Place] = {}
        self.services = sockets.services
        self.chat = sockets.chat
        self.online = sockets.online
        self.sockets = sockets
        self.is_gone = False
        self._notices = 0

    # As its client's session sees it.

    async def connected(self) -> None:
        """Nobody is refused: who is no one yet signs in later, on the same page."""

    async def event(self, name: str, args: list[Any], ack: Ack | None) -> None:
        given = args[0] if args else {}
        if not isinstance(given, dict):
            raise BadRequest
        match name:
            case "login":
                await self.log_in(given)
            case "room":
                await self.come_in(given)
            case "roomout":
                await self.go_out(given)
            case "message":
                await self.say(given)
            case _:
                raise BadRequest(f"There is no {name[:40]}.")
        if ack is not None:
            ack({"errno": 0})

    def refused(self, name: str | None, refusal: Refusal, ack: Ack | None) -> None:
        is_stranger = isinstance(refusal, Unauthenticated)
        text = SIGN_IN_FIRST if is_stranger else said(refusal)
        if ack is not None:
            ack({"errno": 1, "msg": text, "data": text})
        if is_stranger:
            self.client.emit("login", text)
        elif name in ("room", "message"):
            self.explain(text)

    def gone(self) -> None:
        self.is_gone = True
        self.forget()

    # What a kind of client makes of it.

    async def log_in(self, given: dict[str, Any]) -> None:
        """She says who she is.  Raises Unauthenticated."""
        raise NotImplementedError

    async def come_in(self, given: dict[str, Any]) -> None:
        """Her page shows a room."""
        raise NotImplementedError

    async def go_out(self, given: dict[str, Any]) -> None:
        """Her page shows it no more."""
        raise NotImplementedError

    async def say(self, given: dict[str, Any]) -> None:
        """She says something."""
        raise NotImplementedError

    def told(self, said: Said) -> bytes:
        """What she is told of it."""
        raise NotImplementedError

    def listed(self, change: Change, room: RoomId, people: Sequence[UserCard]) -> bytes:
        """The event that tells who is in the room now."""
        raise NotImplementedError

    async def introduced(self, room: RoomId) -> None:
        """She has become a member of a room."""

    def explain(self, text: str) -> None:
        """Has her read why something was not done, where her client can show it."""

    def note(self, id: str, name: RoomName, text: str, card: UserCard) -> bytes:
        """A message by *card*'s owner that is kept nowhere, in the room that she knows as *name*."""
        raise NotImplementedError

    def noted(self, room: RoomId, text: str, card: UserCard = THE_SERVER) -> bytes:
        """What she alone is told in *room*, as a message, since it is all that her client can show."""
        place = self.places.get(room)
        if place is None:
            return b""
        self._notices += 1
        return self.note(f"notice-{self._notices}", place.name, text, card)

    # As the hub sees it.

    @property
    def user(self) -> UserId:
        assert self.actor is not None
        return self.actor.id

    @property
    def session(self) -> SessionId:
        assert self.actor is not None
        return self.actor.session.id

    @property
    def port(self) -> Socket:
        return self

    def deliver(self, data: bytes) -> None:
        self.dialect.write_all((self,), data)

    def deliver_passing(self, data: bytes) -> None:
        if self.client.waiting <= SOFT_LIMIT:
            self.deliver(data)

    def release(self) -> None:
        """Nothing is held back."""

    def introduce(self, room: RoomId, *, unless_heard: bool = False) -> None:
        self.start(self.introduced(room))

    def dismiss(self, code: int, reason: str) -> None:
        if code in _SIGN_IN_AGAIN:
            # The page stays as it is, so she can sign in on it again.
            self.forget()
            self.client.emit("login", SIGN_IN_FIRST)
        else:
            self.client.close(reason, code)

    # Who speaks.

    @property
    def cookie(self) -> str | None:
        """Her browser's device cookie, if a page of ours has opened the socket."""
        cookies, is_https = self.client.cookies, self.sockets.is_https
        return device_cookie(cookies, True) or (None if is_https else device_cookie(cookies, False))

    def known(self) -> Actor:
        """Who speaks.  Raises Unauthenticated."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    def still(self, actor: Actor) -> None:
        """Raises Unauthenticated if the socket is the actor's no more."""
        if self.actor is not actor:
            raise Unauthenticated

    def become(self, actor: Actor) -> None:
        """The socket is the actor's from now on, and nobody else's.  Raises TooMany, Forbidden."""
        if not actor.may("read"):
            raise Forbidden
        if self.is_gone:
            raise Unauthenticated
        if self.actor is not None and self.actor.session.id == actor.session.id:
            return
        self.forget()
        hub = self.chat.hub
        if hub.connections_of(actor.id) >= self.sockets.shared.connections_per_user:
            raise TooMany("Too many connections of this account.", retry_after=30.0)
        self.actor = actor
        self.client.allow(self.largest)
        hub.attach(self)
        self.chat.presence.arrive(self, actor)

    def forget(self) -> None:
        """The socket is nobody's: it leaves all rooms, and hears nothing."""
        if self.actor is None:
            return
        for room in tuple(self.places):
            self.drop(room)
        self.chat.presence.depart(self)
        self.chat.hub.detach(self)
        self.actor = None
        if not self.is_gone:
            self.client.allow(STRANGERS_PAYLOAD)

    # Rooms.

    async def hear(self, room: RoomId, name: RoomName, state: RoomState | None = None) -> Place:
        """Hears *room* from now on, as *name*.  *state*: as it has just been read.  Raises NotAMember, NoSuchRoom."""
        actor = self.known()
        while room not in self.places:
            if state is None:
                state = await self.chat.rooms.state(actor, room)
                self.still(actor)
            self.try_to_hear(room, Place(name, state.seq, state.read), state.rev)
            state = None
        return self.places[room]

    def try_to_hear(self, room: RoomId, place: Place, rev: Any) -> None:
        """Hears *room* from *rev* on, unless more than that has been delivered: then it must be read anew."""
        if room not in self.places:
            self.places[room] = place
            if not self.chat.hub.enter(self, room, rev):
                del self.places[room]

    async def follow(self, room: RoomId, name: RoomName, since: Seq | None = None) -> None:
        """Hears *room*, a member of which she has become, after what was said there since she knows of it.

        That is, if she did not hear it before, what is above *since*; None: nothing.
        """
        actor = self.known()
        state = await self.chat.rooms.state(actor, room)
        while self.actor is actor and not self.chat.hub.hears(self, room):
            page = await self.chat.messages.page(actor, room, limit=MOST_MISSED)
            if self.actor is not actor or self.chat.hub.hears(self, room):
                return
            place = self.places.setdefault(room, Place(name, page.seq if since is None else since, state.read))
            cards = {card.id: card for card in page.users}
            missed = [Said(one, cards[one.author]) for one in page.messages if one.seq > place.seq]
            self.tell(b"".join([self.told(one) for one in missed]))
            self.chat.hub.enter(self, room, page.rev)

    def drop(self, room: RoomId) -> None:
        """Hears *room* no more."""
        if self.places.pop(room, None) is not None:
            self.online.leave(self, room)
            self.chat.hub.quit(self, room)

    def has_ended(self, event: Event) -> bool:
        """Whether *event* says that she has left its room, or that it is gone; then it is dropped."""
        is_over = (isinstance(event, Member) and event.left and event.user.id == self.user) or (
            isinstance(event, RoomRow) and ends_room(event)
        )
        if is_over and isinstance(event, Member | RoomRow):
            self.drop(event.room)
        return is_over

    # How she is spoken to.

    def tell(self, frames: bytes) -> None:
        """Sends what `encode` made, if it is anything."""
        if frames:
            self.client.send(frames)

    def start(self, work: Any) -> None:
        """Has something be done that nobody waits for; a refusal of it is nobody's business."""
        Deferred.fromCoroutine(work).addErrback(self._failed)

    def _failed(self, failure: Any) -> None:
        if failure.check(Refusal) is None:
            self._log.failure("A socket of an older client failed", loggable(failure.value))
            self.refused(None, Internal(), None)
