"""Who may not enter which room, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, UserId
from webchat.store import bans


class Bans(StoreTests):
    """Put, asked for, ended, lifted."""

    def test_in_force(self) -> None:
        """A ban holds in its room until it ends, another one takes its place, and it can be lifted."""
        anna, mei, room, other = self.user("anna"), self.user("mei"), self.room(), self.room("Other")
        self.write(bans.put, room, mei, anna, "spam", NOW, Millis(NOW + 10))
        self.assertEqual(self.read(bans.among, room, [mei, anna], Millis(NOW + 9)), {mei})
        self.assertEqual(self.read(bans.among, room, [mei], Millis(NOW + 10)), set())
        self.assertEqual(self.read(bans.among, other, [mei], NOW), set())
        self.assertEqual(self.read(bans.among, room, [], NOW), set())
        self.write(bans.put, room, mei, anna, "again", NOW, None)
        self.assertEqual(self.read(bans.among, room, [mei], Millis(NOW * 2)), {mei})
        self.assertTrue(self.write(bans.remove, room, mei))
        self.assertFalse(self.write(bans.remove, room, mei))
        self.assertEqual(self.read(bans.among, room, [mei], NOW), set())

    def test_listed(self) -> None:
        """Bans in force are listed page by page, with whom they concern and why."""
        anna, room = self.user("anna"), self.room()
        others = [self.user(f"u{number}") for number in range(4)]
        for number, other in enumerate(others):
            self.write(bans.put, room, other, anna, f"reason {number}", NOW, Millis(NOW + 5) if number == 2 else None)
        found = self.read(bans.of_room, room, Millis(NOW + 5), UserId(0), 9)
        self.assertEqual(
            [(ban.user.id, ban.reason) for ban in found],
            [(others[0], "reason 0"), (others[1], "reason 1"), (others[3], "reason 3")],
        )
        self.assertEqual((found[0].moderator, found[0].created, found[0].until), (anna, NOW, None))
        self.assertEqual([ban.user.id for ban in self.read(bans.of_room, room, NOW, others[1], 1)], [others[2]])


on_each_engine(Bans, globals())
