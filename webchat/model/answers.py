"""What the use cases answer; both doors put these on the wire as they stand."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from webchat.model.announcements import Announcement
from webchat.model.events import Message, Row
from webchat.model.extras import File
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.rooms import Level, MemberRole, RoomKind, RoomState
from webchat.model.slash import NoticeCode
from webchat.model.users import Me, SessionView, State, UserCard

RegistrationPolicy = Literal["open", "invitation", "closed"]


class Posted(Struct, frozen=True, omit_defaults=True, gc=False):
    """A message is stored: its number, the room's rev, when.  *duplicate*: it had been stored before."""

    room: RoomId
    seq: Seq
    rev: Rev
    created: Millis
    duplicate: bool = False


class PostedOk(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="ok", gc=False):
    """The same as the answer to the request number *id*, ready for the wire: the answer that is given most often."""

    id: int
    room: RoomId
    seq: Seq
    rev: Rev
    created: Millis
    duplicate: bool = False


class Noted(Struct, frozen=True):
    """What a command answers, for who gave it alone: *text* in her language, *code* for programs."""

    code: NoticeCode
    text: str


class Ran(Struct, frozen=True, omit_defaults=True):
    """A command has been carried out.  *posted*: what it has said in the room.  *notice*: what it tells the caller."""

    room: RoomId
    posted: Posted | None = None
    notice: Noted | None = None


class CommandEntry(Struct, frozen=True, omit_defaults=True):
    """A command that can be given in a room.  *hint*: what may follow its name.  *user*: the bot whose it is."""

    name: str
    hint: str
    description: str
    user: UserCard | None = None


class CommandView(Struct, frozen=True):
    """A command of a bot, for the bot and who answers for it.

    *url*: where it is told; null: to the bot's connections.  *failures*: how often in a row nobody answered there, and
    *failure* why the last time; *resting*: since when it is not told there any more because of that.
    """

    id: int
    name: str
    hint: str
    description: str
    url: str | None
    created: Millis
    failures: int
    failure: str | None
    resting: Millis | None


class Changed(Struct, frozen=True):
    """The change is stored: the row's rev (unchanged where nothing had to change)."""

    room: RoomId
    rev: Rev


class Marked(Struct, frozen=True):
    """The read mark now."""

    room: RoomId
    seq: Seq


class Page(Struct, frozen=True, omit_defaults=True):
    """A stretch of a room's history, ascending by seq, read in one snapshot at *rev*.

    *users* are the cards of the authors.  *at_start*: nothing older exists; *at_end*: nothing newer.  *quoted*: what
    these messages answer, as far as it is not among them.  *reacted*: by seq, those of the reader's own reactions of
    which the message names only some of the people who gave them.
    """

    room: RoomId
    epoch: str
    seq: Seq
    rev: Rev
    messages: tuple[Message, ...]
    users: tuple[UserCard, ...]
    at_start: bool
    at_end: bool
    quoted: tuple[Message, ...] = ()
    reacted: dict[str, tuple[str, ...]] = {}


class Thread(Struct, frozen=True):
    """A stretch of a thread, ascending by seq, read in one snapshot at the room's *rev*.

    *first*: the message that began it.  *users*, *quoted*, *at_start*, *at_end*: as those of a Page.
    """

    room: RoomId
    epoch: str
    rev: Rev
    first: Message
    messages: tuple[Message, ...]
    users: tuple[UserCard, ...]
    at_start: bool
    at_end: bool
    quoted: tuple[Message, ...] = ()


class Threads(Struct, frozen=True):
    """Messages that began threads, the one whose thread was added to last first; *next* is null on the last page."""

    room: RoomId
    threads: tuple[Message, ...]
    users: tuple[UserCard, ...]
    next: str | None


class Revision(Struct, frozen=True):
    """What a message said from *written* on, until it was edited."""

    text: str
    written: Millis


class Revisions(Struct, frozen=True):
    """All that a message said before, the first first; what it says now is in the message."""

    revisions: tuple[Revision, ...]


class Changes(Struct, frozen=True):
    """Rows of a room above the rev asked for, each once, latest state, rising rev; the reader then holds *rev*."""

    room: RoomId
    epoch: str
    rev: Rev
    rows: tuple[Row, ...]


class MemberEntry(Struct, frozen=True):
    """One line of a room's member list.  *silenced*: until when she may not post here, told to moderators only."""

    user: UserCard
    role: Literal["owner", "moderator", "member"]
    silenced: Millis | None = None


