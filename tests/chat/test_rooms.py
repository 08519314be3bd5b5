"""Rooms: made, found, changed, archived, joined, left and deleted."""

from __future__ import annotations

import base64
import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat import rooms as rooms_module
from webchat.chat.rooms import cursor, like_pattern, read_cursor
from webchat.model.commands import JoinRoom, LeaveRoom, PostMessage
from webchat.model.refusals import BadRequest
from webchat.model.users import Actor
from webchat.store import audit


class Scene(SynchronousTestCase):
    """Anna's server, and Mei."""

    def setUp(self) -> None:
        self.house = House(self)
        self.rooms = self.house.chat.rooms
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")

    def make(self, title: str, topic: str = "", owner: Actor | None = None) -> int:
        return int(self.house.wait(self.rooms.create(owner or self.mei, title, topic)).room)

    def titles(self, search: str = "", limit: int = 50) -> list[str]:
        """Every title that is found, page by page."""
        found: list[str] = []
        after = None
        for _ in range(100):
            listings, after = self.house.wait(self.rooms.public(self.anna, search, after, limit))
            self.assertLessEqual(len(listings), limit)
            found += [listing.title for listing in listings]
            if after is None:
                return found
        raise AssertionError("the list has no end")


class Making(Scene):
    def test_made(self) -> None:
        """Who makes a room is its owner and first member."""
        state = self.house.wait(self.rooms.create(self.mei, "  Tea   room ", "about tea"))
        self.assertEqual((state.title, state.topic, state.role, state.seq), ("Tea room", "about tea", "owner", 0))
        members, count, following = self.house.wait(self.rooms.members(self.mei, state.room))
        self.assertEqual(([(m.user.name, m.role) for m in members], count, following), ([("mei", "owner")], 1, None))

    def test_told(self) -> None:
        """Her open windows learn of the new room at once, other people's do not."""
        mei, anna = self.house.connect(self.mei), self.house.connect(self.anna)
        room = self.make("Tea")
        self.assertEqual(mei.next("joined")["room"]["room"], room)
        self.assertEqual(anna.rest(), [])

    def test_bad_titles(self) -> None:
        """A title can be read, and has at most 80 characters; a topic 500."""
        for title, topic, code in (
            ("", "", "bad_text"),
            (" \u200b", "", "bad_text"),
            ("a\u202eb", "", "bad_text"),
            ("a\0b", "", "bad_text"),
            ("x" * 81, "", "text_too_long"),
            ("x", "y" * 501, "text_too_long"),
            ("x", "y\x07", "bad_text"),
        ):
            self.assertEqual(self.house.refusal(self.rooms.create(self.mei, title, topic)), code, repr(title))
        self.make("x" * 80, "y" * 500)


