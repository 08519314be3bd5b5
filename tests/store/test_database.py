"""One thread writes, whatever waits shares a commit, and nobody's mistake is another's."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.engines import OnPostgresql, OnSqlite, StoreTests, on_each_engine, posting
from tests.support.house import Threads
from webchat.model.ids import RoomId
from webchat.model.refusals import Busy, Conflict, Refusal, Retry, Unavailable
from webchat.store import messages, meta, rooms
from webchat.store.database import MAX_ASKED, MAX_BATCH, Database


def put(key: str, value: str = "v") -> Any:
    """The work of keeping a value."""

    def work(db: sa.Connection) -> str:
        meta.put(db, key, value)
        return key

    return work


def put_all(db: sa.Connection, held: object, items: Sequence[str]) -> Sequence[str | Refusal]:
    """Keeps them all; one that is called `poison` spoils the set, `refuse` only itself."""
    answers: list[str | Refusal] = []
    for item in items:
        if item == "refuse":
            answers.append(Conflict())
            continue
        meta.put(db, item, "v")
        if item.startswith("poison"):
            db.execute(sa.text("INSERT INTO meta (key, value) VALUES ('x', NULL)"))
        answers.append(item)
    return answers


class Scene(StoreTests):
    """The database, with threads that the test moves."""

    def setUp(self) -> None:
        super().setUp()
        self.writer, self.reader = Threads(), Threads()
        self.ended: list[int] = []
        self.database = self.new_database()

    def new_database(self, **more: Any) -> Database:
        return Database(
            self.engines,
            self.writer,  # type: ignore[arg-type]
            self.writer,
            self.reader,
            after_batch=lambda: self.ended.append(self.database.batches),
            **more,
        )

    def turn(self) -> None:
        while self.writer.step() or self.reader.step():
            pass

    def kept(self) -> list[str]:
        return self.read(lambda db: [row[0] for row in db.execute(sa.text("SELECT key FROM meta ORDER BY key"))])

    def code(self, deferred: Deferred[Any]) -> str:
        return self.failureResultOf(deferred, Refusal).value.code

    def commits(self) -> list[None]:
        seen: list[None] = []

        def count(db: sa.Connection) -> None:
            seen.append(None)

        event.listen(self.engines.writer, "commit", count)
        self.addCleanup(event.remove, self.engines.writer, "commit", count)
        return seen

    def first_then(self, *works: Any) -> list[Deferred[Any]]:
        """Writes of *works* that wait together, behind a first one."""
        self.database.write(None, put("first"))
        return [self.database.write(None, work) for work in works]


class GroupCommit(Scene):
    """What is written together."""

    def test_one_commit(self) -> None:
        """What waits shares one commit, and is answered in the order in which it was asked."""
        commits = self.commits()
        order: list[str] = []
        for number, deferred in enumerate(self.first_then(*(put(f"k{n}") for n in range(50)))):
            deferred.addCallback(lambda key, number=number: order.append(f"{number} {key}"))
        self.assertEqual(self.database.waiting, 50)
        self.turn()
        self.assertEqual(order, [f"{n} k{n}" for n in range(50)])
        self.assertEqual((len(commits), self.database.batches, self.database.changes), (2, 2, 51))
        self.assertEqual((self.ended, self.database.waiting, len(self.kept())), ([1, 2], 0, 51))

    def test_batches_are_bounded(self) -> None:
        """A commit carries a thousand changes at most."""
        works = self.first_then(*([lambda db: None] * (MAX_BATCH + 1)))
        self.turn()
        self.assertEqual(self.database.batches, 3)
        self.assertTrue(all(self.successResultOf(work) is None for work in works))

    def test_rest(self) -> None:
        """Changes of a busy room wait for more to come, then share one commit; their results come first."""
        busy, calm = self.room(), self.room("Calm")
        rests = {busy: 0.02}
        self.database.rest = lambda room: rests.get(room, 0.0)
        order: list[str] = []
        for key in ("a", "b"):
            self.database.write(busy, put(key)).addCallback(order.append)
        self.turn()
        self.assertEqual((order, self.database.batches), ([], 0))
        self.writer.clock.advance(0.02)
        # What comes while such a batch is written waits until it has been told, after which the room rests again.
        del rests[busy]
        self.database.after_batch = lambda: rests.update({busy: 0.02})
        self.database.write(busy, put("c")).addCallback(order.append)
        self.turn()
        self.assertEqual((order, self.database.batches), (["a", "b"], 1))
        # A room that is not busy does not wait, and takes the others along.
        self.database.write(calm, put("d")).addCallback(order.append)
        self.turn()
        self.assertEqual((order, self.database.batches), (["a", "b", "c", "d"], 2))
        self.writer.clock.advance(1)
        self.turn()
        self.assertEqual(self.database.batches, 2)

    def test_end_while_resting(self) -> None:
        """A database that is settled writes what waits for a rest to end."""
        busy = self.room()
        self.database.rest = lambda room: 0.02
        written = self.database.write(busy, put("a"))
        settled = Deferred.fromCoroutine(self.database.settle())
        self.assertNoResult(settled)
        self.writer.clock.advance(0.02)
        self.turn()
        self.assertEqual(self.successResultOf(written), "a")
        self.successResultOf(settled)

    def test_nothing_before_the_commit(self) -> None:
        """Nobody is told that something is stored before it is."""
        seen: list[list[str]] = []
        self.database.write(None, put("a")).addCallback(lambda key: seen.append(self.kept()))
        self.assertEqual((seen, self.kept()), ([], []))
        self.turn()
        self.assertEqual(seen, [["a"]])

    def test_refused_alone(self) -> None:
        """One that is refused in the middle of a batch leaves nothing, and does not spoil the others."""

        def refused(db: sa.Connection) -> None:
            meta.put(db, "half", "v")
            raise Conflict

        def wrong(db: sa.Connection) -> None:
            meta.put(db, "other half", "v")
            db.execute(sa.text("INSERT INTO meta (key, value) VALUES ('x', NULL)"))

        def bug(db: sa.Connection) -> None:
            meta.put(db, "third half", "v")
            raise ZeroDivisionError

        before, no, bad, broken, after = self.first_then(put("a"), refused, wrong, bug, put("b"))
        self.turn()
        self.assertEqual((self.successResultOf(before), self.successResultOf(after)), ("a", "b"))
        self.assertEqual(self.code(no), "conflict")
        self.failureResultOf(bad, sa.exc.IntegrityError)
        self.failureResultOf(broken, ZeroDivisionError)
        self.assertEqual((self.kept(), self.database.batches), (["a", "b", "first"], 2))

    def test_together(self) -> None:
        """Changes of one kind are made in one go, one of them refused by itself."""
        calls: list[list[str]] = []

        def change(db: sa.Connection, held: object, items: Sequence[str]) -> Sequence[str | Refusal]:
            calls.append(list(items))
            return put_all(db, held, items)

        self.first_then()
        asked = [self.database.write_together(None, change, item) for item in ("a", "refuse", "b")]
        self.turn()
        self.assertEqual(calls, [["a", "refuse", "b"]])
        self.assertEqual((self.successResultOf(asked[0]), self.successResultOf(asked[2])), ("a", "b"))
        self.assertEqual((self.code(asked[1]), self.kept()), ("conflict", ["a", "b", "first"]))

    def test_asked_together(self) -> None:
        """The first question goes at once; those that come meanwhile share the next trip, each with its own answer."""
        trips: list[list[str]] = []

        def question(db: sa.Connection, keys: Sequence[str]) -> Sequence[str | Refusal]:
            trips.append(list(keys))
            return [Conflict() if key == "refuse" else key.upper() for key in keys]

        asked = [self.database.read_together(question, key) for key in ("a", "b", "refuse", "c")]
        self.turn()
        self.assertEqual(trips, [["a"], ["b", "refuse", "c"]])
        self.assertEqual([self.successResultOf(asked[n]) for n in (0, 1, 3)], ["A", "B", "C"])
        self.assertEqual(self.code(asked[2]), "conflict")
        again = self.database.read_together(question, "d")
        self.turn()
        self.assertEqual((self.successResultOf(again), trips[-1]), ("D", ["d"]))

    def test_asked_in_vain(self) -> None:
        """A trip that fails fails for all who shared it, and the next ones go on."""

        def question(db: sa.Connection, keys: Sequence[str]) -> Sequence[str]:
            if "bug" in keys:
                raise ZeroDivisionError
            return keys

        asked = [self.database.read_together(question, key) for key in ("a", "bug", "b")]
        self.turn()
        self.assertEqual(self.successResultOf(asked[0]), "a")
        for one in asked[1:]:
            self.failureResultOf(one, ZeroDivisionError)
        again = self.database.read_together(question, "c")
        self.turn()
        self.assertEqual(self.successResultOf(again), "c")

    def test_too_many_at_once(self) -> None:
        """A trip takes no more than its share."""
        trips: list[int] = []

        def question(db: sa.Connection, keys: Sequence[int]) -> Sequence[int]:
            trips.append(len(keys))
            return keys

        asked = [self.database.read_together(question, number) for number in range(2 * MAX_ASKED + 2)]
        self.turn()
        self.assertEqual(trips, [1, MAX_ASKED, MAX_ASKED, 1])
        self.assertEqual([self.successResultOf(one) for one in asked], list(range(2 * MAX_ASKED + 2)))

    def test_poisoned_set(self) -> None:
        """When one spoils the set, each is tried by itself: only that one fails, and nothing of it stays."""
        self.first_then()
        asked = [self.database.write_together(None, put_all, item) for item in ("a", "poison", "b", "refuse")]
        plain = self.database.write(None, put("c"))
        self.turn()
        self.assertEqual([self.successResultOf(one) for one in (asked[0], asked[2], plain)], ["a", "b", "c"])
        self.failureResultOf(asked[1], sa.exc.IntegrityError)
        self.assertEqual(self.code(asked[3]), "conflict")
        self.assertEqual((self.kept(), self.database.batches), (["a", "b", "c", "first"], 2))

    def test_poison_alone(self) -> None:
        """A single one that fails is not tried twice."""
        calls: list[int] = []

        def change(db: sa.Connection, held: object, items: Sequence[str]) -> Sequence[str]:
            calls.append(len(items))
            raise Conflict

        self.assertEqual(self._code_after(self.database.write_together(None, change, "a")), "conflict")
        self.assertEqual(calls, [1])

    def _code_after(self, deferred: Deferred[Any]) -> str:
        self.turn()
        return self.code(deferred)

    def test_rev_order(self) -> None:
        """Messages of one batch get numbers without a hole, also around one that failed."""
        anna, room = self.user(), self.room()

        def fails(db: sa.Connection) -> None:
            posting(room, anna)(db)
            raise Conflict

        self.first_then()
        works = [posting(room, anna), fails, posting(room, anna), posting(room, anna)]
        asked = [self.database.write(room, work) for work in works]
        self.turn()
        self.assertEqual([self.successResultOf(asked[n]) for n in (0, 2, 3)], [(1, 2), (2, 3), (3, 4)])
        self.assertEqual(self.code(asked[1]), "conflict")
        self.assertEqual([m.seq for m in self.read(messages.after, room, 0, 9)], [1, 2, 3])
        self.assertEqual(self.read(rooms.one, room).rev, 4)

    def test_no_such_room(self) -> None:
        """A room that does not exist is no obstacle to the batch."""
        asked = [self.database.write(RoomId(99), put("a")), self.database.write(None, put("b"))]
        self.turn()
        self.assertEqual([self.successResultOf(one) for one in asked], ["a", "b"])

    def test_full_queue(self) -> None:
        """When too much waits, one more is told so at once, and the others are done."""
        self.database = self.new_database(max_waiting=2)
        asked = [self.database.write(None, put(key)) for key in ("a", "b", "c")]
        late = self.failureResultOf(self.database.write(None, put("late")), Busy).value
        self.assertEqual((late.code, late.retry_after), ("busy", 1.0))
        self.turn()
        self.assertEqual([self.successResultOf(one) for one in asked], ["a", "b", "c"])
        self.assertEqual(self.kept(), ["a", "b", "c"])
        again = self.database.write(None, put("late"))
        self.turn()
        self.assertEqual(self.successResultOf(again), "late")

    def test_in_thread(self) -> None:
        """What needs no connection is done in the threads that read; what it raises comes back."""
        done = Deferred.fromCoroutine(self.database.in_thread(lambda: "made"))
        self.assertNoResult(done)
        self.assertFalse(self.writer.step())
        self.turn()
        self.assertEqual(self.successResultOf(done), "made")
        failed = Deferred.fromCoroutine(self.database.in_thread(lambda: 1 // 0))
        self.turn()
        self.failureResultOf(failed, ZeroDivisionError)

    def test_full_readers(self) -> None:
        """When too many read, one more is told so at once."""
        self.database = self.new_database(max_reading=1)
        first = Deferred.fromCoroutine(self.database.read(lambda db: meta.maybe(db, "a")))
        self.assertEqual(self.code(Deferred.fromCoroutine(self.database.read(lambda db: None))), "busy")
        self.turn()
        self.assertIsNone(self.successResultOf(first))
        third = Deferred.fromCoroutine(self.database.read(lambda db: 3))
        self.turn()
        self.assertEqual((self.successResultOf(third), self.database.reads), (3, 2))

    def test_read(self) -> None:
        """A reader sees what is committed, gets what its work raises, and cannot write."""
        self.write(put("a", "one"))
        found = Deferred.fromCoroutine(self.database.read(lambda db: meta.maybe(db, "a")))

        def refuse(db: sa.Connection) -> None:
            raise Conflict

        refused = Deferred.fromCoroutine(self.database.read(refuse))
        wrote = Deferred.fromCoroutine(self.database.read(put("b")))
        self.turn()
        self.assertEqual((self.successResultOf(found), self.code(refused)), ("one", "conflict"))
        self.assertEqual((self.code(wrote), self.kept()), ("unavailable", ["a"]))

    def test_stop(self) -> None:
        """A server that is told to stop first writes what it has accepted."""
        stopped: list[str] = []
        self.patch(self.writer, "stop", lambda: stopped.append("writer"))
        self.patch(self.reader, "stop", lambda: stopped.append("reader"))
        asked = [self.database.write(None, put(key)) for key in ("a", "b")]
        stopping = Deferred.fromCoroutine(self.database.stop())
        self.assertNoResult(stopping)
        self.assertEqual(stopped, [])
        self.writer.step()
        self.assertNoResult(stopping)
        self.turn()
        self.successResultOf(stopping)
        self.assertEqual([self.successResultOf(one) for one in asked], ["a", "b"])
        self.assertEqual((stopped, self.kept()), (["writer", "reader"], ["a", "b"]))

    def test_stop_idle(self) -> None:
        """A server with nothing to write stops at once."""
        self.successResultOf(Deferred.fromCoroutine(self.database.stop()))

    def test_unknown_commit(self) -> None:
        """When the commit itself fails, everybody in it is told to ask again, and it is counted."""
        armed = [True]

        def fail(db: sa.Connection) -> None:
            if armed:
                armed.clear()
                if not self.engines.is_sqlite:
                    # The line to the server breaks in the very moment.
                    db.connection.dbapi_connection.close()
                    return
                raise sa.exc.OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

        event.listen(self.engines.writer, "commit", fail)
        self.addCleanup(event.remove, self.engines.writer, "commit", fail)
        asked = [self.database.write(None, put("a"))]
        self.turn()
        self.assertEqual([self.failureResultOf(one, Retry).value.retry_after for one in asked], [1.0])
        self.assertEqual((self.database.unknown_outcomes, self.kept()), (1, []))
        after = self.database.write(None, put("b"))
        self.turn()
        if self.engines.is_sqlite:
            # The disk has failed: nothing is written until the server is started anew.
            self.assertEqual(self.code(after), "unavailable")
        else:
            self.assertEqual((self.successResultOf(after), self.kept()), ("b", ["b"]))


class LinesTests(Scene, OnPostgresql, SynchronousTestCase):
    """What can only happen to a database that is reached over a line, and is shared with other servers."""

    def test_lost_line(self) -> None:
        """When the line broke before anything was committed, the batch is written over a new one."""
        calls: list[int] = []

        def work(db: sa.Connection) -> str:
            calls.append(1)
            if len(calls) == 1:
                pid = db.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
                with self.engines.reader.connect() as other:
                    other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            meta.put(db, "a", "v")
            return "done"

        asked = [self.database.write(None, work), self.database.write(None, put("b"))]
        self.turn()
        self.assertEqual([self.successResultOf(one) for one in asked], ["done", "b"])
        self.assertEqual((len(calls), self.kept(), self.database.unknown_outcomes), (2, ["a", "b"], 0))

    def test_lost_line_of_a_reader(self) -> None:
        """A reader whose line broke reads again over a new one."""
        calls: list[int] = []

        def work(db: sa.Connection) -> str | None:
            calls.append(1)
            if len(calls) == 1:
                pid = db.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
                with self.engines.writer.connect() as other:
                    other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            return meta.maybe(db, "a")

        found = Deferred.fromCoroutine(self.database.read(work))
        self.turn()
        self.assertIsNone(self.successResultOf(found))
        self.assertEqual(len(calls), 2)

    def test_room_held_elsewhere(self) -> None:
        """Another server that holds a room makes only that room wait."""
        anna, held, free = self.user(), self.room("Held"), self.room("Free")
        with self.engines.writer.connect() as other, other.begin():
            rooms.lock(other, [held])
            self.database.write(None, put("first"))
            asked = [self.database.write(room, posting(room, anna)) for room in (held, free)]
            self.turn()
        self.assertEqual(self.code(asked[0]), "unavailable")
        self.assertEqual(self.successResultOf(asked[1]), (1, 2))
        self.assertEqual(self.read(rooms.one, held).seq, 0)


class DiskTests(Scene, OnSqlite, SynchronousTestCase):
    """What can only happen to a database in a file of our own."""

    def test_disk_full(self) -> None:
        """When the disk is full nothing is written, and it goes on when there is room again."""
        armed = [True]

        def fail(db: sa.Connection) -> None:
            if armed:
                armed.clear()
                # SQLite gives the transaction up by itself.
                db.connection.rollback()
                raise sa.exc.OperationalError("COMMIT", None, sqlite3.OperationalError("database or disk is full"))

        event.listen(self.engines.writer, "commit", fail)
        self.addCleanup(event.remove, self.engines.writer, "commit", fail)
        refused = self.database.write(None, put("a"))
        self.turn()
        self.failureResultOf(refused, Unavailable)
        again = self.database.write(None, put("a"))
        self.turn()
        self.assertEqual((self.successResultOf(again), self.kept()), ("a", ["a"]))


on_each_engine(GroupCommit, globals())
