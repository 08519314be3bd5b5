"""Messages over HTTP: history, posting, editing, deleting, reading, and what changed since a rev."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, structs

from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.answers import Changed, Changes, Marked, Page, Posted, Revisions
from webchat.model.commands import (
    ASeq,
    DeleteMessage,
    EditMessage,
    FileIds,
    Forward,
    MarkRead,
    Nonce,
    PostMessage,
    Text,
)
from webchat.model.events import Message
from webchat.model.ids import MAX_INT, Rev, Seq
from webchat.model.refusals import BadRequest


class Post(Struct, frozen=True, forbid_unknown_fields=True):
    """The same *nonce* again gets the same answer, and nothing is posted twice.

    *reply*: the seq of the message that this one answers.  *thread*: the seq of the one that began its thread.
    *forward*: a message, of any room of mine, that is said here again: *text* is then empty.
    *files*: ids of files that were brought to the room; with one, the text may be empty.
    *action*: the text says what I do, to be read after my name.
    """

    text: Text
    nonce: Nonce | None = None
    reply: ASeq | None = None
    thread: ASeq | None = None
    forward: Forward | None = None
    files: FileIds = ()
    action: bool = False


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """*if_rev*: only if the message still has this rev."""

    text: Text
    if_rev: Annotated[Rev, Meta(ge=1, le=MAX_INT)] | None = None


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """I have read up to *seq*."""

    seq: Annotated[Seq, Meta(ge=0, le=MAX_INT)]


class History(Struct, frozen=True, forbid_unknown_fields=True):
    """Messages *before*, *after* or *around* a seq (one of them at most), else the newest."""

    before: ASeq | None = None
    after: Annotated[Seq, Meta(ge=0, le=MAX_INT)] | None = None
    around: ASeq | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class Since(Struct, frozen=True, forbid_unknown_fields=True):
    """*rev*: the one held."""

    rev: Annotated[Rev, Meta(ge=0, le=MAX_INT)]


async def history(call: Call[Nothing, History]) -> Page:
    """A stretch of a room's history."""
    query = call.query
    if sum(place is not None for place in (query.before, query.after, query.around)) > 1:
        raise BadRequest("Ask for messages before, after or around a seq, not for two of these.")
    return await call.chat.messages.page(call.actor, call.room, query.before, query.after, query.around, query.limit)


async def one(call: Call[Nothing, Nothing]) -> Message:
    """One message."""
    return await call.chat.messages.one(call.actor, call.room, call.seq)


async def revisions(call: Call[Nothing, Nothing]) -> Revisions:
    """What a message said before it was edited."""
    return Revisions(tuple(await call.chat.messages.revisions(call.actor, call.room, call.seq)))


async def post(call: Call[Post, Nothing]) -> Reply:
    """Say something."""
    command = PostMessage(id=0, room=call.room, **structs.asdict(call.body))
    posted = await call.chat.messages.post(call.actor, command)
    return Reply(posted, status=200 if posted.duplicate else 201)


async def edit(call: Call[Edit, Nothing]) -> Changed:
    """Change a message of mine."""
    return await call.chat.messages.edit(
        call.actor, EditMessage(id=0, room=call.room, seq=call.seq, text=call.body.text, if_rev=call.body.if_rev)
    )


async def delete(call: Call[Nothing, Nothing]) -> Changed:
    """Delete a message."""
    return await call.chat.messages.delete(call.actor, DeleteMessage(id=0, room=call.room, seq=call.seq))


async def remove_previews(call: Call[Nothing, Nothing]) -> Changed:
    """Take the previews of its links away from a message."""
    return await call.chat.previews.remove(call.actor, call.room, call.seq)


async def mark_read(call: Call[Mark, Nothing]) -> Marked:
    """Say how far I have read."""
    return await call.chat.reading.mark(call.actor, MarkRead(id=0, room=call.room, seq=call.body.seq))


async def changes(call: Call[Nothing, Since]) -> Changes:
    """What changed in a room since a rev."""
    return await call.chat.messages.changes(call.actor, call.room, call.query.rev)


_ROOM = ("no_such_room", "not_a_member")
_TEXT = (
    *("empty_text", "text_too_long", "bad_text", "room_archived", "forbidden", "silenced", "conflict"),
    *("rate_limited", "busy", "retry"),
)

ROUTES = (
    Route("GET", f"{API}/rooms/{{room}}/messages", history, answer=Page, query=History, refusals=_ROOM),
    Route(
        "POST",
        f"{API}/rooms/{{room}}/messages",
        post,
        answer=Posted,
        body=Post,
        status=201,
        statuses=(200,),
        refusals=(*_ROOM, *_TEXT, "slow_mode", "no_such_message", "no_such_file"),
    ),
    Route(
        "GET",
        f"{API}/rooms/{{room}}/messages/{{seq}}",
        one,
        answer=Message,
        refusals=(*_ROOM, "no_such_message"),
        is_glance=True,
    ),
    Route(
        "GET",
        f"{API}/rooms/{{room}}/messages/{{seq}}/revisions",
        revisions,
        answer=Revisions,
        refusals=(*_ROOM, "no_such_message", "forbidden"),
    ),
    Route(
        "PATCH",
        f"{API}/rooms/{{room}}/messages/{{seq}}",
        edit,
        answer=Changed,
        body=Edit,
        refusals=(*_ROOM, *_TEXT, "no_such_message"),
    ),
    Route(
        "DELETE",
        f"{API}/rooms/{{room}}/messages/{{seq}}",
        delete,
        answer=Changed,
        refusals=(*_ROOM, "no_such_message", "forbidden", "room_archived"),
    ),
    Route(
        "DELETE",
        f"{API}/rooms/{{room}}/messages/{{seq}}/previews",
        remove_previews,
        answer=Changed,
        refusals=(*_ROOM, "no_such_message", "forbidden", "room_archived"),
    ),
    Route("PUT", f"{API}/rooms/{{room}}/read", mark_read, answer=Marked, body=Mark, refusals=_ROOM, scope="read"),
    Route("GET", f"{API}/rooms/{{room}}/changes", changes, answer=Changes, query=Since, refusals=(*_ROOM, "reset")),
)
