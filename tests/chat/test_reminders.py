"""What people asked to be reminded of: told by the robot when it is time, where they are still there."""

from __future__ import annotations

from tests.chat.test_robot import ROBOT, RobotTests
from tests.support.house import PASSWORD
from webchat.model.ids import RoomId


class Reminding(RobotTests):
    def test_due(self) -> None:
        """It reminds when it is time, once, also after a kill."""
        self.say("remind me in 5 minutes to drink tea")
        self.assertEqual((len(self.said()), self.remind()), (1, []))
        self.pass_minutes(6)
        self.house = self.again()
        self.line = self.house.connect(self.anna)
        (told,) = self.remind()
        self.assertIn("drink tea", told["text"])
        self.assertEqual((self.remind(), self.kept()), ([], []))

    def test_mentions(self) -> None:
        """In a room it names whom it reminds."""
        self.house.wait(self.house.chat.members.invite(self.anna, RoomId(1), [ROBOT]))
        self.say("@dabai 5分钟后提醒我喝茶", room=1, connection=self.other)
        self.said(), self.pass_minutes(6)
        (told,) = self.remind()
        self.assertEqual((told["text"], told["mentions"]), ("@mei ⏰ 提醒你：喝茶", [self.mei.id]))

    def test_listed(self) -> None:
        """They are listed by number, and cancelled by it; nobody sees those of others."""
        self.say("remind me in 5 minutes to drink tea"), self.say("remind me in 4 minutes to call Bo")
        self.step()
        self.say("my reminders")
        listed = self.said()[-1]["text"]
        self.assertLess(listed.index("call Bo"), listed.index("drink tea"))
        self.say("cancel 1")
        self.step()
        self.assertEqual((self.kept(), self.kept(self.mei)), (["call Bo"], []))

    def test_left(self) -> None:
        """Who has left the room is reminded of nothing there."""
        self.house.wait(self.house.chat.members.invite(self.anna, RoomId(1), [ROBOT]))
        self.say("@dabai remind me in 5 minutes to drink tea", room=1, connection=self.other)
        self.step()
        self.other.ask("leave", room=1)
        self.line.rest()
        self.pass_minutes(6)
        self.assertEqual((self.remind(), self.kept(self.mei)), ([], []))

    def test_account_given_up(self) -> None:
        """An account that goes takes its reminders along."""
        self.house.wait(self.house.chat.directs.open(self.mei, [ROBOT]))
        room = self.opened(self.mei)
        self.say("remind me in 5 minutes to drink tea", room=room, connection=self.other)
        self.step()
        self.assertEqual(self.kept(self.mei), ["drink tea"])
        self.house.wait(self.house.chat.leaving.give_up(self.mei, PASSWORD))
        self.assertEqual(self.kept(self.mei), [])

    def test_zone(self) -> None:
        """It knows the clock of who asks, where her browser has told it."""
        self.house.wait(self.house.chat.preferences.change(self.anna, {"zone": "Asia/Shanghai"}))
        self.say("what time is it")
        (answer,) = self.said()
        self.assertIn("6:1", answer["text"])
