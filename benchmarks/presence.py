"""What presence costs in a big room: who is here, asked by somebody who opens it, and told to all who look.

    python -m benchmarks.presence [--members 10000] [--here 1000]

By itself, since nothing beside it does the same.  The crowd is written over the `websockets` library and shares the
generator's core; server times are CPU seconds of the server's process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks import machine
from benchmarks.servers import Running, Server, metrics, running, start_webchat
from benchmarks.town import one_room

AT_ONCE = 50
ROUNDS = 50
WATCHES = 15
"""As many as may be made at once."""


class Guest:
    """One connection that has said hello, and reads whatever comes."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._answers: dict[int, asyncio.Future[tuple[int, dict[str, Any]]]] = {}
        self._ids = 0
        self.welcome = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self._line:
            frame = json.loads(text)
            if frame["type"] == "welcome":
                self.welcome.set_result(len(text))
            elif waiting := self._answers.pop(frame.get("id"), None):
                waiting.set_result((len(text), frame))

    async def ask(self, kind: str, **members: Any) -> tuple[int, dict[str, Any]]:
        """The size of the answer, and the answer."""
        self._ids += 1
        answer = self._answers[self._ids] = asyncio.get_running_loop().create_future()
        await self._line.send(json.dumps({"type": kind, "id": self._ids, **members}))
        return await answer

    async def say_hello(self, token: str) -> None:
        await self._line.send(json.dumps({"type": "hello", "token": token}))
        await self.welcome

    async def go(self) -> None:
        self._reading.cancel()
        await self._line.close()


async def come(up: Running, token: str) -> Guest:
    """A person, welcomed."""
    line = await connect(
        f"ws://127.0.0.1:{up.port}/ws", subprotocols=[Subprotocol("webchat.v1")], compression=None, max_queue=None
    )
    guest = Guest(line)
    await guest.say_hello(token)
    return guest


async def all_of(tasks: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """What they answer, a few at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(task: Callable[[], Awaitable[Any]]) -> Any:
        async with turn:
            return await task()

    return await asyncio.gather(*[one(task) for task in tasks])


async def timed(work: Callable[[], Awaitable[Any]], rounds: int = ROUNDS) -> str:
    """How long *work* takes: the median and the worst of many."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        await work()
        times.append(1000 * (time.perf_counter() - began))
    return f"p50 {statistics.median(times):.1f} ms, worst {max(times):.1f} ms"


async def measure(up: Running, tokens: list[str], members: int, here: int) -> None:
    """Prints what was found."""
    server = psutil.Process(up.process.pid)

    def cpu() -> float:
        spent = server.cpu_times()
        return float(spent.user + spent.system)

    async def costs(what: str, work: Awaitable[Any], per: int) -> None:
        before, signs = cpu(), metrics(up.port)["webchat_presence_writes_total"]
        began = time.perf_counter()
        await work
        took, spent = time.perf_counter() - began, cpu() - before
        told = metrics(up.port)["webchat_presence_writes_total"] - signs
        each = f", {1000 * spent / per:.2f} ms each" if per else ""
        print(f"{what}: {took:.1f} s, server CPU {spent:.2f} s{each}; {told:.0f} batches of states", flush=True)

    def http(path: str) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{up.port}{path}", headers={"Authorization": f"Bearer {tokens[-1]}"}
        )
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        return len(body), json.loads(body)

    async def get(path: str) -> tuple[int, Any]:
        return await asyncio.to_thread(http, path)

    crowd: list[Guest] = []

    async def arrive() -> None:
        crowd[:] = await all_of([lambda token=token: come(up, token) for token in tokens[:here]])  # type: ignore[misc]

    async def look() -> None:
        await all_of([lambda guest=guest: guest.ask("watch", room=1) for guest in crowd])  # type: ignore[misc]

    async def leave_and_return() -> None:
        await all_of([guest.go for guest in crowd])
        await arrive()
        await look()
        await asyncio.sleep(12)

    print(f"a room of {members:,} members, {here:,} of them here", flush=True)
    await costs("they come", arrive(), here)
    await costs("they look, all of them", look(), here)
    await asyncio.sleep(3)
    late = await come(up, tokens[-1])
    await asyncio.sleep(3)
    size, answer = await late.ask("watch", room=1)
    print(f"the answer to watch: {size:,} bytes, {len(answer['members'])} of {answer['count']} people", flush=True)
    print("watch:", await timed(lambda: late.ask("watch", room=1), WATCHES))
    for path in ("messages", "members?limit=100", "present?group=online&limit=100"):
        size, _ = await get(f"/api/v1/rooms/1/{path}")
        print(f"GET {path}: {size:,} bytes, {await timed(lambda path=path: get(f'/api/v1/rooms/1/{path}'))}")  # type: ignore[misc]

    async def post() -> None:
        for _ in range(200):
            await late.ask("post", room=1, text="x" * 100)

    await costs("200 posts, one after the other", post(), 200)

    async def change() -> None:
        for number in range(20):
            await crowd[number].ask("status", status="busy")
            await asyncio.sleep(0.5)

    await costs("20 people change their status in 10 s", change(), 20)
    await costs("nothing happens for 10 s", asyncio.sleep(10), 0)
    await costs("all lose the line, come back at once and look; and 12 s more", leave_and_return(), here)
    print(f"memory: {server.memory_info().rss / 2**20:.0f} MB")


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--here", type=int, default=1_000)
    said = parser.parse_args()
    machine.raise_file_limit()
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    with running(Server("webchat", "everything", start_webchat), one_room(said.members, 200)) as up:
        assert up.tokens is not None
        tokens = [line.split()[0] for line in up.tokens.read_text().splitlines()]
        asyncio.run(measure(up, tokens, said.members, said.here))


if __name__ == "__main__":
    sys.exit(main())
