"""What has changed in a room since a rev."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.events import Block, Member, Message, Reset, RoomRow
from webchat.model.ids import Rev, RoomId, Seq
from webchat.model.refusals import NoSuchRoom
from webchat.store import changes, messages, rooms


class Since(StoreTests):
    """Blocks, read in one snapshot."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.room_id = self.user("anna"), self.user("mei"), self.room()

    def since(self, rev: int, limit: int = 500) -> Block | Reset:
        return self.read(changes.since, self.room_id, Rev(rev), limit)

    def block(self, rev: int, limit: int = 500) -> Block:
        found = self.since(rev, limit)
        assert isinstance(found, Block)
        return found

    def edit(self, seq: int, text: str) -> None:
        def work(db: sa.Connection) -> None:
            _, rev = rooms.raise_counters(db, self.room_id, 0, 1)
            messages.edit(db, self.room_id, Seq(seq), text, NOW, rev)

        self.write(work)

    def rename(self, title: str) -> None:
        def work(db: sa.Connection) -> None:
            _, rev = rooms.raise_counters(db, self.room_id, 0, 1)
            rooms.change(db, self.room_id, rev, title=title, title_key=title)

        self.write(work)

    def test_everything(self) -> None:
        """From the beginning, the block holds the room, its members and its messages, in the order of their revs."""
        self.join(self.room_id, self.anna, "owner")
        self.post(self.room_id, self.anna, "one", "n")
        self.join(self.room_id, self.mei)
        block = self.block(0)
        self.assertEqual([type(row) for row in block.rows], [RoomRow, Member, Message, Member])
        self.assertEqual([row.rev for row in block.rows], [1, 2, 3, 4])
        self.assertEqual((block.room, block.rev), (self.room_id, 4))
        self.assertEqual(block.rows[2], self.read(messages.maybe, self.room_id, Seq(1)))

    def test_latest_state(self) -> None:
        """Each row comes once, in its latest state: edits, renamings and leavings count, not their steps."""
        self.join(self.room_id, self.anna)
        for text in ("one", "two", "three"):
            self.post(self.room_id, self.anna, text)
        self.edit(1, "changed")
        self.edit(1, "changed again")
        self.rename("hall")
        self.leave(self.room_id, self.anna)
        block = self.block(3)
        self.assertEqual([row.rev for row in block.rows], [4, 5, 7, 8, 9])
        edited, room, left = block.rows[2:]
        assert isinstance(edited, Message) and isinstance(room, RoomRow) and isinstance(left, Member)
        self.assertEqual((edited.seq, edited.text, room.title, left.left), (1, "changed again", "hall", True))
        self.assertEqual((left.user.id, left.joined_rev), (self.anna, 2))
        self.assertEqual([row.rev for row in self.block(8).rows], [9])

    def test_nothing(self) -> None:
        """Who has everything gets an empty block."""
        self.assertEqual(self.since(1), Block(self.room_id, (), Rev(1)))

    def test_limit(self) -> None:
        """As many rows as the limit are a block, one more is a reset."""
        for _ in range(4):
            self.post(self.room_id, self.anna)
        self.join(self.room_id, self.anna)
        self.assertEqual(len(self.block(1, 5).rows), 5)
        self.assertEqual(self.since(1, 4), Reset(self.room_id, Rev(6)))
        self.assertEqual(self.since(0, 5), Reset(self.room_id, Rev(6)))
        for number in range(9):
            self.edit(1, f"t{number}")
        self.assertEqual([row.rev for row in self.block(6, 1).rows], [15])

    def test_from_the_future(self) -> None:
        """Who holds a rev that the room never had is told to load anew."""
        self.assertEqual(self.since(2), Reset(self.room_id, Rev(1)))

    def test_other_rooms(self) -> None:
        """Nothing of another room comes along; a room that does not exist is missing."""
        other = self.room("Other")
        self.join(other, self.mei)
        self.post(other, self.mei)
        self.assertEqual(len(self.block(0).rows), 1)
        self.assertRaises(NoSuchRoom, self.read, changes.since, RoomId(99), Rev(0), 9)

    def test_many_at_once(self) -> None:
        """Asked for many revs at once, it answers each as if it had been asked alone, whatever the limit."""
        for text in ("one", "two", "three", "four"):
            self.post(self.room_id, self.anna, text)
        self.edit(1, "changed")
        self.rename("hall")
        self.join(self.room_id, self.anna)
        self.edit(2, "changed too")
        for limit in range(9):
            for revs in ({0}, {9, 0}, set(range(12)), {3, 5, 8}, {50}, set()):
                wanted = {Rev(rev) for rev in revs}
                together = self.read(changes.since_each, self.room_id, wanted, limit)
                alone = {rev: self.read(changes.since, self.room_id, rev, limit) for rev in wanted}
                self.assertEqual(together, alone, (limit, revs))

    def test_room_row(self) -> None:
        """The room's own row carries the rev of its own latest change, not of the room's."""
        self.rename("hall")
        self.post(self.room_id, self.anna)
        row = changes.room_row(self.read(rooms.one, self.room_id))
        self.assertEqual((row.rev, row.title, row.archived), (2, "hall", None))
        self.assertEqual([type(one) for one in self.block(2).rows], [Message])


on_each_engine(Since, globals())
