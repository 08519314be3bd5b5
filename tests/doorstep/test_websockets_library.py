"""A bot author with the `websockets` library and docs/protocol.md, nothing else, can hold a conversation."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.doorstep.house import House, Person, Town, free_port, populate
from tests.doorstep.logs import Fields
from tests.doorstep.proxy import Proxy

SECONDS = 25.0
V1 = [Subprotocol("webchat.v1")]


async def ask(socket: ClientConnection, **request: Any) -> None:
    await socket.send(json.dumps(request))


async def until(socket: ClientConnection, **match: Any) -> Fields:
    """The next frame with these members; those before it are passed over."""
    while True:
        frame: Fields = json.loads(await asyncio.wait_for(socket.recv(), 5.0))
        if all(frame.get(name) == value for name, value in match.items()):
            return frame


class StockClientTests(SynchronousTestCase):
    """Each test starts a server of its own and leaves nothing behind."""

    def setUp(self) -> None:
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        chance = random.Random()  # noqa: S311
        self.house = House(folder, None, free_port(chance))
        self.addCleanup(self.house.close)
        asyncio.run(self.house.start())
        self.town: Town = populate(self.house, chance, people=2, rooms=1, each=1)
        self.ada, self.bob = self.town.people
        self.room = self.town.rooms[0]

    def talk(self, story: Callable[[], Awaitable[None]]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(SECONDS):
                await story()

        asyncio.run(bounded())

    async def enter(self, person: Person, url: str = "", **hello: Any) -> tuple[ClientConnection, Fields]:
        socket = await connect(url or self.house.url, subprotocols=V1)
        await ask(socket, type="hello", token=person.token, **hello)
        return socket, await until(socket, type="welcome")

    def test_conversation(self) -> None:
        """Two people sign in by token, greet each other, and one corrects herself."""
        self.talk(self._conversation)

    async def _conversation(self) -> None:
        ada, welcome = await self.enter(self.ada)
        bob, _ = await self.enter(self.bob)
        self.assertEqual(ada.subprotocol, "webchat.v1")
        self.assertEqual(welcome["user"]["id"], self.ada.user)
        self.assertEqual([state["room"] for state in welcome["rooms"]], [self.room])
        await ask(ada, type="post", id=1, room=self.room, text="你好, Bob", nonce="first")
        posted = await until(ada, id=1)
        self.assertEqual((posted["type"], posted["seq"]), ("ok", 1))
        heard = await until(bob, type="message")
        self.assertEqual((heard["text"], heard["author"], heard["seq"]), ("你好, Bob", self.ada.user, 1))
        self.assertEqual(heard["rev"], posted["rev"])
        await ask(ada, type="edit", id=2, room=self.room, seq=1, text="你好, Bob!", if_rev=posted["rev"])
        self.assertEqual((await until(ada, id=2))["rev"], posted["rev"] + 1)
        heard = await until(bob, type="message", rev=posted["rev"] + 1)
        self.assertEqual(heard["text"], "你好, Bob!")
        self.assertIn("edited", heard)
        await ask(bob, type="nonsense", id=3)
        self.assertEqual((await until(bob, type="error"))["code"], "bad_request")
        await ask(bob, type="ping", id=4)
        self.assertEqual((await until(bob, id=4))["type"], "ok")
        await ada.close()
        await bob.close()
        self.assertEqual((ada.close_code, bob.close_code), (1000, 1000))

    def test_resume(self) -> None:
        """A broken line costs nothing: what was missed comes in a block, and an unanswered send is stored once."""
        self.talk(self._resume)

    async def _resume(self) -> None:
        proxy = Proxy(self.house.port, "resume")
        url = f"ws://127.0.0.1:{await proxy.start()}/ws"
        ada, _ = await self.enter(self.ada)
        bob, welcome = await self.enter(self.bob, url)
        mine = welcome["rooms"][0]["rev"]
        await ask(ada, type="post", id=1, room=self.room, text="one", nonce="a1")
        mine = (await until(bob, type="message", rev=mine + 1))["rev"]
        # Nothing comes down any more: bob's own message is stored, and he does not learn of it.
        proxy.links[0].swallows.add("down")
        await ask(bob, type="post", id=1, room=self.room, text="two", nonce="b1")
        await until(ada, type="message", nonce="b1")
        await ask(ada, type="edit", id=2, room=self.room, seq=1, text="one, corrected")
        await until(ada, id=2)
        proxy.links[0].reset()
        with self.assertRaises(ConnectionClosed):
            await bob.recv()

        bob, welcome = await self.enter(self.bob, rooms={str(self.room): mine}, epoch=welcome["epoch"])
        await until(bob, type="syncing", room=self.room)
        rows = [json.loads(await bob.recv()), json.loads(await bob.recv())]
        self.assertEqual([(row["seq"], row["text"]) for row in rows], [(2, "two"), (1, "one, corrected")])
        synced = await until(bob, type="synced", room=self.room)
        self.assertEqual(synced["rev"], mine + 2)
        await ask(bob, type="post", id=2, room=self.room, text="two", nonce="b1")
        again = await until(bob, id=2)
        self.assertEqual((again["seq"], again["rev"], again["duplicate"]), (2, mine + 1, True))
        await ask(bob, type="post", id=3, room=self.room, text="another", nonce="b1")
        self.assertEqual((await until(bob, id=3))["code"], "conflict")

        await ask(bob, type="sync", id=4, room=self.room, rev=mine)
        await until(bob, type="syncing", room=self.room)
        self.assertEqual(json.loads(await bob.recv())["seq"], 2)
        self.assertEqual(await until(bob, type="synced"), {"type": "synced", "room": self.room, "rev": mine + 2})
        await ask(bob, type="sync", id=5, room=self.room, rev=mine + 1000)
        self.assertEqual(await until(bob, type="reset"), {"type": "reset", "room": self.room, "rev": mine + 2})
        await ada.close()
        await bob.close()
        await proxy.stop()

    def test_without_the_subprotocol(self) -> None:
        """A client that does not ask for `webchat.v1`, as the library's own command, is answered 400."""
        self.talk(self._without)
        done = subprocess.run(
            [sys.executable, "-m", "websockets", self.house.url],
            input="",
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        self.assertIn("HTTP 400", done.stdout + done.stderr)

    async def _without(self) -> None:
        for subprotocols in (None, [Subprotocol("chat")]):
            with self.assertRaises(InvalidStatus) as raised:
                await connect(self.house.url, subprotocols=subprotocols)
            self.assertEqual(raised.exception.response.status_code, 400)

    def test_silence(self) -> None:
        """Who does not say hello within five seconds is sent away with 4001, and so is who shows a wrong token."""
        self.talk(self._silence)

    async def _silence(self) -> None:
        silent = await connect(self.house.url, subprotocols=V1)
        began = asyncio.get_running_loop().time()
        stranger = await connect(self.house.url, subprotocols=V1)
        await ask(stranger, type="hello", token="wct_nobody")
        for socket in (stranger, silent):
            with self.assertRaises(ConnectionClosed):
                while True:
                    await asyncio.wait_for(socket.recv(), 8.0)
            self.assertEqual(socket.close_code, 4001)
        self.assertLess(asyncio.get_running_loop().time() - began, 7.0)

    def test_large_and_binary_frames(self) -> None:
        """A frame above the limit closes with 1009, a binary one with 1003; others are not disturbed."""
        self.talk(self._frames)

    async def _frames(self) -> None:
        ada, _ = await self.enter(self.ada)
        for frame, code in (("x" * 70_000, 1009), (b"bytes", 1003)):
            bob, _ = await self.enter(self.bob)
            await bob.send(frame)
            with self.assertRaises(ConnectionClosed):
                while True:
                    await asyncio.wait_for(bob.recv(), 5.0)
            self.assertEqual(bob.close_code, code)
        await ask(ada, type="ping", id=1)
        self.assertEqual((await until(ada, id=1))["type"], "ok")
        await ada.close()
