"""Stock clients of every generation, over every transport, against a real server: one table of what works."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import unittest
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from twisted.trial.unittest import SynchronousTestCase

from tests.clients import stock
from tests.clients.stock import SECONDS, TRANSPORTS
from tests.doorstep.api import Api
from tests.doorstep.house import House, free_port, populate

PASSWORD = "a good long password"
VERSIONS = [*stock.NODE_CLIENTS, "python-socketio"]
OWN = ("login", "room list", "message", "ack", "join", "unread", "restart")
OLD = {"1.7.4": "express", "2.5.0": "laravel"}
TABLE: dict[tuple[str, str], list[str]] = {}


class OldHouse(House):
    """A server whose doors for older clients are open."""

    def _usual_command(self, lie: str) -> list[str]:
        return [*super()._usual_command(lie), *(f"--legacy={one}" for one in ("laravel", "express", "raw"))]


class Browser:
    """A page's requests over HTTP: what it keeps is its device cookie."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookie = ""

    def ask(self, path: str, data: Any = None, kind: str = "application/x-www-form-urlencoded") -> Any:
        if data is not None:
            data = urlencode(data).encode() if kind.endswith("urlencoded") else json.dumps(data).encode()
        headers = {"Content-Type": kind, "Origin": self.base, "Cookie": self.cookie}
        with urlopen(Request(f"{self.base}{path}", data, headers), timeout=SECONDS) as answer:
            for given in answer.headers.get_all("Set-Cookie") or ():
                self.cookie = given.partition(";")[0]
            return json.load(answer)

    @property
    def headers(self) -> dict[str, str]:
        """What the handshake of its socket brings along."""
        return {"Cookie": self.cookie, "Origin": self.base}


class Served(SynchronousTestCase):
    """Each test starts a server of its own, whose owner has two rooms, and leaves nothing behind."""

    def setUp(self) -> None:
        if stock.socketio is None:
            raise unittest.SkipTest("python-socketio is not installed")
        if stock.why_not():
            raise unittest.SkipTest(stock.why_not())
        chance = random.Random()  # noqa: S311
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        self.house = OldHouse(folder, None, free_port(chance))
        self.addCleanup(self.house.close)
        asyncio.run(self.house.start())
        town = populate(self.house, chance, people=1, rooms=2, each=1)
        self.owner = Api(self.house.http, town.owner.token)

    def client(self, version: str) -> Any:
        client = stock.client(version)
        self.addCleanup(client.close)
        return client

    def somebody(self) -> str:
        """A token of somebody new."""
        name = f"u{uuid.uuid4().hex[:10]}"
        api = Api(self.house.http)
        api.post("register", name=name, display_name=name, password=PASSWORD)
        return str(api.post("tokens", label="x")["token"])

    def laravel(self) -> tuple[str, str]:
        """The address and token of somebody who has registered with Laravel's page."""
        email = f"{uuid.uuid4().hex[:10]}@example.com"
        body = Browser(self.house.http).ask("/api/register", {"name": email, "password": PASSWORD, "src": ""})
        self.assertEqual(body["errno"], 0, body)
        return email, str(body["user"]["api_token"])

    def express(self) -> tuple[Browser, str, str]:
        """The page, name and id of somebody who has registered with Express's."""
        browser, name = Browser(self.house.http), f"e{uuid.uuid4().hex[:10]}"
        given = {"name": name, "password": PASSWORD, "src": ""}
        body = browser.ask("/api/user/signup", given, "application/json")
        self.assertEqual(body["errno"], 0, body)
        return browser, name, str(body["userInfo"]["id"])

    def restart(self) -> None:
        """The server crashes, and comes back at the same place."""
        self.house.kill()
        asyncio.run(self.house.start())


