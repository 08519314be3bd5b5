"""How long a client waits before it comes back."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from webchat.client.patience import Patience, answered
from webchat.model.refusals import NoSuchRoom, RateLimited


class Pauses(SynchronousTestCase):
    def setUp(self) -> None:
        self.patience = Patience(lambda low, high: high)

    def test_windows(self) -> None:
        """The window doubles up to 8 s, and after the first minute it is 30 s."""
        now, pauses = 0.0, []
        for _ in range(14):
            pauses.append(self.patience.pause(now, 0.0, 0.0))
            now += pauses[-1]
        self.assertEqual(pauses[:6], [0.5, 1, 2, 4, 8, 8])
        self.assertEqual(pauses[-1], 30)
        self.assertEqual(pauses.count(8), 7)

    def test_a_good_line(self) -> None:
        """After a line that held for a while it begins anew; after one that broke at once it does not."""
        for _ in range(4):
            self.patience.pause(0.0, 0.0, 0.0)
        self.assertEqual(self.patience.pause(1.0, 4.9, 0.0), 8)
        self.assertEqual(self.patience.pause(100.0, 60.0, 0.0), 0.5)

    def test_as_the_server_wishes(self) -> None:
        """What the server asks for is waited at least."""
        self.assertEqual(self.patience.pause(0.0, 0.0, 7.0), 7.5)


class Answers(SynchronousTestCase):
    def test_what_passes(self) -> None:
        """A broken line and a limit are waited for, as long as the server says; what stays so is raised."""
        coming: list[Exception | str] = [OSError(), RateLimited(retry_after=7.0), "tea", NoSuchRoom()]
        waited: list[float] = []

        async def ask() -> str:
            one = coming.pop(0)
            if isinstance(one, Exception):
                raise one
            return one

        async def pause(seconds: float) -> None:
            waited.append(seconds)

        self.assertEqual(self.successResultOf(Deferred.fromCoroutine(answered(ask, pause))), "tea")
        self.assertEqual(waited, [1.0, 7.0])
        self.failureResultOf(Deferred.fromCoroutine(answered(ask, pause)), NoSuchRoom)
