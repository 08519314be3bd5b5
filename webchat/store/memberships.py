"""Who belongs to which room, since and until which rev, and how far she has read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webchat.model.answers import MemberEntry
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.rooms import MemberRole, Membership
from webchat.model.users import UserCard
from webchat.store.driver import Many
from webchat.store.schema import memberships, rooms, users
from webchat.store.users import CARD_COLUMNS

_COLUMNS = (
    memberships.c.room,
    memberships.c.user,
    memberships.c.role,
    memberships.c.read,
    memberships.c.level,
    memberships.c.joined_rev,
    memberships.c.left_rev,
    memberships.c.rev,
    memberships.c.muted,
    memberships.c.silenced,
    memberships.c.posted,
    # Whom the server's moderators have silenced may post in no room: asked with her place, for each post.
    users.c.silenced.label("silenced_everywhere"),
    memberships.c.unread_from,
)
_KEY = sa.and_(memberships.c.room == sa.bindparam("room_"), memberships.c.user == sa.bindparam("user_"))
_ONE = sa.select(*_COLUMNS).join(users, users.c.id == memberships.c.user).where(_KEY)
# CROSS JOIN tells SQLite which of the tables to go through: by itself it might read every membership.
_MANY = Many(
    'WITH k (room, "user") AS (VALUES {rows}) SELECT m.room, m."user", m.role, m."read", m.level, m.joined_rev, '
    "m.left_rev, m.rev, m.muted, m.silenced, m.posted, u.silenced, m.unread_from "
    "FROM k CROSS JOIN memberships m CROSS JOIN users u "
    'WHERE m.room = k.room AND m."user" = k."user" AND u.id = m."user"',
    "bigint",
    "bigint",
)
_DISPLAY_KEY = sa.select(users.c.display_key).where(users.c.id == sa.bindparam("user_")).scalar_subquery()
# When members of slow rooms last posted.
_POSTED = Many(
    'WITH k (room, "user", posted) AS (VALUES {rows}) UPDATE memberships SET posted = k.posted FROM k '
    'WHERE memberships.room = k.room AND memberships."user" = k."user"',
    "bigint",
    "bigint",
    "bigint",
)
_INSERT = memberships.insert().values(
    room=sa.bindparam("room_"),
    user=sa.bindparam("user_"),
    role=sa.bindparam("role_"),
    read=sa.bindparam("read_"),
    level="all",
    joined_rev=sa.bindparam("rev_"),
    left_rev=None,
    rev=sa.bindparam("rev_"),
    display_key=_DISPLAY_KEY,
    invited_by=sa.bindparam("by_"),
)
_REJOIN = (
    memberships.update()
    .where(_KEY)
    .values(
        role=sa.bindparam("role_"),
        read=sa.bindparam("read_"),
        joined_rev=sa.bindparam("rev_"),
        left_rev=None,
        rev=sa.bindparam("rev_"),
        invited_by=sa.bindparam("by_"),
        unread_from=None,
    )
)
_LEAVE = memberships.update().where(_KEY).values(left_rev=sa.bindparam("rev_"), rev=sa.bindparam("rev_"))
_RENAME = (
    memberships.update()
    .where(memberships.c.user == sa.bindparam("user_"))
    .values(display_key=sa.bindparam("display_key_"))
)
_SILENCE = memberships.update().where(_KEY).values(silenced=sa.bindparam("until_"))
_OWNERS = sa.select(memberships.c.user).where(
    memberships.c.room == sa.bindparam("room_"), memberships.c.left_rev.is_(None), memberships.c.role == "owner"
)
# The longest-serving moderator, else the longest-serving member; somebody who could act, if there is one.
_HEIR = (
    sa.select(memberships.c.user)
    .join(users, users.c.id == memberships.c.user)
    .where(
        memberships.c.room == sa.bindparam("room_"),
        memberships.c.left_rev.is_(None),
        users.c.kind == "human",
        users.c.role != "guest",
        users.c.disabled.is_(None),
        users.c.deleted.is_(None),
    )
    .order_by(sa.case((memberships.c.role == "moderator", 0), else_=1), memberships.c.joined_rev)
    .limit(1)
)
_ROLE = memberships.update().where(_KEY).values(role=sa.bindparam("role_"), rev=sa.bindparam("rev_"))
# The mark only rises, whatever order two devices write in.
_READ = Many(
    'WITH k (room, "user", seq) AS (VALUES {rows}) UPDATE memberships SET "read" = k.seq FROM k '
    'WHERE memberships.room = k.room AND memberships."user" = k."user" AND memberships."read" < k.seq',
    "bigint",
    "bigint",
    "bigint",
)
_SPOKE = Many(
    'WITH k (room, "user", seq) AS (VALUES {rows}) UPDATE memberships SET "read" = k.seq, draft = NULL FROM k '
    'WHERE memberships.room = k.room AND memberships."user" = k."user" AND memberships."read" < k.seq',
    "bigint",
    "bigint",
    "bigint",
)
_LIST = (
    sa.select(*CARD_COLUMNS, memberships.c.role, memberships.c.silenced, memberships.c.display_key)
    .join(users, users.c.id == memberships.c.user)
    .where(
        memberships.c.room == sa.bindparam("room_"),
        memberships.c.left_rev.is_(None),
        sa.tuple_(memberships.c.display_key, memberships.c.user)
        > sa.tuple_(sa.bindparam("key_"), sa.bindparam("after_")),
    )
    .order_by(memberships.c.display_key, memberships.c.user)
    .limit(sa.bindparam("limit_"))
)
_LIST_MATCHING = _LIST.where(
    sa.or_(
        memberships.c.display_key.like(sa.bindparam("like_"), escape="\\"),
        users.c.name_key.like(sa.bindparam("like_"), escape="\\"),
    )
)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(memberships)
    .where(memberships.c.room == sa.bindparam("room_"), memberships.c.left_rev.is_(None))
)
# Nobody hears a room that is gone, though it still has members while it is being cleared away.
_ACTIVE = sa.and_(
    memberships.c.user.in_(sa.bindparam("users_", expanding=True)),
    memberships.c.left_rev.is_(None),
    rooms.c.id == memberships.c.room,
    rooms.c.deleted.is_(None),
)
_EVER = sa.select(memberships.c.room).where(memberships.c.user == sa.bindparam("user_")).order_by(memberships.c.room)
_COUNTS = sa.select(memberships.c.user, sa.func.count()).where(_ACTIVE).group_by(memberships.c.user)
_PLACES = sa.select(memberships.c.user, memberships.c.room).where(_ACTIVE)


def maybe(db: sa.Connection, room: RoomId, user: UserId) -> Membership | None:
    """Her membership, also after she has left."""
    row = db.execute(_ONE, {"room_": room, "user_": user}).first()
    return None if row is None else Membership(*row)


def many(db: sa.Connection, keys: Iterable[tuple[RoomId, UserId]]) -> dict[tuple[RoomId, UserId], Membership]:
    """The memberships with these keys, also of those who have left."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    return {(row[0], row[1]): Membership(*row) for row in _MANY.run(db, wanted)}


