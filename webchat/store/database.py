"""Owns the threads, connections and transactions: every query goes through here, off the reactor thread.

**Group commit.**  One thread writes.  Whatever waits when it comes free shares one transaction and one COMMIT, so
durability costs one fsync per batch, not per change, and batches grow with load by themselves.  Inside: the rooms'
rows are locked in order of id, then each piece of work runs under a savepoint of its own, so that one that fails
never takes the batch with it.  Work of one kind that comes often (posting) is done set-wise, and only when that
fails one by one.  All results return to the reactor in one turn, in the order in which the work was done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from webchat.model.ids import RoomId
from webchat.model.refusals import Busy, Refusal, Retry, Unavailable
from webchat.model.rooms import Room
from webchat.store import rooms
from webchat.store.engines import Engines

T = TypeVar("T")
Item = TypeVar("Item")

Work = Callable[[sa.Connection], T]
"""One transaction's worth of statements.  Runs in a thread: it must touch nothing but its arguments."""

SetWise = Callable[[sa.Connection, Mapping[RoomId, Room], Sequence[Item]], Sequence[T | Refusal]]
"""The same change for many items at once; answers each item, in order.  Each use must name the same function.

It is given the rooms whose rows are held for the batch, as they were when they were locked.
"""

Question = Callable[[sa.Connection, Sequence[Item]], Sequence[T | Refusal]]
"""The same question for many items at once; answers each item, in order.  Each use must name the same function."""

MAX_BATCH = 1_000
MAX_ASKED = 250
"""Items of one trip for a question; a trip should not keep others waiting for long."""


class Reactor(Protocol):
    """What is needed of the reactor."""

    def callFromThread(self, callable: Callable[..., Any], *args: Any, **kwargs: Any) -> None: ...

    def callLater(self, delay: float, callable: Callable[..., Any], *args: Any, **kwargs: Any) -> Any: ...


class Threads(Protocol):
    """What is needed of twisted.python.threadpool.ThreadPool."""

    def callInThreadWithCallback(
        self, onResult: Callable[[bool, Any], object] | None, func: Callable[..., Any], *args: Any, **kw: Any
    ) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


_SetWise = Callable[[sa.Connection, Mapping[RoomId, Room], Sequence[Any]], Sequence[Any]]


@attrs.define(eq=False)
class _Change(Generic[T]):
    """A piece of work that waits for the writer."""

    rooms: tuple[RoomId, ...]
    done: Callable[[T | BaseException], object]
    work: Callable[[sa.Connection], T] | None = None
    together: _SetWise | None = None
    item: Any = None


_Result = tuple[_Change[Any], Any]
"""A change with its answer, or with the exception that it failed with."""


