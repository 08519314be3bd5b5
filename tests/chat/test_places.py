"""One's own place in a room, and one's other devices."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.commands import LeaveRoom, MarkDraft, PostMessage
from webchat.model.ids import MAX_INT


class Places(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.one, self.other = self.house.connect(self.anna), self.house.connect(self.anna)
        self.stranger = self.house.connect(self.mei)
        self.places = self.house.chat.places

    def state(self) -> dict[str, object]:
        rooms = self.house.connect(self.anna).welcome["rooms"]
        return dict(rooms[0])

    def test_level(self) -> None:
        """A level set on one device is on all of them at once, after a reconnect too; nobody else hears of it."""
        later = self.house.now.ms + 3_600_000  # type: ignore[attr-defined]
        self.house.wait(self.places.set_level(self.anna, 1, "mentions", later))
        told = {
            "type": "place",
            "room": 1,
            "read": 0,
            "level": "mentions",
            "muted": later,
            "draft": None,
            "unread_from": None,
        }
        self.assertEqual((self.one.rest(), self.other.rest(), self.stranger.rest()), ([told], [told], []))
        self.assertEqual((self.state()["level"], self.state()["muted"]), ("mentions", later))

    def test_for_good(self) -> None:
        """A room can be silent for good, and heard again; until a moment that has passed means not at all."""
        for muted, kept in ((MAX_INT, MAX_INT), (None, None), (MAX_INT, MAX_INT), (5, None)):
            place = self.house.wait(self.places.set_level(self.anna, 1, "all", muted))
            self.assertEqual(place.muted, kept)

    def test_draft(self) -> None:
        """That something unsent waits is shown on the other devices, until it does no more."""
        answer = self.one.ask("draft", room=1, draft=True)
        self.assertEqual(answer["draft"], self.other.next("place")["draft"])
        self.assertEqual((self.one.rest(), self.state()["draft"]), ([], answer["draft"]))
        self.assertEqual(self.one.ask("draft", room=1, draft=False)["draft"], None)
        self.assertEqual(self.other.next("place")["draft"], None)
        self.assertNotIn("draft", self.state())

    def test_sent(self) -> None:
        """A post ends the mark, from whichever device it comes; that of somebody else does not, nor one refused."""
        self.one.ask("draft", room=1, draft=True)
        self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(1, 1, "hello")))
        self.other.ask("post", room=1, text="")
        self.assertIn("draft", self.state())
        self.other.ask("post", room=1, text="said")
        self.assertNotIn("draft", self.state())

    def test_read_all(self) -> None:
        """Everything is read, everywhere, at once; all devices are told of the marks that rose."""
        rooms = [self.house.wait(self.house.chat.rooms.create(self.mei, f"Room {n}")).room for n in range(3)]
        for room in rooms:
            self.one.ask("join", room=room)
        for room in (1, *rooms[:2]):
            self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(1, room, "hi")))
        self.one.rest(), self.other.rest()
        self.assertEqual(self.house.wait(self.places.read_all(self.anna)).rooms, 3)
        marks = [{"type": "read", "room": room, "seq": 1} for room in (1, *rooms[:2])]
        self.assertEqual((self.one.rest(), self.other.rest()), (marks, marks))
        self.assertEqual(self.house.wait(self.places.read_all(self.anna)).rooms, 0)
        self.assertEqual(self.one.rest(), [])

    def test_outsider(self) -> None:
        """Who is no member has no place; whether there is a room is not told."""
        self.house.wait(self.house.chat.rooms.leave(self.anna, LeaveRoom(1, 1)))
        self.assertEqual(self.house.refusal(self.places.set_level(self.anna, 1, "all", None)), "not_a_member")
        self.assertEqual(self.house.refusal(self.places.mark_draft(self.anna, MarkDraft(1, 1, True))), "not_a_member")
        self.assertEqual(self.house.refusal(self.places.set_level(self.anna, 77, "all", None)), "no_such_room")


class Unread(SynchronousTestCase):
    """A reminder of something that one has seen."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.one, self.other = self.house.connect(self.anna), self.house.connect(self.anna)
        writer = self.house.connect(self.mei)
        for text in ("one", "two", "three"):
            writer.ask("post", room=1, text=text)
        self.one.ask("read", room=1, seq=3)
        self.one.rest(), self.other.rest()

    def state(self) -> tuple[int, int | None]:
        """(read, unread_from), as another device comes to know it."""
        room = self.house.connect(self.anna).welcome["rooms"][0]
        return room["read"], room.get("unread_from")

    def test_kept(self) -> None:
        """It is kept, and told to one's other devices; the read mark itself does not fall."""
        answer = self.one.ask("unread", room=1, seq=2)
        self.assertEqual((answer["read"], answer["unread_from"]), (3, 2))
        told = self.other.next("place")
        self.assertEqual((told["read"], told["unread_from"], self.one.rest()), (3, 2, []))
        self.assertEqual(self.state(), (3, 2))

    def test_ends(self) -> None:
        """A mark that reaches it ends it, on all devices; one below does not, though the mark stands higher."""
        self.one.ask("unread", room=1, seq=2)
        self.other.rest()
        self.assertEqual(self.one.ask("read", room=1, seq=1)["seq"], 3)
        self.assertEqual([event["type"] for event in self.other.rest()], ["read"])
        self.assertEqual(self.state(), (3, 2))
        self.one.ask("read", room=1, seq=2)
        told = {event["type"]: event for event in self.other.rest()}
        self.assertEqual((set(told), told["place"]["unread_from"]), ({"read", "place"}, None))
        self.assertEqual(self.state(), (3, None))

    def test_own_post(self) -> None:
        """Saying something does not end it."""
        self.one.ask("unread", room=1, seq=2)
        self.one.ask("post", room=1, text="mine")
        self.assertEqual(self.state(), (4, 2))

    def test_read_all(self) -> None:
        """Reading everything ends it."""
        self.one.ask("unread", room=1, seq=2)
        self.other.rest()
        self.house.wait(self.house.chat.places.read_all(self.anna))
        told = [event for event in self.other.rest() if event["type"] == "place"]
        self.assertEqual([event["unread_from"] for event in told], [None])
        self.assertEqual(self.state(), (3, None))

    def test_refused(self) -> None:
        """Only a message that is there can be unread."""
        self.assertEqual(self.one.ask("unread", room=1, seq=4)["code"], "no_such_message")

    def test_rejoined(self) -> None:
        """Who comes back begins anew."""
        connection = self.house.connect(self.mei)
        connection.ask("unread", room=1, seq=1)
        connection.ask("leave", room=1), connection.ask("join", room=1)
        self.assertNotIn("unread_from", self.house.connect(self.mei).welcome["rooms"][0])
