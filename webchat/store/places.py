"""What is one's own about a room: how far one has read, what one wants to hear of it, whether one is writing."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from webchat.model.answers import MemberEntry, Place
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.rooms import Level
from webchat.model.users import UserCard
from webchat.store.schema import memberships, rooms, users
from webchat.store.users import CARD_COLUMNS

_PLACE_COLUMNS = (
    memberships.c.room,
    memberships.c.read,
    memberships.c.level,
    memberships.c.muted,
    memberships.c.draft,
    memberships.c.unread_from,
)
_MINE = sa.and_(
    memberships.c.room == sa.bindparam("room_"),
    memberships.c.user == sa.bindparam("user_"),
    memberships.c.left_rev.is_(None),
)
_SET_LEVEL = (
    memberships.update()
    .where(_MINE)
    .values(level=sa.bindparam("level_"), muted=sa.bindparam("muted_"))
    .returning(*_PLACE_COLUMNS)
)
_SET_DRAFT = memberships.update().where(_MINE).values(draft=sa.bindparam("draft_")).returning(*_PLACE_COLUMNS)
_SET_UNREAD = memberships.update().where(_MINE).values(unread_from=sa.bindparam("seq_")).returning(*_PLACE_COLUMNS)
_UNREAD = sa.select(*_PLACE_COLUMNS).where(
    memberships.c.user == sa.bindparam("user_"),
    memberships.c.left_rev.is_(None),
    memberships.c.unread_from.is_not(None),
)
_SEQ = sa.select(rooms.c.seq).where(rooms.c.id == memberships.c.room).scalar_subquery()
_READ_ALL = (
    memberships.update()
    .where(
        memberships.c.user == sa.bindparam("user_"),
        memberships.c.left_rev.is_(None),
        sa.or_(memberships.c.read < _SEQ, memberships.c.unread_from.is_not(None)),
    )
    .values(read=_SEQ, unread_from=None)
    .returning(memberships.c.room, memberships.c.read)
)
_ENTRIES = (
    sa.select(*CARD_COLUMNS, memberships.c.role)
    .join(users, users.c.id == memberships.c.user)
    .where(
        memberships.c.room == sa.bindparam("room_"),
        memberships.c.user.in_(sa.bindparam("users_", expanding=True)),
        memberships.c.left_rev.is_(None),
    )
)


def set_level(db: sa.Connection, room: RoomId, user: UserId, level: Level, muted: Millis | None) -> Place:
    """What *user*, a member, wants to hear of the room; her place as it is then."""
    values = {"room_": room, "user_": user, "level_": level, "muted_": muted}
    return Place(*db.execute(_SET_LEVEL, values).one())


def set_draft(db: sa.Connection, room: RoomId, user: UserId, draft: Millis | None) -> Place:
    """Since when *user*, a member, has something unsent there; her place as it is then."""
    return Place(*db.execute(_SET_DRAFT, {"room_": room, "user_": user, "draft_": draft}).one())


def set_unread(db: sa.Connection, room: RoomId, user: UserId, seq: Seq | None) -> Place:
    """From which message on *user*, a member, wants it to count as unread; her place as it is then."""
    return Place(*db.execute(_SET_UNREAD, {"room_": room, "user_": user, "seq_": seq}).one())


def unread(db: sa.Connection, user: UserId) -> list[Place]:
    """The places of *user* in which she wants to be reminded of something."""
    return [Place(*row) for row in db.execute(_UNREAD, {"user_": user})]


def read_all(db: sa.Connection, user: UserId) -> list[tuple[RoomId, Seq]]:
    """*user* has read everything: her mark in each room where it was not at the end already."""
    return sorted((row[0], row[1]) for row in db.execute(_READ_ALL, {"user_": user}))


def entries(db: sa.Connection, room: RoomId, ids: Sequence[UserId]) -> list[MemberEntry]:
    """Those of *ids* who are members of the room."""
    if not ids:
        return []
    rows = db.execute(_ENTRIES, {"room_": room, "users_": list(ids)})
    return [MemberEntry(UserCard(*card), role) for *card, role in rows]
