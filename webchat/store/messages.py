"""Messages: stored, found by seq or nonce, changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import attrs
import sqlalchemy as sa
from msgspec.structs import astuple, replace

from webchat.model.events import Message
from webchat.model.extras import Extras, packed, unpacked
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import Conflict, NoSuchMessage
from webchat.store import files
from webchat.store.driver import Many
from webchat.store.schema import mentions, messages, reactions, revisions

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
    messages.c.reply,
    messages.c.thread,
    messages.c.replies,
    messages.c.last_reply,
    messages.c.pinned,
    messages.c.extras,
)
_IN_ROOM = messages.c.room == sa.bindparam("room_")
_SOME = (
    sa.select(*COLUMNS)
    .where(_IN_ROOM, messages.c.seq.in_(sa.bindparam("seqs_", expanding=True)))
    .order_by(messages.c.seq)
)
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
    "WITH k (room, seq, rev, author, nonce, body_hash, body, created, reply, thread, extras) AS (VALUES {rows}) "
    "INSERT INTO messages "
    "(room, seq, rev, posted_rev, author, nonce, body_hash, text, created, reply, thread, extras) "
    "SELECT room, seq, rev, rev, author, nonce, body_hash, body, created, reply, thread, extras FROM k",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
    "text",
    "bytea",
    "text",
    "bigint",
    "bigint",
    "bigint",
    "text",
)
_EDIT = (
    messages.update()
    .where(_IN_ROOM, messages.c.seq == sa.bindparam("seq_"))
    .values(
        text=sa.bindparam("text_"),
        edited=sa.bindparam("edited_"),
        rev=sa.bindparam("rev_"),
        said_rev=sa.bindparam("rev_"),
    )
)
_DELETE = (
    messages.update()
    .where(_IN_ROOM, messages.c.seq == sa.bindparam("seq_"))
    .values(
        text="",
        extras=None,
        pinned=None,
        deleted=sa.bindparam("deleted_"),
        rev=sa.bindparam("rev_"),
        said_rev=sa.bindparam("rev_"),
    )
)
_DELETE_WITH_IT = [
    table.delete().where(table.c.room == sa.bindparam("room_"), table.c.seq == sa.bindparam("seq_"))
    for table in (revisions, reactions, mentions)
]
# One more in each of these threads, of which this was the last.
_COUNT_REPLIES = Many(
    "WITH k (room, seq, number, at, rev) AS (VALUES {rows}) UPDATE messages "
    "SET replies = messages.replies + k.number, last_reply = k.at, rev = k.rev FROM k "
    "WHERE messages.room = k.room AND messages.seq = k.seq",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
)
_SET_EXTRAS = (
    messages.update()
    .where(_IN_ROOM, messages.c.seq == sa.bindparam("seq_"))
    .values(extras=sa.bindparam("extras_"), rev=sa.bindparam("rev_"))
)
_GROW = _SET_EXTRAS.values(text=sa.bindparam("text_"))
# For those who are told of each new message once, it is new when it is complete.
_COMPLETE = _GROW.values(posted_rev=sa.bindparam("rev_"))
_SET_REACTIONS = _SET_EXTRAS.values(reacted_rev=sa.bindparam("rev_"))
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
    reply: Seq | None = None
    thread: Seq | None = None
    extras: str | None = None


class MoreReplies(NamedTuple):
    """How many messages were added to the thread that *seq* began, the last of them at *at*: its row's change."""

    room: RoomId
    seq: Seq
    number: int
    at: Millis
    rev: Rev


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
    return None if row is None else message_of(row)


def some(db: sa.Connection, room: RoomId, seqs: Iterable[Seq]) -> list[Message]:
    """Those of the room's messages that are there, ascending."""
    wanted = sorted(set(seqs))
    return [message_of(row) for row in db.execute(_SOME, {"room_": room, "seqs_": wanted})] if wanted else []


