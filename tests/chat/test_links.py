"""Links into rooms: made, looked at, used, revoked."""

from __future__ import annotations

from typing import Any

from tests.chat.test_members import Scene
from tests.support.house import DEVICE, FAST, PASSWORD, House
from webchat.chat.facade import Settings
from webchat.chat.links import MAX_LINKS
from webchat.model.commands import LeaveRoom
from webchat.model.users import Actor


class Linking(Scene):
    def make(self, actor: Actor, days: int = 7, uses: int = 1) -> Any:
        return self.chat.links.make(actor, self.room, days, uses)

    def code(self, actor: Actor, days: int = 7, uses: int = 1) -> str:
        return str(self.house.wait(self.make(actor, days, uses))[0])

    def test_used(self) -> None:
        """Who has a link enters the private room by it, as often as it says; a member's own use costs nothing."""
        code = self.code(self.mei, uses=2)
        self.house.wait(self.chat.links.use(self.mona, code))
        tom = self.house.connect(self.tom)
        changed = self.house.wait(self.chat.links.use(self.tom, code))
        self.assertEqual(tom.next("joined")["room"]["rev"], changed.rev)
        self.assertEqual(
            [link.uses_left for link in self.house.wait(self.chat.links.of_room(self.mona, self.room))], [1]
        )
        self.house.wait(self.chat.links.use(self.anna, code))
        eve = self.house.register("eve")
        self.assertEqual(self.house.refusal(self.chat.links.use(eve, code)), "bad_invitation")

    def test_looked_at(self) -> None:
        """Before she enters, whoever has the code learns the room's title, how many are there, and who invites."""
        code = self.code(self.mei)
        found = self.house.wait(self.chat.links.look(code))
        self.assertEqual((found.room, found.title, found.members), (self.room, "Tea", 3))
        self.assertEqual(found.invited_by.name if found.invited_by else None, "mei")
        for wrong in ("", "x", code + "x", "\ud800"):
            self.assertEqual(self.house.refusal(self.chat.links.look(wrong)), "bad_invitation")
        server, _ = self.house.wait(self.chat.accounts.make_invite(self.anna, 7, 1))
        self.assertIsNone(self.house.wait(self.chat.links.look(server)).room)
        self.assertEqual(self.house.refusal(self.chat.links.use(self.tom, server)), "bad_invitation")

    def test_its_maker_must_be_entitled(self) -> None:
        """A link leads nowhere once its maker may bring nobody in any more: she was removed, or the rule changed."""
        codes = {actor: self.code(actor) for actor in (self.mei, self.mona)}
        self.house.wait(self.chat.rooms.change(self.olga, self.room, inviting="moderators"))
        for work in (self.chat.links.look(codes[self.mei]), self.chat.links.use(self.tom, codes[self.mei])):
            self.assertEqual(self.house.refusal(work), "bad_invitation")
        self.assertEqual(self.house.refusal(self.make(self.mei)), "forbidden")
        self.house.wait(self.chat.links.look(codes[self.mona]))
        self.house.wait(self.remove(self.olga, self.mona))
        self.assertEqual(self.house.refusal(self.chat.links.use(self.tom, codes[self.mona])), "bad_invitation")

    def test_listed_and_revoked(self) -> None:
        """Moderators see and revoke every link of the room, other members their own."""
        (mine, one), (hers, two) = (self.house.wait(self.make(actor)) for actor in (self.mei, self.mona))
        listed = self.chat.links.of_room
        self.assertEqual([link.id for link in self.house.wait(listed(self.mona, self.room))], [two.id, one.id])
        self.assertEqual([link.id for link in self.house.wait(listed(self.mei, self.room))], [one.id])
        self.assertEqual(self.house.refusal(listed(self.tom, self.room)), "no_such_room")
        for link in (two.id, 99):
            self.assertEqual(self.house.refusal(self.chat.links.revoke(self.mei, self.room, link)), "forbidden")
        self.house.wait(self.chat.links.revoke(self.mei, self.room, one.id))
        self.assertEqual(self.house.refusal(self.chat.links.revoke(self.mona, self.room, one.id)), "not_found")
        self.house.wait(self.chat.links.revoke(self.mona, self.room, two.id))
        for code in (mine, hers):
            self.assertEqual(self.house.refusal(self.chat.links.use(self.tom, code)), "bad_invitation")

    def test_limit(self) -> None:
        """A room has so many open links, and no more."""
        for _ in range(MAX_LINKS):
            self.house.wait(self.make(self.mei))
        self.assertEqual(self.house.refusal(self.make(self.mei)), "too_many")

    def test_expires(self) -> None:
        """A link ends with its days."""
        code = self.code(self.mei, days=1)
        self.house.now.ms += 86_400_000  # type: ignore[attr-defined]
        self.assertEqual(self.house.refusal(self.chat.links.use(self.tom, code)), "bad_invitation")

    def test_archived(self) -> None:
        """Nobody enters an archived room, and the link keeps its uses."""
        code = self.code(self.mei)
        self.house.wait(self.chat.rooms.archive(self.olga, self.room, True))
        self.assertEqual(self.house.refusal(self.chat.links.use(self.tom, code)), "room_archived")
        self.house.wait(self.chat.rooms.archive(self.olga, self.room, False))
        self.house.wait(self.chat.links.use(self.tom, code))

    def register(self, house: House, name: str, code: str | None) -> Any:
        return house.chat.accounts.register(name, name.title(), PASSWORD, None, code, DEVICE)

    def test_newcomer(self) -> None:
        """Who registers with a link is in its room at once, and in the lobby."""
        code = self.code(self.mei)
        nina = self.house.wait(self.register(self.house, "nina", code)).actor
        _, rooms = self.house.wait(self.chat.rooms.mine(nina))
        self.assertEqual([state.room for state in rooms], [1, self.room])
        zoe = self.house.wait(self.register(self.house, "zoe", code)).actor
        self.assertEqual([state.room for state in self.house.wait(self.chat.rooms.mine(zoe))[1]], [1])

    def test_newcomer_by_invitation(self) -> None:
        """Where one registers by invitation only, a link is one; a link that leads nowhere is none."""
        settings = Settings(registration="invitation", posts=FAST, changes=FAST, marks=FAST, typing=FAST, reads=FAST)
        house = House(self, settings)
        anna = house.set_up()
        room = house.wait(house.chat.rooms.create(anna, "Tea", "", "private")).room
        code, _ = house.wait(house.chat.links.make(anna, room, 7, 2))
        nina = house.wait(self.register(house, "nina", code)).actor
        self.assertEqual(house.wait(house.chat.rooms.state(nina, room)).role, "member")
        house.wait(house.chat.rooms.leave(anna, LeaveRoom(1, room)))
        self.assertEqual(house.refusal(self.register(house, "zoe", code)), "bad_invitation")
