"""The robot as a guest: asked on a real server, over ends of its own and of the server, each message answered once."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater

from tests.client.scene import Scene, until
from tests.doorstep.house import Api
from webchat.client import Client, Ended
from webchat.client.positions import Told
from webchat.model.events import Message
from webchat.model.ids import Millis, RoomId, UserId
from webchat.visiting import NOT_HERE, Visitor

ANYTHING: Any = reactor
ROOM = RoomId(1)
NOW = Millis(0)


class Visiting(Scene):
    async def setUp(self) -> None:
        await super().setUp()
        self.bot, self.token = self.make_bot("visitor")

    def make_bot(self, name: str) -> tuple[UserId, str]:
        """A bot in the room, and a token of it."""
        api = Api(self.house.http, self.mei)
        bot = api.post("bots", name=name, display_name=name.title())["user"]["id"]
        api.post(f"rooms/{ROOM}/members", users=[bot])
        return UserId(bot), api.post(f"bots/{bot}/tokens", label="robot", scopes=None)["token"]

    def visitor(self) -> Client:
        """A robot that is at work until its client is stopped."""
        client = self.client(self.token)
        # The clock stands at the beginning of time, so that nothing is late.
        visitor = Visitor(client, lambda: NOW, lambda below: 0, lambda seconds: deferLater(ANYTHING, seconds / 10))
        work = Deferred.fromCoroutine(visitor.stay())
        work.addErrback(lambda failure: failure.trap(CancelledError, Ended))
        self.addCleanup(work.cancel)
        return client

    def says(self, reply: int | None) -> Any:
        def is_it(event: Told) -> bool:
            return isinstance(event, Message) and event.author == self.bot and event.reply == reply

        return is_it

    async def said(self) -> list[tuple[str | None, int | None]]:
        """The nonces of what it has said in the room, and what it answers."""
        page = await self.client(self.mei).history(ROOM)
        return [(one.nonce, one.reply) for one in page.messages if one.author == self.bot]

    async def test_room(self) -> None:
        """In a room who mentions it is answered, once, and nobody else; a reminder it cannot keep."""
        bob = self.client(self.bob)
        await bob.post(ROOM, "2 + 3")
        asked = await bob.post(ROOM, "@visitor 2 + 3")
        self.visitor()
        told = await until(bob, self.says(asked.seq))
        self.assertIn("5", told[-1].text)  # type: ignore[union-attr]
        again = await bob.post(ROOM, "@visitor remind me in 5 minutes to go")
        told = await until(bob, self.says(again.seq))
        self.assertEqual(told[-1].text, NOT_HERE["en"])  # type: ignore[union-attr]
        self.assertEqual([reply for _, reply in await self.said()], [asked.seq, again.seq])

    async def test_two(self) -> None:
        """Alone with it one need not mention it."""
        self.visitor()
        room = RoomId(Api(self.house.http, self.bob).post("directs", users=[self.bot])["room"])
        bob = self.client(self.bob)
        await bob.post(room, "三加五等于几")
        told = await until(bob, self.says(None))
        self.assertIn("8", told[-1].text)  # type: ignore[union-attr]

    async def test_once(self) -> None:
        """What is said while it or the server is away is answered when it is back; what was answered is not again."""
        bob = self.client(self.bob)
        client = self.visitor()
        first = await bob.post(ROOM, "@visitor 1 + 1")
        await until(bob, self.says(first.seq))
        await client.stop()
        missed = [await bob.post(ROOM, f"@visitor {number} + 1") for number in (2, 3)]
        self.house.kill()
        self.visitor()
        await self.start()
        await until(bob, self.says(missed[-1].seq))
        last = await bob.post(ROOM, "@visitor 4 + 1")
        await until(bob, self.says(last.seq))
        self.assertEqual([reply for _, reply in await self.said()], [one.seq for one in (first, *missed, last)])

    async def test_other_bots(self) -> None:
        """Two robots do not answer each other."""
        bob = self.client(self.bob)
        self.visitor()
        _, token = self.make_bot("other")
        await self.client(token).post(ROOM, "@visitor hello")
        asked = await bob.post(ROOM, "@visitor hello")
        await until(bob, self.says(asked.seq))
        self.assertEqual([reply for _, reply in await self.said()], [asked.seq])
