"""Pictures from strangers, decoded in processes of their own: a few at a time, for a few seconds, out of sight."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import TypeVar

import attrs
from twisted.internet.defer import DeferredSemaphore
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from webchat.chat import decoder
from webchat.model.refusals import BadPicture, Busy, Unavailable
from webchat.store.database import Threads
from webchat.store.pictures import SIZES, PictureFiles

T = TypeVar("T")

AT_ONCE = 2
MAX_WAITING = 16
SECONDS = 10.0
"""How long a picture may take, its process's start included."""
MOST = 3 * 1024 * 1024
"""Bytes of what a decoder may answer."""

_DECODER = Path(decoder.__file__)


def decode(data: bytes, sizes: tuple[int, ...] = SIZES) -> dict[int, bytes]:
    """*data* as square WebPs, by size in pixels.  Blocks.  Raises BadPicture, Unavailable."""
    # Refused here already, most of what is no picture costs no process.
    if decoder.kind_of(data) is None:
        raise BadPicture
    command = [sys.executable, "-I", str(_DECODER), *map(str, sizes)]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        patience = Timer(SECONDS, process.kill)
        patience.start()
        try:
            # One that has had enough of the picture says so by ending.
            with suppress(BrokenPipeError):
                process.stdin.write(data)
            with suppress(BrokenPipeError):
                process.stdin.close()
            answer = process.stdout.read(MOST + 1)
            if len(answer) > MOST:
                process.kill()
            status = process.wait()
        finally:
            patience.cancel()
    if status == 1:
        # The decoder itself does not run: Pillow is missing, or the limits cannot be set.
        raise Unavailable("Pictures cannot be taken on this server.")
    if status != 0:
        raise BadPicture
    return dict(zip(sizes, _parts(answer, len(sizes)), strict=True))


def _parts(answer: bytes, count: int) -> list[bytes]:
    found, rest = [], answer
    for _ in range(count):
        size = int.from_bytes(rest[:4], "big")
        part, rest = rest[4 : 4 + size], rest[4 + size :]
        if len(part) != size or not size:
            raise BadPicture
        found.append(part)
    return found


@attrs.define(eq=False)
class Images:
    """Decodes pictures and keeps their files, off the reactor; refuses (Busy) when too many wait."""

    files: PictureFiles
    _reactor: IReactorFromThreads
    _threads: Threads
    _turns: DeferredSemaphore = attrs.field(factory=lambda: DeferredSemaphore(AT_ONCE), init=False)
    _log = Logger()

    def start(self) -> None:
        self._threads.start()

    def stop(self) -> None:
        self._threads.stop()

    async def take(self, data: bytes, name: str) -> None:
        """Keeps *data*, a picture, in all sizes, as *name*.  Raises BadPicture, Busy, Unavailable."""
        if len(self._turns.waiting) >= MAX_WAITING:
            raise Busy(retry_after=3.0)
        await self._turns.acquire()
        try:
            await self._in_thread(lambda: self._take(data, name))
        finally:
            self._turns.release()

    def _take(self, data: bytes, name: str) -> None:
        files = decode(data)
        try:
            self.files.keep(name, files)
        except OSError as error:
            self._log.error("A picture could not be written: {why}", why=str(error))
            raise Unavailable from error

    async def read(self, name: str, size: int) -> bytes | None:
        """One size of the picture *name*; None if there is none such."""
        return await self._in_thread(lambda: self.files.read(name, size))

    async def remove(self, name: str | None) -> None:
        """Removes the files of a picture that is nobody's any more.  None: there was none."""
        if name is not None:
            await self._in_thread(lambda: self.files.remove(name))

    async def older_than(self, seconds: float) -> list[str]:
        """The names of pictures last touched before *seconds* since 1970."""
        return await self._in_thread(lambda: list(self.files.older_than(seconds)))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        answer: T = await deferToThreadPool(self._reactor, self._threads, work)  # type: ignore[arg-type]
        return answer
