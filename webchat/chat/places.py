"""One's own place in a room: how loud it is, whether something unsent waits there, that all of it is read."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa
from msgspec import structs

from webchat.chat import permission
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.answers import Place, ReadAll
from webchat.model.commands import MarkDraft, MarkUnread
from webchat.model.events import PlaceRow, ReadMark
from webchat.model.ids import Millis, RoomId, Seq
from webchat.model.refusals import NoSuchMessage
from webchat.model.rooms import Level
from webchat.model.users import Actor
from webchat.store import places
from webchat.store.database import Database


@attrs.define(eq=False)
class Places:
    """What people settle for themselves.  It is private, carries no rev, and is told to their own connections."""

    _database: Database
    _hub: Hub
    _now: Callable[[], Millis]
    _changes: Buckets

    async def set_level(self, actor: Actor, room: RoomId, level: Level, muted: Millis | None) -> Place:
        """What the actor wants to be told of *room*; *muted*: until then, nothing.

        Raises NotAMember, NoSuchRoom, RateLimited.
        """
        self._changes.take(actor.id)
        until = None if muted is None or muted <= self._now() else muted

        def work(db: sa.Connection) -> Place:
            permission.member(db, room, actor)
            return places.set_level(db, room, actor.id, level, until)

        return self._tell(actor, await self._database.write(None, work))

    async def mark_draft(self, actor: Actor, command: MarkDraft, but: object = None) -> Place:
        """The actor has begun to write something there, or has sent or given it up; her other devices show it.

        Raises NotAMember, NoSuchRoom, RateLimited.
        """
        self._changes.take(actor.id)
        since = self._now() if command.draft else None

        def work(db: sa.Connection) -> Place:
            permission.member(db, command.room, actor)
            return places.set_draft(db, command.room, actor.id, since)

        return self._tell(actor, await self._database.write(None, work), but)

    async def mark_unread(self, actor: Actor, command: MarkUnread, but: object = None) -> Place:
        """From that message on it counts as unread for the actor; her read mark stays where it is.

        A mark that reaches it ends that.  Raises NoSuchMessage, NotAMember, NoSuchRoom, RateLimited.
        """
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> Place:
            room, _ = permission.member(db, command.room, actor)
            if not room.floor < command.seq <= room.seq:
                raise NoSuchMessage
            return places.set_unread(db, command.room, actor.id, command.seq)

        return self._tell(actor, await self._database.write(None, work), but)

    async def read_all(self, actor: Actor) -> ReadAll:
        """The actor has read everything, in every room; all her connections are told of each mark that rose."""
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> tuple[list[tuple[RoomId, Seq]], list[Place]]:
            reminded = places.unread(db, actor.id)
            return places.read_all(db, actor.id), reminded

        marks, reminded = await self._database.write(None, work)
        for room, seq in marks:
            self._hub.tell_user(actor.id, ReadMark(room, seq))
        now = dict(marks)
        for place in reminded:
            self._tell(actor, structs.replace(place, read=now.get(place.room, place.read), unread_from=None))
        return ReadAll(len(marks))

    def _tell(self, actor: Actor, place: Place, but: object = None) -> Place:
        self._hub.tell_user(actor.id, PlaceRow(*structs.astuple(place)), but)
        return place
