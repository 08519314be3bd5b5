"""Links in what people write."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.links import LINK_LIMIT, links_in


class LinksTests(SynchronousTestCase):
    def test_found(self) -> None:
        """http(s) links, without what belongs to the sentence; the first three, each once."""
        for text, found in (
            ("see https://example.org/a?b=c#d, please.", ["https://example.org/a?b=c#d"]),
            ("(https://example.org/x_(y))", ["https://example.org/x_(y)"]),
            ("[tea](https://example.org/tea)", ["https://example.org/tea"]),
            ("看https://example.org/茶", ["https://example.org/"]),
            ("https://example.org/a。https://example.org/b", ["https://example.org/a", "https://example.org/b"]),
            ("http://a.example http://a.example http://b.example", ["http://a.example", "http://b.example"]),
            (" ".join(f"http://{n}.example" for n in "abcd"), [f"http://{n}.example" for n in "abc"]),
            ("`https://example.org` ```\nhttps://example.org\n``` ", []),
            ("```\nhttps://example.org/never-closed", []),
            ("ftp://example.org mailto:a@b xhttp://example.org http:// https://...", []),
            ("http://example.org/" + "x" * LINK_LIMIT, []),
            ("<https://example.org>", ["https://example.org"]),
            ("", []),
        ):
            self.assertEqual(links_in(text), found, text)
