"""Threads, stored."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, Millis, Rev, Seq
from webchat.store import messages, rooms, threads
from webchat.store.messages import MoreReplies, NewMessage


class Said(StoreTests):
    """The messages of a thread, and the threads of a room."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.room_id = self.user("anna"), self.room()

    def say(self, count: int, thread: int | None = None) -> list[int]:
        """Stores messages, of a thread if one is given; their numbers."""

        def work(db: sa.Connection) -> list[int]:
            seq, rev = rooms.raise_counters(db, self.room_id, count, count + (thread is not None))
            seqs = [Seq(seq - count + n) for n in range(1, count + 1)]
            root = None if thread is None else Seq(thread)
            messages.add(
                db,
                [
                    NewMessage(self.room_id, one, Rev(rev), self.anna, None, b"x", f"m{one}", NOW, None, root)
                    for one in seqs
                ],
            )
            if root is not None:
                more = MoreReplies(self.room_id, root, count, Millis(NOW + seqs[-1]), Rev(rev))
                messages.count_replies(db, [more])
            return list(seqs)

        return self.write(work)

    def test_paged(self) -> None:
        """A thread is read from either end, without what stands between its messages in the room."""
        self.say(2)
        for thread in (1, 2, 1, 1, 2):
            self.say(2, thread)
        found = self.read(threads.before, self.room_id, Seq(1), Seq(MAX_INT), 99)
        self.assertEqual([one.seq for one in found], [3, 4, 7, 8, 9, 10])
        found = self.read(threads.before, self.room_id, Seq(1), Seq(9), 3)
        self.assertEqual([one.seq for one in found], [4, 7, 8])
        found = self.read(threads.after, self.room_id, Seq(1), Seq(4), 3)
        self.assertEqual([one.seq for one in found], [7, 8, 9])

    def test_of_room(self) -> None:
        """The threads of a room: the one that was added to last comes first, and each page goes on after the other."""
        self.say(4)
        for thread in (3, 1, 2, 3):
            self.say(1, thread)
        found = self.read(threads.of_room, self.room_id, Millis(MAX_INT), Seq(MAX_INT), 2)
        self.assertEqual([(one.seq, one.replies) for one in found], [(3, 2), (2, 1)])
        last = found[-1]
        assert last.last_reply is not None
        found = self.read(threads.of_room, self.room_id, last.last_reply, last.seq, 2)
        self.assertEqual([one.seq for one in found], [1])
        self.assertEqual(self.read(threads.of_room, self.room("Other"), Millis(MAX_INT), Seq(MAX_INT), 2), [])

    def test_some(self) -> None:
        """Of the messages that are asked for, those that are there come, in order."""
        self.say(4)
        found = self.read(messages.some, self.room_id, [Seq(4), Seq(2), Seq(9)])
        self.assertEqual([one.seq for one in found], [2, 4])
        self.assertEqual(self.read(messages.some, self.room_id, []), [])

    def test_by_index(self) -> None:
        """However many messages a room has, its threads and those of one thread are found by their indices."""
        if not self.engines.is_sqlite:
            return
        plans = {
            "ix_messages_room_last_reply_seq": (threads._OF_ROOM, {"at_": 1, "seq_": 1}),
            "ix_messages_room_thread_seq": (threads._BEFORE, {"thread_": 1, "seq_": 1}),
        }
        for index, (statement, given) in plans.items():

            def plan(db: sa.Connection, statement: sa.Select[tuple[object]] = statement) -> str:
                text = str(statement.compile(db.engine, compile_kwargs={"render_postcompile": True}))
                # The names of what is bound do not matter to the plan.
                return str(db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1,) * text.count("?")).all())

            found = self.read(plan)
            self.assertIn(index, found, given)
            self.assertNotIn("TEMP B-TREE", found)


on_each_engine(Said, globals())
