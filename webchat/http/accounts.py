"""Accounts over HTTP: set-up, registration, signing in and out, devices, tokens, profile, people, invitations."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from webchat.chat.sessions import view
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.bots import SCOPES, Scope
from webchat.model.ids import InviteId, SessionId, UserId
from webchat.model.refusals import NoSuchUser
from webchat.model.users import InviteView, Locale, Me, SessionView, Status, UserCard

# Longer than any limit, so that what is a little too long gets the refusal that says so.
Name = Annotated[str, Meta(max_length=1_000)]
Password = Annotated[str, Meta(max_length=4_000)]
Line = Annotated[str, Meta(max_length=4_000)]
Code = Annotated[str, Meta(max_length=200)]
Days = Annotated[int, Meta(ge=1, le=3_650)]
Scopes = Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=len(SCOPES))]


class SetUp(Struct, frozen=True, forbid_unknown_fields=True):
    """Make the first account, which owns the server, and the first room.  *code*: from the server's log or command."""

    code: Code
    name: Name
    display_name: Line
    password: Password
    room_title: Line
    server_title: Line | None = None


class Register(Struct, frozen=True, forbid_unknown_fields=True):
    """Make an account for myself."""

    name: Name
    display_name: Line
    password: Password
    email: Name | None = None
    invitation: Code | None = None


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """*login* is the account's name or e-mail address."""

    login: Name
    password: Password


class ChangePassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Every other session ends."""

    current: Password
    new: Password


class MakeToken(Struct, frozen=True, forbid_unknown_fields=True):
    """A token for a program of mine: good for *scopes*, or for everything; without *days* until it is revoked."""

    label: Line
    days: Days | None = None
    scopes: Scopes | None = None


class EditProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is; *email* null removes the address, *locale* null the choice of a language."""

    display_name: Line | UnsetType = UNSET
    email: Name | UnsetType | None = UNSET
    about: Line | UnsetType = UNSET
    locale: Locale | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET


class MakeInvite(Struct, frozen=True, forbid_unknown_fields=True):
    """An invitation that lets *uses* people register within *days*."""

    days: Annotated[int, Meta(ge=1, le=365)] = 7
    uses: Annotated[int, Meta(ge=1, le=1_000)] = 1


class WhichUsers(Struct, frozen=True, forbid_unknown_fields=True):
    """The ids of people, each as another `id`."""

    id: Annotated[tuple[Annotated[UserId, Meta(ge=1, le=2**53)], ...], Meta(min_length=1, max_length=200)]


class Myself(Struct, frozen=True):
    """The signed-in account."""

    user: Me


class CurrentSession(Struct, frozen=True):
    """The signed-in account and the session it is known by."""

    user: Me
    session: SessionView


class Sessions(Struct, frozen=True):
    """The browsers somebody is signed in with."""

    sessions: list[SessionView]


class Tokens(Struct, frozen=True):
    """Somebody's tokens for programs, without the secrets."""

    tokens: list[SessionView]


class NewToken(Struct, frozen=True):
    """A new token: *token* is told this once."""

    token: str
    session: SessionView


class Users(Struct, frozen=True):
    """People; unknown ids are left out."""

    users: list[UserCard]


class Invites(Struct, frozen=True):
    """The invitations that can still be used."""

    invites: list[InviteView]


class NewInvite(Struct, frozen=True):
    """A new invitation: *code* is told this once.  The link is /invite/CODE."""

    code: str
    invite: InviteView


async def set_up(call: Call[SetUp, Nothing]) -> Reply:
    """Set up a fresh server: its owner and its first room."""
    body = call.body
    signed = await call.chat.accounts.set_up(
        body.code, body.name, body.display_name, body.password, body.server_title, body.room_title, call.device
    )
    return Reply(Myself(signed.actor.user.me), token=signed.token)


async def register(call: Call[Register, Nothing]) -> Reply:
    """Make an account."""
    body = call.body
    signed = await call.chat.accounts.register(
        body.name, body.display_name, body.password, body.email, body.invitation, call.device
    )
    return Reply(Myself(signed.actor.user.me), token=signed.token)


async def sign_in(call: Call[SignIn, Nothing]) -> Reply:
    """Sign in; the session is kept in a cookie."""
    signed = await call.chat.accounts.sign_in(call.body.login, call.body.password, call.device)
    return Reply(Myself(signed.actor.user.me), token=signed.token)


async def current_session(call: Call[Nothing, Nothing]) -> CurrentSession:
    """Who I am."""
    return CurrentSession(call.actor.user.me, view(call.actor.session, call.actor))


async def sign_out(call: Call[Nothing, Nothing]) -> Reply:
    """Sign out."""
    await call.chat.accounts.sign_out(call.actor)
    return Reply(token="")


async def change_password(call: Call[ChangePassword, Nothing]) -> Reply:
    """Change my password."""
    signed = await call.chat.accounts.change_password(call.actor, call.body.current, call.body.new, call.device)
    return Reply(token=signed.token)


