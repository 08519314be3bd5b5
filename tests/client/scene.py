"""A server in a process of its own, with two people, and a line to it that breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.protocols.portforward import ProxyFactory, ProxyServer
from twisted.trial.unittest import TestCase

from tests.doorstep import house
from tests.doorstep.house import House, free_port, populate
from webchat.client import Client
from webchat.client.positions import Told
from webchat.model.events import Message

ANYTHING: Any = reactor


class BrittleServer(ProxyServer):
    """One connection through the proxy, cut once so many bytes have gone to the server or come from it."""

    left: int

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        self.passed(len(data))

    def passed(self, count: int) -> None:
        self.left -= count
        if self.left <= 0:
            self.transport.abortConnection()  # type: ignore[union-attr]
            if self.peer is not None:
                self.peer.transport.abortConnection()

    def setPeer(self, peer: Any) -> None:
        super().setPeer(peer)  # type: ignore[no-untyped-call]
        there = peer.dataReceived

        def back(data: bytes) -> None:
            there(data)
            self.passed(len(data))

        peer.dataReceived = back


class Brittle(ProxyFactory):
    """A proxy whose lines last for *bytes()* bytes."""

    noisy = False

    def __init__(self, port: int, bytes: Callable[[], int]) -> None:
        super().__init__("127.0.0.1", port)  # type: ignore[no-untyped-call]
        self.bytes, self.lines = bytes, 0

    def buildProtocol(self, addr: Any) -> BrittleServer:
        self.lines += 1
        line = BrittleServer()
        line.factory, line.left = self, self.bytes()
        return line


class Scene(TestCase):
    """*mei* and *bob* have tokens; room 1 is of both."""

    timeout = 60
    options: ClassVar[dict[str, Any]] = {}
    """Settings of the server besides those that let a test be quick."""

    async def setUp(self) -> None:
        folder = Path(self.mktemp()).absolute()  # noqa: ASYNC240
        folder.mkdir()
        chance = random.Random()  # noqa: S311
        self.patch(house, "OPTIONS", house.OPTIONS | self.options)
        self.house = House(folder, None, free_port(chance))
        self.addCleanup(self.house.close)
        await self.start()
        town = populate(self.house, chance, 1, 1, 1)
        self.mei, self.bob = town.owner.token, town.people[0].token

    async def start(self) -> None:
        """Starts the server, while this process goes on."""
        await deferToThread(lambda: asyncio.run(self.house.start()))

    def client(self, token: str, url: str = "") -> Client:
        """A client that is started, and stopped at the end."""
        client = Client(reactor, url or self.house.http, token, uniform=lambda low, high: high / 20)
        client.start()
        self.addCleanup(lambda: Deferred.fromCoroutine(client.stop()))
        return client

    def proxy(self, bytes: Callable[[], int]) -> tuple[Brittle, str]:
        """A proxy to the server, and its address."""
        factory = Brittle(self.house.port, bytes)
        port = ANYTHING.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        return factory, f"http://127.0.0.1:{port.getHost().port}"


async def until(client: Client, is_last: Callable[[Told], bool]) -> list[Told]:
    """What the client is told, up to the last of it."""
    told = []
    async for event in client.events():
        told.append(event)
        if is_last(event):
            break
    return told


def says(text: str) -> Callable[[Told], bool]:
    return lambda event: isinstance(event, Message) and event.text == text


def texts(told: list[Told]) -> list[str]:
    """What was said, each message as often as it was told."""
    return [event.text for event in told if isinstance(event, Message)]


def begun(work: Coroutine[Any, Any, Any]) -> Deferred[Any]:
    return Deferred.fromCoroutine(work)
