"""One room, and every kind of client in it: each hears everybody, once, in the room's order."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from tests.clients.test_matrix import Served
from tests.doorstep.api import Api

try:
    import websocket
except ImportError:
    websocket = None  # type: ignore[assignment]

ROUNDS = 5


class Together(Served):
    def test_one_room(self) -> None:
        """Raw JSON, the pages of the three old systems, a phone's Socket.IO and our own protocol talk in one room."""
        everybody = {"raw": self.raw(), "laravel": self.laravel_page(), "old": self.laravel_page(path="/ws")}
        everybody |= {"express": self.express_page(), "phone": self.phone(), "browser": self.browser()}
        said = []
        for number in range(ROUNDS):
            for name, talker in everybody.items():
                text = f"{name} {number} 你好 & <b>\"'\\ 🎉"
                talker.say(text)
                said.append(text)
        stored = self.stored(len(said))
        self.assertEqual(sorted(stored), sorted(said), "each was stored once")
        for name, talker in everybody.items():
            self.assertEqual(talker.heard(len(said)), stored, name)
        self.assertEqual(self.house.complaints(said), [])

    def stored(self, number: int) -> list[str]:
        """What the room holds, once all of it is there."""
        until = time.monotonic() + 20
        while True:
            rows = self.owner.get("rooms/1/messages?limit=100")["messages"]
            if len(rows) >= number or time.monotonic() > until:
                return [row["text"] for row in rows]
            time.sleep(0.1)

    def raw(self) -> Talker:
        _, token = self.laravel()
        socket = websocket.create_connection(f"ws://127.0.0.1:{self.house.port}/ws/", timeout=20)
        self.addCleanup(socket.close)
        return Raw(socket, token)

    def laravel_page(self, path: str = "/socket.io") -> Talker:
        email, token = self.laravel()
        client = self.client("2.5.0")
        transport = "websocket" if path == "/ws" else "upgrade"
        client.open(f"{self.house.http}?api_token={token}", transport, path=path)
        client.connected()
        client.emit("login", {"name": email, "api_token": token})
        client.emit("room", {"name": email, "src": "", "roomid": "1", "api_token": token})
        client.event("room")
        return LaravelPage(client, email, token)

    def express_page(self) -> Talker:
        browser, name, id = self.express()
        client = self.client("1.7.4")
        client.open(self.house.http, "upgrade", extraHeaders=browser.headers)
        client.connected()
        client.emit("login", {"name": name, "id": id, "browser": "x", "os": "x", "ua": "x"})
        for room in ("room1", "room2"):
            client.emit("room", {"name": name, "src": "", "roomid": room})
        for _ in range(2):
            client.event("room")
        return ExpressPage(client, name)

    def phone(self) -> Talker:
        client = self.client("4.8.1")
        client.open(self.house.http, "websocket", {"token": self.somebody()})
        client.connected()
        client.ask("hello", {})
        return Phone(client)

    def browser(self) -> Talker:
        name = f"b{uuid.uuid4().hex[:8]}"
        api = Api(self.house.http)
        api.post("register", name=name, display_name=name, password="a good long password")
        token = api.post("tokens", label="x")["token"]
        socket = websocket.create_connection(
            f"ws://127.0.0.1:{self.house.port}/ws", timeout=20, subprotocols=["webchat.v1"]
        )
        self.addCleanup(socket.close)
        socket.send(json.dumps({"type": "hello", "token": token}))
        while json.loads(socket.recv())["type"] != "welcome":
            pass
        return Native(socket)


class Talker:
    """Somebody in the room."""

    def __init__(self, client: Any, *who: str) -> None:
        self.client = client
        self.who = who

    def say(self, text: str) -> None:
        raise NotImplementedError

    def text_of(self, told: Any) -> str | None:
        """The text in what she was told; None if it is something else."""
        raise NotImplementedError

    def heard(self, number: int) -> list[str]:
        """All texts that she has heard, *number* of them or more."""
        texts = [self.text_of(one) for one in self._lines(number)]
        return [text for text in texts if text is not None]

    def _lines(self, number: int) -> list[Any]:
        count = sum(self._is_message(line) for line in self.client.heard)
        while count < number:
            self.client.wait(lambda one: one.get("event") == "message", "message")
            count = sum(self._is_message(line) for line in self.client.heard)
        return [line["args"][0] for line in self.client.settle() if self._is_message(line)]

    @staticmethod
    def _is_message(line: Any) -> bool:
        return bool(line.get("event") == "message")


class LaravelPage(Talker):
    """nonfu's page; at `/ws` andyRon's."""

    def say(self, text: str) -> None:
        email, token = self.who
        said = {"username": email, "src": "", "msg": text.replace("<", "&lt;"), "img": "", "roomid": "1"}
        self.client.emit("message", {**said, "time": "x", "api_token": token})

    def text_of(self, told: Any) -> str | None:
        return str(told["msg"]).replace("&lt;", "<")


class ExpressPage(LaravelPage):
    """hua1995116's page."""

    def say(self, text: str) -> None:
        said = {"username": self.who[0], "src": "", "msg": text.replace("<", "&lt;"), "img": "", "roomid": "room1"}
        more = {"roomType": "group", "type": "text", "time": uuid.uuid4().hex, "clientId": str(uuid.uuid4())}
        self.client.emit("message", {**said, **more})


class Phone(Talker):
    """An app that speaks our own events over Socket.IO."""

    def say(self, text: str) -> None:
        self.client.emit("post", {"room": 1, "text": text, "nonce": uuid.uuid4().hex})

    def text_of(self, told: Any) -> str | None:
        return str(told["text"])


class Wire(Talker):
    """Somebody with a WebSocket and JSON."""

    def _lines(self, number: int) -> list[Any]:
        lines: list[Any] = []
        while sum(self.text_of(one) is not None for one in lines) < number:
            lines.append(json.loads(self.client.recv()))
        self.client.settimeout(0.3)
        try:
            while True:
                lines.append(json.loads(self.client.recv()))
        except websocket.WebSocketTimeoutException:
            return lines


class Raw(Wire):
    """andyRon's contract: an object, with its token in it."""

    def say(self, text: str) -> None:
        said = {"token": self.who[0], "name": "x", "room_id": 1, "type": "text", "content": text, "image": ""}
        self.client.send(json.dumps(said))

    def text_of(self, told: Any) -> str | None:
        return str(told["content"])


class Native(Wire):
    """Our own protocol."""

    def __init__(self, client: Any, *who: str) -> None:
        super().__init__(client, *who)
        self._requests = 0

    def say(self, text: str) -> None:
        self._requests += 1
        self.client.send(json.dumps({"type": "post", "id": self._requests, "room": 1, "text": text}))

    def text_of(self, told: Any) -> str | None:
        return str(told["text"]) if told["type"] == "message" else None
