"""How news of a commit travel."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.live.bus import MemoryBus
from webchat.model.events import Message, Typing
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId


class OneNode(SynchronousTestCase):
    def test_carries(self) -> None:
        """What is committed and what is passing arrive at once, each in its place, in order."""
        rows: list[object] = []
        passing: list[object] = []
        bus = MemoryBus(rows.extend, passing.append)
        first, second = (Message(RoomId(1), Rev(number), Seq(number), UserId(7), "hi", Millis(5)) for number in (1, 2))
        typing = Typing(RoomId(1), UserId(7))
        bus.publish([first, second])
        bus.publish_passing(typing)
        self.assertEqual((rows, passing), ([first, second], [typing]))
