"""Statements over lists of rows, given to the driver as they stand: for what is done for every message.

SQLAlchemy takes some 300 µs for a statement and 5 µs for each row of it, holding the interpreter all the while; the
driver takes 20 and 1.  And a list goes in as one statement of many rows: a thread that takes part in a busy reactor
waits for the interpreter again after each statement, so a thousand small ones take a thousand such waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

# One text for each: the drivers and the engines keep what they have prepared.
_CHUNKS = (256, 32, 4, 1)


class Many:
    """One statement for any number of rows: *text* with `{rows}` where they stand, *types* as PostgreSQL calls them.

    It is run in chunks, in the order of the rows: what it locks, it locks in that order.
    """

    def __init__(self, text: str, *types: str) -> None:
        self._sqlite = {size: text.format(rows=_rows(size, ["?"] * len(types)), lock="") for size in _CHUNKS}
        placeholders = [f"%s::{kind}" for kind in types]
        self._postgresql = {size: text.format(rows=_rows(size, placeholders), lock="FOR UPDATE") for size in _CHUNKS}

    def run(self, db: sa.Connection, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """What the statement answers for *rows*.  Raises SQLAlchemy's errors, as its own execution would."""
        texts = self._sqlite if db.dialect.name == "sqlite" else self._postgresql
        found: list[tuple[Any, ...]] = []
        for chunk in _chunks(rows):
            found += execute(db, texts[len(chunk)], [value for row in chunk for value in row])
        return found


def execute(db: sa.Connection, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What *text*, in the driver's own placeholders, answers.  Raises SQLAlchemy's errors."""
    cursor = db.connection.cursor()
    try:
        cursor.execute(text, parameters)
        return list(cursor.fetchall()) if cursor.description is not None else []
    except db.dialect.loaded_dbapi.Error as error:
        raise _as_sqlalchemy(db, text, error, cursor) from error
    finally:
        cursor.close()


def _rows(count: int, placeholders: list[str]) -> str:
    return ", ".join([f"({', '.join(placeholders)})"] * count)


def _chunks(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    start = 0
    for size in _CHUNKS:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


def _as_sqlalchemy(db: sa.Connection, text: str, error: Exception, cursor: Any) -> Exception:
    connection: Any = db.connection
    is_gone = db.dialect.is_disconnect(error, connection, cursor)  # type: ignore[arg-type]
    if is_gone:
        db.invalidate(error)
    found: Exception = sa.exc.DBAPIError.instance(
        text,
        None,
        error,
        db.dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=db.dialect,
    )
    return found
