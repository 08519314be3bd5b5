"""Texts on their way from and to pages that show them as HTML."""

from __future__ import annotations

import html
import string

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.http.problem import STATUS
from webchat.legacy.texts import iso, said, shown, taken
from webchat.model.ids import Millis
from webchat.model.refusals import NameTaken, Refusal, SlowMode

ANY_TEXT = st.text(alphabet=string.ascii_letters + string.digits + "&#;<>x \"'é张", max_size=40)


class Texts(SynchronousTestCase):
    @given(ANY_TEXT)
    def test_looks_the_same(self, text: str) -> None:
        """Whatever was typed, the page shows just that, and nothing of it is markup."""
        sent = shown(text)
        self.assertNotIn("<", sent)
        self.assertEqual(html.unescape(sent), text)

    def test_plain_ampersands_stay(self) -> None:
        """An ampersand that means nothing in HTML stays, for the page's pattern of links."""
        for text in ("a & b", "AT&T", "http://x.example/?a=1&b=2", "&;", "&#;", "&#x;"):
            self.assertEqual(shown(text), text)

    def test_references(self) -> None:
        """What HTML would read as another sign is escaped, also where it lacks its semicolon."""
        for text in ("&amp;", "&lt", "&copyright", "&#60;", "&#x3C", "&notit;"):
            self.assertEqual(shown(text), f"&amp;{text[1:]}")

    def test_taken(self) -> None:
        """What the page has escaped is taken back, once."""
        self.assertEqual(taken("a &lt; b &amp;lt; <b>"), "a < b &amp;lt; <b>")

    def test_times(self) -> None:
        """Times say that they are UTC."""
        self.assertEqual(iso(Millis(1_700_000_000_123)), "2023-11-14T22:13:20.123Z")

    def test_refusals(self) -> None:
        """Every refusal has a sentence; an address that is taken is no name."""

        class Any(Refusal):
            code = ""

        for code in STATUS:
            refusal = Any()
            refusal.code = code  # type: ignore[misc]
            self.assertTrue(said(refusal), code)
        self.assertEqual(said(NameTaken(field="email")), "该邮箱已被注册")
        self.assertEqual(said(SlowMode()), "发言过快，请稍后再试")
