"""The robot among people: whom it answers, what it keeps its word about, and that it says nothing twice."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import FAST, House, Wall, in_memory, serialized
from webchat.chat.facade import Settings
from webchat.model.ids import RoomId, UserId
from webchat.model.users import Actor
from webchat.robot.asking import LATE
from webchat.store import bots, reminders, users

ROBOT = UserId(1)
MINUTE = 60_000


def settings(robot: bool | None = True) -> Settings:
    return Settings(registration="open", posts=FAST, changes=FAST, marks=FAST, typing=FAST, reads=FAST, robot=robot)


class RobotTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self, settings())
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.line, self.other = self.house.connect(self.anna), self.house.connect(self.mei)
        self.talk = self.opened(self.anna)
        self.line.rest()

    def opened(self, actor: Actor, *more: UserId) -> RoomId:
        room: RoomId = self.house.wait(self.house.chat.directs.open(actor, [ROBOT, *more])).state.room
        return room

    def step(self) -> None:
        self.house.wait(self.house.chat.robot.step())

    def said(self) -> list[dict[str, Any]]:
        """What the robot has said to anna just now."""
        self.step()
        return [one for one in self.line.rest() if one["type"] == "message" and one["author"] == ROBOT]

    def say(self, text: str, room: int | None = None, connection: Any = None, **more: Any) -> int:
        seq: int = (connection or self.line).ask("post", room=room or self.talk, text=text, **more)["seq"]
        return seq

    def pass_minutes(self, minutes: int) -> None:
        wall = self.house.now
        assert isinstance(wall, Wall)
        wall.ms += minutes * MINUTE

    def remind(self) -> list[dict[str, Any]]:
        self.house.wait(self.house.chat.robot.remind())
        return [one for one in self.line.rest() if one["type"] == "message" and one["author"] == ROBOT]

    def kept(self, actor: Actor | None = None) -> list[str]:
        user = (actor or self.anna).id
        return [
            one.text for one in self.house.wait(self.house.database.read(lambda db: reminders.of_user(db, user, 99)))
        ]

    def again(self, robot: bool | None = True) -> House:
        """The server after a kill, over what the database holds."""
        house = House(self, settings(robot), in_memory(serialized(self.house.engines)))
        assert isinstance(house.now, Wall) and isinstance(self.house.now, Wall)
        house.now.ms = self.house.now.ms + 1000
        return house


class Account(RobotTests):
    def test_there(self) -> None:
        """It is a bot for which the server itself answers, known to everybody, and found among the people."""
        card = self.house.chat.about().robot
        assert card is not None
        self.assertEqual((card.id, card.name, card.display_name, card.kind), (ROBOT, "dabai", "大白", "bot"))
        self.assertIsNone(self.house.wait(self.house.database.read(lambda db: bots.owner(db, ROBOT))))
        found, _ = self.house.wait(self.house.chat.people.find(self.mei, "大白"))
        self.assertEqual([one.id for one in found], [ROBOT])

    def test_face(self) -> None:
        """It has a picture, which an admin may take away for good."""
        pictures = self.house.chat.pictures
        self.house.wait(self.house.chat.robot.show_face(pictures))
        card = self.house.chat.about().robot
        assert card is not None and card.avatar is not None
        self.assertTrue(self.house.wait(pictures.read(card.avatar, 128)))
        self.house.wait(self.house.database.write(None, lambda db: users.change(db, ROBOT, avatar=None)))
        self.house = self.again()
        self.house.wait(self.house.chat.robot.show_face(self.house.chat.pictures))
        card = self.house.chat.about().robot
        assert card is not None
        self.assertIsNone(card.avatar)

    def test_made_once(self) -> None:
        """The next start finds it; where the operator wants none it is shut out, until she wants one again."""
        self.assertEqual(self.again().chat.about().robot, self.house.chat.about().robot)
        self.house = self.again(robot=False)
        self.assertIsNone(self.house.chat.about().robot)
        self.assertEqual(self.house.refusal(self.house.chat.directs.open(self.mei, [ROBOT])), "no_such_user")
        self.house = self.again()
        self.assertIsNotNone(self.house.chat.about().robot)

    def test_left_alone(self) -> None:
        """A command of the operator, which has no say in it, changes nothing."""
        house = self.again(robot=None)
        self.assertIsNone(house.chat.about().robot)
        found, _ = house.wait(house.chat.people.find(self.mei, "大白"))
        self.assertEqual([one.id for one in found], [ROBOT])

    def test_shut_out(self) -> None:
        """Whom an admin shuts out stays so, and is silent."""
        self.house.wait(self.house.chat.administration.disable(self.anna, ROBOT, True))
        self.say("hello")
        self.assertEqual(self.said(), [])
        self.assertIsNone(self.again().chat.about().robot)

    def test_name_taken(self) -> None:
        """A person who has its name keeps it."""
        self.house = House(self, settings(robot=False))
        self.house.set_up(), self.house.register("dabai")
        card = self.again().chat.about().robot
        assert card is not None
        self.assertEqual((card.name, card.display_name), ("dabai-bot", "大白"))


class Answering(RobotTests):
    def test_alone(self) -> None:
        """In a conversation of two it answers everything, plainly, in the language of the question."""
        self.say("2+3"), self.say("三加五等于几")
        first, second = self.said()
        self.assertIn("5", first["text"])
        self.assertIn("8", second["text"])
        self.assertNotIn("reply", first)
        self.assertEqual(self.said(), [])

    def test_silence_first(self) -> None:
        """It has looked before anything was said, and hears all the same what is said then."""
        self.assertEqual(self.said(), [])
        self.say("2+3")
        self.assertEqual(len(self.said()), 1)

    def test_mentioned(self) -> None:
        """In a room it answers who mentions it, as a reply; to others it does not listen."""
        self.house.wait(self.house.chat.members.invite(self.anna, RoomId(1), [ROBOT]))
        self.say("2+3", room=1)
        self.assertEqual(self.said(), [])
        seq = self.say("@dabai 2+4", room=1, connection=self.other)
        (answer,) = self.said()
        self.assertEqual((answer["reply"], "6" in answer["text"]), (seq, True))

    def test_thread(self) -> None:
        """Asked in a thread, it answers there."""
        self.house.wait(self.house.chat.members.invite(self.anna, RoomId(1), [ROBOT]))
        root = self.say("tea?", room=1)
        self.say("@dabai 2+4", room=1, thread=root)
        self.assertEqual([one.get("thread") for one in self.said()], [root])

    def test_several(self) -> None:
        """Among several it waits until it is mentioned."""
        room = self.opened(self.anna, self.mei.id)
        self.say("2+3", room=room)
        self.assertEqual(self.said(), [])
        self.say("@dabai 2+3", room=room)
        self.assertEqual(len(self.said()), 1)

    def test_bots(self) -> None:
        """It answers no bot, or the two would never end."""
        self.house.wait(self.house.database.write(None, lambda db: users.change(db, self.anna.id, kind="bot")))
        self.say("hello")
        self.assertEqual(self.said(), [])

    def test_blocked(self) -> None:
        """Who blocks it hears nothing of it, and what comes later is answered after that."""
        self.say("hello")
        self.house.wait(self.house.chat.contacts.block(self.anna, ROBOT, True))
        self.assertEqual(self.said(), [])
        self.house.wait(self.house.chat.contacts.block(self.anna, ROBOT, False))
        self.say("2+3")
        self.assertEqual(len(self.said()), 1)

    def test_deleted(self) -> None:
        """What was taken back before it looked is not answered."""
        self.line.ask("delete", room=self.talk, seq=self.say("hello"))
        self.assertEqual(self.said(), [])

    def test_late(self) -> None:
        """After a long time it answers where somebody is alone with it, and in rooms no more."""
        self.house.wait(self.house.chat.members.invite(self.anna, RoomId(1), [ROBOT]))
        self.say("@dabai 2+3", room=1), self.say("2+3")
        self.pass_minutes(LATE // MINUTE + 1)
        self.assertEqual([one["room"] for one in self.said()], [self.talk])

    def test_guest(self) -> None:
        """Who is not signed in gets an answer too, and no promises."""
        reply = self.house.chat.robot.reply
        self.assertIn("5", reply("2+3", "en"))
        self.assertIn("Sign in", reply("remind me in 5 minutes to drink tea", "en"))
        self.assertIn("登录", reply("5分钟后提醒我喝茶", "en"))


class Killed(RobotTests):
    def test_before(self) -> None:
        """What was said before the server was killed is answered by the next one, once."""
        seq = self.say("2+3")
        self.house = self.again()
        self.line = self.house.connect(self.anna)
        for _ in range(2):
            self.house.wait(self.house.chat.robot.look_round())
            self.step()
        page = self.house.wait(self.house.chat.messages.page(self.anna, self.talk))
        self.assertEqual([(one.seq, one.author) for one in page.messages], [(seq, self.anna.id), (seq + 1, ROBOT)])

    def test_between(self) -> None:
        """Killed behind one answer and before the next, it says the first no second time, and the next as well."""
        first = self.say("remind me in 5 minutes to drink tea")
        robot = self.house.chat.robot
        page = self.house.wait(self.house.database.read(lambda db: robot._page(db, self.talk)))
        assert page is not None
        self.say("2+3")
        self.house.wait(self.house.database.write(None, lambda db: robot._raise(db, self.talk, page.first)))
        self.house.wait(robot._answer(page.asked[0]))
        self.house = self.again()
        self.house.wait(self.house.chat.robot.look_round())
        self.step()
        found = self.house.wait(self.house.chat.messages.page(self.anna, self.talk)).messages
        self.assertEqual([one.author for one in found], [self.anna.id] * 2 + [ROBOT] * 2)
        self.assertEqual([one.nonce for one in found[2:]], [f"robot:{self.talk}:{first + at}" for at in (0, 1)])
        self.assertEqual(self.kept(), ["drink tea"])
