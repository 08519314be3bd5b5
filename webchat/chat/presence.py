"""Who is here, for those who may know: members of one's rooms and contacts, nobody that blocks the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import msgspec
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.rooms import PAGE_LIMIT, cursor, read_cursor
from webchat.live.hub import Hub, Listener
from webchat.live.limits import Buckets
from webchat.live.presence import Attendance
from webchat.live.sessions import SessionCache
from webchat.model.answers import PresentEntry, Watched
from webchat.model.commands import ShowActivity, Watch
from webchat.model.events import StatusMark
from webchat.model.ids import RoomId, UserId
from webchat.model.refusals import Refusal
from webchat.model.users import Actor, State, Status
from webchat.store import blocks, memberships, places, rooms
from webchat.store import presence as presence_store
from webchat.store import users as user_store
from webchat.store.database import Database

Group = Literal["online", "away"]
"""How a list of those who are here is divided: busy people are on line."""

_STATES: dict[Group | None, frozenset[State]] = {
    None: frozenset({"online", "busy", "away"}),
    "online": frozenset({"online", "busy"}),
    "away": frozenset({"away"}),
}
PAIRS_AT_ONCE = 2_000


@attrs.frozen
class _Wish:
    actor: Actor
    room: RoomId | None
    users: frozenset[UserId]


@attrs.frozen
class _Granted:
    """Whom somebody may watch, and whom of a room she must not see."""

    users: frozenset[UserId]
    hidden: frozenset[UserId]


@attrs.define(eq=False)
class Presence:
    """States of people: shown, watched, listed, and when they were last here."""

    _attendance: Attendance
    _database: Database
    _hub: Hub
    _cache: SessionCache
    _changes: Buckets
    _signs: Buckets
    _reads: Buckets

    # Oneself.

    def arrive(self, listener: Listener, actor: Actor) -> None:
        """A connection of the actor is about to be welcomed."""
        self._attendance.arrive(listener, actor.user)

    def depart(self, listener: Listener) -> None:
        """It ends; the hub does not know yet."""
        self._attendance.depart(listener)

    def show_activity(self, actor: Actor, command: ShowActivity, listener: Listener) -> None:
        """Somebody sits at this connection's device, or does no more.  Raises RateLimited."""
        self._signs.take(actor.id)
        self._attendance.set_idle(listener, command.idle)

    async def set_status(self, actor: Actor, status: Status, but: object = None) -> None:
        """What the actor wants others to see of her, from now on; her other connections are told."""
        self._changes.take(actor.id)
        await self._database.write(None, lambda db: user_store.change(db, actor.id, status=status))
        self.status_changed(actor.id, status, but)

    def status_changed(self, user: UserId, status: Status, but: object = None) -> None:
        """The account has this status now: whoever stores one says so here."""
        # The cached actors hold the old one.
        self._cache.forget_user(user)
        self._attendance.set_status(user, status)
        self._hub.tell_user(user, StatusMark(status), but)

    # Others.

    async def watch(self, actor: Actor, command: Watch, listener: Listener) -> Watched:
        """From now on *listener* is told of these people, in place of those it watched before; how they are now.

        People whom the actor may not watch look as if they were off line; guests watch rooms only.  Raises NotAMember,
        NoSuchRoom, RateLimited.
        """
        self._signs.take(actor.id)
        users = frozenset() if actor.user.role == "guest" else frozenset(command.users)
        if command.room is None and not users:
            return self._attendance.watch(listener, None, users, users)
        wish = _Wish(actor, command.room, users)
        granted = await self._database.read_together(_grant_all, wish)
        return self._attendance.watch(listener, command.room, granted.users, granted.hidden)

    async def present(
        self, actor: Actor, room: RoomId, group: Group | None, after: str | None = None, limit: int = 100
    ) -> tuple[list[PresentEntry], str | None]:
        """Members of *room* who are here, by folded display name; with the cursor of the next page, if there is one."""
        limit = max(1, min(limit, PAGE_LIMIT))
        key, last = read_cursor(after)
        found = self._attendance.present(room, _STATES[group], (key, UserId(last)), limit + 1)
        ids = [user for _, user in found[:limit]]
        following = cursor(*found[limit - 1]) if len(found) > limit else None
        return await self._entries(actor, room, ids), following

    async def entries(self, actor: Actor, room: RoomId, ids: Sequence[UserId]) -> list[PresentEntry]:
        """Those of *ids* who are members of the room, here or not."""
        return await self._entries(actor, room, sorted(set(ids)))

    async def _entries(self, actor: Actor, room: RoomId, ids: Sequence[UserId]) -> list[PresentEntry]:
        def work(db: sa.Connection) -> list[PresentEntry]:
            permission.member(db, room, actor)
            apart = blocks.apart(db, actor.id, ids)
            found = {entry.user.id: entry for entry in places.entries(db, room, ids)}
            return [
                PresentEntry(found[user].user, found[user].role, "offline" if user in apart else "online")
                for user in ids
                if user in found
            ]

        entries = await self._database.read(work)
        return [
            msgspec.structs.replace(entry, state=self._attendance.state(entry.user.id))
            if entry.state != "offline"
            else entry
            for entry in entries
        ]

    def doubt(self, user: UserId, other: UserId) -> None:
        """Something between these two has changed, such as a block: whether they may see each other is asked again."""
        self._attendance.doubt(user, other)

    # Called by the service's timers.

    async def tell(self) -> None:
        """Tells what has changed."""
        self._attendance.tick()

    async def ask_again(self) -> None:
        """Ends watches of people whom one may see no more: one of the two has left a room, or blocked the other."""
        left, named = self._attendance.doubtful()
        doubtful = sorted(left | named)
        for start in range(0, len(doubtful), PAIRS_AT_ONCE):
            pairs = doubtful[start : start + PAIRS_AT_ONCE]
            visible = await self._database.read(
                lambda db, pairs=pairs: presence_store.visible(db, pairs)  # type: ignore[misc]
            )
            for user, other in set(pairs) - visible:
                self._attendance.part(user, other)
        if named:
            apart = await self._database.read(lambda db: presence_store.apart(db, {user for user, _ in named}))
            for user, other in named:
                self._attendance.hide(user, other, other in apart.get(user, ()))

    async def keep_seen(self, everybody: bool = False) -> None:
        """Writes down when those who have gone were last here; at the end of the service, of *everybody*."""
        seen = self._attendance.take_seen(everybody)
        if seen:
            await self._database.write(None, lambda db: presence_store.saw(db, seen))


def _grant_all(db: sa.Connection, wishes: Sequence[_Wish]) -> Sequence[_Granted | Refusal]:
    """What each of them may watch: asked for all who come at the same moment at once."""
    rooms_wanted = {wish.room for wish in wishes if wish.room is not None}
    found = {room: rooms.maybe(db, room) for room in rooms_wanted}
    places_held = memberships.many(db, {(wish.room, wish.actor.id) for wish in wishes if wish.room is not None})
    visible = presence_store.visible(db, {(wish.actor.id, user) for wish in wishes for user in wish.users})
    apart = presence_store.apart(db, {wish.actor.id for wish in wishes if wish.room is not None})
    answers: list[_Granted | Refusal] = []
    for wish in wishes:
        asker = wish.actor.id
        if wish.room is not None:
            room, place = found[wish.room], places_held.get((wish.room, asker))
            if room is None or room.deleted is not None or place is None or not place.is_active:
                answers.append(permission.refuse_outsider(room))
                continue
        users = frozenset(user for user in wish.users if (asker, user) in visible)
        answers.append(_Granted(users, frozenset(apart.get(asker, ()))))
    return answers