def join(
    db: sa.Connection, room: RoomId, user: UserId, role: MemberRole, read: Seq, rev: Rev, by: UserId | None = None
) -> None:
    """*user* becomes a member, as the room's change number *rev*; *by*: who brought her in."""
    values = {"room_": room, "user_": user, "role_": role, "read_": read, "rev_": rev, "by_": by}
    if db.execute(_REJOIN, values).rowcount == 0:
        db.execute(_INSERT, values)


def leave(db: sa.Connection, room: RoomId, user: UserId, rev: Rev) -> None:
    """*user* stops being a member, as the room's change number *rev*."""
    db.execute(_LEAVE, {"room_": room, "user_": user, "rev_": rev})


def rename(db: sa.Connection, user: UserId, display_key: str) -> None:
    """*user* stands in the lists of her rooms under another folded display name, also in those that she has left."""
    db.execute(_RENAME, {"user_": user, "display_key_": display_key})


def set_role(db: sa.Connection, room: RoomId, user: UserId, role: MemberRole, rev: Rev) -> None:
    """Gives *user* another role in the room, as its change number *rev*."""
    db.execute(_ROLE, {"room_": room, "user_": user, "role_": role, "rev_": rev})


def silence(db: sa.Connection, room: RoomId, user: UserId, until: Millis | None) -> None:
    """*user* may not post in the room *until* then; no change of the room, since only she is told."""
    db.execute(_SILENCE, {"room_": room, "user_": user, "until_": until})


