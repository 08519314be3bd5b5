"""Passing on what somebody has said."""

from __future__ import annotations

from typing import Any

from tests.chat.test_messages import Scene
from webchat.model.commands import Forward, JoinRoom, PostMessage
from webchat.model.extras import Forwarded


class Forwarding(Scene):
    """Mei passes on messages of the lobby, room 1, of a private room of hers, and of Anna's, which she is not in."""

    def setUp(self) -> None:
        super().setUp()
        create = self.house.chat.rooms.create
        self.tea = self.house.wait(create(self.mei, "Tea", kind="private")).room
        self.office = self.house.wait(create(self.anna, "Office", kind="private")).room
        self.garden = self.house.wait(create(self.anna, "Garden")).room
        self.said = [
            self.house.wait(self.messages.post(actor, PostMessage(1, room, text)))
            for actor, room, text in (
                (self.anna, 1, "in the lobby"),
                (self.mei, self.tea, "at tea"),
                (self.anna, self.office, "in the office"),
                (self.anna, self.garden, "in the garden"),
            )
        ]

    def forward(self, origin: int, room: int, seq: int = 1, text: str = "", **given: Any) -> Any:
        command = PostMessage(1, room, text, given.pop("nonce", None), forward=Forward(origin, seq))
        return self.messages.post(given.pop("actor", self.mei), command)

    def newest(self, room: int) -> Any:
        return self.house.wait(self.messages.page(self.mei, room)).messages[-1]

    def test_from_public(self) -> None:
        """Who said it is told with it, and from a public room also where it stands; live and in the history alike."""
        line = self.house.connect(self.mei)
        self.house.wait(self.forward(1, self.tea))
        message = self.newest(self.tea)
        self.assertEqual((message.author, message.text), (self.mei.id, "in the lobby"))
        self.assertEqual(message.forwarded, Forwarded(self.anna.id, self.said[0].created, 1, 1))
        told = line.next("message")
        self.assertEqual(
            (told["text"], told["forwarded"]),
            ("in the lobby", {"author": self.anna.id, "created": self.said[0].created, "room": 1, "seq": 1}),
        )

    def test_from_private(self) -> None:
        """Of a room that is not public nothing is told, not even by passing it on a second time."""
        self.house.wait(self.forward(self.tea, 1))
        said = Forwarded(self.mei.id, self.said[1].created)
        self.assertEqual(self.newest(1).forwarded, said)
        self.house.wait(self.forward(1, self.tea, 2))
        self.assertEqual((self.newest(self.tea).forwarded, self.newest(self.tea).text), (said, "at tea"))

    def test_no_longer_public(self) -> None:
        """Passed on again, it keeps who said it first; where, only while that place is public."""
        self.house.wait(self.messages_of_garden())
        self.house.wait(self.forward(self.garden, 1))
        self.house.wait(self.forward(1, self.tea, 2))
        self.assertEqual(self.newest(self.tea).forwarded.room, self.garden)
        self.house.wait(self.house.chat.rooms.change(self.anna, self.garden, kind="private"))
        self.house.wait(self.forward(1, self.tea, 2))
        self.assertEqual(self.newest(self.tea).forwarded, Forwarded(self.anna.id, self.said[3].created))

    def messages_of_garden(self) -> Any:
        return self.house.chat.rooms.join(self.mei, JoinRoom(1, self.garden))

    def test_not_readable(self) -> None:
        """What one cannot read is as what is not there: a private room's, a public one's, a deleted one."""
        self.house.wait(self.messages.delete(self.anna, _deletion()))
        for origin, seq in ((self.office, 1), (self.garden, 1), (1, 1), (1, 9), (4711, 1)):
            work = self.forward(origin, self.tea, seq)
            self.house.turn()
            refusal = self.failureResultOf(work).value
            self.assertEqual((refusal.code, refusal.field), ("no_such_message", "forward"), (origin, seq))
        self.assertEqual(self.house.wait(self.messages.page(self.mei, self.tea)).seq, 1)

    def test_left(self) -> None:
        """Who has left, or been taken out, passes nothing on any more."""
        self.house.wait(self.messages_of_garden())
        self.house.wait(self.forward(self.garden, 1))
        self.house.wait(self.house.chat.members.remove(self.anna, self.garden, self.mei.id))
        self.assertEqual(self.house.refusal(self.forward(self.garden, 1)), "no_such_message")

    def test_where_one_may_post(self) -> None:
        """Into a room one says what one may say there: nothing from outside, nothing where only moderators post."""
        self.assertEqual(self.house.refusal(self.forward(1, self.office)), "no_such_room")
        self.assertEqual(self.house.refusal(self.forward(1, self.garden)), "not_a_member")
        self.house.wait(self.house.chat.rooms.change(self.anna, 1, posting="moderators"))
        self.assertEqual(self.house.refusal(self.forward(self.tea, 1)), "forbidden")

    def test_text(self) -> None:
        """What somebody has said is passed on as it is: nothing is added, and nobody edits it; it can be deleted."""
        self.assertEqual(self.house.refusal(self.forward(1, self.tea, text="and I say")), "bad_request")
        self.assertEqual(self.house.refusal(self.post("")), "empty_text")
        self.house.wait(self.forward(self.tea, 1))
        self.assertEqual(self.house.refusal(self.edit(2, "what she never said")), "forbidden")
        self.house.wait(self.delete(2))
        gone = self.newest(1)
        self.assertEqual((gone.text, gone.forwarded), ("", None))

    def test_again(self) -> None:
        """The same nonce is the same post, also when the origin is gone by then; another origin is another body."""
        first = self.house.wait(self.forward(1, self.tea, nonce="n"))
        self.house.wait(self.messages.delete(self.anna, _deletion()))
        again = self.house.wait(self.forward(1, self.tea, nonce="n"))
        self.assertEqual((again.seq, again.duplicate), (first.seq, True))
        self.assertEqual(self.house.refusal(self.forward(self.tea, self.tea, nonce="n")), "conflict")
        self.assertEqual(self.house.wait(self.forward(self.tea, self.tea)).seq, first.seq + 1)


def _deletion() -> Any:
    from webchat.model.commands import DeleteMessage

    return DeleteMessage(1, 1, 1)
