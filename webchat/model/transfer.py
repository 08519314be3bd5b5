"""A room as a file: one JSON object a line, in the order room, then people, members and messages, then the end.

People have numbers of the file's own, given in the order in which they are first named: those of a server mean nothing
to another.  Nothing in it depends on when or where it is written, so that a copy of a room is written alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from webchat.model.extras import Extras
from webchat.model.ids import MAX_INT, Seq
from webchat.model.refusals import BadRequest
from webchat.model.rooms import MemberRole, Right
from webchat.model.text import MESSAGE_LIMIT
from webchat.model.users import UserKind

FORMAT: Literal["webchat-room"] = "webchat-room"
VERSION: Literal[1] = 1
LINE_LIMIT = 1_048_576
"""Bytes of one line."""

_Count = Annotated[int, Meta(ge=0, le=MAX_INT)]
_Number = Annotated[int, Meta(ge=1, le=MAX_INT)]
_Body = Annotated[str, Meta(max_length=MESSAGE_LIMIT)]


class Head(Struct, frozen=True, tag="room", forbid_unknown_fields=True):
    """The room itself.  *origin*: which room of which server it is, wherever it has been copied to since."""

    format: Literal["webchat-room"]
    version: Literal[1]
    origin: Annotated[str, Meta(min_length=3, max_length=200)]
    kind: Literal["public", "private"]
    title: str
    topic: str
    created: _Count
    archived: _Count | None
    posting: Right
    inviting: Right
    mentioning: Right
    slow: Annotated[int, Meta(ge=0, le=3_600)]
    retention: Annotated[int, Meta(ge=0, le=3_650)] | None
    seq: _Count
    rev: _Number
    changed: _Number
    floor: _Count
    floor_rev: _Count


class Person(Struct, frozen=True, tag="person", forbid_unknown_fields=True):
    """Somebody who is named further down.  An account that was deleted has no display name."""

    number: _Number
    name: str
    display_name: str
    kind: UserKind


class Place(Struct, frozen=True, tag="member", forbid_unknown_fields=True):
    """Somebody's membership, also one that has ended.  How far she has read is her own affair and not told."""

    person: _Number
    role: MemberRole
    rev: _Number
    joined_rev: _Number
    left_rev: _Number | None


class Was(Struct, frozen=True, forbid_unknown_fields=True):
    """What a message said before, and since when."""

    rev: _Number
    text: _Body
    written: _Count


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """One reaction of one person."""

    emoji: Annotated[str, Meta(min_length=1, max_length=100)]
    person: _Number
    created: _Count


class Said(Struct, frozen=True, omit_defaults=True, tag="message", forbid_unknown_fields=True):
    """A message, or the tombstone of one.

    *hash*: SHA-256 of what was first posted, by which a repeated post is known; a tombstone keeps none, since short
    texts could be guessed from it.  People in *extras* are numbers of the file.
    """

    seq: _Number
    rev: _Number
    posted_rev: _Number
    author: _Number
    created: _Count
    text: _Body
    nonce: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    edited: _Count | None = None
    deleted: _Count | None = None
    reply: _Number | None = None
    thread: _Number | None = None
    replies: _Count = 0
    last_reply: _Count | None = None
    pinned: _Count | None = None
    extras: Extras = Extras()
    was: tuple[Was, ...] = ()
    given: tuple[Given, ...] = ()


class End(Struct, frozen=True, tag="end", forbid_unknown_fields=True):
    """That this is all: a file without it was cut off."""

    people: _Count
    members: _Count
    messages: _Count


Line = Head | Person | Place | Said | End

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Head | Person | Place | Said | End)


class Wrong(BadRequest):
    """A line of a file is not as it must be; says which."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"Line {number}: {why}", field="line")


def written(line: Line) -> bytes:
    """*line*, with its end."""
    return _encoder.encode(line) + b"\n"


def read(number: int, text: bytes) -> Line:
    """What line *number* says.  Raises Wrong."""
    if len(text) > LINE_LIMIT:
        raise Wrong(number, f"it has more than {LINE_LIMIT} bytes.")
    # Valid in JSON, and an error in PostgreSQL.
    if b"\\u0000" in text:
        raise Wrong(number, "it holds characters that cannot be stored.")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Wrong(number, f"{error}.") from None


def lines_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of *stream*; of one that is too long only so much that this is seen."""
    while line := stream.readline(LINE_LIMIT + 2):
        yield line.removesuffix(b"\n")


