"""Busy big rooms rest; nobody else waits."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from webchat.live.pacing import ALLOWANCE, LONGEST_REST, Pace
from webchat.model.ids import RoomId

BIG, SMALL = RoomId(1), RoomId(2)


class Pacing(SynchronousTestCase):
    """How long a room rests."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.pace = Pace(self.clock.seconds)

    def write(self, seconds: float, room: RoomId = BIG) -> None:
        began = self.clock.seconds()
        self.clock.advance(seconds)
        self.pace.wrote(room, began)

    def test_idle(self) -> None:
        """A room whose writes leave the node time never rests, however big it is."""
        self.assertEqual(self.pace.rest(BIG), 0)
        for _ in range(100):
            self.write(0.015)
            self.assertEqual(self.pace.rest(BIG), 0)
            self.clock.advance(0.02)

    def test_busy(self) -> None:
        """A room that is written to without a break rests as long as the last write took; a small one never."""
        for _ in range(100):
            self.write(0.0005, SMALL)
        self.assertEqual(self.pace.rest(SMALL), 0)
        for _ in range(3):
            self.write(0.01)
        for _ in range(3):
            self.assertAlmostEqual(self.pace.rest(BIG), 0.01)
            self.clock.advance(0.01)
            self.assertAlmostEqual(self.pace.rest(BIG), 0)
            self.write(0.01)

    def test_never_long(self) -> None:
        """A rest is short, also after a write that took very long, and what is paid back is forgotten."""
        self.write(5.0)
        self.assertAlmostEqual(self.pace.rest(BIG), LONGEST_REST)
        self.clock.advance(LONGEST_REST)
        self.assertAlmostEqual(self.pace.rest(BIG), 0)
        self.clock.advance(ALLOWANCE + 0.001)
        self.assertEqual(self.pace.rest(BIG), 0)
        self.assertEqual(self.pace._debts, {})
