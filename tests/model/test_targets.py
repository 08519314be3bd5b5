"""Where other programs can be told of what happens."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.refusals import BadRequest
from webchat.model.targets import URL_LIMIT, target_url


class Targets(SynchronousTestCase):
    def test_urls(self) -> None:
        """Web addresses without a password in them, and nothing that could be read in two ways."""
        whole = "https://ci.example/".ljust(URL_LIMIT, "x")
        for url in ("https://ci.example/a?b=c", "http://ci.internal:8080", "http://[::1]:8080/", whole):
            self.assertEqual(target_url(url), url)
        for url in (
            *("", "ci.example", "ftp://ci.example", "file:///etc/passwd", "javascript:alert(1)", "https://"),
            *("https://a:b@ci.example", "https://me@ci.example", "https://a b", "https://ci.example/ x"),
            *("https://ci.example/\n", "https://例.example", "https://ä.example", "https://a.example\\@b.example"),
            *("http://[::1", "https://[::1", "http://ci.example:x", "http://ci.example:0", whole + "x"),
        ):
            self.assertRaises(BadRequest, target_url, url)