class Invitation(Struct, frozen=True):
    """Where an invitation leads, for whoever has its code: *room* null where it is for the server alone."""

    room: RoomId | None
    title: str
    topic: str
    members: int
    invited_by: UserCard | None
    expires: Millis


class PresentEntry(Struct, frozen=True):
    """One line of the list of those members of a room who are here, or who were asked for."""

    user: UserCard
    role: MemberRole
    state: State


class Watched(Struct, frozen=True, omit_defaults=True):
    """The states, as they are now, of the watched people who are not offline; and those of the members of *room*.

    *count*: how many of the members are here; *members* lists the first 2,000 of them.
    """

    online: tuple[tuple[UserId, State], ...]
    room: RoomId | None = None
    count: int | None = None
    members: tuple[tuple[UserId, State], ...] | None = None


class Place(Struct, frozen=True):
    """Somebody's own place in a room, as she alone knows it."""

    room: RoomId
    read: Seq
    level: Level
    muted: Millis | None
    draft: Millis | None
    unread_from: Seq | None = None


class Reactors(Struct, frozen=True):
    """Who gave a reaction, in the order of their ids; *next* is null on the last page."""

    users: tuple[UserCard, ...]
    next: UserId | None


class Pins(Struct, frozen=True):
    """What is pinned to a room, the newest pin first; *users* are the authors, *next* is null on the last page."""

    messages: tuple[Message, ...]
    users: tuple[UserCard, ...]
    next: str | None


class RoomCard(Struct, frozen=True):
    """What a room is called, for somebody who belongs to it; a direct one has no *title*."""

    room: RoomId
    kind: RoomKind
    title: str
    picture: str | None


class Mentions(Struct, frozen=True):
    """Messages that mean the reader, newest first, with their authors and rooms; *next* is null on the last page."""

    messages: tuple[Message, ...]
    users: tuple[UserCard, ...]
    rooms: tuple[RoomCard, ...]
    next: str | None


class SearchHit(Struct, frozen=True, omit_defaults=True):
    """A message that was looked for, and those next to it in the room.

    *ranges*: where in its text stands what was looked for, [start, end) in code points.  *names*: where in the names of
    its files, [number of the file, start, end).
    """

    message: Message
    ranges: tuple[tuple[int, int], ...] = ()
    names: tuple[tuple[int, int, int], ...] = ()
    before: Message | None = None
    after: Message | None = None


class SearchPage(Struct, frozen=True):
    """What was found; *users* are the cards of the authors.  *next*: where the next page begins, null on the last."""

    hits: tuple[SearchHit, ...]
    users: tuple[UserCard, ...]
    next: str | None


class ReadAll(Struct, frozen=True):
    """How many rooms had something unread."""

    rooms: int


class Limits(Struct, frozen=True):
    """What the server takes: characters (code points) and bytes; *files*: so many of *file* bytes each a message."""

    message: int
    title: int
    topic: int
    display_name: int
    name: int
    password_min: int
    password_max: int
    frame_bytes: int
    page: int
    file: int = 0
    files: int = 0


class Server(Struct, frozen=True):
    """What anybody may know about the server.  *build* changes with the browser interface's files.

    *guests*: one may look round without an account.  *terms*: there are terms to read before registering.  *creating*:
    who makes rooms.  *sign_in*: the address at which one signs in; null: here.  *robot*: the account that answers what
    is said to it; null where there is none.  *robot_asks*: what is said to it goes to a language model.
    """

    title: str
    version: str
    build: str
    registration: RegistrationPolicy
    needs_setup: bool
    limits: Limits
    guests: bool = False
    terms: bool = False
    creating: Literal["all", "admins"] = "all"
    sign_in: str | None = None
    robot: UserCard | None = None
    robot_asks: bool = False


class Welcome(Struct, frozen=True, tag_field="type", tag="welcome"):
    """The answer to `hello`: who you are, and every room you belong to with the rev live events start from.

    *announcement*: the current one, unless you have dismissed it.
    """

    user: Me
    session: SessionView
    epoch: str
    rooms: tuple[RoomState, ...]
    server: Server
    now: Millis
    announcement: Announcement | None = None


class SharedFile(Struct, frozen=True):
    """A file, and the message of its room that has it."""

    seq: Seq
    author: UserId
    created: Millis
    file: File


class FilePage(Struct, frozen=True):
    """Files of a room's messages, the newest first; *next* is where the next page begins, None at the end."""

    files: tuple[SharedFile, ...]
    next: str | None
