"""The tables, as both engines keep them."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, RoomId, UserId
from webchat.store import messages, rooms, users
from webchat.store.schema import memberships as membership_table
from webchat.store.schema import messages as message_table
from webchat.store.schema import users as user_table


class Tables(StoreTests):
    """What the database itself guards."""

    def test_large_numbers(self) -> None:
        """A room can have as many changes as a number can count."""
        room = self.room()
        self.write(rooms.raise_counters, room, MAX_INT, MAX_INT - 1)
        self.write(rooms.change, room, MAX_INT)
        found = self.read(rooms.one, room)
        self.assertEqual((found.seq, found.rev, found.changed), (MAX_INT,) * 3)

    def test_any_text(self) -> None:
        """Every text that may be written comes back as it was: emoji, accents in either form, 10,000 characters."""
        anna, room = self.user(), self.room()
        texts = ["😀👩\u200d💻", "e\u0301\u00e9", "中" * 10_000, "'; DROP TABLE users; --", "%_\\", "a\n\tb", "\ufffd"]
        for text in texts:
            self.post(room, anna, text)
        self.assertEqual([message.text for message in self.read(messages.after, room, 0, 99)], texts)

    def test_numbers_are_unique(self) -> None:
        """Two messages cannot have one number, nor two posts of one person one nonce."""
        anna, room = self.user(), self.room()
        self.post(room, anna, nonce="n")
        new = messages.NewMessage(room, 1, 9, anna, None, b"", "x", NOW)  # type: ignore[arg-type]
        self.assertRaises(sa.exc.IntegrityError, self.write, messages.add, [new])
        self.assertRaises(sa.exc.IntegrityError, self.post, room, anna, nonce="n")
        mei = self.user("mei")
        self.post(room, mei, nonce="n")
        self.post(room, anna)
        self.post(room, anna)
        self.assertEqual(self.read(rooms.one, room).seq, 4)

    def test_foreign_keys(self) -> None:
        """Nobody speaks in a room that does not exist, nor speaks who does not exist."""
        anna, room = self.user(), self.room()
        self.assertRaises(sa.exc.IntegrityError, self.post, room, UserId(999))
        new = messages.NewMessage(RoomId(999), 1, 1, anna, None, b"", "x", NOW)  # type: ignore[arg-type]
        self.assertRaises(sa.exc.IntegrityError, self.write, messages.add, [new])

    def test_author_stays(self) -> None:
        """Somebody whose words are kept cannot be removed from under them."""
        anna, room = self.user(), self.room()
        self.post(room, anna)
        delete = user_table.delete().where(user_table.c.id == anna)
        self.assertRaises(sa.exc.IntegrityError, self.write, lambda db: db.execute(delete))
        self.assertIsNotNone(self.read(users.maybe, anna))

    def test_room_takes_its_rows(self) -> None:
        """With a room go its messages and memberships, and nothing else."""
        anna, room, other = self.user(), self.room(), self.room("Other")
        for place in (room, other):
            self.join(place, anna)
            self.post(place, anna)
        self.write(lambda db: db.exec_driver_sql(f"DELETE FROM rooms WHERE id = {room}"))
        for table in (message_table, membership_table):
            left = self.read(lambda db, table=table: [row[0] for row in db.execute(sa.select(table.c.room))])
            self.assertEqual(left, [other])


on_each_engine(Tables, globals())
