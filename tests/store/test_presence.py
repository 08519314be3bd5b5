"""Who may see whether somebody is here."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, UserId
from webchat.store import blocks, presence, rooms
from webchat.store.schema import contacts, users


class Sights(StoreTests):
    """A room in common or a contact, and no block."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.li, self.ola = (self.user(name) for name in ("anna", "mei", "li", "ola"))

    def sees(self, *pairs: tuple[UserId, UserId]) -> set[tuple[UserId, UserId]]:
        return self.read(presence.visible, pairs)

    def test_rooms(self) -> None:
        """Members of a room see each other, until one of them leaves or it is deleted."""
        room, other = self.room(), self.room("Other")
        for user in (self.anna, self.mei):
            self.join(room, user)
        self.join(other, self.li)
        pairs = [(self.anna, self.mei), (self.mei, self.anna), (self.anna, self.li), (self.anna, UserId(99))]
        self.assertEqual(self.sees(*pairs), set(pairs[:2]))
        self.write(rooms.change, room, 9, deleted=NOW)
        self.assertEqual(self.sees(*pairs), set())
        self.write(rooms.change, room, 9, deleted=None)
        self.leave(room, self.mei)
        self.assertEqual(self.sees(*pairs), set())
        self.assertEqual(self.sees(), set())

    def test_contacts(self) -> None:
        """So do contacts, once both want it, whoever asked."""

        def know(db: sa.Connection, accepted: Millis | None) -> None:
            db.execute(contacts.delete())
            row = {"low": self.anna, "high": self.mei, "asker": self.mei, "note": "", "created": NOW}
            db.execute(contacts.insert().values(**row, accepted=accepted))

        pairs = {(self.anna, self.mei), (self.mei, self.anna)}
        self.write(know, None)
        self.assertEqual(self.sees(*pairs), set())
        self.write(know, NOW)
        self.assertEqual(self.sees(*pairs), pairs)

    def test_blocks(self) -> None:
        """A block parts both, whoever made it."""
        room = self.room()
        for user in (self.anna, self.mei, self.li):
            self.join(room, user)
        pairs = {(one, other) for one in (self.anna, self.mei, self.li) for other in (self.anna, self.mei, self.li)}
        self.write(blocks.add, self.anna, self.mei, NOW)
        self.assertEqual(self.sees(*pairs), pairs - {(self.anna, self.mei), (self.mei, self.anna)})
        self.assertEqual(
            self.read(presence.apart, [self.anna, self.mei, self.li]),
            {self.anna: {self.mei}, self.mei: {self.anna}},
        )

    def test_saw(self) -> None:
        """When somebody was last here only rises."""
        self.write(presence.saw, [(self.mei, Millis(7)), (self.anna, Millis(5))])
        self.write(presence.saw, [(self.anna, Millis(4)), (self.mei, Millis(9)), (UserId(99), Millis(1))])
        self.write(presence.saw, [])
        rows = self.read(lambda db: list(db.execute(sa.select(users.c.id, users.c.seen).order_by(users.c.id))))
        self.assertEqual([tuple(row) for row in rows][:3], [(self.anna, 5), (self.mei, 9), (self.li, None)])


on_each_engine(Sights, globals())
