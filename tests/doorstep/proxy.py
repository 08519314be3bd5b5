"""A line that misbehaves: a TCP proxy that delays, slices, swallows, cuts after so many bytes, or resets."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from dataclasses import dataclass, field

UP, DOWN = "up", "down"


@dataclass
class Weather:
    """How all lines are at the moment.  Latency and jitter in seconds; slices in bytes."""

    latency: float = 0.0
    jitter: float = 0.0
    slices: tuple[int, int] | None = None
    bytes_per_second: float | None = None


@dataclass(eq=False)
class Link:
    """One connection through the proxy, from accepting to the end of both sides."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    began: float = field(default_factory=time.monotonic)
    swallows: set[str] = field(default_factory=set)
    left: dict[str, int] = field(default_factory=dict)  # direction -> bytes that still pass before the line is cut
    passed: dict[str, int] = field(default_factory=lambda: {UP: 0, DOWN: 0})
    ended: dict[str, float] = field(default_factory=dict)  # direction -> when its sender closed

    def reset(self) -> None:
        """End both sides as a crashed router would: with a reset in place of a farewell."""
        for writer in (self.client, self.server):
            sock = writer.get_extra_info("socket")
            if sock is not None and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    """Listens on a loopback port of its own and passes everything on to *port*."""

    def __init__(self, port: int, seed: str) -> None:
        self._target = port
        self._random = random.Random(seed)  # noqa: S311
        self._server: asyncio.Server | None = None
        self.weather = Weather()
        self.links: list[Link] = []
        self.next_cut: tuple[str, int] | None = None

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for link in list(self.links):
            link.reset()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, to_server)
        self.links.append(link)
        await asyncio.gather(self._pump(link, UP, reader, to_server), self._pump(link, DOWN, there, writer))
        self.links.remove(link)

    async def _pump(self, link: Link, way: str, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(1 << 16):
                if way in link.swallows:
                    continue
                if (left := link.left.get(way)) is not None:
                    link.left[way] = left - len(data)
                    if len(data) >= left:
                        target.write(data[:left])
                        # The bytes before the cut must arrive: a reset would overtake them.
                        await target.drain()
                        await asyncio.sleep(0.002)
                        link.passed[way] += left
                        link.reset()
                        return
                for piece in self._slices(data):
                    await self._pass_on(piece, target)
                link.passed[way] += len(data)
            link.ended[way] = time.monotonic()
            if not link.swallows:
                target.close()
        except (OSError, asyncio.IncompleteReadError):
            link.ended[way] = time.monotonic()
            if not link.swallows:
                target.transport.abort()

    def _slices(self, data: bytes) -> list[bytes]:
        if self.weather.slices is None:
            return [data]
        pieces, at = [], 0
        while at < len(data):
            size = self._random.randint(*self.weather.slices)
            pieces.append(data[at : at + size])
            at += size
        return pieces

    async def _pass_on(self, piece: bytes, target: asyncio.StreamWriter) -> None:
        weather = self.weather
        pause = weather.latency + self._random.uniform(-weather.jitter, weather.jitter)
        if weather.bytes_per_second:
            pause += len(piece) / weather.bytes_per_second
        if pause > 0:
            await asyncio.sleep(pause)
        target.write(piece)
        await target.drain()
