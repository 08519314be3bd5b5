"""How a server gets its owner, once."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.chat.scene import ELSEWHERE
from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat.accounts import Accounts
from webchat.chat.founding import SETUP_LIFE
from webchat.chat.sessions import Device


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
        self.house.now.ms += SETUP_LIFE
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
