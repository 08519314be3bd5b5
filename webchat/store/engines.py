"""Connections as webchat needs them: one engine that writes, one that reads, on SQLite or PostgreSQL."""

from __future__ import annotations

from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

from webchat.store.driver import execute

BUSY_TIMEOUT_MS = 5_000

# An error says which statement failed, never with what: parameters are what people wrote, and logs are read by others.
_QUIET: dict[str, Any] = {"hide_parameters": True}


@attrs.frozen
class Engines:
    """*writer*: a transaction takes the write lock as it begins.  *reader*: a transaction is one snapshot."""

    writer: sa.Engine
    reader: sa.Engine

    @property
    def is_sqlite(self) -> bool:
        return self.writer.dialect.name == "sqlite"

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str, readers: int = 4) -> Engines:
    """Engines for *url*, an SQLAlchemy URL with the driver named (`sqlite:///file`, `postgresql+psycopg2://...`).

    Nothing is connected yet.  An SQLite database in memory has one connection, which both engines share.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, readers)
    return _postgresql(parsed, readers)


def _sqlite(url: sa.URL, readers: int) -> Engines:
    if url.database in (None, "", ":memory:"):
        engine = sa.create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False}, **_QUIET)
        _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", query_only=False)
        return Engines(engine, engine)
    writer = sa.create_engine(url, pool_size=1, max_overflow=1, connect_args={"check_same_thread": False}, **_QUIET)
    _prepare_sqlite(writer, begin="BEGIN IMMEDIATE", query_only=False)
    reader = sa.create_engine(
        url, pool_size=readers, max_overflow=0, connect_args={"check_same_thread": False}, **_QUIET
    )
    _prepare_sqlite(reader, begin="BEGIN", query_only=True)
    return Engines(writer, reader)


def _prepare_sqlite(engine: sa.Engine, *, begin: str, query_only: bool) -> None:
    # The driver's own transactions begin only before DML, so a read before a write would not be protected:
    # it is told to stay out of the way, and each transaction begins here.
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # NORMAL may lose acknowledged messages in a power cut; group commit makes FULL affordable.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", lambda db: execute(db, begin, ()))


def _postgresql(url: sa.URL, readers: int) -> Engines:
    # A node that is stopped while it holds a room's row must not freeze the room for ever.
    timeouts = "-c lock_timeout=2000 -c statement_timeout=5000 -c idle_in_transaction_session_timeout=5000"
    keepalives = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "connect_timeout": 5}
    arguments = {"options": f"{timeouts} -c synchronous_commit=on -c timezone=UTC", **keepalives}
    writer = sa.create_engine(
        url, pool_size=1, max_overflow=1, isolation_level="READ COMMITTED", connect_args=arguments, **_QUIET
    )
    reader = sa.create_engine(
        url,
        pool_size=readers,
        max_overflow=0,
        isolation_level="REPEATABLE READ",
        connect_args=arguments,
        **_QUIET,
        execution_options={"postgresql_readonly": True},
    )
    return Engines(writer, reader)
