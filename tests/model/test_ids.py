"""Numbers that are told to clients."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.ids import MAX_INT, Rev, RoomId, Seq


class Numbers(SynchronousTestCase):
    def test_exact(self) -> None:
        """The largest number is one that a browser still holds exactly, and it fits a database column."""
        self.assertEqual(int(float(MAX_INT)), MAX_INT)
        self.assertNotEqual(int(float(MAX_INT + 1)), MAX_INT + 1)
        self.assertLess(MAX_INT, 2**63)

    def test_plain(self) -> None:
        """The kinds of numbers are told apart by the type checker, and cost nothing when they are used."""
        for kind in (RoomId, Seq, Rev):
            self.assertIs(type(kind(5)), int)