class Order:
    """What must be true of the lines together: they are given one after the other, then *finish*."""

    def __init__(self) -> None:
        self.head: Head | None = None
        self.ended = False
        self.people = self.members = self.messages = 0
        self._line = 0
        self._seq = Seq(0)
        self._revs: set[int] = set()
        self._members: set[int] = set()

    def take(self, number: int, line: Line) -> None:
        """The next line.  Raises Wrong."""
        self._line = number
        if self.ended:
            raise Wrong(number, "there is more behind the end.")
        if isinstance(line, Head):
            self._take_head(line)
            return
        head = self.head
        if head is None:
            raise Wrong(number, "the room itself must come first.")
        if isinstance(line, Person):
            self.people += 1
            if line.number != self.people:
                raise Wrong(number, f"this must be person {self.people}.")
        elif isinstance(line, Place):
            self._take_place(line)
        elif isinstance(line, Said):
            self._take_message(head, line)
        else:
            self._take_end(head, line)

    def finish(self) -> Head:
        """The room of the file, all of which was given.  Raises Wrong."""
        if self.head is None or not self.ended:
            raise Wrong(self._line + 1, "the end is missing: the file was cut off.")
        return self.head

    def _take_head(self, head: Head) -> None:
        if self.head is not None:
            raise Wrong(self._line, "a second room begins here.")
        if head.floor > head.seq or head.floor_rev > head.rev or head.changed > head.rev:
            raise Wrong(self._line, "the counters contradict each other.")
        self.head = head
        self._seq = Seq(head.floor)
        self._take_rev(head.changed)

    def _take_place(self, place: Place) -> None:
        if self.messages:
            raise Wrong(self._line, "members come before messages.")
        self._known(place.person)
        if place.person in self._members:
            raise Wrong(self._line, "this person is a member already.")
        if place.joined_rev > place.rev or (place.left_rev or 0) > place.rev:
            raise Wrong(self._line, "the counters contradict each other.")
        self._members.add(place.person)
        self._take_rev(place.rev)
        self.members += 1

    def _take_message(self, head: Head, said: Said) -> None:
        if said.seq != self._seq + 1:
            raise Wrong(self._line, f"this must be message {self._seq + 1}.")
        if said.seq > head.seq or said.posted_rev > said.rev:
            raise Wrong(self._line, "the counters contradict each other.")
        if said.deleted is not None and (said.text or said.hash or said.was or said.given or said.extras != Extras()):
            raise Wrong(self._line, "a deleted message holds nothing.")
        if max(said.reply or 0, said.thread or 0) >= said.seq:
            raise Wrong(self._line, "it answers a message that comes later.")
        extras = said.extras
        named = [said.author, *extras.mentions, *(one.person for one in said.given)]
        named += [user for one in extras.reactions for user in one.users]
        if extras.forwarded is not None:
            named.append(extras.forwarded.author)
        for person in named:
            self._known(person)
        self._seq = Seq(said.seq)
        self._take_rev(said.rev)
        self.messages += 1

    def _take_end(self, head: Head, end: End) -> None:
        if self._seq != head.seq:
            raise Wrong(self._line, f"the messages after {self._seq} are missing.")
        if (end.people, end.members, end.messages) != (self.people, self.members, self.messages):
            raise Wrong(self._line, "something is missing before it.")
        self.ended = True

    def _known(self, person: int) -> None:
        if not 1 <= person <= self.people:
            raise Wrong(self._line, f"person {person} is not known yet.")

    def _take_rev(self, rev: int) -> None:
        assert self.head is not None
        if rev in self._revs or rev > self.head.rev:
            raise Wrong(self._line, f"the rev {rev} is not one of its own.")
        self._revs.add(rev)
