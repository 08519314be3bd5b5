"""Mentions, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, Millis, Rev, Seq
from webchat.store import blocks, mentions, messages, rooms
from webchat.store.mentions import EVERYBODY, Mention

START = (MAX_INT, MAX_INT, MAX_INT)


class Meant(StoreTests):
    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.lin = self.user("anna"), self.user("mei"), self.user("lin")
        self.room_id, self.other = self.room(), self.room("Other")
        for user in (self.anna, self.mei):
            self.join(self.room_id, user), self.join(self.other, user)

    def mean(self, *users: int, room: int | None = None, author: int | None = None) -> int:
        """A message by anna that means *users*; its seq."""
        place = room or self.room_id
        seq, _ = self.post(place, author or self.anna)
        self.write(mentions.add, [Mention(user, place, seq, Millis(NOW)) for user in users])
        return int(seq)

    def test_named(self) -> None:
        """Members are found by name, of the room that is asked about; that one blocks the author is told."""
        self.write(blocks.add, self.mei, self.anna, NOW)
        room, names = self.room_id, ("anna", "mei", "lin", "nobody")
        found = self.read(mentions.named, [(room, self.anna, name) for name in names])
        self.assertEqual(
            found, {(room, self.anna, "anna"): (self.anna, False), (room, self.anna, "mei"): (self.mei, True)}
        )
        self.leave(room, self.mei)
        self.assertEqual(self.read(mentions.named, [(room, self.anna, "mei")]), {})
        self.assertEqual(self.read(mentions.named, []), {})

    def test_counted(self) -> None:
        """What means her and is unread is counted once; not her own, not that of whom she blocks."""
        first = self.mean(self.mei, EVERYBODY)
        self.mean(), self.mean(EVERYBODY), self.mean(self.anna), self.mean(EVERYBODY, author=self.mei)
        self.mean(self.mei, room=self.other)
        asked = [(self.mei, self.room_id, Seq(0)), (self.mei, self.other, Seq(1)), (self.anna, self.room_id, Seq(0))]
        self.assertEqual(self.read(mentions.counts, asked), {(self.mei, self.room_id): 2, (self.anna, self.room_id): 1})
        self.assertEqual(
            self.read(mentions.counts, [(self.mei, self.room_id, Seq(first))]), {(self.mei, self.room_id): 1}
        )
        self.write(blocks.add, self.mei, self.anna, NOW)
        self.assertEqual(self.read(mentions.counts, asked), {(self.anna, self.room_id): 1})

    def test_count_ends(self) -> None:
        """More than can be shown is not counted."""
        for _ in range(mentions.COUNTED + 5):
            self.mean(self.mei)
        found = self.read(mentions.counts, [(self.mei, self.room_id, Seq(0))])
        self.assertEqual(found, {(self.mei, self.room_id): mentions.COUNTED})

    def test_states(self) -> None:
        """The rooms of somebody say how much of what is unread means her."""
        self.mean(self.mei), self.mean(EVERYBODY)
        self.assertEqual([state.mentions for state in self.read(rooms.states, self.mei)], [2, 0])
        self.assertEqual(self.read(rooms.maybe_state, self.room_id, self.mei).mentions, 2)  # type: ignore[union-attr]

    def test_removed(self) -> None:
        """Who is no longer meant is forgotten; so is everybody when the message is deleted."""
        seq = Seq(self.mean(self.mei, self.lin, EVERYBODY))
        self.write(mentions.remove, self.room_id, seq, [self.mei])
        asked = [(user, self.room_id, Seq(0)) for user in (self.mei, self.lin)]
        self.assertEqual(sum(self.read(mentions.counts, asked).values()), 2)
        self.write(messages.delete, self.room_id, seq, NOW, Rev(9))
        self.assertEqual(self.read(mentions.counts, asked), {})

    def test_gone(self) -> None:
        """Who has given her account up is meant by nothing."""
        self.mean(self.mei, self.lin)
        self.write(mentions.remove_all, self.mei)
        asked = [(user, self.room_id, Seq(0)) for user in (self.mei, self.lin)]
        self.assertEqual(self.read(mentions.counts, asked), {(self.lin, self.room_id): 1})

    def test_inbox(self) -> None:
        """All that means her is listed once, newest first, page by page: of rooms that she is in."""
        for number in range(3):
            self.mean(self.mei), self.mean(EVERYBODY, room=self.other), self.mean(), self.mean(self.mei, EVERYBODY)
            self.mean(self.mei, author=self.mei), self.mean(EVERYBODY, author=self.mei), self.mean(self.lin)
            del number
        whole = self.read(mentions.inbox, self.mei, START, 99)
        self.assertEqual([(one.room, one.seq) for one in whole], [
            (2, 3), (2, 2), (2, 1), (1, 15), (1, 13), (1, 9), (1, 7), (1, 3), (1, 1)
        ])  # fmt: skip
        paged, before = [], START
        while page := self.read(mentions.inbox, self.mei, before, 2):
            paged += page
            before = (page[-1].created, page[-1].room, page[-1].seq)
        self.assertEqual(paged, whole)
        self.leave(self.other, self.mei)
        self.assertEqual({one.room for one in self.read(mentions.inbox, self.mei, START, 99)}, {1})
        self.write(blocks.add, self.mei, self.anna, NOW)
        self.assertEqual(self.read(mentions.inbox, self.mei, START, 99), [])


on_each_engine(Meant, globals())
