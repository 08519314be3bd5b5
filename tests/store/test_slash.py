"""Commands of bots, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.chat.bots import make_bot
from webchat.model.ids import Millis, UserId
from webchat.store import slash, users


class Commands(StoreTests):
    """Registered, found in the rooms where their bots are, changed, forgotten."""

    def bot(self, name: str) -> UserId:
        return self.write(make_bot, name, name.title(), None, NOW).id

    def add(self, name: str, bot: UserId, **more: object) -> int:
        return self.write(slash.add, {"name": name, "bot": bot, "created": NOW, **more})

    def test_found(self) -> None:
        """A command is found by its id and its name, with all that was given."""
        bot = self.bot("rain")
        id = self.add("weather", bot, hint="[city]", description="Tells it", url="https://a.example", secret="s")
        found = self.read(slash.one, id)
        self.assertEqual(found, self.read(slash.named, "weather"))
        assert found is not None
        self.assertEqual((found.bot, found.hint, found.url, found.failures), (bot, "[city]", "https://a.example", 0))
        self.assertIsNone(self.read(slash.named, "Weather"))
        self.write(slash.change, id, {"hint": ""})
        self.assertEqual([one.hint for one in self.read(slash.of_bot, bot)], [""])
        self.write(slash.remove, id)
        self.assertIsNone(self.read(slash.one, id))
        self.assertEqual(self.read(slash.count, bot), 0)

    def test_in_room(self) -> None:
        """In a room are the commands of the bots in it, by name, a page at a time; of one that is disabled none."""
        room, other = self.room(), self.room("Hall")
        rain, dice = self.bot("rain"), self.bot("dice")
        for name, bot in (("b", rain), ("c", dice), ("a", dice)):
            self.add(name, bot)
        for bot in (rain, dice):
            self.join(room, bot)
        found = self.read(slash.in_room, room, "", 2)
        self.assertEqual([(one.name, card.name) for one, card in found], [("a", "dice"), ("b", "rain")])
        self.assertEqual([one.name for one, _ in self.read(slash.in_room, room, "b", 2)], ["c"])
        self.assertEqual(self.read(slash.in_room, other, "", 9), [])
        self.assertIsNone(self.read(slash.named_in_room, other, "a"))
        self.write(users.change, dice, disabled=NOW)
        self.assertIsNone(self.read(slash.named_in_room, room, "a"))
        self.leave(room, rain)
        self.assertEqual(self.read(slash.in_room, room, "", 9), [])

    def test_failures(self) -> None:
        """After so many failures in a row it rests; one answer, and they are forgotten."""
        id = self.add("weather", self.bot("rain"))
        self.write(slash.failed, id, "nobody", 3, NOW)
        self.write(slash.answered, id)
        for number in range(3):
            found = self.read(slash.one, id)
            assert found is not None
            self.assertEqual((found.failures, found.disabled), (number, None))
            self.write(slash.failed, id, "nobody", 3, Millis(NOW + number))
        found = self.read(slash.one, id)
        assert found is not None
        self.assertEqual((found.failures, found.failure, found.disabled), (3, "nobody", NOW + 2))


on_each_engine(Commands, globals())
