"""Over HTTP: rooms taken along as files, and brought in from them."""

from __future__ import annotations

from typing import BinaryIO

from msgspec import Struct

from webchat.chat.transfer import Form, Imported
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.transcript import Language
from webchat.model.transfer import lines_of

JSONL = "application/x-ndjson"


class ExportRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """*format*: lines for another server, or a page to read, in *language*."""

    format: Form = "jsonl"
    language: Language = "en"


async def export(call: Call[Nothing, ExportRoom]) -> Reply:
    """A room as a file."""
    query = call.query
    file = await call.chat.transfer.export(call.actor, call.room, query.format, query.language)
    name = b'attachment; filename="room-%d.%s"' % (call.room, query.format.encode())
    media_type = JSONL if query.format == "jsonl" else "text/html; charset=utf-8"
    return Reply(file=file, media_type=media_type, headers=((b"Content-Disposition", name),))


async def take_in(call: Call[BinaryIO, Nothing]) -> Reply:
    """Make a room of a file."""
    done = await call.chat.transfer.take_in(call.actor, lines_of(call.body))
    return Reply(done, status=201 if done.created else 200)


ROUTES = (
    Route(
        "GET",
        f"{API}/rooms/{{room}}/export",
        export,
        answer=bytes,
        query=ExportRoom,
        media_type=JSONL,
        refusals=("no_such_room", "not_a_member", "forbidden", "rate_limited", "busy"),
    ),
    Route(
        "POST",
        f"{API}/admin/imports",
        take_in,
        answer=Imported,
        status=201,
        statuses=(200,),
        who="admin",
        takes=(JSONL,),
        is_upload=True,
        refusals=("conflict", "rate_limited", "busy"),
    ),
)
