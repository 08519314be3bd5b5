"""The two rooms of the older clients, their browsers, and who is who to them."""

from __future__ import annotations

from typing import Any

from tests.chat.test_people import PeopleCase
from webchat.chat.legacy import SECOND_TITLE, Legacy
from webchat.model.commands import LeaveRoom, PostMessage
from webchat.model.ids import RoomId
from webchat.model.users import Actor


class LegacyCase(PeopleCase):
    def setUp(self) -> None:
        super().setUp()
        self.legacy: Legacy = self.house.chat.legacy

    def refused(self, work: Any) -> str:
        return self.house.refusal(work)


class Rooms(LegacyCase):
    def test_both(self) -> None:
        """The first room is the lobby, the second is made once, public, on any number of nodes."""
        one, two = self.wait(self.legacy.both())
        self.assertEqual((one, [self.legacy.number_of(room) for room in (one, two, RoomId(99))]), (1, [1, 2, None]))
        stored = self.wait(self.legacy.stored(two))
        self.assertEqual((stored.title, stored.kind), (SECOND_TITLE, "public"))
        self.legacy._second = None
        self.assertEqual(self.wait(self.legacy.both()), (one, two))
        self.assertEqual(self.wait(self.legacy.numbered(2)), two)
        self.assertEqual(self.refused(self.legacy.numbered(3)), "no_such_room")

    def test_before_set_up(self) -> None:
        """Before the server is set up there are none."""
        self.house.chat.accounts.founding.lobby = None
        self.assertEqual(self.refused(self.legacy.both()), "no_such_room")

    def test_enter(self) -> None:
        """Who comes is a member from then on, unless she is banned."""
        two = self.wait(self.legacy.numbered(2))
        for _ in range(2):
            self.wait(self.legacy.enter(self.mei, two))
        self.assertEqual(self.wait(self.house.chat.rooms.state(self.mei, two)).role, "member")
        self.wait(self.house.chat.rooms.leave(self.mei, LeaveRoom(0, two)))
        self.wait(self.legacy.enter(self.mei, two))
        self.wait(self.house.chat.bans.put(self.anna, two, self.mei.id))
        self.assertEqual(self.refused(self.legacy.enter(self.mei, two)), "banned")

    def test_conversations(self) -> None:
        """A conversation is found by whom it is with, and made between contacts only."""
        self.assertEqual(self.refused(self.legacy.direct(self.anna, self.mei.id)), "no_such_room")
        self.assertEqual(self.refused(self.legacy.direct(self.anna, self.mei.id, may_make=True)), "forbidden")
        self.assertTrue(self.wait(self.house.chat.contacts.befriend(self.anna, self.mei.id)))
        made = self.wait(self.legacy.direct(self.anna, self.mei.id, may_make=True))
        self.assertEqual(self.wait(self.legacy.direct(self.mei, self.anna.id)), made)
        self.assertEqual(self.refused(self.legacy.direct(self.anna, self.anna.id)), "no_such_room")


class Browsers(LegacyCase):
    def setUp(self) -> None:
        super().setUp()
        self.signed = self.house.register_signed("zoe")
        self.cookie = self.legacy.new_cookie()

    def behind(self) -> str:
        return str(self.wait(self.legacy.behind(self.cookie, "192.0.2.7")).user.name)

    def test_bound(self) -> None:
        """A cookie stands for who signed in last where it is, until she signs out."""
        self.assertEqual(self.refused(self.legacy.behind(self.cookie, "")), "unauthenticated")
        self.wait(self.legacy.bind(self.cookie, self.signed.actor))
        self.assertEqual(self.behind(), "zoe")
        self.wait(self.legacy.bind(self.cookie, self.mei))
        self.assertEqual(self.behind(), "mei")
        self.wait(self.legacy.bind(self.cookie, self.signed.actor))
        self.wait(self.house.chat.accounts.sign_out(self.signed.actor))
        self.assertEqual(self.refused(self.legacy.behind(self.cookie, "")), "unauthenticated")
        self.wait(self.legacy.bind(self.cookie, self.signed.actor))
        self.assertEqual(self.refused(self.legacy.behind(self.cookie, "")), "unauthenticated", "a session that is over")

    def test_unbound(self) -> None:
        """An unbound cookie stands for nobody, and may be bound again."""
        self.wait(self.legacy.bind(self.cookie, self.mei))
        self.wait(self.legacy.unbind(self.cookie))
        self.assertEqual(self.refused(self.legacy.behind(self.cookie, "")), "unauthenticated")
        self.wait(self.legacy.bind(self.cookie, self.mei))
        self.assertEqual(self.behind(), "mei")

    def test_watched(self) -> None:
        """Who waits for a cookie to be bound is told once; who has given up is not."""
        told: list[Actor] = []
        self.legacy.watch(self.cookie, told.append)
        end = self.legacy.watch(self.cookie, lambda actor: self.fail())
        end()
        end()
        for _ in range(2):
            self.wait(self.legacy.bind(self.cookie, self.mei))
        self.assertEqual([actor.user.name for actor in told], ["mei"])
        self.assertEqual(self.legacy._watchers, {})

    def test_nothing_is_kept_of_it(self) -> None:
        """Of a cookie only its hash is kept."""
        self.wait(self.legacy.bind(self.cookie, self.mei))
        with self.house.engines.reader.connect() as db:
            self.assertNotIn(self.cookie, str(db.exec_driver_sql("SELECT * FROM devices").all()))


class Names(LegacyCase):
    def test_free_name(self) -> None:
        """Whatever somebody wants to be called, there is an account name that nobody has."""
        found = [
            self.wait(self.legacy.free_name(wish)) for wish in ("tom", "mei", "Meí", "a+b", "", "张三", "admin", "x")
        ]
        self.assertEqual(found[:2], ["tom", "mei-2"])
        self.assertEqual(found[3], "a-b")
        self.assertEqual(found[5], "张三")
        for name in (found[4], found[6], found[7]):
            self.assertTrue(name.startswith("user-"), name)
        for number in range(2, 10):
            self.house.register(f"mei-{number}")
        self.assertRegex(self.wait(self.legacy.free_name("mei")), r"\Amei-[0-9a-f]{8}\Z")

    def test_named(self) -> None:
        """Somebody by her account name; who has gone is nobody."""
        self.assertEqual(self.wait(self.legacy.named("MEI")).id, self.mei.id)
        self.assertEqual(self.refused(self.legacy.named("nobody")), "no_such_user")
        self.wait(self.house.chat.administration.disable(None, self.mei.id, True))
        self.assertEqual(self.refused(self.legacy.named("mei")), "no_such_user")
        self.assertEqual([card.name for card in self.wait(self.legacy.cards([self.anna.id]))], ["anna"])

    def test_busiest(self) -> None:
        """Who writes most in the two rooms, as long as these are public."""
        for actor, texts in ((self.mei, "ab"), (self.anna, "c")):
            for text in texts:
                self.wait(self.house.chat.messages.post(actor, PostMessage(0, RoomId(1), text)))
        found = self.wait(self.legacy.busiest())
        self.assertEqual([(card.name, count) for card, count in found], [("mei", 2), ("anna", 1)])
        self.wait(self.house.chat.rooms.change(self.anna, RoomId(1), kind="private"))
        self.assertEqual(self.wait(self.legacy.busiest()), [])