class Changing(Scene):
    def setUp(self) -> None:
        super().setUp()
        self.room = self.make("Tea")
        self.tom = self.house.register("tom")
        self.house.wait(self.rooms.join(self.tom, JoinRoom(1, self.room)))

    def change(self, actor: Actor, **given: Any) -> Any:
        return self.rooms.change(actor, self.room, **given)

    def test_by_moderator(self) -> None:
        """The room's owner renames it, and its members see the new title."""
        tom = self.house.connect(self.tom)
        changed = self.house.wait(self.change(self.mei, title="Coffee"))
        row = tom.next("room")
        self.assertEqual((row["title"], row["topic"], row["rev"]), ("Coffee", "", changed.rev))

    def test_by_others(self) -> None:
        """Other members do not rename it, and who is none hears nothing of it."""
        self.assertEqual(self.house.refusal(self.change(self.tom, title="Mine")), "forbidden")
        self.assertEqual(self.house.refusal(self.change(self.anna, title="Mine")), "not_a_member")
        self.assertEqual(self.house.refusal(self.rooms.change(self.mei, 77, title="Mine")), "no_such_room")
        self.assertIn("Tea", self.titles())

    def test_by_the_servers_owner(self) -> None:
        """The server's owner may rename a room she belongs to."""
        self.house.wait(self.rooms.join(self.anna, JoinRoom(1, self.room)))
        self.house.wait(self.change(self.anna, topic="Green only"))
        self.assertEqual(self.house.wait(self.rooms.state(self.mei, self.room)).topic, "Green only")

    def test_only_if_unchanged(self) -> None:
        """Of two moderators who change the room at the same moment the second learns of the first."""
        first = self.house.wait(self.change(self.mei, title="Coffee", if_rev=1))
        self.assertEqual(self.house.refusal(self.change(self.mei, title="Cocoa", if_rev=1)), "conflict")
        self.house.wait(self.change(self.mei, title="Cocoa", if_rev=first.rev))
        self.assertEqual(self.house.wait(self.rooms.state(self.mei, self.room)).title, "Cocoa")

    def test_nothing_to_change(self) -> None:
        """The same title again changes nothing, and tells nobody."""
        tom = self.house.connect(self.tom)
        self.house.wait(self.change(self.mei, title=" Tea "))
        self.house.wait(self.change(self.mei))
        self.assertEqual(tom.rest(), [])

    def test_archived(self) -> None:
        """In an archived room nothing is written; it can be read, left, and opened again."""
        self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(1, self.room, "before")))
        self.house.wait(self.rooms.archive(self.mei, self.room, True))
        messages = self.house.chat.messages
        self.assertEqual(self.house.refusal(messages.post(self.mei, PostMessage(1, self.room, "hi"))), "room_archived")
        self.assertEqual(self.house.refusal(self.change(self.mei, title="x")), "room_archived")
        self.assertEqual(self.house.refusal(self.rooms.join(self.anna, JoinRoom(1, self.room))), "room_archived")
        self.assertEqual(len(self.house.wait(messages.page(self.tom, self.room)).messages), 1)
        self.house.wait(self.rooms.leave(self.tom, LeaveRoom(1, self.room)))
        self.house.wait(self.rooms.archive(self.mei, self.room, False))
        self.assertEqual(self.house.wait(messages.post(self.mei, PostMessage(1, self.room, "after"))).seq, 2)

    def test_who_archives(self) -> None:
        """Only the room's owner and those who run the server archive it; twice is once."""
        self.assertEqual(self.house.refusal(self.rooms.archive(self.tom, self.room, True)), "forbidden")
        first = self.house.wait(self.rooms.archive(self.mei, self.room, True))
        self.assertEqual(self.house.wait(self.rooms.archive(self.mei, self.room, True)), first)


class Settings(Scene):
    """A private room of Mei's, with Tom, its moderator."""

    def setUp(self) -> None:
        super().setUp()
        self.tom = self.house.register("tom")
        self.room = self.house.wait(self.rooms.create(self.mei, "Tea", "", "private")).room
        self.house.wait(self.house.chat.members.invite(self.mei, self.room, [self.tom.id]))
        self.house.wait(self.house.chat.members.set_role(self.mei, self.room, self.tom.id, "moderator"))

    def change(self, actor: Actor, **given: Any) -> Any:
        return self.rooms.change(actor, self.room, **given)

    def test_private(self) -> None:
        """A private room is known to its members only: it is in no list, and looks like none to whoever asks."""
        self.assertEqual(self.titles(), ["Lobby"])
        for work in (
            self.rooms.join(self.anna, JoinRoom(1, self.room)),
            self.rooms.state(self.anna, self.room),
            self.rooms.members(self.anna, self.room),
            self.change(self.anna, title="Mine"),
            self.rooms.delete(self.anna, self.room, "Tea"),
        ):
            self.assertEqual(self.house.refusal(work), "no_such_room")

    def test_told(self) -> None:
        """A moderator sets who posts, who invites and how fast; the room sees it."""
        mei = self.house.connect(self.mei)
        changed = self.house.wait(
            self.change(self.tom, posting="moderators", inviting="moderators", slow=30, topic="Green")
        )
        row = mei.next("room")
        self.assertEqual(
            (row["posting"], row["inviting"], row["slow"], row["topic"], row["rev"]),
            ("moderators", "moderators", 30, "Green", changed.rev),
        )
        self.assertEqual(self.house.wait(self.change(self.mei, slow=30)).rev, changed.rev)
        self.assertEqual(mei.rest(), [])
        found = self.house.wait(self.house.chat.database.read(lambda db: audit.entries(db, 10**9, 1, room=self.room)))
        self.assertEqual(found[0].action, "room.settings")
        self.assertEqual(
            found[0].details, {"posting": "moderators", "inviting": "moderators", "slow": 30, "words": True}
        )

    def test_kind(self) -> None:
        """Whether the room is public its owner decides; then it is found, and lost again."""
        self.assertEqual(self.house.refusal(self.change(self.tom, kind="public")), "forbidden")
        self.assertEqual(self.house.refusal(self.change(self.mei, kind="direct")), "bad_request")
        self.house.wait(self.change(self.mei, kind="public"))
        self.assertEqual(self.titles(), ["Lobby", "Tea"])
        self.house.wait(self.change(self.mei, kind="private"))
        self.assertEqual(self.titles(), ["Lobby"])

    def test_direct_by_title(self) -> None:
        """A direct conversation is not made by a title."""
        self.assertEqual(self.house.refusal(self.rooms.create(self.mei, "Tea", "", "direct")), "bad_request")

    def test_too_many(self) -> None:
        """Nobody is in more rooms than one welcome holds."""
        self.patch(rooms_module, "MAX_ROOMS", 2)
        self.assertEqual(self.house.refusal(self.rooms.create(self.mei, "Third")), "too_many")
        room = self.make("Open", owner=self.anna)
        self.assertEqual(self.house.refusal(self.rooms.join(self.mei, JoinRoom(1, room))), "too_many")


