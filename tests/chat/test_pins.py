"""Pins, told to the room."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.pins import PINS_MAX
from webchat.model.ids import RoomId
from webchat.store import audit

ROOM = RoomId(1)


class Pinning(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.one, self.other = self.house.connect(self.anna), self.house.connect(self.mei)
        for text in ("one", "two", "three"):
            self.other.ask("post", room=1, text=text)
        self.one.rest(), self.other.rest()

    def pin(self, seq: int, on: bool = True, connection: Any = None, room: int = 1) -> Any:
        return (connection or self.one).ask("pin", room=room, seq=seq, on=on)

    def listed(self, **more: Any) -> Any:
        given = {"after": None, "limit": 50, **more}
        return self.house.wait(self.house.chat.pins.of_room(self.mei, ROOM, **given))

    def test_told(self) -> None:
        """A pin is a change of the message's row, told to all; said twice it is done once."""
        answer = self.pin(2)
        row = self.other.next("message")
        self.assertEqual((row["rev"], row["seq"], row["text"]), (answer["rev"], 2, "two"))
        self.assertIsInstance(row["pinned"], int)
        self.assertEqual((self.pin(2)["rev"], self.other.rest()), (answer["rev"], []))
        self.pin(2, on=False)
        self.assertNotIn("pinned", self.other.next("message"))

    def test_listed(self) -> None:
        """The newest pin is the first, page by page; who wrote it is told."""
        for seq in (2, 3, 1):
            self.pin(seq)
        first = self.listed(limit=2)
        rest = self.listed(after=first.next)
        self.assertEqual([one.seq for one in first.messages + rest.messages], [1, 3, 2])
        self.assertEqual(([card.id for card in first.users], rest.next), ([self.mei.id], None))
        for cursor in ("x", "WyJ4Iiwx", "WyIxIiwxXQ=", "WyLCsiIsMV0="):
            self.assertEqual(
                self.house.refusal(self.house.chat.pins.of_room(self.mei, ROOM, cursor, 5)), "bad_request", cursor
            )

    def test_noted(self) -> None:
        """Both are noted among the acts of those with power over others."""
        self.pin(1), self.pin(1, on=False)
        entries = self.house.wait(self.house.database.read(lambda db: audit.entries(db, 999, 2)))
        self.assertEqual([(one.action, one.details) for one in entries], [
            ("message.unpin", {"seq": 1}), ("message.pin", {"seq": 1})
        ])  # fmt: skip

    def test_refused(self) -> None:
        """By a member, of a message that is not there or was deleted, in an archived room."""
        self.assertEqual(self.pin(1, connection=self.other)["code"], "forbidden")
        self.assertEqual(self.pin(9)["code"], "no_such_message")
        self.pin(1)
        self.other.ask("delete", room=1, seq=1)
        self.assertEqual((self.pin(1)["code"], self.listed().messages), ("conflict", ()))
        self.house.wait(self.house.chat.rooms.archive(self.anna, ROOM, True))
        self.assertEqual(self.pin(2)["code"], "room_archived")

    def test_direct(self) -> None:
        """In a conversation both pin, unless one blocks the other; nobody's power is noted."""
        room = self.house.wait(self.house.chat.directs.open(self.anna, [self.mei.id])).state.room
        self.one.ask("post", room=room, text="hi")
        before = self.house.wait(self.house.database.read(lambda db: audit.entries(db, 999, 99)))
        for connection in (self.one, self.other):
            self.assertEqual(self.pin(1, connection=connection, room=room)["type"], "ok")
        self.assertEqual(self.house.wait(self.house.database.read(lambda db: audit.entries(db, 999, 99))), before)
        self.house.wait(self.house.chat.contacts.block(self.anna, self.mei.id, True))
        self.assertEqual(self.pin(1, on=False, connection=self.other, room=room)["code"], "forbidden")

    def test_so_many(self) -> None:
        """A room has so many."""
        for number in range(PINS_MAX):
            self.other.ask("post", room=1, text=str(number))
            self.pin(number + 1)
        self.assertEqual(self.pin(PINS_MAX + 1)["code"], "too_many")
        self.pin(1, on=False)
        self.assertEqual(self.pin(PINS_MAX + 1)["type"], "ok")
