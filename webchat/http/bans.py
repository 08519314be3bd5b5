"""Bans over HTTP: whom a room's moderators keep out of it."""

from __future__ import annotations

from msgspec import Struct

from webchat.http.members import Until
from webchat.http.rooms import Cursor, Line, PageSize
from webchat.http.route import API, Call, Nothing, Route
from webchat.model.ids import UserId
from webchat.model.rooms import Ban


class PutBan(Struct, frozen=True, forbid_unknown_fields=True):
    """Keep somebody out; *until* null: for good.  She is told the reason."""

    reason: Line = ""
    until: Until | None = None


class FindBans(Struct, frozen=True, forbid_unknown_fields=True):
    """*after* is the `next` of the page before."""

    after: Cursor | None = None
    limit: PageSize = 50


class Bans(Struct, frozen=True):
    """The bans in force; *next* is null on the last page."""

    bans: list[Ban]
    next: str | None


async def bans(call: Call[Nothing, FindBans]) -> Bans:
    """Who is banned from a room."""
    found, following = await call.chat.bans.of_room(call.actor, call.room, call.query.after, call.query.limit)
    return Bans(found, following)


async def put_ban(call: Call[PutBan, Nothing]) -> None:
    """Ban somebody from a room."""
    await call.chat.bans.put(call.actor, call.room, UserId(call.id), call.body.reason, call.body.until)


async def lift_ban(call: Call[Nothing, Nothing]) -> None:
    """Lift a ban."""
    await call.chat.bans.lift(call.actor, call.room, UserId(call.id))


_ROOM = ("no_such_room", "not_a_member", "forbidden")
_BAN = f"{API}/rooms/{{room}}/bans/{{id}}"

ROUTES = (
    Route("GET", f"{API}/rooms/{{room}}/bans", bans, answer=Bans, query=FindBans, refusals=_ROOM),
    Route(
        "PUT",
        _BAN,
        put_ban,
        body=PutBan,
        status=204,
        refusals=(*_ROOM, "no_such_user", "bad_text", "text_too_long", "rate_limited"),
        scope="rooms",
    ),
    Route("DELETE", _BAN, lift_ban, status=204, refusals=(*_ROOM, "not_found", "rate_limited"), scope="rooms"),
)
