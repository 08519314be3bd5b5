"""What a message can hold besides its text: files, mentions, reactions, where it comes from, link previews."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from webchat.model.ids import Millis, RoomId, Seq, UserId

FileKind = Literal["image", "video", "audio", "file"]
Everyone = Literal["all", "here"]
"""Whom a message means besides those it names: every member, or those who are here."""

REACTORS_SHOWN = 100
"""Of those who gave a reaction so many are told by name; all are counted."""


class File(Struct, frozen=True, omit_defaults=True, gc=False):
    """A file of a message, to be had at `/api/v1/files/{id}` by the room's members.

    *width*, *height*: pixels, of images and films.  *duration*: ms, of sounds and films.  *thumb*: there is a small
    picture of it.  *placeholder*: what to show until it is there.
    """

    id: str
    name: str
    mime: str
    kind: FileKind
    size: int
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    placeholder: str | None = None
    thumb: bool = False


class Reaction(Struct, frozen=True):
    """An emoji that *count* people gave to a message; *users*: the first of them."""

    emoji: str
    count: int
    users: tuple[UserId, ...]


class Forwarded(Struct, frozen=True, omit_defaults=True, gc=False):
    """Who said first what is passed on here, and when; *room* and *seq* where it stands in a public room."""

    author: UserId
    created: Millis
    room: RoomId | None = None
    seq: Seq | None = None


class Preview(Struct, frozen=True, omit_defaults=True, gc=False):
    """What another site says of a page that the message links to.  *image*: the name of a picture kept here."""

    url: str
    title: str
    description: str = ""
    site: str = ""
    image: str | None = None


class Extras(Struct, frozen=True, omit_defaults=True):
    """All of it, as it is stored with the message; in the order in which a Message has it."""

    files: tuple[File, ...] = ()
    mentions: tuple[UserId, ...] = ()
    everyone: Everyone | None = None
    reactions: tuple[Reaction, ...] = ()
    forwarded: Forwarded | None = None
    previews: tuple[Preview, ...] = ()
    action: bool = False
    streaming: bool = False


NONE = Extras()
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Extras)


def packed(extras: Extras) -> str | None:
    """*extras* as they are stored; None where there are none."""
    return None if extras == NONE else _encoder.encode(extras).decode()


def unpacked(stored: str | None) -> Extras:
    """What *packed* has written."""
    return NONE if stored is None else _decoder.decode(stored)
