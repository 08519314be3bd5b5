"""Files that people brought: their rows, and their contents in a folder, each of which is kept once."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import attrs
import sqlalchemy as sa

from webchat.model.extras import File
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.store.driver import Many
from webchat.store.schema import uploads

_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = "new-"
_SMALL = ".webp"
_PIECE = 1 << 18
SHELVES = tuple(f"{number:02x}" for number in range(256))
"""The folders that contents lie in, by the first two digits of their hash."""

_FILE = (
    uploads.c.id,
    uploads.c.name,
    uploads.c.mime,
    uploads.c.kind,
    uploads.c.size,
    uploads.c.width,
    uploads.c.height,
    uploads.c.duration,
    uploads.c.placeholder,
    uploads.c.thumb,
)
_COLUMNS = (uploads.c.owner, uploads.c.room, uploads.c.seq, uploads.c.sha256, uploads.c.created, *_FILE)
_ID = uploads.c.id == sa.bindparam("id_")
_ONE = sa.select(*_COLUMNS).where(_ID)
_MANY = sa.select(*_COLUMNS).where(uploads.c.id.in_(sa.bindparam("ids_", expanding=True)))
_LIMIT: sa.BindParameter[int] = sa.bindparam("limit_")
_HELD = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(uploads.c.size), 0)).where(
    uploads.c.owner == sa.bindparam("owner_")
)
_ATTACH = Many(
    "WITH k (id, seq, place) AS (VALUES {rows}) UPDATE uploads SET seq = k.seq, place = k.place FROM k "
    "WHERE uploads.id = k.id AND uploads.seq IS NULL",
    "text",
    "bigint",
    "bigint",
)
# Of files that are passed on: the same content, once more.
_COPY = Many(
    "WITH k (id, old, owner, room, seq, place, created) AS (VALUES {rows}) "
    "INSERT INTO uploads (id, owner, room, seq, place, name, mime, kind, size, width, height, duration, placeholder, "
    "thumb, sha256, created) SELECT k.id, k.owner, k.room, k.seq, k.place, u.name, u.mime, u.kind, u.size, u.width, "
    "u.height, u.duration, u.placeholder, u.thumb, u.sha256, k.created FROM k CROSS JOIN uploads u WHERE u.id = k.old",
    "text",
    "text",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
)
_OF_MESSAGE = (uploads.c.room == sa.bindparam("room_"), uploads.c.seq == sa.bindparam("seq_"))
_REMOVE_OF_MESSAGE = sa.delete(uploads).where(*_OF_MESSAGE).returning(uploads.c.sha256)
_REMOVE_WAITING = (
    sa.delete(uploads)
    .where(_ID, uploads.c.owner == sa.bindparam("owner_"), uploads.c.seq.is_(None))
    .returning(uploads.c.sha256)
)
_REMOVE_ALL_WAITING = (
    sa.delete(uploads)
    .where(uploads.c.owner == sa.bindparam("owner_"), uploads.c.seq.is_(None))
    .returning(uploads.c.sha256)
)
_REMOVE = sa.delete(uploads).where(uploads.c.id.in_(sa.bindparam("ids_", expanding=True))).returning(uploads.c.sha256)
_FORGOTTEN = (
    sa.select(uploads.c.id).where(uploads.c.seq.is_(None), uploads.c.created < sa.bindparam("before_")).limit(_LIMIT)
)
# CROSS JOIN tells SQLite to go from the rooms to their files.
_BELOW_THE_FLOOR = sa.text(
    "SELECT u.id FROM rooms r CROSS JOIN uploads u WHERE u.room = r.id "
    "AND (u.seq <= r.floor OR r.deleted IS NOT NULL) AND (r.floor > 0 OR r.deleted IS NOT NULL) LIMIT :limit_"
)
_USED = sa.select(uploads.c.sha256).where(uploads.c.sha256.in_(sa.bindparam("names_", expanding=True))).distinct()
_OF_ROOM = (
    sa.select(*_COLUMNS, uploads.c.place)
    .where(
        uploads.c.room == sa.bindparam("room_"),
        uploads.c.seq > sa.bindparam("floor_"),
        uploads.c.kind.in_(sa.bindparam("kinds_", expanding=True)),
        sa.or_(
            uploads.c.seq < sa.bindparam("seq_"),
            sa.and_(uploads.c.seq == sa.bindparam("seq_"), uploads.c.place > sa.bindparam("place_")),
        ),
    )
    .order_by(uploads.c.seq.desc(), uploads.c.place)
    .limit(_LIMIT)
)
_OF_OWNER = (
    sa.select(*_COLUMNS)
    .where(
        uploads.c.owner == sa.bindparam("owner_"),
        sa.or_(
            uploads.c.created > sa.bindparam("created_"),
            sa.and_(uploads.c.created == sa.bindparam("created_"), uploads.c.id > sa.bindparam("id_")),
        ),
    )
    .order_by(uploads.c.created, uploads.c.id)
    .limit(_LIMIT)
)


@attrs.frozen
class Upload:
    """A file and whose it is; *seq* is None until it belongs to a message."""

    owner: UserId
    room: RoomId
    seq: Seq | None
    sha256: str
    created: Millis
    file: File
    place: int = 0


class Attached(NamedTuple):
    """The file *id* is number *place* of the message *seq* of its room; a tuple, as the driver takes it."""

    id: str
    seq: Seq
    place: int


def add(db: sa.Connection, new: Upload) -> None:
    """Stores that a file was brought, which no message has yet."""
    file = new.file
    db.execute(
        uploads.insert().values(
            id=file.id,
            owner=new.owner,
            room=new.room,
            name=file.name,
            mime=file.mime,
            kind=file.kind,
            size=file.size,
            width=file.width,
            height=file.height,
            duration=file.duration,
            placeholder=file.placeholder,
            thumb=int(file.thumb),
            sha256=new.sha256,
            created=new.created,
        )
    )


def maybe(db: sa.Connection, id: str) -> Upload | None:
    """The file with this id."""
    row = db.execute(_ONE, {"id_": id}).first()
    return None if row is None else _upload(row)


def many(db: sa.Connection, ids: Iterable[str]) -> dict[str, Upload]:
    """Those of the files that there are, by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {found.file.id: found for found in map(_upload, db.execute(_MANY, {"ids_": wanted}))}


