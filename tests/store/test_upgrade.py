"""The database is brought to this version's schema."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.support import postgres
from webchat.store.engines import Engines, open_engines
from webchat.store.schema import metadata
from webchat.store.upgrade import SchemaTooNew, newest_version, schema_version, upgrade


def is_alike(name: str | None, *about: object) -> bool:
    """Whether a table is the same on both engines: the words that are searched for are kept by each in its own way."""
    return name is None or not name.startswith("search_words")


class Upgrading:
    """From nothing to the newest schema."""

    def fresh_url(self) -> str:
        raise NotImplementedError

    def open(self, url: str) -> Engines:
        engines = open_engines(url, 2)
        self.addCleanup(engines.dispose)  # type: ignore[attr-defined]
        return engines

    def test_whole_story(self) -> None:
        """An empty database becomes what the tables say; again does nothing; one from a later version is refused."""
        engines = self.open(self.fresh_url())
        self.assertIsNone(schema_version(engines))
        upgrade(engines)
        self.assertEqual(schema_version(engines), newest_version())
        with engines.writer.connect() as db:
            options = {"compare_type": True, "compare_server_default": True, "include_name": is_alike}
            context = MigrationContext.configure(db, opts=options)
            self.assertEqual(compare_metadata(context, metadata), [])
            names = {name for name in sa.inspect(db).get_table_names() if is_alike(name)}
        self.assertEqual(names, {*metadata.tables, "alembic_version"})

        with engines.writer.connect() as db, db.begin():
            db.exec_driver_sql("INSERT INTO meta (key, value) VALUES ('epoch', 'kept')")
        upgrade(engines)
        with engines.reader.connect() as db:
            self.assertEqual(db.exec_driver_sql("SELECT value FROM meta").scalar(), "kept")

        with engines.writer.connect() as db, db.begin():
            db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        refused = self.assertRaises(SchemaTooNew, upgrade, engines)
        self.assertIn("9999", str(refused))
        self.assertEqual(schema_version(engines), "9999")
        with engines.reader.connect() as db:
            self.assertEqual(db.exec_driver_sql("SELECT value FROM meta").scalar(), "kept")

    def test_from_the_first(self) -> None:
        """A database of the first schema keeps what it holds, and is given what later ones added."""
        engines = self.open(self.fresh_url())
        upgrade(engines, "0001")
        self.assertEqual(schema_version(engines), "0001")
        with engines.writer.connect() as db, db.begin():
            db.exec_driver_sql(
                "INSERT INTO users (id, name, name_key, display_name, display_key, kind, role, created) "
                "VALUES (1, 'anna', 'anna', 'Anna', 'anna', 'human', 'owner', 1)"
            )
            db.exec_driver_sql(
                "INSERT INTO rooms (id, kind, title, title_key, topic, seq, rev, changed, created) "
                "VALUES (1, 'public', 'Tea', 'tea', '', 0, 2, 1, 1)"
            )
            db.exec_driver_sql(
                'INSERT INTO memberships (room, "user", role, "read", level, joined_rev, rev) '
                "VALUES (1, 1, 'owner', 0, 'all', 2, 2)"
            )
        upgrade(engines)
        self.assertEqual(schema_version(engines), newest_version())
        with engines.reader.connect() as db:
            self.assertEqual(db.exec_driver_sql("SELECT display_key FROM memberships").all(), [("anna",)])

    def test_at_once(self) -> None:
        """Several servers that start at once on an empty database all come up, and one of them migrates."""
        url = self.fresh_url()
        every = [self.open(url) for _ in range(4)]
        start = threading.Barrier(len(every))
        failed: list[BaseException] = []

        def run(engines: Engines) -> None:
            start.wait(10)
            try:
                upgrade(engines)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=run, args=(engines,)) for engines in every]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(failed, [])
        with every[0].reader.connect() as db:
            self.assertEqual(
                [tuple(row) for row in db.exec_driver_sql("SELECT version_num FROM alembic_version")],
                [(newest_version(),)],
            )


class UpgradingOnSqlite(Upgrading, SynchronousTestCase):
    """An SQLite file."""

    def fresh_url(self) -> str:
        folder = tempfile.TemporaryDirectory(prefix="webchat-upgrade-")
        self.addCleanup(folder.cleanup)
        return f"sqlite:///{Path(folder.name) / 'webchat.db'}"

    def test_foreign_keys_are_back(self) -> None:
        """After the upgrade the database minds again what belongs to what."""
        engines = self.open(self.fresh_url())
        upgrade(engines)
        with engines.writer.connect() as db:
            self.assertEqual(db.exec_driver_sql("PRAGMA foreign_keys").scalar(), 1)

    def test_broken_off(self) -> None:
        """An upgrade that fails leaves the database as it was, and can be tried again."""
        engines = self.open(self.fresh_url())
        with engines.writer.connect() as db, db.begin():
            db.exec_driver_sql("CREATE TABLE messages (odd int)")
        self.assertRaises(sa.exc.OperationalError, upgrade, engines)
        with engines.writer.connect() as db, db.begin():
            self.assertEqual(sa.inspect(db).get_table_names(), ["messages"])
            db.exec_driver_sql("DROP TABLE messages")
        upgrade(engines)
        self.assertEqual(schema_version(engines), newest_version())


class UpgradingOnPostgresql(Upgrading, SynchronousTestCase):
    """A PostgreSQL server."""

    def fresh_url(self) -> str:
        reason = postgres.reason_missing()
        if reason:
            raise SkipTest(reason)
        return postgres.fresh_database()
