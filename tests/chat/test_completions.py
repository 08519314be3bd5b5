"""Questions for a language model: what it is told, who may stop it, and who is told of what it says."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.chat.test_robot import ROBOT, RobotTests, settings
from tests.support.house import FAST, House
from webchat.chat.completions import MOST_WAITING, SIGNS, TURNS, Asking, question_of
from webchat.chat.facade import Settings
from webchat.chat.search import Search
from webchat.model.commands import LeaveRoom
from webchat.model.completions import Endpoint
from webchat.model.events import Message
from webchat.model.ids import RoomId, Seq
from webchat.robot.notes import excuse
from webchat.store import outbox
from webchat.store.outbox import Job

LOBBY = RoomId(1)


class CompletionCase(RobotTests):
    """Anna runs the server, mei is a member of the lobby; each step of an answer is the test's own."""

    prompt: str | None = None

    def setUp(self) -> None:
        super().setUp()
        self.open(House(self, self.settings()))

    def settings(self) -> Settings:
        common = {name: getattr(settings(), name) for name in ("posts", "changes", "marks", "typing", "reads")}
        endpoint = Endpoint("model.example", "small-1", self.prompt)
        return Settings(registration="open", robot=True, endpoint=endpoint, questions=FAST, push_key="key", **common)

    def open(self, house: House) -> None:
        self.house, self.chat = house, house.chat
        self.anna, self.mei = house.set_up(), house.register("mei")
        self.line, self.other = house.connect(self.anna), house.connect(self.mei)
        self.talk = self.opened(self.anna)
        house.wait(self.chat.members.invite(self.anna, LOBBY, [ROBOT]))
        self.line.rest(), self.other.rest()

    def jobs(self, room: int | None = None) -> list[Job]:
        """What is to be asked of a room."""
        self.step()
        target = room or self.talk
        return self.house.wait(self.chat.database.read(lambda db: outbox.all_for(db, "robot", target)))

    def asked(self, text: str, room: int | None = None, connection: Any = None, **more: Any) -> Asking:
        """Says it to the robot, and begins to ask."""
        self.say(text, room, connection, **more)
        asking = self.house.wait(self.chat.completions.compose(self.jobs(room)[-1]))
        assert asking is not None
        return asking

    def turns(self, asking: Asking) -> list[tuple[str, str]]:
        return [(one["role"], one["content"]) for one in msgspec.json.decode(asking.body)["messages"]]

    def begin(self, asking: Asking, text: str = "Tea is") -> Seq:
        return self.house.wait(self.chat.completions.begin(asking, text))

    def over(self, asking: Asking, seq: Seq, text: str = "Tea is a drink.") -> None:
        self.house.wait(self.chat.completions.end(asking.wanted, seq, text, None))
        self.house.wait(self.chat.database.write(None, lambda db: outbox.done(db, asking.job)))

    def answered(self, text: str, answer: str, **more: Any) -> None:
        asking = self.asked(text, **more)
        self.over(asking, self.begin(asking), answer)

    def message(self, room: RoomId, seq: Seq) -> Message:
        return self.house.wait(self.chat.messages.one(self.anna, room, seq))


