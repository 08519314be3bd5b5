"""Accounts from their beginning to their end, by the one name that the doors know."""

from __future__ import annotations

from tests.chat.scene import Scene, settings
from tests.support.house import DEVICE, PASSWORD


class Whole(Scene):
    """Everything that has a module of its own acts on the same accounts."""

    settings = settings("invitation")

    def test_story(self) -> None:
        """Somebody is invited, registers, shows herself, gets a token, changes her password, and signs out."""
        wait = self.house.wait
        self.assertTrue(self.accounts.has_owner)
        code, _ = wait(self.accounts.make_invite(self.anna, 1, 1))
        mei = wait(self.register(invitation=code)).actor
        self.assertIn(self.accounts.lobby, [room.room for room in wait(self.house.chat.rooms.mine(mei))[1]])
        wait(self.accounts.edit_profile(mei, "梅"))
        self.assertEqual([card.display_name for card in wait(self.accounts.users(self.anna, [mei.id]))], ["梅"])
        token, _ = wait(self.accounts.make_token(mei, "backup", None))
        self.assertEqual(wait(self.accounts.authenticate(token)).id, mei.id)
        signed = wait(self.accounts.change_password(mei, PASSWORD, "another good password", DEVICE))
        self.assertEqual(self.house.refusal(self.accounts.authenticate(token)), "unauthenticated")
        wait(self.accounts.sign_out(signed.actor))
        self.assertEqual(self.house.refusal(self.accounts.authenticate(signed.token)), "unauthenticated")
