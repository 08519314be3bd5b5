"""Pictures over HTTP: sent as they are, answered as square WebPs."""

from __future__ import annotations

from webchat.chat.pictures import BODY_LIMIT
from webchat.http.accounts import Myself
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.answers import Changed

TAKES = ("image/png", "image/jpeg", "image/gif", "image/webp")

# A picture never changes under its name; and whatever it may hold, it is nothing but a picture.
_HEADERS = (
    (b"Cache-Control", b"private, max-age=31536000, immutable"),
    (b"Content-Security-Policy", b"default-src 'none'; sandbox"),
)


async def picture(call: Call[Nothing, Nothing]) -> Reply:
    """A picture in a size of 48, 128 or 512 pixels."""
    return Reply(await call.chat.pictures.read(call.picture, call.numbers["size"]), headers=_HEADERS)


async def set_avatar(call: Call[bytes, Nothing]) -> Myself:
    """Make the body my picture: its middle square, without anything else that is in the file."""
    return Myself(await call.chat.pictures.set_avatar(call.actor, call.body))


async def remove_avatar(call: Call[Nothing, Nothing]) -> Myself:
    """Take my picture away."""
    return Myself(await call.chat.pictures.remove_avatar(call.actor))


async def set_room_picture(call: Call[bytes, Nothing]) -> Changed:
    """Make the body a room's picture."""
    return await call.chat.pictures.set_room_picture(call.actor, call.room, call.body)


async def remove_room_picture(call: Call[Nothing, Nothing]) -> Changed:
    """Take a room's picture away."""
    return await call.chat.pictures.remove_room_picture(call.actor, call.room)


_ROOM = ("no_such_room", "not_a_member", "forbidden", "room_archived")

ROUTES = (
    Route(
        "GET",
        f"{API}/pictures/{{picture}}/{{size}}",
        picture,
        answer=bytes,
        media_type="image/webp",
        is_glance=True,
        refusals=("not_found",),
    ),
    Route(
        "PUT",
        f"{API}/me/avatar",
        set_avatar,
        answer=Myself,
        takes=TAKES,
        body_limit=BODY_LIMIT,
        refusals=("bad_picture", "busy", "unavailable"),
        scope="all",
    ),
    Route("DELETE", f"{API}/me/avatar", remove_avatar, answer=Myself, scope="all"),
    Route(
        "PUT",
        f"{API}/rooms/{{room}}/picture",
        set_room_picture,
        answer=Changed,
        takes=TAKES,
        body_limit=BODY_LIMIT,
        refusals=(*_ROOM, "bad_picture", "busy", "unavailable"),
        scope="rooms",
    ),
    Route(
        "DELETE", f"{API}/rooms/{{room}}/picture", remove_room_picture, answer=Changed, refusals=_ROOM, scope="rooms"
    ),
)
