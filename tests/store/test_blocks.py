"""Blocks, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import UserId
from webchat.store import blocks


class Blocks(StoreTests):
    """Who wants to hear nothing of whom."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.li = (self.user(name) for name in ("anna", "mei", "li"))

    def test_there_and_back(self) -> None:
        """A block is made once and taken away once, and is no block in the other direction."""
        self.assertTrue(self.write(blocks.add, self.anna, self.mei, NOW))
        self.assertFalse(self.write(blocks.add, self.anna, self.mei, NOW))
        self.assertTrue(self.read(blocks.has, self.anna, self.mei))
        self.assertFalse(self.read(blocks.has, self.mei, self.anna))
        self.assertEqual(self.read(blocks.count, self.anna), 1)
        self.assertTrue(self.write(blocks.remove, self.anna, self.mei))
        self.assertFalse(self.write(blocks.remove, self.anna, self.mei))

    def test_listed(self) -> None:
        """Whom somebody blocks is listed by id, page by page."""
        for other in (self.li, self.mei):
            self.write(blocks.add, self.anna, other, NOW)
        self.assertEqual(self.read(blocks.of, self.anna, UserId(0), 1), [(self.mei, NOW)])
        self.assertEqual(self.read(blocks.of, self.anna, self.mei, 9), [(self.li, NOW)])

    def test_apart(self) -> None:
        """Those are apart of whom one blocks the other, whichever it is."""
        self.write(blocks.add, self.anna, self.mei, NOW)
        self.write(blocks.add, self.li, self.anna, NOW)
        self.assertEqual(self.read(blocks.apart, self.anna, [self.mei, self.li]), {self.mei, self.li})
        self.assertEqual(self.read(blocks.among, self.anna, [self.mei, self.li]), {self.mei})
        self.assertEqual(self.read(blocks.apart, self.anna, []), set())

    def test_all(self) -> None:
        """Who goes blocks nobody, and is blocked by nobody."""
        self.write(blocks.add, self.anna, self.mei, NOW)
        self.write(blocks.add, self.mei, self.anna, NOW)
        self.write(blocks.add, self.li, self.mei, NOW)
        self.write(blocks.remove_all, self.anna)
        self.assertEqual(self.read(blocks.apart, self.mei, [self.anna, self.li]), {self.li})


on_each_engine(Blocks, globals())
