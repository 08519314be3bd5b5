"""Direct conversations, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import RoomId, UserId
from webchat.store import blocks, directs, rooms


class Conversations(StoreTests):
    """One for each set of people."""

    def open(self, *people: UserId) -> RoomId:
        room = self.write(directs.add, directs.key_of(people), NOW)
        assert room is not None
        for user in people:
            self.join(room, user)
        return room

    def test_one_for_each_set(self) -> None:
        """The same people have one conversation, in whatever order they are named; others have another."""
        key = directs.key_of([UserId(7), UserId(30), UserId(7)])
        self.assertEqual(key, directs.key_of([UserId(30), UserId(7)]))
        self.assertNotEqual(key, directs.key_of([UserId(7), UserId(3), UserId(0)]))
        room = self.write(directs.add, key, NOW)
        self.assertIsNone(self.write(directs.add, key, NOW))
        self.assertEqual(self.read(directs.maybe, key), room)
        self.assertIsNone(self.read(directs.maybe, "1,2"))
        self.assertIsNotNone(self.write(directs.add, "1,2", NOW))
        assert room is not None
        found = self.read(rooms.one, room)
        self.assertEqual((found.kind, found.title, found.seq, found.rev, found.created), ("direct", "", 0, 1, NOW))

    def test_people(self) -> None:
        """Each of them sees who else is in it."""
        anna, mei, tom = self.user("anna"), self.user("mei"), self.user("tom")
        room = self.open(anna, mei, tom)
        for user, others in ((anna, [mei, tom]), (tom, [anna, mei])):
            state = self.read(rooms.maybe_state, room, user)
            assert state is not None
            self.assertEqual([card.id for card in state.people], others)
            self.assertEqual(self.read(rooms.states, user), [state])

    def test_of_two(self) -> None:
        """A conversation of two is told from those of more, and from rooms."""
        anna, mei, tom = self.user("anna"), self.user("mei"), self.user("tom")
        found = [
            self.read(directs.is_of_two, one) for one in (self.open(anna, mei), self.open(anna, mei, tom), self.room())
        ]
        self.assertEqual(found, [True, False, False])

    def test_apart(self) -> None:
        """A block holds two people apart in their conversation of two, both ways, and nowhere else."""
        anna, mei, tom = self.user("anna"), self.user("mei"), self.user("tom")
        two, other, three, room = self.open(anna, mei), self.open(anna, tom), self.open(anna, mei, tom), self.room()
        for user in (anna, mei):
            self.join(room, user)
        asked = [(one, user) for one in (two, three, room) for user in (anna, mei)] + [(other, anna), (other, tom)]
        self.assertEqual(self.read(directs.apart, asked), set())
        self.write(blocks.add, mei, anna, NOW)
        self.assertEqual(self.read(directs.apart, asked), {(two, anna), (two, mei)})
        self.write(blocks.add, anna, mei, NOW)
        self.write(blocks.remove, mei, anna)
        self.assertEqual(self.read(directs.apart, asked), {(two, anna), (two, mei)})
        self.assertEqual(self.read(directs.apart, []), set())


on_each_engine(Conversations, globals())
