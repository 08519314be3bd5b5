"""Reactions, told to the room."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.reactions import REACTIONS_MAX
from webchat.model.commands import React
from webchat.model.extras import REACTORS_SHOWN
from webchat.model.ids import MAX_INT, Millis, RoomId, Seq
from webchat.model.users import Actor
from webchat.store import reactions

ROOM = RoomId(1)


class Reacting(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.one, self.other = self.house.connect(self.anna), self.house.connect(self.mei)
        self.one.ask("post", room=1, text="Cake?")
        self.one.rest(), self.other.rest()

    def react(self, connection: Any = None, emoji: str = "👍", on: bool = True, **more: Any) -> Any:
        return (connection or self.other).ask("react", **{"room": 1, "seq": 1, "emoji": emoji, "on": on, **more})

    def shown(self) -> list[tuple[str, int, list[int]]]:
        """The reactions of the message, as history has them."""
        page = self.house.wait(self.house.chat.messages.page(self.anna, ROOM))
        return [(one.emoji, one.count, list(one.users)) for one in page.messages[0].reactions]

    def test_told(self) -> None:
        """A reaction is a change of the message's row, told to all; the summary holds who gave it."""
        answer = self.react()
        row = self.one.next("message")
        self.assertEqual((row["rev"], row["text"]), (answer["rev"], "Cake?"))
        self.assertEqual(row["reactions"], [{"emoji": "👍", "count": 1, "users": [2]}])
        self.assertEqual(self.other.next("message"), row)
        self.react(self.one), self.react(self.one, "🎉")
        self.assertEqual(self.shown(), [("👍", 2, [2, 1]), ("🎉", 1, [1])])
        self.react(on=False), self.react(self.one, on=False)
        self.assertEqual(self.shown(), [("🎉", 1, [1])])

    def test_idempotent(self) -> None:
        """Said twice it is done once: the second time changes nothing and tells nobody."""
        first = self.react()
        self.one.rest()
        self.assertEqual(self.react()["rev"], first["rev"])
        self.assertEqual(self.react(emoji="🎉", on=False)["rev"], first["rev"])
        self.assertEqual(self.one.rest(), [])

    def test_one_writing(self) -> None:
        """However it is written, it is one reaction."""
        self.react(emoji="❤"), self.react(self.one, emoji="❤️")
        self.assertEqual(self.shown(), [("❤️", 2, [2, 1])])

    def test_refused(self) -> None:
        """What is no emoji, a message that is not there, and one that was deleted."""
        for emoji in ("x", "👍👍", "<b>"):
            answer = self.react(emoji=emoji)
            self.assertEqual((answer["code"], answer["field"]), ("bad_request", "emoji"))
        self.assertEqual(self.react(seq=2)["code"], "no_such_message")
        self.react()
        self.one.ask("delete", room=1, seq=1)
        self.assertEqual(self.react()["code"], "conflict")
        self.assertEqual(self.shown(), [])

    def test_kept_through_an_edit(self) -> None:
        """An edit changes the text alone."""
        self.react()
        self.one.ask("edit", room=1, seq=1, text="Pie?")
        self.assertEqual(self.shown(), [("👍", 1, [2])])

    def test_so_many(self) -> None:
        """A message has so many different ones, each of which others may give too."""
        for number in range(REACTIONS_MAX):
            self.assertEqual(self.react(emoji=chr(0x1F600 + number))["type"], "ok")
        self.assertEqual(self.react(emoji="🎉")["code"], "too_many")
        self.assertEqual(self.react(self.one, emoji="😀")["type"], "ok")

    def test_who_may(self) -> None:
        """Members, also where moderators alone post; not who is silenced, nor in an archived room."""
        rooms_chat, members = self.house.chat.rooms, self.house.chat.members
        self.house.wait(rooms_chat.change(self.anna, ROOM, posting="moderators"))
        self.assertEqual(self.react()["type"], "ok")
        self.house.wait(members.silence(self.anna, ROOM, self.mei.id, Millis(MAX_INT)))
        self.assertEqual(self.react(on=False)["code"], "silenced")
        self.house.wait(members.silence(self.anna, ROOM, self.mei.id, None))
        self.house.wait(rooms_chat.archive(self.anna, ROOM, True))
        self.assertEqual(self.react(on=False)["code"], "room_archived")

    def test_blocked(self) -> None:
        """Of two, one of whom blocks the other, neither reacts in their conversation."""
        room = self.house.wait(self.house.chat.directs.open(self.anna, [self.mei.id])).state.room
        self.one.ask("post", room=room, text="hi")
        self.house.wait(self.house.chat.contacts.block(self.anna, self.mei.id, True))
        for connection in (self.one, self.other):
            self.assertEqual(self.react(connection, room=room)["code"], "forbidden")

    def test_crowd(self) -> None:
        """Of a crowd the first are named and all are counted; whoever is not named is told what she gave."""
        crowd = []
        for number in range(REACTORS_SHOWN + 2):
            self.house.clock.advance(60)
            crowd.append(self.house.register(f"n{number}"))
        for actor in crowd:
            self.house.wait(self.house.chat.reactions.react(actor, React(0, ROOM, Seq(1), "👍", True)))
        [(_, count, users)] = self.shown()
        self.assertEqual((count, users), (len(crowd), [actor.id for actor in crowd[:REACTORS_SHOWN]]))
        self.assertEqual((self.reacted(crowd[-1]), self.reacted(self.anna)), ({"1": ("👍",)}, {}))
        # The next one moves up.
        self.house.wait(self.house.chat.reactions.react(crowd[0], React(0, ROOM, Seq(1), "👍", False)))
        [(_, count, users)] = self.shown()
        self.assertEqual((count, users[-1], len(users)), (len(crowd) - 1, crowd[REACTORS_SHOWN].id, REACTORS_SHOWN))
        found = self.house.wait(self.house.chat.reactions.givers(self.anna, ROOM, Seq(1), "👍", 0, 60))
        rest = self.house.wait(self.house.chat.reactions.givers(self.anna, ROOM, Seq(1), "👍", found.next or 0, 60))
        self.assertEqual(([*found.users, *rest.users][-1].id, rest.next), (crowd[-1].id, None))

    def reacted(self, actor: Actor) -> dict[str, tuple[str, ...]]:
        return self.house.wait(self.house.chat.messages.page(actor, ROOM)).reacted

    def test_summary_is_true(self) -> None:
        """The summaries say what the rows say."""
        for connection, emoji, on in ((self.one, "👍", True), (self.other, "👍", True), (self.one, "👍", False)):
            self.react(connection, emoji, on)
        kept = self.house.wait(self.house.database.read(lambda db: reactions.first(db, ROOM, Seq(1), "👍", 9)))
        self.assertEqual(self.shown(), [("👍", len(kept), list(kept))])
