"""Statements over lists of rows, given to the driver."""

from __future__ import annotations

import sqlalchemy as sa
from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.engines import OnPostgresql, StoreTests, on_each_engine
from webchat.model.ids import RoomId
from webchat.store import memberships, messages, rooms
from webchat.store.driver import Many, execute

PUT = Many("INSERT INTO meta (key, value) VALUES {rows}", "text", "text")
FIND = Many("WITH k (key) AS (VALUES {rows}) SELECT m.key, m.value FROM k JOIN meta m ON m.key = k.key", "text")


class DriverTests(StoreTests):
    """What holds on both engines."""

    def test_any_number(self) -> None:
        """Nothing, one, and numbers around the sizes of the chunks: each row goes in once, and is found."""
        for count in (0, 1, 3, 4, 5, 31, 32, 33, 255, 256, 257, 1_000):
            rows = [(f"{count}-{number}", f"'{number}\\%s?") for number in range(count)]
            self.assertEqual(self.write(PUT.run, rows), [])
            found = self.read(FIND.run, [(key,) for key, _ in rows])
            self.assertEqual(sorted(found), sorted(rows))

    def test_kinds(self) -> None:
        """Nothing, blobs and large numbers arrive as they were."""
        kinds = Many("WITH k (a, b, c) AS (VALUES {rows}) SELECT a, b, c FROM k", "bigint", "bytea", "text")
        rows = [(2**53, b"\0\xff", None), (None, None, "\U0001f375 茶")]
        found = [(a, b if b is None else bytes(b), c) for a, b, c in self.read(kinds.run, rows)]
        self.assertEqual(found, rows)

    def test_errors(self) -> None:
        """What goes wrong is told as SQLAlchemy tells it, without what people wrote; the transaction is undone."""

        def twice(db: sa.Connection) -> None:
            PUT.run(db, [("a", "secret words"), ("b", "more"), ("a", "again")])

        with self.assertRaises(sa.exc.IntegrityError) as caught:
            self.write(twice)
        self.assertNotIn("secret words", str(caught.exception))
        self.assertFalse(caught.exception.connection_invalidated)
        self.assertEqual(self.read(FIND.run, [("a",), ("b",)]), [])
        self.assertRaises(sa.exc.DBAPIError, self.read, execute, "SELECT nonsense", [])

    def test_no_scan(self) -> None:
        """No statement of the hot path reads a whole table, on however few statistics."""
        if not self.engines.is_sqlite:
            return
        for many in (
            messages._BY_NONCE,
            memberships._MANY,
            memberships._READ,
            rooms._LOCK,
            rooms._RAISE_MANY,
        ):
            for text in many._sqlite.values():
                plan = self.read(execute, f"EXPLAIN QUERY PLAN {text}", [1] * text.count("?"))
                steps = [row[-1] for row in plan]
                scans = [step for step in steps if step.startswith("SCAN") and "CONSTANT ROW" not in step]
                self.assertLessEqual(set(scans), {"SCAN k"}, (text[:80], steps))


on_each_engine(DriverTests, globals())


class EndedConnection(OnPostgresql, StoreTests, SynchronousTestCase):
    """What only a server can do to its clients."""

    def test_gone(self) -> None:
        """A connection that the database has ended is told as such, so that a new one is tried."""
        with self.engines.writer.connect() as db:
            pid = execute(db, "SELECT pg_backend_pid()", [])[0][0]
            with self.engines.reader.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
            with self.assertRaises(sa.exc.DBAPIError) as caught:
                PUT.run(db, [("x", "y")])
            self.assertTrue(caught.exception.connection_invalidated)
        self.assertEqual(self.write(rooms.lock, [RoomId(1)]), {})
