"""Limits of patience, which are the same for every kind of client."""

from __future__ import annotations

import attrs
from twisted.trial.unittest import SynchronousTestCase

from webchat.ws.outgoing import HARD_LIMIT, SOFT_LIMIT
from webchat.ws.patience import MAX_REFUSED_IN_A_ROW, mind_the_haste, mind_the_queue


@attrs.define
class Somebody:
    """What was done with a connection."""

    closed: list[int] = attrs.field(factory=list)
    is_read: bool = True

    def close(self, code: int, reason: str) -> None:
        self.closed.append(code)

    def stop_reading(self) -> None:
        self.is_read = False


class Patience(SynchronousTestCase):
    def test_queue(self) -> None:
        """Above the lower limit she is not read, above the higher one she is closed; at a limit not yet."""
        for waiting, closed, is_read in (
            (SOFT_LIMIT, [], True),
            (SOFT_LIMIT + 1, [], False),
            (HARD_LIMIT, [], False),
            (HARD_LIMIT + 1, [4008], True),
        ):
            peer = Somebody()
            mind_the_queue(peer, waiting)
            self.assertEqual((peer.closed, peer.is_read), (closed, is_read), waiting)

    def test_haste(self) -> None:
        """So many refusals are borne, and not one more."""
        for refused, closed in ((MAX_REFUSED_IN_A_ROW, []), (MAX_REFUSED_IN_A_ROW + 1, [4029])):
            peer = Somebody()
            mind_the_haste(peer, refused)
            self.assertEqual(peer.closed, closed)
