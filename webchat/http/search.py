"""Search over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from webchat.chat.search import PAGE_LIMIT, Search
from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import SearchPage
from webchat.model.commands import NaturalInt, Room
from webchat.model.ids import Millis

MOST_WANTED = 3


class Find(Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from", "room": "in"}):
    """*q* is looked for in the *kind* of thing named: messages, or files by their names.

    Filters: *from*, the name of an account; *in*, the id of a room; *before* and *after*, ms, the latter included;
    *has*, which may be given several times.  *sort*: the newest first, or the best of the newest 500.
    *after_cursor*: the `next` of the page before.
    """

    q: Annotated[str, Meta(max_length=2_000)] = ""
    kind: Literal["messages", "files"] = "messages"
    sender: Annotated[str, Meta(max_length=100)] | None = None
    room: Room | None = None
    before: NaturalInt | None = None
    after: NaturalInt | None = None
    has: Annotated[tuple[Literal["image", "file", "link"], ...], Meta(max_length=MOST_WANTED)] = ()
    sort: Literal["new", "relevance"] = "new"
    after_cursor: Annotated[str, Meta(max_length=500)] | None = None
    limit: Annotated[int, Meta(ge=1, le=PAGE_LIMIT)] = 20


async def find(call: Call[Nothing, Find]) -> SearchPage:
    """Messages, or files, in rooms of mine."""
    query = call.query
    return await call.chat.searching.find(
        call.actor,
        Search(
            query.q,
            query.kind,
            query.sender,
            query.room,
            None if query.before is None else Millis(query.before),
            None if query.after is None else Millis(query.after),
            tuple(dict.fromkeys(query.has)),
            query.sort,
            query.after_cursor,
            query.limit,
        ),
    )


ROUTES = (
    Route(
        "GET",
        f"{API}/search",
        find,
        answer=SearchPage,
        query=Find,
        refusals=("no_such_room", "not_a_member", "rate_limited", "busy"),
    ),
)