class Asked(CompletionCase):
    def test_own(self) -> None:
        """Reminders, and help where it is called for, are the robot's own; nothing else is."""
        self.say("remind me in 5 minutes to drink tea"), self.say("my reminders"), self.say("help")
        self.say("帮助 搜索")
        _, second, help, topic = self.said()
        self.assertIn("drink tea", second["text"])
        self.assertIn("small-1", help["text"])
        self.assertIn("dep*", topic["text"])
        self.assertEqual(self.kept(), ["drink tea"])
        for text in ("2+3", "hello", "help me write a letter about files", "怎么邀请朋友"):
            self.say(text)
        self.assertEqual(self.said(), [])
        self.assertEqual(self.house.wait(self.chat.database.read(lambda db: outbox.count(db, "robot"))), 4)

    def test_conversation(self) -> None:
        """Where two are alone it is told what they have said, without what was taken back, notes, and threads."""
        self.answered("what is tea?", "A drink.\n\n*(Stopped.)*")
        self.line.ask("delete", room=self.talk, seq=self.say("oops"))
        self.say("in a thread", thread=1)
        system, *turns = self.turns(self.asked("and coffee?"))
        self.assertEqual(system[0], "system")
        self.assertEqual(turns, [("user", "what is tea?"), ("assistant", "A drink."), ("user", "and coffee?")])
        turns = self.turns(self.asked("black?", thread=1))[1:]
        self.assertEqual(turns, [("user", "what is tea?"), ("user", "in a thread"), ("user", "black?")])

    def test_limits(self) -> None:
        """Of a long conversation it is told the end, and no more characters than there is room for."""
        for number in range(TURNS + 5):
            self.say(f"m{number}")
        turns = self.turns(self.asked("last"))[1:]
        self.assertEqual((len(turns), turns[0][1], turns[-1][1]), (TURNS, f"m{6}", "last"))
        for letter in "abc":
            self.say(letter * 10_000)
        turns = self.turns(self.asked("last"))[1:]
        self.assertEqual([len(text) for _, text in turns], [SIGNS - 20_004, 10_000, 10_000, 4])

    def test_room(self) -> None:
        """In a room it is told the question and what that quotes, with their authors' names, and nothing besides."""
        self.say("a secret", LOBBY)
        quoted = self.say("Tea is green", LOBBY, self.other)
        turns = self.turns(self.asked("@dabai is that so?", LOBBY, reply=quoted))[1:]
        self.assertEqual(turns, [("user", "Mei: Tea is green"), ("user", "Anna: @dabai is that so?")])
        root = self.say("Tea?", LOBBY)
        self.say("Yes", LOBBY, self.other, thread=root)
        turns = self.turns(self.asked("@dabai which?", LOBBY, thread=root))[1:]
        self.assertEqual(turns, [("user", "Anna: Tea?"), ("user", "Mei: Yes"), ("user", "Anna: @dabai which?")])

    def test_introduction(self) -> None:
        """It is told who and where it is, in which language to answer, and the asker's time."""
        self.house.wait(self.chat.preferences.change(self.anna, {"zone": "Asia/Shanghai"}))
        text = self.turns(self.asked("茶是什么？"))[0][1]
        for part in ("大白", "webchat", "Chinese", "2023-11-15 06:13 CST"):
            self.assertIn(part, text)
        self.prompt = "I am {name} of {title}, {other}."
        self.open(House(self, self.settings()))
        self.assertEqual(self.turns(self.asked("hm?"))[0], ("system", "I am 大白 of webchat, {other}."))

    def test_crowded(self) -> None:
        """Only so many wait; who comes then is told so at once."""
        for _ in range(MOST_WAITING):
            self.say("hm?")
        self.say("再问一个？")
        self.assertEqual([one["text"] for one in self.said()], [excuse("crowded", "zh")])

    def test_taken_back(self) -> None:
        """What was deleted before its turn came is not asked, nor where the robot is shut out."""
        seq = self.say("hm?")
        (job,) = self.jobs()
        self.line.ask("delete", room=self.talk, seq=seq)
        self.assertIsNone(self.house.wait(self.chat.completions.compose(job)))
        self.say("hm?")
        job = self.jobs()[-1]
        self.house.wait(self.chat.administration.disable(self.anna, ROBOT, True))
        self.assertIsNone(self.house.wait(self.chat.completions.compose(job)))

    def test_no_endpoint_any_more(self) -> None:
        """What waits when the operator takes the endpoint away gets an answer; what was being written is closed."""
        asking = self.asked("hm?")
        seq = self.begin(asking)
        self.say("and?")
        jobs = self.jobs()
        self.chat.completions.endpoint = None
        for job in jobs:
            self.house.wait(self.chat.completions.give_up(job))
        self.assertEqual(self.message(self.talk, seq).text, "Tea is\n\n*(Interrupted.)*")
        self.assertEqual(self.message(self.talk, Seq(seq + 2)).text, excuse("missing", "en"))


