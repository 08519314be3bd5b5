"""What is pinned to a room."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.ids import Millis, Rev, RoomId, Seq
from webchat.store.messages import COLUMNS, message_of
from webchat.store.schema import messages

_PINNED = sa.and_(messages.c.room == sa.bindparam("room_"), messages.c.pinned.is_not(None))
_SET = (
    messages.update()
    .where(messages.c.room == sa.bindparam("room_"), messages.c.seq == sa.bindparam("seq_"))
    .values(pinned=sa.bindparam("pinned_"), rev=sa.bindparam("rev_"))
)
_COUNT = sa.select(sa.func.count()).select_from(messages).where(_PINNED)
_PAGE = (
    sa.select(*COLUMNS)
    .where(
        _PINNED,
        sa.tuple_(messages.c.pinned, messages.c.seq) < sa.tuple_(sa.bindparam("before_"), sa.bindparam("seq_")),
    )
    .order_by(messages.c.pinned.desc(), messages.c.seq.desc())
    .limit(sa.bindparam("limit_"))
)


def put(db: sa.Connection, room: RoomId, seq: Seq, pinned: Millis | None, rev: Rev) -> None:
    """Pins the message, or takes it down, as the room's change number *rev*."""
    db.execute(_SET, {"room_": room, "seq_": seq, "pinned_": pinned, "rev_": rev})


def count(db: sa.Connection, room: RoomId) -> int:
    """How many messages are pinned to the room."""
    return int(db.execute(_COUNT, {"room_": room}).scalar_one())


def of_room(db: sa.Connection, room: RoomId, before: tuple[int, int], limit: int) -> list[Message]:
    """What is pinned, the newest pin first; *before*: the (pinned, seq) of the last one that the reader has."""
    values = {"room_": room, "before_": before[0], "seq_": before[1], "limit_": limit}
    return [message_of(row) for row in db.execute(_PAGE, values)]
