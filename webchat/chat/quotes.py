"""What messages quote: those that they answer, and that are not on the same page."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.ids import RoomId
from webchat.store import messages


def quoted_by(db: sa.Connection, room: RoomId, page: Sequence[Message]) -> tuple[Message, ...]:
    """The messages that those of *page* answer and that are not among them; deleted ones as their tombstones."""
    there = {message.seq for message in page}
    wanted = {message.reply for message in page if message.reply is not None} - there
    return tuple(messages.some(db, room, wanted)) if wanted else ()
