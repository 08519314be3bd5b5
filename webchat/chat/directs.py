"""Direct conversations: of two people, or of a few; one for each set of people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa

from webchat.chat.authority import refuse_guest
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.members import reachable
from webchat.chat.rooms import add_member, as_stored, check_room_for_more
from webchat.live.limits import Buckets
from webchat.model.events import Member, Row
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.refusals import BadRequest, Forbidden, NoSuchUser
from webchat.model.rooms import RoomState
from webchat.model.users import Actor
from webchat.store import blocks, memberships
from webchat.store import changes as change_store
from webchat.store import directs as direct_store
from webchat.store import rooms as room_store
from webchat.store.database import Database

MAX_OTHERS = 9


@attrs.frozen
class Opened:
    """A conversation as who opens it holds it; *is_new*: there was none before."""

    state: RoomState
    is_new: bool


@attrs.define(eq=False)
class Directs:
    """What can be done with direct conversations."""

    _log: RoomLog
    _database: Database
    _now: Callable[[], Millis]
    _changes: Buckets

    async def open(self, actor: Actor, users: Sequence[UserId]) -> Opened:
        """The conversation of the actor with *users*, 1 to 9 others, made if there is none.

        All of them are members at once, those who have left it again.  Raises BadRequest, NoSuchUser, and Forbidden for
        a guest, or where the actor and one of them are apart by a block: the answer does not tell whose.
        """
        others = sorted(set(users) - {actor.id})
        if not 1 <= len(others) <= MAX_OTHERS:
            raise BadRequest(f"A conversation has 1 to {MAX_OTHERS} other people.", field="users")
        refuse_guest(actor)
        self._changes.take(actor.id)
        key = direct_store.key_of([actor.id, *others])
        while True:
            found = await self._database.read(lambda db: direct_store.maybe(db, key))
            opened = await self._open(actor, others, key, found)
            # None: somebody else has made it since it was looked for.
            if opened is not None:
                return opened

    async def _open(self, actor: Actor, others: Sequence[UserId], key: str, found: RoomId | None) -> Opened | None:
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Opened | None]:
            if blocks.apart(db, actor.id, others):
                raise Forbidden("You cannot talk with one of these people.")
            room_id = direct_store.add(db, key, now) if found is None else found
            if room_id is None:
                return Outcome(None)
            room = room_store.one(db, room_id)
            rows: list[Row] = [change_store.room_row(room)] if found is None else []
            places = memberships.many(db, [(room.id, user) for user in (actor.id, *others)])
            for user in (actor.id, *others):
                place = places.get((room.id, user))
                if place is None or not place.is_active:
                    rows += _add(db, actor, room_id, user, was_there=place is not None)
            state = room_store.maybe_state(db, room.id, actor.id)
            assert state is not None
            return Outcome(Opened(state, found is None), tuple(rows))

        return await self._log.change(found, work)


def _add(db: sa.Connection, actor: Actor, room: RoomId, user: UserId, was_there: bool) -> tuple[Member, ...]:
    if user == actor.id:
        check_room_for_more(db, user)
        return add_member(db, room_store.one(db, room), as_stored(db, actor), "member")
    try:
        return add_member(db, room_store.one(db, room), reachable(db, user), "member", actor.id)
    except NoSuchUser:
        # Who has left the conversation, and the server since, does not keep it closed to the others.
        if was_there:
            return ()
        raise
