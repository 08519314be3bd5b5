"""Reactions, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, Rev, Seq
from webchat.store import messages, reactions


class Given(StoreTests):
    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.lin, self.room_id = self.user("anna"), self.user("mei"), self.user("lin"), self.room()
        self.post(self.room_id, self.anna)
        self.post(self.room_id, self.anna)

    def give(self, user: int, emoji: str = "👍", seq: int = 1, at: int = 0) -> bool:
        return self.write(reactions.add, self.room_id, Seq(seq), emoji, user, Millis(NOW + at))

    def test_once(self) -> None:
        """A reaction is given once, and taken back once."""
        self.assertEqual([self.give(self.anna), self.give(self.anna)], [True, False])
        taken = [self.write(reactions.remove, self.room_id, Seq(1), "👍", self.anna) for _ in range(2)]
        self.assertEqual(taken, [True, False])

    def test_first(self) -> None:
        """The first are those who were first, of this emoji on this message."""
        self.give(self.lin, at=1), self.give(self.anna, at=3), self.give(self.mei, at=2)
        self.give(self.mei, "🎉"), self.give(self.mei, seq=2)
        self.assertEqual(self.read(reactions.first, self.room_id, Seq(1), "👍", 2), (self.lin, self.mei))

    def test_givers(self) -> None:
        """All of them are listed by their ids, page by page."""
        for user in (self.lin, self.anna, self.mei):
            self.give(user)
        first = self.read(reactions.givers, self.room_id, Seq(1), "👍", 0, 2)
        rest = self.read(reactions.givers, self.room_id, Seq(1), "👍", first[-1].id, 2)
        self.assertEqual([card.id for card in first + rest], [self.anna, self.mei, self.lin])

    def test_among(self) -> None:
        """Whether somebody gave them is found out for many at once."""
        self.give(self.mei), self.give(self.mei, "🎉", 2), self.give(self.anna, "🎉")
        asked = [(Seq(seq), emoji) for seq in (1, 2) for emoji in ("👍", "🎉")]
        self.assertEqual(set(self.read(reactions.among, self.room_id, self.mei, asked)), {(1, "👍"), (2, "🎉")})
        self.assertEqual(self.read(reactions.among, self.room_id, self.mei, []), [])

    def test_of_user(self) -> None:
        """What one person gave is found page by page, in all rooms, and nobody else's."""
        other = self.room()
        self.post(other, self.anna)
        self.give(self.mei, "🎉", 2), self.give(self.mei), self.give(self.mei, "🎉", at=5), self.give(self.anna)
        self.write(reactions.add, other, Seq(1), "👍", self.mei, NOW)
        found, last = [], None
        while page := self.read(reactions.of_user, self.mei, last, 1):
            found += page
            last = page[-1]
        lobby = self.room_id
        self.assertEqual(
            sorted(found),
            sorted([(lobby, 1, "👍", NOW), (lobby, 1, "🎉", NOW + 5), (lobby, 2, "🎉", NOW), (other, 1, "👍", NOW)]),
        )
        self.assertEqual(self.read(reactions.of_user, self.lin, None, 9), [])

    def test_gone_with_the_message(self) -> None:
        """A deleted message keeps none; its neighbours keep theirs."""
        self.give(self.mei), self.give(self.mei, seq=2)
        self.write(messages.delete, self.room_id, Seq(1), NOW, Rev(9))
        self.assertEqual(self.read(reactions.first, self.room_id, Seq(1), "👍", 9), ())
        self.assertEqual(self.read(reactions.first, self.room_id, Seq(2), "👍", 9), (self.mei,))


on_each_engine(Given, globals())
