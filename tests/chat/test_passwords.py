"""Passwords: which are good enough, and how they are kept."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.facade import argon2id
from webchat.chat.passwords import Passwords, acceptable
from webchat.model.refusals import WeakPassword


class Acceptable(SynchronousTestCase):
    def test_length(self) -> None:
        """A password has 8 to 128 characters, whatever they are."""
        for good in ("abcdefg1x", "x" * 126 + "yz", "世界和平万岁永远", "        ab"):
            self.assertEqual(acceptable(good), good)
        for bad in ("", "abc1xyz", "ab1" * 43, "世界和平万岁永"):
            self.assertRaises(WeakPassword, acceptable, bad)

    def test_easy(self) -> None:
        """The commonest passwords, one's own names, and one letter over and over are refused, in any case."""
        for bad in ("password", "PassWord", "12345678", "iloveyou", "aAaAaAaA", "xyxyxyxyxyxy"):
            self.assertRaises(WeakPassword, acceptable, bad)
        self.assertRaises(WeakPassword, acceptable, "Ferdinand-7", "ferdinand-7", "x")
        self.assertRaises(WeakPassword, acceptable, "Ferdinand-7", "x", "FERDINAND-7")


class Hashing(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.passwords = self.house.chat.passwords

    def test_kept(self) -> None:
        """What is kept is Argon2id with a salt of its own; the password cannot be read from it."""
        one, two = (self.house.wait(self.passwords.hash("correct horse 9")) for _ in range(2))
        self.assertTrue(one.startswith("$argon2id$"))
        self.assertNotEqual(one, two)
        self.assertNotIn("horse", one)
        self.assertEqual(self.house.wait(self.passwords.check(one, "correct horse 9")), (True, None))
        self.assertEqual(self.house.wait(self.passwords.check(one, "correct horse 8")), (False, None))

    def test_nothing_kept(self) -> None:
        """Where nothing, or rubbish, is kept, no password is right, not even the one that stands in for none."""
        for kept in (None, "rubbish", "$argon2id$v=19$m=8,t=1,p=1$AA$AA"):
            for password in ("", "x", "nobody has this password"):
                self.assertEqual(self.house.wait(self.passwords.check(kept, password)), (False, None), kept)

    def test_renewed(self) -> None:
        """A hash made with older parameters is replaced at the next sign-in, and only if the password is right."""
        old = argon2id(16, 2).hash("correct horse 9")
        right, renewed = self.house.wait(self.passwords.check(old, "correct horse 9"))
        self.assertTrue(right)
        self.assertEqual(self.house.wait(self.passwords.check(renewed, "correct horse 9")), (True, None))
        self.assertEqual(self.house.wait(self.passwords.check(old, "wrong")), (False, None))

    def test_bounded(self) -> None:
        """When too many wait the next one is refused as busy, and has a place when one is done."""
        small = Passwords(argon2id(8, 1), self.house.hasher, self.house.hasher, 2)  # type: ignore[arg-type]
        small.start()
        first = [Deferred.fromCoroutine(small.hash("x")) for _ in range(2)]
        refused = self.failureResultOf(Deferred.fromCoroutine(small.hash("x"))).value
        self.assertEqual((refused.code, refused.retry_after), ("busy", 2.0))
        self.house.turn()
        for one in first:
            self.successResultOf(one)
        self.house.wait(small.hash("x"))
        small.stop()

    def test_strength(self) -> None:
        """Without other settings the hasher has OWASP's parameters: 19 MiB, two passes, one lane."""
        hasher = argon2id()
        self.assertEqual((hasher.memory_cost, hasher.time_cost, hasher.parallelism), (19 * 1024, 2, 1))
