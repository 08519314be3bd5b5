"""What is done to an account is felt at once."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House


class AtOnce(SynchronousTestCase):
    """Connections that began when the account was another."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.connection = self.house.connect(self.mei)
        self.administration = self.house.chat.administration

    def test_removed(self) -> None:
        """Who is shut out is cut off for good, and her sessions are gone."""
        token = self.house.token(self.mei)
        self.house.wait(self.administration.disable(self.anna, self.mei.id, True))
        self.assertFalse(self.connection.is_open)
        self.assertEqual(self.connection.close_code, 4003)
        self.assertEqual(self.house.refusal(self.house.chat.accounts.authenticate(token)), "unauthenticated")
        self.house.wait(self.administration.disable(self.anna, self.mei.id, False))
        self.assertEqual(self.house.refusal(self.house.chat.accounts.authenticate(token)), "unauthenticated")

    def test_silenced(self) -> None:
        """Who is silenced is looked up again; she stays connected, and signed in."""
        token = self.house.token(self.mei)
        self.house.wait(self.house.chat.accounts.authenticate(token))
        until = self.house.wait(self.administration.silence(self.anna, self.mei.id, 60))
        self.assertTrue(self.connection.is_open)
        actor = self.house.wait(self.house.chat.accounts.authenticate(token))
        self.assertEqual(actor.user.silenced, until)
        self.house.wait(self.administration.silence(self.anna, self.mei.id, None))
        actor = self.house.wait(self.house.chat.accounts.authenticate(token))
        self.assertIsNone(actor.user.silenced)

    def test_changed(self) -> None:
        """Who has another role comes back at once, as she is now."""
        self.house.wait(self.administration.set_role(self.anna, self.mei.id, "admin"))
        self.assertFalse(self.connection.is_open)
        self.assertEqual(self.connection.close_code, 1012)
        self.assertEqual(self.house.connect(self.mei).welcome["user"]["role"], "admin")