def held(db: sa.Connection, owner: UserId) -> tuple[int, int]:
    """(number, bytes) of all that *owner* has brought and that is still here."""
    number, size = db.execute(_HELD, {"owner_": owner}).one()
    return number, int(size)


def attach(db: sa.Connection, attached: Sequence[Attached]) -> None:
    """Gives the files to their messages."""
    _ATTACH.run(db, attached)


class Copied(NamedTuple):
    """The file *old*, passed on: it is *id*, number *place* of the message *seq* of *room*, which *owner* posted."""

    id: str
    old: str
    owner: UserId
    room: RoomId
    seq: Seq
    place: int
    created: Millis


def copy(db: sa.Connection, copied: Sequence[Copied]) -> None:
    """Gives contents that are here to other messages, too."""
    _COPY.run(db, copied)


def id_of_copy(old: str, room: RoomId, seq: Seq) -> str:
    """What the file *old* is called in another message: nobody guesses it who cannot guess *old*."""
    return hashlib.sha256(f"{old} {room} {seq}".encode()).hexdigest()[: len(old)]


def of_room(
    db: sa.Connection,
    room: RoomId,
    floor: Seq,
    kinds: Sequence[str],
    before: tuple[Seq, int],
    limit: int,
) -> list[Upload]:
    """The files of the room's messages, the newest message first, from those behind (seq, place) *before* on."""
    seq, place = before
    values = {"room_": room, "floor_": floor, "kinds_": list(kinds), "seq_": seq, "place_": place, "limit_": limit}
    return [attrs.evolve(_upload(row[:-1]), place=row[-1]) for row in db.execute(_OF_ROOM, values)]


def of_owner(db: sa.Connection, owner: UserId, after: tuple[Millis, str], limit: int) -> list[Upload]:
    """What *owner* has brought, the oldest first, from what follows (created, id) *after* on."""
    created, id = after
    values = {"owner_": owner, "created_": created, "id_": id, "limit_": limit}
    return [_upload(row) for row in db.execute(_OF_OWNER, values)]


# Each of these answers the hashes of the contents whose rows it removed: others may still hold them.


def remove_of_message(db: sa.Connection, room: RoomId, seq: Seq) -> list[str]:
    """Removes the files of a message."""
    return [row[0] for row in db.execute(_REMOVE_OF_MESSAGE, {"room_": room, "seq_": seq})]


