"""What pages said of themselves, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.extras import Preview
from webchat.model.ids import Millis
from webchat.store import previews


class Previews(StoreTests):
    """Kept, found for a while, forgotten."""

    def test_story(self) -> None:
        """What a page said, or that it said nothing, holds until it is old."""
        card = Preview("https://a", "茶", "About tea", "Tea", "0" * 32)
        self.assertEqual(self.read(previews.maybe, "https://a", NOW), (False, None))
        self.write(previews.put, "https://a", card, NOW)
        self.write(previews.put, "https://b", None, NOW)
        self.assertEqual(self.read(previews.maybe, "https://a", Millis(NOW - 1)), (True, card))
        self.assertEqual(self.read(previews.maybe, "https://b", Millis(NOW - 1)), (True, None))
        self.assertEqual(self.read(previews.maybe, "https://a", NOW), (False, None))
        self.write(previews.put, "https://a", None, Millis(NOW + 5))
        self.assertEqual(self.read(previews.maybe, "https://a", NOW), (True, None))
        self.assertEqual(self.write(previews.forget, NOW), 1)
        self.assertEqual(self.read(previews.maybe, "https://b", Millis(0)), (False, None))


on_each_engine(Previews, globals())
