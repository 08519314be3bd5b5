"""People whom the program around the server vouches for."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, House
from webchat.chat.sessions import SignedIn
from webchat.chat.vouching import MAX_BROWSERS
from webchat.model.hosts import Person


class Vouched(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.vouching = self.house.chat.vouching
        self.house.wait(self.vouching.make_owner(Person("anna", "Anna A.")))

    def sign_in(self, name: str, token: str | None = None, display_name: str = "") -> SignedIn:
        signed = self.house.wait(self.vouching.sign_in(Person(name, display_name), token, DEVICE))
        assert isinstance(signed, SignedIn)
        return signed

    def refused(self, name: str) -> str:
        return self.house.refusal(self.vouching.sign_in(Person(name), None, DEVICE))

    def test_owner(self) -> None:
        """A new server gets its owner and first room, once."""
        self.house.wait(self.vouching.make_owner(Person("bob")))
        anna, bob = self.sign_in("anna").actor.user, self.sign_in("bob").actor.user
        self.assertEqual((anna.role, anna.display_name, bob.role), ("owner", "Anna A.", "member"))
        rooms = self.house.connect(self.sign_in("anna").actor).welcome["rooms"]
        self.assertEqual([(room["title"], room["role"]) for room in rooms], [("Lobby", "owner")])

    def test_first_sight(self) -> None:
        """An account is made once, belongs to the lobby, and is her own from then on."""
        first = self.sign_in("bob", display_name="Bob")
        self.assertEqual(self.house.connect(first.actor).welcome["rooms"][0]["title"], "Lobby")
        again = self.sign_in("bob", display_name="Robert")
        self.assertEqual(again.actor.user, first.actor.user)
        self.assertNotEqual(again.token, first.token)

    def test_token(self) -> None:
        """Her own session goes on; another's, or none, becomes a new one of hers."""
        bob, eve = self.sign_in("bob"), self.sign_in("eve")
        actor = self.house.wait(self.vouching.sign_in(Person("bob"), bob.token, DEVICE))
        self.assertEqual(actor, bob.actor)
        for token in (eve.token, "wcb_none"):
            self.assertEqual(self.sign_in("bob", token).actor.user, bob.actor.user)

    def test_so_many(self) -> None:
        """Who comes without a cookie again and again has so many sessions, and the last one is good."""
        tokens = [self.sign_in("bob").token for _ in range(MAX_BROWSERS + 5)]
        good = self.house.wait(self.house.chat.accounts.authenticate(tokens[-1]))
        listed = self.house.wait(self.house.chat.accounts.sessions(good, "browser"))
        self.assertEqual(len(listed), MAX_BROWSERS)
        self.assertEqual(self.house.refusal(self.house.chat.accounts.authenticate(tokens[0])), "unauthenticated")

    def test_not_hers(self) -> None:
        """A name that is none, or looks like another's, is refused; so is a disabled account."""
        bob = self.sign_in("bob").actor
        self.assertEqual(self.refused("BOB"), "name_taken")
        self.assertEqual(self.refused("b"), "bad_name")
        self.house.wait(self.house.chat.administration.disable(None, bob.id, True))
        self.assertEqual(self.refused("bob"), "unauthenticated")

    def test_signed_out(self) -> None:
        """Her browsers are signed out, and their connections closed; her programs are not."""
        signed = self.sign_in("bob")
        program = self.house.connect(signed.actor)
        browser = self.house.connect(hello=False)
        browser.send(type="hello", token=signed.token)
        browser.next("welcome")
        self.house.wait(self.vouching.sign_out("bob"))
        self.house.wait(self.vouching.sign_out("nobody"))
        self.house.clock.advance(0)
        self.assertFalse(browser.is_open)
        self.assertTrue(program.is_open)
        self.assertEqual(self.house.refusal(self.house.chat.accounts.authenticate(signed.token)), "unauthenticated")
