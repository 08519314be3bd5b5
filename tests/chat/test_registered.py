"""Commands of bots."""

from __future__ import annotations

from typing import Any

import attrs
import msgspec
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.bots import make_bot
from webchat.chat.registered import LASTING, MOST_COMMANDS, MOST_FAILURES, MOST_REPLIES, PATIENCE, Given
from webchat.model.commands import LeaveRoom, RunCommand
from webchat.model.ids import Millis, RoomId, SessionId, UserId
from webchat.model.users import Actor, Session
from webchat.store import outbox

LOBBY = RoomId(1)
URL = "https://rain.example/hook"


class BotCase(SynchronousTestCase):
    """A bot of mei's in the lobby, whose command is `/weather`."""

    def setUp(self) -> None:
        self.house = House(self)
        self.chat = self.house.chat
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.kim = self.house.register("kim")
        self.bot = self.make_bot("rain")
        self.house.wait(self.chat.members.invite(self.anna, LOBBY, [self.bot.id]))
        self.commands = self.chat.bot_commands

    def make_bot(self, name: str) -> Actor:
        now = self.house.now()
        user = self.house.wait(
            self.chat.database.write(None, lambda db: make_bot(db, name, name.title(), self.mei.id, now))
        )
        return Actor(user, Session(SessionId(0), user.id, "api", "", now, now, None, "", ""))

    def register(self, name: str = "weather", url: str | None = None, by: Actor | None = None) -> Any:
        work = self.commands.register(by or self.bot, name, "[city]", "Tells the weather", url)
        return self.house.wait(work)

    def give(self, text: str = "/weather Paris", **more: Any) -> Any:
        return self.house.wait(self.chat.slash.run(self.kim, RunCommand(0, LOBBY, text, **more))).notice

    def pass_time(self, seconds: float) -> None:
        self.house.clock.advance(seconds)
        self.house.wait(self.commands.tick())


class Registering(BotCase):
    def test_story(self) -> None:
        """A registered command is listed in the rooms where the bot is, and found by its name, until it is removed."""
        view, secret = self.register()
        self.assertEqual((view.name, view.hint, view.url, secret), ("weather", "[city]", None, None))
        entries, following = self.house.wait(self.chat.slash.entries(self.kim, LOBBY, None, None, 9))
        self.assertEqual((entries[-1].name, entries[-1].user), ("weather", self.bot.user.card))
        self.assertIsNone(following)
        self.assertTrue(self.house.wait(self.chat.slash.is_command(self.kim, LOBBY, "/Weather x")))
        self.assertIn("/weather [city] – Tells the weather (by Rain)", self.give("/help").text)
        garden = self.house.wait(self.chat.rooms.create(self.kim, "Garden", "")).room
        refusal = self.house.refusal(self.chat.slash.run(self.kim, RunCommand(0, garden, "/weather")))
        self.assertEqual(refusal, "no_such_command")
        self.house.wait(self.commands.remove(self.mei, view.id))
        self.assertEqual(self.house.wait(self.commands.of_bot(self.bot, self.bot.id)), [])

    def test_pages(self) -> None:
        """A long list comes in pages; what is built in stands on the first."""
        for name in "cab":
            self.register(name)
        first, following = self.house.wait(self.chat.slash.entries(self.kim, LOBBY, None, None, 2))
        self.assertEqual(([entry.name for entry in first][-2:], following), (["a", "b"], "b"))
        second, following = self.house.wait(self.chat.slash.entries(self.kim, LOBBY, None, following, 2))
        self.assertEqual(([entry.name for entry in second], following), (["c"], None))

    def test_again(self) -> None:
        """Registered again it is changed; the key of its signatures is told once, and is another for another URL."""
        first, secret = self.register(url=URL)
        self.assertTrue(secret.startswith("whsec_"))
        again, told = self.register(url=URL)
        self.assertEqual((again.id, told), (first.id, None))
        _, other = self.register(url=URL + "2")
        self.assertNotIn(other, (None, secret))

    def test_refused(self) -> None:
        """People have no commands; a name has one owner; there is an end to them; what is built in stays so."""
        refused = self.house.refusal
        self.assertEqual(refused(self.commands.register(self.mei, "x", "", "", None)), "forbidden")
        reader = attrs.evolve(self.bot, session=attrs.evolve(self.bot.session, scopes=frozenset({"read"})))
        self.assertEqual(refused(self.commands.register(reader, "x", "", "", None)), "forbidden")
        self.assertEqual(refused(self.commands.register(self.bot, "me", "", "", None)), "bad_name")
        self.assertEqual(refused(self.commands.register(self.bot, "x", "h" * 61, "", None)), "text_too_long")
        self.assertEqual(refused(self.commands.register(self.bot, "x", "", "", "ftp://127.0.0.1")), "bad_request")
        self.register()
        self.assertEqual(refused(self.commands.register(self.make_bot("dice"), "Weather", "", "", None)), "name_taken")
        for number in range(MOST_COMMANDS - 1):
            self.register(f"c{number}")
        self.assertEqual(refused(self.commands.register(self.bot, "more", "", "", None)), "too_many")
        self.register()

    def test_whose(self) -> None:
        """Only the bot, who answers for it, and those who run the server see and remove its commands."""
        view, _ = self.register()
        for actor in (self.mei, self.anna, self.bot):
            self.assertEqual(len(self.house.wait(self.commands.of_bot(actor, self.bot.id))), 1)
        for actor in (self.kim, self.make_bot("dice")):
            self.assertEqual(self.house.refusal(self.commands.of_bot(actor, self.bot.id)), "no_such_user")
            self.assertEqual(self.house.refusal(self.commands.remove(actor, view.id)), "no_such_command")
        self.assertEqual(self.house.refusal(self.commands.of_bot(self.anna, self.kim.id)), "no_such_user")
        self.assertEqual(self.house.refusal(self.commands.remove(self.mei, 99)), "no_such_command")


