"""Running the server."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat.administration import GUEST_LIFE
from webchat.model.commands import JoinRoom, PostMessage
from webchat.model.ids import RoomId, UserId


class Scene(SynchronousTestCase):
    """An owner, an admin and a member."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.house.wait(self.house.chat.accounts.add_user("adele", "Adele", PASSWORD, None, "admin"))
        self.adele = self.house.wait(self.house.chat.accounts.sign_in("adele", PASSWORD, DEVICE)).actor
        self.mei = self.house.register("mei")
        self.administration = self.house.chat.administration

    def account(self, user: UserId) -> Any:
        return self.house.wait(self.administration.account(self.anna, user))

    def log(self, **about: Any) -> list[tuple[str, Any, Any]]:
        page = self.house.wait(self.administration.acts(self.anna, **about))
        return [(one.action, one.actor, one.user) for one in page.entries]


class Accounts(Scene):
    def test_listed(self) -> None:
        """By page, by role, by state, by name."""
        listed = self.administration.accounts
        page, following = self.house.wait(listed(self.adele, limit=2))
        self.assertEqual(([one.name for one in page], following), (["mei", "adele"], self.adele.id))
        page, following = self.house.wait(listed(self.adele, after=following))
        self.assertEqual(([one.name for one in page], following), (["anna"], None))
        page, _ = self.house.wait(listed(self.adele, role="admin"))
        self.assertEqual([one.name for one in page], ["adele"])
        page, _ = self.house.wait(listed(self.adele, search=" MEI "))
        self.assertEqual([(one.name, one.devices) for one in page], [("mei", 1)])
        page, _ = self.house.wait(listed(self.adele, search="mei", state="disabled"))
        self.assertEqual(page, [])

    def test_disabled(self) -> None:
        """Shut out, let in again; what is so already is not noted again."""
        for disabled in (True, True, False):
            self.house.wait(self.administration.disable(self.adele, self.mei.id, disabled, "spam"))
            self.assertEqual(self.account(self.mei.id).state, "disabled" if disabled else "active")
        self.assertEqual(
            self.log(user=self.mei.id),
            [("user.enable", self.adele.id, self.mei.id), ("user.disable", self.adele.id, self.mei.id)],
        )

    def test_several(self) -> None:
        """Several at once, each with its outcome."""
        ids = [self.mei.id, self.anna.id, UserId(4711), self.mei.id]
        outcomes = self.house.wait(self.administration.disable_all(self.adele, ids, True))
        self.assertEqual(outcomes, {self.mei.id: None, self.anna.id: "forbidden", 4711: "no_such_user"})
        many = [UserId(number) for number in range(1, 102)]
        self.assertEqual(self.house.refusal(self.administration.disable_all(self.anna, many, True)), "bad_request")

    def test_operator(self) -> None:
        """The operator may do all, and yet does not leave the server without its owner."""
        self.house.wait(self.administration.disable(None, self.adele.id, True))
        self.assertEqual(self.log()[0], ("user.disable", None, self.adele.id))
        self.assertEqual(self.house.refusal(self.administration.disable(None, self.anna.id, True)), "forbidden")
        self.assertEqual(self.house.refusal(self.administration.set_role(None, self.anna.id, "member")), "conflict")

    def test_roles(self) -> None:
        """Only the owner makes admins, and nobody demotes the owner."""
        set_role = self.administration.set_role
        for by, user, role in (
            (self.adele, self.mei, "admin"),
            (self.adele, self.mei, "owner"),
            (self.adele, self.anna, "member"),
            (self.anna, self.anna, "member"),
            (self.mei, self.adele, "member"),
        ):
            self.assertEqual(self.house.refusal(set_role(by, user.id, role)), "forbidden", (by.id, user.id, role))
        self.house.wait(set_role(self.adele, self.mei.id, "guest"))
        self.house.wait(set_role(self.adele, self.mei.id, "member"))
        self.house.wait(set_role(self.anna, self.mei.id, "admin"))
        self.assertEqual(self.account(self.mei.id).role, "admin")
        self.assertEqual(len(self.log(user=self.mei.id)), 3)

    def test_featured(self) -> None:
        """An admin shows somebody to everybody, and the log says so; guests see nobody."""
        house = self.house
        people, acts = house.chat.people, house.chat.administration
        self.house.wait(acts.feature(self.anna, self.mei.id, True))
        self.house.wait(acts.feature(self.anna, self.mei.id, True))
        self.assertEqual([card.name for card in self.house.wait(people.featured(self.mei))], ["mei"])
        self.assertTrue(self.house.wait(acts.account(self.anna, self.mei.id)).featured)
        self.house.wait(acts.feature(self.anna, self.mei.id, False))
        self.assertEqual(self.house.wait(people.featured(self.mei)), [])
        entries = self.house.wait(acts.acts(self.anna, user=self.mei.id)).entries
        self.assertEqual([one.action for one in entries], ["user.unfeature", "user.feature"])
        self.assertEqual(house.refusal(acts.feature(self.mei, self.anna.id, True)), "forbidden")
        self.assertEqual(house.refusal(acts.feature(self.anna, UserId(4711), True)), "no_such_user")

    def test_handed_over(self) -> None:
        """The server has one owner, before and after it is handed over."""
        connection = self.house.connect(self.anna)
        self.house.wait(self.administration.set_role(self.anna, self.mei.id, "owner"))
        self.assertEqual((self.account(self.mei.id).role, self.account(self.anna.id).role), ("owner", "admin"))
        self.assertFalse(connection.is_open)
        self.assertEqual(self.house.refusal(self.administration.set_role(self.anna, self.mei.id, "admin")), "forbidden")

    def test_not_to_anybody(self) -> None:
        """Nobody runs the server who cannot sign in."""
        self.house.wait(self.administration.disable(self.anna, self.mei.id, True))
        self.assertEqual(self.house.refusal(self.administration.set_role(self.anna, self.mei.id, "admin")), "conflict")

    def test_signed_out(self) -> None:
        """All sessions end, on every device; programs too."""
        connection, token = self.house.connect(self.mei), self.house.token(self.mei)
        self.assertEqual(self.house.wait(self.administration.end_sessions(self.adele, self.mei.id)), 3)
        self.assertFalse(connection.is_open)
        self.assertEqual(connection.close_code, 4001)
        self.assertEqual(self.house.refusal(self.house.chat.accounts.authenticate(token)), "unauthenticated")
        self.house.wait(self.house.chat.accounts.sign_in("mei", PASSWORD, DEVICE))

    def test_refused(self) -> None:
        """To members all of it is closed."""
        one = self.administration
        for work in (
            one.overview(self.mei),
            one.accounts(self.mei),
            one.account(self.mei, self.mei.id),
            one.rooms(self.mei),
            one.acts(self.mei),
            one.acts_in_room(self.mei, RoomId(1)),
            one.silence(self.mei, self.adele.id, 5),
            one.disable(self.mei, self.adele.id, True),
            one.end_sessions(self.mei, self.adele.id),
            one.archive(self.mei, RoomId(1), True),
        ):
            self.assertEqual(self.house.refusal(work), "forbidden")
        self.assertEqual(self.house.refusal(one.silence(self.adele, self.anna.id, 5)), "forbidden")
        self.assertEqual(self.house.refusal(one.account(self.adele, UserId(4711))), "no_such_user")


