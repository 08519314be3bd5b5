"""What is decided while the server runs."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat.facade import Settings


class Decisions(SynchronousTestCase):
    """Made by admins, in force at once."""

    def setUp(self) -> None:
        self.house = House(self, settings=Settings(title="Configured", registration="closed"))
        self.anna = self.house.set_up()
        self.settings = self.house.chat.settings

    def test_registration(self) -> None:
        """What is decided wins over the configuration, from the next request on, until it is taken back."""
        register = self.house.chat.accounts.register
        mei = ("mei", "Mei", PASSWORD, None, None, DEVICE)
        self.assertEqual(self.house.refusal(register(*mei)), "registration_closed")
        self.house.wait(self.settings.change(self.anna, registration="open"))
        self.assertEqual(self.house.chat.about().registration, "open")
        self.house.wait(register(*mei))
        self.house.wait(self.settings.change(self.anna, registration=None))
        self.assertEqual(self.house.chat.about().registration, "closed")

    def test_shown(self) -> None:
        """Strangers learn the title, how to come in, and that there are terms."""
        self.house.wait(
            self.settings.change(
                self.anna, title=" 茶室 ", guests=True, creating="admins", terms="Be kind.\n好好说话。"
            )
        )
        about = self.house.chat.about()
        self.assertEqual((about.title, about.guests, about.terms, about.creating), ("茶室", True, True, "admins"))
        self.assertEqual(self.settings.shown().terms, "Be kind.\n好好说话。")
        self.house.wait(self.settings.change(self.anna, terms=" "))
        self.assertFalse(self.house.chat.about().terms)

    def test_other_nodes(self) -> None:
        """Another process learns of it by its sweep."""
        other = House(self, engines=self.house.engines)
        self.house.wait(self.settings.change(self.anna, title="Ours"))
        self.assertEqual(other.chat.about().title, "webchat")
        other.wait(other.chat.settings.load())
        self.assertEqual(other.chat.about().title, "Ours")

    def test_creating(self) -> None:
        """Who makes rooms: all who are no guests, or admins only."""
        create, mei = self.house.chat.rooms.create, None
        self.house.wait(self.settings.change(self.anna, registration="open"))
        mei = self.house.register("mei")
        self.house.wait(create(mei, "Garden"))
        self.house.wait(self.settings.change(self.anna, creating="admins"))
        self.assertEqual(self.house.refusal(create(mei, "Cellar")), "forbidden")
        self.house.wait(create(self.anna, "Cellar"))

    def test_refused(self) -> None:
        """Members decide nothing; a title is one line, terms have their limit."""
        self.house.wait(self.settings.change(self.anna, registration="open"))
        mei = self.house.register("mei")
        for work, code in (
            (self.settings.change(mei, guests=True), "forbidden"),
            (self.settings.change(self.anna, title=" "), "bad_text"),
            (self.settings.change(self.anna, title="x" * 81), "text_too_long"),
            (self.settings.change(self.anna, terms="x" * 10_001), "text_too_long"),
            (self.settings.change(self.anna, terms="a\0b"), "bad_text"),
        ):
            self.assertEqual(self.house.refusal(work), code)

    def test_nothing_changed(self) -> None:
        """What is as it was leaves no entry in the log."""
        for _ in range(2):
            self.house.wait(self.settings.change(self.anna, guests=True))
        page = self.house.wait(self.house.chat.administration.acts(self.anna))
        self.assertEqual([(one.action, one.details) for one in page.entries], [("server.settings", {"guests": True})])
