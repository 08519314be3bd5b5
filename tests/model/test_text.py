"""What people may write."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.refusals import BadRequest, BadText, EmptyText, TextTooLong
from webchat.model.text import MESSAGE_LIMIT, TITLE_LIMIT, check_nonce, folded, line_of_text, message_text

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u00ad\u034f\u115f\u1160\u180e\u200b\u200c\u2060\u2061\u2064\u206f\u3164\ufeff\uffa0"


class Messages(SynchronousTestCase):
    def test_limit(self) -> None:
        """A message of 10,000 characters is taken, one more is not."""
        self.assertEqual(MESSAGE_LIMIT, 10_000)
        for sign in ("a", "中", "😀"):
            self.assertEqual(message_text(sign * 10_000), sign * 10_000)
            self.assertEqual(self.assertRaises(TextTooLong, message_text, sign * 10_001).field, "text")

    def test_limit_counts_what_is_stored(self) -> None:
        """A line end of two characters counts as the one that is stored."""
        self.assertEqual(len(message_text("\r\n" * 5_000 + "a" * 5_000)), 10_000)
        self.assertRaises(TextTooLong, message_text, "\r\n" * 5_000 + "a" * 5_001)

    def test_line_ends(self) -> None:
        """Every kind of line end is stored as one line feed, blank lines and tabs stay."""
        self.assertEqual(message_text("a\r\nb\rc\nd\n\r\n\te"), "a\nb\nc\nd\n\n\te")

    def test_nothing_else_changes(self) -> None:
        """A message comes out as it went in: blanks, accents in either form, right-to-left text, emoji."""
        for text in ("  a  b  ", "e\u0301", "\u00e9", "مرحبا", "\u202bשלום\u202c", "👩\u200d💻", "ﬁ", "中文，好"):
            self.assertEqual(message_text(text), text)

    def test_controls(self) -> None:
        """NUL and every other control character are refused, wherever they stand."""
        for code in (*range(0x20), *range(0x7F, 0xA0)):
            if chr(code) not in "\t\n\r":
                for text in (f"a{chr(code)}", f"{chr(code)}a", f"a{chr(code)}b"):
                    self.assertRaises(BadText, message_text, text)

    def test_surrogates(self) -> None:
        """Half a character, which no database can store, is refused."""
        for text in ("a\ud800", "\udfffa", "\ud83d", "\ud83d\ude00"):
            self.assertRaises(BadText, message_text, text)

    def test_invisible(self) -> None:
        """A message in which nothing can be seen is empty."""
        for text in ("", " ", "\n\n\t", "\u00a0\u2003", "\u200b", "\u3164", "\ufeff", "\u202e \u202c", "\u0301"):
            self.assertEqual(self.assertRaises(EmptyText, message_text, text).field, "text")
        self.assertEqual(message_text("\u200b."), "\u200b.")


class Lines(SynchronousTestCase):
    def test_one_line(self) -> None:
        """A title is one line: white space of any kind becomes one blank, and none stands at the ends."""
        self.assertEqual(line_of_text(" a\n\tb\u2028c \u00a0 d\r\n", 80, "title"), "a b c d")

    def test_composed(self) -> None:
        """A letter with its accent is stored in one form only."""
        self.assertEqual(line_of_text("Cafe\u0301", 80, "title"), "Caf\u00e9")

    def test_direction(self) -> None:
        """No title can turn the text around it."""
        for sign in BIDI:
            for text in (f"a{sign}b", f"{sign}a", f"a{sign}"):
                self.assertEqual(self.assertRaises(BadText, line_of_text, text, 80, "title").field, "title")
        self.assertEqual(line_of_text("שלום", 80, "title"), "שלום")

    def test_zero_width(self) -> None:
        """No title can hide a character."""
        for sign in ZERO_WIDTH:
            self.assertRaises(BadText, line_of_text, f"a{sign}b", 80, "title")
        for text in ("a\u200db", "\u200da", "中\u200d文", "a\u200d"):
            self.assertRaises(BadText, line_of_text, text, 80, "title")

    def test_emoji(self) -> None:
        """Emoji that are joined of several, with skin tones and variations, may stand in a title."""
        for text in ("👩\u200d💻", "👩\U0001f3fd\u200d💻", "❤\ufe0f\u200d🔥", "👨\u200d👩\u200d👧 family", "🇨🇳"):
            self.assertEqual(line_of_text(text, 80, "title"), text)

    def test_controls(self) -> None:
        """NUL, other controls and half characters are refused in a title."""
        for sign in "\x00\x01\x07\x08\x1b\x7f\x80\x9f\ud800\udc00":
            self.assertRaises(BadText, line_of_text, f"a{sign}b", 80, "title")

    def test_limit(self) -> None:
        """A title of 80 characters is taken, one more is not; blanks at its ends do not count."""
        self.assertEqual(line_of_text("中" * TITLE_LIMIT, TITLE_LIMIT, "title"), "中" * 80)
        self.assertEqual(len(line_of_text("  " + "a" * 80 + "  ", TITLE_LIMIT, "title")), 80)
        refused = self.assertRaises(TextTooLong, line_of_text, "a" * 81, TITLE_LIMIT, "topic")
        self.assertEqual(refused.field, "topic")
        self.assertIn("80", refused.message)

    def test_empty(self) -> None:
        """A title needs something to see; a topic may be empty."""
        for text in ("", "   ", "\u0301"):
            self.assertRaises(BadText, line_of_text, text, 80, "title")
        self.assertEqual(line_of_text("  ", 500, "topic", may_be_empty=True), "")

    def test_again(self) -> None:
        """What has been tidied once stays as it is."""
        for text in ("  Cafe\u0301\t\u212b ", "👩\u200d💻  x", "\u1e9b\u0323"):
            once = line_of_text(text, 80, "title")
            self.assertEqual(line_of_text(once, 80, "title"), once)


class Folding(SynchronousTestCase):
    def test_case_and_form(self) -> None:
        """Search finds a word in capitals, in full width, with a ligature, with either form of an accent."""
        for one, other in (("STRASSE", "straße"), ("ＡＢＣ", "abc"), ("ﬁn", "FIN"), ("e\u0301", "É"), ("ΣΑΣ", "σας")):
            self.assertEqual(folded(one), folded(other))
        self.assertNotEqual(folded("resume"), folded("résumé"))

    def test_again(self) -> None:
        """Folding what is folded changes nothing."""
        for text in ("STRASSE", "\u1fb7", "\u0345", "İ", "ǅ", "Å"):
            self.assertEqual(folded(folded(text)), folded(text))


class Nonces(SynchronousTestCase):
    def test_nonce(self) -> None:
        """A nonce is made of visible ASCII characters."""
        for nonce in ("a", "~" * 64, "!", "0c1d-2e_3f"):
            check_nonce(nonce)
        for nonce in ("a b", "\na", "a\n", "\x00", "\x7f", "\t", "é", "中"):
            refused = self.assertRaises(BadRequest, check_nonce, nonce)
            self.assertEqual(refused.field, "nonce")
