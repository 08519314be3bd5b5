"""What the clients of older chat systems need besides: their two rooms, their browsers' cookies, names as addresses.

They know the rooms 1 and 2, which are there from the beginning: the lobby, and one more that is made for them.  Of a
browser they have no sign-in that a WebSocket or an image could show; instead it gets a cookie drawn by lot, the device
cookie, which stands for whoever signed in there last.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable

import attrs
import sqlalchemy as sa

from webchat.chat.accounts import Accounts
from webchat.chat.directs import Directs
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.rooms import Rooms, add_room
from webchat.model.codes import digest_of, new_secret
from webchat.model.commands import JoinRoom
from webchat.model.ids import Millis, RoomId, Seq, SessionId, UserId
from webchat.model.names import account_name, name_key
from webchat.model.refusals import BadName, Forbidden, NoSuchRoom, NoSuchUser, Unauthenticated
from webchat.model.rooms import Room
from webchat.model.users import Actor, UserCard
from webchat.store import contacts as contact_store
from webchat.store import directs as direct_store
from webchat.store import legacy as legacy_store
from webchat.store import memberships, meta
from webchat.store import rooms as room_store
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database

SECOND = "legacy-room"
"""The key under which the second room is kept."""
SECOND_TITLE = "Room 2"
LATEST = 1_000
"""How many messages of each room count for who writes most."""
MOST_SHOWN = 10
MOST_BOUND = 10_000


@attrs.define(eq=False)
class Legacy:
    """What the doors for those clients ask."""

    _log: RoomLog
    _database: Database
    _accounts: Accounts
    _rooms: Rooms
    _directs: Directs
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _second: RoomId | None = attrs.field(default=None, init=False)
    _bound: OrderedDict[bytes, SessionId] = attrs.field(factory=OrderedDict, init=False)
    """What cookies were bound to last, so that binding them again costs nothing."""
    _watchers: dict[bytes, list[Callable[[Actor], None]]] = attrs.field(factory=dict, init=False)

    # Rooms.

    async def both(self) -> tuple[RoomId, RoomId]:
        """The rooms 1 and 2; the second is made if there is none.  Raises NoSuchRoom before the server is set up."""
        lobby = self._accounts.lobby
        if lobby is None:
            raise NoSuchRoom
        if self._second is None:
            self._second = await self._log.change(None, self._make_second)
        return lobby, self._second

    async def known(self) -> tuple[RoomId, ...]:
        """Those of the rooms 1 and 2 that there are: nothing is made because a stranger has asked."""
        if self._second is None:
            kept = await self._database.read(lambda db: meta.maybe(db, SECOND))
            self._second = None if kept is None else RoomId(int(kept))
        return tuple(room for room in (self._accounts.lobby, self._second) if room is not None)

    def _make_second(self, db: sa.Connection) -> Outcome[RoomId]:
        # Of two who want to make it one goes first: both want this row, which every database has.
        meta.lock(db, "epoch")
        kept = meta.maybe(db, SECOND)
        if kept is not None:
            return Outcome(RoomId(int(kept)))
        owner = user_store.owner(db)
        if owner is None:
            raise NoSuchRoom
        room, rows = add_room(db, owner, SECOND_TITLE, "", self._now())
        meta.put(db, SECOND, str(room))
        return Outcome(room, rows)

    def number_of(self, room: RoomId) -> int | None:
        """1 or 2, for the rooms that these clients know by number, as far as they are known here."""
        if room == self._accounts.lobby:
            return 1
        return 2 if room == self._second else None

    async def numbered(self, number: int) -> RoomId:
        """Room 1 or 2.  Raises NoSuchRoom."""
        if number not in (1, 2):
            raise NoSuchRoom
        return (await self.both())[number - 1]

    async def enter(self, actor: Actor, room: RoomId) -> None:
        """Makes the actor a member of a public room, if she is none.  Raises NoSuchRoom, Banned, RoomArchived ..."""
        places = await self._database.read(lambda db: memberships.maybe(db, room, actor.id))
        if places is None or not places.is_active:
            await self._rooms.join(actor, JoinRoom(0, room))

    async def direct(self, actor: Actor, other: UserId, *, may_make: bool = False) -> RoomId:
        """The conversation of the actor with *other*; made if there is none, between contacts, if that *may* be.

        Raises NoSuchRoom; to make it also Forbidden unless they are contacts, and what `Directs.open` raises.
        """
        key = direct_store.key_of([actor.id, other])

        def work(db: sa.Connection) -> tuple[RoomId | None, bool]:
            contact = contact_store.maybe(db, actor.id, other)
            return direct_store.maybe(db, key), contact is not None and contact.state_for(actor.id) == "accepted"

        found, are_contacts = await self._database.read(work)
        if not may_make:
            if found is None or other == actor.id:
                raise NoSuchRoom
            return found
        if not are_contacts:
            raise Forbidden("They are no contacts.")
        return (await self._directs.open(actor, [other])).state.room

    async def stored(self, room: RoomId) -> Room:
        """The room as it is stored.  Raises NoSuchRoom."""
        found = await self._database.read(lambda db: room_store.maybe(db, room))
        if found is None or found.deleted is not None:
            raise NoSuchRoom
        return found

    # Browsers.

    def new_cookie(self) -> str:
        """A device cookie that nobody has."""
        return new_secret(self._token_bytes)

    async def bind(self, cookie: str, actor: Actor) -> None:
        """From now on *cookie* stands for the actor, until her session ends; whoever watches it is told."""
        key, session = digest_of(cookie), actor.session.id
        if self._bound.get(key) != session:

            def work(db: sa.Connection) -> None:
                # A session that has ended meanwhile leaves no cookie behind.
                if session_store.valid(db, [session]):
                    legacy_store.bind(db, key, session)

            await self._database.write(None, work)
            self._bound[key] = session
            while len(self._bound) > MOST_BOUND:
                self._bound.popitem(last=False)
        for told in self._watchers.pop(key, ()):
            told(actor)

    def watch(self, cookie: str, told: Callable[[Actor], None]) -> Callable[[], None]:
        """Has *told* be called when *cookie* is bound the next time, on this node; answers what ends the watch."""
        key = digest_of(cookie)
        self._watchers.setdefault(key, []).append(told)

        def end() -> None:
            watching = self._watchers.get(key, [])
            if told in watching:
                watching.remove(told)
            if not watching:
                self._watchers.pop(key, None)

        return end

    async def unbind(self, cookie: str) -> None:
        """From now on *cookie* stands for nobody."""
        key = digest_of(cookie)
        self._bound.pop(key, None)
        await self._database.write(None, lambda db: legacy_store.unbind(db, key))

    async def holder(self, token: str, address: str) -> Actor:
        """Who holds *token*, if it is good for everything: older clients know nothing of scopes.

        Raises Unauthenticated, RateLimited.
        """
        actor = await self._accounts.authenticate(token, address)
        if not actor.may("all"):
            raise Unauthenticated
        return actor

    async def behind(self, cookie: str, address: str) -> Actor:
        """Whom *cookie*, shown by somebody at *address*, stands for.  Raises Unauthenticated, RateLimited."""
        digest = digest_of(cookie)
        token = await self._database.read(lambda db: legacy_store.token_behind(db, digest))
        if token is None:
            raise Unauthenticated
        return await self._accounts.recognise(token, address)

    # People.

    async def free_name(self, wish: str) -> str:
        """An account name like *wish* that nobody has: for clients that ask for an address only."""
        plain = "".join(sign if sign.isalnum() else "-" for sign in wish)[:20].strip("-")
        try:
            plain = account_name(plain)
        except BadName:
            plain = "user"
        drawn = self._token_bytes(4).hex()

        def work(db: sa.Connection) -> str:
            tries = ["" if plain != "user" else "-1", *(f"-{number}" for number in range(2, 10))]
            names = (plain + ending for ending in tries)
            return next((one for one in names if not user_store.name_is_taken(db, name_key(one))), f"{plain}-{drawn}")

        return await self._database.read(work)

    async def named(self, name: str) -> UserCard:
        """Who has this account name.  Raises NoSuchUser."""
        found = await self._database.read(lambda db: user_store.maybe_named(db, name_key(name)))
        if found is None or found.disabled is not None or found.deleted is not None:
            raise NoSuchUser
        return found.card

    async def cards(self, ids: Iterable[UserId]) -> list[UserCard]:
        """What everybody may know of these accounts; unknown ids are left out."""
        wanted = list(ids)
        return await self._database.read(lambda db: user_store.cards(db, wanted))

    async def busiest(self) -> list[tuple[UserCard, int]]:
        """Who has written most of the last messages of the two rooms, as far as they are public: ten at most."""
        both = await self.both()

        def work(db: sa.Connection) -> list[tuple[UserCard, int]]:
            numbers: Counter[UserId] = Counter()
            for id in both:
                room = room_store.maybe(db, id)
                if room is not None and room.kind == "public" and room.deleted is None:
                    numbers.update(legacy_store.writers(db, id, Seq(room.seq - LATEST)))
            # Some of them may have gone since.
            most = dict(numbers.most_common(3 * MOST_SHOWN))
            found = {user.id: user.card for user in user_store.present(db, most)}
            return [(found[user], most[user]) for user in most if user in found][:MOST_SHOWN]

        return await self._database.read(work)
