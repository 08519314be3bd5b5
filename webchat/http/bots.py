"""Bots over HTTP: made, changed, stopped, deleted by who answers for them, and the tokens they act with."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from webchat.chat.pictures import BODY_LIMIT
from webchat.http.accounts import Days, Line, Name, NewToken, Scopes, Tokens
from webchat.http.pictures import TAKES
from webchat.http.route import API, Call, Nothing, Route
from webchat.model.commands import PositiveInt
from webchat.model.ids import SessionId, UserId
from webchat.model.users import BotView


class MakeBot(Struct, frozen=True, forbid_unknown_fields=True):
    """A new bot, for which I answer."""

    name: Name
    display_name: Line
    about: Line = ""


class ChangeBot(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is.  A bot that is *stopped* is disabled, and its tokens end."""

    display_name: Line | UnsetType = UNSET
    about: Line | UnsetType = UNSET
    stopped: bool | UnsetType = UNSET


class MakeBotToken(Struct, frozen=True, forbid_unknown_fields=True):
    """A token of a bot: good for *scopes*, null for everything; without *days* until it is revoked."""

    label: Line
    scopes: Scopes | None
    days: Days | None = None


class WhichBots(Struct, frozen=True, forbid_unknown_fields=True):
    """Everybody's bots, the newest first; *before*: what the last page told as `next`."""

    before: PositiveInt | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class MyBots(Struct, frozen=True):
    """The bots for which I answer; *may_make*: whether I may make another one."""

    bots: list[BotView]
    may_make: bool


class AllBots(Struct, frozen=True):
    """A page of bots; *next* is null on the last one."""

    bots: list[BotView]
    next: int | None


async def mine(call: Call[Nothing, Nothing]) -> MyBots:
    """My bots."""
    return MyBots(*await call.chat.bots.mine(call.actor))


async def everybodys(call: Call[Nothing, WhichBots]) -> AllBots:
    """Everybody's bots."""
    return AllBots(*await call.chat.bots.all(call.actor, call.query.before, call.query.limit))


async def make(call: Call[MakeBot, Nothing]) -> BotView:
    """Make a bot."""
    return await call.chat.bots.make(call.actor, call.body.name, call.body.display_name, call.body.about)


async def one(call: Call[Nothing, Nothing]) -> BotView:
    """A bot that I manage."""
    return await call.chat.bots.one(call.actor, UserId(call.id))


async def change(call: Call[ChangeBot, Nothing]) -> BotView:
    """Change a bot, stop it, start it again."""
    body = call.body
    return await call.chat.bots.change(call.actor, UserId(call.id), body.display_name, body.about, body.stopped)


async def delete(call: Call[Nothing, Nothing]) -> None:
    """Delete a bot for good; what it wrote stays."""
    await call.chat.bots.delete(call.actor, UserId(call.id))


async def set_picture(call: Call[bytes, Nothing]) -> BotView:
    """Make the body a bot's picture."""
    return await call.chat.bots.set_picture(call.actor, UserId(call.id), call.body)


async def remove_picture(call: Call[Nothing, Nothing]) -> BotView:
    """Take a bot's picture away."""
    return await call.chat.bots.remove_picture(call.actor, UserId(call.id))


async def tokens(call: Call[Nothing, Nothing]) -> Tokens:
    """A bot's tokens."""
    return Tokens(await call.chat.bots.tokens(call.actor, UserId(call.id)))


async def make_token(call: Call[MakeBotToken, Nothing]) -> NewToken:
    """Make a token for a bot."""
    body = call.body
    return NewToken(*await call.chat.bots.make_token(call.actor, UserId(call.id), body.label, body.scopes, body.days))


async def revoke(call: Call[Nothing, Nothing]) -> None:
    """Revoke a bot's token."""
    await call.chat.bots.revoke(call.actor, UserId(call.id), SessionId(call.numbers["token"]))


async def rotate(call: Call[Nothing, Nothing]) -> NewToken:
    """Put a new secret in the place of a bot's token, which ends at once."""
    return NewToken(*await call.chat.bots.rotate(call.actor, UserId(call.id), SessionId(call.numbers["token"])))


_BOT = f"{API}/bots/{{id}}"
_ONE = ("no_such_user", "forbidden")

ROUTES = (
    Route("GET", f"{API}/bots", mine, answer=MyBots, scope="all"),
    Route(
        "POST",
        f"{API}/bots",
        make,
        answer=BotView,
        body=MakeBot,
        status=201,
        refusals=("forbidden", "too_many", "bad_name", "bad_text", "name_taken"),
        scope="all",
    ),
    Route("GET", f"{API}/admin/bots", everybodys, answer=AllBots, query=WhichBots, who="admin"),
    Route("GET", _BOT, one, answer=BotView, refusals=_ONE, scope="all"),
    Route("PATCH", _BOT, change, answer=BotView, body=ChangeBot, refusals=(*_ONE, "bad_text", "conflict"), scope="all"),
    Route("DELETE", _BOT, delete, status=204, refusals=_ONE, scope="all"),
    Route(
        "PUT",
        f"{_BOT}/picture",
        set_picture,
        answer=BotView,
        takes=TAKES,
        body_limit=BODY_LIMIT,
        refusals=(*_ONE, "bad_picture", "busy", "unavailable"),
        scope="all",
    ),
    Route("DELETE", f"{_BOT}/picture", remove_picture, answer=BotView, refusals=_ONE, scope="all"),
    Route("GET", f"{_BOT}/tokens", tokens, answer=Tokens, refusals=_ONE, scope="all"),
    Route(
        "POST",
        f"{_BOT}/tokens",
        make_token,
        answer=NewToken,
        body=MakeBotToken,
        status=201,
        refusals=(*_ONE, "bad_text", "too_many", "conflict"),
        scope="all",
    ),
    Route("DELETE", f"{_BOT}/tokens/{{token}}", revoke, status=204, refusals=(*_ONE, "not_found"), scope="all"),
    Route(
        "POST",
        f"{_BOT}/tokens/{{token}}/rotate",
        rotate,
        answer=NewToken,
        status=201,
        refusals=(*_ONE, "not_found", "conflict"),
        scope="all",
    ),
)
