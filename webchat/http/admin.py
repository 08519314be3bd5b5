"""Running the server over HTTP: accounts, rooms, settings, the audit log; and the ways in that these open."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from webchat.http.accounts import Code, Line, Myself, Name, Password
from webchat.http.rooms import Days, DeleteRoom
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.administration import (
    Account,
    AccountState,
    AuditPage,
    Creators,
    Overview,
    ResetLink,
    RoomEntry,
    RunningSettings,
)
from webchat.model.answers import Changed, RegistrationPolicy
from webchat.model.ids import MAX_INT, Millis, RoomId, UserId
from webchat.model.users import UserRole

Reason = Annotated[str, Meta(max_length=4_000)]
Search = Annotated[str, Meta(max_length=200)]
Cursor = Annotated[str, Meta(max_length=500)]
Number = Annotated[int, Meta(ge=1, le=MAX_INT)]
PageSize = Annotated[int, Meta(ge=1, le=200)]
Minutes = Annotated[int, Meta(ge=1, le=525_600)]
# Longer than the limit, so that a text a little too long gets the refusal that says so.
Terms = Annotated[str, Meta(max_length=40_000)]


class FindAccounts(Struct, frozen=True, forbid_unknown_fields=True):
    """*search* is a name, or the beginning of a part of one; *after* is the `next` of the page before."""

    search: Search = ""
    role: UserRole | None = None
    state: AccountState | None = None
    after: Number | None = None
    limit: PageSize = 50


class FindAllRooms(Struct, frozen=True, forbid_unknown_fields=True):
    """*search* is looked for in titles; *after* is the `next` of the page before."""

    search: Search = ""
    private: bool = False
    after: Cursor | None = None
    limit: PageSize = 50


class FindActs(Struct, frozen=True, forbid_unknown_fields=True):
    """*before* is the `next` of the page before; *room* and *user*: only what was done to them."""

    before: Number | None = None
    room: Number | None = None
    user: Number | None = None
    limit: PageSize = 50


class FindRoomActs(Struct, frozen=True, forbid_unknown_fields=True):
    """*before* is the `next` of the page before."""

    before: Number | None = None
    limit: PageSize = 50


class Disable(Struct, frozen=True, forbid_unknown_fields=True):
    """Shut an account out, or let it in again."""

    disabled: bool
    reason: Reason = ""


class DisableMany(Struct, frozen=True, forbid_unknown_fields=True):
    """Shut several accounts out, or let them in again."""

    ids: Annotated[tuple[Annotated[UserId, Meta(ge=1, le=MAX_INT)], ...], Meta(min_length=1, max_length=100)]
    disabled: bool
    reason: Reason = ""


class Silence(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody posts nowhere for so many *minutes*; null: she may again."""

    minutes: Minutes | None
    reason: Reason = ""


