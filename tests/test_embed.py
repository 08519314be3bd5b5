"""The server inside another program: the guide's host, two in one process, and what is left alone."""

from __future__ import annotations

import gc
import json
import random
import re
import sys
from pathlib import Path
from typing import Any

import treq
from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from tests.doorstep.house import free_port
from webchat import embed
from webchat.model.refusals import Unavailable

ANYTHING: Any = reactor
ANN = embed.Person("ann", "Ann")
GUIDE = Path(__file__).parent.parent / "docs" / "embedding.md"


class Browser:
    """Asks as a page of the chat does; cookies are the test's own."""

    def __init__(self, port: int, **cookies: str) -> None:
        self.origin, self.port, self.cookies = f"http://localhost:{port}", port, cookies

    @property
    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": self.origin}

    async def ask(self, method: str, path: str, **headers: str) -> tuple[int, Any]:
        """Status and answer; a cookie that is set is kept."""
        url, sent = f"{self.origin}/api/v1/{path}", self._headers | headers
        answer = await treq.request(method, url, headers=sent, persistent=False, browser_like_redirects=False)
        for line in answer.headers.getRawHeaders("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        body = await answer.content()
        return answer.code, json.loads(body) if body else None

    async def open(self) -> Talk:
        """A WebSocket, after its `hello`: how that was answered, and how it ended."""
        talk = Talk()
        factory: Any = WebSocketClientFactory(  # type: ignore[no-untyped-call]
            f"ws://localhost:{self.port}/ws", protocols=["webchat.v1"], headers=self._headers, reactor=reactor
        )
        factory.buildProtocol = lambda address: _bound(talk, factory)
        factory.noisy = False
        ANYTHING.connectTCP("127.0.0.1", self.port, factory)
        await talk.answered
        return talk


def _bound(talk: Talk, factory: Any) -> Talk:
    talk.factory = factory
    return talk


class Talk(WebSocketClientProtocol):
    def __init__(self) -> None:
        super().__init__()
        self.welcome: dict[str, Any] | None = None
        self.answered, self.ended = Deferred[None](), Deferred[int]()

    def onOpen(self) -> None:
        self.sendMessage(b'{"type": "hello"}')  # type: ignore[no-untyped-call]

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        frame = json.loads(payload)
        if frame["type"] == "welcome":
            self.welcome = frame
            self.answered.callback(None)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        if not self.answered.called:
            self.answered.callback(None)
        self.ended.callback(code)


class Embedding(TestCase):
    timeout = 60

    def setUp(self) -> None:
        self.chance = random.Random()  # noqa: S311
        self.before = (ANYTHING.seconds, gc.get_threshold(), sys.excepthook, sys.getswitchinterval())

    def tearDown(self) -> None:
        self.assertEqual(self.before, (ANYTHING.seconds, gc.get_threshold(), sys.excepthook, sys.getswitchinterval()))

    def run_service(self, service: Any) -> None:
        service.startService()
        self.addCleanup(service.stopService)

    async def start(self, **more: Any) -> tuple[embed.EmbeddedServer, int]:
        """A service that serves, and its port."""
        port = free_port(self.chance)
        settings = {"data": self.mktemp(), "listen": [f"tcp:{port}:interface=127.0.0.1"], "argon2_time_cost": 2}
        chat = embed.service(reactor, **(settings | more))
        self.run_service(chat)
        await chat.up()
        return chat, port


class TheGuidesHost(Embedding):
    async def setUp(self) -> None:  # type: ignore[override]
        super().setUp()
        code = re.search(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
        assert code is not None
        self.code = code[1]
        self.host_port, self.port = free_port(self.chance), free_port(self.chance)
        text = self.code.replace(":8080", f":{self.host_port}").replace(":8081", f":{self.port}")
        text = text.replace('"chat-data"', repr(self.mktemp()))
        self.names: dict[str, Any] = {}
        exec(compile(text, str(GUIDE), "exec"), self.names)  # noqa: S102
        self.run_service(self.names["services"])
        self.addCleanup(lambda: [session.expire() for session in list(self.names["site"].sessions.values())])
        await self.names["chat"].up()

    async def sign_in(self, name: str) -> Browser:
        """Somebody who has signed in to the host."""
        answer = await treq.get(f"http://localhost:{self.host_port}/?name={name}", persistent=False)
        await answer.content()
        return Browser(self.port, TWISTED_SESSION=answer.cookies()["TWISTED_SESSION"])

    def test_short(self) -> None:
        """The host has at most 25 lines."""
        self.assertLessEqual(len([line for line in self.code.splitlines() if line]), 25)

    async def test_known(self) -> None:
        """Who is signed in to the host is known by HTTP and WebSocket, under one account; the owner is the owner."""
        anna = await self.sign_in("anna")
        status, session = await anna.ask("GET", "session")
        self.assertEqual((status, session["user"]["name"], session["user"]["role"]), (200, "anna", "owner"))
        kept = anna.cookies["webchat"]
        await anna.ask("GET", "me/rooms")
        self.assertEqual(anna.cookies["webchat"], kept)
        talk = await anna.open()
        assert talk.welcome is not None
        self.assertEqual(talk.welcome["user"]["name"], "anna")
        self.assertEqual([room["title"] for room in talk.welcome["rooms"]], ["Lobby"])
        talk.sendClose(1000)  # type: ignore[no-untyped-call]
        await talk.ended

    async def test_nobody(self) -> None:
        """Who is not signed in to the host is nobody, whatever cookie of the chat she has; she is told where to go."""
        anna = await self.sign_in("anna")
        await anna.ask("GET", "session")
        del anna.cookies["TWISTED_SESSION"]
        self.assertEqual((await anna.ask("GET", "session"))[0], 401)
        talk = await anna.open()
        self.assertIsNone(talk.welcome)
        self.assertEqual(await talk.ended, 4001)
        _, server = await anna.ask("GET", "server")
        self.assertIn("/?name=anna", server["sign_in"])
        self.assertEqual((server["needs_setup"], server["registration"]), (False, "closed"))

    async def test_somebody_else(self) -> None:
        """Who signs in to the host as somebody else is somebody else here at once, and no foreign page acts for her."""
        anna, bob = await self.sign_in("anna"), await self.sign_in("bob")
        await anna.ask("GET", "session")
        bob.cookies["webchat"] = anna.cookies["webchat"]
        talk = await bob.open()
        self.assertEqual((talk.welcome, await talk.ended), (None, 4001))
        self.assertEqual((await bob.ask("GET", "session"))[1]["user"]["name"], "bob")
        self.assertNotEqual(bob.cookies["webchat"], anna.cookies["webchat"])
        status, problem = await bob.ask("POST", "rooms/1/leave", Origin="http://evil.example")
        self.assertEqual((status, problem["code"]), (403, "foreign_origin"))

    async def test_signed_out(self) -> None:
        """Whom the host signs out loses her connection."""
        bob = await self.sign_in("bob")
        await bob.ask("GET", "session")
        talk = await bob.open()
        await self.names["chat"].sign_out("bob")
        self.assertEqual(await talk.ended, 4001)


class Guests(Embedding):
    async def test_two(self) -> None:
        """Two servers live in one process, each with its own people; one is stopped and started again."""

        async def identify(request: Any) -> embed.Person:
            return ANN

        both = [
            await self.start(identify=identify, owner=ANN, sign_in="https://example.org/", title=title)
            for title in ("One", "Two")
        ]
        (one, first), (_, second) = both
        for port, title in ((first, "One"), (second, "Two")):
            self.assertEqual((await Browser(port).ask("GET", "server"))[1]["title"], title)
        browser = Browser(first)
        await browser.ask("GET", "session")
        await one.stopService()
        one.startService()
        await one.up()
        kept = browser.cookies["webchat"]
        self.assertEqual((await browser.ask("GET", "session"))[1]["user"]["display_name"], "Ann")
        self.assertEqual(browser.cookies["webchat"], kept)

    async def test_plain(self) -> None:
        """Without anybody to vouch for people it is the server as it always is."""
        _, port = await self.start()
        self.assertEqual((await Browser(port).ask("GET", "session"))[0], 401)
        _, server = await Browser(port).ask("GET", "server")
        self.assertEqual((server["sign_in"], server["needs_setup"]), (None, True))

    async def test_a_host_that_fails(self) -> None:
        """An error in the host's code lets nobody in."""

        def identify(request: Any) -> None:
            raise ZeroDivisionError

        _, port = await self.start(identify=identify, owner="ann", sign_in="https://example.org/")
        self.assertEqual((await Browser(port).ask("GET", "session"))[0], 500)
        self.assertIsNone((await Browser(port).open()).welcome)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    async def test_cannot_start(self) -> None:
        """What keeps it from serving is told and logged; the host goes on."""
        data = Path(self.mktemp())
        chat = embed.service(reactor, data=str(data), listen=[f"tcp:{free_port(self.chance)}:interface=127.0.0.1"])
        (data / "webchat.db").unlink()
        self.run_service(chat)
        with self.assertRaises(Unavailable):
            await chat.up()
        self.assertEqual(len(self.flushLoggedErrors(Unavailable)), 1)

    def test_settings(self) -> None:
        """Wrong settings are refused in a sentence."""
        for sentence, settings in {
            "unknown setting: port": {"port": 8080},
            "post_burst must be a whole number": {"post_burst": "many"},
            "belong together": {"owner": "anna"},
            "sign_in must be": {"identify": lambda request: None, "owner": "anna", "sign_in": "javascript:x"},
            "owner is no name": {"identify": lambda request: None, "owner": "a", "sign_in": "https://example.org/"},
        }.items():
            with self.assertRaisesRegex(embed.ConfigError, sentence):
                embed.service(reactor, **settings)  # type: ignore[arg-type]
