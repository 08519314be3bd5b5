"""Direct conversations over HTTP."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.members import AUser
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.rooms import RoomState


class OpenDirect(Struct, frozen=True, forbid_unknown_fields=True):
    """A conversation with exactly these people, and oneself: 1 to 9 others."""

    users: Annotated[tuple[AUser, ...], Meta(min_length=1, max_length=10)]


async def open_direct(call: Call[OpenDirect, Nothing]) -> Reply:
    """Open the direct conversation with some people: the one there is, or a new one."""
    opened = await call.chat.directs.open(call.actor, call.body.users)
    return Reply(opened.state, status=201 if opened.is_new else 200)


ROUTES = (
    Route(
        "POST",
        f"{API}/directs",
        open_direct,
        answer=RoomState,
        body=OpenDirect,
        status=201,
        statuses=(200,),
        refusals=("forbidden", "no_such_user", "too_many", "rate_limited"),
        scope="rooms",
    ),
)
