"""Where brought files go, off the reactor: written, looked at, put in their place, opened, taken away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import BinaryIO, TypeVar

import attrs
from twisted.internet.defer import DeferredLock, DeferredSemaphore
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from webchat.chat import decoder
from webchat.model.extras import FileKind
from webchat.model.files import HEAD, FileType, Group, file_name, type_of
from webchat.model.refusals import BadFile, BadPicture, Busy, Unavailable
from webchat.store.database import Threads
from webchat.store.files import SHELVES, Contents, Written

T = TypeVar("T")

AT_ONCE = 2
MAX_WAITING = 32
SECONDS = 15.0
"""How long a picture may take, its process's start included."""
MOST = 1 << 20
"""Bytes of a small picture."""

_DECODER = Path(decoder.__file__)


@attrs.frozen
class Taken:
    """A file that was looked at and waits for its place."""

    written: Written
    name: str
    type: FileType
    width: int | None = None
    height: int | None = None
    placeholder: str | None = None
    small: bytes | None = None

    @property
    def kind(self) -> FileKind:
        return self.type.kind


@attrs.define(eq=False)
class Shelf:
    """The files in their folder; refuses (Busy) when too many pictures wait to be looked at.

    *lock* is held by whoever gives a content its place and its row, and by whoever takes one away that has no row any
    more: in between, neither would know of the other.
    """

    contents: Contents
    _reactor: IReactorFromThreads
    _threads: Threads
    lock: DeferredLock = attrs.field(factory=DeferredLock, init=False)
    _turns: DeferredSemaphore = attrs.field(factory=lambda: DeferredSemaphore(AT_ONCE), init=False)
    _log = Logger()

    def start(self) -> None:
        self._threads.start()

    def stop(self) -> None:
        self._threads.stop()

    async def take(self, source: BinaryIO, name: str, id: str, allowed: Collection[Group]) -> Taken:
        """Writes what *source* holds and looks at it; *id* is what nobody else uses.

        Raises BadFile for what is not *allowed*, BadPicture, Busy, Unavailable.
        """
        head = await self._in_thread(lambda: _head(source))
        found = type_of(head, name)
        if found.group not in allowed:
            raise BadFile
        name = file_name(name, found.extensions)
        if found.kind != "image":
            return Taken(await self._written(lambda: self.contents.write(id, source)), name, found)
        if len(self._turns.waiting) >= MAX_WAITING:
            raise Busy(retry_after=3.0)
        await self._turns.acquire()
        try:
            return await self._written(lambda: self._picture(source, name, id, found))
        finally:
            self._turns.release()

    async def _written(self, work: Callable[[], T]) -> T:
        try:
            return await self._in_thread(work)
        except OSError as error:
            self._log.error("A file could not be written: {why}", why=str(error))
            raise Unavailable from error

    def _picture(self, source: BinaryIO, name: str, id: str, found: FileType) -> Taken:
        raw = self.contents.write(f"{id}-raw", source)
        try:
            with raw.path.open("rb") as stored, _decoding(stored) as parts:
                known = json.loads(_part(parts, MOST))
                small = _part(parts, MOST)
                size = _size(parts, 2 * raw.size + MOST)
                written = self.contents.write(id, _Bounded(parts, size))
            if written.size != size:
                self.contents.drop(written)
                raise BadPicture
        finally:
            self.contents.drop(raw)
        return Taken(written, name, found, known["width"], known["height"], known["placeholder"], small)

    async def keep(self, taken: Taken) -> None:
        """Gives the file its place.  Raises Unavailable.  To be called with the lock held."""
        await self._written(lambda: self.contents.keep(taken.written, taken.small))

    async def drop(self, taken: Taken) -> None:
        """Removes a file that has got no place."""
        await self._in_thread(lambda: self.contents.drop(taken.written))

    async def open(self, sha256: str, is_small: bool) -> tuple[BinaryIO, int] | None:
        """The content, or its small picture, and its size in bytes; None if it is not there."""
        return await self._in_thread(lambda: self.contents.open(sha256, is_small))

    async def remove(self, names: Collection[str]) -> None:
        """Removes contents.  To be called with the lock held, by who knows that they are nobody's."""
        await self._in_thread(lambda: self._remove(names))

    def _remove(self, names: Collection[str]) -> None:
        for name in names:
            self.contents.remove(name)

    async def stale(self, seconds: float, first: int, count: int) -> list[str]:
        """Contents on *count* shelves from number *first* on, last touched before *seconds* since 1970."""

        def look() -> list[str]:
            self.contents.remove_unfinished(seconds)
            shelves = SHELVES[first : first + count]
            return sorted({name for shelf in shelves for name in self.contents.older_than(seconds, shelf)})

        return await self._in_thread(look)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        answer: T = await deferToThreadPool(self._reactor, self._threads, work)  # type: ignore[arg-type]
        return answer


def _head(source: BinaryIO) -> bytes:
    source.seek(0)
    head = source.read(HEAD)
    source.seek(0)
    return head


class _Bounded:
    """The next *left* bytes of a stream, as a stream."""

    def __init__(self, stream: BinaryIO, left: int) -> None:
        self._stream = stream
        self._left = left

    def read(self, size: int) -> bytes:
        piece = self._stream.read(min(size, self._left))
        self._left -= len(piece)
        return piece


@contextmanager
def _decoding(stored: BinaryIO) -> Iterator[BinaryIO]:
    """What the decoder answers for a picture.  Blocks.  Raises BadPicture, Unavailable."""
    command = [sys.executable, "-I", str(_DECODER), decoder.WHOLE]
    with subprocess.Popen(  # noqa: S603
        command, stdin=stored, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    ) as process:
        assert process.stdout is not None
        patience = Timer(SECONDS, process.kill)
        patience.start()
        try:
            yield process.stdout  # type: ignore[misc]
        except BadPicture:
            # Killed or closed, it cannot have had more to say; what it ends with tells whose fault it was.
            with suppress(OSError):
                process.stdout.close()
            if process.wait() == 1:
                raise Unavailable("Pictures cannot be taken on this server.") from None
            raise
        finally:
            patience.cancel()
            process.kill()


def _size(stream: BinaryIO, most: int) -> int:
    head = stream.read(4)
    size = int.from_bytes(head, "big")
    if len(head) != 4 or not 0 < size <= most:
        raise BadPicture
    return size


def _part(stream: BinaryIO, most: int) -> bytes:
    size = _size(stream, most)
    part = stream.read(size)
    if len(part) != size:
        raise BadPicture
    return part
