"""One's own place in a room over HTTP: its level, and that everything is read."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Place, ReadAll
from webchat.model.commands import ASeq, MarkUnread
from webchat.model.ids import MAX_INT, Millis
from webchat.model.rooms import Level


class SetLevel(Struct, frozen=True, forbid_unknown_fields=True):
    """What I want to be told of the room; *muted*: until when nothing (ms since 1970; 2^53: until I say otherwise)."""

    level: Level
    muted: Annotated[Millis, Meta(ge=0, le=MAX_INT)] | None = None


class Unread(Struct, frozen=True, forbid_unknown_fields=True):
    """From *seq* on."""

    seq: ASeq


async def set_level(call: Call[SetLevel, Nothing]) -> Place:
    """Choose what I am told of a room."""
    return await call.chat.places.set_level(call.actor, call.room, call.body.level, call.body.muted)


async def mark_unread(call: Call[Unread, Nothing]) -> Place:
    """Count a room as unread from a message on."""
    return await call.chat.places.mark_unread(call.actor, MarkUnread(id=0, room=call.room, seq=call.body.seq))


async def read_all(call: Call[Nothing, Nothing]) -> ReadAll:
    """Mark everything as read."""
    return await call.chat.places.read_all(call.actor)


ROUTES = (
    Route(
        "PUT",
        f"{API}/rooms/{{room}}/level",
        set_level,
        answer=Place,
        body=SetLevel,
        refusals=("no_such_room", "not_a_member", "rate_limited"),
    ),
    Route(
        "PUT",
        f"{API}/rooms/{{room}}/unread",
        mark_unread,
        answer=Place,
        body=Unread,
        refusals=("no_such_room", "not_a_member", "no_such_message", "rate_limited"),
        scope="read",
    ),
    Route("POST", f"{API}/me/read-all", read_all, answer=ReadAll, refusals=("rate_limited",), scope="read"),
)
