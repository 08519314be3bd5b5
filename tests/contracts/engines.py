"""What holds on SQLite and on PostgreSQL alike: a mixin of tests becomes a test case for each of them."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.support import postgres
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.store import memberships, messages, rooms, users
from webchat.store.engines import Engines, open_engines
from webchat.store.schema import metadata
from webchat.store.upgrade import upgrade
from webchat.store.users import NewUser

T = TypeVar("T")
NOW = Millis(1_700_000_000_000)


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="webchat-store-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _postgresql() -> Engines:
    """One database for the whole process; its tables are emptied for each test."""
    engines = open_engines(postgres.fresh_database(), 4)
    upgrade(engines)
    atexit.register(engines.dispose)
    return engines


@functools.cache
def _sqlite() -> Engines:
    engines = open_engines(f"sqlite:///{_folder() / 'contracts.db'}", 4)
    upgrade(engines)
    atexit.register(engines.dispose)
    return engines


def empty(engines: Engines) -> None:
    """Forgets every row, and begins the ids anew."""
    with engines.writer.connect() as db, db.begin():
        if engines.is_sqlite:
            for table in reversed(metadata.sorted_tables):
                db.execute(table.delete())
        else:
            names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
            db.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


class OnSqlite:
    """The tests of a mixin, on SQLite in a file."""

    def make_engines(self) -> Engines:
        return _sqlite()


class OnPostgresql:
    """The tests of a mixin, on PostgreSQL; skipped where there is none."""

    def make_engines(self) -> Engines:
        reason = postgres.reason_missing()
        if reason:
            raise SkipTest(reason)
        return _postgresql()


class StoreTests:
    """A migrated, empty database, and short ways to put something into it."""

    engines: Engines
    make_engines: Callable[[], Engines]

    def setUp(self) -> None:
        self.engines = self.make_engines()
        empty(self.engines)

    def write(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """What *work* answers in a transaction of its own, which is committed."""
        with self.engines.writer.connect() as db, db.begin():
            return work(db, *arguments, **named)

    def read(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """What *work* finds in a snapshot of its own."""
        with self.engines.reader.connect() as db, db.begin():
            return work(db, *arguments, **named)

    def user(self, name: str = "anna", **columns: Any) -> UserId:
        """An account."""
        values: dict[str, Any] = {
            "name": name,
            "name_key": name.lower(),
            "display_name": name.title(),
            "display_key": name.lower(),
            "email": None,
            "email_key": None,
            "password_hash": None,
            "kind": "human",
            "role": "member",
            "created": NOW,
        }
        return self.write(users.add, NewUser(**{**values, **columns})).id

    def room(self, title: str = "Lobby", kind: Any = "public") -> RoomId:
        """A room, empty, at rev 1."""
        return self.write(rooms.add, kind, title, title.lower(), "", NOW)

    def join(self, room: RoomId, user: UserId, role: Any = "member") -> Rev:
        """Makes *user* a member; answers the rev of it."""

        def work(db: sa.Connection) -> Rev:
            seq, rev = rooms.raise_counters(db, room, 0, 1)
            memberships.join(db, room, user, role, seq, rev)
            return rev

        return self.write(work)

    def leave(self, room: RoomId, user: UserId) -> Rev:
        """Ends the membership of *user*; answers the rev of it."""

        def work(db: sa.Connection) -> Rev:
            _, rev = rooms.raise_counters(db, room, 0, 1)
            memberships.leave(db, room, user, rev)
            return rev

        return self.write(work)

    def post(self, room: RoomId, author: UserId, text: str = "hi", nonce: str | None = None) -> tuple[Seq, Rev]:
        """Stores a message; answers its numbers."""
        return self.write(posting(room, author, text, nonce))


def posting(
    room: RoomId, author: UserId, text: str = "hi", nonce: str | None = None
) -> Callable[[sa.Connection], tuple[Seq, Rev]]:
    """The work of storing a message."""

    def work(db: sa.Connection) -> tuple[Seq, Rev]:
        seq, rev = rooms.raise_counters(db, room, 1, 1)
        messages.add(db, [messages.NewMessage(room, seq, rev, author, nonce, b"\0" * 32, text, NOW)])
        return seq, rev

    return work


def on_each_engine(mixin: type, names: dict[str, Any]) -> None:
    """Adds to *names* (a module's globals) a test case of *mixin* for each engine."""
    for place in (OnSqlite, OnPostgresql):
        name = mixin.__name__ + place.__name__
        names[name] = type(
            name, (mixin, place, SynchronousTestCase), {"__module__": names["__name__"], "__doc__": mixin.__doc__}
        )
