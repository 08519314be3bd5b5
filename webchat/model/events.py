"""What happened in a room: whole current rows, each stamped with the room's rev; and the passing signs.

An event is the row itself, so applying one twice, or late, does no harm.  The idea is that of IMAP CONDSTORE
(RFC 7162): a room is a versioned collection.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from webchat.model.announcements import Announcement, Dismissed
from webchat.model.extras import Everyone, File, Forwarded, Preview, Reaction
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.rooms import Level, MemberRole, Right, RoomKind, RoomState
from webchat.model.slash import NoticeCode
from webchat.model.users import ContactState, Locale, Me, State, Status, UserCard


# gc=False: nothing in it can refer back to it, so the collector need not look.
class Message(Struct, frozen=True, tag_field="type", tag="message", omit_defaults=True, gc=False):
    """A message: number *seq* in its room.  Deleting leaves it as a tombstone: *deleted* set, *text* empty.

    *reply*: the seq of the message it answers.  *thread*: the seq of the one that began its thread, which counts its
    *replies*.  *mentions*: who is meant by it, *everyone* or those who are here besides.
    *action*: the text says what its author does ("waves"), to be read after her name.  *streaming*: the text is still
    growing, as the robot's does while it is being told what to say; growing is no editing.
    """

    room: RoomId
    rev: Rev
    seq: Seq
    author: UserId
    text: str
    created: Millis
    nonce: str | None = None
    edited: Millis | None = None
    deleted: Millis | None = None
    reply: Seq | None = None
    thread: Seq | None = None
    replies: int = 0
    last_reply: Millis | None = None
    pinned: Millis | None = None
    files: tuple[File, ...] = ()
    mentions: tuple[UserId, ...] = ()
    everyone: Everyone | None = None
    reactions: tuple[Reaction, ...] = ()
    forwarded: Forwarded | None = None
    previews: tuple[Preview, ...] = ()
    action: bool = False
    streaming: bool = False


class Member(Struct, frozen=True, tag_field="type", tag="member", omit_defaults=True):
    """A membership as the room sees it (what is private to its owner is not here)."""

    room: RoomId
    rev: Rev
    user: UserCard
    role: MemberRole
    joined_rev: Rev
    left: bool = False


class RoomRow(Struct, frozen=True, tag_field="type", tag="room", omit_defaults=True):
    """The room's own row: kind, title, topic, rights, archived or not.  *deleted*: it is gone, and nothing follows.

    *retention*: days after which messages are removed; null as the server says, 0 never.  *floor*: up to this seq they
    have been.
    """

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
    mentioning: Right
    picture: str | None = None
    deleted: Millis | None = None
    retention: int | None = None
    floor: Seq = Seq(0)


Row = Message | Member | RoomRow
"""A durable event: it carries a rev, and is delivered to every member."""


def ends_room(row: Row) -> bool:
    """Whether *row* says that its room is gone: nothing follows it."""
    return type(row) is RoomRow and row.deleted is not None


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


class Removed(Struct, frozen=True, tag_field="type", tag="removed", omit_defaults=True):
    """Told to somebody who has been taken out of a room, just before her own last row: whether she is banned, too.

    *until*: when the ban ends; none for a removal, or a ban for good.
    """

    room: RoomId
    banned: bool = False
    reason: str = ""
    until: Millis | None = None


class SilencedUntil(Struct, frozen=True, tag_field="type", tag="silenced"):
    """Told to somebody whom a moderator has silenced in a room, until when; null: she may write again."""

    room: RoomId
    until: Millis | None


class PlaceRow(Struct, frozen=True, tag_field="type", tag="place"):
    """One's own place in a room, changed by another of one's devices: the whole of it, as it is now.

    *muted*: until when one wants to hear nothing of the room.  *draft*: since when one has something unsent there.
    *unread_from*: from which seq on one wants it to count as unread, whatever *read* says.
    """

    room: RoomId
    read: Seq
    level: Level
    muted: Millis | None
    draft: Millis | None
    unread_from: Seq | None = None


class StatusMark(Struct, frozen=True, tag_field="type", tag="status"):
    """What one wants others to see of oneself, changed by another of one's devices."""

    status: Status


class Seen(Struct, frozen=True, tag_field="type", tag="presence", omit_defaults=True):
    """States of people that have changed: no rev, at most once.

    *room*: these are members of the room, *count* of which are here now; none: they are watched by themselves.
    """

    users: tuple[tuple[UserId, State], ...]
    room: RoomId | None = None
    count: int | None = None


class Typing(Struct, frozen=True, tag_field="type", tag="typing"):
    """Somebody is writing: no rev, at most once, shown for a few seconds."""

    room: RoomId
    user: UserId


class UserChanged(Struct, frozen=True, tag_field="type", tag="user"):
    """Somebody with whom one shares a room has another name or picture now: no rev, may get lost."""

    user: UserCard


class MeChanged(Struct, frozen=True, tag_field="type", tag="me"):
    """One's own account, as it is now."""

    user: Me


class ContactChanged(Struct, frozen=True, tag_field="type", tag="contact", omit_defaults=True):
    """How somebody stands to oneself now.  *note*: what came with her request.  *blocked*: by oneself."""

    user: UserCard
    state: ContactState
    note: str = ""
    blocked: bool = False


class PreferencesChanged(Struct, frozen=True, tag_field="type", tag="preferences"):
    """One's own settings that were changed: each with its value, null where it is gone."""

    changed: dict[str, Any]


class OpenReports(Struct, frozen=True, tag_field="type", tag="report"):
    """How many reports wait for the one who is told, up to 100."""

    open: int


class Notice(Struct, frozen=True, tag_field="type", tag="notice", omit_defaults=True):
    """What becomes of a command that one has given, a moment later: told to oneself alone, and kept nowhere.

    *code*: `reply` for the words of the bot *user*, `no_answer` where it has said none.  *command*: its name.
    *thread*: where it was given.
    """

    room: RoomId
    code: NoticeCode
    text: str
    command: str
    user: UserCard
    thread: Seq | None = None


class CommandGiven(Struct, frozen=True, tag_field="type", tag="command", omit_defaults=True):
    """Told to a bot: *user* has given its command *name* in a room, followed by *text*.

    *token*: with which it answers.  *language*: of the person.
    """

    room: RoomId
    name: str
    text: str
    user: UserCard
    language: Locale
    token: str
    thread: Seq | None = None


Private = (
    ReadMark
    | PlaceRow
    | StatusMark
    | Removed
    | SilencedUntil
    | MeChanged
    | ContactChanged
    | PreferencesChanged
    | Dismissed
    | OpenReports
    | Notice
    | CommandGiven
)
"""Told to the connections of one person alone."""

Event = Row | Syncing | Synced | Reset | Joined | Seen | Typing | UserChanged | Announcement | Private
"""Everything that is told unasked."""