def standing(db: sa.Connection, room: RoomId, seq: Seq) -> Message:
    """Message number *seq* of the room.  Raises NoSuchMessage, and Conflict for one that has been deleted."""
    message = maybe(db, room, seq)
    if message is None:
        raise NoSuchMessage
    if message.deleted is not None:
        raise Conflict("The message has been deleted.")
    return message


def message_of(row: Sequence[Any]) -> Message:
    """The message in a row of COLUMNS."""
    stored = row[-1]
    if stored is None:
        return Message(*row[:-1])
    return Message(*row[:-1], *astuple(unpacked(stored)))


def as_told(new: NewMessage) -> Message:
    """What the room is told of a message that has just been stored."""
    told = (new.room, new.rev, new.seq, new.author, new.text, new.created, new.nonce)
    if new.reply is None and new.thread is None and new.extras is None:
        return Message(*told)
    return message_of((*told, None, None, new.reply, new.thread, 0, None, None, new.extras))


def extras_of(message: Message) -> Extras:
    """What *message* holds besides its text."""
    return Extras(*(getattr(message, name) for name in Extras.__struct_fields__))


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


def count_replies(db: sa.Connection, more: Sequence[MoreReplies]) -> None:
    """Counts the new messages of threads in the rows that began them."""
    _COUNT_REPLIES.run(db, more)


def set_extras(db: sa.Connection, room: RoomId, seq: Seq, extras: Extras, rev: Rev) -> None:
    """Replaces what the message holds besides its text, as the room's change number *rev*."""
    db.execute(_SET_EXTRAS, {"room_": room, "seq_": seq, "extras_": packed(extras), "rev_": rev})


def set_reactions(db: sa.Connection, room: RoomId, seq: Seq, extras: Extras, rev: Rev) -> None:
    """As *set_extras*, where it is the reactions that have changed."""
    db.execute(_SET_REACTIONS, {"room_": room, "seq_": seq, "extras_": packed(extras), "rev_": rev})


def edit(db: sa.Connection, room: RoomId, seq: Seq, text: str, now: Millis, rev: Rev) -> None:
    """Replaces the text, as the room's change number *rev*."""
    db.execute(_EDIT, {"room_": room, "seq_": seq, "text_": text, "edited_": now, "rev_": rev})


def grow(db: sa.Connection, message: Message, text: str, rev: Rev, is_complete: bool) -> None:
    """Replaces the text of a message that is streaming, as the room's change number *rev*: no editing of it."""
    extras = packed(replace(extras_of(message), streaming=not is_complete))
    named = {"room_": message.room, "seq_": message.seq, "text_": text, "extras_": extras, "rev_": rev}
    db.execute(_COMPLETE if is_complete else _GROW, named)


def delete(db: sa.Connection, room: RoomId, seq: Seq, now: Millis, rev: Rev) -> list[str]:
    """Leaves a tombstone: text and files are gone for good.  Answers the contents of the files (see `store.files`)."""
    db.execute(_DELETE, {"room_": room, "seq_": seq, "deleted_": now, "rev_": rev})
    for statement in _DELETE_WITH_IT:
        db.execute(statement, {"room_": room, "seq_": seq})
    return files.remove_of_message(db, room, seq)


def before(db: sa.Connection, room: RoomId, seq: Seq, limit: int) -> list[Message]:
    """The last *limit* messages below *seq*, ascending."""
    return _all(db, _BEFORE, room, seq, limit)[::-1]


def after(db: sa.Connection, room: RoomId, seq: Seq, limit: int) -> list[Message]:
    """The first *limit* messages above *seq*, ascending."""
    return _all(db, _AFTER, room, seq, limit)


def _all(db: sa.Connection, statement: Any, room: RoomId, seq: Seq, limit: int) -> list[Message]:
    rows = db.execute(statement, {"room_": room, "seq_": seq, "limit_": limit})
    return [message_of(row) for row in rows]
