"""What can be asked of the chat: one closed, strictly typed Struct for each command.

The WebSocket door reads them as they stand, tagged by `type`; the HTTP door reads most of them from a body, with
the room and seq taken from the path.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from webchat.model.bots import Scope
from webchat.model.files import FILES_PER_MESSAGE
from webchat.model.ids import MAX_INT, Rev, RoomId, Seq, UserId
from webchat.model.users import Locale, Status

PositiveInt = Annotated[int, Meta(ge=1, le=MAX_INT)]
NaturalInt = Annotated[int, Meta(ge=0, le=MAX_INT)]
RequestId = Annotated[int, Meta(ge=0, le=MAX_INT)]
Room = Annotated[RoomId, Meta(ge=1, le=MAX_INT)]
ASeq = Annotated[Seq, Meta(ge=1, le=MAX_INT)]
# Its characters are checked by `check_nonce`.
Nonce = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"pattern": "^[!-~]+$"})]

# Of a file that was brought.
FileId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$(?!\\n)")]
FileIds = Annotated[tuple[FileId, ...], Meta(max_length=FILES_PER_MESSAGE)]

# Longer than the limit, so that a text a little too long gets the refusal that says so.
Text = Annotated[str, Meta(max_length=60_000)]

MAX_ROOMS_IN_HELLO = 2_000
MAX_WATCHED = 500
"""People that one connection watches besides a room."""


class Command(Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """A frame from a client; `type` names the class.  *scope*: what the token must be good for."""

    scope: ClassVar[Scope] = "write"


class Hello(Command, frozen=True, tag="hello"):
    """Who I am and what I hold: always the first frame.  *rooms*: room id → the rev held."""

    scope: ClassVar[Scope] = "read"
    token: Annotated[str, Meta(max_length=200)] | None = None
    epoch: Annotated[str, Meta(max_length=64)] | None = None
    rooms: Annotated[
        dict[Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,15}$(?!\n)")], NaturalInt], Meta(max_length=MAX_ROOMS_IN_HELLO)
    ] = {}


class Forward(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Which message is passed on."""

    room: Room
    seq: ASeq


class PostMessage(Command, frozen=True, tag="post", gc=False):
    """Say something in a room.  The same nonce again gets the same answer, and nothing is posted twice.

    *reply*: the seq of the message that this one answers.  *thread*: the seq of the one that began its thread.
    *forward*: a message, of any room of mine, that is said here again: *text* is then empty.
    *files*: ids of files that were brought to the room; with one, the text may be empty.
    *action*: the text says what I do, to be read after my name.
    """

    id: RequestId
    room: Room
    text: Text
    nonce: Nonce | None = None
    reply: ASeq | None = None
    thread: ASeq | None = None
    forward: Forward | None = None
    files: FileIds = ()
    action: bool = False


class RunCommand(Command, frozen=True, tag="command"):
    """A line that begins with a slash: have it carried out.  One that begins with two is said, with one.

    *nonce*, *thread*: for what it posts.  *language*: in which I am answered; else in that of my account.
    """

    id: RequestId
    room: Room
    text: Text
    nonce: Nonce | None = None
    thread: ASeq | None = None
    language: Locale | None = None


class EditMessage(Command, frozen=True, tag="edit"):
    """Replace the text of one's own message.  *if_rev*: only if the row still has this rev."""

    id: RequestId
    room: Room
    seq: ASeq
    text: Text
    if_rev: Annotated[Rev, Meta(ge=1, le=MAX_INT)] | None = None


class DeleteMessage(Command, frozen=True, tag="delete"):
    """Turn a message into a tombstone: one's own, or as moderator anybody's."""

    id: RequestId
    room: Room
    seq: ASeq


class MarkRead(Command, frozen=True, tag="read"):
    """I have read up to *seq*: the mark only rises, and never passes the room's seq."""

    scope: ClassVar[Scope] = "read"
    id: RequestId
    room: Room
    seq: Annotated[Seq, Meta(ge=0, le=MAX_INT)]


class JoinRoom(Command, frozen=True, tag="join"):
    """Become a member of a public room."""

    scope: ClassVar[Scope] = "rooms"
    id: RequestId
    room: Room


class LeaveRoom(Command, frozen=True, tag="leave"):
    """Stop being a member."""

    scope: ClassVar[Scope] = "rooms"
    id: RequestId
    room: Room


class ShowTyping(Command, frozen=True, tag="typing"):
    """I am writing: passed on to the room, or dropped."""

    room: Room
    id: RequestId | None = None


class ShowActivity(Command, frozen=True, tag="active"):
    """Somebody sits at this device; or, *idle*, has not touched it for a while."""

    scope: ClassVar[Scope] = "read"
    idle: bool
    id: RequestId | None = None


class SetStatus(Command, frozen=True, tag="status"):
    """What I want others to see of me."""

    id: RequestId
    status: Status


class Watch(Command, frozen=True, tag="watch"):
    """Tell me who is here, of a room and of these people, from now on: in place of what I watched before."""

    scope: ClassVar[Scope] = "read"
    id: RequestId
    room: Room | None = None
    users: Annotated[tuple[Annotated[UserId, Meta(ge=1, le=MAX_INT)], ...], Meta(max_length=MAX_WATCHED)] = ()


class MarkDraft(Command, frozen=True, tag="draft"):
    """I have begun to write something in the room that is not sent yet; or have no more."""

    scope: ClassVar[Scope] = "read"
    id: RequestId
    room: Room
    draft: bool


class Sync(Command, frozen=True, tag="sync"):
    """Give me what changed in the room after *rev*."""

    scope: ClassVar[Scope] = "read"
    id: RequestId
    room: Room
    rev: Annotated[Rev, Meta(ge=0, le=MAX_INT)]


class LookUpUsers(Command, frozen=True, tag="users"):
    """Who are these people?"""

    scope: ClassVar[Scope] = "read"
    id: RequestId
    ids: Annotated[tuple[Annotated[UserId, Meta(ge=1, le=MAX_INT)], ...], Meta(min_length=1, max_length=200)]


class Ping(Command, frozen=True, tag="ping"):
    """Are you there?"""

    scope: ClassVar[Scope] = "read"
    id: RequestId


class React(Command, frozen=True, tag="react"):
    """Give an emoji to a message, or, not *on*, take it back: however often it is said."""

    id: RequestId
    room: Room
    seq: ASeq
    emoji: Annotated[str, Meta(min_length=1, max_length=64)]
    on: bool


class Pin(Command, frozen=True, tag="pin"):
    """Pin a message to the room, or, not *on*, take it down."""

    id: RequestId
    room: Room
    seq: ASeq
    on: bool


class MarkUnread(Command, frozen=True, tag="unread"):
    """From *seq* on I want it to count as unread, though I have seen it."""

    scope: ClassVar[Scope] = "read"
    id: RequestId
    room: Room
    seq: ASeq


Frame = (
    Hello
    | PostMessage
    | RunCommand
    | EditMessage
    | DeleteMessage
    | MarkRead
    | JoinRoom
    | LeaveRoom
    | ShowTyping
    | ShowActivity
    | SetStatus
    | Watch
    | MarkDraft
    | React
    | Pin
    | MarkUnread
    | Sync
    | LookUpUsers
    | Ping
)
"""Everything a client may send."""
