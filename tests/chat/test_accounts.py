"""Accounts: who gets one, who gets in, and for how long."""

from __future__ import annotations

from itertools import product
from typing import Any

import attrs
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, FAST, PASSWORD, House
from webchat.chat.accounts import DAY, HOUR, Accounts, Device, SessionLife
from webchat.chat.facade import Settings
from webchat.model.users import Actor

ELSEWHERE = Device("198.51.100.9", "elsewhere")


def settings(registration: Any = "open", **more: Any) -> Settings:
    return Settings(registration=registration, posts=FAST, changes=FAST, marks=FAST, typing=FAST, **more)


class Scene(SynchronousTestCase):
    """A server with an owner."""

    settings = settings()

    def setUp(self) -> None:
        self.house = House(self, settings=self.settings)
        self.accounts: Accounts = self.house.chat.accounts
        self.anna = self.house.set_up()

    def device(self, number: int) -> Device:
        """One of many addresses, so that addresses are not what is limited."""
        return Device(f"198.51.{number // 250}.{number % 250}", "trial")

    def register(self, name: str = "mei", **more: Any) -> Any:
        given = {
            "display_name": name, "password": PASSWORD, "email": None, "invitation": None, "device": DEVICE, **more
        }  # fmt: skip
        return self.accounts.register(name, **given)

    def sign_in(self, login: str = "anna", password: str = PASSWORD, device: Device = DEVICE) -> Any:
        return self.accounts.sign_in(login, password, device)

    def later(self, ms: int) -> None:
        self.house.now.ms += ms