class Feature(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether somebody is shown to everybody as somebody to know."""

    featured: bool


class ChangeRole(Struct, frozen=True, forbid_unknown_fields=True):
    """Another role on the server.  Who gives away the role of owner is an admin then."""

    role: UserRole


class Archive(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the room can only be read."""

    archived: bool


class ChangeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is; *registration* null goes back to what is configured.

    *retention*: days after which messages are removed, in rooms that do not say otherwise; 0: never.  *bots*: who makes
    some.
    """

    title: Line | UnsetType = UNSET
    registration: RegistrationPolicy | UnsetType | None = UNSET
    guests: bool | UnsetType = UNSET
    creating: Creators | UnsetType = UNSET
    terms: Terms | UnsetType = UNSET
    retention: Days | UnsetType = UNSET
    previews: bool | UnsetType = UNSET
    webhooks: bool | UnsetType = UNSET
    bots: Creators | UnsetType = UNSET


class Reset(Struct, frozen=True, forbid_unknown_fields=True):
    """Set a new password with a *code* that somebody who runs the server has given me."""

    code: Code
    password: Password


class EnterAsGuest(Struct, frozen=True, forbid_unknown_fields=True):
    """Look round without an account."""

    display_name: Line


class RegisterGuest(Struct, frozen=True, forbid_unknown_fields=True):
    """Make the guest that I am a member."""

    name: Name
    display_name: Line
    password: Password
    email: Name | None = None
    invitation: Code | None = None


class Accounts(Struct, frozen=True):
    """Accounts, newest first.  *next* is null on the last page; a page may be short though there are more."""

    accounts: list[Account]
    next: int | None


class AllRooms(Struct, frozen=True):
    """Rooms by title; *next* is null on the last page."""

    rooms: list[RoomEntry]
    next: str | None


class DisableOutcome(Struct, frozen=True):
    """What came of it for one account; *refused* holds the code, or null."""

    id: UserId
    refused: str | None


class DisableOutcomes(Struct, frozen=True):
    """What came of it for each account."""

    outcomes: list[DisableOutcome]


class Silenced(Struct, frozen=True):
    """Until when; null: she may post."""

    until: Millis | None


class TermsText(Struct, frozen=True):
    """What one agrees to by registering; may be empty."""

    text: str


async def overview(call: Call[Nothing, Nothing]) -> Overview:
    """The server at a glance."""
    return await call.chat.administration.overview(call.actor)


async def accounts(call: Call[Nothing, FindAccounts]) -> Accounts:
    """Everybody's accounts."""
    query = call.query
    return Accounts(
        *await call.chat.administration.accounts(
            call.actor, query.search, query.role, query.state, query.after, query.limit
        )
    )


async def account(call: Call[Nothing, Nothing]) -> Account:
    """One account."""
    return await call.chat.administration.account(call.actor, UserId(call.id))


async def disable(call: Call[Disable, Nothing]) -> None:
    """Shut an account out at once, or let it in again."""
    await call.chat.administration.disable(call.actor, UserId(call.id), call.body.disabled, call.body.reason)


async def feature(call: Call[Feature, Nothing]) -> None:
    """Show somebody to everybody as somebody to know, or do so no more."""
    await call.chat.administration.feature(call.actor, UserId(call.id), call.body.featured)


async def disable_many(call: Call[DisableMany, Nothing]) -> DisableOutcomes:
    """Shut several accounts out, or let them in again."""
    body = call.body
    outcomes = await call.chat.administration.disable_all(call.actor, body.ids, body.disabled, body.reason)
    return DisableOutcomes([DisableOutcome(user, code) for user, code in outcomes.items()])


async def silence(call: Call[Silence, Nothing]) -> Silenced:
    """Let somebody post nowhere for a time, or again."""
    return Silenced(
        await call.chat.administration.silence(call.actor, UserId(call.id), call.body.minutes, call.body.reason)
    )


async def change_role(call: Call[ChangeRole, Nothing]) -> None:
    """Give somebody another role on the server, or the server itself."""
    await call.chat.administration.set_role(call.actor, UserId(call.id), call.body.role)


async def end_sessions(call: Call[Nothing, Nothing]) -> None:
    """Sign somebody out everywhere."""
    await call.chat.administration.end_sessions(call.actor, UserId(call.id))


async def make_reset(call: Call[Nothing, Nothing]) -> ResetLink:
    """Make a link with which somebody sets a new password."""
    return await call.chat.resets.make(call.actor, UserId(call.id))


async def rooms(call: Call[Nothing, FindAllRooms]) -> AllRooms:
    """All rooms, also those I am not in."""
    query = call.query
    return AllRooms(
        *await call.chat.administration.rooms(call.actor, query.search, query.private, query.after, query.limit)
    )


async def archive(call: Call[Archive, Nothing]) -> Changed:
    """Archive any room, or open it again."""
    return await call.chat.administration.archive(call.actor, RoomId(call.id), call.body.archived)


async def delete_room(call: Call[DeleteRoom, Nothing]) -> Changed:
    """End any room for everybody."""
    return await call.chat.administration.delete_room(call.actor, RoomId(call.id), call.body.confirm)


async def acts(call: Call[Nothing, FindActs]) -> AuditPage:
    """What those with power over others have done."""
    query = call.query
    room = None if query.room is None else RoomId(query.room)
    user = None if query.user is None else UserId(query.user)
    return await call.chat.administration.acts(call.actor, query.before, room, user, query.limit)


async def room_acts(call: Call[Nothing, FindRoomActs]) -> AuditPage:
    """What was done in a room I look after."""
    return await call.chat.administration.acts_in_room(call.actor, call.room, call.query.before, call.query.limit)


async def settings(call: Call[Nothing, Nothing]) -> RunningSettings:
    """What is decided while the server runs."""
    return call.chat.settings.shown()


async def change_settings(call: Call[ChangeSettings, Nothing]) -> RunningSettings:
    """Decide something about the server, at once."""
    body = call.body
    return await call.chat.settings.change(
        call.actor,
        title=body.title,
        registration=body.registration,
        guests=body.guests,
        creating=body.creating,
        terms=body.terms,
        retention=body.retention,
        previews=body.previews,
        webhooks=body.webhooks,
        bots=body.bots,
    )


async def terms(call: Call[Nothing, Nothing]) -> TermsText:
    """What one agrees to by registering."""
    return TermsText(call.chat.settings.terms)


async def reset(call: Call[Reset, Nothing]) -> None:
    """Set a new password with a link from somebody who runs the server."""
    await call.chat.resets.use(call.body.code, call.body.password, call.device.address)


async def enter_as_guest(call: Call[EnterAsGuest, Nothing]) -> Reply:
    """Look round without an account."""
    signed = await call.chat.accounts.let_guest_in(call.body.display_name, call.device)
    return Reply(Myself(signed.actor.user.me), token=signed.token)


async def register_guest(call: Call[RegisterGuest, Nothing]) -> Myself:
    """Become a member, as a guest."""
    body = call.body
    return Myself(
        await call.chat.accounts.register_guest(
            call.actor, body.name, body.display_name, body.password, body.email, body.invitation
        )
    )


_ON_PEOPLE = ("no_such_user", "forbidden", "rate_limited")
_REASON = ("bad_text", "text_too_long")

ROUTES = (
    Route("GET", f"{API}/terms", terms, answer=TermsText, who="public"),
    Route(
        "POST",
        f"{API}/session/guest",
        enter_as_guest,
        answer=Myself,
        body=EnterAsGuest,
        status=201,
        who="public",
        refusals=("forbidden", "bad_text", "text_too_long", "rate_limited"),
    ),
    Route(
        "POST",
        f"{API}/me/register",
        register_guest,
        answer=Myself,
        body=RegisterGuest,
        refusals=(
            "forbidden",
            "bad_name",
            "bad_text",
            "bad_email",
            "name_taken",
            "weak_password",
            "registration_closed",
            "bad_invitation",
            "rate_limited",
            "busy",
        ),
        scope="all",
    ),
    Route(
        "POST",
        f"{API}/reset",
        reset,
        body=Reset,
        status=204,
        who="public",
        refusals=("bad_reset_code", "weak_password", "rate_limited", "busy"),
    ),
    Route("GET", f"{API}/admin/overview", overview, answer=Overview, who="admin"),
    Route("GET", f"{API}/admin/users", accounts, answer=Accounts, query=FindAccounts, who="admin"),
    Route(
        "PUT",
        f"{API}/admin/users/disabled",
        disable_many,
        answer=DisableOutcomes,
        body=DisableMany,
        who="admin",
        refusals=(*_REASON, "rate_limited"),
    ),
    Route("GET", f"{API}/admin/users/{{id}}", account, answer=Account, who="admin", refusals=("no_such_user",)),
    Route(
        "PUT",
        f"{API}/admin/users/{{id}}/disabled",
        disable,
        body=Disable,
        status=204,
        who="admin",
        refusals=(*_ON_PEOPLE, *_REASON, "conflict"),
    ),
    Route(
        "PUT",
        f"{API}/admin/users/{{id}}/silenced",
        silence,
        answer=Silenced,
        body=Silence,
        who="admin",
        refusals=(*_ON_PEOPLE, *_REASON),
    ),
    Route(
        "PUT",
        f"{API}/admin/users/{{id}}/featured",
        feature,
        body=Feature,
        status=204,
        who="admin",
        refusals=("no_such_user", "rate_limited"),
    ),
    Route(
        "PUT",
        f"{API}/admin/users/{{id}}/role",
        change_role,
        body=ChangeRole,
        status=204,
        who="admin",
        refusals=(*_ON_PEOPLE, "conflict"),
    ),
    Route(
        "DELETE",
        f"{API}/admin/users/{{id}}/sessions",
        end_sessions,
        status=204,
        who="admin",
        refusals=_ON_PEOPLE,
    ),
    Route(
        "POST",
        f"{API}/admin/users/{{id}}/reset",
        make_reset,
        answer=ResetLink,
        status=201,
        who="admin",
        refusals=(*_ON_PEOPLE, "conflict"),
    ),
    Route("GET", f"{API}/admin/rooms", rooms, answer=AllRooms, query=FindAllRooms, who="admin"),
    Route(
        "PUT",
        f"{API}/admin/rooms/{{id}}/archived",
        archive,
        answer=Changed,
        body=Archive,
        who="admin",
        refusals=("no_such_room", "rate_limited"),
    ),
    Route(
        "POST",
        f"{API}/admin/rooms/{{id}}/delete",
        delete_room,
        answer=Changed,
        body=DeleteRoom,
        who="admin",
        refusals=("no_such_room", "rate_limited"),
    ),
    Route("GET", f"{API}/admin/audit", acts, answer=AuditPage, query=FindActs, who="admin"),
    Route("GET", f"{API}/admin/settings", settings, answer=RunningSettings, who="admin"),
    Route(
        "PATCH",
        f"{API}/admin/settings",
        change_settings,
        answer=RunningSettings,
        body=ChangeSettings,
        who="admin",
        refusals=(*_REASON, "rate_limited"),
    ),
    Route(
        "GET",
        f"{API}/rooms/{{room}}/audit",
        room_acts,
        answer=AuditPage,
        query=FindRoomActs,
        refusals=("no_such_room", "not_a_member", "forbidden"),
    ),
)
