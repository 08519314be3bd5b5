"""Mentions: who is meant, what counts, and the list of it."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.ids import RoomId
from webchat.model.users import Actor

ROOM = RoomId(1)


class Meaning(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.lin = self.house.register("林晓月")
        self.one, self.other = self.house.connect(self.anna), self.house.connect(self.mei)

    def say(self, text: str, connection: Any = None, room: int = 1) -> dict[str, Any]:
        """The message that *text*, said by anna, becomes."""
        (connection or self.one).ask("post", room=room, text=text)
        return [event for event in self.one.rest() if event["type"] == "message"][-1]

    def unread(self, actor: Actor, room: int = 1) -> int:
        """How many unread messages mean her, as `welcome` says."""
        connection = self.house.connect(actor)
        found: int = next(one.get("mentions", 0) for one in connection.welcome["rooms"] if one["room"] == room)
        connection.lose()
        return found

    def inbox(self, actor: Actor, after: str | None = None, limit: int = 50) -> Any:
        return self.house.wait(self.house.chat.inbox.mine(actor, after, limit))

    def test_told(self) -> None:
        """The row says who is meant, and those count it who are; not the one who says it."""
        row = self.say("Tea, @mei? @nobody 你好@林晓月在吗 `@anna` @anna")
        self.assertEqual(row["mentions"], [self.mei.id, self.lin.id, self.anna.id])
        self.assertEqual([self.unread(one) for one in (self.mei, self.lin, self.anna)], [1, 1, 0])
        self.other.ask("read", room=1, seq=1)
        self.assertEqual(self.unread(self.mei), 0)
        page = self.house.wait(self.house.chat.messages.page(self.mei, ROOM))
        self.assertEqual(page.messages[0].mentions, tuple(row["mentions"]))

    def test_members_only(self) -> None:
        """Who is not in the room is not meant."""
        self.other.ask("leave", room=1)
        self.assertNotIn("mentions", self.say("@mei"))

    def test_batch(self) -> None:
        """Of posts stored together each means its own."""
        posts = ("@mei", "nothing", "@林晓月 @mei", "@all")
        self.house.writer.hold()
        for number, text in enumerate(posts):
            self.one.send(type="post", id=100 + number, room=1, text=text)
        self.house.writer.release()
        self.house.turn()
        rows = [event for event in self.one.rest() if event["type"] == "message"]
        self.assertEqual(
            [(row.get("mentions"), row.get("everyone")) for row in rows],
            [([self.mei.id], None), (None, None), ([self.lin.id, self.mei.id], None), (None, "all")],
        )
        self.assertEqual([self.unread(self.mei), self.unread(self.lin)], [3, 2])

    def test_everybody(self) -> None:
        """All of a room are meant by whoever may: its moderators, unless its owner lets everybody."""
        self.assertEqual(self.say("@all look")["everyone"], "all")
        self.assertEqual(self.say("@here look")["everyone"], "here")
        self.assertEqual((self.unread(self.mei), self.unread(self.anna)), (1, 0))
        self.assertNotIn("everyone", self.say("@所有人", self.other))
        self.house.wait(self.house.chat.rooms.change(self.anna, ROOM, mentioning="all"))
        self.assertEqual(self.one.next("room")["mentioning"], "all")
        self.assertEqual(self.say("@所有人", self.other)["everyone"], "all")
        self.assertEqual(self.unread(self.anna), 1)

    def test_owner_decides(self) -> None:
        """A moderator does not say who may mention everybody."""
        self.house.wait(self.house.chat.members.set_role(self.anna, ROOM, self.mei.id, "moderator"))
        change = self.house.chat.rooms.change
        self.assertEqual(self.house.refusal(change(self.mei, ROOM, mentioning="all")), "forbidden")

    def test_direct(self) -> None:
        """In a conversation, which nobody looks after, both mean all of it."""
        room = self.house.wait(self.house.chat.directs.open(self.anna, [self.mei.id])).state.room
        self.one.rest()
        self.assertEqual(self.say("@all", room=room)["everyone"], "all")

    def test_blocked(self) -> None:
        """Whoever blocks the author is not bothered, and the author does not learn of it."""
        self.house.wait(self.house.chat.contacts.block(self.mei, self.anna.id, True))
        self.assertEqual(self.say("@mei")["mentions"], [self.mei.id])
        self.say("@all")
        self.assertEqual((self.unread(self.mei), self.inbox(self.mei).messages), (0, ()))

    def test_edited(self) -> None:
        """An edit means whom its text means: the new ones are added, the others vanish, who stays is not told again."""
        self.say("@mei look")
        self.one.ask("edit", room=1, seq=1, text="@林晓月 look, @mei")
        self.assertEqual(self.one.rest()[0]["mentions"], [self.lin.id, self.mei.id])
        self.assertEqual([self.unread(self.mei), self.unread(self.lin)], [1, 1])
        self.one.ask("edit", room=1, seq=1, text="@all look")
        row = self.one.rest()[0]
        self.assertEqual((row.get("mentions"), row["everyone"]), (None, "all"))
        self.one.ask("edit", room=1, seq=1, text="nothing")
        row = self.one.rest()[0]
        self.assertEqual((row.get("mentions"), row.get("everyone")), (None, None))
        self.assertEqual([self.unread(self.mei), self.inbox(self.mei).messages], [0, ()])

    def test_deleted(self) -> None:
        """A deleted message means nobody."""
        self.say("@mei @all")
        self.one.ask("delete", room=1, seq=1)
        self.assertEqual((self.unread(self.mei), self.inbox(self.mei).messages), (0, ()))

    def test_inbox(self) -> None:
        """What means one, newest first, with its authors and rooms; of rooms that one is still in."""
        room = self.house.wait(self.house.chat.rooms.create(self.anna, "Garden")).room
        self.other.ask("join", room=room)
        for text, where in (("@mei 1", 1), ("no", 1), ("@mei 2", room), ("@all 3", 1)):
            self.say(text, room=where)
        first = self.inbox(self.mei, limit=2)
        rest = self.inbox(self.mei, after=first.next)
        self.assertEqual([one.text for one in first.messages + rest.messages], ["@all 3", "@mei 2", "@mei 1"])
        self.assertEqual([(one.room, one.title) for one in first.rooms], [(1, "Lobby"), (room, "Garden")])
        self.assertEqual(([card.id for card in first.users], rest.next), ([self.anna.id], None))
        self.other.ask("leave", room=room)
        self.assertEqual([one.text for one in self.inbox(self.mei).messages], ["@all 3", "@mei 1"])
        for cursor in ("x", "WyIxIiwxXQ==", "WyJ4LnkiLDFd"):
            self.assertEqual(self.house.refusal(self.house.chat.inbox.mine(self.mei, cursor, 5)), "bad_request", cursor)

    def test_repeated(self) -> None:
        """A post that is repeated counts once."""
        for _ in range(2):
            self.one.ask("post", room=1, text="@mei", nonce="n1")
        self.assertEqual((self.unread(self.mei), len(self.inbox(self.mei).messages)), (1, 1))

    def test_marked_unread(self) -> None:
        """What is unread again means her again."""
        self.say("@mei"), self.say("more")
        self.other.ask("read", room=1, seq=2)
        self.assertEqual(self.unread(self.mei), 0)
        self.other.ask("unread", room=1, seq=1)
        self.assertEqual(self.unread(self.mei), 1)
