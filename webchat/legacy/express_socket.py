"""The events of `express`: no token, both rooms at once, conversations of two, messages shown before their echo."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred

from webchat.legacy.express import friend_row, friends
from webchat.legacy.ids import direct_name, read_direct, read_number, read_user, room_name
from webchat.legacy.online import Change
from webchat.legacy.saying import say
from webchat.legacy.shapes import NOBODY, avatar, file_in
from webchat.legacy.socket import Place, RoomName, Said, Socket, Sockets
from webchat.legacy.texts import iso, shown, taken
from webchat.legacy.tokens import read_token
from webchat.model.answers import Noted
from webchat.model.events import ContactChanged, Message, Notice
from webchat.model.ids import RoomId, Seq, UserId
from webchat.model.refusals import BadPicture, EmptyText, Forbidden, NoSuchRoom, NoSuchUser, Unauthenticated
from webchat.model.rooms import RoomState
from webchat.model.users import Actor, UserCard
from webchat.ws.clients import Client, encode

HOLD_SECONDS = 10.0
"""How long a `login` waits until the same browser has shown over HTTP who it is."""
_LONGEST_ID = 100


class ExpressSocket(Socket):
    """A client of this kind."""

    def __init__(self, client: Client, sockets: Sockets) -> None:
        super().__init__(client, sockets, sockets.express)
        self._echoes: dict[str, tuple[str, str]] = {}
        """By nonce, what her page calls a message that is under way, and the picture's address as it was sent."""
        self._wake: Deferred[None] | None = None

    # Who speaks.

    async def log_in(self, given: dict[str, Any]) -> None:
        try:
            user = read_user(str(given.get("id")))
        except NoSuchUser:
            raise Unauthenticated from None
        if self.actor is None or self.actor.id != user:
            self.become(await self._shown(user))
        actor = self.known()
        self.chat.reads.take(actor.id)
        await self.chat.legacy.both()
        for state in await self.chat.syncing.open(actor):
            self.still(actor)
            if _is_conversation(state):
                await self.hear(state.room, (actor.id, state.people[0].id), state)
        # Its page never says that a room was opened, so what was counted could not be cleared.
        self.client.emit("count", {room_name(1): 0, room_name(2): 0})

    async def _shown(self, user: UserId) -> Actor:
        """*user*, if the socket or its browser shows to be hers.  Raises Unauthenticated."""
        auth = self.client.auth.get("token") if isinstance(self.client.auth, dict) else None
        token = read_token(auth) or read_token(self.client.query.get("api_token"))
        if token is not None:
            actor = await self.chat.legacy.holder(token, self.client.address)
            if actor.id == user:
                return actor
        if self.cookie is None:
            raise Unauthenticated
        return await self._behind(self.cookie, user)

    async def _behind(self, cookie: str, user: UserId) -> Actor:
        """*user*, as soon as *cookie* stands for her: her page says who it is over HTTP, at about the same time."""
        clock, legacy = self.sockets.clock, self.chat.legacy
        until = clock.seconds() + HOLD_SECONDS
        while not self.is_gone:
            self._wake = Deferred()
            # Before it is asked, so that nothing can happen in between unnoticed.
            end = legacy.watch(cookie, lambda _: self._go_on())
            timer = clock.callLater(max(0.0, until - clock.seconds()), self._go_on)
            try:
                with suppress(Unauthenticated):
                    actor = await legacy.behind(cookie, self.client.address)
                    if actor.id == user:
                        return actor
                await self._wake
            finally:
                end()
                if timer.active():
                    timer.cancel()
            if clock.seconds() >= until:
                break
        raise Unauthenticated

    def _go_on(self) -> None:
        if self._wake is not None and not self._wake.called:
            self._wake.callback(None)

    def gone(self) -> None:
        super().gone()
        self._go_on()

    # Rooms.

    async def come_in(self, given: dict[str, Any]) -> None:
        actor = self.known()
        number = read_number(str(given.get("roomid")))
        if number is None:
            raise NoSuchRoom
        room = await self.chat.legacy.numbered(number)
        await self._enter(actor, room, number)
        place = self.places[room]
        if not place.is_in:
            place.is_in = True
            self.online.join(self, room)

    async def _enter(self, actor: Actor, room: RoomId, number: int) -> None:
        if room not in self.places:
            await self.chat.legacy.enter(actor, room)
            self.still(actor)
        await self.hear(room, number)

    async def go_out(self, given: dict[str, Any]) -> None:
        # It is said when she signs out, and only then.
        self.known()
        self.forget()
        if self.cookie is not None:
            await self.chat.legacy.unbind(self.cookie)

    async def introduced(self, room: RoomId) -> None:
        """A conversation has begun: what was said in it meanwhile is told, then what follows."""
        if self.chat.legacy.number_of(room) is not None:
            # These are heard when her page asks for them.
            return
        state = await self.chat.rooms.state(self.known(), room)
        if _is_conversation(state):
            await self.follow(room, (self.user, state.people[0].id), Seq(0))

    def listed(self, change: Change, room: RoomId, people: Sequence[UserCard]) -> bytes:
        number = self.chat.legacy.number_of(room)
        faces = {card.name or NOBODY: {"src": avatar(card)} for card in people}
        return encode(change, {"onlineUsers": faces, "roomid": room_name(number or 0)})

    # What is said.

    async def say(self, given: dict[str, Any]) -> None:
        actor = self.known()
        if not actor.may("write"):
            raise Forbidden
        room = await self._named(actor, given)
        client_id, picture, text = given.get("clientId"), given.get("img"), given.get("msg")
        client_id = client_id[:_LONGEST_ID] if isinstance(client_id, str) else ""
        picture = picture if isinstance(picture, str) else ""
        nonce = self._nonce(given, client_id)
        file = file_in(picture) if picture else None
        if picture and file is None:
            # A picture on another host would tell that host who looks at it.
            raise BadPicture
        if file is None and not isinstance(text, str):
            raise EmptyText
        self._echoes[nonce] = client_id, picture
        try:
            if file is not None:
                posted = await self.services.pictures.say_kept(actor, room, file, nonce)
            else:
                ran = await say(self.chat, actor, room, taken(str(text)), nonce)
                if ran.posted is None:
                    self._close_line(room, nonce, str(text), ran.notice)
                    return
                posted = ran.posted
        except BaseException:
            self._echoes.pop(nonce, None)
            raise
        if posted.duplicate and nonce in self._echoes:
            page = await self.chat.messages.page(actor, room, before=posted.seq + 1, limit=1)
            self.tell(self._echo(page.messages[0], page.users[0], self.places[room]))

    def _close_line(self, room: RoomId, nonce: str, line: str, notice: Noted | None) -> None:
        """Her page shows the command as a message until it is told how that ended; then it shows the answer."""
        place = self.places.get(room)
        client_id, _ = self._echoes.pop(nonce, ("", ""))
        if place is None or self.actor is None:
            return
        self._notices += 1
        row = self._note(f"notice-{self._notices}", place.name, taken(line), self.actor.user.card)
        self.client.emit("message", {**row, "clientId": client_id})
        if notice is not None:
            self.tell(self.noted(room, notice.text))

    def note(self, id: str, name: RoomName, text: str, card: UserCard) -> bytes:
        return encode("message", self._note(id, name, text, card))

    def _note(self, id: str, name: RoomName, text: str, card: UserCard) -> dict[str, Any]:
        return {
            "_id": id,
            "username": card.name,
            "src": avatar(card),
            "msg": shown(text),
            "img": "",
            "roomid": room_name(name) if isinstance(name, int) else direct_name(*name),
            "roomType": "group" if isinstance(name, int) else "single",
            "type": "text",
            "clientId": "",
            "time": iso(self.sockets.shared.now()),
        }

    async def _named(self, actor: Actor, given: dict[str, Any]) -> RoomId:
        """The room that a message is for, which is heard from now on.  Raises NoSuchRoom, Forbidden ..."""
        named = given.get("roomid")
        if not isinstance(named, str):
            raise NoSuchRoom
        number = read_number(named)
        if number is not None:
            room = await self.chat.legacy.numbered(number)
            await self._enter(actor, room, number)
            return room
        other = read_direct(named, actor.id)
        room = await self.chat.legacy.direct(actor, other, may_make=True)
        self.still(actor)
        await self.hear(room, (actor.id, other))
        return room

    def _nonce(self, given: dict[str, Any], client_id: str) -> str:
        """What is the same whenever she tries again: her page then calls the message otherwise, but not its time."""
        time = given.get("time")
        said = (time, given.get("msg"), given.get("img")) if isinstance(time, str | int) and time else client_id
        if not said:
            return f"e-{self.sockets.token_bytes(16).hex()}"
        return f"e-{hashlib.sha256(repr(said).encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"

    def told(self, said: Said) -> bytes:
        event = said.event
        if isinstance(event, ContactChanged):
            if event.state == "accepted":
                self.start(self._tell_friends())
            return b""
        room = getattr(event, "room", None)
        place = self.places.get(room) if room is not None else None
        if isinstance(event, Notice):
            return self.noted(event.room, event.text, event.user) if place is not None and place.is_shown else b""
        if place is None or self.has_ended(event) or not isinstance(event, Message) or event.seq <= place.seq:
            return b""
        place.seq = event.seq
        if event.author == self.user:
            # Her page breaks at a message of her own that it does not know: only the one that sent it is told.
            return self._echo(event, said.card, place) if event.nonce in self._echoes else b""
        if not place.is_shown:
            return b""
        return said.frame("others", lambda: self._as_message(event, said.card, place.name))

    def _as_message(self, event: Message, card: UserCard, name: RoomName, **more: str) -> bytes:
        return encode("message", {**self.services.shapes.express(event, card, name), **more})

    def _echo(self, event: Message, card: UserCard, place: Place) -> bytes:
        client_id, picture = self._echoes.pop(event.nonce or "")
        more = {"img": picture} if picture else {}
        return self._as_message(event, card, place.name, clientId=client_id, **more)

    async def _tell_friends(self) -> None:
        actor = self.known()
        rows = [friend_row(actor, view) for view in await friends(self.chat, actor)]
        if self.actor is actor:
            self.client.emit("friend", rows)

    def forget(self) -> None:
        super().forget()
        self._echoes.clear()


def _is_conversation(state: RoomState) -> bool:
    return state.kind == "direct" and len(state.people) == 1
