"""Texts are taken apart, and searches found in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.refusals import BadRequest
from webchat.model.tokens import Phrase, phrases, places, tokens, weight


def texts(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


class Taking(SynchronousTestCase):
    def test_words(self) -> None:
        """Runs of letters and digits, without case, compatibility forms and the accents of Latin and Greek."""
        self.assertEqual(texts("It's Café, naïve STRASSE straße"), ["it", "s", "cafe", "naive", "strasse", "strasse"])
        self.assertEqual(texts("ＡＢＣ１２３ ﬁn x²"), ["abc123", "fin", "x2"])
        self.assertEqual(texts("Ёлка мой Αθήνα İstanbul"), ["елка", "мой", "αθηνα", "istanbul"])
        self.assertEqual(
            texts("foo.bar_baz https://x.org/a?b=1"), ["foo", "bar", "baz", "https", "x", "org", "a", "b", "1"]
        )
        self.assertEqual(texts("हिन्दी शब्द"), ["हिन्दी", "शब्द"])

    def test_signs(self) -> None:
        """Where no blanks stand between words each sign is a token; so is each emoji."""
        self.assertEqual(texts("你好，世界"), list("你好世界"))
        self.assertEqual(texts("AI助手v2"), ["ai", "助", "手", "v2"])
        self.assertEqual(texts("ｶﾞ が カー 々 한국"), ["ガ", "が", "カ", "ー", "々", "한", "국"])
        self.assertEqual(texts("ไทย"), ["ไ", "ท", "ย"])
        self.assertEqual(texts("👩‍💻 👍🏽 ❤️"), ["👩", "💻", "👍", "❤"])

    def test_invisible(self) -> None:
        """What is not seen does not part a word, but for the blank without width."""
        self.assertEqual(texts("ma\u00adnage na\u200dme a\u200bb é"), ["manage", "name", "a", "b", "e"])

    def test_places(self) -> None:
        """Each token knows where it stands in the text as it was written."""
        text = "Ｈｅｌｌｏ cafe\u0301！世界 ﬁn"
        self.assertEqual(
            [(token.text, text[token.start : token.end]) for token in tokens(text)],
            [("hello", "Ｈｅｌｌｏ"), ("cafe", "cafe\u0301"), ("世", "世"), ("界", "界"), ("fin", "ﬁn")],
        )

    @given(st.text(max_size=60))
    def test_any_text(self, text: str) -> None:
        """Tokens stand in order inside the text, hold neither blanks nor quotes, and are found again."""
        found = tokens(text)
        for before, token in zip([None, *found], found, strict=False):
            self.assertTrue(0 <= token.start < token.end <= len(text))
            if before is not None:
                self.assertLessEqual(before.start, token.start)
            self.assertFalse(set(token.text) & set(" \n\t'\"\\§&|:*()"), token)
        if found:
            self.assertIsNotNone(places([Phrase(tuple(token.text for token in found))], found))

    @given(st.text(alphabet="ab é你好ß\u0301-", max_size=30))
    def test_folding_is_final(self, text: str) -> None:
        """A token taken apart again is itself."""
        for token in tokens(text):
            self.assertEqual(texts(token.text), [token.text])


class Asking(SynchronousTestCase):
    def test_phrases(self) -> None:
        """What stands between blanks, or in quotes, belongs together."""
        self.assertEqual(phrases("会议 记录"), (Phrase(("会", "议")), Phrase(("记", "录"))))
        self.assertEqual(
            phrases('foo.bar "to be" “not to'), (Phrase(("foo", "bar")), Phrase(("to", "be")), Phrase(("not", "to")))
        )
        self.assertEqual(phrases("a a  ?! A"), (Phrase(("a",)),))
        self.assertEqual(phrases("?!　“”"), ())

    def test_beginnings(self) -> None:
        """A star stands for the rest of a word of three letters or more, not of a sign."""
        self.assertEqual(phrases("dep*"), (Phrase(("dep",), True),))
        self.assertEqual(phrases("de* 你好吗* *"), (Phrase(("de",)), Phrase(("你", "好", "吗"))))

    def test_limits(self) -> None:
        """A search is short."""
        self.assertEqual(len(phrases("字" * 16)[0].tokens), 16)
        for text in ("字" * 17, "a " * 101, " ".join(f"w{n}" for n in range(17))):
            self.assertRaises(BadRequest, phrases, text)

    def test_found(self) -> None:
        """All phrases have to be there; the places are those of all of them, each stretch once."""
        here = tokens("你好世界, hello Hello world")
        self.assertEqual(places(phrases("世界 hel*"), here), [(2, 4), (6, 11), (12, 17)])
        self.assertEqual(places(phrases("你好 好世"), here), [(0, 3)])
        self.assertIsNone(places(phrases("你世"), here))
        self.assertIsNone(places(phrases("hello nothing"), here))
        self.assertIsNone(places(phrases('"world hello"'), here))

    def test_weight(self) -> None:
        """What says it more often, or little else, is more about it."""
        wanted = phrases("tea")
        short, long, often = (tokens(text) for text in ("tea", "tea " + "x " * 50, "tea tea tea"))
        self.assertGreater(weight(wanted, short), weight(wanted, long))
        self.assertGreater(weight(wanted, often), weight(wanted, short))
