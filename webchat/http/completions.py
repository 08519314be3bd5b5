"""Stopping the robot while it answers."""

from __future__ import annotations

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Changed


async def stop(call: Call[Nothing, Nothing]) -> Changed:
    """Stop an answer of the robot that is still growing."""
    return await call.chat.completions.stop(call.actor, call.room, call.seq)


ROUTES = (
    Route(
        "POST",
        f"{API}/rooms/{{room}}/messages/{{seq}}/stop",
        stop,
        answer=Changed,
        refusals=(
            *("no_such_room", "not_a_member", "no_such_message", "forbidden", "room_archived"),
            *("rate_limited", "busy", "retry"),
        ),
    ),
)
