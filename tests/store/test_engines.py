"""Connections that write, and connections that read."""

from __future__ import annotations

import sqlalchemy as sa
from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.engines import OnPostgresql, OnSqlite, StoreTests, on_each_engine
from webchat.store import meta
from webchat.store.engines import open_engines


class Connections(StoreTests):
    """What is promised of both engines."""

    def test_reader_cannot_write(self) -> None:
        """A connection that reads cannot write."""
        self.assertRaises(sa.exc.DBAPIError, self.read, meta.put, "a", "1")
        self.assertIsNone(self.read(meta.maybe, "a"))

    def test_snapshot(self) -> None:
        """A reader sees one moment, whatever is written meanwhile."""
        self.write(meta.put, "a", "1")
        with self.engines.reader.connect() as db, db.begin():
            self.assertEqual(meta.maybe(db, "a"), "1")
            self.write(meta.put, "a", "2")
            self.write(meta.put, "b", "2")
            self.assertEqual((meta.maybe(db, "a"), meta.maybe(db, "b")), ("1", None))
        self.assertEqual(self.read(meta.maybe, "a"), "2")

    def test_rollback(self) -> None:
        """What is not committed was never there."""
        with self.engines.writer.connect() as db:
            transaction = db.begin()
            meta.put(db, "a", "1")
            self.assertIsNone(self.read(meta.maybe, "a"))
            transaction.rollback()
        self.assertIsNone(self.read(meta.maybe, "a"))

    def test_savepoint(self) -> None:
        """A part of a transaction can be taken back."""
        with self.engines.writer.connect() as db, db.begin():
            meta.put(db, "a", "1")
            part = db.begin_nested()
            meta.put(db, "b", "1")
            part.rollback()
            meta.put(db, "c", "1")
        self.assertEqual([self.read(meta.maybe, key) for key in "abc"], ["1", None, "1"])


class SqliteTests(StoreTests, OnSqlite, SynchronousTestCase):
    """What is promised of SQLite."""

    def test_durable(self) -> None:
        """What was acknowledged survives a power cut, and readers do not wait for writers."""
        for engine, query_only in ((self.engines.writer, 0), (self.engines.reader, 1)):
            with engine.connect() as db:
                found = [
                    db.exec_driver_sql(f"PRAGMA {name}").scalar()
                    for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
                ]
            self.assertEqual(found, ["wal", 2, 1, 5_000, query_only])

    def test_write_lock_at_once(self) -> None:
        """Who writes holds the lock from the beginning, so that what she reads is still true when she writes."""
        other = open_engines(str(self.engines.writer.url), 1)
        self.addCleanup(other.dispose)
        with self.engines.writer.connect() as db, db.begin(), other.writer.connect() as second:
            driver = second.connection.dbapi_connection
            assert driver is not None
            driver.execute("PRAGMA busy_timeout=0")
            self.assertRaises(sa.exc.OperationalError, second.begin)
            self.assertIsNone(meta.maybe(db, "a"))

    def test_in_memory(self) -> None:
        """A database in memory is one and the same for readers and writers."""
        engines = open_engines("sqlite://", 4)
        self.addCleanup(engines.dispose)
        self.assertTrue(engines.is_sqlite)
        self.assertIs(engines.reader, engines.writer)


class PostgresqlTests(StoreTests, OnPostgresql, SynchronousTestCase):
    """What is promised of PostgreSQL."""

    def test_settings(self) -> None:
        """A server that hangs frees what it holds within seconds, and what was acknowledged is on disk."""
        for engine, isolation in ((self.engines.writer, "read committed"), (self.engines.reader, "repeatable read")):
            with engine.connect() as db, db.begin():
                found = [
                    db.exec_driver_sql(f"SHOW {name}").scalar()
                    for name in (
                        "lock_timeout",
                        "statement_timeout",
                        "idle_in_transaction_session_timeout",
                        "synchronous_commit",
                        "transaction_isolation",
                    )
                ]
            self.assertEqual(found, ["2s", "5s", "5s", "on", isolation])
        self.assertFalse(self.engines.is_sqlite)


on_each_engine(Connections, globals())
