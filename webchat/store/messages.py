"""Messages: stored, found by seq or nonce, changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import attrs
import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.store.driver import Many
from webchat.store.schema import messages

COLUMNS = (
    messages.c.room,
    messages.c.rev,
    messages.c.seq,
    messages.c.author,
    messages.c.text,
    messages.c.created,
    messages.c.nonce,
    messages.c.edited,
    messages.c.deleted,
)
_IN_ROOM = messages.c.room == sa.bindparam("room_")
_ONE = sa.select(*COLUMNS).where(_IN_ROOM, messages.c.seq == sa.bindparam("seq_"))
# CROSS JOIN tells SQLite which of the two to go through: by itself it might read every message.
_BY_NONCE = Many(
    "WITH k (room, author, nonce) AS (VALUES {rows}) SELECT m.room, m.author, m.nonce, m.seq, m.posted_rev, m.created, "
    "m.body_hash FROM k CROSS JOIN messages m WHERE m.room = k.room AND m.author = k.author AND m.nonce = k.nonce",
    "bigint",
    "bigint",
    "text",
)
_INSERT = Many(
    "WITH k (room, seq, rev, author, nonce, body_hash, body, created) AS (VALUES {rows}) "
    "INSERT INTO messages (room, seq, rev, posted_rev, author, nonce, body_hash, text, created) "
    "SELECT room, seq, rev, rev, author, nonce, body_hash, body, created FROM k",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
    "text",
    "bytea",
    "text",
    "bigint",
)
_EDIT = (
    messages.update()
    .where(_IN_ROOM, messages.c.seq == sa.bindparam("seq_"))
    .values(text=sa.bindparam("text_"), edited=sa.bindparam("edited_"), rev=sa.bindparam("rev_"))
)
_DELETE = (
    messages.update()
    .where(_IN_ROOM, messages.c.seq == sa.bindparam("seq_"))
    .values(text="", deleted=sa.bindparam("deleted_"), rev=sa.bindparam("rev_"))
)
_LIMIT: sa.BindParameter[int] = sa.bindparam("limit_")
_BEFORE = (
    sa.select(*COLUMNS)
    .where(_IN_ROOM, messages.c.seq < sa.bindparam("seq_"))
    .order_by(messages.c.seq.desc())
    .limit(_LIMIT)
)
_AFTER = (
    sa.select(*COLUMNS).where(_IN_ROOM, messages.c.seq > sa.bindparam("seq_")).order_by(messages.c.seq).limit(_LIMIT)
)


class NewMessage(NamedTuple):
    """A message about to be stored, its numbers given; a tuple, as the driver takes it."""

    room: RoomId
    seq: Seq
    rev: Rev
    author: UserId
    nonce: str | None
    body_hash: bytes
    text: str
    created: Millis


@attrs.frozen
class Sent:
    """What is known of a nonce that was used: which message it became, and what was first said."""

    seq: Seq
    rev: Rev
    created: Millis
    body_hash: bytes


NonceKey = tuple[RoomId, UserId, str]


def maybe(db: sa.Connection, room: RoomId, seq: Seq) -> Message | None:
    """Message number *seq* of the room."""
    row = db.execute(_ONE, {"room_": room, "seq_": seq}).first()
    return None if row is None else Message(*row)


def sent(db: sa.Connection, keys: Iterable[NonceKey]) -> dict[NonceKey, Sent]:
    """Those of the (room, author, nonce) that were used before."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    return {
        (room, author, nonce): Sent(seq, rev, created, bytes(body_hash))
        for room, author, nonce, seq, rev, created, body_hash in _BY_NONCE.run(db, wanted)
    }


def add(db: sa.Connection, new: Sequence[NewMessage]) -> None:
    """Stores the messages."""
    _INSERT.run(db, new)


def edit(db: sa.Connection, room: RoomId, seq: Seq, text: str, now: Millis, rev: Rev) -> None:
    """Replaces the text, as the room's change number *rev*."""
    db.execute(_EDIT, {"room_": room, "seq_": seq, "text_": text, "edited_": now, "rev_": rev})


def delete(db: sa.Connection, room: RoomId, seq: Seq, now: Millis, rev: Rev) -> None:
    """Leaves a tombstone: the text is gone for good."""
    db.execute(_DELETE, {"room_": room, "seq_": seq, "deleted_": now, "rev_": rev})


def before(db: sa.Connection, room: RoomId, seq: Seq, limit: int) -> list[Message]:
    """The last *limit* messages below *seq*, ascending."""
    return _all(db, _BEFORE, room, seq, limit)[::-1]


def after(db: sa.Connection, room: RoomId, seq: Seq, limit: int) -> list[Message]:
    """The first *limit* messages above *seq*, ascending."""
    return _all(db, _AFTER, room, seq, limit)


def _all(db: sa.Connection, statement: Any, room: RoomId, seq: Seq, limit: int) -> list[Message]:
    rows = db.execute(statement, {"room_": room, "seq_": seq, "limit_": limit})
    return [Message(*row) for row in rows]
