"""Whatever breaks, and in whatever order things come: nothing is lost, doubled, swapped or told to the wrong person.

    SCHEDULES=50000 python -m twisted.trial tests.journeys.test_schedules.Schedules      many more of them
    SEED=4711 SCHEDULES=1 python -m twisted.trial tests.journeys.test_schedules.Schedules  one of them again

`STEPS` says how long each is; a seed is the same schedule only with the same number of steps.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import Any
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from tests.doorstep.logs import Violation
from tests.journeys.schedule import Disk, play, quietly
from webchat.live.hub import Entry, Hub, LiveRoom
from webchat.model.events import Block, Row
from webchat.store.database import Database, _apply, _directly
from webchat.ws.native import Native
from webchat.ws.outgoing import Outgoing

SCHEDULES = int(os.environ.get("SCHEDULES", "1000"))
SEED = int(os.environ.get("SEED", "1"))
STEPS = int(os.environ.get("STEPS", "50"))
SHOWN = 3
MUCH = 300
"""Schedules among which each mutation of the server must be found."""


class Playing(SynchronousTestCase):
    """A test that plays schedules."""

    steps = STEPS

    def setUp(self) -> None:
        quiet = quietly()
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)
        self.disk = Disk()
        self.addCleanup(self.disk.close)
        self.played: Counter[str] = Counter()

    def play(self, seed: int) -> list[Violation]:
        found, world = play(self.disk, seed, self.steps)
        self.played.update(world.counts)
        # What is no refusal is among the violations.
        self.flushLoggedErrors()
        return found


class Schedules(Playing):
    def test_all(self) -> None:
        """Every schedule ends with everybody holding what the rooms hold, and the checker has nothing to say."""
        bad: dict[int, list[Violation]] = {}
        for seed in range(SEED, SEED + SCHEDULES):
            if found := self.play(seed):
                bad[seed] = found
        self.assertEqual(len(bad), 0, self.report(bad))
        if SCHEDULES >= 100:
            # A verdict over nothing is worth nothing.
            for kind in ("post ack", "edit ack", "join ack", "leave ack", "answered as duplicate", "error retry"):
                self.assertGreater(self.played[kind], SCHEDULES // 100, self.played)

    def report(self, bad: dict[int, list[Violation]]) -> str:
        lines = [f"{len(bad)} of {SCHEDULES} schedules break the contract"]
        for seed, found in list(bad.items())[:SHOWN]:
            again = f"SEED={seed} SCHEDULES=1 STEPS={STEPS} python -m twisted.trial {self.id()}"
            lines += [f"seed {seed}; again: {again}", *(str(violation) for violation in found[:SHOWN])]
        return "\n".join(lines)


def every(number: int) -> Callable[[], bool]:
    """True every *number*-th time."""
    counted = count(1)
    return lambda: next(counted) % number == 0


class Mutations(Playing):
    """The server is made to break the contract, in ways that a bug might; some schedule finds each."""

    # Long ones: a message must be there before it can be changed, and changed before it can be told wrongly.
    steps = 150

    def find(self, mutation: AbstractContextManager[Any], *invariants: str) -> None:
        with mutation:
            for seed in range(1, MUCH + 1):
                if {violation.invariant for violation in self.play(seed)} & set(invariants):
                    return
        self.fail(f"{MUCH} schedules, and not one breaks {' or '.join(invariants)}")

    def test_forgotten_delivery(self) -> None:
        """One event is not written to one listener."""
        real, is_due = Native.write_all, every(9)

        def write_all(self: Native, ports: Iterable[Outgoing], data: bytes) -> None:
            says = b'"type":"message"' in data
            real(self, [port for port in ports if not (says and is_due())], data)

        self.find(mock.patch.object(Native, "write_all", write_all), "I1")

    def test_forgotten_last_delivery(self) -> None:
        """Nobody is told, and nothing comes after it: only the end shows."""
        real, is_due = Hub.deliver, every(4)

        def deliver(self: Hub, rows: Sequence[Row]) -> None:
            if is_due():
                for row in rows:
                    if room := self._rooms.get(row.room):
                        room.rev = row.rev
            else:
                real(self, rows)

        self.find(mock.patch.object(Hub, "deliver", deliver), "I12")

    def test_answered_before_commit(self) -> None:
        """A change is answered and told, and then its transaction is undone."""
        real, is_due = Database._transact, every(5)

        def transact(self: Database, batch: list[Any]) -> list[Any]:
            if not is_due():
                return real(self, batch)
            with self.engines.writer.connect() as db:
                transaction = db.begin()
                results = _apply(db, batch, _directly)
                transaction.rollback()
            return results

        self.find(mock.patch.object(Database, "_transact", transact), "I3")

    def test_told_after_leaving(self) -> None:
        """Who has left hears on."""
        stay = mock.patch.object(Hub, "_remove_from_audience", lambda self, room, user: None)
        self.find(stay, "I11")

    def test_swapped(self) -> None:
        """What is written together is written in the wrong order."""
        real = Hub._write

        def write(self: Hub, room: LiveRoom, batch: Sequence[Entry]) -> None:
            real(self, room, batch[::-1])

        self.find(mock.patch.object(Hub, "_write", write), "I1")

    def test_gap_overlooked(self) -> None:
        """News behind a gap are told as if there were none."""
        real = Hub.deliver

        def deliver(self: Hub, rows: Sequence[Row]) -> None:
            for row in rows:
                room = self._rooms.get(row.room)
                if room is not None and not room.pending and row.rev > room.rev + 1:
                    room.rev = type(room.rev)(row.rev - 1)
            real(self, rows)

        self.find(mock.patch.object(Hub, "deliver", deliver), "I1")

    def test_no_sweep(self) -> None:
        """What was not heard of is never looked for."""
        self.find(mock.patch.object(Hub, "catch_up", lambda self, room, rev: None), "I12")

    def test_superseded_rows(self) -> None:
        """Memory gives what was said, and then what it became."""

        def recent(self: Hub, room_id: Any, rev: Any) -> Block | None:
            room = self._rooms.get(room_id)
            if room is None or not room.floor <= rev <= room.rev:
                return None
            return Block(room_id, tuple(entry.row for entry in room.recent if entry.row.rev > rev), room.rev)

        self.find(mock.patch.object(Hub, "recent", recent), "I1")