@attrs.define(eq=False)
class Database:
    """Reads and writes; born with the service, ended by *stop*.

    *after_batch* is called on the reactor after the results of each batch have been handed out.  *rest* says for how
    many seconds changes of a room may wait for more to come; those of any other room take them along at once.
    """

    engines: Engines
    _reactor: Reactor
    _writer_threads: Threads
    _reader_threads: Threads
    after_batch: Callable[[], None] = lambda: None
    rest: Callable[[RoomId], float] = lambda room: 0.0
    max_waiting: int = 20_000
    max_reading: int = 2_000
    _waiting: deque[_Change[Any]] = attrs.field(factory=deque, init=False)
    _writing: bool = attrs.field(default=False, init=False)
    _resting: Any = attrs.field(default=None, init=False)
    """The call that ends a rest, while everything that waits may wait for more."""
    _has_rested: bool = attrs.field(default=False, init=False)
    """Whether the batch that is being written had to wait."""
    _reading: int = attrs.field(default=0, init=False)
    _asked: dict[Any, list[tuple[Any, Deferred[Any]]]] = attrs.field(factory=dict, init=False)
    _idle: list[Deferred[None]] = attrs.field(factory=list, init=False)
    _broken: bool = attrs.field(default=False, init=False)
    batches: int = attrs.field(default=0, init=False)
    changes: int = attrs.field(default=0, init=False)
    reads: int = attrs.field(default=0, init=False)
    unknown_outcomes: int = attrs.field(default=0, init=False)
    _log = Logger()

    @property
    def waiting(self) -> int:
        """How many changes wait for the writer."""
        return len(self._waiting)

    def start(self) -> None:
        self._writer_threads.start()
        self._reader_threads.start()

    async def stop(self) -> None:
        """Waits until everything accepted is written, then ends the threads and closes the connections."""
        await self.settle()
        self._writer_threads.stop()
        self._reader_threads.stop()
        self.engines.dispose()

    async def settle(self) -> None:
        """Returns when everything accepted so far is written and its results have been handed out."""
        if self._writing or self._waiting:
            idle: Deferred[None] = Deferred()
            self._idle.append(idle)
            await idle

    async def read(self, work: Work[T]) -> T:
        """What *work* finds, in one snapshot.  Raises what it raises; Busy, Unavailable."""
        if self._reading >= self.max_reading:
            raise Busy(retry_after=1.0)
        self._reading += 1
        self.reads += 1
        try:
            answer: T = await deferToThreadPool(self._reactor, self._reader_threads, self._read, work)  # type: ignore[arg-type]
            return answer
        finally:
            self._reading -= 1

    async def in_thread(self, work: Callable[[], T]) -> T:
        """What *work* makes, in a thread of those that read, without a connection.  Raises what it raises."""
        answer: T = await deferToThreadPool(self._reactor, self._reader_threads, work)  # type: ignore[arg-type]
        return answer

    def read_together(self, question: Question[Item, T], item: Item) -> Deferred[T]:
        """As *read*, for a question that is asked for all waiting items at once.

        The first one goes at once; those that come while it is under way share the next trip, whose snapshot begins
        after them.  So thousands who come back at the same moment cost a few dozen trips.
        """
        asked: Deferred[T] = Deferred()
        waiting = self._asked.get(question)
        if waiting is None:
            self._asked[question] = []
            self._ask(question, [(item, asked)])
        else:
            waiting.append((item, asked))
        return asked

    def _ask(self, question: Any, asked: list[tuple[Any, Deferred[Any]]]) -> None:
        items = [item for item, _ in asked]
        trip = Deferred.fromCoroutine(self.read(lambda db: question(db, items)))
        trip.addErrback(lambda failure: [failure.value] * len(asked))
        trip.addCallback(self._answered, question, asked)

    def _answered(self, answers: Sequence[Any], question: Any, asked: list[tuple[Any, Deferred[Any]]]) -> None:
        waiting = self._asked.pop(question)
        if waiting:
            self._asked[question] = waiting[MAX_ASKED:]
            self._ask(question, waiting[:MAX_ASKED])
        for (_, one), answer in zip(asked, answers, strict=True):
            fire(one)(answer)

    def write(self, room: RoomId | None, work: Work[T], also: RoomId | None = None) -> Deferred[T]:
        """Fires with what *work* answers, once that is committed.

        *room*, *also*: whose rows are locked before anything is looked at.  Fails with what *work* raises (then none of
        it is stored), Busy or Unavailable (nothing done), Retry (not known whether it was done).
        """
        done: Deferred[T] = Deferred()
        locked = tuple(one for one in (room, also) if one is not None)
        self._enqueue(_Change(locked, fire(done), work=work))
        return done

    def write_together(self, room: RoomId | None, change: SetWise[Item, T], item: Item) -> Deferred[T]:
        """As *write*, for a change that is made for all waiting items of its kind at once."""
        done: Deferred[T] = Deferred()
        self.submit(room, change, item, fire(done))
        return done

    def submit(
        self,
        room: RoomId | None,
        change: SetWise[Item, T],
        item: Item,
        done: Callable[[T | BaseException], object],
    ) -> None:
        """As *write_together*, for what comes by the thousand: *done* is given the answer, or what went wrong.

        A Deferred with its callbacks would take longer than all the rest between the socket and the writer.
        """
        self._enqueue(_Change(() if room is None else (room,), done, together=change, item=item))

    def _enqueue(self, change: _Change[Any]) -> None:
        if self._broken:
            change.done(Unavailable(retry_after=30.0))
        elif len(self._waiting) >= self.max_waiting:
            change.done(Busy(retry_after=1.0))
        else:
            self._waiting.append(change)
            if self._resting is None or not self._rest_of(change.rooms):
                self._write_next()

    def _rest_of(self, locked: tuple[RoomId, ...]) -> float:
        return min(map(self.rest, locked), default=0.0)

    def _end_rest(self) -> None:
        resting, self._resting = self._resting, None
        if resting.active():
            resting.cancel()
        self._has_rested = True

    def _write_next(self) -> None:
        if self._writing or not self._waiting:
            return
        if self._resting is not None:
            self._end_rest()
        else:
            rest = min(map(self._rest_of, {change.rooms for change in self._waiting}))
            if rest:
                self._resting = self._reactor.callLater(rest, self._write_next)
                return
        self._writing = True
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
        writing: Deferred[list[_Result]] = deferToThreadPool(
            self._reactor,  # type: ignore[arg-type]
            self._writer_threads,  # type: ignore[arg-type]
            self._write,
            batch,
        )
        writing.addCallbacks(self._written, self._not_written, callbackArgs=(batch,), errbackArgs=(batch,))

    def _written(self, results: list[_Result], batch: list[_Change[Any]]) -> None:
        self._writing = False
        self.batches += 1
        self.changes += len(batch)
        has_rested, self._has_rested = self._has_rested, False
        if not has_rested:
            # The next batch is under way while the results of this one are handed out.
            self._write_next()
        for change, answer in results:
            try:
                change.done(answer)
            except Exception:
                # One that cannot take its answer must not keep the others from theirs.
                self._log.failure("An answer of the writer was not taken")
        self.after_batch()
        if has_rested:
            # Of a busy room: what came meanwhile waits together with what is still to come.
            self._write_next()
        if not self._writing and not self._waiting:
            idle, self._idle = self._idle, []
            for waiter in idle:
                waiter.callback(None)

    def _not_written(self, failure: Failure, batch: list[_Change[Any]]) -> None:
        self._log.failure("The writer failed", failure)
        self._written([(change, Unavailable(retry_after=1.0)) for change in batch], batch)

    # From here on: in the threads.

    def _read(self, work: Work[T]) -> T:
        try:
            return self._read_once(work)
        except DBAPIError as error:
            # After a restart of the database every pooled connection is dead; the pool has dropped them now.
            if not error.connection_invalidated:
                raise _unavailable(error) from error
        except PoolTimeout as error:
            raise Busy(retry_after=1.0) from error
        try:
            return self._read_once(work)
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    def _read_once(self, work: Work[T]) -> T:
        with self.engines.reader.connect() as db, db.begin():
            return work(db)

    def _write(self, batch: list[_Change[Any]]) -> list[_Result]:
        try:
            return self._transact(batch)
        except DBAPIError as error:
            # Nothing was committed, so the same batch can be tried again over a new connection.
            if error.connection_invalidated:
                return self._try_again(batch)
            rooms_of_batch = {change.rooms for change in batch}
            if len(rooms_of_batch) == 1:
                return self._refuse(batch, error)
        # Another node may hold one of the rooms' rows: the others must not wait for it.
        results = []
        for one in rooms_of_batch:
            part = [change for change in batch if change.rooms == one]
            try:
                results.extend(self._transact(part))
            except SQLAlchemyError as error:
                results.extend(self._refuse(part, error))
        return results

    def _try_again(self, batch: list[_Change[Any]]) -> list[_Result]:
        try:
            return self._transact(batch)
        except SQLAlchemyError as error:
            return self._refuse(batch, error)

    def _refuse(self, batch: list[_Change[Any]], error: SQLAlchemyError) -> list[_Result]:
        refusal = _unavailable(error)
        self._log.error("Nothing was written: {error}", error=_first_line(error))
        return [(change, refusal) for change in batch]

    def _transact(self, batch: list[_Change[Any]]) -> list[_Result]:
        try:
            return self._in_one(batch, _directly)
        except _Spoilt as spoilt:
            if len(batch) == 1:
                return [(batch[0], spoilt.answer)]
        return self._in_one(batch, _carefully)

    def _in_one(self, batch: list[_Change[Any]], apply_set: _ApplySet) -> list[_Result]:
        """Carries out the batch in one transaction."""
        with self.engines.writer.connect() as db:
            transaction = db.begin()
            try:
                results = _apply(db, batch, apply_set)
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except SQLAlchemyError as error:
                return self._unknown(batch, db, error)
        return results

    def _unknown(self, batch: list[_Change[Any]], db: sa.Connection, error: SQLAlchemyError) -> list[_Result]:
        """COMMIT itself failed: only the nonces can tell what came of it."""
        self._log.error("The outcome of a COMMIT is unknown: {error}", error=_first_line(error))
        self.unknown_outcomes += 1
        if self.engines.is_sqlite:
            if "full" in str(error):
                # SQLite has undone the transaction; writing goes on when there is room again.
                return [(change, Unavailable(retry_after=5.0)) for change in batch]
            # After a failed fsync the operating system may have dropped the pages that were not written, and would
            # report success the next time: only a restart reads what is really there.
            self._broken = True
            self._log.critical("The disk failed: nothing more is written until webchat is restarted")
        db.invalidate()
        return [(change, Retry(retry_after=1.0)) for change in batch]


