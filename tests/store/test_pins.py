"""Pins, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, Millis, Rev, Seq
from webchat.store import messages, pins


class Pinned(StoreTests):
    def test_listed(self) -> None:
        """What is pinned is listed by the time of that, newest first, page by page; a tombstone is not."""
        anna, room, other = self.user("anna"), self.room(), self.room("Other")
        for _ in range(5):
            self.post(room, anna)
        self.post(other, anna)
        for seq, at in ((1, 3), (2, 1), (3, 3), (4, 2), (5, 9)):
            self.write(pins.put, room, Seq(seq), Millis(NOW + at), Rev(20 + seq))
        self.write(pins.put, other, Seq(1), NOW, Rev(9))
        self.write(pins.put, room, Seq(4), None, Rev(30))
        self.write(messages.delete, room, Seq(5), NOW, Rev(31))
        self.assertEqual(self.read(pins.count, room), 3)
        first = self.read(pins.of_room, room, (MAX_INT, MAX_INT), 2)
        rest = self.read(pins.of_room, room, (first[-1].pinned, first[-1].seq), 2)
        self.assertEqual([one.seq for one in first + rest], [3, 1, 2])


on_each_engine(Pinned, globals())