class Rooms(Scene):
    def test_overview(self) -> None:
        """The server at a glance."""
        self.house.connect(self.mei)
        seen = self.house.wait(self.administration.overview(self.adele))
        self.assertEqual((seen.accounts, seen.rooms, seen.online, seen.connections), (3, 1, 1, 1))
        self.assertEqual((seen.database, seen.open_reports), ("SQLite", 0))

    def test_listed(self) -> None:
        """By title and page, whether one belongs to them or not."""
        for title in ("Garden", "Cellar"):
            self.house.wait(self.house.chat.rooms.create(self.mei, title))
        page, following = self.house.wait(self.administration.rooms(self.adele, limit=2))
        self.assertEqual([one.title for one in page], ["Cellar", "Garden"])
        page, following = self.house.wait(self.administration.rooms(self.adele, after=following))
        self.assertEqual(([one.title for one in page], following), (["Lobby"], None))
        page, _ = self.house.wait(self.administration.rooms(self.adele, search="GARD"))
        self.assertEqual([one.members for one in page], [1])
        self.assertEqual(self.house.wait(self.administration.rooms(self.adele, private=True)), ([], None))

    def test_archived(self) -> None:
        """Archived and opened again by an admin who does not belong to it; its members are told."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Garden")).room
        connection = self.house.connect(self.mei)
        for archived in (True, True, False):
            self.house.wait(self.administration.archive(self.adele, room, archived))
        events = [event for event in connection.rest() if event["type"] == "room"]
        self.assertEqual([event["archived"] is not None for event in events], [True, False])
        self.assertEqual([action for action, _, _ in self.log(room=room)], ["room.archive"] * 2)
        self.assertEqual(self.house.refusal(self.administration.archive(self.adele, RoomId(99), True)), "no_such_room")

    def test_deleted(self) -> None:
        """An admin ends a room that she does not belong to, by its title; its members are told, and lose it."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Garden")).room
        connection = self.house.connect(self.mei)
        wrong = self.administration.delete_room(self.adele, room, "Gardens")
        self.assertEqual(self.house.refusal(wrong), "bad_request")
        self.assertEqual(self.house.refusal(self.administration.delete_room(self.mei, room, "Garden")), "forbidden")
        self.house.wait(self.administration.delete_room(self.adele, room, " Garden "))
        events = [event for event in connection.rest() if event["type"] == "room"]
        self.assertEqual([event["deleted"] > 0 for event in events], [True])
        self.assertEqual(self.house.refusal(self.house.chat.rooms.state(self.mei, room)), "no_such_room")
        self.assertEqual([action for action, _, _ in self.log(room=room)], ["room.delete"])
        again = self.administration.delete_room(self.adele, room, "Garden")
        self.assertEqual(self.house.refusal(again), "no_such_room")

    def test_room_log(self) -> None:
        """Whoever looks after a room sees what was done in it, and nothing else."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Garden")).room
        self.house.wait(self.administration.archive(self.adele, room, True))
        self.house.wait(self.administration.archive(self.adele, RoomId(1), True))
        page = self.house.wait(self.administration.acts_in_room(self.mei, room))
        self.assertEqual([(one.action, one.room) for one in page.entries], [("room.archive", room)])
        self.assertEqual([card.name for card in page.users], ["adele"])
        ola = self.house.register("ola")
        self.assertEqual(self.house.refusal(self.administration.acts_in_room(ola, room)), "not_a_member")


class Guests(Scene):
    """People who only look round."""

    def setUp(self) -> None:
        super().setUp()
        self.accounts = self.house.chat.accounts
        self.house.wait(self.house.chat.settings.change(self.anna, guests=True))
        self.signed = self.house.wait(self.accounts.let_guest_in("Gus", DEVICE))
        self.gus = self.signed.actor

    def test_looks_round(self) -> None:
        """A guest is in the lobby, writes there, and joins other public rooms."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Garden")).room
        self.house.wait(self.house.chat.rooms.join(self.gus, JoinRoom(0, room)))
        self.house.wait(self.house.chat.messages.post(self.gus, PostMessage(0, room, "hi", "n1")))
        _, rooms = self.house.wait(self.house.chat.rooms.mine(self.gus))
        self.assertEqual([state.room for state in rooms], [1, room])
        self.assertEqual((self.gus.user.role, self.gus.user.display_name), ("guest", "Gus"))

    def test_may_not(self) -> None:
        """A guest makes no rooms and no tokens, and reports nobody."""
        for work in (
            self.house.chat.rooms.create(self.gus, "Cellar"),
            self.accounts.make_token(self.gus, "x", None),
            self.house.chat.moderation.report_user(self.gus, self.mei.id, "x"),
            self.accounts.make_invite(self.gus, 1, 1),
        ):
            self.assertEqual(self.house.refusal(work), "forbidden")

    def test_not_let_in(self) -> None:
        """Where guests are not wanted there are none."""
        self.house.wait(self.house.chat.settings.change(self.anna, guests=False))
        self.assertEqual(self.house.refusal(self.accounts.let_guest_in("Gus", DEVICE)), "forbidden")

    def test_registers(self) -> None:
        """A guest becomes a member under a name and a password of her own, and stays who she is."""
        me = self.house.wait(self.accounts.register_guest(self.gus, "gustav", "Gustav", PASSWORD, None, None))
        self.assertEqual((me.id, me.name, me.role), (self.gus.id, "gustav", "member"))
        actor = self.house.wait(self.accounts.authenticate(self.signed.token))
        self.assertEqual(actor.user.name, "gustav")
        self.house.wait(self.accounts.sign_in("gustav", PASSWORD, DEVICE))
        again = self.accounts.register_guest(self.gus, "gustaf", "Gustav", PASSWORD, None, None)
        self.assertEqual(self.house.refusal(again), "forbidden")

    def test_registers_by_the_rules(self) -> None:
        """The rules of registration hold for guests too."""
        register = self.accounts.register_guest
        for name, password, code in (
            ("mei", PASSWORD, "name_taken"),
            ("x", PASSWORD, "bad_name"),
            ("gu", "1", "weak_password"),
        ):
            self.assertEqual(self.house.refusal(register(self.gus, name, "", password, None, None)), code)
        self.assertEqual(self.house.refusal(register(self.mei, "gustav", "", PASSWORD, None, None)), "forbidden")
        self.house.wait(self.house.chat.settings.change(self.anna, registration="invitation"))
        self.assertEqual(self.house.refusal(register(self.gus, "gustav", "", PASSWORD, None, None)), "bad_invitation")
        invitation, _ = self.house.wait(self.accounts.make_invite(self.anna, 1, 1))
        self.house.wait(register(self.gus, "gustav", "", PASSWORD, None, invitation))
        self.house.wait(self.house.chat.settings.change(self.anna, registration="closed"))
        other = self.house.wait(self.accounts.let_guest_in("Ghita", DEVICE)).actor
        self.assertEqual(self.house.refusal(register(other, "ghita", "", PASSWORD, None, None)), "registration_closed")

    def test_swept(self) -> None:
        """Who was not here for a week is let go, and the rooms see her leave; whoever was here stays."""
        stays = self.house.wait(self.accounts.let_guest_in("Ghita", DEVICE))
        connection = self.house.connect(self.mei)
        self.house.now.ms += GUEST_LIFE
        self.house.wait(self.accounts.authenticate(stays.token))
        self.house.wait(self.accounts.keep_seen())
        self.house.wait(self.administration.sweep_guests())
        left = [event for event in connection.rest() if event["type"] == "member" and event.get("left")]
        self.assertEqual([event["user"]["id"] for event in left], [self.gus.id])
        self.assertEqual(self.account(self.gus.id).state, "deleted")
        self.assertEqual(self.account(stays.actor.id).state, "active")
        self.assertEqual(self.account(self.mei.id).state, "active")
        self.assertEqual(self.house.refusal(self.accounts.authenticate(self.signed.token)), "unauthenticated")
        self.assertEqual(self.house.refusal(self.administration.disable(self.anna, self.gus.id, False)), "conflict")
