"""Rooms and their counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import NoSuchRoom
from webchat.model.rooms import Room, RoomKind, RoomListing, RoomState
from webchat.model.users import UserCard
from webchat.store import mentions as mention_store
from webchat.store.driver import Many
from webchat.store.schema import bans, invites, memberships, mentions, messages, reactions, revisions, rooms

_COLUMNS = (
    rooms.c.id,
    rooms.c.kind,
    rooms.c.title,
    rooms.c.topic,
    rooms.c.seq,
    rooms.c.rev,
    rooms.c.changed,
    rooms.c.created,
    rooms.c.archived,
    rooms.c.picture,
    rooms.c.posting,
    rooms.c.inviting,
    rooms.c.slow,
    rooms.c.deleted,
    rooms.c.mentioning,
    rooms.c.retention,
    rooms.c.floor,
    rooms.c.floor_rev,
)
_STATE_COLUMNS = (
    rooms.c.id,
    rooms.c.kind,
    rooms.c.title,
    rooms.c.topic,
    rooms.c.created,
    rooms.c.archived,
    rooms.c.changed,
    rooms.c.seq,
    rooms.c.rev,
    sa.case((memberships.c.read < rooms.c.floor, rooms.c.floor), else_=memberships.c.read),
    memberships.c.level,
    memberships.c.role,
    memberships.c.joined_rev,
    rooms.c.posting,
    rooms.c.inviting,
    rooms.c.slow,
    rooms.c.mentioning,
    rooms.c.picture,
    memberships.c.muted,
    memberships.c.silenced,
    memberships.c.draft,
    rooms.c.retention,
    rooms.c.floor,
    # What was removed is not unread.
    sa.case((memberships.c.unread_from <= rooms.c.floor, rooms.c.floor + 1), else_=memberships.c.unread_from),
)
_ONE = sa.select(*_COLUMNS).where(rooms.c.id == sa.bindparam("id_"))
_LOCK = Many(
    "SELECT id, kind, title, topic, seq, rev, changed, created, archived, picture, posting, inviting, "
    "slow, deleted, mentioning, retention, floor, floor_rev FROM rooms WHERE id IN (VALUES {rows}) ORDER BY id {lock}",
    "bigint",
)
_REVS = sa.select(rooms.c.id, rooms.c.rev).where(rooms.c.id.in_(sa.bindparam("ids_", expanding=True)))
_RAISE = (
    rooms.update()
    .where(rooms.c.id == sa.bindparam("room_"))
    .values(seq=rooms.c.seq + sa.bindparam("posts_"), rev=rooms.c.rev + sa.bindparam("changes_"))
    .returning(rooms.c.seq, rooms.c.rev)
)
_RAISE_MANY = Many(
    "WITH k (id, posts, others) AS (VALUES {rows}) "
    "UPDATE rooms SET seq = seq + k.posts, rev = rev + k.posts + k.others FROM k "
    "WHERE rooms.id = k.id RETURNING rooms.id, rooms.seq, rooms.rev",
    "bigint",
    "bigint",
    "bigint",
)
_INSERT = rooms.insert().returning(rooms.c.id)
_STATE = (
    sa.select(*_STATE_COLUMNS)
    .join(memberships, memberships.c.room == rooms.c.id)
    .where(
        memberships.c.user == sa.bindparam("user_"),
        memberships.c.left_rev.is_(None),
        rooms.c.id == sa.bindparam("room_"),
        rooms.c.deleted.is_(None),
    )
)
# Of each room the people, but one: a direct room has only a few.
_PEOPLE = Many(
    'WITH k (room, "user") AS (VALUES {rows}) SELECT k.room, k."user", u.id, u.name, u.display_name, u.kind, u.avatar '
    "FROM k CROSS JOIN memberships m CROSS JOIN users u WHERE m.room = k.room AND m.left_rev IS NULL "
    'AND u.id = m."user" AND u.id <> k."user" ORDER BY m.joined_rev',
    "bigint",
    "bigint",
)
# CROSS JOIN tells SQLite the order: from people to their places to the rooms.
_STATES = Many(
    'WITH k (id) AS (VALUES {rows}) SELECT m."user", r.id, r.kind, r.title, r.topic, r.created, r.archived, r.changed, '
    'r.seq, r.rev, CASE WHEN m."read" < r.floor THEN r.floor ELSE m."read" END, m.level, m.role, m.joined_rev, '
    "r.posting, r.inviting, r.slow, r.mentioning, r.picture, m.muted, m.silenced, m.draft, r.retention, r.floor, "
    "CASE WHEN m.unread_from <= r.floor THEN r.floor + 1 ELSE m.unread_from END "
    "FROM k CROSS JOIN memberships m CROSS JOIN rooms r "
    'WHERE m."user" = k.id AND m.left_rev IS NULL AND r.id = m.room AND r.deleted IS NULL ORDER BY r.id',
    "bigint",
)
_MEMBER_COUNT = (
    sa.select(sa.func.count())
    .where(memberships.c.room == rooms.c.id, memberships.c.left_rev.is_(None))
    .scalar_subquery()
)
_JOINED = (
    sa.exists()
    .where(
        memberships.c.room == rooms.c.id,
        memberships.c.user == sa.bindparam("user_"),
        memberships.c.left_rev.is_(None),
    )
    .label("joined")
)
_PUBLIC = (
    sa.select(
        rooms.c.id,
        rooms.c.title,
        rooms.c.topic,
        rooms.c.created,
        rooms.c.archived,
        _MEMBER_COUNT,
        _JOINED,
        rooms.c.picture,
        rooms.c.title_key,
    )
    .where(
        rooms.c.kind == "public",
        rooms.c.deleted.is_(None),
        sa.tuple_(rooms.c.title_key, rooms.c.id) > sa.tuple_(sa.bindparam("key_"), sa.bindparam("after_")),
    )
    .order_by(rooms.c.title_key, rooms.c.id)
    .limit(sa.bindparam("limit_"))
)
_OLD_MESSAGES = messages.delete().where(
    messages.c.room == sa.bindparam("room_"),
    messages.c.seq.in_(
        sa.select(messages.c.seq)
        .where(messages.c.room == sa.bindparam("room_"))
        .order_by(messages.c.seq)
        .limit(sa.bindparam("limit_"))
    ),
)
_OLD_WITH_MESSAGES = [
    table.delete().where(
        table.c.room == sa.bindparam("room_"),
        table.c.seq.in_(
            sa.select(table.c.seq)
            .where(table.c.room == sa.bindparam("room_"))
            .order_by(table.c.seq)
            .limit(sa.bindparam("limit_"))
        ),
    )
    for table in (revisions, reactions, mentions)
]
_OLD_PLACES = [
    table.delete().where(
        table.c.room == sa.bindparam("room_"),
        table.c.user.in_(
            sa.select(table.c.user)
            .where(table.c.room == sa.bindparam("room_"))
            .order_by(table.c.user)
            .limit(sa.bindparam("limit_"))
        ),
    )
    for table in (memberships, bans)
]
_OLD_LINKS = invites.delete().where(
    invites.c.id.in_(
        sa.select(invites.c.id)
        .where(invites.c.room == sa.bindparam("room_"))
        .order_by(invites.c.id)
        .limit(sa.bindparam("limit_"))
    )
)
_PURGES = (_OLD_MESSAGES, *_OLD_WITH_MESSAGES, *_OLD_PLACES, _OLD_LINKS)
_PUBLIC_MATCHING = _PUBLIC.where(rooms.c.title_key.like(sa.bindparam("like_"), escape="\\"))


def maybe(db: sa.Connection, room: RoomId) -> Room | None:
    """The room with this id."""
    row = db.execute(_ONE, {"id_": room}).first()
    return None if row is None else Room(*row)


def one(db: sa.Connection, room: RoomId) -> Room:
    """The room with this id.  Raises NoSuchRoom."""
    found = maybe(db, room)
    if found is None:
        raise NoSuchRoom
    return found


def lock(db: sa.Connection, ids: Iterable[RoomId]) -> dict[RoomId, Room]:
    """The rooms with these ids, their rows held until the transaction ends.

    Held in order of id, so that two transactions can never wait for each other.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row[0]: Room(*row) for row in _LOCK.run(db, [(room,) for room in wanted])}


