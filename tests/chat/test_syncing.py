"""Coming to hold a room: what was missed, then live, without a hole between."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.commands import PostMessage


class Syncing(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.connect(self.house.set_up())
        self.mei = self.house.register("mei")
        self.anna.rest()

    def say(self, count: int) -> None:
        for number in range(count):
            self.anna.send(type="post", id=9_000 + number, room=1, text="hi")
        self.anna.rest()

    def test_epoch(self) -> None:
        """A database keeps its epoch for good."""
        self.house.wait(self.house.chat.syncing.load("another"))
        self.assertEqual(self.house.chat.syncing.epoch, "epoch-1")

    def test_check(self) -> None:
        """Whether the database answers is found out by asking it."""
        reads = self.house.chat.database.reads
        self.house.wait(self.house.chat.syncing.check())
        self.assertEqual(self.house.chat.database.reads, reads + 1)

    def test_sync_on_request(self) -> None:
        """Who asks gets a block that ends at the room's rev, from memory and from the database alike."""
        self.say(3)
        mei = self.house.connect(self.mei)
        blocks = []
        for forget in (False, True):
            if forget:
                for room in self.house.chat.hub._rooms.values():
                    self.house.chat.hub._forget(room)
            self.assertEqual(mei.ask("sync", room=1, rev=4)["type"], "ok")
            blocks.append(mei.rest())
        self.assertEqual(blocks[0], blocks[1])
        self.assertEqual([e.get("rev") for e in blocks[0]], [None, 5, 6, 6])

    def test_sync_from_the_start(self) -> None:
        """From rev 0 one gets the room itself, its members and its messages."""
        self.say(1)
        mei = self.house.connect(self.mei)
        mei.ask("sync", room=1, rev=0)
        self.assertEqual([e["type"] for e in mei.rest()], ["syncing", "room", "member", "member", "message", "synced"])

    def test_sync_too_much(self) -> None:
        """More than 500 rows are a reset, after which live events go on."""
        self.say(501)
        mei = self.house.connect(self.mei)
        mei.ask("sync", room=1, rev=3)
        self.assertEqual(mei.rest(), [{"type": "reset", "room": 1, "rev": 504}])
        self.say(1)
        self.assertEqual(mei.next("message")["rev"], 505)

    def test_left_while_away(self) -> None:
        """Who asks for a room she has left is refused."""
        mei, other = self.house.connect(self.mei), self.house.connect(self.mei)
        other.ask("leave", room=1)
        mei.rest()
        self.assertEqual(mei.ask("sync", room=1, rev=3)["code"], "not_a_member")
        self.assertEqual(mei.rest(), [])

    def test_several_at_once(self) -> None:
        """Blocks of one room that are asked for together do not mix."""
        self.say(3)
        mei = self.house.connect(self.mei)
        for number in range(100, 104):
            mei.send(type="sync", id=number, room=1, rev=3)
        types = [event["type"] for event in mei.rest() if event["type"] != "ok"]
        self.assertEqual(types, ["syncing", "message", "message", "message", "synced"] * 4)

    def test_budget(self) -> None:
        """All rooms of a hello together bring at most 5,000 rows; the others are reset."""
        rooms = {"1": 3}
        for number in range(11):
            made = self.house.wait(self.house.chat.rooms.create(self.mei, f"Room {number}"))
            rooms[str(made.room)] = made.rev
        for room in map(int, rooms):
            posts = [self.house.chat.messages.post(self.mei, PostMessage(1, room, "x")) for _ in range(500)]
            self.house.turn()
            for one in posts:
                self.successResultOf(one)
        mei = self.house.connect(self.mei, rooms=rooms)
        events = mei.rest()
        kinds = [event["type"] for event in events]
        self.assertEqual((kinds.count("message"), kinds.count("synced"), kinds.count("reset")), (5_000, 10, 2))
