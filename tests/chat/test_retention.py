"""Rooms keep what was said for so many days."""

from __future__ import annotations

from typing import Any

from tests.chat.test_messages import Scene
from webchat.chat import retention as retention_module
from webchat.model.commands import PostMessage
from webchat.store.history import DAY


class Retention(Scene):
    """The sweep, and who says how long."""

    def setUp(self) -> None:
        super().setUp()
        self.rooms = self.house.chat.rooms

    def sweep(self, days: int = 0) -> None:
        self.house.now.ms += days * DAY  # type: ignore[attr-defined]
        self.house.wait(self.house.chat.retention.sweep())

    def keep(self, days: int | None, actor: Any = None) -> None:
        self.house.wait(self.rooms.change(actor or self.anna, 1, retention=days))

    def seqs(self) -> list[int]:
        return [message.seq for message in self.page().messages]

    def test_removed(self) -> None:
        """After so many days, told by the room's row; those who come back load the room anew."""
        self.keep(7)
        self.say(3)
        line = self.house.connect(self.mei)
        rev = line.welcome["rooms"][0]["rev"]
        self.sweep(6)
        self.assertEqual(line.rest(), [])
        self.say(2)
        line.rest()
        self.sweep(2)
        (row,) = line.rest()
        self.assertEqual((row["type"], row["floor"], row["rev"]), ("room", 3, rev + 3))
        self.assertEqual(self.seqs(), [4, 5])
        self.assertTrue(self.page().at_start)
        behind = self.house.connect(self.mei, epoch="epoch-1", rooms={"1": rev})
        self.assertEqual([one["type"] for one in behind.rest()], ["reset"])
        up_to_date = self.house.connect(self.mei, epoch="epoch-1", rooms={"1": rev + 3})
        self.assertEqual([one["type"] for one in up_to_date.rest()], ["syncing", "synced"])
        state = self.house.wait(self.rooms.state(self.mei, 1))
        self.assertEqual((state.seq, state.floor), (5, 3))
        self.assertGreaterEqual(state.read, 3)
        self.sweep()
        self.assertEqual(line.rest(), [])

    def test_all_of_it(self) -> None:
        """A room of which nothing is left goes on counting."""
        self.keep(7)
        self.say(2)
        self.sweep(8)
        page = self.page()
        self.assertEqual((page.messages, page.seq, page.at_start, page.at_end), ((), 2, True, True))
        self.say(1)
        self.assertEqual(self.seqs(), [3])

    def test_in_batches(self) -> None:
        """Much is removed a piece at a time, and a sweep does only so much."""
        self.patch(retention_module, "ROWS", 2)
        self.patch(retention_module, "STEPS", 3)
        self.keep(7)
        self.say(9)
        line = self.house.connect(self.anna)
        self.sweep(8)
        self.assertEqual([row["floor"] for row in line.rest()], [2, 4, 6])
        self.sweep()
        self.assertEqual([row["floor"] for row in line.rest()], [8, 9])

    def test_the_server_says(self) -> None:
        """Where a room says nothing the server's rule holds; a room's own wins, also that of keeping all."""
        self.say(2)
        self.sweep(400)
        self.assertEqual(self.seqs(), [1, 2])
        self.house.wait(self.house.chat.settings.change(self.anna, retention=30))
        self.keep(0)
        self.sweep()
        self.assertEqual(self.seqs(), [1, 2])
        self.keep(None)
        self.sweep()
        self.assertEqual(self.seqs(), [])

    def test_bounds(self) -> None:
        """Not for shorter than a week: somebody's post may have been waiting for as long."""
        for days in (1, 6, 3_651):
            self.assertEqual(self.house.refusal(self.rooms.change(self.anna, 1, retention=days)), "bad_request")
            change = self.house.chat.settings.change(self.anna, retention=days)
            self.assertEqual(self.house.refusal(change), "bad_request")

    def test_owners_only(self) -> None:
        """A moderator leaves it as it is."""
        self.house.wait(self.house.chat.members.set_role(self.anna, 1, self.mei.id, "moderator"))
        self.assertEqual(self.house.refusal(self.rooms.change(self.mei, 1, retention=7)), "forbidden")
        self.keep(7)
        self.house.wait(self.rooms.change(self.mei, 1, retention=7, topic="Tea"))
        self.assertEqual(self.house.wait(self.rooms.state(self.mei, 1)).retention, 7)

    def test_threads(self) -> None:
        """A thread whose beginning is gone takes no more replies."""
        self.keep(7)
        self.say(1)
        self.sweep(8)
        post = self.house.chat.messages.post(self.mei, PostMessage(1, 1, "late", None, thread=1))
        self.assertEqual(self.house.refusal(post), "no_such_message")