class SetUp(SynchronousTestCase):
    """A new server gets its owner."""

    def setUp(self) -> None:
        self.house = House(self)
        self.accounts: Accounts = self.house.chat.accounts

    def try_with(self, code: str, name: str = "anna", device: Device = DEVICE) -> Any:
        return self.accounts.set_up(code, name, "", PASSWORD, "Our chat", "Lobby", device)

    def code(self) -> str:
        return str(self.house.wait(self.accounts.open_set_up()))

    def test_owner(self) -> None:
        """Who has the code becomes the owner, in a first room, on a server with the title that was given."""
        self.assertTrue(self.house.chat.about().needs_setup)
        signed = self.house.wait(self.try_with(self.code()))
        self.assertEqual(signed.actor.user.role, "owner")
        self.assertFalse(self.house.chat.about().needs_setup)
        _, rooms = self.house.wait(self.house.chat.rooms.mine(signed.actor))
        self.assertEqual([(room.title, room.role) for room in rooms], [("Lobby", "owner")])
        self.house.wait(self.house.chat.load("other"))
        self.assertEqual((self.house.chat.about().title, self.house.chat.syncing.epoch), ("Our chat", "epoch-1"))

    def test_wrong_code(self) -> None:
        """Without the code nobody becomes the owner; the right one still works."""
        code = self.code()
        for wrong in ("", code[:-1], code + "A", code.swapcase() + "x", "\ud800", "世"):
            self.assertEqual(self.house.refusal(self.try_with(wrong)), "bad_setup_code", repr(wrong))
        self.house.wait(self.try_with(code))

    def test_no_code_yet(self) -> None:
        """Before a code was made none is right."""
        self.assertEqual(self.house.refusal(self.try_with("x")), "bad_setup_code")

    def test_expired(self) -> None:
        """After an hour the code is worth nothing, and a new one is."""
        code = self.code()
        self.house.now.ms += HOUR
        self.assertEqual(self.house.refusal(self.try_with(code)), "bad_setup_code")
        self.house.wait(self.try_with(self.code()))

    def test_newest_code(self) -> None:
        """A new code makes the one before worthless."""
        old, new = self.code(), self.code()
        self.assertEqual(self.house.refusal(self.try_with(old)), "bad_setup_code")
        self.house.wait(self.try_with(new))

    def test_again(self) -> None:
        """A code works once; with an owner there are no more codes."""
        code = self.code()
        self.house.wait(self.try_with(code))
        self.assertEqual(self.house.refusal(self.try_with(code, "eve")), "already_set_up")
        self.assertIsNone(self.house.wait(self.accounts.open_set_up()))

    def test_two_at_once(self) -> None:
        """Of two who use the code at the same moment one becomes the owner."""
        code = self.code()
        tries = [Deferred.fromCoroutine(self.try_with(code, name)) for name in ("anna", "eve")]
        self.house.turn()
        results: list[Any] = []
        for one in tries:
            one.addBoth(results.append)
        self.assertEqual(results[0].actor.user.name, "anna")
        self.assertEqual(results[1].value.code, "already_set_up")

    def test_bad_wishes(self) -> None:
        """A bad name, title or password does not use up the code."""
        code = self.code()
        for name, password, room, refusal in (
            ("a", PASSWORD, "Lobby", "bad_name"),
            ("anna", "short", "Lobby", "weak_password"),
            ("anna", PASSWORD, " ", "bad_text"),
            ("anna", PASSWORD, "x" * 81, "text_too_long"),
        ):
            work = self.accounts.set_up(code, name, "", password, None, room, DEVICE)
            self.assertEqual(self.house.refusal(work), refusal)
        self.house.wait(self.try_with(code))

    def test_guessing(self) -> None:
        """Who guesses codes is slowed down; from another address the right code still works."""
        code = self.code()
        codes = [self.house.refusal(self.try_with(f"guess {number}")) for number in range(30)]
        self.assertEqual(codes[0], "bad_setup_code")
        self.assertEqual(codes[-1], "rate_limited")
        self.house.wait(self.try_with(code, device=ELSEWHERE))

    def test_no_accounts_before(self) -> None:
        """Before there is an owner nobody registers."""
        work = self.accounts.register("mei", "", PASSWORD, None, None, DEVICE)
        self.assertEqual(self.house.refusal(work), "registration_closed")


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

    def test_bad_names(self) -> None:
        """Names that mix scripts, hide something, or belong to the server are refused."""
        bad = (
            "a",
            "x" * 33,
            "аnna",
            "an na",
            "an\u200bna",
            "-anna",
            "anna.",
            "admin",
            "Root",
            "анna",
            "a@b",
            "",
            "\0\0",
        )
        for name in bad:
            self.assertEqual(self.house.refusal(self.register(name)), "bad_name", repr(name))

    def test_names_of_the_world(self) -> None:
        """Names may be written in any one script."""
        for number, name in enumerate(("梅梅", "Иван", "Ωμέγα", "さくら", "josé", "m-e_i.2")):
            signed = self.house.wait(self.register(name, device=self.device(number)))
            self.assertEqual(signed.actor.user.name, name)

    def test_email_taken(self) -> None:
        """An address that somebody has is silently left out: nobody learns who has an account."""
        first = self.house.wait(self.register("mei", email="mei@example.org")).actor
        second = self.house.wait(self.register("eve", email=" MEI@Example.ORG ")).actor
        self.assertEqual((first.user.email, second.user.email), ("mei@example.org", None))
        self.assertEqual(self.house.wait(self.sign_in("mei@example.org")).actor.id, first.id)

    def test_email_that_is_needed(self) -> None:
        """Where an address is what people sign in with, one that is taken is refused, and nothing is left behind."""
        accounts, house = self.accounts, self.house
        register = accounts.register
        house.wait(register("mei", "Mei", PASSWORD, "mei@example.com", None, DEVICE, needs_email=True))
        again = register("may", "May", PASSWORD, "MEI@example.com", None, DEVICE, needs_email=True)
        self.assertEqual(house.refusal(again), "name_taken")
        house.wait(register("may", "May", PASSWORD, None, None, DEVICE))

    def test_bad_email(self) -> None:
        """What is no address is refused."""
        for email in ("mei", "a@b@c", "a b@c.de", "@x", "x@", "x" * 65 + "@example.org", "a@" + "b" * 253):
            self.assertEqual(self.house.refusal(self.register(email=email)), "bad_email", email)

    def test_passwords(self) -> None:
        """Short, long, common and one's own name are no passwords; 128 characters are one."""
        for password in ("1234567", "x" * 129, "password", "PASSWORD", "aaaaaaaa", "abababab", "meimeimei"):
            work = self.register("meimeimei", password=password)
            self.assertEqual(self.house.refusal(work), "weak_password", password)
        long = "abc" * 42 + "世界"
        self.house.wait(self.register(password=long))
        self.house.wait(self.sign_in("mei", long))
        self.assertEqual(self.house.refusal(self.sign_in("mei", long[:-1])), "wrong_credentials")

    def test_two_at_once(self) -> None:
        """Of two who want one name at the same moment one gets it."""
        tries = [Deferred.fromCoroutine(self.register(name)) for name in ("mei", "Mei")]
        self.house.turn()
        self.successResultOf(tries[0])
        self.assertEqual(self.failureResultOf(tries[1]).value.code, "name_taken")

    def test_archived_lobby(self) -> None:
        """Where the lobby is archived a newcomer still gets an account."""
        self.house.wait(self.house.chat.rooms.archive(self.anna, 1, True))
        actor = self.house.wait(self.register()).actor
        self.assertEqual(self.house.wait(self.house.chat.rooms.mine(actor))[1], [])

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


