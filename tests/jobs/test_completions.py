"""The robot answers from a language model: what comes over the line, and what people see of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater
from twisted.logger import formatEvent, globalLogPublisher
from twisted.trial.unittest import TestCase

from tests.support.endpoint import END, HEAD, Endpoint, Talk, chunked, event, response
from tests.support.house import FAST, House, in_memory, serialized
from webchat.chat.completions import LEASE, TEXT_LIMIT
from webchat.chat.facade import Settings
from webchat.jobs.completions import AT_ONCE, AT_ONCE_SECONDS, PACE, TYPING, Completer
from webchat.jobs.outside import Outside, by_name, named_connect
from webchat.jobs.worker import Worker
from webchat.live.limits import Rate
from webchat.model import completions
from webchat.model.ids import RoomId, Seq, UserId
from webchat.robot.notes import excuse
from webchat.store import outbox, revisions

ANYTHING: Any = reactor
ROBOT = UserId(1)
KEY = "sk-swordfish"
SECONDS = 60.0


def settings(**more: Any) -> Settings:
    common = dict.fromkeys(("posts", "changes", "marks", "typing", "reads"), FAST)
    asked = completions.Endpoint("model.example", "small-1", tokens=500)
    return Settings(registration="open", robot=True, endpoint=asked, questions=FAST, **common, **more)


async def until(condition: Callable[[], Any]) -> None:
    """Lets the reactor turn until it is so."""
    while not condition():
        await deferLater(ANYTHING, 0, lambda: None)


class EndpointCase(TestCase):
    """*anna* is alone with the robot, in the room `talk`; its pace and its patience are the test's own clock's."""

    timeout = 10

    def setUp(self) -> None:
        self.endpoint = Endpoint()
        port: Any = ANYTHING.listenTCP(0, self.endpoint, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.addCleanup(self.all_closed)
        self.number = port.getHost().port
        self.logged: list[str] = []
        globalLogPublisher.addObserver(self.log)
        self.addCleanup(globalLogPublisher.removeObserver, self.log)
        self.open(House(self, settings()))  # type: ignore[arg-type]
        self.anna = self.house.set_up()
        self.line = self.house.connect(self.anna)
        self.talk: RoomId = self.house.wait(self.house.chat.directs.open(self.anna, [ROBOT])).state.room
        self.line.rest()
        threads = LoopingCall(self.turn)
        threads.start(0)
        self.addCleanup(threads.stop)
        self.shown: dict[int, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []

    def open(self, house: House) -> None:
        """What `composition.py` does, over a clock that stands."""
        self.house = house
        host = f"127.0.0.1:{self.number}"
        outside = Outside(ANYTHING, by_name, named_connect(ANYTHING), frozenset((host,)))
        chat = house.chat
        self.completer = Completer(
            chat.completions, outside, house.clock, f"http://{host}/v1/chat/completions", KEY, SECONDS
        )
        self.worker = Worker(
            "robot", self.completer.deliver, chat.database, house.now, lambda low, high: high, AT_ONCE, LEASE
        )
        chat.completions.look = self.worker.step
        self.addCleanup(lambda: Deferred.fromCoroutine(self.worker.stop()))

    def turn(self) -> None:
        """Lets the threads of whichever server there is do what waits."""
        self.house.turn()

    def log(self, logged: Any) -> None:
        self.logged.append(formatEvent(logged))
        self.assertNotIn(KEY, str(logged))

    async def all_closed(self) -> None:
        await until(lambda: not any(talk.is_open for talk in self.endpoint.talks))

    def post(self, text: str, room: int | None = None, line: Any = None, **more: Any) -> int:
        seq: int = (line or self.line).ask("post", room=room or self.talk, text=text, **more)["seq"]
        return seq

    async def ask(self, text: str = "what is tea?", **more: Any) -> Talk:
        """Says it to the robot; how the endpoint hears of it."""
        before = len(self.endpoint.talks)
        self.post(text, **more)
        await self.step()
        await until(lambda: len(self.endpoint.talks) > before and self.endpoint.talks[-1].is_whole)
        return self.endpoint.talks[-1]

    async def step(self) -> None:
        await Deferred.fromCoroutine(self.house.chat.robot.step())

    def look(self) -> list[dict[str, Any]]:
        """What the robot has said, as anna's page shows it now."""
        for one in self.line.rest():
            self.events.append(one)
            if one["type"] == "message" and one["author"] == ROBOT:
                self.shown[one["seq"]] = one
        return [self.shown[seq] for seq in sorted(self.shown)]

    def text(self) -> str:
        found = self.look()
        return str(found[-1]["text"]) if found else ""

    def answers(self) -> list[Any]:
        """Those under way."""
        return [end.__self__ for end in self.house.chat.completions._under_way.values()]  # type: ignore[attr-defined]

    async def shows(self, text: str) -> None:
        await until(lambda: self.text() == text)

    async def is_over(self) -> None:
        await until(lambda: not self.worker.running)
        self.assertEqual(await self.left(), 0)

    async def left(self) -> int:
        return await self.house.chat.database.read(lambda db: outbox.count(db, "robot"))