class ByConnection(BotCase):
    """A command without a URL is told to the bot's connections."""

    def setUp(self) -> None:
        super().setUp()
        self.register()
        self.line, self.caller = self.house.connect(self.bot), self.house.connect(self.kim)
        self.other = self.house.connect(self.mei)

    def answer(self, token: str, text: str = "Rain", to: Any = "caller", by: Actor | None = None) -> Any:
        return self.commands.reply(by or self.bot, token, text, to)

    def test_to_caller(self) -> None:
        """The bot hears who asks for what; its answer is told to her alone, and is kept nowhere."""
        notice = self.give("/weather  Paris ", language="zh-CN")
        self.assertEqual((notice.code, notice.text), ("asked", "已转达给Rain。"))
        told = self.line.next("command")
        self.assertEqual(
            (told["name"], told["text"], told["user"]["id"], told["language"], told["room"]),
            ("weather", "Paris", self.kim.id, "zh-CN", LOBBY),
        )
        self.assertIsNone(self.house.wait(self.answer(told["token"])))
        heard = self.caller.next("notice")
        self.assertEqual((heard["code"], heard["text"], heard["command"]), ("reply", "Rain", "weather"))
        self.assertEqual(heard["user"]["id"], self.bot.id)
        self.assertEqual((self.other.rest(), self.line.rest()), ([], []))
        self.pass_time(PATIENCE)
        self.assertEqual(self.caller.rest(), [])

    def test_to_room(self) -> None:
        """The bot may answer for all to read."""
        self.give()
        posted = self.house.wait(self.answer(self.line.next("command")["token"], to="room"))
        row = self.other.next("message")
        self.assertEqual((row["author"], row["text"], row["seq"]), (self.bot.id, "Rain", posted.seq))

    def test_no_answer(self) -> None:
        """Who waits in vain is told so once; a late answer still comes."""
        self.give()
        token = self.line.next("command")["token"]
        self.pass_time(PATIENCE - 1)
        self.assertEqual(self.caller.rest(), [])
        self.pass_time(1)
        heard = self.caller.next("notice")
        self.assertEqual((heard["code"], heard["text"]), ("no_answer", "Rain has not answered /weather."))
        self.pass_time(PATIENCE)
        self.house.wait(self.answer(token))
        self.assertEqual([event["code"] for event in self.caller.rest()], ["reply"])

    def test_nobody_there(self) -> None:
        """A bot without a connection is not asked."""
        self.line.lose()
        self.assertEqual(self.give().text, "Rain is not here at the moment.")

    def test_tokens(self) -> None:
        """A token is the bot's own, for a few answers and a while."""
        self.give()
        token = self.line.next("command")["token"]
        refused = self.house.refusal
        self.assertEqual(refused(self.answer(token, by=self.make_bot("dice"))), "not_found")
        self.assertEqual(refused(self.answer(token, by=self.mei)), "forbidden")
        self.assertEqual(refused(self.answer("0" * 32)), "not_found")
        self.assertEqual(refused(self.answer(token, " ")), "empty_text")
        for _ in range(MOST_REPLIES):
            self.house.wait(self.answer(token))
        self.assertEqual(refused(self.answer(token)), "not_found")
        self.give()
        token = self.line.next("command")["token"]
        self.pass_time(LASTING)
        self.assertEqual(refused(self.answer(token)), "not_found")

    def test_after_leaving(self) -> None:
        """Who has left the room is told nothing of it any more."""
        self.give()
        token = self.line.next("command")["token"]
        self.house.wait(self.chat.rooms.leave(self.kim, LeaveRoom(0, LOBBY)))
        self.caller.rest()
        self.house.wait(self.answer(token))
        self.pass_time(PATIENCE)
        self.assertEqual(self.caller.rest(), [])

    def test_bot_has_left(self) -> None:
        """A bot that was taken out of the room says nothing in it, to nobody."""
        self.give()
        token = self.line.next("command")["token"]
        self.house.wait(self.chat.members.remove(self.anna, LOBBY, self.bot.id))
        self.caller.rest()
        self.house.wait(self.answer(token))
        self.assertEqual(self.house.refusal(self.answer(token, to="room")), "not_a_member")
        self.assertEqual(self.caller.rest(), [])


