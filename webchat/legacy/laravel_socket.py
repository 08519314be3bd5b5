"""The events of `laravel`: rooms by number, a token in each event, unread counts, messages shown by their echo."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from webchat.legacy.ids import read_number, room_name, user_id
from webchat.legacy.online import Change
from webchat.legacy.pictures import LARGEST
from webchat.legacy.saying import say
from webchat.legacy.shapes import NOBODY, avatar, file_in, own_id
from webchat.legacy.socket import THE_SERVER, Place, RoomName, Said, Socket, Sockets
from webchat.legacy.texts import iso, shown, taken
from webchat.legacy.tokens import read_token
from webchat.model.commands import MarkRead
from webchat.model.events import Message, Notice, ReadMark
from webchat.model.ids import RoomId, Seq
from webchat.model.names import email_key
from webchat.model.refusals import BadPicture, EmptyText, Forbidden, NoSuchRoom, Refusal, TooLarge, Unauthenticated
from webchat.model.users import Actor, User, UserCard
from webchat.ws.clients import Client, encode

READ_SECONDS = 5.0
"""How long it may take until what somebody sees is marked as read."""


class LaravelSocket(Socket):
    """A client of this kind."""

    # Pictures come inside of events.
    largest = 8 * 1024 * 1024

    def __init__(self, client: Client, sockets: Sockets) -> None:
        super().__init__(client, sockets, sockets.laravel)
        self._unmarked: dict[RoomId, Any] = {}
        self._sent: set[str] = set()
        self._counts: dict[str, int] = {}
        self._named: int | None = None

    async def connected(self) -> None:
        # The address holds the token that the page had when it was loaded, if any.
        token = read_token(self.client.query.get("api_token")) or _auth_token(self.client)
        if token is not None:
            with suppress(Refusal):
                self.become(await self.chat.legacy.holder(token, self.client.address))

    # Who speaks.

    async def log_in(self, given: dict[str, Any]) -> None:
        if not await self._by_token(given):
            actor = await self._by_browser(given.get("name"))
            if actor is not None:
                self.become(actor)
        actor = self.known()
        self.chat.reads.take(actor.id)
        await self.chat.legacy.both()
        for state in await self.chat.syncing.open(actor):
            self.still(actor)
            number = self.chat.legacy.number_of(state.room)
            if number is not None:
                await self.hear(state.room, number, state)
        self._count(always=True)

    async def _by_token(self, given: dict[str, Any]) -> bool:
        """Whether the event brings a token, which then decides.  Raises Unauthenticated."""
        token = read_token(given.get("api_token")) or read_token(given.get("token"))
        if token is None:
            return False
        self.become(await self.chat.legacy.holder(token, self.client.address))
        return True

    async def _by_browser(self, name: Any) -> Actor | None:
        """Whom her browser is known as, if *name* is that person's."""
        if self.cookie is None or not isinstance(name, str):
            return None
        try:
            actor = await self.chat.legacy.behind(self.cookie, self.client.address)
        except Unauthenticated:
            return None
        return actor if _is_named(actor.user, name) else None

    async def _speaker(self, given: dict[str, Any]) -> Actor:
        await self._by_token(given)
        return self.known()

    # Rooms.

    async def come_in(self, given: dict[str, Any]) -> None:
        actor = await self._speaker(given)
        room, place = await self._room(actor, given)
        if not place.is_in:
            place.is_in = True
            self.online.join(self, room)
        place.read = place.seq
        self._count(always=True)
        await self._mark(actor, room, place.seq)

    async def go_out(self, given: dict[str, Any]) -> None:
        actor = await self._speaker(given)
        number = _number(given)
        room = await self.chat.legacy.numbered(number)
        place = self.places.get(room)
        if place is not None and place.is_in:
            place.is_in = False
            self.online.leave(self, room)
            self._mark_now(room)
            self.still(actor)

    async def _room(self, actor: Actor, given: dict[str, Any]) -> tuple[RoomId, Place]:
        """The room that an event names, which is heard from now on.  Raises NoSuchRoom, Banned ..."""
        self._named = None
        number = self._named = _number(given)
        room = await self.chat.legacy.numbered(number)
        if room not in self.places:
            await self.chat.legacy.enter(actor, room)
            self.still(actor)
        return room, await self.hear(room, number)

    async def introduced(self, room: RoomId) -> None:
        number = self.chat.legacy.number_of(room)
        if number is not None:
            await self.follow(room, number)

    def listed(self, change: Change, room: RoomId, people: Sequence[UserCard]) -> bytes:
        rows = {}
        for card in people:
            face = avatar(card)
            name = shown(card.display_name or NOBODY)
            rows[str(card.id)] = {"id": user_id(card.id), "name": name, "avatar": face, "src": face}
        return encode(change, rows)

    # What is said.

    async def say(self, given: dict[str, Any]) -> None:
        actor = await self._speaker(given)
        if not actor.may("write"):
            raise Forbidden
        room, place = await self._room(actor, given)
        picture, text = given.get("img"), given.get("msg")
        if isinstance(picture, str) and picture:
            await self._show(actor, room, picture)
            return
        if not isinstance(text, str):
            raise EmptyText
        nonce = f"l-{self.sockets.token_bytes(16).hex()}"
        if not place.is_in:
            # Her page shows nothing before this comes back.
            self._sent.add(nonce)
        try:
            ran = await say(self.chat, actor, room, taken(text), nonce)
        except BaseException:
            self._sent.discard(nonce)
            raise
        if ran.posted is None:
            self._sent.discard(nonce)
        if ran.notice is not None:
            self.tell(self.noted(room, ran.notice.text))

    async def _show(self, actor: Actor, room: RoomId, picture: str) -> None:
        """Says a picture: its address here, or its bytes (RFC 2397)."""
        pictures = self.services.pictures
        if not picture.startswith("data:"):
            file = file_in(picture)
            if file is None:
                raise BadPicture
            await pictures.say_kept(actor, room, file)
            return
        kind, _, data = picture.partition(",")
        if not kind.startswith("data:image/") or not kind.endswith(";base64"):
            raise BadPicture
        if len(data) > LARGEST * 4 // 3 + 4:
            raise TooLarge
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise BadPicture from None
        await pictures.say(actor, room, content)

    def told(self, said: Said) -> bytes:
        event = said.event
        room = getattr(event, "room", None)
        place = self.places.get(room) if room is not None else None
        if place is None or self.has_ended(event):
            return b""
        frame = b""
        if isinstance(event, Notice):
            return self.noted(event.room, event.text, event.user) if place.is_in else b""
        if isinstance(event, ReadMark):
            place.read = max(place.read, event.seq)
        elif isinstance(event, Message) and event.seq > place.seq:
            place.seq = event.seq
            is_own = event.author == self.user
            # Who wrote it, or sees it on any of her pages, has read it.
            if is_own or self.online.has(self.user, event.room):
                place.read = event.seq
            is_sent = event.nonce in self._sent
            self._sent.discard(event.nonce or "")
            if place.is_in or is_sent:
                frame = said.frame(is_own, lambda: self._as_message(event, said.card, place, is_own))
                self._mark_later(event.room)
        return frame + self._count()

    def _as_message(self, event: Message, card: UserCard, place: Place, is_own: bool) -> bytes:
        assert self.actor is not None and isinstance(place.name, int)
        reader = self.actor.user if is_own else None
        return encode("message", self.services.shapes.laravel(event, card, place.name, reader))

    def explain(self, text: str) -> None:
        # It knows no other way to show somebody something.
        if self._named is None:
            return
        self._notices += 1
        self.tell(self.note(f"notice-{self._notices}", self._named, text, THE_SERVER))

    def note(self, id: str, name: RoomName, text: str, card: UserCard) -> bytes:
        time = iso(self.sockets.shared.now())
        who = {"userid": "", "username": shown(card.display_name), "src": avatar(card)}
        return encode(
            "message", {"id": id, "_id": id, **who, "msg": shown(text), "img": "", "roomid": name, "time": time}
        )

    # What is unread.

    def _count(self, *, always: bool = False) -> bytes:
        """The counts, if they have changed; *always*: they are sent at once, changed or not."""
        counts = {
            room_name(place.name): max(0, place.seq - place.read)
            for place in self.places.values()
            if isinstance(place.name, int)
        }
        if counts == self._counts and not always:
            return b""
        self._counts = counts
        frame = encode("count", counts)
        if not always:
            return frame
        self.tell(frame)
        return b""

    def _mark_later(self, room: RoomId) -> None:
        if room not in self._unmarked:
            self._unmarked[room] = self.sockets.clock.callLater(READ_SECONDS, self._mark_now, room)

    def _mark_now(self, room: RoomId) -> None:
        timer, place = self._unmarked.pop(room, None), self.places.get(room)
        if timer is None:
            return
        if timer.active():
            timer.cancel()
        if place is not None and self.actor is not None:
            self.start(self._mark(self.actor, room, place.read))

    async def _mark(self, actor: Actor, room: RoomId, seq: Seq) -> None:
        await self.chat.reading.mark(actor, MarkRead(0, room, seq), but=self)

    def drop(self, room: RoomId) -> None:
        self._mark_now(room)
        super().drop(room)

    def forget(self) -> None:
        super().forget()
        self._sent.clear()
        self._counts = {}


def _auth_token(client: Client) -> str | None:
    return read_token(client.auth.get("token")) if isinstance(client.auth, dict) else None


def _is_named(user: User, name: str) -> bool:
    if user.email is None:
        return name.strip().lower() == own_id(user).lower()
    with suppress(Refusal):
        return email_key(name) == email_key(user.email)
    return False


def _number(given: dict[str, Any]) -> int:
    """The number of the room that an event names.  Raises NoSuchRoom."""
    named = given.get("roomid")
    number = read_number(str(named)) if type(named) in (int, str) else None
    if number is None:
        raise NoSuchRoom
    return number
