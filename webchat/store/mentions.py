"""Who is meant by which message: found by name, counted, listed.  User 0 stands for every member of the room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.store.driver import Many
from webchat.store.messages import COLUMNS, message_of
from webchat.store.schema import blocks, memberships, mentions, messages

EVERYBODY = UserId(0)
COUNTED = 100
"""Of the unread mentions in a room so many are counted: the limit in the statement below."""

# Members by name; with them, whether they block the author.
_NAMED = Many(
    "WITH k (room, author, name_key) AS (VALUES {rows}) SELECT k.room, k.author, k.name_key, u.id, "
    'EXISTS (SELECT 1 FROM blocks b WHERE b."user" = u.id AND b.other = k.author) '
    "FROM k CROSS JOIN users u CROSS JOIN memberships m "
    'WHERE u.name_key = k.name_key AND m.room = k.room AND m."user" = u.id AND m.left_rev IS NULL',
    "bigint",
    "bigint",
    "text",
)
_ADD = Many(
    'WITH k ("user", room, seq, created) AS (VALUES {rows}) INSERT INTO mentions ("user", room, seq, created) '
    'SELECT "user", room, seq, created FROM k',
    "bigint",
    "bigint",
    "bigint",
    "bigint",
)
_REMOVE = mentions.delete().where(
    mentions.c.room == sa.bindparam("room_"),
    mentions.c.seq == sa.bindparam("seq_"),
    mentions.c.user.in_(sa.bindparam("users_", expanding=True)),
)
# Each is a walk along the key, of a few steps: from what is read to the end, or to the limit.
_COUNTS = Many(
    'WITH k ("user", room, seq) AS (VALUES {rows}) SELECT k."user", k.room, (SELECT count(*) FROM ('
    'SELECT 1 FROM mentions x JOIN messages m ON m.room = x.room AND m.seq = x.seq WHERE x."user" IN (k."user", 0) '
    'AND x.room = k.room AND x.seq > k.seq AND m.author <> k."user" '
    'AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b."user" = k."user" AND b.other = m.author) '
    'AND (x."user" <> 0 OR NOT EXISTS (SELECT 1 FROM mentions o WHERE o."user" = k."user" AND o.room = x.room '
    "AND o.seq = x.seq)) LIMIT 100) c) FROM k",
    "bigint",
    "bigint",
    "bigint",
)

_READER: sa.BindParameter[int] = sa.bindparam("user_", type_=sa.BigInteger)
_BEFORE = sa.tuple_(
    sa.bindparam("before_", type_=sa.BigInteger),
    sa.bindparam("room_", type_=sa.BigInteger),
    sa.bindparam("seq_", type_=sa.BigInteger),
)
_LIMIT: sa.BindParameter[int] = sa.bindparam("limit_", type_=sa.Integer)


def _told(mention: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
    """That *mention* comes later in the list than what the reader has, and is neither her own nor of who is blocked."""
    said = messages.alias()
    return (
        sa.tuple_(mention.c.created, mention.c.room, mention.c.seq) < _BEFORE,
        sa.exists().where(
            said.c.room == mention.c.room,
            said.c.seq == mention.c.seq,
            said.c.author != _READER,
            sa.not_(sa.exists().where(blocks.c.user == _READER, blocks.c.other == said.c.author).correlate(said)),
        ),
    )


_own, _all, _latest = mentions.alias("own"), mentions.alias("everybody"), mentions.alias("latest")
_place, _hers = memberships.alias("place"), memberships.alias("hers")
_OWN = (
    sa.select(_own.c.room, _own.c.seq, _own.c.created)
    .where(
        _own.c.user == _READER,
        *_told(_own),
        sa.exists().where(_hers.c.room == _own.c.room, _hers.c.user == _READER, _hers.c.left_rev.is_(None)),
    )
    .order_by(_own.c.created.desc(), _own.c.room.desc(), _own.c.seq.desc())
    .limit(_LIMIT)
    .subquery()
)
# Of each of her rooms as many as a page holds: never all that there are.
_EVERYBODY = sa.select(_all.c.room, _all.c.seq, _all.c.created).where(
    _place.c.user == _READER,
    _place.c.left_rev.is_(None),
    _all.c.user == EVERYBODY,
    _all.c.room == _place.c.room,
    _all.c.seq.in_(
        sa.select(_latest.c.seq)
        .where(_latest.c.user == EVERYBODY, _latest.c.room == _place.c.room, *_told(_latest))
        .order_by(_latest.c.seq.desc())
        .limit(_LIMIT)
        .correlate(_place)
    ),
)
_FOUND = sa.union(sa.select(_OWN), _EVERYBODY).subquery("found")
_INBOX = (
    sa.select(*COLUMNS)
    .join_from(_FOUND, messages, sa.and_(messages.c.room == _FOUND.c.room, messages.c.seq == _FOUND.c.seq))
    .order_by(_FOUND.c.created.desc(), _FOUND.c.room.desc(), _FOUND.c.seq.desc())
    .limit(_LIMIT)
)


class Mention(NamedTuple):
    """That *user* is meant by a message; a tuple, as the driver takes it."""

    user: UserId
    room: RoomId
    seq: Seq
    created: Millis


NameKey = tuple[RoomId, UserId, str]


def named(db: sa.Connection, keys: Iterable[NameKey]) -> dict[NameKey, tuple[UserId, bool]]:
    """Of each (room, author, name's key) which member that is, and whether she blocks the author."""
    wanted = sorted(set(keys))
    return {(room, author, key): (user, bool(blocks)) for room, author, key, user, blocks in _NAMED.run(db, wanted)}


def add(db: sa.Connection, new: Sequence[Mention]) -> None:
    """Notes who is meant; none of it may be there already."""
    _ADD.run(db, new)


def remove(db: sa.Connection, room: RoomId, seq: Seq, people: Iterable[UserId]) -> None:
    """*people* are no longer meant by the message."""
    db.execute(_REMOVE, {"room_": room, "seq_": seq, "users_": sorted(people)})


def remove_all(db: sa.Connection, user: UserId) -> None:
    """Nothing means *user* any more."""
    db.execute(mentions.delete().where(mentions.c.user == user))


def counts(db: sa.Connection, after: Sequence[tuple[UserId, RoomId, Seq]]) -> dict[tuple[UserId, RoomId], int]:
    """How many messages of the room after seq mean the user, up to COUNTED: her own, and those she blocks, apart."""
    return {(user, room): count for user, room, count in _COUNTS.run(db, after) if count}


def inbox(db: sa.Connection, user: UserId, before: tuple[int, int, int], limit: int) -> list[Message]:
    """Messages of her rooms that mean *user*, newest first; *before*: (created, room, seq) of the last that she has."""
    created, room, seq = before
    values = {"user_": user, "before_": created, "room_": room, "seq_": seq, "limit_": limit}
    return [message_of(row) for row in db.execute(_INBOX, values)]
