"""What a post carries besides its text: looked up before it gets its number, and part of what its nonce stands for."""

from __future__ import annotations

import hashlib

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from webchat.model.commands import PostMessage
from webchat.model.ids import RoomId, Seq
from webchat.model.refusals import BadRequest, NoSuchMessage, Refusal
from webchat.store import messages

_encoder = msgspec.json.Encoder()


class Carried(Struct, frozen=True, omit_defaults=True, gc=False):
    """*reply*: which message it answers.  *thread*: the one that began its thread.  *files*: their ids."""

    reply: Seq | None = None
    thread: Seq | None = None
    files: tuple[str, ...] = ()


def carried_by(command: PostMessage) -> Carried | None:
    """What *command* carries; None for most, which are text alone."""
    if command.reply is None and command.thread is None and not command.files:
        return None
    return Carried(command.reply, command.thread, command.files)


def hash_of(text: str, carried: Carried | None) -> bytes:
    """SHA-256 of all that was posted: what "the same body" means."""
    said = hashlib.sha256(text.encode())
    if carried is not None:
        # No text holds a NUL, so nothing else is hashed alike.
        said.update(b"\0" + _encoder.encode(carried))
    return said.digest()


def look_up(db: sa.Connection, room: RoomId, carried: Carried) -> Refusal | None:
    """Why the post cannot carry this; None if it can: what it answers is there."""
    if carried.reply is not None and messages.maybe(db, room, carried.reply) is None:
        return NoSuchMessage(field="reply")
    if carried.thread is not None:
        root = messages.maybe(db, room, carried.thread)
        if root is None:
            return NoSuchMessage(field="thread")
        if root.thread is not None:
            return BadRequest("A thread begins with a message that belongs to no other.", field="thread")
    return None
