"""Files over HTTP: sent as they are, one a request; looked at whole or in part."""

from __future__ import annotations

import re
from typing import Annotated, BinaryIO, Literal

from msgspec import Meta, Struct

from webchat.chat.files import LONGEST, WIDEST
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.answers import FilePage
from webchat.model.extras import File
from webchat.model.files import OCTETS
from webchat.model.refusals import BadRequest

Pixels = Annotated[int, Meta(ge=1, le=WIDEST)]


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """What the file is called; of a sound or film how long it is (ms), and how large the film (pixels)."""

    name: Annotated[str, Meta(min_length=1, max_length=1_000)]
    width: Pixels | None = None
    height: Pixels | None = None
    duration: Annotated[int, Meta(ge=0, le=LONGEST)] | None = None


class OfRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """Pictures and films (`media`), sounds and other files (`file`), or `all`; *before*: the `next` of another page."""

    kind: Literal["media", "file", "all"] = "all"
    before: Annotated[str, Meta(max_length=40)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


async def bring(call: Call[BinaryIO, About]) -> File:
    """Bring a file to a room, to be posted in a message within a day."""
    about = call.query
    return await call.chat.files.bring(
        call.actor, call.room, call.body, about.name, width=about.width, height=about.height, duration=about.duration
    )


async def file(call: Call[Nothing, Nothing]) -> Reply:
    """A file, whole or in part."""
    return Reply(await call.chat.files.open(call.actor, call.file))


async def thumb(call: Call[Nothing, Nothing]) -> Reply:
    """A small picture of a file that is a picture, as WebP of at most 640 pixels."""
    return Reply(await call.chat.files.open(call.actor, call.file, is_small=True))


async def discard(call: Call[Nothing, Nothing]) -> None:
    """Take back a file of mine that is in no message."""
    await call.chat.files.discard(call.actor, call.file)


async def of_room(call: Call[Nothing, OfRoom]) -> FilePage:
    """The files of a room's messages, the newest first."""
    before = call.query.before
    place = None
    if before is not None:
        found = re.fullmatch(r"([0-9]{1,15})-([0-9]{1,3})", before)
        if found is None:
            raise BadRequest("This is not where a page begins.", field="before")
        place = (int(found[1]), int(found[2]))
    return await call.chat.files.page(call.actor, call.room, call.query.kind, place, call.query.limit)


_ROOM = ("no_such_room", "not_a_member")

ROUTES = (
    Route(
        "POST",
        f"{API}/rooms/{{room}}/files",
        bring,
        answer=File,
        query=About,
        status=201,
        takes=(OCTETS,),
        is_upload=True,
        refusals=(
            *_ROOM,
            *("forbidden", "silenced", "room_archived", "bad_file", "bad_picture", "bad_text", "quota_exceeded"),
            *("busy", "unavailable", "retry"),
        ),
    ),
    Route("GET", f"{API}/rooms/{{room}}/files", of_room, answer=FilePage, query=OfRoom, refusals=_ROOM),
    Route(
        "GET",
        f"{API}/files/{{file}}",
        file,
        answer=bytes,
        media_type=OCTETS,
        statuses=(206, 304),
        is_glance=True,
        refusals=("no_such_file", "bad_range"),
    ),
    Route(
        "GET",
        f"{API}/files/{{file}}/thumb",
        thumb,
        answer=bytes,
        media_type="image/webp",
        statuses=(206, 304),
        is_glance=True,
        refusals=("no_such_file", "bad_range"),
    ),
    Route("DELETE", f"{API}/files/{{file}}", discard, status=204, refusals=("no_such_file",)),
)
