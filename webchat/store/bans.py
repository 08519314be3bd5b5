"""Who may not enter which room."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.rooms import Ban
from webchat.model.users import UserCard
from webchat.store.schema import bans, users
from webchat.store.users import CARD_COLUMNS

_KEY = sa.and_(bans.c.room == sa.bindparam("room_"), bans.c.user == sa.bindparam("user_"))
_IN_FORCE = sa.or_(bans.c.until.is_(None), bans.c.until > sa.bindparam("now_"))
_UPDATE = (
    bans.update()
    .where(_KEY)
    .values(
        moderator=sa.bindparam("moderator_"),
        reason=sa.bindparam("reason_"),
        created=sa.bindparam("created_"),
        until=sa.bindparam("until_"),
    )
)
_INSERT = bans.insert().values(
    room=sa.bindparam("room_"),
    user=sa.bindparam("user_"),
    moderator=sa.bindparam("moderator_"),
    reason=sa.bindparam("reason_"),
    created=sa.bindparam("created_"),
    until=sa.bindparam("until_"),
)
_DELETE = bans.delete().where(_KEY)
_AMONG = sa.select(bans.c.user).where(
    bans.c.room == sa.bindparam("room_"), bans.c.user.in_(sa.bindparam("users_", expanding=True)), _IN_FORCE
)
_LIST = (
    sa.select(*CARD_COLUMNS, bans.c.moderator, bans.c.reason, bans.c.created, bans.c.until)
    .join(users, users.c.id == bans.c.user)
    .where(bans.c.room == sa.bindparam("room_"), bans.c.user > sa.bindparam("after_"), _IN_FORCE)
    .order_by(bans.c.user)
    .limit(sa.bindparam("limit_"))
)


def put(
    db: sa.Connection, room: RoomId, user: UserId, moderator: UserId, reason: str, now: Millis, until: Millis | None
) -> None:
    """*user* may not enter the room, *until* then or for good; in place of an earlier ban."""
    values = {
        "room_": room,
        "user_": user,
        "moderator_": moderator,
        "reason_": reason,
        "created_": now,
        "until_": until,
    }
    if db.execute(_UPDATE, values).rowcount == 0:
        db.execute(_INSERT, values)


def remove(db: sa.Connection, room: RoomId, user: UserId) -> bool:
    """Lifts the ban; False where there is none."""
    return db.execute(_DELETE, {"room_": room, "user_": user}).rowcount > 0


def among(db: sa.Connection, room: RoomId, people: Iterable[UserId], now: Millis) -> set[UserId]:
    """Those of *people* who are banned from the room."""
    wanted = sorted(set(people))
    if not wanted:
        return set()
    return set(db.execute(_AMONG, {"room_": room, "users_": wanted, "now_": now}).scalars())


def of_room(db: sa.Connection, room: RoomId, now: Millis, after: UserId, limit: int) -> list[Ban]:
    """The bans in force, of people with an id above *after*."""
    rows = db.execute(_LIST, {"room_": room, "now_": now, "after_": after, "limit_": limit})
    return [
        Ban(UserCard(*card), moderator, reason, created, until) for *card, moderator, reason, created, until in rows
    ]
