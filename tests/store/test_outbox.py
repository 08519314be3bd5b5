"""Jobs, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis
from webchat.store import outbox
from webchat.store.outbox import Job, NewJob


class Outbox(StoreTests):
    """Kept, taken, put off, forgotten."""

    def add(self, target: int, payload: str = "{}", due: int = NOW) -> None:
        self.write(outbox.add, [NewJob("push", target, payload, NOW, Millis(due))])

    def take(self, now: int = NOW, limit: int = 9) -> list[Job]:
        return self.write(outbox.take, "push", Millis(now), Millis(now + 60), limit)

    def test_due(self) -> None:
        """A job is there for whoever asks from the moment it is due, those of other kinds are not."""
        self.add(1, '{"a":1}', NOW + 5)
        self.write(outbox.add, [NewJob("preview", 1, "{}", NOW, NOW)])
        self.assertFalse(self.read(outbox.has_due, "push", Millis(NOW + 4)))
        self.assertEqual(self.take(NOW + 4), [])
        self.assertTrue(self.read(outbox.has_due, "push", Millis(NOW + 5)))
        (job,) = self.take(NOW + 5)
        self.assertEqual((job.kind, job.target, job.payload, job.created, job.tries), ("push", 1, '{"a":1}', NOW, 1))
        self.assertEqual(self.read(outbox.count, "push"), 1)

    def test_order(self) -> None:
        """The longest due come first, and of each target only the oldest."""
        self.add(1, "1", NOW - 1)
        self.add(1, "2", NOW - 9)
        self.add(2, "3", NOW - 5)
        self.add(3, "4", NOW - 3)
        self.assertEqual([job.payload for job in self.take(limit=2)], ["3", "4"])
        (job,) = self.take()
        self.assertEqual(job.payload, "1")
        self.assertEqual(self.take(), [])
        self.assertTrue(self.write(outbox.done, job))
        self.assertEqual([job.payload for job in self.take()], ["2"])

    def test_lease(self) -> None:
        """What was taken and never heard of again is there once more; who had it first says nothing about it then."""
        self.add(1)
        (first,) = self.take()
        self.assertEqual(self.take(NOW + 59), [])
        (second,) = self.take(NOW + 60)
        self.assertEqual((second.id, second.tries), (first.id, 2))
        self.assertFalse(self.write(outbox.done, first))
        self.assertFalse(self.write(outbox.later, first, NOW))
        self.assertTrue(self.write(outbox.later, second, Millis(NOW + 7), 1))
        self.assertEqual([job.tries for job in self.take(NOW + 7)], [2])

    def test_all_for(self) -> None:
        """All that is kept for somebody, also what is under way, the oldest first."""
        for target, payload in ((1, "a"), (2, "b"), (1, "c")):
            self.add(target, payload)
        self.take()
        self.assertEqual([one.payload for one in self.read(outbox.all_for, "push", 1)], ["a", "c"])
        self.assertEqual(self.read(outbox.all_for, "preview", 1), [])
        self.assertEqual(self.read(outbox.targets, "push"), {1, 2})
        self.assertEqual(self.read(outbox.targets, "preview"), set())

    def test_waiting(self) -> None:
        """What is asked for twice is found, unless it was begun."""
        self.add(1, "a")
        self.add(2, "a", NOW + 1)
        self.add(3, "b", NOW + 1)
        self.take()
        self.assertEqual(self.read(outbox.waiting, "push", "a", [1, 2, 3]), {2})
        self.assertEqual(self.read(outbox.waiting, "push", "a", []), set())


on_each_engine(Outbox, globals())
