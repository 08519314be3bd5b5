"""Where the robot has something to answer: from `unread_from` of its place on it has answered nothing yet."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import RoomId, UserId
from webchat.store.schema import memberships, rooms

_FROM = sa.func.coalesce(memberships.c.unread_from, memberships.c.read + 1)
_BEHIND = (
    sa.select(memberships.c.room)
    .join(rooms, rooms.c.id == memberships.c.room)
    .where(
        memberships.c.user == sa.bindparam("user_"),
        memberships.c.left_rev.is_(None),
        rooms.c.deleted.is_(None),
        rooms.c.seq >= _FROM,
        memberships.c.room > sa.bindparam("after_"),
    )
    .order_by(memberships.c.room)
    .limit(sa.bindparam("limit_"))
)
_TALKS = (
    sa.select(memberships.c.room)
    .join(rooms, rooms.c.id == memberships.c.room)
    .where(memberships.c.user == sa.bindparam("user_"), rooms.c.kind == "direct")
)


def behind(db: sa.Connection, user: UserId, after: RoomId, limit: int) -> list[RoomId]:
    """Rooms of *user* with an id above *after* in which something was said that she has not come to; by id."""
    found = db.execute(_BEHIND, {"user_": user, "after_": after, "limit_": limit})
    return [row[0] for row in found]


def talks(db: sa.Connection, user: UserId) -> set[RoomId]:
    """All direct conversations of *user*."""
    return {row[0] for row in db.execute(_TALKS, {"user_": user})}
