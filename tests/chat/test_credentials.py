"""Who gets in, and how a password is changed."""

from __future__ import annotations

from itertools import product

from twisted.internet.defer import Deferred

from tests.chat.scene import ELSEWHERE, Scene
from tests.support.house import DEVICE, PASSWORD


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


class Changing(Scene):
    """Another password."""

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