def fire(done: Deferred[T]) -> Callable[[T | BaseException], None]:
    """What fires *done* with an answer, or fails it with an exception."""

    def answered(answer: T | BaseException) -> None:
        if isinstance(answer, BaseException):
            done.errback(answer)
        else:
            done.callback(answer)

    return answered


def new_threads(count: int, name: str) -> ThreadPool:
    """A pool of our own: the reactor's default one is shared with name resolution."""
    return ThreadPool(count, count, name)


_ApplySet = Callable[[sa.Connection, Mapping[RoomId, Room], _SetWise, "list[_Change[Any]]"], Iterable[_Result]]


def _apply(db: sa.Connection, batch: list[_Change[Any]], apply_set: _ApplySet) -> list[_Result]:
    held = rooms.lock(db, {room for change in batch for room in change.rooms})
    results: list[_Result] = []
    together: dict[_SetWise, list[_Change[Any]]] = {}
    for change in batch:
        if change.together is not None:
            together.setdefault(change.together, []).append(change)
    for function, changes in together.items():
        results.extend(apply_set(db, held, function, changes))
    for change in batch:
        if change.work is not None:
            results.append((change, _under_savepoint(db, change.work)))
    return results


class _Spoilt(Exception):
    """A set was spoilt by one of its items: nothing of the transaction may stay."""

    def __init__(self, answer: BaseException) -> None:
        super().__init__(answer)
        self.answer = answer


