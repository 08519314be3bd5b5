"""What is said can be looked for a moment later."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.indexing import Indexing
from webchat.chat.search import Search
from webchat.model.commands import PostMessage
from webchat.model.ids import RoomId
from webchat.model.refusals import Unavailable
from webchat.store import search

LOBBY = RoomId(1)


class Following(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.mei = self.house.register("mei")
        self.indexing = self.house.chat.indexing

    def say(self, text: str) -> None:
        self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(0, LOBBY, text)))

    def found(self, text: str) -> int:
        return len(self.house.wait(self.house.chat.searching.find(self.mei, Search(text))).hits)

    def test_step(self) -> None:
        """A step takes in what has changed since the one before; without changes it asks nothing."""
        self.say("tea")
        self.assertEqual((self.found("tea"), self.indexing.waiting), (0, 1))
        self.house.wait(self.indexing.step())
        self.assertEqual((self.found("tea"), self.indexing.waiting, self.indexing.taken_in), (1, 0, 1))
        reads = self.house.database.reads
        self.house.wait(self.indexing.step())
        self.assertEqual(self.house.database.reads, reads)

    def test_much_at_once(self) -> None:
        """More than one batch is taken in by one step."""
        self.patch(search, "BATCH", 2)
        self.patch(search.changes, "__defaults__", (2,))
        for _ in range(5):
            self.say("tea")
        self.house.wait(self.indexing.step())
        self.assertEqual((self.found("tea"), self.indexing.waiting), (5, 0))

    def test_looking_round(self) -> None:
        """What was said before the start, or through another node, is found by looking round."""
        self.say("tea")
        self.house.chat.indexing._changed.clear()
        self.house.wait(self.indexing.step())
        self.assertEqual(self.found("tea"), 0)
        self.house.wait(self.indexing.look_round())
        self.house.wait(self.indexing.step())
        self.assertEqual((self.found("tea"), self.indexing.waiting), (1, 0))

    def test_failure(self) -> None:
        """What could not be written is tried again."""
        self.say("tea")
        whole = search.take_in

        def broken(*arguments: object) -> bool:
            raise Unavailable(retry_after=1.0)

        self.patch(search, "take_in", broken)
        self.assertEqual(self.house.refusal(self.indexing.step()), "unavailable")
        self.patch(search, "take_in", lambda db, changes: False)
        self.house.wait(self.indexing.step())
        self.assertEqual((self.found("tea"), self.indexing.waiting), (0, 1))
        self.patch(search, "take_in", whole)
        self.house.wait(self.indexing.step())
        self.assertEqual(self.found("tea"), 1)

    def test_one_at_a_time(self) -> None:
        """A step that is called while another one is under way does nothing; a post meanwhile is not forgotten."""
        self.say("tea")
        self.house.reader.hold()
        first = Deferred.fromCoroutine(self.indexing.step())
        self.successResultOf(Deferred.fromCoroutine(self.indexing.step()))
        self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(0, LOBBY, "more tea")))
        self.house.reader.release()
        self.house.turn()
        self.successResultOf(first)
        self.house.wait(self.indexing.step())
        self.assertEqual(self.found("tea"), 2)

    def test_two_nodes(self) -> None:
        """Two that follow the same rooms take in each message once."""
        other = Indexing(self.house.database)
        self.say("tea")
        self.house.reader.hold()
        both = [Deferred.fromCoroutine(one.step()) for one in (self.indexing, other)]
        self.house.reader.release()
        self.house.turn()
        for one in both:
            self.successResultOf(one)
        self.assertEqual(self.found("tea"), 1)
