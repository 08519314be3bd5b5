"""Rooms taken along as files, and brought in from them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, Literal

import attrs
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.exc import IntegrityError

from webchat.chat import permission
from webchat.chat.authority import Who, administer, id_of
from webchat.chat.rooms import PURGE
from webchat.live.limits import Buckets
from webchat.model import transfer
from webchat.model.extras import Extras
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.names import account_name, name_key
from webchat.model.refusals import Busy, Conflict, Forbidden, NoSuchRoom, Refusal
from webchat.model.rooms import Room, days_kept
from webchat.model.text import DISPLAY_NAME_LIMIT, TITLE_LIMIT, TOPIC_LIMIT, check_nonce, line_of_text, message_text
from webchat.model.transcript import Language, Transcript
from webchat.model.transfer import Head, Person, Place, Said, Wrong
from webchat.store import audit, meta
from webchat.store import rooms as room_store
from webchat.store import transfer as store
from webchat.store.database import Database

ROWS = 200
"""Lines of one transaction."""
SPOOLED = 262_144
"""Bytes of a file that are kept in memory."""
FORGOTTEN = 3_600_000
"""ms after which an import that has not gone on was cut off."""
IMPORTING = "importing:"
"""What the keys begin with that name rooms which are not whole yet."""

Form = Literal["jsonl", "html"]
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


class Imported(Struct, frozen=True):
    """What came of a file.  *created*: false where the room was there already, and nothing was done.

    *placeholders*: accounts that were made for people whose names nobody had here; nobody can sign in to them.
    """

    room: RoomId
    created: bool
    people: int = 0
    placeholders: int = 0
    members: int = 0
    messages: int = 0


@attrs.define(eq=False)
class Transfer:
    """Exports and imports; one of each at a time."""

    _database: Database
    _epoch: Callable[[], str]
    _now: Callable[[], Millis]
    _exports: Buckets
    _changes: Buckets
    _exporting: bool = attrs.field(default=False, init=False)
    _importing: bool = attrs.field(default=False, init=False)

    async def export(self, by: Who, room: RoomId, form: Form = "jsonl", language: Language = "en") -> IO[bytes]:
        """The room as a file, at its beginning: for its owner, and those who run the server.

        All of it is of one moment.  It is written to a file of ours first, so that the database need not wait for
        whoever reads it.  Raises NoSuchRoom, NotAMember, Forbidden, RateLimited, Busy.
        """
        if self._exporting:
            raise Busy("Another room is being exported.", retry_after=5.0)
        if by is not None:
            self._exports.take(by.id)
        self._exporting = True
        now = self._now()

        def note(db: sa.Connection) -> None:
            _may_export(db, by, room)
            audit.record(db, now, id_of(by), "room.export", room=room, form=form)

        def work(db: sa.Connection) -> IO[bytes]:
            lines = store.lines(db, _may_export(db, by, room), self._epoch())
            written = map(transfer.written, lines) if form == "jsonl" else Transcript(language).written(lines)
            file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115
            try:
                for piece in written:
                    file.write(piece)
            except BaseException:
                file.close()
                raise
            file.seek(0)
            return file

        try:
            await self._database.write(None, note)
            return await self._database.read(work)
        finally:
            self._exporting = False

    async def take_in(self, by: Who, lines: Iterable[bytes]) -> Imported:
        """Makes a room of the lines of a file, which are read in a thread: for those who run the server.

        It is seen by nobody until it is whole.  A room that is here already stays as it is.  Raises Forbidden, Busy,
        RateLimited, Conflict; Wrong, which names the line.
        """
        if self._importing:
            raise Busy("Another room is being imported.", retry_after=5.0)
        if by is not None:
            self._changes.take(by.id)
        self._importing = True
        try:
            return await _Import(self._database, self._epoch(), self._now, by).run(lines)
        finally:
            self._importing = False

    async def go_on(self) -> None:
        """Gives up imports that were cut off with their server."""
        now = self._now()

        def work(db: sa.Connection) -> None:
            for key, since in meta.starting(db, IMPORTING).items():
                if now - int(since) > FORGOTTEN:
                    _give_up(db, RoomId(int(key.removeprefix(IMPORTING))), now)

        if await self._database.read(lambda db: meta.starting(db, IMPORTING)):
            await self._database.write(None, work)


@attrs.define(eq=False)
class _Import:
    """One file on its way in."""

    _database: Database
    _epoch: str
    _now: Callable[[], Millis]
    _by: Who
    _order: transfer.Order = attrs.field(factory=transfer.Order)
    _ids: dict[int, UserId] = attrs.field(factory=dict)
    _names: set[str] = attrs.field(factory=set)
    _places: list[Place] = attrs.field(factory=list)
    _placeholders: int = 0

    async def run(self, lines: Iterable[bytes]) -> Imported:
        checked = self._checked(lines)
        first = await self._database.in_thread(lambda: next(checked, None))
        head = first if isinstance(first, Head) else self._order.finish()
        room, is_new = await self._database.write(None, lambda db: self._begin(db, head))
        if not is_new:
            return Imported(room, created=False)
        try:
            while batch := await self._database.in_thread(lambda: list(islice(checked, ROWS))):
                await self._database.write(room, lambda db, batch=batch: self._store(db, room, batch))  # type: ignore[misc]
            self._order.finish()
            await self._database.write(room, lambda db: self._finish(db, room))
        except BaseException:
            await self._database.write(room, lambda db: _give_up(db, room, self._now()))
            raise
        order = self._order
        return Imported(room, True, order.people, self._placeholders, order.members, order.messages)

    def _checked(self, lines: Iterable[bytes]) -> Iterator[transfer.Line]:
        for number, text in enumerate(lines, 1):
            line = transfer.read(number, text)
            try:
                _check(line)
            except Refusal as refusal:
                raise Wrong(number, refusal.message) from None
            self._order.take(number, line)
            if isinstance(line, Person):
                key = name_key(line.name)
                if key in self._names:
                    raise Wrong(number, "somebody else has this name already.")
                self._names.add(key)
            yield line

    def _begin(self, db: sa.Connection, head: Head) -> tuple[RoomId, bool]:
        administer(db, self._by)
        # Held, or of two imports of one file both would begin.
        meta.lock(db, "epoch")
        now = self._now()
        copy = store.copy_of(db, head.origin, self._epoch)
        if copy is not None:
            room, is_gone = copy
            if not is_gone:
                return room, False
            since = meta.maybe(db, f"{IMPORTING}{room}")
            if since is not None and now - int(since) <= FORGOTTEN:
                raise Conflict("This room is being imported already.")
            _give_up(db, room, now)
        room = store.begin(db, head, now)
        meta.put(db, f"{IMPORTING}{room}", str(now))
        return room, True

    def _check_own(self, db: sa.Connection, room: RoomId) -> Head:
        administer(db, self._by)
        head = self._order.head
        assert head is not None
        if not store.still_there(db, room, head.origin):
            raise Conflict("The import was given up.")
        return head

    def _store(self, db: sa.Connection, room: RoomId, batch: list[transfer.Line]) -> None:
        self._check_own(db, room)
        now = self._now()
        meta.put(db, f"{IMPORTING}{room}", str(now))
        said = []
        for line in batch:
            if isinstance(line, Person):
                self._ids[line.number], is_new = store.account_for(db, line, now)
                self._placeholders += is_new
            elif isinstance(line, Place):
                self._places.append(line)
            elif isinstance(line, Said):
                said.append(line)
        try:
            store.add_messages(db, room, said, self._ids)
        except IntegrityError:
            # The one thing about them that was not looked at line by line.
            first, last = said[0].seq, said[-1].seq
            raise Conflict(f"Between message {first} and {last} something is there twice, such as a nonce.") from None

    def _finish(self, db: sa.Connection, room: RoomId) -> None:
        head = self._check_own(db, room)
        store.finish(db, room, head, self._places, self._ids)
        meta.remove(db, f"{IMPORTING}{room}")
        audit.record(db, self._now(), id_of(self._by), "room.import", room=room, messages=self._order.messages)


def _give_up(db: sa.Connection, room: RoomId, now: Millis) -> None:
    """What there is of the room is cleared away bit by bit, like a room that was deleted."""
    store.forget_origin(db, room)
    meta.remove(db, f"{IMPORTING}{room}")
    meta.put(db, f"{PURGE}{room}", str(now))


def _may_export(db: sa.Connection, by: Who, room: RoomId) -> Room:
    if by is not None:
        return permission.owner(db, room, by)[0]
    found = room_store.one(db, room)
    if found.deleted is not None:
        raise NoSuchRoom
    if found.kind == "direct":
        raise Forbidden("A conversation belongs to those in it: it is not exported.")
    return found


def _check(line: transfer.Line) -> None:
    """Raises what the texts of *line* are refused with anywhere else; they must be as they would be stored."""
    if isinstance(line, Head):
        _same(line.title, line_of_text(line.title, TITLE_LIMIT, "title"))
        _same(line.topic, line_of_text(line.topic, TOPIC_LIMIT, "topic", may_be_empty=True))
        _same(line.origin, line_of_text(line.origin, 200, "origin"))
        if line.retention is not None:
            days_kept(line.retention)
    elif isinstance(line, Person):
        _same(line.name, account_name(line.name))
        shown = line_of_text(line.display_name, DISPLAY_NAME_LIMIT, "display name", may_be_empty=True)
        _same(line.display_name, shown)
    elif isinstance(line, Said):
        if line.text:
            _same(line.text, message_text(line.text))
        if line.nonce is not None:
            check_nonce(line.nonce)
        _check_extras(line.extras)


def _check_extras(extras: Extras) -> None:
    """Raises Conflict for what nothing here would have written: it is shown to people, and made into addresses."""
    for file in extras.files:
        if not (_ID.fullmatch(file.id) and 0 < len(file.name) <= 255 and len(file.mime) <= 127 and file.size >= 0):
            raise Conflict("it holds a file that cannot be one.")
        if len(file.placeholder or "") > 1_000:
            raise Conflict("it holds a file that cannot be one.")
    for page in extras.previews:
        if not page.url.startswith(("http://", "https://")) or len(page.url) > 2_048:
            raise Conflict("it holds a link that leads nowhere.")
        if max(len(page.title), len(page.description), len(page.site)) > 1_000:
            raise Conflict("it holds a preview that is too long.")
        if page.image is not None and not _ID.fullmatch(page.image):
            raise Conflict("it holds a preview that cannot be one.")


def _same(text: str, wanted: str) -> None:
    if text != wanted:
        raise Conflict("a text is written in another way than it would be stored.")
