"""What messages said before they were edited."""

from __future__ import annotations

from typing import Any

from tests.chat.test_messages import Scene
from webchat.model.commands import EditMessage, PostMessage
from webchat.store import revisions


class Revisions(Scene):
    """Mei's message, edited."""

    def seen(self, actor: Any, room: int = 1) -> list[str]:
        return [one.text for one in self.house.wait(self.messages.revisions(actor, room, 1))]

    def test_kept(self) -> None:
        """Each edit keeps what stood there, for the author and for moderators; one that changes nothing does not."""
        created = self.house.wait(self.post("one")).created
        for text in ("two", "two", "three"):
            self.house.wait(self.edit(1, text))
        found = self.house.wait(self.messages.revisions(self.mei, 1, 1))
        self.assertEqual([one.text for one in found], ["one", "two"])
        self.assertEqual(found[0].written, created)
        self.assertLess(created, found[1].written)
        self.assertEqual(self.seen(self.anna), ["one", "two"])

    def test_others(self) -> None:
        """Other members do not see it, nor do strangers; and there is nothing of what was never said."""
        self.house.wait(self.post("one"))
        self.house.wait(self.edit(1, "two"))
        tom = self.house.register("tom")
        self.assertEqual(self.house.refusal(self.messages.revisions(tom, 1, 1)), "forbidden")
        self.assertEqual(self.house.refusal(self.messages.revisions(self.anna, 1, 2)), "no_such_message")
        self.house.wait(self.house.chat.members.set_role(self.anna, 1, tom.id, "moderator"))
        self.assertEqual(self.seen(tom), ["one"])

    def test_direct(self) -> None:
        """Nobody looks after a conversation of two: there the author alone sees it, whoever runs the server."""
        room = self.house.wait(self.house.chat.directs.open(self.mei, [self.anna.id])).state.room
        self.house.wait(self.messages.post(self.mei, PostMessage(1, room, "one")))
        self.house.wait(self.messages.edit(self.mei, EditMessage(1, room, 1, "two")))
        self.assertEqual(self.house.refusal(self.messages.revisions(self.anna, room, 1)), "forbidden")
        self.assertEqual(self.seen(self.mei, room), ["one"])

    def test_deleted(self) -> None:
        """What is deleted is gone, and so is what it said before: for everybody, and from the database."""
        self.house.wait(self.post("secret"))
        self.house.wait(self.edit(1, "still secret"))
        self.house.wait(self.delete(1))
        self.assertEqual((self.seen(self.anna), self.seen(self.mei)), ([], []))
        found = self.house.wait(self.house.chat.database.read(lambda db: revisions.of_message(db, 1, 1)))
        self.assertEqual(found, [])