class Invitations(Scene):
    settings = settings("invitation")

    def invite(self, days: int = 7, uses: int = 1) -> str:
        return str(self.house.wait(self.accounts.make_invite(self.anna, days, uses))[0])

    def uses_left(self) -> list[int]:
        return [invite.uses_left for invite in self.house.wait(self.accounts.invites(self.anna))]

    def test_needed(self) -> None:
        """Without a valid invitation nobody registers."""
        for code in (None, "", "guess", "世", "\ud800"):
            self.assertEqual(self.house.refusal(self.register(invitation=code)), "bad_invitation", repr(code))

    def test_used_up(self) -> None:
        """An invitation for two lets two in, and is gone from the list then."""
        code = self.invite(uses=2)
        self.house.wait(self.register("mei", invitation=code))
        self.assertEqual(self.uses_left(), [1])
        self.house.wait(self.register("tom", invitation=code))
        self.assertEqual(self.uses_left(), [])
        self.assertEqual(self.house.refusal(self.register("eve", invitation=code)), "bad_invitation")

    def test_last_place(self) -> None:
        """Of two who race for the last place one gets it."""
        code = self.invite()
        tries = [Deferred.fromCoroutine(self.register(name, invitation=code)) for name in ("mei", "tom")]
        self.house.turn()
        self.successResultOf(tries[0])
        self.assertEqual(self.failureResultOf(tries[1]).value.code, "bad_invitation")

    def test_not_wasted(self) -> None:
        """A registration that fails uses no place."""
        code = self.invite()
        self.assertEqual(self.house.refusal(self.register("anna", invitation=code)), "name_taken")
        self.assertEqual(self.house.refusal(self.register("a", invitation=code)), "bad_name")
        self.assertEqual(self.uses_left(), [1])
        self.house.wait(self.register("mei", invitation=code))

    def test_expired(self) -> None:
        """An invitation ends with its days."""
        code = self.invite(days=1)
        self.later(DAY)
        self.assertEqual(self.house.refusal(self.register(invitation=code)), "bad_invitation")
        self.assertEqual(self.uses_left(), [])

    def test_revoked(self) -> None:
        """A revoked invitation lets nobody in."""
        code, view = self.house.wait(self.accounts.make_invite(self.anna, 7, 5))
        self.house.wait(self.accounts.revoke_invite(self.anna, view.id))
        self.assertEqual(self.house.refusal(self.register(invitation=code)), "bad_invitation")
        self.assertEqual(self.house.refusal(self.accounts.revoke_invite(self.anna, view.id)), "not_found")

    def test_who_may(self) -> None:
        """Only those who run the server invite."""
        mei = self.house.wait(self.register("mei", invitation=self.invite())).actor
        for work in (
            self.accounts.make_invite(mei, 7, 1),
            self.accounts.invites(mei),
            self.accounts.revoke_invite(mei, 1),
        ):
            self.assertEqual(self.house.refusal(work), "forbidden")


