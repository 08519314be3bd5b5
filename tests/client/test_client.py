"""The client against a real server: talking, coming back, sending once, being refused."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from twisted.web.resource import Resource
from twisted.web.server import Site

from tests.client.scene import ANYTHING, Scene, begun, says, texts, until
from webchat.client import Client, Ended
from webchat.model.answers import Welcome
from webchat.model.events import Joined, Message, Reset
from webchat.model.ids import Rev, RoomId, Seq
from webchat.model.refusals import BadRequest, Conflict, NoSuchMessage, NoSuchRoom

ROOM = RoomId(1)


class Talking(Scene):
    async def test_conversation(self) -> None:
        """One says something, the other hears it, answers, reacts and reads."""
        mei, bob = self.client(self.mei), self.client(self.bob)
        room = (await bob.room_named("room 1")).room
        self.assertEqual((await bob.room_named("1")).room, room)
        posted = await mei.post(room, "Tea?")
        told = await until(bob, says("Tea?"))
        self.assertIsInstance(told[0], Welcome)
        heard = told[-1]
        assert isinstance(heard, Message)
        self.assertEqual((heard.seq, heard.rev), (posted.seq, posted.rev))
        await bob.react(room, heard.seq, "🍵")
        mei.typing(room)
        answer = await bob.post(room, "Yes", reply=heard.seq)
        await bob.edit(room, answer.seq, "Yes!")
        await bob.read(room, answer.seq)
        await bob.delete(room, answer.seq)
        page = await mei.history(room)
        self.assertEqual([(one.text, bool(one.deleted)) for one in page.messages], [("Tea?", False), ("", True)])
        self.assertEqual(page.messages[0].reactions[0].emoji, "🍵")
        self.assertEqual([card.name for card in await mei.users([heard.author])], ["harriet"])

    async def test_file(self) -> None:
        """A file is brought, posted, and part of the message."""
        mei = self.client(self.mei)
        await mei.welcome()
        file = await mei.upload(ROOM, "a b.txt", b"leaves")
        await mei.post(ROOM, "", files=[file.id])
        told = await until(mei, lambda event: isinstance(event, Message))
        assert isinstance(told[-1], Message)
        self.assertEqual([one.name for one in told[-1].files], ["a b.txt"])

    async def test_refusals(self) -> None:
        """What the server refuses is raised as its refusal, over both roads; the client goes on."""
        mei = self.client(self.mei)
        with self.assertRaises(NoSuchRoom):
            await mei.post(RoomId(99), "Anybody?")
        with self.assertRaises(NoSuchRoom):
            await mei.history(RoomId(99))
        with self.assertRaises(BadRequest):
            await mei.post(ROOM, "x" * 70_000)
        await mei.post(ROOM, "one", nonce="n-1")
        with self.assertRaises(Conflict):
            await mei.post(ROOM, "other", nonce="n-1")
        self.assertTrue((await mei.post(ROOM, "one", nonce="n-1")).duplicate)
        with self.assertRaises(NoSuchMessage):
            await mei.edit(ROOM, Seq(77), "x")
        with self.assertRaisesRegex(LookupError, "no room named Attic"):
            await mei.room_named("Attic")

    async def test_left(self) -> None:
        """Who leaves is told of it, and of nothing more of the room."""
        mei, bob = self.client(self.mei), self.client(self.bob)
        await bob.welcome()
        await bob.leave(ROOM)
        await mei.post(ROOM, "Gone?")
        await bob.join(ROOM)
        # What is said between the answer and this is part of the room as he finds it.
        self.assertEqual(texts(await until(bob, lambda event: isinstance(event, Joined))), [])
        await mei.post(ROOM, "Back!")
        self.assertEqual(texts(await until(bob, says("Back!"))), ["Back!"])

    async def test_wrong_token(self) -> None:
        """A token that is none ends the client: whoever waits is told why."""
        nobody = self.client("wct_no_such_token")
        with self.assertRaises(Ended) as caught:
            await nobody.post(ROOM, "Hello?")
        self.assertEqual(caught.exception.code, 4001)
        with self.assertRaises(Ended):
            await until(nobody, lambda event: False)
        self.assertNotIn("wct_no_such_token", repr(nobody) + str(caught.exception))

    async def test_other_server(self) -> None:
        """An address where something else answers ends the client with one sentence."""
        port = ANYTHING.listenTCP(0, Site(Resource()), interface="127.0.0.1")  # type: ignore[no-untyped-call]
        self.addCleanup(port.stopListening)
        with self.assertRaisesRegex(Ended, "answered 404"):
            await self.client(self.mei, f"http://127.0.0.1:{port.getHost().port}").welcome()

    async def test_stopped(self) -> None:
        """Events end when the client is stopped, and what still waits fails."""
        mei = self.client(self.mei)
        await mei.welcome()
        self.house.kill()
        waits, heard = begun(mei.post(ROOM, "Never")), begun(until(mei, lambda event: False))
        await mei.stop()
        with self.assertRaises(Ended):
            await waits
        self.assertEqual(texts(await heard), [])


class ComingBack(Scene):
    async def test_killed(self) -> None:
        """The server is killed and comes back: what was sent meanwhile is stored once, and everything is heard once."""
        mei, bob = self.client(self.mei), self.client(self.bob)
        await mei.post(ROOM, "0")
        await bob.welcome()
        self.house.kill()
        sent = [begun(mei.post(ROOM, str(number))) for number in range(1, 6)]
        await self.start()
        for one in sent:
            await one
        self.house.kill()
        await self.start()
        await mei.post(ROOM, "6")
        wanted = [str(number) for number in range(7)]
        self.assertEqual(texts(await until(bob, says("6"))), wanted)
        self.assertEqual([one.text for one in (await mei.history(ROOM)).messages], wanted)

    async def test_brittle_line(self) -> None:
        """Over a line that is cut at any byte, everything is stored once and in order, and heard so."""
        chance = random.Random(7)  # noqa: S311
        brittle, url = self.proxy(lambda: chance.randint(3_000, 7_000))
        mei, bob = self.client(self.mei, url), self.client(self.bob, url)
        await bob.welcome()
        wanted = [f"{number} {'.' * chance.randint(0, 200)}" for number in range(60)]
        sent = [begun(mei.post(ROOM, text)) for text in wanted]
        heard = begun(until(bob, says(wanted[-1])))
        for one in sent:
            await one
        self.assertEqual(texts(await heard), wanted)
        page = await self.client(self.mei).history(ROOM, limit=200)
        self.assertEqual([one.text for one in page.messages], wanted)
        self.assertGreater(brittle.lines, 6)

    async def test_too_much_missed(self) -> None:
        """Who holds more than the server knows of, as after a restore, is told to begin anew, and then hears on."""
        bob = self.client(self.bob)
        await bob.welcome()
        bob._positions._held[ROOM].mine = Rev(10**6)
        self.lose(bob)
        told = await until(bob, lambda event: isinstance(event, Reset))
        await bob.post(ROOM, "anew")
        self.assertEqual(texts([*told, *await until(bob, says("anew"))]), ["anew"])

    def lose(self, client: Client) -> None:
        """Breaks the client's line."""
        assert client._line is not None
        client._line.abort()


class Limited(Scene):
    options: ClassVar[dict[str, Any]] = {"post-burst": 1, "posts-per-second": 4}

    async def test_too_fast(self) -> None:
        """What the server refuses for now is sent again when it may be, in order."""
        mei = self.client(self.mei)
        wanted = [str(number) for number in range(5)]
        sent = [begun(mei.post(ROOM, text)) for text in wanted]
        self.assertEqual([(await one).seq for one in sent], [1, 2, 3, 4, 5])
        self.assertEqual([one.text for one in (await mei.history(ROOM)).messages], wanted)
