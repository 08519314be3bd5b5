"""Jobs are done at least once, in order, and tried again."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.contracts.engines import StoreTests, on_each_engine
from tests.support.house import Threads, Wall
from webchat.jobs.worker import AT_ONCE, LEASE, MOST_TRIES, Later, Worker
from webchat.model.refusals import Unavailable
from webchat.store import outbox
from webchat.store.database import Database
from webchat.store.outbox import Job, NewJob


class Work(StoreTests):
    """A worker over a real database, with time and the other side in the test's hands."""

    def setUp(self) -> None:
        super().setUp()
        self.now = Wall()
        self.threads = Threads(inline=True)
        self.database = Database(self.engines, self.threads, self.threads, self.threads)  # type: ignore[arg-type]
        self.begun: list[tuple[Job, Deferred[None]]] = []
        self.worker = self.another()

    def another(self) -> Worker:
        return Worker("push", self.deliver, self.database, self.now, lambda low, high: high)

    def deliver(self, job: Job) -> Deferred[None]:
        done: Deferred[None] = Deferred()
        self.begun.append((job, done))
        return done

    def add(self, *targets: int) -> None:
        at = self.now()
        self.write(outbox.add, [NewJob("push", target, str(target), at, at) for target in targets])

    def wait(self, work: Any) -> None:
        self.successResultOf(Deferred.fromCoroutine(work))  # type: ignore[attr-defined]

    def step(self, worker: Worker | None = None) -> list[str]:
        """One look; what was begun by it."""
        before = len(self.begun)
        self.wait((worker or self.worker).step())
        return [job.payload for job, _ in self.begun[before:]]

    def left(self) -> int:
        return self.read(outbox.count, "push")

    def test_of_its_own(self) -> None:
        """A kind may have its own number at a time, and its own patience."""
        self.worker = Worker("push", self.deliver, self.database, self.now, lambda low, high: high, 2, 1_000)
        self.add(1, 2, 3)
        self.assertEqual(self.step(), ["1", "2"])
        self.now.ms += 1_000
        self.assertEqual(self.step(self.another()), ["3", "1", "2"])

    def test_done(self) -> None:
        """A job is forgotten when it is done, not before; then comes the next of its target."""
        self.add(1, 1, 2)
        self.assertEqual(self.step(), ["1", "2"])
        self.assertEqual((self.step(), self.left()), ([], 3))
        self.begun[0][1].callback(None)
        self.assertEqual((self.step(), self.left(), self.worker.delivered), (["1"], 2, 1))

    def test_bounded(self) -> None:
        """No more than some at once."""
        self.add(*range(1, AT_ONCE + 3))
        self.assertEqual(len(self.step()), AT_ONCE)
        self.assertEqual((self.step(), self.worker.running), ([], AT_ONCE))
        self.begun[3][1].callback(None)
        self.assertEqual(len(self.step()), 1)

    def test_tried_again(self) -> None:
        """What did not work is tried again, each time later, and given up in the end."""
        self.add(1)
        pauses = []
        for _ in range(MOST_TRIES):
            before = self.now.ms
            while not self.step():
                self.now.ms += 1000
            pauses.append(round((self.now.ms - before) / 1000))
            self.begun[-1][1].errback(Later("no answer"))
        self.assertEqual(pauses, [0, 5, 10, 20, 40, 80, 160, 320])
        self.assertEqual((self.left(), self.worker.given_up, self.worker.put_off), (0, 1, MOST_TRIES - 1))

    def test_told_when(self) -> None:
        """The other side may say how long it wants to be left alone; a mistake of ours is no end either."""
        self.add(1)
        self.step()
        self.begun[-1][1].errback(Later("too many", 100.0))
        self.now.ms += 99_000
        self.assertEqual(self.step(), [])
        self.now.ms += 1_000
        self.assertEqual(self.step(), ["1"])
        self.begun[-1][1].errback(Unavailable(retry_after=30.0))
        self.now.ms += 30_000
        self.assertEqual(self.step(), ["1"])
        self.begun[-1][1].errback(ZeroDivisionError())
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)  # type: ignore[attr-defined]
        self.now.ms += 20_000
        self.assertEqual(self.step(), ["1"])

    def test_killed(self) -> None:
        """What a server was doing when it was killed, the next one does, once nothing can be heard of it any more."""
        self.add(1)
        self.step()
        other = self.another()
        self.assertEqual(self.step(other), [])
        self.now.ms += LEASE
        self.assertEqual(self.step(other), ["1"])
        # The first one was only slow: what it says does not end what the other is doing.
        self.begun[0][1].callback(None)
        self.assertEqual(self.left(), 1)
        self.begun[1][1].callback(None)
        self.assertEqual(self.left(), 0)

    def test_stopped(self) -> None:
        """At the end what is under way is broken off, and is there at once for the next start, as if never tried."""
        self.add(1, 2)
        self.step()
        self.wait(self.worker.stop())
        self.assertEqual((self.step(), self.worker.running, self.left()), ([], 0, 2))
        self.assertEqual(sorted(self.step(self.another())), ["1", "2"])
        self.assertEqual([job.tries for job, _ in self.begun], [1, 1, 1, 1])

    def test_stopped_while_it_is_written_down(self) -> None:
        """What has been done is forgotten, also by a server that stops in that moment, without a complaint."""
        self.add(1)
        self.step()
        self.threads.is_late = True
        self.begun[0][1].callback(None)
        stopping = Deferred.fromCoroutine(self.worker.stop())
        self.assertNoResult(stopping)  # type: ignore[attr-defined]
        while self.threads.arrive():
            pass
        self.successResultOf(stopping)  # type: ignore[attr-defined]
        self.assertEqual((self.left(), self.worker.delivered, self.worker.running), (0, 1, 0))


on_each_engine(Work, globals())
