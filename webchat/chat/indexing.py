"""Makes what is said in the rooms searchable, a moment after it was said: posting waits for none of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
from twisted.logger import Logger

from webchat.model.events import Row
from webchat.model.ids import RoomId
from webchat.store import search
from webchat.store.database import Database

ROOMS_AT_ONCE = ROWS_AT_ONCE = 500
MOST_TRIPS = 50
"""Trips of one step: what is left then waits for the next."""


@attrs.define(eq=False)
class Indexing:
    """Follows the rooms' revs.  Called by the service's timers.

    Reading and taking apart happens in a snapshot of its own; what is then written is one short transaction.  How far
    it has come in a room is written with it, so nothing is left out or done twice, whatever stops in between; what was
    changed once more in the meantime has a higher rev, and comes again.
    """

    _database: Database
    _changed: set[RoomId] = attrs.field(factory=set, init=False)
    _is_busy: bool = attrs.field(default=False, init=False)
    taken_in: int = attrs.field(default=0, init=False)
    """Messages that were taken in since the start."""
    _logger = Logger()

    @property
    def waiting(self) -> int:
        """Rooms that have changed here and were not looked at since."""
        return len(self._changed)

    def heard(self, rows: Sequence[Row]) -> None:
        """Rows of a room have been published from here."""
        self._changed.add(rows[0].room)

    async def step(self) -> None:
        """Takes in what has changed in rooms on this node."""
        # Two at once would do the same work.
        if self._is_busy:
            return
        self._is_busy = True
        try:
            for _ in range(MOST_TRIPS):
                some = [room for room, _ in zip(self._changed, range(ROOMS_AT_ONCE), strict=False)]
                if not some:
                    return
                self._changed.difference_update(some)
                if not await self._follow(some):
                    return
        finally:
            self._is_busy = False

    async def look_round(self) -> None:
        """Finds rooms that have changed unheard: before the start, or on a node that has stopped since."""
        after = RoomId(0)
        while True:
            rooms = await self._database.read(
                lambda db, after=after: search.behind(db, after, ROOMS_AT_ONCE)  # type: ignore[misc]
            )
            self._changed.update(rooms)
            if len(rooms) < ROOMS_AT_ONCE:
                return
            after = rooms[-1]

    async def forget(self) -> None:
        """Takes everything out of the index; looking round then finds all rooms to be behind."""
        while not await self._database.write(None, lambda db: search.forget(db, ROWS_AT_ONCE)):
            pass

    async def _follow(self, rooms: Iterable[RoomId]) -> bool:
        """Takes in some of what has changed in *rooms*; what is left, or failed, is kept for later.

        False: another node is at it.
        """
        is_all = False
        try:
            changes = await self._database.read(lambda db: search.changes(db, rooms))
            is_done = not changes.marks or await self._database.write(None, lambda db: search.take_in(db, changes))
            is_all = is_done and changes.is_all
            self.taken_in += len(changes.docs) if is_done else 0
            return is_done
        finally:
            if not is_all:
                self._changed.update(rooms)
