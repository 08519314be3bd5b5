"""Files: brought to a room, taken by a message, looked at by the room's members, and gone with the message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import BinaryIO

import attrs
import sqlalchemy as sa
from twisted.logger import Logger

from webchat.chat import permission
from webchat.chat.shelf import Shelf, Taken
from webchat.live.limits import Buckets
from webchat.model.answers import FilePage, SharedFile
from webchat.model.extras import File
from webchat.model.files import ALLOWED, FILES_PER_MESSAGE, OCTETS, SHOWN, Group
from webchat.model.ids import MAX_INT, Millis, RoomId, Seq, UserId
from webchat.model.refusals import (
    BadRequest,
    NoSuchFile,
    NotAMember,
    NotFound,
    QuotaExceeded,
    Refusal,
    Retry,
    Unavailable,
)
from webchat.model.users import Actor
from webchat.store import files as file_store
from webchat.store import rooms as room_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.files import SHELVES, Upload

HOUR, DAY = 3_600_000, 86_400_000
MAX_FILES = 10_000
"""Of one person."""
LONGEST = DAY
"""ms of a sound or film."""
WIDEST = 16_384
PAGE_LIMIT = 100
SHELVES_AT_ONCE = 16
CHUNK = 200
_KINDS = {"media": ("image", "video"), "file": ("audio", "file"), "all": ("image", "video", "audio", "file")}


@attrs.frozen
class FilePolicy:
    """What the operator lets people bring; sizes in bytes."""

    largest: int = 25 * 1024 * 1024
    quota: int = 1024 * 1024 * 1024
    allowed: Collection[Group] = ALLOWED


@attrs.frozen(eq=False)
class Opened:
    """A file to be sent: *size* bytes of *stream*, which whoever has it closes.  *is_shown*: not only to be saved."""

    stream: BinaryIO
    size: int
    mime: str
    name: str
    tag: str
    is_shown: bool


@attrs.define(eq=False)
class Files:
    """What can be done with files.  A file's id is drawn by lot, and is good for the room's members alone."""

    _database: Database
    _shelf: Shelf | None
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _uploads: Buckets
    _changes: Buckets
    policy: FilePolicy = FilePolicy()
    _next_shelf: int = attrs.field(default=0, init=False)
    _logger = Logger()

    async def bring(
        self,
        actor: Actor,
        room: RoomId,
        source: BinaryIO,
        name: str,
        *,
        width: int | None = None,
        height: int | None = None,
        duration: int | None = None,
    ) -> File:
        """Keeps what *source* holds, for a message that the actor posts in the room within a day.

        *width*, *height* (pixels) and *duration* (ms) are what she says of a film or sound; of a picture it is known.
        Raises what `permission.speaker` raises; BadFile, BadPicture, QuotaExceeded, RateLimited, Busy, Unavailable.
        """
        shelf = self._shelf
        if shelf is None:
            raise Unavailable
        # Asked before the work with the file, and again by the transaction that acts.
        await self._database.read(lambda db: self._may_bring(db, actor, room, 0))
        self._uploads.take(actor.id)
        id = self._token_bytes(16).hex()
        taken = await shelf.take(source, name, id, self.policy.allowed)
        new = Upload(actor.id, room, None, taken.written.sha256, self._now(), _file(taken, id, width, height, duration))

        def work(db: sa.Connection) -> None:
            # Two at once count one after the other.
            user_store.lock(db, actor.id)
            self._may_bring(db, actor, room, new.file.size)
            file_store.add(db, new)

        await shelf.lock.acquire()
        try:
            await shelf.keep(taken)
            await self._database.write(None, work)
        except Retry:
            # It may be there by now: the sweep will see.
            raise
        except Refusal:
            await self._remove_unused([new.sha256])
            await shelf.drop(taken)
            raise
        finally:
            shelf.lock.release()
        return new.file

    def _may_bring(self, db: sa.Connection, actor: Actor, room: RoomId, size: int) -> None:
        permission.speaker(db, room, actor, self._now())
        number, held = file_store.held(db, actor.id)
        if number >= MAX_FILES or held + size > self.policy.quota:
            raise QuotaExceeded

    async def discard(self, actor: Actor, id: str) -> None:
        """Removes a file of the actor's that no message has taken.  Raises NoSuchFile."""
        self._changes.take(actor.id)
        gone = await self._database.write(None, lambda db: file_store.remove_waiting(db, id, actor.id))
        if not gone:
            raise NoSuchFile
        await self.forget(gone)

    async def open(self, actor: Actor, id: str, is_small: bool = False) -> Opened:
        """The file, or the small picture of it: for the room's members, or its owner alone until a message has it.

        Whoever else asks learns nothing (NoSuchFile), not even that there is one.
        """
        return await self._open(await self._database.read(lambda db: _visible(db, actor, id)), is_small)

    async def open_public(self, id: str, rooms: Collection[RoomId]) -> Opened:
        """A file of a message in one of *rooms*, for anybody who knows its id.  Raises NoSuchFile in private ones."""

        def work(db: sa.Connection) -> Upload:
            upload = file_store.maybe(db, id)
            room = room_store.maybe(db, upload.room) if upload is not None and upload.room in rooms else None
            if upload is None or room is None or room.kind != "public" or room.deleted is not None:
                raise NoSuchFile
            if upload.seq is None or upload.seq <= room.floor:
                raise NoSuchFile
            return upload

        return await self._open(await self._database.read(work), False)

    async def _open(self, upload: Upload, is_small: bool) -> Opened:
        if is_small and not upload.file.thumb:
            raise NoSuchFile
        found = await self._shelf.open(upload.sha256, is_small) if self._shelf is not None else None
        if found is None:
            raise NoSuchFile
        stream, size = found
        if is_small:
            return Opened(stream, size, "image/webp", upload.file.name, f"{upload.sha256}-s", True)
        mime = upload.file.mime
        is_shown = mime in SHOWN
        # Whatever a page could be made of goes out as bytes.
        served = mime if is_shown or not ("xml" in mime or "html" in mime) else OCTETS
        return Opened(stream, size, served, upload.file.name, upload.sha256, is_shown)

    async def page(self, actor: Actor, room: RoomId, kind: str, before: tuple[int, int] | None, limit: int) -> FilePage:
        """Files of the room's messages, the newest first; *kind*: `media`, `file` or `all`.  Raises as `member`."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> FilePage:
            now, _ = permission.member(db, room, actor)
            seq, place = before or (MAX_INT, 0)
            found = file_store.of_room(db, room, now.floor, _KINDS[kind], (Seq(seq), place), limit)
            last = found[-1] if len(found) == limit else None
            return FilePage(
                tuple(SharedFile(one.seq or Seq(0), one.owner, one.created, one.file) for one in found),
                None if last is None else f"{last.seq}-{last.place}",
            )

        return await self._database.read(work)

    async def forget(self, contents: Sequence[str]) -> None:
        """Removes those of the contents that are nobody's any more."""
        if self._shelf is None or not contents:
            return
        await self._shelf.lock.acquire()
        try:
            await self._remove_unused(contents)
        except OSError as error:
            # What was wanted is done; the next sweep tries again.
            self._logger.warn("The contents of files were not removed: {why}", why=str(error))
        finally:
            self._shelf.lock.release()

    async def _remove_unused(self, contents: Sequence[str]) -> None:
        assert self._shelf is not None
        used = await self._database.read(lambda db: file_store.used(db, contents))
        await self._shelf.remove(set(contents) - used)

    async def sweep(self) -> None:
        """Removes files that nobody posted within a day or whose message is gone, and contents that nobody holds.

        Of the contents it looks at some shelves each time, and at those only that have lain for an hour: what is
        younger may be on its way to somebody, on another node.
        """
        if self._shelf is None:
            return
        before = Millis(self._now() - DAY)
        gone = await self._database.write(None, lambda db: file_store.remove_stale(db, before, CHUNK))
        await self.forget(gone)
        first = self._next_shelf
        self._next_shelf = (first + SHELVES_AT_ONCE) % len(SHELVES)
        names = await self._shelf.stale((self._now() - HOUR) / 1000, first, SHELVES_AT_ONCE)
        for start in range(0, len(names), CHUNK):
            await self.forget(names[start : start + CHUNK])