def raise_counters(db: sa.Connection, room: RoomId, posts: int, changes: int) -> tuple[Seq, Rev]:
    """The room's new (seq, rev) after *posts* messages and *changes* changes; posts <= changes.

    Holds the room row's lock until the transaction ends, which makes commit order = rev order.
    Raises NoSuchRoom.
    """
    row = db.execute(_RAISE, {"room_": room, "posts_": posts, "changes_": changes}).first()
    if row is None:
        raise NoSuchRoom
    return Seq(row[0]), Rev(row[1])


def raise_for_posts(db: sa.Connection, posts: Mapping[RoomId, tuple[int, int]]) -> dict[RoomId, tuple[Seq, Rev]]:
    """As *raise_counters*, for many rooms: after so many new messages, and so many other changes, in each.

    Their rows must be held already.
    """
    rows = [(room, *counts) for room, counts in sorted(posts.items())]
    return {room: (seq, rev) for room, seq, rev in _RAISE_MANY.run(db, rows)}


def revs(db: sa.Connection, ids: Iterable[RoomId]) -> dict[RoomId, Rev]:
    """How far each of these rooms has come."""
    return {row[0]: row[1] for row in db.execute(_REVS, {"ids_": list(ids)})}


def add(db: sa.Connection, kind: RoomKind, title: str, title_key: str, topic: str, now: Millis) -> RoomId:
    """Makes a room whose own row is its first change: seq 0, rev 1."""
    values = {
        "kind": kind,
        "title": title,
        "title_key": title_key,
        "topic": topic,
        "seq": 0,
        "rev": 1,
        "changed": 1,
        "created": now,
        "archived": None,
    }
    return RoomId(db.execute(_INSERT, values).scalar_one())