class Stopping(CompletionCase):
    def test_who(self) -> None:
        """Who asked stops it, and who looks after the room; no other member, nobody else, and nothing else."""
        tom, otto = self.house.register("tom"), self.house.register("otto")
        self.house.wait(self.chat.rooms.leave(otto, LeaveRoom(0, LOBBY)))
        stop = self.chat.completions.stop
        for who, code in ((self.mei, None), (self.anna, None), (tom, "forbidden"), (otto, "not_a_member")):
            asking = self.asked("@dabai what is tea?", LOBBY, self.other)
            seq = self.begin(asking)
            if code is None:
                self.house.wait(stop(who, LOBBY, seq))
                self.assertFalse(self.message(LOBBY, seq).streaming)
            else:
                self.assertEqual(self.house.refusal(stop(who, LOBBY, seq)), code)
                self.assertTrue(self.message(LOBBY, seq).streaming)
        mine = Seq(self.say("Tea", LOBBY))
        for seq, code in ((mine, "forbidden"), (Seq(99), "no_such_message")):
            self.assertEqual(self.house.refusal(stop(self.anna, LOBBY, seq)), code)

    def test_direct(self) -> None:
        """In a conversation nobody looks after, who runs the server is one of its people, and no more."""
        room = self.opened(self.mei, self.anna.id)
        asking = self.asked("@dabai what is tea?", room, self.other)
        seq = self.begin(asking)
        self.assertEqual(self.house.refusal(self.chat.completions.stop(self.anna, room, seq)), "forbidden")
        self.house.wait(self.chat.completions.stop(self.mei, room, seq))
        self.assertEqual(self.message(room, seq).text, "Tea is\n\n*(Stopped.)*")

    def test_word_of_another(self) -> None:
        """The word stops what oneself has asked."""
        seq = self.begin(self.asked("@dabai what is tea?", LOBBY, self.other))
        self.say("@dabai stop", LOBBY)
        self.assertEqual([one["text"] for one in self.said()][-1], excuse("idle", "en"))
        self.assertTrue(self.message(LOBBY, seq).streaming)
        self.say("@dabai 停！", LOBBY, self.other)
        self.step()
        self.assertFalse(self.message(LOBBY, seq).streaming)

    def test_question(self) -> None:
        """By its nonce one knows what is answered, and in that room alone."""
        found = self.message(self.talk, self.begin(self.asked("hm?")))
        self.assertEqual(question_of(found), 1)
        for nonce in (None, "robot:9:1", "robot:2", "robot:2:x", "other:2:1"):
            self.assertIsNone(question_of(msgspec.structs.replace(found, nonce=nonce)))


class Told(CompletionCase):
    """It grows for those who look; whoever is told of each message once hears of it when it is whole."""

    def test_grown(self) -> None:
        """Growing is no editing, keeps the rest of the row, and ends once."""
        asking = self.asked("what is tea?")
        seq = self.begin(asking)
        self.line.ask("react", room=self.talk, seq=seq, emoji="🍵", on=True)
        extend = self.chat.completions.extend
        self.assertTrue(self.house.wait(extend(asking, seq, "Tea is a")))
        self.assertTrue(self.house.wait(extend(asking, seq, "Tea is a")))
        before = self.message(self.talk, seq)
        self.assertEqual((before.text, before.streaming, len(before.reactions)), ("Tea is a", True, 1))
        self.over(asking, seq)
        after = self.message(self.talk, seq)
        self.assertEqual((after.rev, after.edited, after.streaming), (before.rev + 1, None, False))
        self.assertFalse(self.house.wait(extend(asking, seq, "More")))
        self.assertEqual(self.message(self.talk, seq), after)

    def test_push(self) -> None:
        """Devices hear of it once, in whole."""
        point, secret = "B" + "A" * 86, "A" * 22
        self.house.wait(self.chat.push.subscribe(self.mei, "https://fcm.googleapis.com/x", point, secret))
        self.other.lose()
        asking = self.asked("@dabai what is tea?", LOBBY)
        self.house.wait(self.chat.push.decide())
        self.house.wait(self.chat.places.set_level(self.mei, LOBBY, "all", None))
        seq = self.begin(asking)
        self.assertEqual(self.chat.push._stirred, {})
        self.over(asking, seq)
        self.assertEqual(list(self.chat.push._stirred), [LOBBY])

    def test_previews(self) -> None:
        """A link that is being written is none yet."""
        self.house.wait(self.chat.settings.change(None, previews=True))
        asking = self.asked("where?")
        seq = self.begin(asking, "See https://a.exam")
        self.assertEqual(self.chat.previews._new, [])
        self.over(asking, seq, "See https://a.example")
        self.assertEqual([one.seq for one in self.chat.previews._new], [seq])

    def test_search(self) -> None:
        """What it says is found."""
        self.answered("what is tea?", "Camellia")
        self.house.wait(self.chat.indexing.step())
        hits = self.house.wait(self.chat.searching.find(self.anna, Search("camellia"))).hits
        self.assertEqual([hit.message.seq for hit in hits], [2])