def wanted(
    ids: Sequence[str], brought: dict[str, Upload], room: RoomId, author: UserId, taken: set[str]
) -> tuple[File, ...] | NoSuchFile:
    """The files that a post of *author* carries: her own, brought to this room, and no message's yet.

    *brought* are those there are; *taken* those that posts before it, in the same batch, have had.
    """
    found = []
    for id in ids:
        upload = brought.get(id)
        if upload is None or upload.owner != author or upload.room != room or upload.seq is not None or id in taken:
            return NoSuchFile(field="files")
        found.append(upload.file)
    taken.update(ids)
    return tuple(found)


def check_ids(ids: Sequence[str]) -> None:
    """Raises BadRequest for more files than a message may have, and for one that is named twice."""
    if len(ids) > FILES_PER_MESSAGE or len(set(ids)) != len(ids):
        raise BadRequest(f"A message has at most {FILES_PER_MESSAGE} files, each once.", field="files")


def _visible(db: sa.Connection, actor: Actor, id: str) -> Upload:
    upload = file_store.maybe(db, id)
    if upload is None:
        raise NoSuchFile
    try:
        room, _ = permission.member(db, upload.room, actor)
    except (NotAMember, NotFound):
        raise NoSuchFile from None
    if upload.owner != actor.id if upload.seq is None else upload.seq <= room.floor:
        raise NoSuchFile
    return upload


def _file(taken: Taken, id: str, width: int | None, height: int | None, duration: int | None) -> File:
    mime, kind = taken.type.mime, taken.kind
    if kind == "image":
        width, height, duration = taken.width, taken.height, None
    elif kind == "audio":
        width = height = None
    elif kind != "video":
        width = height = duration = None
    if width is None or height is None:
        width = height = None
    return File(
        id,
        taken.name,
        mime,
        kind,
        taken.written.size,
        width,
        height,
        duration,
        taken.placeholder,
        taken.small is not None,
    )