class SigningIn(Scene):
    """Name and password."""

    def test_by_name(self) -> None:
        """One signs in by name, however it is written."""
        for login in ("anna", "ANNA", "Anna"):
            self.assertEqual(self.house.wait(self.sign_in(login)).actor.id, self.anna.id)

    def test_by_email(self) -> None:
        """One signs in by e-mail address, however it is written."""
        mei = self.house.wait(self.register(email="Mei@example.org")).actor
        for login in ("mei@example.org", "MEI@EXAMPLE.ORG"):
            self.assertEqual(self.house.wait(self.sign_in(login)).actor.id, mei.id)

    def test_same_answer(self) -> None:
        """A wrong password and an unknown name get the same answer, after the same work."""
        refusals, hashed = [], []
        for login, password in (("anna", "wrong horse 9"), ("nobody-knows", PASSWORD), ("a@b.example", PASSWORD)):
            work = Deferred.fromCoroutine(self.sign_in(login, password))
            self.house.hasher.hold()
            self.house.turn()
            hashed.append(len(self.house.hasher.waiting))
            self.house.hasher.release()
            self.house.turn()
            refusals.append(vars(self.failureResultOf(work).value))
        self.assertEqual(hashed, [1, 1, 1])
        self.assertEqual([refusals[0]] * 3, refusals)

    def test_strange_logins(self) -> None:
        """Whatever is typed as a name or password is no more than wrong."""
        for number, login in enumerate(("", "\0", "' or 1=1 --", "%", "x" * 10_000, "ﷺ" * 300)):
            code = self.house.refusal(self.sign_in(login, device=self.device(number)))
            self.assertEqual(code, "wrong_credentials", repr(login[:20]))

    def test_guessing(self) -> None:
        """Of fifty quick guesses at most ten are even tried."""
        tried = 0
        for number in range(50):
            work = Deferred.fromCoroutine(self.sign_in("anna", f"guess {number}"))
            self.house.hasher.hold()
            self.house.turn()
            tried += len(self.house.hasher.waiting)
            self.house.hasher.release()
            self.house.turn()
            self.failureResultOf(work)
        self.assertTrue(1 <= tried <= 10, tried)
        self.assertEqual(self.house.refusal(self.sign_in()), "rate_limited")

    def test_guessing_at_once(self) -> None:
        """Guesses that come all at the same moment are counted too."""
        self.house.hasher.hold()
        tries = [Deferred.fromCoroutine(self.sign_in("anna", f"guess {number}")) for number in range(50)]
        self.house.turn()
        self.assertLessEqual(len(self.house.hasher.waiting), 10)
        self.house.hasher.release()
        self.house.turn()
        for work in tries:
            self.failureResultOf(work)

    def test_from_elsewhere(self) -> None:
        """While somebody guesses, the owner of the account gets in from her own address."""
        for number in range(10):
            self.house.refusal(self.sign_in("anna", f"guess {number}"))
        self.assertEqual(self.house.refusal(self.sign_in()), "rate_limited")
        self.house.wait(self.sign_in(device=ELSEWHERE))

    def test_not_for_ever(self) -> None:
        """Who has waited as long as she was told may try again."""
        for number in range(8):
            self.house.refusal(self.sign_in("anna", f"guess {number}"))
        work = Deferred.fromCoroutine(self.sign_in())
        self.house.turn()
        self.house.clock.advance(self.failureResultOf(work).value.retry_after)
        self.house.wait(self.sign_in())

    def test_one_address_many_names(self) -> None:
        """Who tries one password for many names is slowed down too."""
        codes = [self.house.refusal(self.sign_in(f"name{number}", "wrong horse 9")) for number in range(60)]
        self.assertIn("rate_limited", codes)
        self.assertLessEqual(codes.count("wrong_credentials"), 25)

    def test_one_name_many_addresses(self) -> None:
        """Who tries one name from many addresses is slowed down too."""
        codes = [
            self.house.refusal(self.sign_in("anna", f"guess {number}", self.device(number))) for number in range(60)
        ]
        self.assertLessEqual(codes.count("wrong_credentials"), 25)

    def test_one_name_many_spellings(self) -> None:
        """Letters that only look the same give nobody more tries for one name."""
        spellings = ["".join(signs) for signs in product("a\u0430\u03b1", "nN", "nN", "a\u0430\u03b1")]
        codes = [
            self.house.refusal(self.sign_in(login, "wrong horse 9", self.device(number)))
            for number, login in enumerate(spellings * 2)
        ]
        self.assertLessEqual(codes.count("wrong_credentials"), 25)
        self.house.clock.advance(120)
        self.assertEqual(self.house.wait(self.sign_in(spellings[-1])).actor.id, self.anna.id)

    def test_too_many_wait(self) -> None:
        """When too many sign in at the same moment some are asked to come back."""
        self.house.hasher.hold()
        tries = [
            Deferred.fromCoroutine(self.sign_in(f"name{number}", "x", self.device(number))) for number in range(40)
        ]
        self.house.turn()
        codes = [self.failureResultOf(work).value.code for work in tries[32:]]
        self.assertEqual(codes, ["busy"] * 8)
        self.house.hasher.release()
        self.house.turn()
        for work in tries[:32]:
            self.assertEqual(self.failureResultOf(work).value.code, "wrong_credentials")

    def test_disabled(self) -> None:
        """A disabled account gets the same answer as a wrong password, until it is let in again."""
        mei = self.house.register("mei")
        self.house.wait(self.house.chat.administration.disable(None, mei.id, True))
        self.assertEqual(self.house.refusal(self.sign_in("mei")), "wrong_credentials")
        self.house.wait(self.house.chat.administration.disable(None, mei.id, False))
        self.house.wait(self.sign_in("mei"))

    def test_password_changed_meanwhile(self) -> None:
        """A sign-in with the old password that is under way during its change does not succeed."""
        self.house.hasher.hold()
        change = Deferred.fromCoroutine(self.accounts.set_password(self.anna.id, "another horse 7"))
        work = Deferred.fromCoroutine(self.sign_in())
        self.house.turn()
        self.house.hasher.release()
        self.house.turn()
        self.successResultOf(change)
        self.assertEqual(self.failureResultOf(work).value.code, "wrong_credentials")


