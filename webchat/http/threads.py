"""Threads over HTTP: those of a room, and the messages of one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.rooms import Cursor, PageSize
from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Thread, Threads
from webchat.model.commands import ASeq
from webchat.model.ids import MAX_INT, Seq
from webchat.model.refusals import BadRequest


class FindThreads(Struct, frozen=True, forbid_unknown_fields=True):
    """*after* is the `next` of the page before."""

    after: Cursor | None = None
    limit: PageSize = 50


class ThreadHistory(Struct, frozen=True, forbid_unknown_fields=True):
    """Messages *before* or *after* a seq (not both), else the newest."""

    before: ASeq | None = None
    after: Annotated[Seq, Meta(ge=0, le=MAX_INT)] | None = None
    limit: PageSize = 50


async def threads(call: Call[Nothing, FindThreads]) -> Threads:
    """The threads of a room, the latest first."""
    return await call.chat.threads.of_room(call.actor, call.room, call.query.after, call.query.limit)


async def thread(call: Call[Nothing, ThreadHistory]) -> Thread:
    """A stretch of a thread, and the message that began it."""
    query = call.query
    if query.before is not None and query.after is not None:
        raise BadRequest("Ask for messages before or after a seq, not for both.")
    return await call.chat.threads.page(call.actor, call.room, call.seq, query.before, query.after, query.limit)


_ROOM = ("no_such_room", "not_a_member")

ROUTES = (
    Route("GET", f"{API}/rooms/{{room}}/threads", threads, answer=Threads, query=FindThreads, refusals=_ROOM),
    Route(
        "GET",
        f"{API}/rooms/{{room}}/threads/{{seq}}",
        thread,
        answer=Thread,
        query=ThreadHistory,
        refusals=(*_ROOM, "no_such_message"),
    ),
)
