"""What is told about a room."""

from __future__ import annotations

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.events import Member, Message, Reset, RoomRow, Synced, Syncing, Typing, key_of
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.users import UserCard

ROOM, ANNA = RoomId(1), UserId(7)


def message(rev: int = 3, seq: int = 2, text: str = "hi", room: int = 1) -> Message:
    return Message(RoomId(room), Rev(rev), Seq(seq), ANNA, text, Millis(5))


def member(rev: int, user: int = 7, name: str = "anna", left: bool = False) -> Member:
    return Member(ROOM, Rev(rev), UserCard(UserId(user), name, name), "member", Rev(rev), left)


class Keys(SynchronousTestCase):
    def test_later_state_replaces(self) -> None:
        """An edited message, a changed membership and a renamed room take the place of what they were."""
        self.assertEqual(key_of(message(3)), key_of(message(9, text="changed")))
        self.assertEqual(key_of(member(3)), key_of(member(9, name="annie", left=True)))
        one = RoomRow(ROOM, Rev(1), "public", "Lobby", "", Millis(1), None, "all", "all", 0, "all")
        self.assertEqual(key_of(one), key_of(msgspec.structs.replace(one, rev=Rev(4), title="Hall")))

    def test_different_rows(self) -> None:
        """Two messages, two people, a message and a person with the same number are different rows."""
        room = RoomRow(ROOM, Rev(1), "public", "Lobby", "", Millis(1), None, "all", "all", 0, "all")
        rows = [message(seq=7), message(seq=8), member(1, 7), member(1, 8), room, message(seq=1), member(1, 1)]
        self.assertEqual(len({key_of(row) for row in rows}), len(rows))


class OnTheWire(SynchronousTestCase):
    def test_tags(self) -> None:
        """Every event names its type."""
        events = [message(), member(1), Syncing(ROOM), Synced(ROOM, Rev(2)), Reset(ROOM, Rev(2)), Typing(ROOM, ANNA)]
        types = [msgspec.json.decode(msgspec.json.encode(event))["type"] for event in events]
        self.assertEqual(types, ["message", "member", "syncing", "synced", "reset", "typing"])

    def test_nothing_superfluous(self) -> None:
        """A plain message says nothing of an edit, and a deleted one keeps its empty text."""
        self.assertEqual(
            msgspec.json.decode(msgspec.json.encode(message())),
            {"type": "message", "room": 1, "rev": 3, "seq": 2, "author": 7, "text": "hi", "created": 5},
        )
        gone = msgspec.structs.replace(message(text=""), deleted=Millis(9))
        self.assertEqual(msgspec.json.decode(msgspec.json.encode(gone))["text"], "")
        self.assertNotIn("left", msgspec.json.decode(msgspec.json.encode(member(1))))
        self.assertIs(msgspec.json.decode(msgspec.json.encode(member(1, left=True)))["left"], True)
