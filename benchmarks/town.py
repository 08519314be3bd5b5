"""Fills a database with the people, rooms and messages of a measurement, before the server starts on it.

Rows are written as the server itself would have left them, only many at a time; the tokens are real.
"""

from __future__ import annotations

import hashlib
import random
import time
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.store.engines import open_engines
from webchat.store.schema import memberships, messages, rooms, sessions, users
from webchat.store.upgrade import upgrade

_AT_ONCE = 20_000


@attrs.frozen
class Town:
    """*places*: for each room how many people are in it, each of them in that one alone.

    *history*: messages that rooms have already: all, or the first *old_rooms*.  *regular*: the first person is in
    every room.
    """

    places: tuple[int, ...]
    history: int = 0
    old_rooms: int | None = None
    regular: bool = False
    size: int = 120

    @property
    def people(self) -> int:
        return sum(self.places)

    def history_of(self, room: int) -> int:
        """How many messages are in room number *room*, counted from 1."""
        return self.history if self.old_rooms is None or room <= self.old_rooms else 0

    def visitors_of(self, room: int) -> int:
        """How many are in the room besides its own people."""
        return int(self.regular and room > 1)


def one_room(people: int, history: int = 0) -> Town:
    """Everybody in one room."""
    return Town((people,), history)


def found(town: Town, database: str, tokens: Path, seed: int) -> None:
    """Fill the fresh *database*; write to *tokens* a line `TOKEN ROOM` for each person."""
    chance = random.Random(seed)
    now = int(time.time() * 1000)
    made = [f"wct_{chance.getrandbits(256):064x}" for _ in range(town.people)]
    engines = open_engines(database)
    try:
        upgrade(engines)
        with engines.writer.connect() as db, db.begin():
            _insert(db, users, [_user(number, now) for number in range(1, town.people + 1)])
            _insert(db, sessions, [_session(number, token, now) for number, token in enumerate(made, 1)])
            _insert(db, rooms, [_room(number, size, town, now) for number, size in enumerate(town.places, 1)])
            lines = _add_members(db, town, made)
            if town.history:
                _add_history(db, town, now)
            if not engines.is_sqlite:
                for table in ("users", "sessions", "rooms"):
                    db.exec_driver_sql(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    )
                # As its autovacuum would have done; SQLite has none, and gets no help here either.
                db.exec_driver_sql("ANALYZE")
    finally:
        engines.dispose()
    tokens.write_text("".join(lines))


def _insert(db: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        db.execute(table.insert(), rows[start : start + _AT_ONCE])


def _user(number: int, now: int) -> dict[str, Any]:
    name = f"user{number}"
    return {
        "id": number,
        "name": name,
        "name_key": name,
        "display_name": f"User {number}",
        "display_key": _display_key(number),
        "email": None,
        "email_key": None,
        "password_hash": None,
        "kind": "human",
        "role": "owner" if number == 1 else "member",
        "created": now,
        "disabled": None,
    }


def _display_key(user: int) -> str:
    return f"user {user:07}"


def _session(number: int, token: str, now: int) -> dict[str, Any]:
    return {
        "user": number,
        "token_sha256": hashlib.sha256(token.encode()).digest(),
        "kind": "api",
        "label": "benchmark",
        "created": now,
        "seen": now,
        "expires": None,
        "agent": "",
        "address": "127.0.0.1",
    }


def _room(number: int, size: int, town: Town, now: int) -> dict[str, Any]:
    return {
        "id": number,
        "kind": "public",
        "title": f"Room {number}",
        "title_key": f"room {number}",
        "topic": "",
        "seq": town.history_of(number),
        # The room's own row, everybody's coming, and the messages: one change each.
        "rev": 1 + size + town.visitors_of(number) + town.history_of(number),
        "changed": 1,
        "created": now,
        "archived": None,
    }


def _add_members(db: sa.Connection, town: Town, made: list[str]) -> list[str]:
    rows: list[dict[str, Any]] = []
    lines, first = [], 1
    for room, size in enumerate(town.places, 1):
        rows += [_membership(room, first + place, place) for place in range(size)]
        rows += [_membership(room, 1, size) for _ in range(town.visitors_of(room))]
        lines += [f"{made[first + place - 1]} {room}\n" for place in range(size)]
        first += size
        if len(rows) >= _AT_ONCE:
            _insert(db, memberships, rows)
            rows = []
    _insert(db, memberships, rows)
    return lines


def _membership(room: int, user: int, place: int) -> dict[str, Any]:
    return {
        "room": room,
        "user": user,
        "role": "owner" if place == 0 else "member",
        "read": 0,
        "level": "all",
        "joined_rev": place + 2,
        "left_rev": None,
        "rev": place + 2,
        "display_key": _display_key(user),
    }


def _add_history(db: sa.Connection, town: Town, now: int) -> None:
    """Made by the database itself: ten million rows would take Python minutes."""
    text = ("the quick brown fox jumps over the lazy dog " * 20)[: town.size]
    is_sqlite = db.dialect.name == "sqlite"
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})"
        if is_sqlite
        else "WITH n(i) AS (SELECT generate_series(1, {0}))"
    ).format(town.history)
    blank = "zeroblob(32)" if is_sqlite else "decode(repeat('00', 32), 'hex')"
    insert = f"INSERT INTO {messages.name} (room, seq, rev, posted_rev, author, nonce, body_hash, text, created)"
    first = 1
    for room, size in enumerate(town.places, 1):
        if town.history_of(room):
            rev = f"{1 + size + town.visitors_of(room)} + i"
            values = f"{room}, i, {rev}, {rev}, {first} + i % {size}, NULL, {blank}, '{text}', {now}"
            # The engines want the WITH on different sides of the INSERT.
            head = f"{numbers} {insert}" if is_sqlite else f"{insert} {numbers}"
            db.exec_driver_sql(f"{head} SELECT {values} FROM n")
        first += size
