"""What messages said before they were edited."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.answers import Revision
from webchat.model.events import Message
from webchat.model.ids import RoomId, Seq
from webchat.store.schema import revisions

_OF_MESSAGE = (revisions.c.room == sa.bindparam("room_"), revisions.c.seq == sa.bindparam("seq_"))
_INSERT = revisions.insert()
_ALL = sa.select(revisions.c.text, revisions.c.written).where(*_OF_MESSAGE).order_by(revisions.c.rev)
_LAST_KEPT = (
    sa.select(revisions.c.rev)
    .where(*_OF_MESSAGE)
    .order_by(revisions.c.rev.desc())
    .limit(1)
    .offset(sa.bindparam("kept_"))
    .scalar_subquery()
)
_DROP_OLDEST = revisions.delete().where(*_OF_MESSAGE, revisions.c.rev <= _LAST_KEPT)


def keep(db: sa.Connection, message: Message, most: int) -> None:
    """Keeps the text of *message*, which is about to be replaced; of one message the last *most*."""
    db.execute(
        _INSERT,
        {
            "room": message.room,
            "seq": message.seq,
            "rev": message.rev,
            "text": message.text,
            "written": message.created if message.edited is None else message.edited,
        },
    )
    db.execute(_DROP_OLDEST, {"room_": message.room, "seq_": message.seq, "kept_": most})


def of_message(db: sa.Connection, room: RoomId, seq: Seq) -> list[Revision]:
    """What the message said before, the first first."""
    return [Revision(*row) for row in db.execute(_ALL, {"room_": room, "seq_": seq})]