class Deleting(Scene):
    def setUp(self) -> None:
        super().setUp()
        self.tom = self.house.register("tom")
        self.room = self.make("Tea   time")
        self.house.wait(self.rooms.join(self.tom, JoinRoom(1, self.room)))
        self.house.wait(self.house.chat.messages.post(self.tom, PostMessage(1, self.room, "hi", "n1")))

    def delete(self, actor: Actor, confirm: str = "Tea time") -> Any:
        return self.rooms.delete(actor, self.room, confirm)

    def test_last_word(self) -> None:
        """The members are told that the room is gone, and then nothing more; every question is answered so."""
        tom = self.house.connect(self.tom)
        changed = self.house.wait(self.delete(self.mei))
        row = tom.next("room")
        self.assertEqual((row["rev"], row["title"], type(row["deleted"])), (changed.rev, "Tea time", int))
        self.assertFalse(self.house.chat.hub.heard_rooms().get(self.room))
        for kind, members in (
            ("post", {"text": "again"}), ("edit", {"seq": 1, "text": "x"}), ("delete", {"seq": 1}),
            ("read", {"seq": 1}), ("sync", {"rev": 1}), ("join", {}), ("leave", {}),
        ):  # fmt: skip
            answer = tom.ask(kind, room=self.room, **members)
            self.assertEqual(answer.get("code"), "no_such_room", kind)
        self.assertEqual(tom.ask("typing", room=self.room)["code"], "not_a_member")
        for work in (
            self.rooms.state(self.mei, self.room), self.rooms.members(self.mei, self.room),
            self.house.chat.messages.page(self.tom, self.room),
            self.house.chat.messages.changes(self.tom, self.room, 0),
            self.delete(self.mei), self.rooms.change(self.mei, self.room, "x"),
            self.house.chat.members.invite(self.mei, self.room, [self.anna.id]),
            self.house.chat.links.of_room(self.mei, self.room), self.house.chat.bans.of_room(self.mei, self.room),
        ):  # fmt: skip
            self.assertEqual(self.house.refusal(work), "no_such_room")
        self.assertEqual(tom.rest(), [])
        self.assertEqual(self.titles(), ["Lobby"])

    def test_coming_back(self) -> None:
        """Who comes back with what she holds of the room is not told of it any more."""
        self.house.wait(self.delete(self.mei))
        tom = self.house.connect(self.tom, epoch="epoch-1", rooms={str(self.room): 1, "1": 1})
        self.assertEqual([room["room"] for room in tom.welcome["rooms"]], [1])
        self.assertNotIn(self.room, [event.get("room") for event in tom.rest()])
        for _ in range(2):
            self.house.wait(self.house.chat.sweeping.memberships())
        self.assertEqual((tom.is_open, tom.rest()), (True, []))

    def test_lost_news(self) -> None:
        """Where the news of it were lost the sweep brings them; what was said before is not told any more."""
        tom, mei = self.house.connect(self.tom), self.house.connect(self.mei)
        self.house.chat.bus._deliver = lambda rows: None
        self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(1, self.room, "last words")))
        self.house.wait(self.rooms.leave(self.tom, LeaveRoom(1, self.room)))
        self.house.wait(self.delete(self.mei))
        self.house.wait(self.house.chat.sweeping.rooms())
        self.assertEqual([event["type"] for event in mei.rest()], ["syncing", "room", "synced"])
        self.assertEqual([event["type"] for event in tom.rest()], ["syncing", "member", "synced"])

    def test_catching_up_meanwhile(self) -> None:
        """Who is catching up from the database while the room goes gets that, and nothing else."""
        tom = self.house.connect(self.tom)
        hub = self.house.chat.hub
        hub._forget(hub._rooms[self.room])
        self.house.reader.hold()
        tom.send(type="sync", id=9, room=self.room, rev=1)
        self.house.wait(self.delete(self.mei))
        self.house.reader.release()
        self.house.turn()
        self.assertEqual([event["type"] for event in tom.rest()], ["ok", "syncing", "room", "synced"])
        self.assertFalse(self.house.chat.hub.heard_rooms().get(self.room))

    def test_who(self) -> None:
        """Only the room's owner and those who run the server delete it, and only by its very title."""
        self.assertEqual(self.house.refusal(self.delete(self.tom)), "forbidden")
        self.assertEqual(self.house.refusal(self.delete(self.anna)), "not_a_member")
        for wrong in ("", "tea time", "Tea time!"):
            self.assertEqual(self.house.refusal(self.delete(self.mei, wrong)), "bad_request")
        self.house.wait(self.rooms.join(self.anna, JoinRoom(1, self.room)))
        self.house.wait(self.delete(self.anna, " Tea  time "))
        found = self.house.wait(self.house.chat.database.read(lambda db: audit.entries(db, 10**9, 1, room=self.room)))
        self.assertEqual((found[0].action, found[0].actor), ("room.delete", self.anna.id))

    def test_lobby(self) -> None:
        """When the lobby is gone newcomers are in no room."""
        self.house.wait(self.rooms.delete(self.anna, 1, "Lobby"))  # type: ignore[arg-type]
        nina = self.house.register("nina")
        self.assertEqual(self.house.wait(self.rooms.mine(nina))[1], [])


