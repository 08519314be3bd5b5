"""What happened in a room: whole current rows, each stamped with the room's rev; and the passing signs.

An event is the row itself, so applying one twice, or late, does no harm.  The idea is that of IMAP CONDSTORE
(RFC 7162): a room is a versioned collection.
"""

from __future__ import annotations

from msgspec import Struct

from webchat.model.announcements import Announcement, Dismissed
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.rooms import MemberRole, Right, RoomKind, RoomState
from webchat.model.users import UserCard


# gc=False: nothing in it can refer back to it, so the collector need not look.
class Message(Struct, frozen=True, tag_field="type", tag="message", omit_defaults=True, gc=False):
    """A message: number *seq* in its room.  Deleting leaves it as a tombstone: *deleted* set, *text* empty."""

    room: RoomId
    rev: Rev
    seq: Seq
    author: UserId
    text: str
    created: Millis
    nonce: str | None = None
    edited: Millis | None = None
    deleted: Millis | None = None


class Member(Struct, frozen=True, tag_field="type", tag="member", omit_defaults=True):
    """A membership as the room sees it (what is private to its owner is not here)."""

    room: RoomId
    rev: Rev
    user: UserCard
    role: MemberRole
    joined_rev: Rev
    left: bool = False


class RoomRow(Struct, frozen=True, tag_field="type", tag="room", omit_defaults=True):
    """The room's own row: kind, title, topic, rights, archived or not.  *deleted*: it is gone, and nothing follows."""

    room: RoomId
    rev: Rev
    kind: RoomKind
    title: str
    topic: str
    created: Millis
    archived: Millis | None
    posting: Right
    inviting: Right
    slow: int
    picture: str | None = None
    deleted: Millis | None = None


Row = Message | Member | RoomRow
"""A durable event: it carries a rev, and is delivered to every member."""


def key_of(row: Row) -> tuple[str, int]:
    """Which row of the room this is a state of: a later event with the same key replaces it."""
    if isinstance(row, Message):
        return ("message", row.seq)
    if isinstance(row, Member):
        return ("member", row.user.id)
    return ("room", 0)


class Block(Struct, frozen=True):
    """Rows of a room above a rev, each in its latest state, in rising rev; after them the reader holds *rev*."""

    room: RoomId
    rows: tuple[Row, ...]
    rev: Rev


class Syncing(Struct, frozen=True, tag_field="type", tag="syncing"):
    """A block of a room begins."""

    room: RoomId


class Synced(Struct, frozen=True, tag_field="type", tag="synced"):
    """A block has ended: the reader now holds *rev*."""

    room: RoomId
    rev: Rev


class Reset(Struct, frozen=True, tag_field="type", tag="reset"):
    """Too much has changed to tell: drop the room's rows, hold *rev*, load the newest page."""

    room: RoomId
    rev: Rev


class Joined(Struct, frozen=True, tag_field="type", tag="joined"):
    """Told to the connections of somebody who has just become a member: the room, and where live events start."""

    room: RoomState


class ReadMark(Struct, frozen=True, tag_field="type", tag="read"):
    """One's own read mark, moved by another of one's devices."""

    room: RoomId
    seq: Seq


class Typing(Struct, frozen=True, tag_field="type", tag="typing"):
    """Somebody is writing: no rev, at most once, shown for a few seconds."""

    room: RoomId
    user: UserId


class OpenReports(Struct, frozen=True, tag_field="type", tag="report"):
    """How many reports wait for the one who is told, up to 100."""

    open: int


Event = Row | Syncing | Synced | Reset | Joined | ReadMark | Typing | Announcement | Dismissed | OpenReports
"""Everything that is told unasked."""
