"""Reading threads."""

from __future__ import annotations

from typing import Any

from tests.chat.test_messages import Scene
from webchat.model.commands import PostMessage


class Reading(Scene):
    """Threads of the lobby."""

    def say_in(self, text: str, **carried: Any) -> int:
        return int(self.house.wait(self.messages.post(self.mei, PostMessage(1, 1, text, None, **carried))).seq)

    def thread(self, seq: int = 1, **given: Any) -> Any:
        return self.house.wait(self.house.chat.threads.page(self.anna, 1, seq, **given))

    def list(self, **given: Any) -> Any:
        return self.house.wait(self.house.chat.threads.of_room(self.anna, 1, **given))

    def test_pages(self) -> None:
        """A thread comes from its end or on from a message, with the message that began it."""
        self.say(2)
        for number in range(5):
            self.say_in(f"t{number}", thread=number % 2 + 1)
        newest = self.thread(limit=2)
        self.assertEqual((newest.first.seq, newest.first.replies, newest.first.text), (1, 3, "m1"))
        self.assertEqual([one.text for one in newest.messages], ["t2", "t4"])
        self.assertEqual((newest.at_start, newest.at_end), (False, True))
        older = self.thread(before=newest.messages[0].seq)
        self.assertEqual([one.text for one in older.messages], ["t0"])
        self.assertEqual((older.at_start, older.at_end), (True, False))
        newer = self.thread(after=older.messages[-1].seq, limit=1)
        self.assertEqual(([one.text for one in newer.messages], newer.at_end), (["t2"], False))
        self.assertEqual({user.id for user in newest.users}, {self.mei.id})
        self.assertEqual(self.thread(after=1).at_start, True)

    def test_none_yet(self) -> None:
        """A message that nobody answered is a thread without messages; one that is part of another thread is none."""
        self.say(1)
        empty = self.thread()
        self.assertEqual((empty.messages, empty.at_start, empty.at_end), ((), True, True))
        self.say_in("t", thread=1)
        for seq in (2, 3):
            self.assertEqual(self.house.refusal(self.house.chat.threads.page(self.anna, 1, seq)), "no_such_message")
        self.assertEqual(self.house.refusal(self.house.chat.threads.page(self.anna, 1, 1, 5, 5)), "bad_request")

    def test_first_deleted(self) -> None:
        """The thread of a deleted message goes on."""
        self.say(1)
        self.say_in("t", thread=1)
        self.house.wait(self.delete(1))
        self.say_in("u", thread=1)
        found = self.thread()
        self.assertEqual((found.first.text, [one.text for one in found.messages]), ("", ["t", "u"]))
        self.assertEqual(found.first.replies, 2)

    def test_of_room(self) -> None:
        """The threads of a room, the latest first, page by page; other messages are not among them."""
        self.say(5)
        for thread in (2, 4, 3, 2):
            self.say_in("t", thread=thread)
        first = self.list(limit=2)
        self.assertEqual([one.seq for one in first.threads], [2, 3])
        last = self.list(limit=2, after=first.next)
        self.assertEqual(([one.seq for one in last.threads], last.next), ([4], None))
        for cursor in ("x", "WyJ4IiwgMV0=", "WyIxIiwgMV0"):
            self.assertEqual(self.house.refusal(self.house.chat.threads.of_room(self.anna, 1, cursor)), "bad_request")

    def test_outsiders(self) -> None:
        """Nothing is read of a room by those who are not in it."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Tea", kind="private")).room
        self.house.wait(self.messages.post(self.mei, PostMessage(1, room, "secret")))
        for work in (
            self.house.chat.threads.page(self.anna, room, 1),
            self.house.chat.threads.of_room(self.anna, room),
            self.messages.one(self.anna, room, 1),
            self.messages.revisions(self.anna, room, 1),
        ):
            self.assertEqual(self.house.refusal(work), "no_such_room")

    def test_one(self) -> None:
        """One message can be had by itself."""
        self.say(1)
        self.assertEqual(self.house.wait(self.messages.one(self.anna, 1, 1)).text, "m1")
        self.assertEqual(self.house.refusal(self.messages.one(self.anna, 1, 2)), "no_such_message")
