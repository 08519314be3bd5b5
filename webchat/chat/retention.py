"""Removes what was said longer ago than a room keeps it."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat.log import Outcome, RoomLog
from webchat.chat.settings import ServerSettings
from webchat.model.ids import Millis, Rev, RoomId
from webchat.store import changes as change_store
from webchat.store import history
from webchat.store import rooms as room_store
from webchat.store.database import Database

ROWS, STEPS = 500, 20
"""Messages that are removed in one transaction, and transactions of one sweep."""
CHUNK = 500
"""Rooms that are looked at in one reading."""


@attrs.define(eq=False)
class Retention:
    """Called by the service's timer."""

    _log: RoomLog
    _database: Database
    _settings: ServerSettings
    _now: Callable[[], Millis]

    async def sweep(self) -> None:
        """Removes some of what is too old, a batch at a time, so that nobody's message waits for it."""
        steps, after, now = STEPS, RoomId(0), self._now()
        while True:

            def look(db: sa.Connection, after: RoomId = after) -> tuple[list[RoomId], RoomId | None]:
                return history.rooms_with_expired(db, after, self._settings.retention, now, CHUNK)

            found, last = await self._database.read(look)
            for room in found:
                while steps > 0:
                    steps -= 1
                    if not await self._remove(room, now):
                        break
            if last is None or steps <= 0:
                return
            after = last

    async def _remove(self, room: RoomId, now: Millis) -> bool:
        """Removes a batch of the room's oldest messages; whether there may be more."""

        def work(db: sa.Connection) -> Outcome[bool]:
            row = room_store.maybe(db, room)
            if row is None or row.deleted is not None:
                return Outcome(False)
            days = self._settings.retention if row.retention is None else row.retention
            if not days:
                return Outcome(False)
            before = Millis(now - days * history.DAY)
            seq = history.expired(db, room, row.floor, before, ROWS)
            if seq is None:
                return Outcome(False)
            _, rev = room_store.raise_counters(db, room, 0, 1)
            history.remove_prefix(db, room, row.floor, seq, Rev(rev))
            return Outcome(seq - row.floor == ROWS, (change_store.room_row(room_store.one(db, room)),))

        return await self._log.change(room, work)
