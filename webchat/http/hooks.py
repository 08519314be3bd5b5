"""Webhooks over HTTP: made and changed by a room's moderators, and posted to by other programs."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from webchat.chat.hooks import HookChanges, Made
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.answers import Posted
from webchat.model.hooks import EVENTS, WORD_LIMIT, HookEvent, HookView
from webchat.model.targets import TargetUrl

Label = Annotated[str, Meta(min_length=1, max_length=64)]
Events = Annotated[tuple[HookEvent, ...], Meta(max_length=len(EVENTS))]
Word = Annotated[str, Meta(max_length=WORD_LIMIT)]


class MakeIncoming(Struct, frozen=True, forbid_unknown_fields=True):
    """A URL to post to; *label* is what its messages stand under."""

    label: Label


class MakeOutgoing(Struct, frozen=True, forbid_unknown_fields=True):
    """Have *url* told of *events*; of messages only those that begin with *word*; what *bots* say, too."""

    label: Label
    url: TargetUrl
    events: Events = ("message.posted",)
    word: Word = ""
    bots: bool = False


class ChangeHook(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is.  *resting*: it tells nothing, and takes nothing."""

    label: Label | UnsetType = UNSET
    url: TargetUrl | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    word: Word | UnsetType = UNSET
    bots: bool | UnsetType = UNSET
    resting: bool | UnsetType = UNSET


class Hooks(Struct, frozen=True):
    """A room's webhooks, newest first.  *outgoing*: whether the server lets rooms tell others at all."""

    hooks: list[HookView]
    outgoing: bool


class NewHook(Struct, frozen=True):
    """A webhook, with what is told this once: the *path* to post to, or the *secret* of the signatures."""

    hook: HookView
    path: str | None
    secret: str | None


async def hooks(call: Call[Nothing, Nothing]) -> Hooks:
    """A room's webhooks, for its moderators."""
    return Hooks(await call.chat.hooks.of_room(call.actor, call.room), call.chat.settings.webhooks)


async def make_incoming(call: Call[MakeIncoming, Nothing]) -> NewHook:
    """Make an incoming webhook: a URL by which a program posts into the room."""
    return _new(await call.chat.hooks.make_incoming(call.actor, call.room, call.body.label))


async def make_outgoing(call: Call[MakeOutgoing, Nothing]) -> NewHook:
    """Make an outgoing webhook: a URL that is told of what happens in the room."""
    body = call.body
    return _new(
        await call.chat.hooks.make_outgoing(
            call.actor, call.room, body.label, body.url, body.events, body.word, body.bots
        )
    )


async def change(call: Call[ChangeHook, Nothing]) -> HookView:
    """Change a webhook, let it rest or wake it."""
    return await call.chat.hooks.change(call.actor, call.room, call.id, HookChanges(**structs.asdict(call.body)))


async def renew(call: Call[Nothing, Nothing]) -> NewHook:
    """Give a webhook another secret: the old one is worth nothing at once."""
    return _new(await call.chat.hooks.renew(call.actor, call.room, call.id))


async def try_out(call: Call[Nothing, Nothing]) -> None:
    """Send a test to an outgoing webhook; how it went is seen in the list."""
    await call.chat.hook_events.try_out(call.actor, call.room, call.id)


async def remove(call: Call[Nothing, Nothing]) -> None:
    """Remove a webhook; its bot leaves the room."""
    await call.chat.hooks.remove(call.actor, call.room, call.id)


async def receive(call: Call[bytes, Nothing]) -> Reply:
    """Post into a room by an incoming webhook: a JSON object with a text, in Slack's shape or ours."""
    posted = await call.chat.hooks.receive(call.id, call.secret, call.body)
    return Reply(posted)


def _new(made: Made) -> NewHook:
    return NewHook(made.hook, made.path, made.secret)


_ROOM = ("no_such_room", "not_a_member", "forbidden")
_CHANGE = (*_ROOM, "room_archived", "bad_text", "text_too_long", "rate_limited")

ROUTES = (
    Route("GET", f"{API}/rooms/{{room}}/hooks", hooks, answer=Hooks, refusals=_ROOM, scope="rooms"),
    Route(
        "POST",
        f"{API}/rooms/{{room}}/hooks/incoming",
        make_incoming,
        answer=NewHook,
        body=MakeIncoming,
        status=201,
        refusals=(*_CHANGE, "too_many"),
        scope="rooms",
    ),
    Route(
        "POST",
        f"{API}/rooms/{{room}}/hooks/outgoing",
        make_outgoing,
        answer=NewHook,
        body=MakeOutgoing,
        status=201,
        refusals=(*_CHANGE, "too_many"),
        scope="rooms",
    ),
    Route(
        "PATCH",
        f"{API}/rooms/{{room}}/hooks/{{id}}",
        change,
        answer=HookView,
        body=ChangeHook,
        refusals=(*_CHANGE, "not_found"),
        scope="rooms",
    ),
    Route(
        "POST",
        f"{API}/rooms/{{room}}/hooks/{{id}}/secret",
        renew,
        answer=NewHook,
        refusals=(*_ROOM, "room_archived", "not_found", "rate_limited"),
        scope="rooms",
    ),
    Route(
        "POST",
        f"{API}/rooms/{{room}}/hooks/{{id}}/test",
        try_out,
        status=204,
        refusals=(*_ROOM, "not_found", "too_many", "rate_limited"),
        scope="rooms",
    ),
    Route(
        "DELETE",
        f"{API}/rooms/{{room}}/hooks/{{id}}",
        remove,
        status=204,
        refusals=(*_ROOM, "not_found", "rate_limited"),
        scope="rooms",
    ),
    Route(
        "POST",
        f"{API}/hooks/{{id}}/{{secret}}",
        receive,
        answer=Posted,
        who="public",
        # What it is shows by itself; a script that sends a string says that it is plain text.
        takes=("application/json", "application/x-www-form-urlencoded", "text/plain"),
        refusals=(
            *("not_found", "empty_text", "text_too_long", "bad_text", "no_such_message", "room_archived", "forbidden"),
            *("silenced", "slow_mode", "conflict", "busy", "retry"),
        ),
    ),
)
