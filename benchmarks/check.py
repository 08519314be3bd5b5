"""Shows that the tools count right: `python -m benchmarks.check` plays them against awkward peers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import struct
import subprocess
import time
from collections.abc import Callable
from typing import Any

from benchmarks import machine

LISTENERS = 7
Spoil = Callable[[int, int, bytes], bytes]


def frame(payload: bytes, opcode: int = 1, wide: bool = False) -> bytes:
    """A server's frame; *wide*: with a length of 64 bits though it is short."""
    head = bytes([0x80 | opcode])
    if wide:
        return head + b"\x7f" + struct.pack(">Q", len(payload)) + payload
    return head + (bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack(">H", len(payload))) + payload


class Awkward:
    """A broadcast server whose writes end anywhere, inside a frame or after many, and which pings in between.

    *spoil* makes the bytes that a listener gets for a message, both given by number.
    """

    def __init__(self, spoil: Spoil) -> None:
        self.spoil = spoil
        self.waiting: dict[asyncio.StreamWriter, bytearray] = {}
        self.messages = self.pongs = 0
        self.chance = random.Random(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        self.waiting[writer] = bytearray(frame(b"are you there?", 9))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                opcode, payload = await self._frame(reader)
                if opcode == 10:
                    self.pongs += payload == b"are you there?"
                elif opcode == 1:
                    for listener, queue in enumerate(self.waiting.values()):
                        queue.extend(self.spoil(listener, self.messages, payload))
                    self.messages += 1

    async def _frame(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        first, length = await reader.readexactly(2)
        length &= 127
        if length == 126:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
        key = await reader.readexactly(4)
        masked = await reader.readexactly(length)
        return first & 15, bytes(sign ^ key[place % 4] for place, sign in enumerate(masked))

    async def dribble(self) -> None:
        """Sends what waits, in pieces of any size."""
        while True:
            await asyncio.sleep(0.001)
            for writer, queue in self.waiting.items():
                size = self.chance.choice((1, 2, 3, 100, 700, 5000))
                if queue and not writer.is_closing():
                    writer.write(bytes(queue[:size]))
                    del queue[:size]


async def _played(spoil: Spoil, *words: str) -> dict[str, Any]:
    awkward = Awkward(spoil)
    server = await asyncio.start_server(awkward.serve, "127.0.0.1", 0)
    dribbling = asyncio.create_task(awkward.dribble())
    port = str(server.sockets[0].getsockname()[1])
    options = (
        f"--warm 0.2 --seconds 0.6 --drain 2 --listeners {LISTENERS} --publishers 3 --outstanding 12 --port {port}"
    )
    process = await asyncio.create_subprocess_exec(
        str(machine.compiled("load")), "pipelined", *options.split(), *words, stdout=subprocess.PIPE
    )
    said, _ = await process.communicate()
    dribbling.cancel()
    server.close()
    return {**json.loads(said), "pongs": awkward.pongs, "served": awkward.messages}


def _expect(what: str, holds: bool, result: object) -> None:
    print(f"{'ok  ' if holds else 'FAIL'} {what}")
    if not holds:
        raise SystemExit(f"{result}")


async def _check_generator() -> None:
    for size in ("60", "120", "125", "126", "400", "5000"):
        whole = await _played(lambda _, number, text: frame(text, wide=number % 3 == 0), "--size", size)
        fine = whole["complete"] and whole["served"] > 20 and not whole["stray"] and whole["pongs"] == LISTENERS
        _expect(f"split and joined frames of {size} bytes are all counted", fine, whole)
    lost = await _played(lambda who, number, text: b"" if (who, number) == (4, 5) else frame(text))
    _expect("one lost delivery is noticed", lost["missing"] == 1 and lost["short_listeners"] == 1, lost)
    twice = await _played(lambda who, number, text: frame(text) * (1 + ((who, number) == (4, 5))))
    _expect("one doubled delivery is noticed", twice["extra"] == 1 and not twice["complete"], twice)


def check_limits(kind: str) -> None:
    port = machine.free_port()
    process = subprocess.Popen([str(machine.compiled("limits")), kind, str(port)])
    try:
        while not machine.answers(port):
            time.sleep(0.02)
        asyncio.run(_talk(kind, port))
    finally:
        process.kill()
        process.wait()


async def _talk(kind: str, port: int) -> None:
    """With the client of the package websockets, which the tests use too."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed

    async with connect(f"ws://127.0.0.1:{port}/") as one, connect(f"ws://127.0.0.1:{port}/") as two:
        texts = ["a", "长" * 9000, "b" * 125, "c" * 126]
        for text in texts:
            await one.send(text)
        await one.send(["in ", "three ", "pieces"])
        got = [[await each.recv() for _ in range(5)] for each in (one, two)]
        await (await two.ping())
        _expect(f"C {kind} passes on what it gets", got == [[*texts, "in three pieces"]] * 2, got)
        await one.send(b"binary")
        with contextlib.suppress(ConnectionClosed):
            await one.recv()
        _expect(f"C {kind} takes text only", one.close_code == 1003, one.close_code)
    _expect(f"C {kind} closes politely", two.close_code == 1000, two.close_code)


if __name__ == "__main__":
    asyncio.run(_check_generator())
    check_limits("each")
    check_limits("batch")
