"""Announcements, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, Millis
from webchat.store import announcements as store


class Announcing(StoreTests):
    """Made, changed, ended, read."""

    def test_one_at_a_time(self) -> None:
        """A new one ends the one before it, which stays to be read."""
        anna = self.user()
        self.assertIsNone(self.read(store.newest))
        first = self.write(store.add, anna, "Tea at three", None, NOW)
        second = self.write(store.add, anna, "Tea at four", "/rooms/1", Millis(NOW + 5))
        self.assertEqual(self.read(store.newest), second)
        found = self.read(store.before, MAX_INT, 10)
        self.assertEqual([(one.id, one.ended) for one in found], [(second.id, None), (first.id, NOW + 5)])
        self.assertEqual([one.id for one in self.read(store.before, second.id, 10)], [first.id])

    def test_changed_and_ended(self) -> None:
        """A change is another version; the end is final."""
        made = self.write(store.add, self.user(), "Tea", None, NOW)
        self.write(store.change, made.id, 2, "Cake", "/x", Millis(NOW + 1))
        found = self.read(store.maybe, made.id)
        assert found is not None
        self.assertEqual((found.version, found.text, found.link, found.changed), (2, "Cake", "/x", NOW + 1))
        self.write(store.end_all, Millis(NOW + 2))
        self.write(store.end_all, Millis(NOW + 3))
        ended = self.read(store.maybe, made.id)
        assert ended is not None
        self.assertEqual(ended.ended, NOW + 2)
        self.assertIsNone(self.read(store.maybe, made.id + 1))

    def test_dismissed(self) -> None:
        """Who has read a version has read those before it; the mark only rises."""
        anna, mei = self.user(), self.user("mei")
        made = self.write(store.add, anna, "Tea", None, NOW)
        for version in (2, 1, 2):
            self.write(store.dismiss, mei, made.id, version)
        for version, readers in ((1, {mei}), (2, {mei}), (3, set())):
            self.assertEqual(self.read(store.readers, made.id, version, [anna, mei]), readers)
        self.write(store.dismiss, mei, made.id, 3)
        self.assertEqual(self.read(store.readers, made.id, 3, [mei]), {mei})
        self.assertEqual(self.read(store.readers, made.id, 3, []), set())


on_each_engine(Announcing, globals())
