"""What every new account must satisfy."""

from __future__ import annotations

from tests.chat.scene import Scene


class Newcomers(Scene):
    """Open registration, by which accounts are made."""

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

    def test_archived_lobby(self) -> None:
        """Where the lobby is archived a newcomer still gets an account."""
        self.house.wait(self.house.chat.rooms.archive(self.anna, 1, True))
        actor = self.house.wait(self.register()).actor
        self.assertEqual(self.house.wait(self.house.chat.rooms.mine(actor))[1], [])
