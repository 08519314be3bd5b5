"""Members of a room over HTTP: bringing people in, taking them out, roles, silence."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Changed
from webchat.model.ids import MAX_INT, Millis, UserId
from webchat.model.rooms import MemberRole

AUser = Annotated[UserId, Meta(ge=1, le=MAX_INT)]
Until = Annotated[Millis, Meta(ge=0, le=MAX_INT)]


class Invite(Struct, frozen=True, forbid_unknown_fields=True):
    """Bring people into a room: all of them, or none."""

    users: Annotated[tuple[AUser, ...], Meta(min_length=1, max_length=50)]


class SetRole(Struct, frozen=True, forbid_unknown_fields=True):
    """*owner* hands the room over: whoever was its owner is a moderator then."""

    role: MemberRole


class SilenceMember(Struct, frozen=True, forbid_unknown_fields=True):
    """Until when a member may not post here; null: she may."""

    until: Until | None


async def invite(call: Call[Invite, Nothing]) -> Changed:
    """Bring people into a room."""
    return await call.chat.members.invite(call.actor, call.room, call.body.users)


async def remove(call: Call[Nothing, Nothing]) -> Changed:
    """Take somebody out of a room."""
    return await call.chat.members.remove(call.actor, call.room, UserId(call.id))


async def set_role(call: Call[SetRole, Nothing]) -> Changed:
    """Give a member another role."""
    return await call.chat.members.set_role(call.actor, call.room, UserId(call.id), call.body.role)


async def silence(call: Call[SilenceMember, Nothing]) -> Changed:
    """Silence a member in a room, or let her speak again."""
    return await call.chat.members.silence(call.actor, call.room, UserId(call.id), call.body.until)


_ROOM = ("no_such_room", "not_a_member", "forbidden", "no_such_user", "rate_limited")
_MEMBER = f"{API}/rooms/{{room}}/members/{{id}}"

ROUTES = (
    Route(
        "POST",
        f"{API}/rooms/{{room}}/members",
        invite,
        answer=Changed,
        body=Invite,
        refusals=(*_ROOM, "banned", "room_archived"),
        scope="rooms",
    ),
    Route("DELETE", _MEMBER, remove, answer=Changed, refusals=_ROOM, scope="rooms"),
    Route(
        "PUT", f"{_MEMBER}/role", set_role, answer=Changed, body=SetRole, refusals=(*_ROOM, "conflict"), scope="rooms"
    ),
    Route("PUT", f"{_MEMBER}/silenced", silence, answer=Changed, body=SilenceMember, refusals=_ROOM, scope="rooms"),
)
