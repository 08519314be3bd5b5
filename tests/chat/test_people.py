"""People: found, looked at; how a new name gets around."""

from __future__ import annotations

from typing import Any

import attrs
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.people import People
from webchat.model.commands import LeaveRoom, PostMessage
from webchat.model.ids import RoomId, UserId
from webchat.model.users import Actor, UserCard
from webchat.store import users

LOBBY = RoomId(1)


class PeopleCase(SynchronousTestCase):
    """A house with anna, mei and li in the lobby."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei, self.li = self.house.register("mei"), self.house.register("li")
        self.people: People = self.house.chat.people

    def wait(self, work: Any) -> Any:
        return self.house.wait(work)

    def guest(self) -> Actor:
        """mei, as a guest."""
        self.wait(self.house.database.write(None, lambda db: users.change(db, self.mei.id, role="guest")))
        return attrs.evolve(self.mei, user=attrs.evolve(self.mei.user, role="guest"))


class Finding(PeopleCase):
    """The directory."""

    def names(self, search: str = "", actor: Actor | None = None) -> list[str]:
        found, _ = self.wait(self.people.find(actor or self.anna, search))
        return [card.name for card in found]

    def test_all(self) -> None:
        """Without a search everybody is there by display name, oneself too."""
        self.assertEqual(self.names(), ["anna", "li", "mei"])

    def test_search(self) -> None:
        """Any part of a name finds, in any case; those whose name begins with it come first."""
        self.wait(self.house.chat.accounts.edit_profile(self.li, "林晓月 ANN"))
        self.house.register("johanna")
        self.assertEqual(self.names("AN"), ["anna", "li", "johanna"])
        self.assertEqual(self.names(" 晓 "), ["li"])
        self.assertEqual(self.names("月  ann"), ["li"])
        self.assertEqual(self.names("xyz"), [])
        self.assertEqual(self.names("x" * 200), [])

    def test_pages(self) -> None:
        """Pages follow each other without a hole, with a search and without."""
        for number in range(7):
            self.house.register(f"nina{number}")
        for search in ("", "nina", "n"):
            seen: list[UserId] = []
            after: str | None = None
            while True:
                page, after = self.wait(self.people.find(self.anna, search, after, 3))
                seen += [card.id for card in page]
                if after is None:
                    break
            self.assertEqual(len(seen), len(set(seen)), search)
            self.assertEqual(len(seen), {"": 10, "nina": 7, "n": 8}[search])

    def test_gone(self) -> None:
        """Who is shut out is not found, and is again when she is let in."""
        self.wait(self.house.chat.administration.disable(None, self.mei.id, True))
        self.assertEqual(self.names(), ["anna", "li"])
        self.assertEqual(self.names("mei"), [])
        self.wait(self.house.chat.administration.disable(None, self.mei.id, False))
        self.assertEqual(self.names("mei"), ["mei"])

    def test_guest(self) -> None:
        """Guests may not list people, and see those alone whom they share a room with."""
        guest = self.guest()
        self.assertEqual(self.house.refusal(self.people.find(guest)), "forbidden")
        self.assertEqual(self.house.refusal(self.people.active(guest)), "forbidden")
        self.assertEqual(self.wait(self.people.profile(guest, self.anna.id)).user.name, "anna")
        self.wait(self.house.chat.rooms.leave(self.anna, LeaveRoom(0, LOBBY)))
        self.assertEqual(self.house.refusal(self.people.profile(guest, self.anna.id)), "no_such_user")

    def test_active(self) -> None:
        """Who wrote lately in the actor's rooms, last first, without herself and whom she blocks."""
        for who, text in ((self.anna, "one"), (self.mei, "two"), (self.li, "three"), (self.mei, "four")):
            self.wait(self.house.chat.messages.post(who, PostMessage(0, LOBBY, text, None)))
        self.assertEqual([card.name for card in self.wait(self.people.active(self.anna))], ["mei", "li"])
        self.wait(self.house.chat.contacts.block(self.anna, self.mei.id, True))
        self.assertEqual([card.name for card in self.wait(self.people.active(self.anna))], ["li"])


class Profiles(PeopleCase):
    """What one may know of somebody."""

    def test_profile(self) -> None:
        """Her names, what she says of herself, and the rooms both are in; not her address."""
        self.wait(self.house.chat.accounts.edit_profile(self.mei, "梅", "mei@example.org", "Illustrator, harbour"))
        profile = self.wait(self.people.profile(self.anna, self.mei.id))
        self.assertEqual(
            (profile.user.display_name, profile.about, profile.role), ("梅", "Illustrator, harbour", "member")
        )
        self.assertEqual([room.title for room in profile.rooms], ["Lobby"])
        self.assertEqual((profile.contact, profile.blocked), ("none", False))
        self.assertNotIn("mei@example.org", repr(profile))

    def test_nobody(self) -> None:
        """Who does not exist or is shut out has no profile."""
        self.wait(self.house.chat.administration.disable(None, self.mei.id, True))
        for user in (self.mei.id, UserId(99)):
            self.assertEqual(self.house.refusal(self.people.profile(self.anna, user)), "no_such_user")


class Live(PeopleCase):
    """A new name, told to whom it concerns."""

    def test_neighbours(self) -> None:
        """Whoever shares a room is told once, her own devices get all of it, strangers nothing."""
        self.wait(self.house.chat.rooms.create(self.anna, "Den"))
        anna, mei, other = self.house.connect(self.anna), self.house.connect(self.mei), self.house.connect(self.mei)
        self.wait(self.house.chat.rooms.leave(self.li, LeaveRoom(0, LOBBY)))
        li = self.house.connect(self.li)
        for connection in (anna, mei, other, li):
            connection.rest()
        me = self.wait(
            self.house.chat.accounts.edit_profile(self.mei, "梅", about="Harbour", status="busy", locale="zh-CN")
        )
        self.assertEqual((me.about, me.status, me.locale), ("Harbour", "busy", "zh-CN"))
        card = {"id": self.mei.id, "name": "mei", "display_name": "梅", "kind": "human", "avatar": None}
        self.assertEqual(anna.rest(), [{"type": "user", "user": card}])
        for connection in (mei, other):
            event = connection.next("me")
            self.assertEqual((event["user"]["display_name"], event["user"]["about"]), ("梅", "Harbour"))
            self.assertEqual(connection.rest(), [{"type": "status", "status": "busy"}])
        self.assertEqual(li.rest(), [])

    def test_nothing_to_see(self) -> None:
        """What others cannot see they are not told of."""
        anna = self.house.connect(self.anna)
        anna.rest()
        self.wait(self.house.chat.accounts.edit_profile(self.mei, email="m@example.org", about="x"))
        self.assertEqual(anna.rest(), [])

    def test_bad(self) -> None:
        """What is too long or cannot be shown is refused, and changes nothing."""
        edit = self.house.chat.accounts.edit_profile
        self.assertEqual(self.house.refusal(edit(self.mei, about="x" * 161)), "text_too_long")
        self.assertEqual(self.house.refusal(edit(self.mei, about="a\u202eb")), "bad_text")
        self.assertEqual(self.wait(edit(self.mei, about="")).about, "")
        self.assertEqual(self.wait(self.people.find(self.anna, "mei"))[0], [UserCard(self.mei.id, "mei", "Mei")])
