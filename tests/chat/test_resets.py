"""A way back in."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat.resets import RESET_LIFE

OTHER = "another horse battery"


class Resets(SynchronousTestCase):
    """A link that an admin gives, for one use within a day."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.resets = self.house.chat.resets

    def make(self) -> str:
        return str(self.house.wait(self.resets.make(self.anna, self.mei.id)).code)

    def use(self, code: str, password: str = OTHER) -> Any:
        return self.resets.use(code, password, "192.0.2.9")

    def test_used(self) -> None:
        """The new password holds, the old one and all sessions do not; and the link works once."""
        connection, code = self.house.connect(self.mei), self.make()
        self.house.wait(self.use(code))
        self.assertFalse(connection.is_open)
        sign_in = self.house.chat.accounts.sign_in
        self.assertEqual(self.house.refusal(sign_in("mei", PASSWORD, DEVICE)), "wrong_credentials")
        self.house.wait(sign_in("mei", OTHER, DEVICE))
        self.assertEqual(self.house.refusal(self.use(code)), "bad_reset_code")

    def test_twice_at_once(self) -> None:
        """Of two who use it at the same moment one succeeds."""
        code = self.make()
        works = [self.use(code, f"{OTHER} {number}") for number in (1, 2)]

        running = [Deferred.fromCoroutine(work) for work in works]
        outcomes: list[str] = []
        for one in running:
            one.addCallbacks(lambda _: outcomes.append("done"), lambda why: outcomes.append(why.value.code))
        self.house.turn()
        self.assertEqual(sorted(outcomes), ["bad_reset_code", "done"])

    def test_newest(self) -> None:
        """A new link makes the one before it useless."""
        first, second = self.make(), self.make()
        self.assertEqual(self.house.refusal(self.use(first)), "bad_reset_code")
        self.house.wait(self.use(second))

    def test_too_late(self) -> None:
        """After a day it is too late."""
        code = self.make()
        self.house.now.ms += RESET_LIFE
        self.assertEqual(self.house.refusal(self.use(code)), "bad_reset_code")

    def test_weak(self) -> None:
        """A bad password does not use the link up."""
        code = self.make()
        for password in ("123456789", "mei", ""):
            self.assertEqual(self.house.refusal(self.use(code, password)), "weak_password")
        self.house.wait(self.use(code))

    def test_wrong(self) -> None:
        """Whatever is no code is refused, and only so often."""
        codes = ("", "x", "2-", "2-x", "-", "4711-abc", "9" * 20 + "-x", "²-x", "-1-x", self.make()[:-1])
        for code in codes:
            self.assertEqual(self.house.refusal(self.use(code)), "bad_reset_code", code)
        seen = {self.house.refusal(self.use("2-x")) for _ in range(30)}
        self.assertIn("rate_limited", seen)

    def test_only_a_hash(self) -> None:
        """The database holds no code."""
        code = self.make()
        with self.house.engines.reader.connect() as db:
            kept = db.exec_driver_sql("SELECT value FROM meta WHERE key LIKE 'reset:%'").scalar_one()
        self.assertNotIn(code.partition("-")[2], kept)

    def test_who(self) -> None:
        """Made by admins, for those who sign in with a password."""
        self.assertEqual(self.house.refusal(self.resets.make(self.mei, self.anna.id)), "forbidden")
        self.house.wait(self.house.chat.administration.disable(self.anna, self.mei.id, True))
        self.assertEqual(self.house.refusal(self.resets.make(self.anna, self.mei.id)), "conflict")

    def test_shut_out_meanwhile(self) -> None:
        """A link is no way past being shut out."""
        code = self.make()
        self.house.wait(self.house.chat.administration.disable(self.anna, self.mei.id, True))
        self.assertEqual(self.house.refusal(self.use(code)), "bad_reset_code")
