"""Rooms over HTTP: finding, making, changing, joining, leaving and deleting them, and who belongs to them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Changed, MemberEntry
from webchat.model.commands import JoinRoom, LeaveRoom
from webchat.model.ids import MAX_INT, Rev
from webchat.model.rooms import Right, RoomListing, RoomState

# Longer than any limit, so that what is a little too long gets the refusal that says so.
Line = Annotated[str, Meta(max_length=4_000)]
Search = Annotated[str, Meta(max_length=200)]
Cursor = Annotated[str, Meta(max_length=500)]
PageSize = Annotated[int, Meta(ge=1, le=200)]
Days = Annotated[int, Meta(ge=0, le=100_000)]


class CreateRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """Make a room; its maker becomes its owner.  A private one is known to its members only."""

    title: Line
    topic: Line = ""
    kind: Literal["public", "private"] = "public"


class ChangeRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is.  *if_rev*: only if the room's row still has this rev.

    *posting*, *inviting*: who may.  *slow*: seconds between two posts of one member.  For the owner only: *kind*,
    *mentioning* (who may mention everybody), and *retention*, days after which messages are removed, 0 never, null as
    the server says.
    """

    title: Line | UnsetType = UNSET
    topic: Line | UnsetType = UNSET
    posting: Right | UnsetType = UNSET
    inviting: Right | UnsetType = UNSET
    slow: Annotated[int, Meta(ge=0, le=3_600)] | UnsetType = UNSET
    kind: Literal["public", "private"] | UnsetType = UNSET
    mentioning: Right | UnsetType = UNSET
    retention: Days | UnsetType | None = UNSET
    if_rev: Annotated[Rev, Meta(ge=1, le=MAX_INT)] | None = None


class ArchiveRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """An archived room can be read only."""

    archived: bool


class DeleteRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """The room goes for everybody, and for good.  *confirm*: its title."""

    confirm: Line


class FindRooms(Struct, frozen=True, forbid_unknown_fields=True):
    """*search* is looked for in titles; *after* is the `next` of the page before."""

    search: Search = ""
    after: Cursor | None = None
    limit: PageSize = 50


class FindMembers(Struct, frozen=True, forbid_unknown_fields=True):
    """*search* is looked for in names; *after* is the `next` of the page before."""

    search: Search = ""
    after: Cursor | None = None
    limit: PageSize = 50


class Rooms(Struct, frozen=True):
    """Public rooms by title; *next* is null on the last page."""

    rooms: list[RoomListing]
    next: str | None


class MyRooms(Struct, frozen=True):
    """The rooms somebody belongs to, in one snapshot of the history *epoch*."""

    epoch: str
    rooms: list[RoomState]


class Members(Struct, frozen=True):
    """Members of a room; *total* counts all that were looked for, *next* is null on the last page."""

    members: list[MemberEntry]
    total: int
    next: str | None


async def public_rooms(call: Call[Nothing, FindRooms]) -> Rooms:
    """Public rooms."""
    rooms, following = await call.chat.rooms.public(call.actor, call.query.search, call.query.after, call.query.limit)
    return Rooms(rooms, following)


async def create_room(call: Call[CreateRoom, Nothing]) -> RoomState:
    """Make a room."""
    return await call.chat.rooms.create(call.actor, call.body.title, call.body.topic, call.body.kind)


async def my_rooms(call: Call[Nothing, Nothing]) -> MyRooms:
    """The rooms I belong to."""
    epoch, rooms = await call.chat.rooms.mine(call.actor)
    return MyRooms(epoch, rooms)


async def room(call: Call[Nothing, Nothing]) -> RoomState:
    """A room I belong to."""
    return await call.chat.rooms.state(call.actor, call.room)


async def change_room(call: Call[ChangeRoom, Nothing]) -> Changed:
    """Change a room's title, topic or settings."""
    given = {name: value for name, value in msgspec.structs.asdict(call.body).items() if value is not UNSET}
    return await call.chat.rooms.change(call.actor, call.room, **given)


async def archive_room(call: Call[ArchiveRoom, Nothing]) -> Changed:
    """Archive a room, or open it again."""
    return await call.chat.rooms.archive(call.actor, call.room, call.body.archived)


async def delete_room(call: Call[DeleteRoom, Nothing]) -> Changed:
    """Delete a room, with all that was said in it."""
    return await call.chat.rooms.delete(call.actor, call.room, call.body.confirm)


async def join_room(call: Call[Nothing, Nothing]) -> Changed:
    """Join a public room."""
    return await call.chat.rooms.join(call.actor, JoinRoom(id=0, room=call.room))


async def leave_room(call: Call[Nothing, Nothing]) -> Changed:
    """Leave a room."""
    return await call.chat.rooms.leave(call.actor, LeaveRoom(id=0, room=call.room))


async def members(call: Call[Nothing, FindMembers]) -> Members:
    """Who belongs to a room."""
    found, total, following = await call.chat.rooms.members(
        call.actor, call.room, call.query.search, call.query.after, call.query.limit
    )
    return Members(found, total, following)


_ROOM = ("no_such_room", "not_a_member")

ROUTES = (
    Route("GET", f"{API}/rooms", public_rooms, answer=Rooms, query=FindRooms),
    Route(
        "POST",
        f"{API}/rooms",
        create_room,
        answer=RoomState,
        body=CreateRoom,
        status=201,
        refusals=("bad_text", "text_too_long", "too_many", "rate_limited"),
        scope="rooms",
    ),
    Route("GET", f"{API}/me/rooms", my_rooms, answer=MyRooms),
    Route("GET", f"{API}/rooms/{{room}}", room, answer=RoomState, refusals=_ROOM),
    Route(
        "PATCH",
        f"{API}/rooms/{{room}}",
        change_room,
        answer=Changed,
        body=ChangeRoom,
        refusals=(*_ROOM, "forbidden", "conflict", "bad_text", "text_too_long", "room_archived"),
        scope="rooms",
    ),
    Route(
        "PUT",
        f"{API}/rooms/{{room}}/archived",
        archive_room,
        answer=Changed,
        body=ArchiveRoom,
        refusals=(*_ROOM, "forbidden"),
        scope="rooms",
    ),
    Route(
        "POST",
        f"{API}/rooms/{{room}}/delete",
        delete_room,
        answer=Changed,
        body=DeleteRoom,
        refusals=(*_ROOM, "forbidden", "rate_limited"),
        scope="rooms",
    ),
    Route(
        "POST",
        f"{API}/rooms/{{room}}/join",
        join_room,
        answer=Changed,
        refusals=("no_such_room", "banned", "room_archived", "too_many", "rate_limited"),
        scope="rooms",
    ),
    Route(
        "POST", f"{API}/rooms/{{room}}/leave", leave_room, answer=Changed, refusals=(*_ROOM, "forbidden"), scope="rooms"
    ),
    Route("GET", f"{API}/rooms/{{room}}/members", members, answer=Members, query=FindMembers, refusals=_ROOM),
)
