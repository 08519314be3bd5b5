"""When changes of a busy big room wait a little, so that more of them are written to its listeners at once.

A write to a thousand listeners takes about as long for one event as for twenty.  A room that keeps the node busy with
such writes therefore rests after each, at most as long as the write took: its next commit and its next write carry
what came meanwhile.  A room whose writes leave the node time never waits, and neither does any other room.
"""

from __future__ import annotations

import attrs

from webchat.live.limits import Clock
from webchat.model.ids import RoomId

ALLOWANCE = 0.02
"""Seconds of writing that a room may owe without having to rest: what a few posts an instant apart take."""

LONGEST_REST = 0.025
"""Seconds: what a rest may add to a message's way."""

_TOO_SHORT = 0.001
"""Writes below this many seconds do not count: nothing is to be gained by joining them."""


@attrs.define(eq=False)
class Pace:
    """What each room owes: the seconds that its writes have taken, paid back by as much time in which it rests."""

    now: Clock
    _debts: dict[RoomId, tuple[float, float]] = attrs.field(factory=dict, init=False)

    def wrote(self, room: RoomId, began: float) -> None:
        """A write to the listeners of *room*, begun at *began*, has just ended."""
        now = self.now()
        seconds = now - began
        if seconds >= _TOO_SHORT:
            debt, at = self._debts.get(room, (0.0, began))
            left = max(0.0, debt - (began - at))
            self._debts[room] = (min(left + seconds, ALLOWANCE + LONGEST_REST), now)

    def rest(self, room: RoomId) -> float:
        """For how many more seconds changes of *room* wait; 0 for one that is not busy."""
        owed = self._debts.get(room)
        if owed is None:
            return 0.0
        debt, at = owed
        left = debt - (self.now() - at)
        if left <= 0:
            del self._debts[room]
        return max(0.0, left - ALLOWANCE)
