"""Who gave which emoji to which message."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.users import UserCard
from webchat.store.driver import Many
from webchat.store.schema import reactions, users
from webchat.store.users import CARD_COLUMNS

_THIS = sa.and_(
    reactions.c.room == sa.bindparam("room_"),
    reactions.c.seq == sa.bindparam("seq_"),
    reactions.c.emoji == sa.bindparam("emoji_"),
)
_KEY = sa.and_(_THIS, reactions.c.user == sa.bindparam("user_"))
_ONE = sa.select(reactions.c.created).where(_KEY)
_INSERT = reactions.insert()
_DELETE = reactions.delete().where(_KEY)
_FIRST = (
    sa.select(reactions.c.user)
    .where(_THIS)
    .order_by(reactions.c.created, reactions.c.user)
    .limit(sa.bindparam("limit_"))
)
_GIVERS = (
    sa.select(*CARD_COLUMNS)
    .join(reactions, reactions.c.user == users.c.id)
    .where(_THIS, reactions.c.user > sa.bindparam("after_"))
    .order_by(reactions.c.user)
    .limit(sa.bindparam("limit_"))
)
_PLACE = sa.tuple_(reactions.c.room, reactions.c.seq, reactions.c.emoji)
_OF_USER = (
    sa.select(reactions.c.room, reactions.c.seq, reactions.c.emoji, reactions.c.created)
    .where(
        reactions.c.user == sa.bindparam("user_"),
        sa.tuple_(sa.bindparam("room_"), sa.bindparam("seq_"), sa.bindparam("emoji_")) < _PLACE,
    )
    .order_by(reactions.c.room, reactions.c.seq, reactions.c.emoji)
    .limit(sa.bindparam("limit_"))
)
OwnReaction = tuple[RoomId, Seq, str, Millis]
"""Room, seq, emoji, when it was given."""
# CROSS JOIN tells SQLite which of the two to go through.
_AMONG = Many(
    'WITH k (room, seq, emoji, "user") AS (VALUES {rows}) SELECT k.seq, k.emoji FROM k CROSS JOIN reactions r '
    'WHERE r.room = k.room AND r.seq = k.seq AND r.emoji = k.emoji AND r."user" = k."user"',
    "bigint",
    "bigint",
    "text",
    "bigint",
)


def add(db: sa.Connection, room: RoomId, seq: Seq, emoji: str, user: UserId, now: Millis) -> bool:
    """*user* gives *emoji* to the message; False where she has already.  The room's row must be held."""
    values = {"room_": room, "seq_": seq, "emoji_": emoji, "user_": user}
    if db.execute(_ONE, values).first() is not None:
        return False
    db.execute(_INSERT, {"room": room, "seq": seq, "emoji": emoji, "user": user, "created": now})
    return True


def remove(db: sa.Connection, room: RoomId, seq: Seq, emoji: str, user: UserId) -> bool:
    """*user* takes *emoji* back; False where she never gave it."""
    return db.execute(_DELETE, {"room_": room, "seq_": seq, "emoji_": emoji, "user_": user}).rowcount > 0


def first(db: sa.Connection, room: RoomId, seq: Seq, emoji: str, limit: int) -> tuple[UserId, ...]:
    """The first *limit* of those who gave *emoji* to the message."""
    values = {"room_": room, "seq_": seq, "emoji_": emoji, "limit_": limit}
    return tuple(db.execute(_FIRST, values).scalars())


def givers(db: sa.Connection, room: RoomId, seq: Seq, emoji: str, after: UserId, limit: int) -> list[UserCard]:
    """Those with an id above *after* who gave *emoji* to the message."""
    values = {"room_": room, "seq_": seq, "emoji_": emoji, "after_": after, "limit_": limit}
    return [UserCard(*row) for row in db.execute(_GIVERS, values)]


def among(db: sa.Connection, room: RoomId, user: UserId, given: Sequence[tuple[Seq, str]]) -> list[tuple[Seq, str]]:
    """Those of the (seq, emoji) that *user* gave."""
    return [(row[0], row[1]) for row in _AMONG.run(db, [(room, seq, emoji, user) for seq, emoji in given])]


def of_user(db: sa.Connection, user: UserId, after: OwnReaction | None, limit: int) -> list[OwnReaction]:
    """What *user* gave, from the one behind *after* on: by room, message and emoji."""
    room, seq, emoji, _ = after or (RoomId(0), Seq(0), "", Millis(0))
    values = {"user_": user, "room_": room, "seq_": seq, "emoji_": emoji, "limit_": limit}
    return [(RoomId(row[0]), Seq(row[1]), row[2], Millis(row[3])) for row in db.execute(_OF_USER, values)]
