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
        self.assertEqual([self.write(invites.use, CODE, NOW) for _ in range(3)], [True, True, False])
        self.assertFalse(self.write(invites.use, b"\x01" * 32, NOW))

    def test_expired(self) -> None:
        """An invitation lets nobody in from its last moment on."""
        self.write(invites.add, CODE, self.user(), NOW, Millis(NOW + 10), 5)
        self.assertTrue(self.write(invites.use, CODE, Millis(NOW + 9)))
        self.assertFalse(self.write(invites.use, CODE, Millis(NOW + 10)))

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
        self.assertFalse(self.write(invites.use, CODE, NOW))


on_each_engine(Invitations, globals())
