"""What the robot answers where there is none."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy.robot import nobody_in


class Nobody(SynchronousTestCase):
    def test_both_languages(self) -> None:
        """Nobody is in, in the language of who asks."""
        found = [self.successResultOf(Deferred.fromCoroutine(nobody_in("hi", one))) for one in ("en", "zh-CN")]
        self.assertIn("Nobody", found[0])
        self.assertIn("没有", found[1])
