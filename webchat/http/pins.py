"""Pins over HTTP."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Changed, Pins
from webchat.model.commands import Pin


class FindPins(Struct, frozen=True, forbid_unknown_fields=True):
    """*after* is the `next` of the page before."""

    after: Annotated[str, Meta(max_length=500)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


async def pin(call: Call[Nothing, Nothing]) -> Changed:
    """Pin a message to its room."""
    return await call.chat.pins.pin(call.actor, Pin(id=0, room=call.room, seq=call.seq, on=True))


async def unpin(call: Call[Nothing, Nothing]) -> Changed:
    """Take a pinned message down."""
    return await call.chat.pins.pin(call.actor, Pin(id=0, room=call.room, seq=call.seq, on=False))


async def pins(call: Call[Nothing, FindPins]) -> Pins:
    """What is pinned to a room."""
    return await call.chat.pins.of_room(call.actor, call.room, call.query.after, call.query.limit)


_PATH = f"{API}/rooms/{{room}}/messages/{{seq}}/pin"
_ROOM = ("no_such_room", "not_a_member")
_ACTS = (*_ROOM, "no_such_message", "conflict", "forbidden", "room_archived", "rate_limited", "busy", "retry")

ROUTES = (
    Route("PUT", _PATH, pin, answer=Changed, refusals=(*_ACTS, "too_many")),
    Route("DELETE", _PATH, unpin, answer=Changed, refusals=_ACTS),
    Route("GET", f"{API}/rooms/{{room}}/pins", pins, answer=Pins, query=FindPins, refusals=_ROOM),
)
