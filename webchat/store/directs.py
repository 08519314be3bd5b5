"""Direct conversations: one room for each set of people."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from webchat.model.ids import Millis, RoomId, UserId
from webchat.store.driver import Many
from webchat.store.schema import rooms

_FIND = sa.select(rooms.c.id).where(rooms.c.direct_key == sa.bindparam("key_"))
_KEY = sa.select(rooms.c.direct_key).where(rooms.c.id == sa.bindparam("id_"))
_VALUES = {
    "kind": "direct",
    "title": "",
    "title_key": "",
    "topic": "",
    "seq": 0,
    "rev": 1,
    "changed": 1,
    "created": sa.bindparam("created_"),
    "direct_key": sa.bindparam("key_"),
}
# Two who open the same conversation at once get one room: the second waits for the first, and inserts nothing.
_INSERTS = {
    name: dialect.insert(rooms)
    .values(_VALUES)
    .on_conflict_do_nothing(index_elements=["direct_key"])
    .returning(rooms.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
# Of two people one of whom blocks the other, neither may write to the other.
_APART = Many(
    'WITH k (room, "user") AS (VALUES {rows}) SELECT k.room, k."user" FROM k CROSS JOIN rooms r '
    "CROSS JOIN memberships o CROSS JOIN blocks b WHERE r.id = k.room "
    "AND length(r.direct_key) = length(replace(r.direct_key, ',', '')) + 1 "
    'AND o.room = k.room AND o."user" <> k."user" AND b."user" = o."user" AND b.other = k."user" '
    'UNION ALL SELECT k.room, k."user" FROM k CROSS JOIN rooms r '
    "CROSS JOIN memberships o CROSS JOIN blocks b WHERE r.id = k.room "
    "AND length(r.direct_key) = length(replace(r.direct_key, ',', '')) + 1 "
    'AND o.room = k.room AND o."user" <> k."user" AND b."user" = k."user" AND b.other = o."user"',
    "bigint",
    "bigint",
)


def key_of(people: Iterable[UserId]) -> str:
    """What names the conversation of exactly these people."""
    return ",".join(str(user) for user in sorted(set(people)))


def maybe(db: sa.Connection, key: str) -> RoomId | None:
    """The conversation named *key*."""
    return db.execute(_FIND, {"key_": key}).scalar()


def is_of_two(db: sa.Connection, room: RoomId) -> bool:
    """Whether the room is a conversation of two people."""
    key: str | None = db.execute(_KEY, {"id_": room}).scalar()
    return key is not None and key.count(",") == 1


def add(db: sa.Connection, key: str, now: Millis) -> RoomId | None:
    """Makes the conversation named *key*, without members; None where somebody else has just made it."""
    return db.execute(_INSERTS[db.dialect.name], {"key_": key, "created_": now}).scalar()


def apart(db: sa.Connection, places: Iterable[tuple[RoomId, UserId]]) -> set[tuple[RoomId, UserId]]:
    """Those (room, user) whose room is a conversation of two, one of whom blocks the other."""
    return {(row[0], row[1]) for row in _APART.run(db, sorted(set(places)))}