class Sessions(Scene):
    """Devices and tokens."""

    def token(self, actor: Actor | None = None, days: int | None = None) -> tuple[str, Any]:
        return self.house.wait(self.accounts.make_token(actor or self.anna, "x", days))  # type: ignore[no-any-return]

    def works(self, token: str) -> bool:
        work = Deferred.fromCoroutine(self.accounts.authenticate(token))
        self.house.turn()
        results: list[Any] = []
        work.addBoth(results.append)
        return isinstance(results[0], Actor)

    def test_sign_out(self) -> None:
        """After signing out the session is worth nothing, and the others go on."""
        one, two = self.house.wait(self.sign_in()), self.house.wait(self.sign_in())
        self.house.wait(self.accounts.sign_out(one.actor))
        self.assertEqual((self.works(one.token), self.works(two.token)), (False, True))

    def test_change_password(self) -> None:
        """Another password ends every session and token of the account, and nobody else's."""
        mei = self.house.register("mei")
        token, (meis, _) = self.token()[0], self.token(mei)
        signed = self.house.wait(self.sign_in())
        connection = self.house.connect(self.anna)
        new = self.house.wait(self.accounts.change_password(signed.actor, PASSWORD, "another horse 7", DEVICE))
        self.assertEqual(
            [self.works(one) for one in (token, signed.token, new.token, meis)], [False, False, True, True]
        )
        self.assertFalse(connection.is_open)
        self.assertEqual(connection.close_code, 4001)
        self.assertEqual(self.house.refusal(self.sign_in()), "wrong_credentials")
        self.house.wait(self.sign_in("anna", "another horse 7"))

    def test_change_password_refused(self) -> None:
        """A wrong current password or a weak new one changes nothing."""
        signed = self.house.wait(self.sign_in())
        for current, new, code in (
            ("wrong", "another horse 7", "wrong_credentials"),
            (PASSWORD, "short", "weak_password"),
            (PASSWORD, "x" * 129, "weak_password"),
        ):
            work = self.accounts.change_password(signed.actor, current, new, DEVICE)
            self.assertEqual(self.house.refusal(work), code)
        self.assertTrue(self.works(signed.token))
        self.house.wait(self.sign_in())

    def test_guessing_the_current(self) -> None:
        """Who sits at somebody's open browser cannot guess her password for long."""
        codes = [
            self.house.refusal(self.accounts.change_password(self.anna, f"guess {n}", "another horse 7", DEVICE))
            for n in range(20)
        ]
        self.assertEqual(codes[-1], "rate_limited")

    def test_by_the_operator(self) -> None:
        """A password set by the operator ends the account's sessions."""
        signed = self.house.wait(self.sign_in())
        self.assertTrue(self.works(signed.token))
        self.house.wait(self.accounts.set_password(self.anna.id, "another horse 7"))
        self.assertFalse(self.works(signed.token))

    def test_revoke(self) -> None:
        """A revoked token is worth nothing at once."""
        token, view = self.token()
        self.assertTrue(self.works(token))
        self.house.wait(self.accounts.revoke(self.anna, view.id))
        self.assertFalse(self.works(token))
        self.assertEqual(self.house.refusal(self.accounts.revoke(self.anna, view.id)), "not_found")

    def test_revoke_anothers(self) -> None:
        """Nobody ends somebody else's sessions."""
        mei = self.house.register("mei")
        token, view = self.token()
        self.assertEqual(self.house.refusal(self.accounts.revoke(mei, view.id)), "not_found")
        self.assertTrue(self.works(token))

    def test_revoke_others(self) -> None:
        """Signing out everywhere else leaves this device, and the tokens."""
        here, there, token = self.house.wait(self.sign_in()), self.house.wait(self.sign_in()), self.token()[0]
        self.house.wait(self.accounts.revoke_others(here.actor))
        self.assertEqual([self.works(one) for one in (here.token, there.token, token)], [True, False, True])

    def test_lists(self) -> None:
        """Devices and tokens are listed apart, and the one that asks is marked."""
        signed = self.house.wait(self.sign_in())
        _, view = self.token()
        devices = self.house.wait(self.accounts.sessions(signed.actor, "browser"))
        self.assertEqual([one.id for one in devices if one.current], [signed.actor.session.id])
        self.assertEqual(len(devices), 2)
        self.assertEqual([one.id for one in self.house.wait(self.accounts.sessions(self.anna, "api"))], [view.id])

    def test_device_names(self) -> None:
        """What a browser calls itself is kept short and without signs that cannot be shown."""
        signed = self.house.wait(self.sign_in(device=Device("192.0.2.1", "evil\x1b[2J\n" + "x" * 500)))
        shown = self.house.wait(self.accounts.sessions(signed.actor, "browser"))
        agent = next(one.agent for one in shown if one.current)
        self.assertEqual((agent[:9], len(agent)), ("evil?[2J?", 200))

    def test_too_many_tokens(self) -> None:
        """Fifty tokens are enough."""
        for _ in range(50):
            self.token()
        self.assertEqual(self.house.refusal(self.accounts.make_token(self.anna, "x", None)), "too_many")

    def test_labels(self) -> None:
        """A token has a label that can be read."""
        for label, code in (("", "bad_text"), ("a\0", "bad_text"), ("x" * 81, "text_too_long")):
            self.assertEqual(self.house.refusal(self.accounts.make_token(self.anna, label, None)), code)

    def test_token_expires(self) -> None:
        """A token for a day ends after a day, however often it is used; one for good stays."""
        day, good = self.token(days=1)[0], self.token()[0]
        for _ in range(23):
            self.later(HOUR)
            self.assertTrue(self.works(day))
        self.later(HOUR)
        self.assertEqual((self.works(day), self.works(good)), (False, True))
        self.later(1_000 * DAY)
        self.assertTrue(self.works(good))

    def test_nonsense(self) -> None:
        """What is no token is nobody's."""
        for token in ("", "x", "\ud800", "\0", "wcb_", "x" * 100_000):
            self.assertEqual(self.house.refusal(self.accounts.authenticate(token)), "unauthenticated")


