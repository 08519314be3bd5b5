"""What everybody is told, and who has read it."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import Connection, House


class Announcing(SynchronousTestCase):
    """Told live, to whoever comes, and on every device until it is dismissed on one."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.announcements = self.house.chat.announcements

    def post(self, text: str = "Tea at three", link: str | None = None) -> Any:
        return self.house.wait(self.announcements.post(self.anna, text, link))

    def told(self, *connections: Connection) -> list[list[Any]]:
        return [
            [(event["type"], event.get("version")) for event in connection.rest() if event["type"] != "member"]
            for connection in connections
        ]

    def test_live(self) -> None:
        """Everybody connected is told of it, of another text, and of its end; who comes finds it in `welcome`."""
        desk, phone, anna = self.house.connect(self.mei), self.house.connect(self.mei), self.house.connect(self.anna)
        self.assertIsNone(desk.welcome["announcement"])
        made = self.post(link="/rooms/1")
        self.assertEqual(desk.next("announcement")["text"], "Tea at three")
        self.assertEqual(self.told(phone, anna), [[("announcement", 1)]] * 2)
        self.house.wait(self.announcements.change(self.anna, made.id, "Tea at four"))
        self.assertEqual(self.told(desk), [[("announcement", 2)]])
        self.assertEqual(self.house.connect(self.mei).welcome["announcement"]["text"], "Tea at four")
        self.house.wait(self.announcements.end(self.anna, made.id))
        self.assertIsNotNone(phone.rest()[-1]["ended"])
        self.assertIsNone(self.house.connect(self.mei).welcome["announcement"])

    def test_dismissed(self) -> None:
        """On one device is on all; another version comes again."""
        made = self.post()
        desk, phone = self.house.connect(self.mei), self.house.connect(self.mei)
        self.house.wait(self.announcements.dismiss(self.mei, made.id, 1))
        self.assertEqual(self.told(desk, phone), [[("dismissed", 1)]] * 2)
        self.assertIsNone(self.house.connect(self.mei).welcome["announcement"])
        self.assertIsNotNone(self.house.connect(self.anna).welcome["announcement"])
        self.house.wait(self.announcements.change(self.anna, made.id, "Tea at four"))
        self.assertEqual(self.house.connect(self.mei).welcome["announcement"]["version"], 2)

    def test_not_ahead(self) -> None:
        """What has not been written yet cannot be dismissed."""
        made = self.post()
        self.house.wait(self.announcements.dismiss(self.mei, made.id, 1_000))
        self.house.wait(self.announcements.change(self.anna, made.id, "Tea at four"))
        self.assertIsNotNone(self.house.connect(self.mei).welcome["announcement"])
        self.assertEqual(self.house.refusal(self.announcements.dismiss(self.mei, 4711, 1)), "not_found")

    def test_one_at_a_time(self) -> None:
        """A new one ends the one before it, which can be read still."""
        first, second = self.post(), self.post("Cake")
        self.assertEqual(self.announcements.current, second)
        found, following = self.house.wait(self.announcements.page(None, 1))
        self.assertEqual(([one.id for one in found], following), ([second.id], second.id))
        found, following = self.house.wait(self.announcements.page(following, 1))
        self.assertEqual(([one.id for one in found], following), ([first.id], None))
        self.assertEqual(self.house.refusal(self.announcements.end(self.anna, first.id)), "not_found")

    def test_same_again(self) -> None:
        """A change that changes nothing is no other version."""
        made = self.post()
        self.assertEqual(self.house.wait(self.announcements.change(self.anna, made.id, "Tea at three")), made)

    def test_other_nodes(self) -> None:
        """What another process announced is told with the sweep, once."""
        desk = self.house.connect(self.mei)
        other = House(self, engines=self.house.engines)
        other.wait(other.chat.announcements.post(None, "From the machine itself"))
        self.assertEqual(self.told(desk), [[]])
        for _ in range(2):
            self.house.wait(self.announcements.refresh())
        self.assertEqual(self.told(desk), [[("announcement", 1)]])

    def test_meanwhile(self) -> None:
        """Who comes while it is changed is not welcomed with what it was."""
        made = self.post()
        connection = self.house.connect(hello=False)
        token = self.house.token(self.mei)
        self.house.reader.hold()
        connection.send(type="hello", token=token)
        self.house.writer.step()
        changing = self.announcements.change(self.anna, made.id, "Tea at four")
        self.house.wait(changing)
        self.house.reader.release()
        self.house.turn()
        events = connection.rest()
        welcome = next(event for event in events if event["type"] == "welcome")
        self.assertEqual(welcome["announcement"]["version"], 2)

    def test_refused(self) -> None:
        """For admins only; the text and the link have their rules."""
        made = self.post()
        for work, code in (
            (self.announcements.post(self.mei, "I am the owner"), "forbidden"),
            (self.announcements.change(self.mei, made.id, "x"), "forbidden"),
            (self.announcements.end(self.mei, made.id), "forbidden"),
            (self.announcements.post(self.anna, " "), "empty_text"),
            (self.announcements.post(self.anna, "x", "javascript:alert(1)"), "bad_text"),
            (self.announcements.change(self.anna, 4711, "x"), "not_found"),
        ):
            self.assertEqual(self.house.refusal(work), code)