class Streaming(EndpointCase):
    async def test_story(self) -> None:
        """The first words are a message at once; it grows, once a second; what it is in the end is no edited one."""
        talk = await self.ask()
        self.assertEqual([one["type"] for one in self.line.rest()][-1:], ["typing"])
        talk.begin()
        talk.say("Tea", " is")
        await self.shows("Tea")
        talk.say(" a drink")
        await self.grown_to("Tea is a drink")
        talk.say(".")
        await self.grown_to("Tea is a drink.")
        self.assertTrue(self.look()[-1]["streaming"])
        talk.finish()
        await self.is_over()
        (answer,) = self.look()
        self.assertEqual(answer["text"], "Tea is a drink.")
        for name in ("streaming", "edited", "reply"):
            self.assertNotIn(name, answer)
        texts = [one["text"] for one in self.events if one["type"] == "message" and one["author"] == ROBOT]
        self.assertLessEqual(len(texts), 4)
        revs = [one["rev"] for one in self.events if one.get("room") == self.talk and "rev" in one]
        self.assertEqual(revs, list(range(revs[0], revs[0] + len(revs))))
        kept = await self.house.chat.database.read(lambda db: revisions.of_message(db, self.talk, answer["seq"]))
        self.assertEqual(kept, [])
        self.assertFalse(talk.is_open)

    async def grown_to(self, text: str) -> None:
        """The message says *text* once the pace allows it."""
        # What was written to the socket has to come before the clock moves.
        await until(lambda: all(one.text == text and one._moment is not None for one in self.answers()))
        self.house.clock.advance(1)
        await self.shows(text)

    async def test_asked(self) -> None:
        """The endpoint is told the conversation, who it is, and the key."""
        (await self.ask("what is tea?")).write(response(200, b'{"choices": [{"message": {"content": "A drink."}}]}'))
        await self.is_over()
        talk = await self.ask("and coffee?")
        head = talk.asked.partition(b"\r\n\r\n")[0].decode()
        self.assertTrue(head.startswith("POST /v1/chat/completions HTTP/1.1\r\n"))
        self.assertIn(f"Authorization: Bearer {KEY}", head)
        system, *turns = talk.body["messages"]
        self.assertEqual(
            [(one["role"], one["content"]) for one in turns],
            [("user", "what is tea?"), ("assistant", "A drink."), ("user", "and coffee?")],
        )
        self.assertEqual(system["role"], "system")
        for part in ("大白", "webchat", "English", "2023-11-14"):
            self.assertIn(part, system["content"])
        body = {name: value for name, value in talk.body.items() if name != "messages"}
        self.assertEqual(body, {"model": "small-1", "stream": True, "max_tokens": 500})
        talk.write(response(500))
        await self.is_over()

    async def test_bytes(self) -> None:
        """Pieces may end anywhere, comments keep the line alive, and the last word may be missing."""
        talk = await self.ask("茶是什么？")
        talk.begin()
        stream = b": ping\n\n" + event("茶是") + b": ping\n\n" + event("饮料🍵")
        for byte in stream:
            talk.write(chunked(bytes((byte,))))
        talk.write(END)
        await self.is_over()
        self.assertEqual(self.text(), "茶是饮料🍵")
        self.assertNotIn("streaming", self.look()[-1])

    async def test_done_means_done(self) -> None:
        """Who has said that this is all is not waited for."""
        talk = await self.ask()
        talk.begin()
        talk.say("Tea.", finish_reason="stop")
        await self.is_over()
        self.assertEqual(self.text(), "Tea.")

    async def test_mentions_nobody(self) -> None:
        """What a model says calls nobody, and holds nothing that no message can."""
        talk = await self.ask()
        talk.begin()
        talk.say("\u0000@anna\r\n @all\x1b")
        talk.finish()
        await self.is_over()
        (answer,) = self.look()
        self.assertEqual(answer["text"], "@anna\n @all")
        self.assertFalse({"mentions", "everyone"} & answer.keys())

    async def test_room(self) -> None:
        """In a room it answers as a reply; several rooms are answered at a time, one room in order."""
        await Deferred.fromCoroutine(self.house.chat.members.invite(self.anna, RoomId(1), [ROBOT]))
        first = await self.ask("@dabai what is tea?", room=1)
        self.assertEqual([one["content"] for one in first.body["messages"][1:]], ["Anna: @dabai what is tea?"])
        seq = self.post("@dabai what is coffee?", room=1)
        await self.step()
        other = await self.ask("what is milk?")
        self.assertIn("milk", other.body["messages"][-1]["content"])
        other.write(response(500))
        first.begin()
        first.say("A drink.")
        first.finish()
        await until(lambda: self.worker.running == 0)
        await Deferred.fromCoroutine(self.worker.step())
        await until(lambda: len(self.endpoint.talks) == 3 and self.endpoint.talks[-1].is_whole)
        self.endpoint.talks[-1].write(response(429))
        await self.is_over()
        self.assertEqual([one.get("reply") for one in self.look() if one["room"] == 1], [seq - 1, seq])

    async def test_typing(self) -> None:
        """While nothing has come the room sees that it is thought about, and the job stays taken."""
        talk = await self.ask()
        for _ in range(12):
            await until(lambda: self.answers()[0]._moment)
            self.house.clock.advance(1)
            self.look()
        self.assertEqual(len([one for one in self.events if one["type"] == "typing"]), 5)
        talk.write(response(500))
        await self.is_over()

    async def test_typing_for_those_who_wait(self) -> None:
        """Who asks while as many are answered as there may be sees that it is thought about, all the same."""
        people = [self.anna, *map(self.house.register, ("ben", "cai", "dan", "eve"))]
        lines = [self.line, *map(self.house.connect, people[1:])]
        opened = [self.house.wait(self.house.chat.directs.open(one, [ROBOT])) for one in people]
        rooms = [one.state.room for one in opened]
        talks = [await self.ask(room=rooms[at], line=lines[at]) for at in range(AT_ONCE)]
        self.post("and coffee?", room=rooms[-1], line=lines[-1])
        await self.step()
        self.assertEqual((len(self.endpoint.talks), await self.left()), (AT_ONCE, AT_ONCE + 1))
        typing: list[dict[str, Any]] = []
        for _ in range(TYPING):
            for answer in self.answers():
                await until(lambda answer=answer: answer._moment)
            self.house.clock.advance(PACE)
            typing += [one for one in lines[-1].rest() if one["type"] == "typing"]
        await until(lambda: typing or typing.extend(one for one in lines[-1].rest() if one["type"] == "typing"))
        self.assertEqual([(one["room"], one["user"]) for one in typing], [(rooms[-1], ROBOT)])
        for talk in talks:
            talk.write(response(500))
        await until(lambda: not self.worker.running)
        await Deferred.fromCoroutine(self.worker.step())
        await until(lambda: len(self.endpoint.talks) > AT_ONCE and self.endpoint.talks[-1].is_whole)
        self.endpoint.talks[-1].write(response(500))
        await self.is_over()


