"""Whom the moderators of a room keep out of it."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.members import account, below
from webchat.chat.rooms import PAGE_LIMIT, cursor, part, read_cursor
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.events import Removed
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.refusals import BadRequest, Forbidden, NotFound
from webchat.model.rooms import Ban
from webchat.model.text import line_of_text
from webchat.model.users import Actor
from webchat.store import audit, memberships
from webchat.store import bans as ban_store
from webchat.store.database import Database

REASON_LIMIT = 200


@attrs.define(eq=False)
class Bans:
    """What can be done with bans."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _now: Callable[[], Millis]
    _changes: Buckets

    async def put(
        self, actor: Actor, room: RoomId, user: UserId, reason: str = "", until: Millis | None = None
    ) -> None:
        """Keeps somebody out of the room, *until* then or for good; if she is a member, she is one no more.

        A member must be of lower rank than the actor.  Raises Forbidden, NoSuchUser, BadText, TextTooLong.
        """
        reason = line_of_text(reason, REASON_LIMIT, "reason", may_be_empty=True)
        self._changes.take(actor.id)
        now = self._now()
        if until is not None and until <= now:
            raise BadRequest("This time is over.", field="until")

        def work(db: sa.Connection) -> Outcome[bool]:
            permission.moderator(db, room, actor)
            found = account(db, user)
            if user == actor.id:
                raise Forbidden("Nobody bans herself.")
            place = memberships.maybe(db, room, user)
            is_member = place is not None and place.is_active
            if is_member:
                _, place = below(db, room, actor, user)
            ban_store.put(db, room, user, actor.id, reason, now, until)
            audit.record(db, now, actor.id, "room.ban", room=room, user=user, until=until)
            assert place is not None or not is_member
            return Outcome(is_member, part(db, place, found) if place is not None and is_member else ())

        if await self._log.change(room, work):
            self._hub.tell_user(user, Removed(room, True, reason, until))

    async def lift(self, actor: Actor, room: RoomId, user: UserId) -> None:
        """Lets somebody into the room again.  Raises NotFound where she is not banned."""
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[None]:
            permission.moderator(db, room, actor)
            if not ban_store.remove(db, room, user):
                raise NotFound
            audit.record(db, now, actor.id, "room.unban", room=room, user=user)
            return Outcome(None)

        await self._log.change(room, work)

    async def of_room(
        self, actor: Actor, room: RoomId, after: str | None = None, limit: int = 50
    ) -> tuple[list[Ban], str | None]:
        """The bans in force, for the room's moderators; with the cursor of the next page, if there is one."""
        limit = max(1, min(limit, PAGE_LIMIT))
        now = self._now()

        def work(db: sa.Connection) -> tuple[list[Ban], str | None]:
            permission.moderator(db, room, actor)
            found = ban_store.of_room(db, room, now, UserId(read_cursor(after)[1]), limit + 1)
            page = found[:limit]
            return page, cursor("", page[-1].user.id) if len(found) > limit else None

        return await self._database.read(work)
