"""What of a webhook is read and written: URLs, events."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.hooks import EVENTS, hook_url, read_events, stored_events
from webchat.model.refusals import BadRequest


class Hooks(SynchronousTestCase):
    def test_urls(self) -> None:
        """Web addresses without a password in them."""
        for url in ("https://ci.example/a?b=c", "http://ci.internal:8080", "http://[::1]:8080/"):
            self.assertEqual(hook_url(url), url)
        for url in (
            *("", "ci.example", "ftp://ci.example", "file:///etc/passwd", "javascript:alert(1)", "https://"),
            *("https://a:b@ci.example", "https://ci.example/ x", "https://ci.example/\n", "https://例.example"),
            *("http://[::1", "http://ci.example:x", "http://ci.example:0", "https://ci.example/" + "x" * 2_000),
        ):
            self.assertRaises(BadRequest, hook_url, url)

    def test_events(self) -> None:
        """They come back in the order in which they are documented."""
        stored = stored_events(("member.left", "message.posted"), True)
        self.assertEqual(read_events(stored), (("message.posted", "member.left"), True))
        self.assertEqual(read_events(stored_events(EVENTS, False)), (EVENTS, False))
        self.assertEqual(read_events(""), ((), False))
