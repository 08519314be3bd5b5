"""The beginning of a room's history: what is too old to be kept, and how it is removed."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import Millis, Rev, RoomId, Seq
from webchat.store import rooms as room_store
from webchat.store.schema import mentions, messages, reactions, revisions, rooms

DAY = 86_400_000

_IDS = (
    sa.select(rooms.c.id).where(rooms.c.id > sa.bindparam("after_")).order_by(rooms.c.id).limit(sa.bindparam("limit_"))
)
_DAYS = sa.cast(sa.func.coalesce(rooms.c.retention, sa.bindparam("days_", type_=sa.BigInteger)), sa.BigInteger)
_EXPIRED = (
    sa.select(rooms.c.id)
    .join(messages, sa.and_(messages.c.room == rooms.c.id, messages.c.seq == rooms.c.floor + 1))
    .where(
        rooms.c.id > sa.bindparam("after_"),
        rooms.c.id <= sa.bindparam("last_"),
        rooms.c.deleted.is_(None),
        _DAYS > 0,
        messages.c.created < sa.bindparam("now_") - _DAYS * DAY,
    )
    .order_by(rooms.c.id)
)
_OLDEST = (
    sa.select(messages.c.seq, messages.c.created)
    .where(messages.c.room == sa.bindparam("room_"), messages.c.seq > sa.bindparam("floor_"))
    .order_by(messages.c.seq)
    .limit(sa.bindparam("limit_"))
)
# What belongs to messages goes with them; files are found below the floor by their own sweep, with their contents.
_REMOVALS = [
    table.delete().where(
        table.c.room == sa.bindparam("room_"),
        table.c.seq > sa.bindparam("floor_"),
        table.c.seq <= sa.bindparam("seq_"),
    )
    for table in (revisions, reactions, mentions, messages)
]


def rooms_with_expired(
    db: sa.Connection, after: RoomId, days: int, now: Millis, limit: int
) -> tuple[list[RoomId], RoomId | None]:
    """Of the next *limit* rooms with ids above *after*: those whose oldest message has been kept for long enough.

    *days*: how long, where the room itself does not say; 0: for ever.  Also the last of the ids, None at the end.
    """
    ids = [row[0] for row in db.execute(_IDS, {"after_": after, "limit_": limit})]
    if not ids:
        return [], None
    values = {"after_": after, "last_": ids[-1], "days_": days, "now_": now}
    found = [RoomId(row[0]) for row in db.execute(_EXPIRED, values)]
    return found, RoomId(ids[-1]) if len(ids) == limit else None


def expired(db: sa.Connection, room: RoomId, floor: Seq, before: Millis, limit: int) -> Seq | None:
    """Up to which message what the room holds above *floor* is older than *before*: *limit* messages on at most.

    What stands behind a younger message is kept with it, whatever its own time says: clocks are set back now and then.
    """
    last = None
    for seq, created in db.execute(_OLDEST, {"room_": room, "floor_": floor, "limit_": limit}):
        if created >= before:
            break
        last = Seq(seq)
    return last


def remove_prefix(db: sa.Connection, room: RoomId, floor: Seq, seq: Seq, rev: Rev) -> None:
    """Removes the room's messages above its *floor* up to *seq*, with all that belongs to them, as its change *rev*.

    From then on history begins behind *seq*, and who holds a rev below *rev* has to load it anew.
    """
    for removal in _REMOVALS:
        db.execute(removal, {"room_": room, "floor_": floor, "seq_": seq})
    room_store.change(db, room, rev, floor=seq, floor_rev=rev)