class Failing(EndpointCase):
    async def fails(self, talk: Talk, text: str) -> None:
        await self.is_over()
        self.assertEqual(self.text(), text)
        self.assertNotIn("streaming", self.look()[-1])
        self.assertFalse([line for line in self.logged if KEY in line or "tea" in line or "secret" in line])
        await until(lambda: not talk.is_open)

    async def test_status(self) -> None:
        """Each kind of no has its sentence, in the language of the question; it is not asked again."""
        for status, why in ((401, "key"), (403, "key"), (404, "missing"), (429, "busy"), (500, "broken"),
                            (503, "broken"), (400, "refused"), (302, "refused"), (204, "refused")):  # fmt: skip
            asked = len(self.endpoint.talks)
            talk = await self.ask("茶是什么？")
            talk.write(response(status, b'{"error": {"message": "secret"}}'))
            await self.fails(talk, excuse(why, "zh"))  # type: ignore[arg-type]
            self.assertEqual(len(self.endpoint.talks), asked + 1)

    async def test_refused(self) -> None:
        """Nobody listens there."""
        self.completer._url = self.completer._url.replace(str(self.number), "1")
        self.completer._outside._allowed = frozenset(("127.0.0.1:1",))
        self.post("what is tea?")
        await self.step()
        await self.is_over()
        self.assertEqual(self.text(), excuse("unreachable", "en"))

    async def test_garbage(self) -> None:
        """What is not understood is said to be so: no HTTP, no JSON, an error in the stream, a line without end."""
        for sent, why in (
            (b"SSH-2.0-OpenSSH\r\n", "unreachable"),
            (response(200, b"<html>secret</html>"), "strange"),
            (response(200, b"data: secret\n\n", "text/event-stream"), "strange"),
            (response(200, b'data: {"error": {"message": "secret"}}\n\n', "text/event-stream"), "broken"),
            (HEAD + chunked(b"data: " + b"secret" * 100_000), "strange"),
            (response(200, b'{"choices": []}'), "silent"),
            (response(200, b": \n" * 2_000_000, "text/event-stream"), "cut"),
        ):
            talk = await self.ask()
            talk.write(sent)
            if why == "unreachable":
                talk.drop()
            await self.fails(talk, excuse(why, "en"))  # type: ignore[arg-type]

    async def test_stall_before(self) -> None:
        """Where nothing comes at all it does not wait for ever."""
        talk = await self.ask()
        self.house.clock.advance(SECONDS * 0.75)
        await self.fails(talk, excuse("slow", "en"))

    async def test_stall_within(self) -> None:
        """What has come stays, when no more does, with a note."""
        talk = await self.ask()
        talk.begin()
        talk.say("Tea is")
        await self.shows("Tea is")
        self.house.clock.advance(SECONDS / 3)
        await self.fails(talk, f"Tea is\n\n*({excuse('slow', 'en')})*")

    async def test_slow_words(self) -> None:
        """An answer that drips has its time in all."""
        talk = await self.ask()
        talk.begin()
        talk.say("Tea")
        await self.shows("Tea")
        (answer,) = self.answers()
        for _ in range(4):
            talk.write(chunked(b": \n"))
            # It has heard this one, and waits for the next.
            await until(lambda: answer._timers[1].getTime() == self.house.clock.seconds() + SECONDS / 3)
            self.house.clock.advance(12)
        self.house.clock.advance(12)
        await self.fails(talk, f"Tea\n\n*({excuse('slow', 'en')})*")

    async def test_cut(self) -> None:
        """The line breaks in the middle."""
        talk = await self.ask("茶是什么？")
        talk.begin()
        talk.say("茶是")
        await self.shows("茶是")
        talk.drop()
        await self.fails(talk, f"茶是\n\n（{excuse('cut', 'zh')}）")

    async def test_long(self) -> None:
        """A huge answer is a message of the greatest length, and no more of it is read."""
        talk = await self.ask()
        talk.begin()
        for _ in range(12):
            talk.say("tea " * 250)
        await self.is_over()
        text = self.text()
        self.assertTrue(text.endswith(f"*({excuse('long', 'en')})*"))
        self.assertTrue(TEXT_LIMIT < len(text) <= 10_000)
        self.assertFalse(talk.is_open)

    async def test_limit_of_tokens(self) -> None:
        """Where the endpoint says that it had to end, so does the message."""
        talk = await self.ask()
        talk.begin()
        talk.say("Tea is", finish_reason="length")
        await self.fails(talk, f"Tea is\n\n*({excuse('long', 'en')})*")


