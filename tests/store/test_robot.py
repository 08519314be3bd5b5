"""What the robot has not come to yet, asked of the database."""

from __future__ import annotations

from tests.contracts.engines import StoreTests, on_each_engine
from webchat.model.ids import RoomId, Seq
from webchat.store import memberships, places, robot


class Behind(StoreTests):
    def test_behind(self) -> None:
        """Rooms in which something was said since: after the mark where it is set, whatever was read since."""
        bot, anna = self.user("dabai"), self.user("anna")
        one, two, three = self.room("One"), self.room("Two"), self.room("Three")
        for room in (one, two):
            self.join(room, bot)
        for room in (one, two, three):
            self.post(room, anna)
        self.assertEqual(self.read(robot.behind, bot, RoomId(0), 9), [one, two])
        self.assertEqual(self.read(robot.behind, bot, RoomId(0), 1), [one])
        self.assertEqual(self.read(robot.behind, bot, one, 9), [two])
        self.write(memberships.read_up_to, [(one, bot, Seq(1))])
        self.assertEqual(self.read(robot.behind, bot, RoomId(0), 9), [two])
        self.write(places.set_unread, one, bot, Seq(1)), self.write(places.set_unread, two, bot, Seq(2))
        self.assertEqual(self.read(robot.behind, bot, RoomId(0), 9), [one])
        self.assertEqual(self.read(robot.talks, bot), set())


on_each_engine(Behind, globals())
