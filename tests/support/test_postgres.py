"""The tests' own PostgreSQL."""

import os
from pathlib import Path

import sqlalchemy as sa
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.support import postgres


class OwnServer(SynchronousTestCase):
    def setUp(self) -> None:
        reason = postgres.reason_missing()
        if reason:
            raise SkipTest(reason)

    def test_fresh(self) -> None:
        """Each database is new and empty, and nobody else's."""
        first, second = postgres.fresh_database(), postgres.fresh_database()
        self.assertNotEqual(first, second)
        for url in (first, second):
            engine = sa.create_engine(url)
            with engine.begin() as db:
                db.execute(sa.text("CREATE TABLE here (id int)"))
                self.assertEqual(db.execute(sa.text("SHOW server_encoding")).scalar(), "UTF8")
            engine.dispose()

    def test_survives_a_kill(self) -> None:
        """A durable server that is killed comes back with what was committed, and leaves nothing behind at the end."""
        server = postgres.Server(durable=True)
        self.addCleanup(server.stop)
        url = server.fresh_database()
        engine = sa.create_engine(url)
        with engine.begin() as db:
            db.execute(sa.text("CREATE TABLE kept (id int)"))
        engine.dispose()
        server.kill()
        server.start()
        engine = sa.create_engine(url)
        with engine.begin() as db:
            self.assertEqual(db.execute(sa.text("SELECT count(*) FROM kept")).scalar(), 0)
        engine.dispose()
        server.stop()
        self.assertFalse(Path(server.folder).exists())
        self.assertNotIn(server.folder.name, os.listdir(server.folder.parent))
