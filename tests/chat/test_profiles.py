"""What people show of themselves."""

from __future__ import annotations

from tests.chat.scene import Scene


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
