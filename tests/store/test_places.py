"""One's own place in a room, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.answers import Place
from webchat.model.ids import UserId
from webchat.store import memberships, places


class Places(StoreTests):
    """Levels, drafts, marks, and the lines of a list."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei = self.user("anna"), self.user("mei")
        self.rooms = [self.room(f"Room {number}") for number in range(3)]
        for room in self.rooms:
            self.join(room, self.anna)
            self.join(room, self.mei)

    def test_place(self) -> None:
        """Level, silence and draft are set one by one, and are nobody else's."""
        room = self.rooms[0]
        self.assertEqual(
            self.write(places.set_level, room, self.anna, "mentions", NOW), Place(room, 0, "mentions", NOW, None)
        )
        self.assertEqual(self.write(places.set_draft, room, self.anna, NOW), Place(room, 0, "mentions", NOW, NOW))
        self.assertEqual(self.write(places.set_draft, room, self.anna, None), Place(room, 0, "mentions", NOW, None))
        self.assertEqual(self.write(places.set_level, room, self.anna, "all", None), Place(room, 0, "all", None, None))
        self.assertEqual(self.write(places.set_draft, room, self.mei, None), Place(room, 0, "all", None, None))

    def test_read_all(self) -> None:
        """Everything is read: only marks that rise are told, and none in a room one has left."""
        first, second, third = self.rooms
        for room, count in ((first, 2), (second, 1), (third, 3)):
            for _ in range(count):
                self.post(room, self.mei)
        self.write(memberships.read_up_to, [(second, self.anna, 1)])
        self.leave(third, self.anna)
        self.assertEqual(self.write(places.read_all, self.anna), [(first, 2)])
        self.assertEqual(self.write(places.read_all, self.anna), [])
        self.assertEqual(self.read(memberships.maybe, first, self.mei).read, 0)
        self.assertEqual(self.read(memberships.maybe, third, self.anna).read, 0)

    def test_entries(self) -> None:
        """Members are found by id; those who have left and strangers are not."""
        room = self.rooms[0]
        li = self.user("li")
        self.join(room, li, "moderator")
        self.leave(room, self.mei)
        found = self.read(places.entries, room, [li, self.anna, self.mei, UserId(99)])
        self.assertEqual({(entry.user.id, entry.role) for entry in found}, {(self.anna, "member"), (li, "moderator")})
        self.assertEqual(self.read(places.entries, room, []), [])


on_each_engine(Places, globals())
