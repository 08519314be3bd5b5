"""Refusals as they come over both roads."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.client.refusing import AGAIN, refusal_of
from webchat.model.refusals import CATALOGUE, SlowMode


class Refusals(SynchronousTestCase):
    def test_known(self) -> None:
        """A known code is raised as its class, with all that the server said."""
        refusal = refusal_of({"code": "slow_mode", "message": "Wait.", "retry_after": 3.5, "field": "text"}, "?")
        self.assertIsInstance(refusal, SlowMode)
        self.assertEqual((refusal.message, refusal.retry_after, refusal.field), ("Wait.", 3.5, "text"))

    def test_unknown(self) -> None:
        """A code of a newer server is kept; an answer without one has a sentence all the same."""
        self.assertEqual(refusal_of({"code": "too_loud", "detail": "Hush."}, "?").code, "too_loud")
        refusal = refusal_of({}, "The server answered 502.")
        self.assertEqual((refusal.code, refusal.message), ("refused", "The server answered 502."))

    def test_again(self) -> None:
        """What is sent again are codes that there are."""
        self.assertLessEqual(AGAIN, set(CATALOGUE))
