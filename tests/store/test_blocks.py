"""Who wants to hear nothing of whom, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import UserId
from webchat.store import blocks


class Blocks(StoreTests):
    """Put, listed, lifted, asked for."""

    def test_put_and_lifted(self) -> None:
        """A block is put once and lifted once."""
        anna, mei = self.user("anna"), self.user("mei")
        self.assertEqual([self.write(blocks.add, anna, mei, NOW) for _ in range(2)], [True, False])
        self.assertEqual([self.write(blocks.remove, anna, mei) for _ in range(2)], [True, False])

    def test_listed(self) -> None:
        """Whom somebody blocks is listed page by page, for her alone."""
        anna, *others = (self.user(name) for name in ("anna", "mei", "tom", "eve"))
        for other in others:
            self.write(blocks.add, anna, other, NOW)
        self.assertEqual(self.read(blocks.of, anna, UserId(0), 2), [(others[0], NOW), (others[1], NOW)])
        self.assertEqual(self.read(blocks.of, anna, others[1], 2), [(others[2], NOW)])
        self.assertEqual(self.read(blocks.of, others[0], UserId(0), 9), [])

    def test_apart(self) -> None:
        """A block holds two people apart, whoever of them put it."""
        anna, mei, tom = self.user("anna"), self.user("mei"), self.user("tom")
        self.write(blocks.add, anna, mei, NOW)
        for user, others, found in (
            (anna, [mei, tom], {mei}),
            (mei, [anna, tom], {anna}),
            (tom, [anna, mei], set()),
            (anna, [], set()),
        ):
            self.assertEqual(self.read(blocks.apart, user, others), found)


on_each_engine(Blocks, globals())
