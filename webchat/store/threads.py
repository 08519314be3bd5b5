"""Threads: the messages of one, and those of a room by their latest message."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.ids import Millis, RoomId, Seq
from webchat.store.messages import COLUMNS, message_of
from webchat.store.schema import messages

_IN_ROOM = messages.c.room == sa.bindparam("room_")
_LIMIT: sa.BindParameter[int] = sa.bindparam("limit_")
# The numbers first, from the threads' index alone: of whole rows SQLite may rather read all that were posted since.
_said = messages.alias("said")
_IN_THREAD = sa.select(_said.c.seq).where(
    _said.c.room == sa.bindparam("room_"), _said.c.thread == sa.bindparam("thread_")
)
_LAST = _IN_THREAD.where(_said.c.seq < sa.bindparam("seq_")).order_by(_said.c.seq.desc()).limit(_LIMIT)
_FIRST = _IN_THREAD.where(_said.c.seq > sa.bindparam("seq_")).order_by(_said.c.seq).limit(_LIMIT)
_BEFORE = sa.select(*COLUMNS).where(_IN_ROOM, messages.c.seq.in_(_LAST)).order_by(messages.c.seq.desc())
_AFTER = sa.select(*COLUMNS).where(_IN_ROOM, messages.c.seq.in_(_FIRST)).order_by(messages.c.seq)
# By an index of those that began one, which the condition has to name.
_OF_ROOM = (
    sa.select(*COLUMNS)
    .where(
        _IN_ROOM,
        messages.c.last_reply.is_not(None),
        sa.tuple_(messages.c.last_reply, messages.c.seq) < sa.tuple_(sa.bindparam("at_"), sa.bindparam("seq_")),
    )
    .order_by(messages.c.last_reply.desc(), messages.c.seq.desc())
    .limit(_LIMIT)
)


def before(db: sa.Connection, room: RoomId, thread: Seq, seq: Seq, limit: int) -> list[Message]:
    """The last *limit* messages of the thread below *seq*, ascending."""
    return _all(db, _BEFORE, room, thread, seq, limit)[::-1]


def after(db: sa.Connection, room: RoomId, thread: Seq, seq: Seq, limit: int) -> list[Message]:
    """The first *limit* messages of the thread above *seq*, ascending."""
    return _all(db, _AFTER, room, thread, seq, limit)


def _all(db: sa.Connection, statement: Any, room: RoomId, thread: Seq, seq: Seq, limit: int) -> list[Message]:
    rows = db.execute(statement, {"room_": room, "thread_": thread, "seq_": seq, "limit_": limit})
    return [message_of(row) for row in rows]


def of_room(db: sa.Connection, room: RoomId, at: Millis, seq: Seq, limit: int) -> list[Message]:
    """Messages that began threads whose last message came before (*at*, *seq* of the first), the latest first."""
    rows = db.execute(_OF_ROOM, {"room_": room, "at_": at, "seq_": seq, "limit_": limit})
    return [message_of(row) for row in rows]
