"""What has changed in a room since a rev: the rows of a block, read in one snapshot."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from webchat.model.events import Block, Member, Reset, RoomRow, Row
from webchat.model.ids import Rev, RoomId
from webchat.model.rooms import Room
from webchat.model.users import UserCard
from webchat.store import rooms as room_store
from webchat.store.messages import COLUMNS as MESSAGE_COLUMNS
from webchat.store.messages import message_of
from webchat.store.schema import memberships, messages, users
from webchat.store.users import CARD_COLUMNS

_MESSAGES = (
    sa.select(*MESSAGE_COLUMNS)
    .where(messages.c.room == sa.bindparam("room_"), messages.c.rev > sa.bindparam("rev_"))
    .order_by(messages.c.rev)
    .limit(sa.bindparam("limit_"))
)
_MEMBERS = (
    sa.select(
        memberships.c.rev,
        memberships.c.role,
        memberships.c.joined_rev,
        memberships.c.left_rev,
        *CARD_COLUMNS,
    )
    .join(users, users.c.id == memberships.c.user)
    .where(memberships.c.room == sa.bindparam("room_"), memberships.c.rev > sa.bindparam("rev_"))
    .order_by(memberships.c.rev)
    .limit(sa.bindparam("limit_"))
)


def room_row(room: Room) -> RoomRow:
    """The room's own row, as an event."""
    return RoomRow(
        room.id,
        room.changed,
        room.kind,
        room.title,
        room.topic,
        room.created,
        room.archived,
        room.posting,
        room.inviting,
        room.slow,
        room.mentioning,
        room.picture,
        room.deleted,
        room.retention,
        room.floor,
    )


def since_each(db: sa.Connection, room: RoomId, revs: Collection[Rev], limit: int) -> dict[Rev, Block | Reset]:
    """What *since* answers for each of *revs*: what they have in common is read once.

    Who holds less has more to catch up with; so the least rev that still gets a block is looked for by halving, and
    everybody above it gets a part of that block.
    """
    now = room_store.one(db, room).rev
    ordered = sorted(rev for rev in revs if rev <= now)
    common: Block | None = None
    # Below *low* it is too much, from *high* on *common* holds what is wanted.  The first guess is nearly always right.
    low, high, place = 0, len(ordered), 0
    while low < high:
        answer = since(db, room, ordered[place], limit)
        if isinstance(answer, Block):
            common, high = answer, place
        else:
            low = place + 1
        place = (low + high) // 2
    found: dict[Rev, Block | Reset] = dict.fromkeys(revs, Reset(room, now))
    if common is not None:
        for rev in ordered[high:]:
            found[rev] = Block(room, tuple(row for row in common.rows if row.rev > rev), common.rev)
    return found


def moved(db: sa.Connection, room: RoomId, rev: Rev, limit: int) -> list[Member]:
    """The first *limit* memberships that changed after *rev*, in rising rev."""
    values = {"room_": room, "rev_": rev, "limit_": limit}
    return [
        Member(room, row_rev, UserCard(*card), role, joined_rev, left_rev is not None)
        for row_rev, role, joined_rev, left_rev, *card in db.execute(_MEMBERS, values)
    ]


def since(db: sa.Connection, room: RoomId, rev: Rev, limit: int) -> Block | Reset:
    """The rows above *rev*, each once, latest state, rising rev; Reset if there are more than *limit*.

    Reset too if the room never had *rev*: somebody remembers what this database does not; and if messages that were
    there at *rev* have been removed since.  Of a room that is gone
    nothing is told but that.

    The caller's transaction must be one snapshot: then the block's rev is that of exactly these rows.
    Raises NoSuchRoom.
    """
    now = room_store.one(db, room)
    if now.rev == rev:
        return Block(room, (), rev)
    if rev > now.rev or rev < now.floor_rev:
        return Reset(room, now.rev)
    if now.deleted is not None:
        return Block(room, (room_row(now),), now.rev)
    values = {"room_": room, "rev_": rev, "limit_": limit + 1}
    rows: list[Row] = [message_of(row) for row in db.execute(_MESSAGES, values)]
    rows.extend(moved(db, room, rev, limit + 1))
    if now.changed > rev:
        rows.append(room_row(now))
    if len(rows) > limit:
        return Reset(room, now.rev)
    rows.sort(key=lambda row: row.rev)
    return Block(room, tuple(rows), now.rev)
