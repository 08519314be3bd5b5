"""What is answered, as it goes onto the wire."""

from __future__ import annotations

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.answers import Marked, Page, Posted
from webchat.model.events import Message
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.users import UserCard


class Answers(SynchronousTestCase):
    def test_posted(self) -> None:
        """Only a repeated post is told that it had been stored before."""
        first = Posted(RoomId(1), Seq(2), Rev(3), Millis(4))
        self.assertEqual(msgspec.to_builtins(first), {"room": 1, "seq": 2, "rev": 3, "created": 4})
        again = msgspec.structs.replace(first, duplicate=True)
        self.assertIs(msgspec.to_builtins(again)["duplicate"], True)

    def test_marked(self) -> None:
        """A read mark of zero is told as zero."""
        self.assertEqual(msgspec.to_builtins(Marked(RoomId(1), Seq(0))), {"room": 1, "seq": 0})

    def test_page(self) -> None:
        """A page can be read back from what is on the wire."""
        message = Message(RoomId(1), Rev(3), Seq(1), UserId(7), "hi 😀", Millis(5), "n", Millis(6))
        card = UserCard(UserId(7), "anna", "Anna")
        page = Page(RoomId(1), "e", Seq(1), Rev(3), (message,), (card,), True, False)
        self.assertEqual(msgspec.json.decode(msgspec.json.encode(page), type=Page), page)
