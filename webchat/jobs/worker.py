"""Carries out the jobs of one kind: at least once each, a few at a time, those of one target one after the other."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.logger import Logger

from webchat.model.ids import Millis
from webchat.model.refusals import Refusal
from webchat.store import outbox
from webchat.store.database import Database
from webchat.store.outbox import Job, JobKind

AT_ONCE = 8
LEASE = 60_000
"""ms after which a job that was begun, and of which nothing was heard, is begun again: its server was killed."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
"""Seconds until the second try, and between late ones, less some chance."""
MOST_TRIES = 8


class Later(Exception):
    """It did not work this time.  *seconds*: how long the other side wants to be left alone; None: it did not say."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


@attrs.define(eq=False)
class Worker:
    """Looks for jobs whenever `step` is called; *deliver* does one, and raises `Later` to have it back.

    A job stays in the outbox until *deliver* has returned, so that a server which is killed meanwhile does it again.
    """

    kind: JobKind
    _deliver: Callable[[Job], Coroutine[Any, Any, None] | Deferred[None]]
    _database: Database
    _now: Callable[[], Millis]
    _uniform: Callable[[float, float], float]
    """As random.uniform."""
    _at_once: int = AT_ONCE
    _lease: int = LEASE
    _running: dict[Deferred[None], Deferred[None]] = attrs.field(factory=dict, init=False)
    """Each job from its begin until what came of it is written down, with what of that may be broken off."""
    _is_looking: bool = attrs.field(default=False, init=False)
    _is_stopping: bool = attrs.field(default=False, init=False)
    delivered: int = attrs.field(default=0, init=False)
    put_off: int = attrs.field(default=0, init=False)
    given_up: int = attrs.field(default=0, init=False)
    _log = Logger()

    @property
    def running(self) -> int:
        """How many jobs are being done."""
        return len(self._running)

    async def step(self) -> None:
        """Begins jobs that are due, as many as there is room for."""
        free = self._at_once - len(self._running)
        if self._is_looking or self._is_stopping or free <= 0:
            return
        self._is_looking = True
        try:
            jobs = await self._due(free)
        finally:
            self._is_looking = False
        for job in jobs:
            self._begin(job)

    async def _due(self, limit: int) -> list[Job]:
        now = self._now()
        # Looked for by a reader first: the writer is not troubled every second for nothing.
        if not await self._database.read(lambda db: outbox.has_due(db, self.kind, now)):
            return []
        return await self._database.write(
            None, lambda db: outbox.take(db, self.kind, now, Millis(now + self._lease), limit)
        )

    def _begin(self, job: Job) -> None:
        delivering = ensureDeferred(self._deliver(job))
        done: Deferred[None] = Deferred.fromCoroutine(self._do(job, delivering))
        self._running[done] = delivering
        done.addErrback(lambda failure: self._log.failure("A job was not done", failure))
        done.addBoth(lambda _: self._forget(done))

    def _forget(self, done: Deferred[None]) -> None:
        del self._running[done]

    async def stop(self) -> None:
        """Begins nothing more; what is under way is broken off, and waits for the next start."""
        self._is_stopping = True
        for done, delivering in list(self._running.items()):
            ended: Deferred[None] = Deferred()
            done.addBoth(ended.callback)
            delivering.cancel()
            await ended

    async def _do(self, job: Job, delivering: Deferred[None]) -> None:
        try:
            await delivering
        except CancelledError:
            await self._put_back(job)
        except Later as later:
            # What is broken off by `stop` may fail in a way of its own.
            await (self._put_back(job) if self._is_stopping else self._again(job, str(later), later.seconds))
        except Refusal as refusal:
            # Of our own database: it is busy, or away.
            await self._again(job, refusal.code, refusal.retry_after)
        except Exception:
            self._log.failure("A job failed: {kind} {id}", kind=job.kind, id=job.id)
            await self._again(job, "it failed", None)
        else:
            self.delivered += 1
            await self._database.write(None, lambda db: outbox.done(db, job))

    async def _again(self, job: Job, why: str, seconds: float | None) -> None:
        if job.tries >= MOST_TRIES:
            self.given_up += 1
            self._log.warn("{kind} {id} is given up: {why}", kind=job.kind, id=job.id, why=why)
            await self._database.write(None, lambda db: outbox.done(db, job))
            return
        pause = min(FIRST_PAUSE * 2 ** (job.tries - 1), LONGEST_PAUSE)
        # Never all at once, nor before the other side wants it.
        pause = max(self._uniform(pause / 2, pause), min(seconds or 0.0, LONGEST_PAUSE))
        await self._put_off(job, pause)

    async def _put_back(self, job: Job) -> None:
        """It was not the job's fault: the try does not count."""
        await self._put_off(job, 0.0, job.tries - 1)

    async def _put_off(self, job: Job, pause: float, tries: int | None = None) -> None:
        self.put_off += 1
        due = Millis(self._now() + round(pause * 1000))
        await self._database.write(None, lambda db: outbox.later(db, job, due, tries))
