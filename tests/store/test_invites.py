"""Invitations, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import InviteId, Millis
from webchat.store import invites

CODE = b"\x00\xff" * 16


class Invitations(StoreTests):
    """Made, used, revoked."""

    def test_used_up(self) -> None:
        """An invitation for two lets two in, and not a third."""
        anna = self.user()
        made = self.write(invites.add, CODE, anna, NOW, Millis(NOW + 10), 2)
        self.assertEqual((made.uses_left, made.created_by), (2, anna))
        found = invites.Invite(InviteId(made.id), anna, Millis(NOW + 10), None)
        self.assertEqual([self.write(invites.use, CODE, NOW) for _ in range(3)], [found, found, None])
        self.assertIsNone(self.write(invites.use, b"\x01" * 32, NOW))

    def test_expired(self) -> None:
        """An invitation lets nobody in from its last moment on."""
        self.write(invites.add, CODE, self.user(), NOW, Millis(NOW + 10), 5)
        for work in (invites.use, invites.maybe):
            self.assertIsNotNone(self.write(work, CODE, Millis(NOW + 9)))
            self.assertIsNone(self.write(work, CODE, Millis(NOW + 10)))

    def test_listed(self) -> None:
        """Those that can still be used are listed, newest first."""
        anna = self.user()
        for number, (expires, uses) in enumerate(((NOW + 9, 1), (NOW, 1), (NOW + 9, 3), (NOW + 9, 1))):
            self.write(invites.add, bytes((number,)) * 32, anna, NOW, Millis(expires), uses)
        self.write(invites.use, b"\x03" * 32, NOW)
        self.write(invites.use, b"\x02" * 32, NOW)
        self.assertEqual([view.uses_left for view in self.read(invites.open_ones, NOW, 9)], [2, 1])
        self.assertEqual(len(self.read(invites.open_ones, NOW, 1)), 1)

    def test_revoked(self) -> None:
        """A revoked invitation lets nobody in."""
        made = self.write(invites.add, CODE, self.user(), NOW, Millis(NOW + 10), 2)
        self.assertTrue(self.write(invites.remove, InviteId(made.id)))
        self.assertFalse(self.write(invites.remove, InviteId(made.id)))
        self.assertIsNone(self.write(invites.use, CODE, NOW))

    def test_into_rooms(self) -> None:
        """A room's invitations are listed, counted and revoked with the room, and stand in no other list."""
        anna, room, other = self.user(), self.room(), self.room("Other")
        made = self.write(invites.add, CODE, anna, NOW, Millis(NOW + 10), 2, room)
        self.write(invites.add, b"\x01" * 32, anna, NOW, Millis(NOW + 10), 1, room)
        self.write(invites.use, b"\x01" * 32, NOW)
        found = self.write(invites.maybe, CODE, NOW)
        assert found is not None
        self.assertEqual((found.room, found.creator), (room, anna))
        listed = self.read(invites.of_room, room, NOW, 9)
        self.assertEqual([(one.id, one.uses_left, one.created_by.name) for one in listed], [(made.id, 2, "anna")])
        self.assertEqual([self.read(invites.count_of_room, one, NOW) for one in (room, other)], [1, 0])
        self.assertEqual((self.read(invites.of_room, other, NOW, 9), self.read(invites.open_ones, NOW, 9)), ([], []))
        one = InviteId(made.id)
        self.assertEqual(
            (self.read(invites.creator_in, room, one), self.read(invites.creator_in, other, one)), (anna, None)
        )
        self.assertFalse(self.write(invites.remove, one))
        self.assertFalse(self.write(invites.remove_from, other, one))
        self.assertTrue(self.write(invites.remove_from, room, one))
        self.assertIsNone(self.write(invites.maybe, CODE, NOW))


on_each_engine(Invitations, globals())