def change(db: sa.Connection, room: RoomId, rev: Rev, **columns: Any) -> None:
    """Sets the named columns of the room's row, as its change number *rev*."""
    db.execute(rooms.update().where(rooms.c.id == room).values(changed=rev, **columns))


def purge(db: sa.Connection, room: RoomId, limit: int) -> bool:
    """Removes up to *limit* rows of a room that is gone; whether nothing of it is left but its own row.

    That row stays, nameless, so that its number is never given to another room.
    """
    for statement in _PURGES:
        limit -= db.execute(statement, {"room_": room, "limit_": limit}).rowcount
        if limit <= 0:
            return False
    db.execute(rooms.update().where(rooms.c.id == room).values(title="", title_key="", topic="", direct_key=None))
    return True


def states(db: sa.Connection, user: UserId) -> list[RoomState]:
    """The rooms *user* belongs to, each with her place in it."""
    return states_of(db, [user])[user]


def states_of(db: sa.Connection, people: Iterable[UserId]) -> dict[UserId, list[RoomState]]:
    """For each of *people* the rooms she belongs to, with her place in them."""
    found: dict[UserId, list[RoomState]] = {user: [] for user in people}
    for row in _STATES.run(db, [(user,) for user in found]):
        found[row[0]].append(RoomState(*row[1:]))
    _count_mentions(db, found)
    direct = [(state.room, user) for user, states in found.items() for state in states if state.kind == "direct"]
    if direct:
        others = _people(db, direct)
        for user, states in found.items():
            found[user] = [
                msgspec.structs.replace(state, people=tuple(others.get((state.room, user), ()))) for state in states
            ]
    return found


def maybe_state(db: sa.Connection, room: RoomId, user: UserId) -> RoomState | None:
    """The room as *user* holds it, if she is a member."""
    row = db.execute(_STATE, {"user_": user, "room_": room}).first()
    if row is None:
        return None
    found = {user: [RoomState(*tuple(row))]}
    _count_mentions(db, found)
    state = found[user][0]
    if state.kind != "direct":
        return state
    return msgspec.structs.replace(state, people=tuple(_people(db, [(room, user)]).get((room, user), ())))


def _count_mentions(db: sa.Connection, found: dict[UserId, list[RoomState]]) -> None:
    """Fills in how many unread messages mean whom: asked only of rooms in which something is unread."""
    after = [
        (user, state.room, Seq(state.read if state.unread_from is None else min(state.read, state.unread_from - 1)))
        for user, states in found.items()
        for state in states
    ]
    seqs = {state.room: state.seq for states in found.values() for state in states}
    counts = mention_store.counts(db, [one for one in after if one[2] < seqs[one[1]]])
    for user, room in counts:
        found[user] = [
            msgspec.structs.replace(state, mentions=counts[user, room]) if state.room == room else state
            for state in found[user]
        ]


def _people(db: sa.Connection, places: Sequence[tuple[RoomId, UserId]]) -> dict[tuple[RoomId, UserId], list[UserCard]]:
    """For each (room, user) who else is in the room."""
    found: dict[tuple[RoomId, UserId], list[UserCard]] = {}
    for room, user, *card in _PEOPLE.run(db, places):
        found.setdefault((room, user), []).append(UserCard(*card))
    return found


def public(
    db: sa.Connection, user: UserId, like: str | None, after: tuple[str, int], limit: int
) -> list[tuple[RoomListing, str]]:
    """Public rooms by folded title, with that title; *like*: a LIKE pattern on it, escaped by a backslash.

    *after*: the (folded title, id) of the last one that the reader has.
    """
    values = {"user_": user, "key_": after[0], "after_": after[1], "limit_": limit}
    if like is None:
        rows = db.execute(_PUBLIC, values)
    else:
        rows = db.execute(_PUBLIC_MATCHING, {**values, "like_": like})
    return [
        (RoomListing(room, title, topic, created, archived, members, bool(joined), picture), key)
        for room, title, topic, created, archived, members, joined, picture, key in rows
    ]