class Matrix(Served):
    """Each client over each transport: our own events, and for the old ones those of their pages."""

    def tearDown(self) -> None:
        if len(TABLE) == len(VERSIONS) * len(TRANSPORTS):
            sys.stdout.write("\n" + table() + "\n")

    def play(self, version: str, transport: str) -> None:
        done = TABLE.setdefault((version, transport), [])
        self.play_own(version, transport, done.append)
        if version in OLD:
            getattr(self, f"play_{OLD[version]}")(version, transport)
            done.append(OLD[version])
        self.assertEqual(self.house.complaints([PASSWORD]), [])

    def play_own(self, version: str, transport: str, done: Callable[[str], None]) -> None:
        """Our own commands as events."""
        token = self.somebody()
        client = self.client(version)
        shown = {} if version in OLD else {"auth": {"token": token}}
        hello = {"token": token} if version in OLD else {}
        client.open(self.house.http, transport, **shown)
        client.connected()
        welcome = client.ask("hello", hello)
        self.assertTrue(welcome["ok"], welcome)
        done("login")
        lobby = welcome["rooms"][0]
        self.assertEqual(len(welcome["rooms"]), 1)
        done("room list")
        text = f"你好 {uuid.uuid4().hex} \u2028🎉"
        posted = client.ask("post", {"room": lobby["room"], "text": text, "nonce": "n-1"})
        self.assertTrue(posted["ok"], posted)
        again = client.ask("post", {"room": lobby["room"], "text": text, "nonce": "n-1"})
        self.assertEqual((again["seq"], again["duplicate"]), (posted["seq"], True))
        refused = client.ask("post", {"room": lobby["room"]})
        self.assertEqual((refused["ok"], refused["code"]), (False, "bad_request"))
        done("ack")
        row = next(one["args"][0] for one in client.settle() if one.get("event") == "message")
        self.assertEqual((row["text"], row["seq"]), (text, posted["seq"]))
        said = self.owner.post(f"rooms/{lobby['room']}/messages", text="from the owner")
        client.event("message", lambda one: one["seq"] == said["seq"])
        done("message")
        other = max(state["room"] for state in self.owner.get("me/rooms")["rooms"] if state["title"] == "Room 2")
        self.assertTrue(client.ask("join", {"room": other})["ok"])
        client.event("joined", lambda one: one["room"]["room"] == other)
        self.assertTrue(client.ask("leave", {"room": other})["ok"])
        done("join")
        self.restart()
        client.connected()
        missed = self.owner.post(f"rooms/{lobby['room']}/messages", text="missed")
        held = {"epoch": welcome["epoch"], "rooms": {str(lobby["room"]): missed["rev"] - 1}}
        back = client.ask("hello", {**hello, **held})
        self.assertEqual(back["rooms"][0]["seq"] - back["rooms"][0]["read"], 2)
        self.assertTrue(client.ask("read", {"room": lobby["room"], "seq": missed["seq"]})["ok"])
        done("unread")
        heard = [one["args"][0]["seq"] for one in client.settle() if one.get("event") == "message"]
        self.assertEqual(heard, [posted["seq"], said["seq"], missed["seq"]])
        done("restart")

    def play_laravel(self, version: str, transport: str) -> None:
        """What nonfu's page does."""
        email, token = self.laravel()
        client = self.client(version)
        client.open(f"{self.house.http}?api_token={token}", transport)

        def come_in() -> None:
            client.connected()
            client.emit("login", {"name": email, "api_token": token})
            client.emit("room", {"name": email, "src": "", "roomid": "1", "api_token": token})
            self.assertIn(email.partition("@")[0], [row["name"] for row in client.event("room").values()])

        come_in()
        for number in range(2):
            text = f"第 {number} 条 {uuid.uuid4().hex}"
            said = {"username": "x", "src": "", "msg": text, "img": "", "roomid": "1", "time": "x", "api_token": token}
            client.emit("message", said)
            told = client.event("message")
            self.assertEqual((told["userid"], told["msg"], told["roomid"]), (email, text, 1))
            if not number:
                self.restart()
                come_in()
        client.emit("roomout", {"name": email, "roomid": "1", "api_token": token})
        client.emit("login", {"name": email, "api_token": token})
        client.event("count", lambda one: one["room1"] == 0)
        self.owner.post("rooms/1/messages", text="unread")
        client.event("count", lambda one: one["room1"] == 1)

    def play_express(self, version: str, transport: str) -> None:
        """What hua1995116's page does."""
        browser, name, id = self.express()
        client = self.client(version)
        client.open(self.house.http, transport, extraHeaders=browser.headers)

        def come_in() -> None:
            client.connected()
            client.emit("login", {"name": name, "id": id, "browser": "x", "os": "x", "ua": "x"})
            for room in ("room1", "room2"):
                client.emit("room", {"name": name, "src": "", "roomid": room})
            for _ in range(2):
                self.assertIn(name, client.event("room")["onlineUsers"])

        come_in()
        for number in range(2):
            text, client_id = f"第 {number} 条", str(uuid.uuid4())
            said = {"username": name, "src": "", "msg": text, "img": "", "roomid": "room1", "roomType": "group"}
            client.emit("message", {**said, "type": "text", "time": uuid.uuid4().hex, "clientId": client_id})
            told = client.event("message", lambda one: one["username"] == name)
            self.assertEqual((told["clientId"], told["msg"]), (client_id, text))
            if not number:
                self.restart()
                come_in()


def table() -> str:
    """What worked, as it stands in docs/socketio.md."""
    flows = [*OWN, "its page's own events"]
    rows = [f"| client | transport | {' | '.join(flows)} |", f"|---|---|{'---|' * len(flows)}"]
    for version in VERSIONS:
        for transport in TRANSPORTS:
            done = TABLE.get((version, transport), [])
            last = "" if version not in OLD else OLD[version] if OLD[version] in done else "no"
            marks = [*("yes" if flow in done else "no" for flow in OWN), last]
            rows.append(f"| {named(version)} | {transport} | {' | '.join(marks)} |")
    return "\n".join(rows)


def named(version: str) -> str:
    """What a client is called in the table."""
    return version if version == "python-socketio" else f"socket.io-client {version}"


def _case(version: str, transport: str) -> Callable[[Matrix], None]:
    def play(self: Matrix) -> None:
        self.play(version, transport)

    play.__doc__ = f"{named(version)} over {transport}."
    return play


for _version in VERSIONS:
    for _transport in TRANSPORTS:
        setattr(
            Matrix, f"test_{_version.replace('.', '_').replace('-', '_')}_{_transport}", _case(_version, _transport)
        )
