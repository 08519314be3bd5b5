"""Commit, then speak: how a change of a room is stored and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

import attrs
import sqlalchemy as sa
from msgspec import Struct
from twisted.internet.defer import Deferred

from webchat.live.bus import Bus
from webchat.model.events import Row
from webchat.model.ids import RoomId
from webchat.store.database import Database, SetWise

T = TypeVar("T")
Item = TypeVar("Item")


class Outcome(Struct, Generic[T], frozen=True, gc=False):
    """What a change answers to who asked for it, and the rows that it wrote, to be told to the room."""

    answer: T
    rows: tuple[Row, ...] = ()


@attrs.define(eq=False)
class RoomLog:
    """Writes changes of rooms, and publishes their rows after COMMIT, never before."""

    _database: Database
    _bus: Bus
    heard: Callable[[Sequence[Row]], None] = lambda rows: None
    """Is given what was published from here, after that."""

    async def change(
        self, room: RoomId | None, work: Callable[[sa.Connection], Outcome[T]], also: RoomId | None = None
    ) -> T:
        """Carries out *work*, in the transaction that holds the row of *room*, and that of *also*."""
        return self._tell(await self._database.write(room, work, also))

    def change_together(
        self,
        room: RoomId | None,
        change: SetWise[Item, Outcome[T]],
        item: Item,
    ) -> Deferred[T]:
        """As *change*, for a change that is made for all waiting items of its kind at once."""
        return self._database.write_together(room, change, item).addCallback(self._tell)

    def submit(
        self,
        room: RoomId | None,
        change: SetWise[Item, Outcome[T]],
        item: Item,
        done: Callable[[T | BaseException], object],
    ) -> None:
        """As *change_together*, without a Deferred: *done* is given the answer, or what went wrong."""
        self._database.submit(room, change, item, partial(self._committed, done))

    def _committed(self, done: Callable[[T | BaseException], object], outcome: Outcome[T] | BaseException) -> None:
        done(outcome if isinstance(outcome, BaseException) else self._tell(outcome))

    def _tell(self, outcome: Outcome[T]) -> T:
        if outcome.rows:
            self._bus.publish(outcome.rows)
            self.heard(outcome.rows)
        return outcome.answer
