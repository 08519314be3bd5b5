"""What a post carries besides its text: looked up before it gets its number, and part of what its nonce stands for."""

from __future__ import annotations

import hashlib

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from webchat.model.commands import Forward, PostMessage
from webchat.model.events import Message
from webchat.model.extras import Extras, Forwarded
from webchat.model.ids import RoomId, Seq, UserId
from webchat.model.refusals import BadRequest, NoSuchMessage, Refusal
from webchat.model.text import message_text
from webchat.store import memberships, messages, rooms

_encoder = msgspec.json.Encoder()


class Carried(Struct, frozen=True, omit_defaults=True, gc=False):
    """*reply*: which message it answers.  *thread*: the one that began its thread.  *forward*: what is passed on.

    *files*: their ids.  *action*: its text says what its author does.  *streaming*: its text is going to grow.
    """

    reply: Seq | None = None
    thread: Seq | None = None
    forward: Forward | None = None
    files: tuple[str, ...] = ()
    action: bool = False
    streaming: bool = False


def carried_by(command: PostMessage) -> Carried | None:
    """What *command* carries; None for most, which are text alone."""
    is_linked = command.reply is not None or command.thread is not None or command.forward is not None
    if not (is_linked or command.files or command.action):
        return None
    return Carried(command.reply, command.thread, command.forward, command.files, command.action)


def text_of(command: PostMessage) -> str:
    """The text of the post: none where it passes on what somebody has said, and none needed where it brings files.

    Raises as `message_text`, BadRequest.
    """
    if command.forward is None:
        return message_text(command.text, may_be_empty=bool(command.files) and not command.action)
    if command.text or command.files or command.action:
        raise BadRequest("What is passed on is not added to: say it in a message of its own.", field="text")
    return ""


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


def passed_on(db: sa.Connection, author: UserId, forward: Forward) -> tuple[str, Extras] | Refusal:
    """What a post says that passes *forward* on: its text, what goes with it, and who said it first.

    A message that *author* cannot read is as one that does not exist.  Its room's row is read, not held: she may read
    it at this moment.
    """
    message = _readable(db, author, forward)
    if message is None:
        return NoSuchMessage(field="forward")
    # Passed on again, it is still the words of whoever said them first.
    said = message.forwarded
    if said is None:
        said = Forwarded(message.author, message.created, message.room, message.seq)
    if said.room is not None:
        origin = rooms.maybe(db, said.room)
        if origin is None or origin.kind != "public" or origin.deleted is not None:
            said = Forwarded(said.author, said.created)
    return message.text, Extras(files=message.files, forwarded=said, action=message.action)


def _readable(db: sa.Connection, reader: UserId, wanted: Forward) -> Message | None:
    room = rooms.maybe(db, wanted.room)
    place = memberships.maybe(db, wanted.room, reader)
    if room is None or room.deleted is not None or place is None or not place.is_active:
        return None
    message = messages.maybe(db, wanted.room, wanted.seq)
    return None if message is None or message.deleted is not None else message
