"""Slash commands over HTTP: given, listed, registered by bots, answered."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, structs

from webchat.chat.registered import ReplyTo
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.answers import CommandEntry, CommandView, Ran
from webchat.model.commands import ASeq, Nonce, Room, RunCommand, Text
from webchat.model.ids import UserId
from webchat.model.targets import TargetUrl
from webchat.model.users import Locale

_Line = Annotated[str, Meta(max_length=400)]
"""A little longer than what is taken, so that too much gets the refusal that says so."""


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """A line that begins with a slash; *nonce* and *thread* for what it posts, *language* for what it answers."""

    text: Text
    nonce: Nonce | None = None
    thread: ASeq | None = None
    language: Locale | None = None


class Where(Struct, frozen=True, forbid_unknown_fields=True):
    """*room*: in which one.  *after*: the `next` of the page before."""

    room: Room
    language: Locale | None = None
    after: Annotated[str, Meta(max_length=40)] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


class Registration(Struct, frozen=True, forbid_unknown_fields=True):
    """*name*: without the slash.  *hint*: what may follow it.  *url*: where it is told; null: to my connections."""

    name: Annotated[str, Meta(max_length=64)]
    hint: _Line = ""
    description: _Line = ""
    url: TargetUrl | None = None


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """*token*: of the command that is answered."""

    token: Annotated[str, Meta(min_length=32, max_length=32)]
    text: Text
    to: ReplyTo = "caller"


class CommandList(Struct, frozen=True):
    """Commands of a room; *next* is null on the last page."""

    commands: tuple[CommandEntry, ...]
    next: str | None


class CommandViews(Struct, frozen=True):
    """All that a bot has registered, by name."""

    commands: tuple[CommandView, ...]


class RegisteredCommand(Struct, frozen=True):
    """*secret*: the key of the signatures at the URL, told this once; null where it is as before, or without a URL."""

    command: CommandView
    secret: str | None


async def run(call: Call[Given, Nothing]) -> Ran:
    """Have a command carried out."""
    return await call.chat.slash.run(call.actor, RunCommand(id=0, room=call.room, **structs.asdict(call.body)))


async def commands(call: Call[Nothing, Where]) -> CommandList:
    """The commands that can be given in a room."""
    query = call.query
    found, following = await call.chat.slash.entries(call.actor, query.room, query.language, query.after, query.limit)
    return CommandList(tuple(found), following)


async def register(call: Call[Registration, Nothing]) -> RegisteredCommand:
    """Register a command of mine, or change it: for bots."""
    body = call.body
    view, secret = await call.chat.bot_commands.register(call.actor, body.name, body.hint, body.description, body.url)
    return RegisteredCommand(view, secret)


async def of_bot(call: Call[Nothing, Nothing]) -> CommandViews:
    """What a bot has registered."""
    return CommandViews(tuple(await call.chat.bot_commands.of_bot(call.actor, UserId(call.id))))


async def remove(call: Call[Nothing, Nothing]) -> None:
    """Remove a command of a bot."""
    await call.chat.bot_commands.remove(call.actor, call.id)


async def reply(call: Call[Answer, Nothing]) -> Reply:
    """Answer a command that was told to a connection of mine: for bots."""
    body = call.body
    posted = await call.chat.bot_commands.reply(call.actor, body.token, body.text, body.to)
    return Reply(Ran(posted.room, posted=posted)) if posted is not None else Reply(status=204)


_ROOM = ("no_such_room", "not_a_member")
_TEXT = ("empty_text", "text_too_long", "bad_text", "room_archived", "forbidden", "silenced", "slow_mode")

ROUTES = (
    Route(
        "POST",
        f"{API}/rooms/{{room}}/commands",
        run,
        answer=Ran,
        body=Given,
        refusals=(*_ROOM, *_TEXT, "no_such_command", "no_such_user", "banned", "conflict", "rate_limited", "too_many"),
    ),
    Route("GET", f"{API}/commands", commands, answer=CommandList, query=Where, refusals=_ROOM),
    Route(
        "PUT",
        f"{API}/commands",
        register,
        answer=RegisteredCommand,
        body=Registration,
        refusals=("forbidden", "bad_name", "bad_text", "text_too_long", "name_taken", "too_many", "rate_limited"),
    ),
    Route("DELETE", f"{API}/commands/{{id}}", remove, status=204, refusals=("no_such_command", "rate_limited")),
    Route(
        "POST",
        f"{API}/commands/replies",
        reply,
        answer=Ran,
        body=Answer,
        statuses=(204,),
        refusals=("not_found", *_ROOM, *_TEXT, "rate_limited"),
    ),
    Route("GET", f"{API}/bots/{{id}}/commands", of_bot, answer=CommandViews, refusals=("no_such_user",)),
)