class Expiry(Scene):
    """Browser sessions end by themselves."""

    settings = settings(session_life=SessionLife(idle=2 * DAY, absolute=5 * DAY))

    def ask(self, token: str) -> Any:
        return self.accounts.authenticate(token)

    def test_idle(self) -> None:
        """A browser that was not used for the idle time is signed out."""
        token = self.house.wait(self.sign_in()).token
        self.house.wait(self.ask(token))
        self.later(2 * DAY)
        self.assertEqual(self.house.refusal(self.ask(token)), "unauthenticated")

    def test_used(self) -> None:
        """A browser in use stays signed in, but not beyond the absolute time."""
        token = self.house.wait(self.sign_in()).token
        for _ in range(4):
            self.later(DAY)
            self.house.wait(self.ask(token))
        self.later(DAY)
        self.assertEqual(self.house.refusal(self.ask(token)), "unauthenticated")

    def test_written_down(self) -> None:
        """That a session was used survives a restart of the server."""
        token = self.house.wait(self.sign_in()).token
        self.later(DAY)
        self.house.wait(self.ask(token))
        self.house.wait(self.accounts.keep_seen())
        for session in self.house.chat.cache.sessions():
            self.house.chat.cache.forget(session)
        self.later(DAY + HOUR)
        self.house.wait(self.ask(token))

    def test_forgotten(self) -> None:
        """Sessions that have ended disappear from the list of devices."""
        self.house.wait(self.sign_in())
        self.later(2 * DAY + HOUR)
        signed = self.house.wait(self.sign_in())
        self.house.wait(self.accounts.keep_seen())
        listed = self.house.wait(self.accounts.sessions(signed.actor, "browser"))
        self.assertEqual([one.id for one in listed], [signed.actor.session.id])


