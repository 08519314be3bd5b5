"""What of a webhook is read and written."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.hooks import EVENTS, read_events, stored_events


class Hooks(SynchronousTestCase):
    def test_events(self) -> None:
        """They come back in the order in which they are documented."""
        stored = stored_events(("member.left", "message.posted"), True)
        self.assertEqual(read_events(stored), (("message.posted", "member.left"), True))
        self.assertEqual(read_events(stored_events(EVENTS, False)), (EVENTS, False))
        self.assertEqual(read_events(""), ((), False))
