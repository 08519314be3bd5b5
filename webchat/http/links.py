"""Links into rooms over HTTP: made, listed, revoked, looked at and used."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.accounts import Code
from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Changed, Invitation
from webchat.model.ids import InviteId
from webchat.model.users import LinkView


class MakeLink(Struct, frozen=True, forbid_unknown_fields=True):
    """A link by which *uses* people may enter within *days*."""

    days: Annotated[int, Meta(ge=1, le=365)] = 7
    uses: Annotated[int, Meta(ge=1, le=1_000)] = 1


class GiveCode(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of an invitation: in a body, since addresses are written down in many places."""

    code: Code


class NewLink(Struct, frozen=True):
    """A new link: *code* is told this once.  The address is /invite/CODE."""

    code: str
    link: LinkView


class Links(Struct, frozen=True):
    """The links into a room that can still be used."""

    links: list[LinkView]


async def make_link(call: Call[MakeLink, Nothing]) -> NewLink:
    """Make a link into a room."""
    code, link = await call.chat.links.make(call.actor, call.room, call.body.days, call.body.uses)
    return NewLink(code, link)


async def links(call: Call[Nothing, Nothing]) -> Links:
    """The links into a room: my own, or all of them for its moderators."""
    return Links(await call.chat.links.of_room(call.actor, call.room))


async def revoke_link(call: Call[Nothing, Nothing]) -> None:
    """Revoke a link into a room."""
    await call.chat.links.revoke(call.actor, call.room, InviteId(call.id))


async def look(call: Call[GiveCode, Nothing]) -> Invitation:
    """Where an invitation leads."""
    return await call.chat.links.look(call.body.code)


async def use(call: Call[GiveCode, Nothing]) -> Changed:
    """Enter the room that an invitation leads into."""
    return await call.chat.links.use(call.actor, call.body.code)


_ROOM = ("no_such_room", "not_a_member")

ROUTES = (
    Route(
        "POST",
        f"{API}/rooms/{{room}}/links",
        make_link,
        answer=NewLink,
        body=MakeLink,
        status=201,
        refusals=(*_ROOM, "forbidden", "room_archived", "too_many", "rate_limited"),
        scope="rooms",
    ),
    Route("GET", f"{API}/rooms/{{room}}/links", links, answer=Links, refusals=_ROOM),
    Route(
        "DELETE",
        f"{API}/rooms/{{room}}/links/{{id}}",
        revoke_link,
        status=204,
        refusals=(*_ROOM, "forbidden", "not_found", "rate_limited"),
        scope="rooms",
    ),
    Route(
        "POST",
        f"{API}/invitations/look",
        look,
        answer=Invitation,
        body=GiveCode,
        who="public",
        refusals=("bad_invitation", "rate_limited"),
    ),
    Route(
        "POST",
        f"{API}/invitations/use",
        use,
        answer=Changed,
        body=GiveCode,
        refusals=("bad_invitation", "banned", "room_archived", "too_many", "rate_limited"),
        scope="rooms",
    ),
)
