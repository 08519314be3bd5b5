"""Clients that nobody here wrote talk to a real server as the older ones do: forms over HTTP, JSON over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import random
from io import BytesIO
from pathlib import Path
from socket import SO_RCVBUF, SOL_SOCKET
from typing import Any
from unittest import SkipTest
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from tests.doorstep.api import Api
from tests.doorstep.house import House, Town, free_port, populate
from webchat.legacy.raw import OFFLINE

try:
    import websocket
except ImportError:
    websocket = None  # type: ignore[assignment]

PASSWORD = "a good long password"
SECONDS = 10.0
MANY = 160
"""Messages of 10 kB: more than the server and the kernel keep for anybody."""


class OldHouse(House):
    """A server whose doors for older clients are open."""

    def _usual_command(self, lie: str) -> list[str]:
        return [*super()._usual_command(lie), *(f"--legacy={one}" for one in ("laravel", "express", "raw"))]


class Served(SynchronousTestCase):
    """Each test starts a server of its own and leaves nothing behind."""

    kind: type[House] = OldHouse

    def setUp(self) -> None:
        if websocket is None:
            raise SkipTest("websocket-client is not installed")
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        chance = random.Random()  # noqa: S311
        self.house = self.kind(folder, None, free_port(chance))
        self.addCleanup(self.house.close)
        asyncio.run(self.house.start())
        self.town: Town = populate(self.house, chance, people=1, rooms=1, each=1)

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(f"{self.house.http}{path}", data, named)
        with urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)

    def register(self, email: str) -> str:
        body = self.ask("/api/register", urlencode({"name": email, "password": PASSWORD, "src": ""}).encode())
        self.assertEqual(body["errno"], 0, body)
        return str(body["user"]["api_token"])

    def connect(self, path: str = "/ws/", **more: Any) -> Any:
        # As a page's script does it: no subprotocol, and the slash behind the path.
        socket = websocket.create_connection(f"ws://127.0.0.1:{self.house.port}{path}", timeout=SECONDS, **more)
        self.addCleanup(socket.close)
        return socket


class OlderClients(Served):
    """Everything that the doors are for."""

    def test_conversation(self) -> None:
        """Two register, everybody hears what is said, the history holds it, and who signed out is heard no more."""
        alice, bob = self.register("alice@example.com"), self.register("bob@example.com")
        one, other, silent = self.connect(), self.connect(), self.connect()
        sent = {
            "name": "alice",
            "room_id": 1,
            "type": "text",
            "content": "你好 <b>",
            "image": "",
            "avatar": "/a/1.png",
        }
        one.send(json.dumps({"token": alice, **sent}))
        for socket in (one, other, silent):
            self.assertEqual(json.loads(socket.recv()), sent)
        other.send(json.dumps({"token": bob, **sent, "name": "alice", "content": "from bob"}))
        for socket in (one, other, silent):
            self.assertEqual(json.loads(socket.recv())["name"], "bob")
        for token in ("", "nobody's"):
            silent.send(json.dumps({"token": token, **sent}))
            self.assertEqual(silent.recv(), OFFLINE)
        page = self.ask(f"/api/history/message?roomid=1&current=1&api_token={bob}")["data"]["data"]
        self.assertEqual(
            [(row["username"], row["msg"]) for row in page], [("alice", "你好 &lt;b>"), ("bob", "from bob")]
        )
        self.ask("/api/logout", urlencode({"api_token": alice}).encode())
        one.send(json.dumps({"token": alice, **sent}))
        self.assertEqual(one.recv(), OFFLINE)
        with self.assertRaises(HTTPError) as caught:
            self.ask(f"/api/user?api_token={alice}")
        self.assertEqual(caught.exception.code, 401)
        caught.exception.close()
        self.assertEqual(self.house.complaints([alice, bob, PASSWORD, "from bob"]), [])

    def test_slow(self) -> None:
        """Who reads nothing any more is cut off with 4008, whatever she speaks; whoever reads hears everything."""
        token = self.register("slow@example.com")
        query = f"EIO=3&transport=websocket&api_token={token}"
        paths = ("/ws/", f"/socket.io/?{query}", f"/ws/?{query}")
        slow = [self.connect(path, sockopt=[(SOL_SOCKET, SO_RCVBUF, 4096)]) for path in paths]
        for socket in slow[1:]:
            socket.send("42" + json.dumps(["room", {"roomid": "1", "api_token": token}]))
            while not socket.recv().startswith('42["room"'):
                pass
        reader = self.connect()
        owner = Api(self.house.http, self.town.owner.token)
        for number in range(MANY):
            owner.post("rooms/1/messages", text=f"{number} {'x' * 9_900}")
            self.assertEqual(json.loads(reader.recv())["content"].partition(" ")[0], str(number))
        for socket, path in zip(slow, paths, strict=True):
            with self.assertRaises((websocket.WebSocketException, OSError), msg=path):
                while socket.recv():
                    pass
                raise websocket.WebSocketConnectionClosedException
        closed = [line for line in self.house.log.read_text().splitlines() if "4008" in line and "too slow" in line]
        self.assertEqual(len(closed), len(slow))

    def test_picture(self) -> None:
        """A large picture comes in a form with its token inside, is said once, and everybody sees it."""
        alice = self.register("alice@example.com")
        picture = _noise()
        parts = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("api_token", alice), ("roomid", "1"))
        )
        head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        body = parts.encode() + head.encode() + picture + b"\r\n--x--\r\n"
        listener = self.connect()
        answers = [
            self.ask("/api/file/uploadimg", body, Content_Type="multipart/form-data; boundary=x") for _ in range(2)
        ]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual((answers[0]["errno"], answers[0]["msg"]), (0, "保存成功"))
        told = json.loads(listener.recv())
        self.assertEqual((told["type"], told["image"]), ("image", answers[0]["data"]))
        with urlopen(f"{self.house.http}{told['image']}?imageView2/2/w/360", timeout=SECONDS) as answer:
            self.assertEqual(answer.read(), picture)


class ByDefault(Served):
    """A server whose operator has said nothing of older clients."""

    kind = House

    def rooms(self) -> int:
        return len(Api(self.house.http, self.town.owner.token).get("me/rooms")["rooms"])

    def test_doors(self) -> None:
        """Who shows who she is comes in; nothing shows of it before, and `raw` is closed."""
        before = self.rooms()
        for path in ("/api/user", "/api/history/message?roomid=1&current=1"):
            with self.assertRaises(HTTPError) as caught:
                self.ask(path)
            self.assertEqual(caught.exception.code, 401)
            caught.exception.close()
        with self.assertRaises(websocket.WebSocketBadStatusException):
            self.connect()
        self.assertEqual(self.rooms(), before)
        token = self.register("alice@example.com")
        self.assertEqual(self.ask(f"/api/user?api_token={token}")["name"], "alice")
        self.assertEqual(self.rooms(), before + 1)


def _noise() -> bytes:
    """A picture of about a megabyte, so that its body does not fit into memory at once."""
    chance = random.Random(7)  # noqa: S311
    data = BytesIO()
    Image.frombytes("RGB", (700, 500), chance.randbytes(700 * 500 * 3)).save(data, "PNG")
    return data.getvalue()
