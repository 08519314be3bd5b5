"""Pictures by address: those of people, and those that were said.

An address is drawn by lot, and told only to who may see the picture.  That is a room's members, whose browser is known
by its cookie, or who send their token; and everybody, if the room is public and strangers hear what is said there.
"""

from __future__ import annotations

import colorsys
import re
from contextlib import suppress
from io import BytesIO

from webchat.chat.files import Opened
from webchat.legacy.endpoint import Services
from webchat.legacy.shapes import BUILT_IN
from webchat.model.refusals import NoSuchFile, NotFound
from webchat.model.users import Actor

_AVATAR = re.compile(r"([0-9a-f]{32})\.webp")
_BUILT_IN = re.compile(r"([1-9][0-9]{0,2})\.svg")
_FILE = re.compile(r"([0-9a-f]{32})\.[a-z]{3,4}")
_PIXELS = 128


async def avatar(services: Services, name: str) -> Opened:
    """The picture of somebody, or one of those that are built in.  Raises NotFound."""
    found = _AVATAR.fullmatch(name)
    if found is not None:
        data = await services.chat.pictures.read(found[1], _PIXELS)
        return Opened(BytesIO(data), len(data), "image/webp", name, found[1], True)
    found = _BUILT_IN.fullmatch(name)
    if found is None or int(found[1]) > BUILT_IN:
        raise NotFound
    data = built_in(int(found[1]))
    return Opened(BytesIO(data), len(data), "image/svg+xml", name, f"built-in-{found[1]}", True)


async def file(services: Services, name: str, actor: Actor | None) -> Opened:
    """A file that was said in a room.  Raises NoSuchFile."""
    found = _FILE.fullmatch(name)
    if found is None:
        raise NoSuchFile
    if actor is not None:
        with suppress(NoSuchFile):
            return await services.chat.files.open(actor, found[1])
    if not services.shows_strangers:
        raise NoSuchFile
    return await services.chat.files.open_public(found[1], await services.chat.legacy.known())


def built_in(number: int) -> bytes:
    """Picture *number*: a head and shoulders, on a colour of its own."""
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(number * 0.618034 % 1, 0.55, 0.5))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="128" height="128">'
        f'<path fill="#{red:02x}{green:02x}{blue:02x}" d="M0 0h64v64H0z"/>'
        '<g fill="#fff"><circle cx="32" cy="25" r="11"/><path d="M10 60c1-15 10-21 22-21s21 6 22 21z"/></g></svg>'
    ).encode()
