"""How fast somebody may go."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from webchat.live import limits
from webchat.live.limits import Buckets, Rate, Throttle
from webchat.model.refusals import RateLimited


class BucketTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.buckets = Buckets(Rate(2.0, 5.0), self.clock.seconds)

    def test_burst(self) -> None:
        """Five at once are fine, the sixth is told to wait."""
        for _ in range(5):
            self.buckets.take("anna")
        refused = self.assertRaises(RateLimited, self.buckets.take, "anna")
        self.assertEqual((refused.retry_after, self.buckets.refused), (0.55, 1))

    def test_waiting_helps(self) -> None:
        """Who waits as long as she was told may go on."""
        for _ in range(5):
            self.buckets.take("anna")
        wait = self.assertRaises(RateLimited, self.buckets.take, "anna").retry_after
        self.clock.advance(wait or 0.0)
        self.buckets.take("anna")
        self.assertRaises(RateLimited, self.buckets.take, "anna")

    def test_trying_costs_nothing(self) -> None:
        """Who tries too early does not have to wait longer for it."""
        for _ in range(5):
            self.buckets.take("anna")
        for _ in range(10):
            self.assertRaises(RateLimited, self.buckets.take, "anna")
            self.clock.advance(0.05)
        self.clock.advance(0.01)
        self.buckets.take("anna")

    def test_long_run(self) -> None:
        """Two in a second can go on for ever."""
        for _ in range(100):
            self.buckets.take("anna")
            self.clock.advance(0.5)
        self.assertEqual(self.buckets.refused, 0)

    def test_rest_does_not_add_up(self) -> None:
        """After a day of rest it is still five at once."""
        self.buckets.take("anna")
        self.clock.advance(86_400)
        for _ in range(5):
            self.buckets.take("anna")
        self.assertRaises(RateLimited, self.buckets.take, "anna")

    def test_own_bucket(self) -> None:
        """One who goes too fast does not slow another."""
        for _ in range(5):
            self.buckets.take("anna")
        self.buckets.take("mei")
        self.assertRaises(RateLimited, self.buckets.take, "anna")

    def test_bounded(self) -> None:
        """However many come, only so many are remembered, and the latest are."""
        self.patch(limits, "MAX_KEYS", 4)
        for key in range(10):
            for _ in range(5):
                self.buckets.take(key)
        self.assertEqual(list(self.buckets._buckets), [6, 7, 8, 9])
        self.assertRaises(RateLimited, self.buckets.take, 9)

    def test_full_ones_first(self) -> None:
        """Who has rested is forgotten before who has not, though she came later."""
        self.patch(limits, "MAX_KEYS", 4)
        for _ in range(5):
            self.buckets.take("busy")
        self.clock.advance(0.2)
        for key in range(3):
            self.buckets.take(key)
        self.clock.advance(0.5)
        self.buckets.take("new")
        self.assertEqual(list(self.buckets._buckets), ["busy", "new"])


class ThrottleTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(10_000)
        self.throttle = Throttle(self.clock.seconds)

    def fail_(self, times: int) -> None:
        for _ in range(times):
            self.throttle.failed("anna")

    def wait(self) -> float:
        return self.assertRaises(RateLimited, self.throttle.check, "anna").retry_after or 0.0

    def test_free(self) -> None:
        """Four wrong passwords cost nothing, the fifth costs a second."""
        self.throttle.check("anna")
        self.fail_(4)
        self.throttle.check("anna")
        self.fail_(1)
        self.assertEqual(self.wait(), 1.05)

    def test_doubles(self) -> None:
        """Each further failure doubles the wait, up to five minutes."""
        self.fail_(5)
        waits = []
        for _ in range(12):
            waits.append(round(self.wait() - 0.05))
            self.fail_(1)
        self.assertEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])

    def test_wait_ends(self) -> None:
        """Who has waited may try again, once."""
        self.fail_(6)
        self.clock.advance(2.0)
        self.throttle.check("anna")
        self.fail_(1)
        self.assertEqual(self.wait(), 4.05)

    def test_success(self) -> None:
        """The right password makes the failures forgotten."""
        self.fail_(9)
        self.throttle.succeeded("anna")
        self.throttle.check("anna")
        self.throttle.succeeded("nobody")

    def test_quiet(self) -> None:
        """After a quiet hour one begins anew."""
        self.fail_(20)
        self.clock.advance(Throttle.QUIET + 1)
        self.throttle.check("anna")
        self.fail_(1)
        self.throttle.check("anna")

    def test_own_count(self) -> None:
        """Failures of one do not lock out another."""
        self.fail_(20)
        self.throttle.check("mei")

    def test_bounded(self) -> None:
        """However many fail, only so many are remembered, and the latest are."""
        self.patch(limits, "MAX_KEYS", 2)
        for key in "abcd":
            self.throttle.failed(key)
        self.assertEqual(list(self.throttle._failures), ["c", "d"])
