"""What an announcement may say, and where it may lead."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.announcements import announcement_link, announcement_text
from webchat.model.refusals import BadText, EmptyText, TextTooLong


class Texts(SynchronousTestCase):
    def test_text(self) -> None:
        """Up to two thousand characters, some of them visible."""
        self.assertEqual(announcement_text("  Tea at three,\r\n三点喝茶 "), "Tea at three,\n三点喝茶")
        self.assertRaises(TextTooLong, announcement_text, "x" * 2_001)
        self.assertRaises(EmptyText, announcement_text, " ")
        self.assertRaises(BadText, announcement_text, "a\0b")

    def test_link(self) -> None:
        """A page of the web or of this server; nothing that a browser would run, no other host by a trick."""
        for good in ("https://example.org/茶?x=1#y", "http://example.org", "/rooms/1", "/"):
            self.assertEqual(announcement_link(f" {good} "), good)
        for empty in (None, "", " "):
            self.assertIsNone(announcement_link(empty))
        for bad in ("javascript:alert(1)", "//evil.example", "/\\evil.example", "https://", "https:///x", "x", "ftp://a",
                    "https://a b", "data:text/html,x", "https://a\nb"):  # fmt: skip
            self.assertRaises(BadText, announcement_link, bad)
        self.assertRaises(TextTooLong, announcement_link, "https://e.org/" + "x" * 500)
