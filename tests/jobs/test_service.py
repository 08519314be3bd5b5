"""All workers together."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.jobs.service import Jobs
from webchat.jobs.worker import Worker
from webchat.store import outbox
from webchat.store.outbox import Job, NewJob


class JobsTests(SynchronousTestCase):
    def test_story(self) -> None:
        """Each kind has its worker; what it did is counted, and at the end it begins nothing more."""
        house, done = House(self), []

        async def deliver(job: Job) -> None:
            done.append((job.kind, job.target))

        database = house.chat.database
        jobs = Jobs(
            [Worker(kind, deliver, database, house.now, lambda low, high: high) for kind in ("push", "preview")]
        )

        def add() -> None:
            at = house.now()
            house.wait(
                database.write(
                    None,
                    lambda db: outbox.add(db, [NewJob("push", 1, "{}", at, at), NewJob("preview", 2, "{}", at, at)]),
                )
            )

        add()
        house.wait(jobs.step())
        self.assertEqual(done, [("push", 1), ("preview", 2)])
        self.assertEqual(
            [one for one in jobs.counts() if one[2]], [("push", "delivered", 1), ("preview", "delivered", 1)]
        )
        house.wait(jobs.stop())
        add()
        house.wait(Deferred.fromCoroutine(jobs.step()))
        self.assertEqual(len(done), 2)
