"""Messages: stored, found by seq or nonce, changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
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
_BY_NONCE = sa.select(
    messages.c.room,
    messages.c.author,
    messages.c.nonce,
    messages.c.seq,
    messages.c.posted_rev,
    messages.c.created,
    messages.c.body_hash,
).where(sa.tuple_(messages.c.room, messages.c.author, messages.c.nonce).in_(sa.bindparam("keys_", expanding=True)))
_INSERT = messages.insert()
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


@attrs.frozen
class NewMessage:
    """A message about to be stored, its numbers given."""

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
        for room, author, nonce, seq, rev, created, body_hash in db.execute(_BY_NONCE, {"keys_": wanted})
    }


def add(db: sa.Connection, new: Sequence[NewMessage]) -> None:
    """Stores the messages."""
    if new:
        db.execute(
            _INSERT,
            [
                {
                    "room": one.room,
                    "seq": one.seq,
                    "rev": one.rev,
                    "posted_rev": one.rev,
                    "author": one.author,
                    "nonce": one.nonce,
                    "body_hash": one.body_hash,
                    "text": one.text,
                    "created": one.created,
                    "edited": None,
                    "deleted": None,
                }
                for one in new
            ],
        )


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
