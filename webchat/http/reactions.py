"""Reactions over HTTP."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Changed, Reactors
from webchat.model.commands import React
from webchat.model.ids import MAX_INT


class FindReactors(Struct, frozen=True, forbid_unknown_fields=True):
    """*after* is the `next` of the page before."""

    after: Annotated[int, Meta(ge=0, le=MAX_INT)] = 0
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


async def react(call: Call[Nothing, Nothing]) -> Changed:
    """React to a message with an emoji."""
    return await _react(call, on=True)


async def take_back(call: Call[Nothing, Nothing]) -> Changed:
    """Take a reaction of mine back."""
    return await _react(call, on=False)


async def _react(call: Call[Nothing, Nothing], on: bool) -> Changed:
    command = React(id=0, room=call.room, seq=call.seq, emoji=call.emoji, on=on)
    return await call.chat.reactions.react(call.actor, command)


async def reactors(call: Call[Nothing, FindReactors]) -> Reactors:
    """Who reacted to a message with an emoji."""
    return await call.chat.reactions.givers(
        call.actor, call.room, call.seq, call.emoji, call.query.after, call.query.limit
    )


_PATH = f"{API}/rooms/{{room}}/messages/{{seq}}/reactions/{{emoji}}"
_ROOM = ("no_such_room", "not_a_member", "no_such_message", "bad_request")
_ACTS = (*_ROOM, "conflict", "forbidden", "silenced", "room_archived", "rate_limited", "busy", "retry")

ROUTES = (
    Route("GET", _PATH, reactors, answer=Reactors, query=FindReactors, refusals=_ROOM),
    Route("PUT", _PATH, react, answer=Changed, refusals=(*_ACTS, "too_many")),
    Route("DELETE", _PATH, take_back, answer=Changed, refusals=_ACTS),
)
