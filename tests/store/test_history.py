"""The beginning of a room's history is removed, with all that belongs to it."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.events import Block, Reset
from webchat.model.ids import Millis, Rev, RoomId, Seq
from webchat.store import changes, files, history, messages, rooms
from webchat.store.schema import mentions, reactions, revisions, uploads
from webchat.store.schema import messages as message_table

DAY = history.DAY


class Prefixes(StoreTests):
    """Rooms whose messages are some days old."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.room_id = self.user("anna"), self.room()
        self.join(self.room_id, self.anna, "owner")

    def say(self, room: RoomId, *ages: int) -> None:
        """Messages that are so many days old."""
        first = self.read(rooms.one, room).seq
        for number, age in enumerate(ages, first + 1):
            self.post(room, self.anna, f"m{number}", f"n{number}")
            values = {"created": NOW - age * DAY}
            row = sa.and_(message_table.c.room == room, message_table.c.seq == number)
            self.write(lambda db, row=row, values=values: db.execute(message_table.update().where(row).values(values)))

    def remove(self, room: RoomId, seq: int) -> Rev:
        def work(db: sa.Connection) -> Rev:
            before = rooms.one(db, room)
            _, rev = rooms.raise_counters(db, room, 0, 1)
            history.remove_prefix(db, room, before.floor, Seq(seq), rev)
            return rev

        return self.write(work)

    def expired(self, days: int, floor: int = 0, limit: int = 100) -> int | None:
        return self.read(history.expired, self.room_id, Seq(floor), Millis(NOW - days * DAY), limit)

    def test_expired(self) -> None:
        """Only what stands before everything younger, and no more than was asked for."""
        self.say(self.room_id, 40, 30, 5, 50, 1)
        self.assertEqual(self.expired(7), 2)
        self.assertEqual(self.expired(7, limit=1), 1)
        self.assertEqual(self.expired(7, floor=1), 2)
        self.assertIsNone(self.expired(7, floor=2))
        self.assertEqual(self.expired(0), 5)

    def test_removed(self) -> None:
        """Messages go, and what was kept for them; the others stay, and so does the count."""
        self.say(self.room_id, 40, 30, 1)
        other = self.room("Kitchen")
        self.join(other, self.anna)
        self.say(other, 40)

        def belongings(db: sa.Connection) -> None:
            for seq in (1, 2, 3):
                room = self.room_id
                db.execute(revisions.insert(), {"room": room, "seq": seq, "rev": seq, "text": "was", "written": NOW})
                person = {"user": self.anna, "created": NOW}
                db.execute(reactions.insert(), {"room": room, "seq": seq, "emoji": "+", **person})
                db.execute(mentions.insert(), {"room": room, "seq": seq, **person})
                file = {"name": "a", "mime": "text/plain", "kind": "file", "size": 1, "sha256": "0", "created": NOW}
                db.execute(uploads.insert(), {"id": f"u{seq}", "owner": self.anna, "room": room, "seq": seq, **file})

        self.write(belongings)
        rev = self.remove(self.room_id, 2)
        room = self.read(rooms.one, self.room_id)
        self.assertEqual((room.floor, room.floor_rev, room.changed, room.seq), (2, rev, rev, 3))
        self.assertEqual([one.seq for one in self.read(messages.after, self.room_id, Seq(0), 10)], [3])
        self.assertEqual([one.seq for one in self.read(messages.after, other, Seq(0), 10)], [1])
        for table in (revisions, reactions, mentions):
            found = self.read(lambda db, table=table: db.execute(sa.select(table.c.seq)).scalars().all())
            self.assertEqual(list(found), [3], table.name)
        # The files are left to their own sweep, which then finds them.
        self.assertEqual(self.write(files.remove_stale, Millis(0), 9), ["0", "0"])
        self.assertEqual(self.read(lambda db: db.execute(sa.select(uploads.c.seq)).scalars().all()), [3])

    def test_catching_up(self) -> None:
        """Who holds less than the removal has to load anew; who holds it goes on."""
        self.say(self.room_id, 40, 30, 1)
        rev = self.remove(self.room_id, 2)
        self.assertIsInstance(self.read(changes.since, self.room_id, Rev(rev - 1), 100), Reset)
        self.say(self.room_id, 0)
        block = self.read(changes.since, self.room_id, rev, 100)
        assert isinstance(block, Block)
        self.assertEqual([row.rev for row in block.rows], [rev + 1])

    def test_unread(self) -> None:
        """What was removed is not unread."""
        mei = self.user("mei")
        self.join(self.room_id, mei)
        self.say(self.room_id, 40, 30, 1)
        self.remove(self.room_id, 2)
        for state in (self.read(rooms.maybe_state, self.room_id, mei), *self.read(rooms.states, mei)):
            assert state is not None
            self.assertEqual((state.seq, state.read, state.floor), (3, 2, 2))

    def test_rooms(self) -> None:
        """Found are those whose own rule, or the server's, their oldest message has outlived; page by page."""
        found: dict[str, RoomId] = {}
        for name, retention in (("server", None), ("never", 0), ("week", 7), ("year", 365)):
            found[name] = room = self.room(name)
            self.join(room, self.anna)
            self.say(room, 20)
            self.write(lambda db, room=room, days=retention: rooms.change(db, room, Rev(1), retention=days))

        def look(days: int, after: int = 0, limit: int = 100) -> tuple[list[RoomId], RoomId | None]:
            return self.read(history.rooms_with_expired, RoomId(after), days, NOW, limit)

        self.assertEqual(look(0), ([found["week"]], None))
        self.assertEqual(look(10), ([found["server"], found["week"]], None))
        self.assertEqual(look(30), ([found["week"]], None))
        self.assertEqual(look(10, limit=2), ([found["server"]], found["server"]))
        self.assertEqual(look(10, after=found["server"], limit=2), ([found["week"]], found["week"]))
        self.remove(found["week"], 1)
        self.assertEqual(look(0), ([], None))


on_each_engine(Prefixes, globals())
