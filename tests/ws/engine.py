"""Clients of Socket.IO in memory, byte by byte, and a dialect that gives back what it is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.http.wire import Answer, Wire, request_bytes
from tests.support.house import HOST, Connection, House
from webchat.model.refusals import Forbidden, Refusal, Unauthenticated
from webchat.ws.clients import Ack, Client

PATH = "/socket.io/"


class Echo:
    """The handler of one client: it says what it was told, and notes what happens."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.heard: list[Any] = []
        self.is_gone = False
        self.gate: Deferred[None] | None = None

    async def connected(self) -> None:
        wish = (self.client.auth or {}).get("wish") or self.client.query.get("wish")
        if wish == "no":
            raise Unauthenticated
        if wish == "bug":
            raise ValueError("a bug")
        if wish == "greet":
            self.client.emit("hello", "你好")
        if wish == "wait":
            self.gate = Deferred()
            self.client.emit("early")
            await self.gate

    async def event(self, name: str, args: list[Any], ack: Ack | None) -> None:
        self.heard.append([name, *args])
        if name == "wait":
            self.gate = Deferred()
            await self.gate
        elif name == "forbidden":
            raise Forbidden
        elif name == "bug":
            raise ValueError("a bug")
        elif name == "note":
            pass
        elif name == "leave":
            self.client.disconnect()
        elif ack is not None:
            ack(*args)
        else:
            self.client.emit(name, *args)

    def refused(self, name: str | None, refusal: Refusal, ack: Ack | None) -> None:
        if ack is not None:
            ack({"code": refusal.code})
        else:
            self.client.emit("refused", name, refusal.code)

    def gone(self) -> None:
        assert not self.is_gone, "gone twice"
        self.is_gone = True


class EchoCase(SynchronousTestCase):
    """A test of a server whose clients are answered by Echo."""

    limits: Mapping[str, Any] = {}

    def setUp(self) -> None:
        self.echoes: list[Echo] = []
        self.house = House(self, dialect=self._echo, **self.limits)

    def _echo(self, client: Client) -> Echo:
        self.echoes.append(Echo(client))
        return self.echoes[-1]

    @property
    def echo(self) -> Echo:
        """The handler of the client who came last."""
        return self.echoes[-1]

    @property
    def places(self) -> int:
        """How many connections and sessions are counted."""
        return len(self.house.sockets.connections)

    def turn(self) -> None:
        """What was to be done in this turn of the reactor is done."""
        self.house.clock.advance(0)

    def poller(self, version: int = 4, **more: Any) -> Poller:
        """A client that has opened a session by polling."""
        poller = Poller(self.house, version, **more)
        poller.open()
        return poller

    def socket(self, version: int = 4, query: str = "", **headers: str) -> Socket:
        """A client that has opened a WebSocket."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return Socket(self.house, f"{PATH}?EIO={version}&transport=websocket{query}", named)

    def client(self, version: int = 4) -> Socket:
        """Somebody who is in, over a WebSocket."""
        socket = self.socket(version)
        if version == 4:
            socket.say("40")
        socket.told()
        return socket


class Poller:
    """A client that polls: a connection for each request, of which one may wait for its answer."""

    def __init__(
        self,
        house: House,
        version: int = 4,
        query: str = "",
        path: str = PATH,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.house = house
        self.version = version
        self.sid = ""
        self.headers = dict(headers or {})
        self.path = f"{path}?EIO={version}&transport=polling{query}"
        self.held: Wire | None = None

    def open(self) -> str:
        """The handshake; its payload."""
        answer = self.ask("GET")
        assert answer.status == 200, answer
        text = answer.body.decode("ascii")
        opening = text.partition(":")[2] if self.version == 3 else text
        self.sid = json.JSONDecoder().raw_decode(opening[1:])[0]["sid"]
        return text

    def ask(self, method: str, body: bytes = b"", path: str | None = None, **headers: str) -> Answer:
        """One request, answered at once."""
        wire = self.send(method, body, path, **headers)
        self.house.clock.advance(0)
        answers = wire.answers(method)
        wire.hang_up()
        assert len(answers) == 1, f"{len(answers)} answers"
        return answers[0]

    def send(self, method: str, body: bytes = b"", path: str | None = None, **headers: str) -> Wire:
        wire = Wire(self.house.site)
        named = {**self.headers, **{key.replace("_", "-"): value for key, value in headers.items()}}
        target = path or self.path + (f"&sid={self.sid}" if self.sid else "")
        wire.send(request_bytes(method, target, named, body, named.pop("Host", HOST)))
        self.house.turn()
        return wire

    def post(self, *packets: str) -> Answer:
        """Posts packets."""
        return self.ask("POST", self.payload(*packets))

    def payload(self, *packets: str) -> bytes:
        if self.version == 3:
            return "".join(f"{len(text.encode('utf-16-le')) // 2}:{text}" for text in packets).encode()
        return "\x1e".join(packets).encode()

    def poll(self) -> list[str]:
        """Asks, and is answered at once: the packets."""
        return self.packets(self.ask("GET"))

    def hold(self) -> None:
        """Asks, and waits."""
        self.held = self.send("GET")
        assert not self.held.answers(), self.held.answers()

    def held_answer(self) -> list[str]:
        """What has come to whoever waited."""
        self.house.clock.advance(0)
        assert self.held is not None
        answers = self.held.answers()
        assert len(answers) == 1, "there is no answer yet"
        self.held = None
        return self.packets(answers[0])

    def packets(self, answer: Answer) -> list[str]:
        assert answer.status == 200, answer
        text = answer.body.decode("ascii")
        if self.version == 4:
            return text.split("\x1e")
        packets = []
        while text:
            length, _, text = text.partition(":")
            packets.append(text[: int(length)])
            text = text[int(length) :]
        return packets


class Socket(Connection):
    """A WebSocket of Socket.IO."""

    def __init__(self, house: House, path: str, headers: dict[str, str] | None = None) -> None:
        self.texts: list[str] = []
        super().__init__(house, headers, "", path)

    def heard(self, payload: bytes) -> None:
        self.texts.append(payload.decode("ascii"))

    def say(self, *packets: str) -> None:
        """Sends packets."""
        for packet in packets:
            self.frame(packet.encode())

    def told(self) -> list[str]:
        """What has come since the last time."""
        self._read()
        texts, self.texts = self.texts, []
        return texts

    @property
    def closed_with(self) -> int | None:
        self._read()
        return self.close_code