class Profiles(Scene):
    """What one shows of oneself."""

    def test_change(self) -> None:
        """A new display name and address are kept, and known at once."""
        signed = self.house.wait(self.sign_in())
        self.house.wait(self.accounts.authenticate(signed.token))
        me = self.house.wait(self.accounts.edit_profile(signed.actor, "Änne", "anne@example.org"))
        self.assertEqual((me.display_name, me.email), ("Änne", "anne@example.org"))
        self.assertEqual(self.house.wait(self.accounts.authenticate(signed.token)).user.display_name, "Änne")

    def test_nothing_given(self) -> None:
        """What is not given stays; None takes the address away."""
        self.house.wait(self.accounts.edit_profile(self.anna, email="a@example.org"))
        self.assertEqual(self.house.wait(self.accounts.edit_profile(self.anna)).email, "a@example.org")
        self.assertIsNone(self.house.wait(self.accounts.edit_profile(self.anna, email=None)).email)

    def test_address_of_another(self) -> None:
        """Somebody else's address is silently not taken over."""
        self.house.wait(self.register(email="mei@example.org"))
        self.house.wait(self.accounts.edit_profile(self.anna, email="anna@example.org"))
        me = self.house.wait(self.accounts.edit_profile(self.anna, email="MEI@example.org"))
        self.assertEqual(me.email, "anna@example.org")

    def test_bad(self) -> None:
        """Names that cannot be shown and addresses that are none are refused."""
        for given, code in (
            ({"display_name": ""}, "bad_text"),
            ({"display_name": "x\u202ey"}, "bad_text"),
            ({"display_name": "x" * 65}, "text_too_long"),
            ({"email": "nowhere"}, "bad_email"),
        ):
            self.assertEqual(self.house.refusal(self.accounts.edit_profile(self.anna, **given)), code)

    def test_secrets_stay_inside(self) -> None:
        """A session shown in a log does not show its token."""
        signed = self.house.wait(self.sign_in())
        self.assertNotIn(signed.token, repr(signed))
        self.assertNotIn("password", " ".join(field.name for field in attrs.fields(type(signed.actor.user))))