class Finding(Scene):
    def test_search_is_literal(self) -> None:
        """Per cent, underscore and backslash in a search mean themselves."""
        for title in ("100% tea", "1000 teas", "a_b", "axb", "back\\slash", "Straße"):
            self.make(title)
        for search, found in (
            ("0%", ["100% tea"]),
            ("%", ["100% tea"]),
            ("_", ["a_b"]),
            ("\\", ["back\\slash"]),
            ("STRASSE", ["Straße"]),
            (" TEA ", ["100% tea", "1000 teas"]),
            ("nothing", []),
            ("' or '1'='1", []),
        ):
            self.assertEqual(sorted(self.titles(search)), sorted(found), search)
        self.assertEqual(len(self.titles(" ")), 7)

    def test_pages(self) -> None:
        """Page by page every room is found once, also those of the same title."""
        for number in range(7):
            self.make("Same")
            self.make(f"Room {number}")
        everything = self.titles()
        self.assertEqual(len(everything), 15)
        for limit in (1, 2, 3, 14, 15, 16):
            self.assertEqual(self.titles("", limit), everything, limit)
        self.assertEqual(self.titles("same", 2), ["Same"] * 7)

    def test_hostile_cursors(self) -> None:
        """A cursor that the server did not write is refused."""

        def made(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()

        hostile = [
            "", "x", "!!!!", "世", "\ud800", "AAAA", made([]), made(["a"]), made(["a", "b"]), made(["a", 1, 2]),
            made([1, 1]), made({"a": 1, "b": 2}), made(["a", -1]), made(["a", 2**63]), made(["a", True]),
            made(["a\0", 1]), made(["\ud800", 1]), made(None), made(["a", 1.5]), made("ab"),
            base64.urlsafe_b64encode(b"[" * 30_000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        ]  # fmt: skip
        for text in hostile:
            self.assertEqual(self.house.refusal(self.rooms.public(self.anna, "", text)), "bad_request", text[:40])
            self.assertEqual(self.house.refusal(self.rooms.members(self.anna, 1, "", text)), "bad_request", text[:40])

    def test_cursor(self) -> None:
        """A cursor of the server's own is read as it was written."""
        for place in (("", 0), ("straße 世", 2**63 - 1)):
            self.assertEqual(read_cursor(cursor(*place)), place)
        self.assertEqual(read_cursor(None), ("", 0))
        self.assertRaises(BadRequest, read_cursor, "x")

    def test_pattern(self) -> None:
        """An empty search finds everything; another one is folded."""
        self.assertEqual([like_pattern(s) for s in ("", "  ", "Ａb", "%")], [None, None, "%ab%", "%\\%%"])

    def test_limits(self) -> None:
        """However many are asked for, a page has between one and two hundred."""
        self.make("Another")
        for limit in (0, -5, 1):
            self.assertEqual(len(self.house.wait(self.rooms.public(self.anna, "", None, limit))[0]), 1)
        self.assertEqual(len(self.house.wait(self.rooms.public(self.anna, "", None, 10**9))[0]), 2)


class Members(Scene):
    def test_join_and_leave(self) -> None:
        """Joining and leaving twice is doing it once, or refused."""
        room = self.make("Tea")
        first = self.house.wait(self.rooms.join(self.anna, JoinRoom(1, room)))
        self.assertEqual(self.house.wait(self.rooms.join(self.anna, JoinRoom(2, room))), first)
        self.house.wait(self.rooms.leave(self.anna, LeaveRoom(3, room)))
        self.assertEqual(self.house.refusal(self.rooms.leave(self.anna, LeaveRoom(4, room))), "not_a_member")
        self.assertEqual(self.house.refusal(self.rooms.join(self.anna, JoinRoom(5, 77))), "no_such_room")

    def test_joining_is_having_read(self) -> None:
        """Who joins has nothing unread."""
        room = self.make("Tea")
        for _ in range(3):
            self.house.wait(self.house.chat.messages.post(self.mei, PostMessage(1, room, "hi")))
        self.house.wait(self.rooms.join(self.anna, JoinRoom(1, room)))
        state = self.house.wait(self.rooms.state(self.anna, room))
        self.assertEqual((state.seq, state.read), (3, 3))

    def test_list(self) -> None:
        """Members are listed by name, page by page, and can be searched; who left is not there."""
        for name in ("tom", "ida", "zoe"):
            actor = self.house.register(name)
        self.house.wait(self.rooms.leave(actor, LeaveRoom(1, 1)))
        names: list[str] = []
        after = None
        for _ in range(4):
            page, count, after = self.house.wait(self.rooms.members(self.anna, 1, "", after, 1))
            self.assertEqual(count, 4)
            names += [entry.user.name for entry in page]
        self.assertEqual((names, after), (["anna", "ida", "mei", "tom"], None))
        found, _, _ = self.house.wait(self.rooms.members(self.anna, 1, "TO"))
        self.assertEqual([entry.user.name for entry in found], ["tom"])

    def test_outsiders(self) -> None:
        """Who is no member does not see who is."""
        room = self.make("Tea")
        self.assertEqual(self.house.refusal(self.rooms.members(self.anna, room)), "not_a_member")
        self.assertEqual(self.house.refusal(self.rooms.state(self.anna, room)), "not_a_member")
        self.assertEqual(self.house.refusal(self.rooms.state(self.anna, 77)), "no_such_room")
