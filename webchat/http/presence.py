"""Who of a room is here, over HTTP."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.chat.presence import Group
from webchat.http.rooms import Cursor, PageSize
from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import PresentEntry
from webchat.model.ids import MAX_INT, UserId


class FindPresent(Struct, frozen=True, forbid_unknown_fields=True):
    """*group*: who is online (busy people too), or away; without it both.  *after* is the `next` of the page before.

    With *id*, as often as wanted, exactly these members are told of, here or not.
    """

    id: Annotated[tuple[Annotated[UserId, Meta(ge=1, le=MAX_INT)], ...], Meta(max_length=200)] = ()
    group: Group | None = None
    after: Cursor | None = None
    limit: PageSize = 100


class Present(Struct, frozen=True):
    """Members of a room who are here, by display name; *next* is null on the last page."""

    members: list[PresentEntry]
    next: str | None


async def present(call: Call[Nothing, FindPresent]) -> Present:
    """Which members of a room are here."""
    query = call.query
    if query.id:
        return Present(await call.chat.presence.entries(call.actor, call.room, query.id), None)
    found, following = await call.chat.presence.present(call.actor, call.room, query.group, query.after, query.limit)
    return Present(found, following)


ROUTES = (
    Route(
        "GET",
        f"{API}/rooms/{{room}}/present",
        present,
        answer=Present,
        query=FindPresent,
        refusals=("no_such_room", "not_a_member"),
    ),
)
