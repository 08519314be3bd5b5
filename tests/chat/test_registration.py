"""Who gets an account."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.chat.scene import Scene, settings
from tests.support.house import DEVICE, PASSWORD
from webchat.chat.sessions import Device


class Registering(Scene):
    """Open registration."""

    def test_newcomer(self) -> None:
        """A newcomer is a member, signed in, and in the lobby."""
        signed = self.house.wait(self.register())
        self.assertEqual((signed.actor.user.role, signed.actor.user.disabled), ("member", None))
        self.assertEqual(self.house.wait(self.accounts.authenticate(signed.token)).id, signed.actor.id)
        _, rooms = self.house.wait(self.house.chat.rooms.mine(signed.actor))
        self.assertEqual([(room.room, room.role) for room in rooms], [(1, "member")])

    def test_lobby_told(self) -> None:
        """Who is in the lobby sees the newcomer come in."""
        anna = self.house.connect(self.anna)
        self.house.wait(self.register())
        self.assertEqual(anna.next("member")["user"]["name"], "mei")

    def test_many_newcomers(self) -> None:
        """From one address sixty people may come at once, and then one every half minute; elsewhere others may."""
        for number in range(60):
            self.house.wait(self.register(f"u{number}", device=Device("192.0.2.50", "x")))
        late = self.register("late", device=Device("192.0.2.50", "x"))
        self.assertEqual(self.house.refusal(late), "rate_limited")
        self.house.wait(self.register("elsewhere", device=Device("192.0.2.51", "x")))
        self.house.clock.advance(31)
        self.house.wait(self.register("late", device=Device("192.0.2.50", "x")))

    def test_taken(self) -> None:
        """A name is taken also in other case, and with letters that only look the same."""
        self.house.wait(self.register("mei"))
        self.house.wait(self.register("paco"))
        for name in ("mei", "MEI", "Mei", "anna", "ANNA", "расо"):
            work = self.register(name)
            self.assertEqual(self.house.refusal(work), "name_taken", name)

    def test_email_that_is_needed(self) -> None:
        """Where an address is what people sign in with, one that is taken is refused, and nothing is left behind."""
        accounts, house = self.accounts, self.house
        register = accounts.register
        house.wait(register("mei", "Mei", PASSWORD, "mei@example.com", None, DEVICE, needs_email=True))
        again = register("may", "May", PASSWORD, "MEI@example.com", None, DEVICE, needs_email=True)
        self.assertEqual(house.refusal(again), "name_taken")
        house.wait(register("may", "May", PASSWORD, None, None, DEVICE))

    def test_two_at_once(self) -> None:
        """Of two who want one name at the same moment one gets it."""
        tries = [Deferred.fromCoroutine(self.register(name)) for name in ("mei", "Mei")]
        self.house.turn()
        self.successResultOf(tries[0])
        self.assertEqual(self.failureResultOf(tries[1]).value.code, "name_taken")

    def test_by_the_operator(self) -> None:
        """The operator makes accounts without an invitation, but no second owner."""
        user = self.house.wait(self.accounts.add_user("mei", "Mei", PASSWORD, None, "admin"))
        self.assertEqual(user.role, "admin")
        self.house.wait(self.sign_in("mei"))
        work = self.accounts.add_user("eve", "Eve", PASSWORD, None, "owner")
        self.assertEqual(self.house.refusal(work), "already_set_up")


class Closed(Scene):
    settings = settings("closed")

    def test_closed(self) -> None:
        """Where registration is closed no invitation helps."""
        code, _ = self.house.wait(self.accounts.make_invite(self.anna, 7, 1))
        self.assertEqual(self.house.refusal(self.register()), "registration_closed")
        self.assertEqual(self.house.refusal(self.register(invitation=code)), "registration_closed")
