"""What waits to be taken by a program."""

from __future__ import annotations

import msgspec
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.client.test_positions import ROOM, message, room, welcome
from webchat.client.feed import MAX_EVENTS, STOPPED, Feed
from webchat.client.line import End, Ended
from webchat.client.positions import Told
from webchat.model.events import Joined, Message, Reset
from webchat.model.ids import Rev
from webchat.model.rooms import RoomState


class Feeding(SynchronousTestCase):
    def setUp(self) -> None:
        self.feed = Feed(lambda: [Reset(ROOM, Rev(99))])

    def next(self) -> Deferred[Told]:
        return Deferred.fromCoroutine(self.feed.__anext__())

    def test_order(self) -> None:
        """What is told can be taken, before and after one waits for it, in order."""
        self.feed.put([message(1), message(2)])
        taken = [self.successResultOf(self.next()) for _ in range(2)]
        waiting = self.next()
        self.assertNoResult(waiting)
        self.feed.put([])
        self.assertNoResult(waiting)
        self.feed.put([message(3)])
        revs = [event.rev for event in (*taken, self.successResultOf(waiting)) if isinstance(event, Message)]
        self.assertEqual(revs, [1, 2, 3])

    def test_end(self) -> None:
        """What was told before the end can still be taken; then the end is told, a stop without noise."""
        self.feed.put([message(1)])
        self.feed.finish(End(4001, "signed out"))
        self.successResultOf(self.next())
        self.assertEqual(self.failureResultOf(self.next(), Ended).value.code, 4001)
        stopped = Feed(list)
        waiting = Deferred.fromCoroutine(stopped.__anext__())
        stopped.finish(End(STOPPED, ""))
        self.failureResultOf(waiting, StopAsyncIteration)

    def test_fallen_behind(self) -> None:
        """In place of too many events one is told to begin anew; rooms and welcomes are not left out."""
        self.feed.put([welcome(r1=5), Joined(msgspec.convert(room(2, 3), RoomState))])
        for rev in range(MAX_EVENTS):
            self.feed.put([message(rev)])
        told = []
        while not isinstance(told[-1] if told else None, Message):
            told.append(self.successResultOf(self.next()))
        self.assertEqual([type(event).__name__ for event in told], ["Welcome", "Joined", "Reset", "Message"])
