"""Bans: who is kept out of a room stays out, by every way."""

from __future__ import annotations

from typing import Any

from tests.chat.test_members import Scene
from webchat.model.commands import JoinRoom
from webchat.model.users import Actor

HOUR = 3_600_000


class Banning(Scene):
    kind = "public"

    def ban(self, actor: Actor, other: Actor, reason: str = "", until: Any = None) -> Any:
        return self.chat.bans.put(actor, self.room, other.id, reason, until)

    def listed(self) -> list[tuple[str, str]]:
        found, _ = self.house.wait(self.chat.bans.of_room(self.mona, self.room))
        return [(ban.user.name, ban.reason) for ban in found]

    def test_told_why(self) -> None:
        """Who is banned is a member no more, and told why and until when; after that she hears nothing."""
        mei = self.house.connect(self.mei)
        until = self.house.now() + HOUR
        self.house.wait(self.ban(self.mona, self.mei, "  spam,   again ", until))
        self.house.wait(self.post(self.mona))
        removed, left = mei.rest()
        self.assertEqual(
            removed, {"type": "removed", "room": self.room, "banned": True, "reason": "spam, again", "until": until}
        )
        self.assertEqual((left["type"], left["left"]), ("member", True))
        self.assertEqual(self.listed(), [("mei", "spam, again")])
        self.assertIn(("room.ban", self.mona.id, self.mei.id), self.acts())

    def test_every_way_in(self) -> None:
        """She cannot join, be invited, or use a link; when the ban is lifted she can."""
        code, _ = self.house.wait(self.chat.links.make(self.olga, self.room, 7, 5))
        self.house.wait(self.ban(self.mona, self.mei))
        ways = (
            lambda: self.chat.rooms.join(self.mei, JoinRoom(1, self.room)),
            lambda: self.invite(self.olga, self.mei),
            lambda: self.chat.links.use(self.mei, code),
        )
        for way in ways:
            self.assertEqual(self.house.refusal(way()), "banned")
        self.assertEqual(self.house.wait(self.chat.links.of_room(self.olga, self.room))[0].uses_left, 5)
        self.house.wait(self.chat.bans.lift(self.mona, self.room, self.mei.id))
        self.house.wait(ways[2]())
        self.assertEqual(self.house.refusal(self.chat.bans.lift(self.mona, self.room, self.mei.id)), "not_found")
        self.assertIn(("room.unban", self.mona.id, self.mei.id), self.acts())

    def test_ends(self) -> None:
        """A ban ends when it says, and stands in no list then."""
        self.house.wait(self.ban(self.mona, self.mei, "", self.house.now() + HOUR))
        self.house.now.ms += HOUR  # type: ignore[attr-defined]
        self.assertEqual(self.listed(), [])
        self.house.wait(self.chat.rooms.join(self.mei, JoinRoom(1, self.room)))

    def test_beforehand(self) -> None:
        """Who has never been in the room can be kept out too; another ban takes the place of the first."""
        self.house.wait(self.ban(self.mona, self.tom, "one"))
        self.house.wait(self.ban(self.olga, self.tom, "two"))
        self.assertEqual(self.listed(), [("tom", "two")])
        self.assertEqual(self.house.refusal(self.chat.rooms.join(self.tom, JoinRoom(1, self.room))), "banned")

    def test_refused(self) -> None:
        """Only moderators ban, not each other, not themselves, nobody unknown, and not into the past."""
        for work, code in (
            (self.ban(self.mei, self.tom), "forbidden"),
            (self.ban(self.tom, self.mei), "not_a_member"),
            (self.ban(self.mona, self.olga), "forbidden"),
            (self.ban(self.mona, self.mona), "forbidden"),
            (self.ban(self.mona, self.mei, "", self.house.now()), "bad_request"),
            (self.ban(self.mona, self.mei, "x" * 201), "text_too_long"),
            (self.ban(self.mona, self.mei, "a\u202eb"), "bad_text"),
            (self.chat.bans.put(self.mona, self.room, 99), "no_such_user"),  # type: ignore[arg-type]
            (self.chat.bans.of_room(self.mei, self.room), "forbidden"),
            (self.chat.bans.lift(self.mei, self.room, self.tom.id), "forbidden"),
        ):
            self.assertEqual(self.house.refusal(work), code)
        self.assertEqual(self.listed(), [])

    def test_owner_banned(self) -> None:
        """When who runs the server bans a room's owner, the room gets another one."""
        self.house.wait(self.chat.rooms.join(self.anna, JoinRoom(1, self.room)))
        self.house.wait(self.ban(self.anna, self.olga))
        self.assertEqual(self.house.wait(self.chat.rooms.state(self.mona, self.room)).role, "owner")

    def test_pages(self) -> None:
        """The list comes in pages."""
        people = [self.house.register(f"p{number}") for number in range(3)]
        for one in people:
            self.house.wait(self.ban(self.mona, one))
        seen, after = [], None
        for _ in range(3):
            found, after = self.house.wait(self.chat.bans.of_room(self.mona, self.room, after, 1))
            seen += [ban.user.name for ban in found]
        self.assertEqual((seen, after), (["p0", "p1", "p2"], None))
