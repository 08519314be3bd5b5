"""What is left of a message when it is deleted: a tombstone, whoever has deleted it."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.ids import Millis
from webchat.store import messages, rooms


def erase(db: sa.Connection, message: Message, now: Millis) -> tuple[Message, list[str]]:
    """Leaves a tombstone of *message*, a change of its room, and nothing of what belonged to it.

    Answers the row, and the hashes of the contents its files had: after COMMIT those that nobody else holds are to be
    removed (see Files.forget).
    """
    room, seq = message.room, message.seq
    _, rev = rooms.raise_counters(db, room, 0, 1)
    contents = messages.delete(db, room, seq, now, rev)
    tombstone = messages.maybe(db, room, seq)
    assert tombstone is not None
    return tombstone, contents
