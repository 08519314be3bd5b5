"""Webhooks: a room's ways in for other programs, and its ways out to them."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from webchat.model.extras import Everyone, File, Forwarded, Reaction
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.users import UserCard

HookKind = Literal["in", "out"]
HookEvent = Literal[
    "message.posted", "message.edited", "message.deleted", "message.reactions", "member.joined", "member.left"
]
EVENTS: tuple[HookEvent, ...] = get_args(HookEvent)

WORD_LIMIT = 40


class HookView(Struct, frozen=True):
    """A webhook, as the room's moderators see it; what is secret in it is told only once, when it is made.

    *bot*: as whom it speaks.  *used*: when it last did what it is for.  *failures*: deliveries in a row that were given
    up; *failure*: what went wrong last.  *disabled*: since when it rests.  Of outgoing ones: *url*, *events*, *word*
    (messages only that begin with it), and whether it hears *bots*, too.
    """

    id: int
    kind: HookKind
    label: str
    bot: UserCard
    created_by: UserCard | None
    created: Millis
    used: Millis | None
    failures: int
    failure: str | None
    disabled: Millis | None
    url: str | None = None
    events: tuple[HookEvent, ...] = ()
    word: str = ""
    bots: bool = False


class ToldMessage(Struct, frozen=True, omit_defaults=True):
    """What of a message leaves the house; the members are those of `message`, but for *author*."""

    seq: Seq
    author: UserCard
    text: str
    created: Millis
    edited: Millis | None = None
    deleted: Millis | None = None
    reply: Seq | None = None
    thread: Seq | None = None
    files: tuple[File, ...] = ()
    mentions: tuple[UserId, ...] = ()
    everyone: Everyone | None = None
    reactions: tuple[Reaction, ...] = ()
    forwarded: Forwarded | None = None
    action: bool = False


class ToldRoom(Struct, frozen=True):
    """Where it happened."""

    id: RoomId
    title: str


class ToldHook(Struct, frozen=True):
    """Which webhook tells."""

    id: int
    label: str


class Happening(Struct, frozen=True, omit_defaults=True):
    """What happened: a message, or somebody who came or left."""

    hook: ToldHook
    room: ToldRoom
    message: ToldMessage | None = None
    user: UserCard | None = None


class Delivery(Struct, frozen=True):
    """The body of an outgoing request, shaped as Standard Webhooks 1.0 has it.  *timestamp*: ISO 8601."""

    type: str
    timestamp: str
    data: Happening


def read_events(stored: str) -> tuple[tuple[HookEvent, ...], bool]:
    """The events of a webhook as they are stored, in words with blanks; and whether `bots` is among the words."""
    words = stored.split()
    return tuple(one for one in EVENTS if one in words), "bots" in words


def stored_events(events: tuple[HookEvent, ...], bots: bool) -> str:
    """What *read_events* reads."""
    return " ".join([*(one for one in EVENTS if one in events), *(["bots"] if bots else [])])
