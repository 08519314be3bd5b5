"""The use cases under one roof."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.facade import FRAME_BYTES, Settings
from webchat.ws.factory import FRAME_BYTES as DOOR_BYTES


class Facade(SynchronousTestCase):
    def test_about(self) -> None:
        """Anybody may know the server's title, version, and how one gets an account."""
        about = House(self, settings=Settings(title="Tea house", registration="closed")).chat.about()
        self.assertEqual((about.title, about.version, about.build), ("Tea house", "0", "b"))
        self.assertEqual((about.registration, about.needs_setup), ("closed", True))

    def test_limits(self) -> None:
        """The limits that are told are those that hold."""
        house = House(self)
        anna = house.set_up()
        limits = house.chat.about().limits
        self.assertEqual((limits.frame_bytes, FRAME_BYTES), (DOOR_BYTES, DOOR_BYTES))
        for title, topic, code in (
            ("x" * (limits.title + 1), "", "text_too_long"),
            ("x", "y" * (limits.topic + 1), "text_too_long"),
        ):
            self.assertEqual(house.refusal(house.chat.rooms.create(anna, title, topic)), code)
        house.wait(house.chat.rooms.create(anna, "x" * limits.title, "y" * limits.topic))
        connection = house.connect(anna)
        self.assertEqual(connection.ask("post", room=1, text="x" * limits.message)["type"], "ok")
        self.assertEqual(connection.ask("post", room=1, text="x" * (limits.message + 1))["code"], "text_too_long")

    def test_careful_by_default(self) -> None:
        """Without other settings nobody registers uninvited, and everything has a limit of speed."""
        settings = Settings()
        self.assertEqual(settings.registration, "invitation")
        for rate in (settings.posts, settings.changes, settings.marks, settings.typing):
            self.assertTrue(0 < rate.per_second <= 10 and 0 < rate.burst <= 100, rate)

    def test_two_servers(self) -> None:
        """Two servers in one process know nothing of each other."""
        one, two = House(self), House(self)
        one.set_up()
        self.assertEqual((one.chat.about().needs_setup, two.chat.about().needs_setup), (False, True))