class Ending(EndpointCase):
    """Ways to have an answer no more."""

    async def begun(self) -> Talk:
        talk = await self.ask()
        talk.begin()
        talk.say("Tea is")
        await self.shows("Tea is")
        return talk

    async def is_stopped(self, talk: Talk) -> None:
        await self.is_over()
        await until(lambda: not talk.is_open)
        (answer,) = self.look()
        self.assertEqual((answer["text"], "streaming" in answer), ("Tea is\n\n*(Stopped.)*", False))

    async def test_button(self) -> None:
        """She who asked stops it: the request ends, what has come stays.  Stopping twice is stopping once."""
        talk = await self.begun()
        seq = Seq(self.look()[-1]["seq"])
        stop = self.house.chat.completions.stop
        changed = await stop(self.anna, self.talk, seq)
        await self.is_stopped(talk)
        self.assertEqual(await stop(self.anna, self.talk, seq), changed)

    async def test_word(self) -> None:
        """She says so; more is not said to that."""
        talk = await self.begun()
        self.post("Stop!")
        await self.step()
        await self.is_stopped(talk)

    async def test_word_before(self) -> None:
        """Before it has begun there is nothing to show that it stopped, so it says so."""
        talk = await self.ask()
        self.post("停")
        await self.step()
        await self.is_over()
        self.assertEqual([one["text"] for one in self.look()], ["已停止。"])
        await until(lambda: not talk.is_open)
        self.post("stop")
        await self.step()
        self.assertEqual(self.text(), excuse("idle", "en"))

    async def test_deleted(self) -> None:
        """A question that is taken back is answered no further, or not at all."""
        talk = await self.begun()
        self.line.ask("delete", room=self.talk, seq=1)
        await self.is_stopped(talk)
        talk = await self.ask("what is milk?")
        self.line.ask("delete", room=self.talk, seq=3)
        await self.is_over()
        await until(lambda: not talk.is_open)
        self.assertEqual(len(self.look()), 1)

    async def test_sent_away(self) -> None:
        """Where the robot may say nothing any more, its message is over as it is."""
        talk = await self.begun()
        await Deferred.fromCoroutine(self.house.chat.contacts.block(self.anna, ROBOT, True))
        talk.say(" a drink.")
        talk.finish()
        await self.is_over()
        self.assertEqual((self.look()[-1]["text"], "streaming" in self.look()[-1]), ("Tea is", False))

    async def test_server_stops(self) -> None:
        """A server that stops closes what it was writing; what it was not yet, the next one asks again."""
        talk = await self.begun()
        await Deferred.fromCoroutine(self.worker.stop())
        self.assertEqual(self.text(), "Tea is\n\n*(Interrupted.)*")
        await until(lambda: not talk.is_open)
        self.assertEqual(await self.left(), 0)
        self.open(self.house)
        await self.ask("what is milk?")
        await Deferred.fromCoroutine(self.worker.stop())
        self.assertEqual(await self.left(), 1)
        self.open(self.house)
        await Deferred.fromCoroutine(self.worker.step())
        await until(lambda: len(self.endpoint.talks) == 3 and self.endpoint.talks[-1].is_whole)
        self.endpoint.talks[-1].write(response(200, b'{"choices": [{"message": {"content": "White."}}]}'))
        await self.is_over()
        self.assertEqual(self.text(), "White.")

    async def test_killed(self) -> None:
        """After a kill the next server closes what was being written, and does not ask again."""
        talk = await self.begun()
        rest = in_memory(serialized(self.house.engines))
        now = self.house.now()
        talk.drop()
        await self.is_over()
        self.open(House(self, settings(), rest))  # type: ignore[arg-type]
        self.house.now.ms = now + 1_000  # type: ignore[attr-defined]
        self.line = self.house.connect(self.anna)
        await Deferred.fromCoroutine(self.worker.step())
        self.assertEqual(await self.left(), 1)
        self.house.now.ms = now + LEASE  # type: ignore[attr-defined]
        await Deferred.fromCoroutine(self.worker.step())
        await self.is_over()
        page = await self.house.chat.messages.page(self.anna, self.talk)
        said = [(one.text, one.streaming) for one in page.messages]
        self.assertEqual(said[1:], [("Tea is\n\n*(Interrupted.)*", False)])
        self.assertEqual(len(self.endpoint.talks), 1)