def remove_waiting(db: sa.Connection, id: str, owner: UserId) -> list[str]:
    """Removes a file of *owner* that no message has; nothing where there is none such."""
    return [row[0] for row in db.execute(_REMOVE_WAITING, {"id_": id, "owner_": owner})]


def remove_all_waiting(db: sa.Connection, owner: UserId) -> list[str]:
    """Removes all files of *owner* that no message has."""
    return [row[0] for row in db.execute(_REMOVE_ALL_WAITING, {"owner_": owner})]


def remove_stale(db: sa.Connection, before: Millis, limit: int) -> list[str]:
    """Removes up to *limit* files that no message took and that came before *before*, and as many of lost messages."""
    ids = [row[0] for row in db.execute(_FORGOTTEN, {"before_": before, "limit_": limit})]
    ids += [row[0] for row in db.execute(_BELOW_THE_FLOOR, {"limit_": limit})]
    return [row[0] for row in db.execute(_REMOVE, {"ids_": ids})] if ids else []


def used(db: sa.Connection, names: Sequence[str]) -> set[str]:
    """Those of the contents that some row still holds."""
    return {row[0] for row in db.execute(_USED, {"names_": list(names)})}


def _upload(row: Any) -> Upload:
    owner, room, seq, sha256, created, id, name, mime, kind, size, width, height, duration, placeholder, thumb = row
    file = File(id, name, mime, kind, size, width, height, duration, placeholder, bool(thumb))
    return Upload(owner, room, seq, sha256, created, file)


@attrs.frozen
class Written:
    """A file that was written and has not got its place."""

    path: Path
    sha256: str
    size: int


class Source(Protocol):
    """What a file is read from."""

    def read(self, size: int, /) -> bytes: ...


@attrs.frozen
class Contents:
    """The contents in *folder*, which is made when the first one comes; nobody else may read them."""

    folder: Path

    def write(self, name: str, source: Source) -> Written:
        """Writes what *source* still holds, under a *name* that nobody else uses."""
        path = self.folder / f"{_UNFINISHED}{name}"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                os.fsync(handle)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Written(path, digest.hexdigest(), size)

    def keep(self, written: Written, small: bytes | None) -> None:
        """Gives it its place, with a *small* picture of it; where the same content lies there already, it is that."""
        place = self._place(written.sha256)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        if small is not None and not place.with_suffix(_SMALL).is_file():
            beside = written.path.with_suffix(_SMALL)
            beside.write_bytes(small)
            beside.chmod(0o600)
            beside.rename(place.with_suffix(_SMALL))
        # Renamed over what may lie there: the same content, and young again, so that no sweep takes it away.
        written.path.rename(place)
        _sync(place.parent)

    def drop(self, written: Written) -> None:
        """Removes what was written and is not wanted."""
        written.path.unlink(missing_ok=True)

    def open(self, sha256: str, is_small: bool = False) -> tuple[BinaryIO, int] | None:
        """The content, or the small picture of it, and its size in bytes; None if it is not there."""
        place = self._place(sha256)
        try:
            file = (place.with_suffix(_SMALL) if is_small else place).open("rb")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return file, os.fstat(file.fileno()).st_size

    def remove(self, sha256: str) -> None:
        """Removes the content.  Harmless if there is none."""
        place = self._place(sha256)
        place.with_suffix(_SMALL).unlink(missing_ok=True)
        place.unlink(missing_ok=True)

    def older_than(self, seconds: float, shelf: str) -> Iterator[str]:
        """Contents on *shelf* last touched before *seconds* since 1970."""
        folder = self.folder / shelf
        if folder.is_dir():
            for entry in os.scandir(folder):
                name = entry.name.removesuffix(_SMALL)
                if _SHA256.fullmatch(name) and entry.stat(follow_symlinks=False).st_mtime < seconds:
                    yield name

    def remove_unfinished(self, seconds: float) -> None:
        """Removes what was left half written before *seconds* since 1970."""
        if self.folder.is_dir():
            for entry in os.scandir(self.folder):
                if entry.name.startswith(_UNFINISHED) and entry.stat(follow_symlinks=False).st_mtime < seconds:
                    with suppress(FileNotFoundError):
                        os.unlink(entry.path)

    def _place(self, sha256: str) -> Path:
        assert _SHA256.fullmatch(sha256)
        return self.folder / sha256[:2] / sha256


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