class ByUrl(BotCase):
    """A command with a URL waits in the outbox."""

    def setUp(self) -> None:
        super().setUp()
        self.view, _ = self.register(url=URL)
        self.caller = self.house.connect(self.kim)

    def job(self) -> Any:
        def work(db: Any) -> Any:
            return outbox.take(db, "command", self.house.now(), Millis(self.house.now() + 60_000), 1)[0]

        return self.house.wait(self.chat.database.write(None, work))

    def test_composed(self) -> None:
        """The URL is told who asks for what, where, in which language."""
        self.assertEqual(self.give(language="en").code, "asked")
        request = self.house.wait(self.commands.compose(self.job()))
        self.assertEqual(
            msgspec.json.decode(request.body),
            {
                "type": "command",
                "room": 1,
                "title": "Lobby",
                "user": msgspec.to_builtins(self.kim.user.card),
                "name": "weather",
                "text": "Paris",
                "language": "en",
            },
        )
        self.assertEqual(request.url, URL)

    def test_nobody_waits(self) -> None:
        """What is late, was told before, or is nobody's any more is not told; its caller is."""
        self.give()
        job = self.job()
        for old in (msgspec.structs.replace(job, tries=2), msgspec.structs.replace(job, created=job.created - 20_000)):
            self.assertIsNone(self.house.wait(self.commands.compose(old)))
            self.assertEqual(self.caller.next("notice")["code"], "no_answer")
        self.house.wait(self.commands.remove(self.mei, self.view.id))
        self.assertIsNone(self.house.wait(self.commands.compose(job)))
        self.house.wait(self.chat.rooms.leave(self.kim, LeaveRoom(0, LOBBY)))
        self.caller.rest()
        self.assertIsNone(self.house.wait(self.commands.compose(job)))
        self.assertEqual(self.caller.rest(), [])

    def test_failures(self) -> None:
        """A URL that never answers is asked no more, until the command is registered again."""
        given = Given(self.view.id, "weather", self.bot.id, self.kim.id, LOBBY, "", "en")
        for _ in range(MOST_FAILURES):
            self.house.wait(self.commands.failed(given, "nobody"))
        (view,) = self.house.wait(self.commands.of_bot(self.mei, self.bot.id))
        self.assertEqual((view.failures, view.failure, view.resting is not None), (MOST_FAILURES, "nobody", True))
        self.assertEqual(self.give().code, "absent")
        self.register(url=URL)
        self.assertEqual(self.give().code, "asked")

    def test_no_room_for_it(self) -> None:
        """Where the bot may not post, its caller is told that nothing came."""
        self.house.wait(self.chat.rooms.change(self.anna, LOBBY, posting="moderators"))
        self.caller.rest()
        given = Given(self.view.id, "weather", UserId(self.bot.id), self.kim.id, LOBBY, "", "en")
        self.house.wait(self.commands.answered(given, "Rain", "room"))
        self.assertEqual(self.caller.next("notice")["code"], "no_answer")