class Once(EndpointCase):
    """For those who wait for an answer with an open request."""

    async def test_answer(self) -> None:
        """It is asked for all at once."""
        said = Deferred.fromCoroutine(self.completer.once("what is tea?", "en"))
        await until(lambda: self.endpoint.talks and self.endpoint.talks[0].is_whole)
        (talk,) = self.endpoint.talks
        self.assertFalse(talk.body["stream"])
        talk.write(response(200, json.dumps({"choices": [{"message": {"content": "A drink."}}]}).encode()))
        self.assertEqual(await said, "A drink.")

    async def test_none(self) -> None:
        """There is none where it fails, or takes too long, or four are waited for already."""
        waiting = [Deferred.fromCoroutine(self.completer.once("tea?", "en")) for _ in range(AT_ONCE)]
        self.assertIsNone(await self.completer.once("tea?", "en"))
        await until(lambda: len(self.endpoint.talks) == AT_ONCE)
        self.endpoint.talks[0].write(response(500))
        self.house.clock.advance(AT_ONCE_SECONDS)
        for one in waiting:
            self.assertIsNone(await one)


class Limits(EndpointCase):
    async def test_often(self) -> None:
        """One person asks so much at a time; what is too much gets an answer as well."""
        self.open(House(self, Settings(**{**_as_dict(settings()), "questions": Rate(0.1, 1.0)})))  # type: ignore[arg-type]
        self.anna = self.house.set_up()
        self.line = self.house.connect(self.anna)
        self.talk = self.house.wait(self.house.chat.directs.open(self.anna, [ROBOT])).state.room
        talk = await self.ask()
        self.post("and coffee?")
        await self.step()
        self.assertEqual(self.text(), excuse("often", "en"))
        talk.write(response(500))
        await self.is_over()


def _as_dict(one: Settings) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Settings.__slots__ if not name.startswith("_")}  # type: ignore[attr-defined]