def owners(db: sa.Connection, room: RoomId) -> list[UserId]:
    """Who owns the room now."""
    return [row[0] for row in db.execute(_OWNERS, {"room_": room})]


def heir(db: sa.Connection, room: RoomId) -> UserId | None:
    """Who becomes the owner of a room that has none: the longest-serving moderator, else member."""
    return db.execute(_HEIR, {"room_": room}).scalar()


def posted(db: sa.Connection, posts: Mapping[tuple[RoomId, UserId], Millis]) -> None:
    """Notes when each (room, user) posted."""
    _POSTED.run(db, [(room, user, at) for (room, user), at in sorted(posts.items())])


def read_up_to(db: sa.Connection, marks: Sequence[tuple[RoomId, UserId, Seq]]) -> None:
    """Raises the read mark of each (room, user) to seq, where it is lower."""
    _READ.run(db, _highest(marks))


def spoke(db: sa.Connection, posts: Sequence[tuple[RoomId, UserId, Seq]]) -> None:
    """Each user has posted message seq in the room: has read up to it, and nothing unsent waits there any more."""
    _SPOKE.run(db, _highest(posts))


def _highest(marks: Sequence[tuple[RoomId, UserId, Seq]]) -> list[tuple[RoomId, UserId, Seq]]:
    highest: dict[tuple[RoomId, UserId], Seq] = {}
    for room, user, seq in marks:
        if seq > highest.get((room, user), 0):
            highest[room, user] = seq
    return [(room, user, seq) for (room, user), seq in highest.items()]


def members(
    db: sa.Connection, room: RoomId, like: str | None, after: tuple[str, int], limit: int
) -> list[tuple[MemberEntry, str]]:
    """Members by folded display name, with that name; *like*: a LIKE pattern, escaped by a backslash."""
    values: dict[str, Any] = {"room_": room, "key_": after[0], "after_": after[1], "limit_": limit}
    if like is None:
        rows = db.execute(_LIST, values)
    else:
        rows = db.execute(_LIST_MATCHING, {**values, "like_": like})
    return [(MemberEntry(UserCard(*card), role, silenced), key) for *card, role, silenced, key in rows]


def count(db: sa.Connection, room: RoomId) -> int:
    """How many members the room has."""
    return int(db.execute(_COUNT, {"room_": room}).scalar_one())


def ever(db: sa.Connection, user: UserId) -> list[RoomId]:
    """The rooms that *user* belongs to, or did."""
    return [row[0] for row in db.execute(_EVER, {"user_": user})]


def counts(db: sa.Connection, users: Iterable[UserId]) -> dict[UserId, int]:
    """How many rooms each of *users* belongs to; who belongs to none is left out."""
    return {row[0]: row[1] for row in db.execute(_COUNTS, {"users_": list(users)})}


def places(db: sa.Connection, users: Iterable[UserId]) -> dict[UserId, set[RoomId]]:
    """The rooms that each of *users* belongs to; who belongs to none is left out."""
    found: dict[UserId, set[RoomId]] = {}
    for user, room in db.execute(_PLACES, {"users_": list(users)}):
        found.setdefault(user, set()).add(room)
    return found
