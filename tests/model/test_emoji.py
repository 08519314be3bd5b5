"""What a reaction may be."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.emoji import one_emoji
from webchat.model.refusals import BadRequest


class OneEmoji(SynchronousTestCase):
    def test_taken(self) -> None:
        """Whatever keyboards offer: plain ones, colours of skin, families, flags, keys."""
        for emoji in (
            "👍",
            "👍🏽",
            "❤️",
            "🎉",
            "👨‍👩‍👧‍👦",
            "👩🏻‍❤️‍💋‍👩🏾",
            "🏳️‍🌈",
            "🇨🇳",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "1️⃣",
            "©️",
            "☺️",
            "🧑‍💻",
            "❤️‍🔥",
            "🫩",
        ):
            self.assertEqual(one_emoji(emoji), emoji)

    def test_written_in_one_way(self) -> None:
        """An emoji is one text, whether or not it came with the sign that asks for colour."""
        for written, emoji in (("❤", "❤️"), ("👍\ufe0f", "👍"), ("🏳‍🌈", "🏳️‍🌈"), ("1⃣", "1️⃣"), ("☝\ufe0f🏽", "☝🏽")):
            self.assertEqual(one_emoji(written), emoji)

    def test_refused(self) -> None:
        """Texts, several, halves, and what is made to be long."""
        texts = (
            "",
            "a",
            "1",
            "+1",
            "ok",
            "好",
            "👍👍",
            "👍a",
            " 👍",
            "\u200d",
            "\ufe0f",
            "👍\u200d",
            "🇨",
            "\u20e3",
            "<b>",
            "\u202e",
        )
        long = ("👍" * 20, "👍" + "\ufe0f" * 60, "\u200d".join("👍" * 5), "🏴" + "\U000e0067" * 9 + "\U000e007f")
        for text in (*texts, *long, "∞", "é", "\0"):
            self.assertRaises(BadRequest, one_emoji, text)
