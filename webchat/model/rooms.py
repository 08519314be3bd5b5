"""Rooms and who belongs to them."""

from __future__ import annotations

from typing import Literal

import attrs
from msgspec import Struct

from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import BadRequest
from webchat.model.users import UserCard

RoomKind = Literal["public", "private", "direct"]
MemberRole = Literal["owner", "moderator", "member"]
Level = Literal["all", "mentions", "nothing"]
Right = Literal["all", "moderators"]
"""Who in a room may do something: every member, or its owner and moderators."""

RETENTION_LEAST, RETENTION_MOST = 7, 3_650
"""Days.  A nonce goes with its message, and a client may have been trying to send it for a week."""


def days_kept(days: int) -> int:
    """*days* after which messages are removed, if that can be; 0: never.  Raises BadRequest."""
    if days != 0 and not RETENTION_LEAST <= days <= RETENTION_MOST:
        raise BadRequest(
            f"Messages are kept from {RETENTION_LEAST} to {RETENTION_MOST} days, or, with 0, for ever.",
            field="retention",
        )
    return days


@attrs.frozen
class Room:
    """A room, as it is stored.  *changed* is the rev of the latest change to the room's own row."""

    id: RoomId
    kind: RoomKind
    title: str
    topic: str
    seq: Seq
    rev: Rev
    changed: Rev
    created: Millis
    archived: Millis | None
    picture: str | None = None
    posting: Right = "all"
    inviting: Right = "all"
    slow: int = 0
    """Seconds between two posts of one member."""
    deleted: Millis | None = None
    mentioning: Right = "moderators"
    retention: int | None = None
    """Days after which messages are removed; None as the server says, 0 never."""
    floor: Seq = Seq(0)
    """Messages up to this seq have been removed."""
    floor_rev: Rev = Rev(0)
    """Who holds a rev below this one cannot be told what changed since."""


@attrs.frozen
class Membership:
    """Somebody's place in a room; it stays, with *left* set, after she leaves.

    *muted*: until when she is not notified.  *silenced*: until when she may not post here, *silenced_everywhere* in
    any room.  *posted*: when she last did, in a slow room.
    """

    room: RoomId
    user: UserId
    role: MemberRole
    read: Seq
    level: Level
    joined_rev: Rev
    left_rev: Rev | None
    rev: Rev
    muted: Millis | None = None
    silenced: Millis | None = None
    posted: Millis = Millis(0)
    silenced_everywhere: Millis | None = None
    unread_from: Seq | None = None
    """From which message on she wants it to count as unread."""

    @property
    def is_active(self) -> bool:
        return self.left_rev is None

    @property
    def may_moderate(self) -> bool:
        return self.is_active and self.role in ("owner", "moderator")

    def silence(self, now: Millis) -> int:
        """How many ms she still may not post, at *now*; 0 if she may."""
        return max((self.silenced or 0) - now, (self.silenced_everywhere or 0) - now, 0)


class RoomState(Struct, frozen=True, omit_defaults=True):
    """A room as one of its members holds it: the room's row, its counters, and her own place in it.

    Unread is `seq - read`, or what comes from *unread_from* on, where that is set; *mentions* counts those of them that
    mean her.  *changed* is the rev of the room's own row: what `if_rev` is compared with.  *rev* is the
    position from which live events go on.  *muted*, *silenced* and *draft* are her own.  *people*: who else is in a
    direct room, which has no title.
    """

    room: RoomId
    kind: RoomKind
    title: str
    topic: str
    created: Millis
    archived: Millis | None
    changed: Rev
    seq: Seq
    rev: Rev
    read: Seq
    level: Level
    role: MemberRole
    joined_rev: Rev
    posting: Right
    inviting: Right
    slow: int
    mentioning: Right
    picture: str | None = None
    muted: Millis | None = None
    silenced: Millis | None = None
    draft: Millis | None = None
    retention: int | None = None
    floor: Seq = Seq(0)
    unread_from: Seq | None = None
    mentions: int = 0
    people: tuple[UserCard, ...] = ()


class Ban(Struct, frozen=True):
    """Who may not enter a room, why, by whom, since and until when; null: for good."""

    user: UserCard
    moderator: UserId
    reason: str
    created: Millis
    until: Millis | None


class RoomListing(Struct, frozen=True):
    """A public room in the list of all rooms."""

    room: RoomId
    title: str
    topic: str
    created: Millis
    archived: Millis | None
    members: int
    joined: bool
    picture: str | None = None