async def sessions(call: Call[Nothing, Nothing]) -> Sessions:
    """The browsers I am signed in with."""
    return Sessions(await call.chat.accounts.sessions(call.actor, "browser"))


async def end_other_sessions(call: Call[Nothing, Nothing]) -> None:
    """Sign out everywhere else."""
    await call.chat.accounts.revoke_others(call.actor)


async def end_session(call: Call[Nothing, Nothing]) -> None:
    """Sign out one browser."""
    await call.chat.accounts.revoke(call.actor, SessionId(call.id))


async def tokens(call: Call[Nothing, Nothing]) -> Tokens:
    """My tokens for programs."""
    return Tokens(await call.chat.accounts.sessions(call.actor, "api"))


async def make_token(call: Call[MakeToken, Nothing]) -> NewToken:
    """Make a token for a program."""
    token, session = await call.chat.accounts.make_token(call.actor, call.body.label, call.body.days, call.body.scopes)
    return NewToken(token, session)


async def edit_profile(call: Call[EditProfile, Nothing]) -> Myself:
    """Change what others see of me, or my e-mail address."""
    body = call.body
    return Myself(
        await call.chat.accounts.edit_profile(
            call.actor, body.display_name, body.email, body.about, body.locale, body.status
        )
    )


async def user(call: Call[Nothing, Nothing]) -> UserCard:
    """One person."""
    found = await call.chat.accounts.users(call.actor, [UserId(call.id)])
    if not found:
        raise NoSuchUser
    return found[0]


async def users(call: Call[Nothing, WhichUsers]) -> Users:
    """Several people by id."""
    return Users(await call.chat.accounts.users(call.actor, list(call.query.id)))


async def invites(call: Call[Nothing, Nothing]) -> Invites:
    """Open invitations."""
    return Invites(await call.chat.accounts.invites(call.actor))


async def make_invite(call: Call[MakeInvite, Nothing]) -> NewInvite:
    """Invite somebody to register."""
    code, invite = await call.chat.accounts.make_invite(call.actor, call.body.days, call.body.uses)
    return NewInvite(code, invite)


async def revoke_invite(call: Call[Nothing, Nothing]) -> None:
    """Withdraw an invitation."""
    await call.chat.accounts.revoke_invite(call.actor, InviteId(call.id))


_NEW_ACCOUNT = ("bad_name", "bad_text", "name_taken", "weak_password", "rate_limited", "busy")

ROUTES = (
    Route(
        "POST",
        f"{API}/setup",
        set_up,
        answer=Myself,
        body=SetUp,
        status=201,
        who="public",
        refusals=(*_NEW_ACCOUNT, "bad_setup_code", "already_set_up"),
    ),
    Route(
        "POST",
        f"{API}/register",
        register,
        answer=Myself,
        body=Register,
        status=201,
        who="public",
        refusals=(*_NEW_ACCOUNT, "bad_email", "registration_closed", "bad_invitation"),
    ),
    Route(
        "POST",
        f"{API}/session",
        sign_in,
        answer=Myself,
        body=SignIn,
        who="public",
        refusals=("wrong_credentials", "rate_limited", "busy"),
    ),
    Route("GET", f"{API}/session", current_session, answer=CurrentSession),
    Route("DELETE", f"{API}/session", sign_out, status=204, scope="read"),
    Route(
        "POST",
        f"{API}/password",
        change_password,
        body=ChangePassword,
        status=204,
        refusals=("wrong_credentials", "weak_password", "rate_limited", "busy"),
        scope="all",
    ),
    Route("GET", f"{API}/sessions", sessions, answer=Sessions, scope="all"),
    Route("DELETE", f"{API}/sessions", end_other_sessions, status=204, scope="all"),
    Route("DELETE", f"{API}/sessions/{{id}}", end_session, status=204, refusals=("not_found",), scope="all"),
    Route("GET", f"{API}/tokens", tokens, answer=Tokens, scope="all"),
    Route(
        "POST",
        f"{API}/tokens",
        make_token,
        answer=NewToken,
        body=MakeToken,
        status=201,
        refusals=("bad_text", "too_many", "forbidden"),
        scope="all",
    ),
    Route("DELETE", f"{API}/tokens/{{id}}", end_session, status=204, refusals=("not_found",), scope="all"),
    Route(
        "PATCH",
        f"{API}/me",
        edit_profile,
        answer=Myself,
        body=EditProfile,
        refusals=("bad_text", "text_too_long", "bad_email", "name_taken"),
        scope="all",
    ),
    Route("GET", f"{API}/users", users, answer=Users, query=WhichUsers),
    Route("GET", f"{API}/users/{{id}}", user, answer=UserCard, refusals=("no_such_user",)),
    Route("GET", f"{API}/invites", invites, answer=Invites, who="admin"),
    Route(
        "POST",
        f"{API}/invites",
        make_invite,
        answer=NewInvite,
        body=MakeInvite,
        status=201,
        who="admin",
        refusals=("too_many",),
    ),
    Route("DELETE", f"{API}/invites/{{id}}", revoke_invite, status=204, who="admin", refusals=("not_found",)),
)