def _directly(
    db: sa.Connection, held: Mapping[RoomId, Room], function: _SetWise, changes: list[_Change[Any]]
) -> Iterable[_Result]:
    """Makes a set's changes without a savepoint: nearly always there is nothing to go back from.

    Raises _Spoilt.
    """
    try:
        answers = function(db, held, [change.item for change in changes])
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        raise _Spoilt(_answer_of(error)) from error
    return zip(changes, answers, strict=True)


def _carefully(
    db: sa.Connection, held: Mapping[RoomId, Room], function: _SetWise, changes: list[_Change[Any]]
) -> Iterable[_Result]:
    """Makes a set's changes one by one, each under a savepoint of its own, so that only what is wrong fails."""
    for change in changes:
        yield (
            change,
            _under_savepoint(db, lambda db, item=change.item: function(db, held, [item])[0]),  # type: ignore[misc]
        )


def _under_savepoint(db: sa.Connection, work: Callable[[sa.Connection], Any]) -> Any:
    """What *work* answers, or the exception it failed with: then nothing of it stays."""
    savepoint = db.begin_nested()
    try:
        answer = work(db)
    except Exception as error:
        # The edge of a batch: what one piece of work raises is that one's answer, whatever it is.
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        # SQLite ends the whole transaction when the disk is full: then this raises too, and the batch is refused.
        savepoint.rollback()
        return _answer_of(error)
    savepoint.commit()
    return answer


def _answer_of(error: Exception) -> Exception:
    return _unavailable(error) if isinstance(error, OperationalError) else error


def _unavailable(error: SQLAlchemyError) -> Unavailable:
    return Unavailable(retry_after=2.0)


def _first_line(error: SQLAlchemyError) -> str:
    """What the driver said, without the statement and its parameters (which hold what people wrote)."""
    cause = getattr(error, "orig", None) or error
    return str(cause).split("\n", 1)[0]
