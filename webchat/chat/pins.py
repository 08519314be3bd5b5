"""Pins: messages of a room that are to be found again."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa
from msgspec import structs

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.rooms import cursor, cursor_number, read_cursor
from webchat.live.limits import Buckets
from webchat.model.answers import Changed, Pins
from webchat.model.commands import Pin
from webchat.model.ids import MAX_INT, Millis, RoomId
from webchat.model.refusals import TooMany
from webchat.model.users import Actor
from webchat.store import audit, messages, pins, rooms, users
from webchat.store.database import Database

PINS_MAX = 100
"""In one room."""


@attrs.define(eq=False)
class Pinning:
    """What is pinned to rooms."""

    _log: RoomLog
    _database: Database
    _now: Callable[[], Millis]
    _changes: Buckets

    async def pin(self, actor: Actor, command: Pin) -> Changed:
        """Pins a message, or takes it down: for moderators, and for everybody in a direct room.

        What is so already stays so.  Raises NoSuchMessage, Conflict for a deleted message, TooMany, Forbidden,
        RoomArchived, NotAMember, NoSuchRoom, RateLimited.
        """
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            room, _ = permission.pinner(db, command.room, actor)
            message = messages.standing(db, command.room, command.seq)
            if (message.pinned is not None) == command.on:
                return Outcome(Changed(command.room, message.rev))
            if command.on and pins.count(db, command.room) >= PINS_MAX:
                raise TooMany("Too many messages are pinned here.")
            # In a direct room nobody acts by a power over others.
            if room.kind != "direct":
                action = "message.pin" if command.on else "message.unpin"
                audit.record(db, now, actor.id, action, room=room.id, user=message.author, seq=command.seq)
            _, rev = rooms.raise_counters(db, command.room, 0, 1)
            pinned = now if command.on else None
            pins.put(db, command.room, command.seq, pinned, rev)
            return Outcome(Changed(command.room, rev), (structs.replace(message, rev=rev, pinned=pinned),))

        return await self._log.change(command.room, work)

    async def of_room(self, actor: Actor, room: RoomId, after: str | None, limit: int) -> Pins:
        """What is pinned to the room, the newest pin first."""
        before = _read(after)

        def work(db: sa.Connection) -> Pins:
            permission.member(db, room, actor)
            found = pins.of_room(db, room, before, limit + 1)
            more, found = len(found) > limit, found[:limit]
            authors = users.cards(db, {message.author for message in found})
            following = cursor(str(found[-1].pinned), found[-1].seq) if more else None
            return Pins(tuple(found), tuple(authors), following)

        return await self._database.read(work)


def _read(after: str | None) -> tuple[int, int]:
    if after is None:
        return MAX_INT, MAX_INT
    key, number = read_cursor(after)
    return cursor_number(key), number
