"""Numbers as the older clients name them, and back."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy import ids
from webchat.model.ids import MAX_INT, RoomId, Seq, UserId
from webchat.model.refusals import NoSuchRoom, NoSuchUser

ONE, TWO, THREE = UserId(1), UserId(255), UserId(MAX_INT)


class Ids(SynchronousTestCase):
    def test_people(self) -> None:
        """An id has 24 digits, whoever it is, and means the same person again."""
        for user in (ONE, TWO, THREE):
            self.assertRegex(ids.user_id(user), r"\A[0-9a-f]{24}\Z")
            self.assertEqual(ids.read_user(ids.user_id(user)), user)

    def test_nobody(self) -> None:
        """Everything else is nobody's id."""
        for text in ("", "1", "0" * 24, "f" * 24, "F" * 24, "g" * 24, ids.user_id(ONE) + "0", " " + ids.user_id(ONE)):
            self.assertRaises(NoSuchUser, ids.read_user, text)

    def test_messages(self) -> None:
        """Messages of different rooms have different ids, and none is a person's."""
        self.assertEqual(ids.read_message(ids.message_id(RoomId(3), Seq(9))), (3, 9))
        self.assertNotEqual(ids.message_id(RoomId(1), Seq(2)), ids.message_id(RoomId(2), Seq(1)))
        self.assertIsNone(ids.read_message("3-9"))

    def test_rooms(self) -> None:
        """Rooms 1 and 2 by number or by name."""
        found = {text: ids.read_number(text) for text in ("1", "2", "room1", "room2", "3", "room3", "room", "01", "1 ")}
        self.assertEqual({text for text, number in found.items() if number}, {"1", "2", "room1", "room2"})
        self.assertEqual(ids.room_name(2), "room2")

    def test_conversations(self) -> None:
        """A conversation is called by the larger id first, and found by either order, by the two in it."""
        name = ids.direct_name(ONE, TWO)
        self.assertEqual(name, f"{ids.user_id(TWO)}-{ids.user_id(ONE)}")
        self.assertEqual(name, ids.direct_name(TWO, ONE))
        backward = "-".join(reversed(name.split("-")))
        self.assertEqual([ids.read_direct(one, ONE) for one in (name, backward)], [TWO, TWO])
        for text in (
            name,
            "",
            "-",
            "x-y",
            ids.user_id(THREE),
            f"{ids.user_id(THREE)}-{ids.user_id(THREE)}",
            name + "-",
        ):
            self.assertRaises(NoSuchRoom, ids.read_direct, text, THREE)
