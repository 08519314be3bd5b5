"""How far somebody has read, and who is writing."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.commands import LeaveRoom, MarkRead, PostMessage
from webchat.model.users import Actor


class Reading(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        for _ in range(3):
            self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(1, 1, "hi")))

    def mark(self, seq: int, room: int = 1, actor: Actor | None = None) -> Any:
        return self.house.chat.reading.mark(actor or self.anna, MarkRead(1, room, seq))

    def read(self, actor: Actor) -> int:
        return int(self.house.wait(self.house.chat.rooms.state(actor, 1)).read)

    def test_rises(self) -> None:
        """A read mark rises, never falls, and never passes what was said."""
        seqs = [self.house.wait(self.mark(seq)).seq for seq in (1, 0, 2, 1, 99, 2**53, 1)]
        self.assertEqual(seqs, [1, 1, 2, 2, 3, 3, 3])
        self.assertEqual(self.read(self.anna), 3)

    def test_at_once(self) -> None:
        """Marks that come at the same moment end at the highest one."""
        self.house.writer.hold()
        marks = [Deferred.fromCoroutine(self.mark(seq)) for seq in (2, 3, 1)]
        self.house.writer.release()
        self.house.turn()
        self.assertEqual([self.successResultOf(mark).seq for mark in marks], [2, 3, 3])
        self.assertEqual(self.read(self.anna), 3)

    def test_own_posts(self) -> None:
        """What one says oneself one has read; nobody else has."""
        self.assertEqual((self.read(self.mei), self.read(self.anna)), (3, 0))

    def test_private(self) -> None:
        """A mark is one's own, and changes nothing of the room."""
        before = self.house.wait(self.house.chat.rooms.state(self.anna, 1)).rev
        self.house.wait(self.mark(2))
        self.assertEqual(self.house.wait(self.house.chat.rooms.state(self.mei, 1)).rev, before)
        self.assertEqual(self.read(self.mei), 3)

    def test_outsider(self) -> None:
        """Who is no member marks nothing, and spoils no mark of the others."""
        self.house.wait(self.house.chat.rooms.leave(self.mei, LeaveRoom(1, 1)))
        self.house.writer.hold()
        works = [Deferred.fromCoroutine(w) for w in (self.mark(1, actor=self.mei), self.mark(2), self.mark(1, 77))]
        self.house.writer.release()
        self.house.turn()
        self.assertEqual(self.failureResultOf(works[0]).value.code, "not_a_member")
        self.assertEqual(self.successResultOf(works[1]).seq, 2)
        self.assertEqual(self.failureResultOf(works[2]).value.code, "no_such_room")

    def test_typing(self) -> None:
        """The others see who writes, she herself does not."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        self.house.chat.reading.show_typing(self.mei, 1)
        self.house.turn()
        self.assertEqual(anna.rest(), [{"type": "typing", "room": 1, "user": self.mei.id}])
        self.assertEqual(mei.rest(), [])
