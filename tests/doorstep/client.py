"""A crowd of chat clients in a process of its own, written from docs/protocol.md alone, over the `websockets` library.

    python -m tests.doorstep.client CROWD.json

It shares no code with the server, and what carries its frames was written elsewhere: what it understands, another
client would.  Each device writes a line to its log before it acts on anything (`logs.py` describes them).

Told by its standard input what to do, one JSON object a line, it answers on its standard output:

    {"do": "work"}                  begin, or go on, to post, edit, delete, read, join, leave …
    {"do": "quiet", "within": 20}   begin nothing new; answer when everybody is back and every send is answered
    {"do": "connected", "within": 20}   answer when every device has been welcomed
    {"do": "settle"}                write down what every device shows
    {"do": "flush"}                 put what was logged onto the disk
    {"do": "stats"}                 say how much was done
    {"do": "stop"}                  say goodbye and end
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from tests.doorstep.api import Api, Refused
from tests.doorstep.logs import Fields, text_hash
from tests.doorstep.rules import AGAIN, Held, Rules

COME_BACK = frozenset({1001, 1006, 1011, 1012, 4008, 4029})
WINDOWS = (0.5, 1.0, 2.0, 4.0, 8.0)
ANSWER_WITHIN = 10.0
WORDS = "now what the rain says 你好 世界 tea noon ok naïve ünïcode 🙂 δοκιμή 早上好 review merge ship it".split()


class FileJournal:
    """A device's log."""

    def __init__(self, path: Path, client: str, user: int) -> None:
        self._file = path.open("w", encoding="utf-8", buffering=1 << 16)
        self._client, self._user = client, user

    def write(self, conn: str, kind: str, **fields: Any) -> None:
        line = {"t": time.monotonic(), "client": self._client, "user": self._user, "conn": conn, "kind": kind, **fields}
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def flush(self) -> None:
        self._file.flush()


class Device(Rules):
    """One signed-in device: it comes back whenever its line breaks, and keeps its outbox over all connections."""

    def __init__(self, crowd: Crowd, about: Fields) -> None:
        journal = FileJournal(crowd.logs / f"{about['name']}.jsonl", about["name"], about["user"])
        super().__init__(
            about["name"], about["user"], about["token"], journal, crowd.counts, about.get("pipelined", False)
        )
        self.flush = journal.flush
        self._home = set(about["rooms"])
        self._crowd = crowd
        self._random = random.Random(f"{crowd.seed} {self.name}")  # noqa: S311
        self._api = Api(crowd.http, self._token)
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pause = 0.0

    # --- the connection ---

    async def live(self) -> None:
        """Until the crowd goes home: connect, talk, come back."""
        failures = 0
        while not self._crowd.over.is_set():
            code = await self._connect_once()
            if code is not None and code not in COME_BACK and code != 1000:
                self._crowd.counts[f"gave up after {code}"] += 1
                return
            failures = 0 if self._pause == 0.0 and code is not None else failures + 1
            window = WINDOWS[min(failures, len(WINDOWS) - 1)] * self._crowd.pace
            pause, self._pause = max(self._random.uniform(0, window), self._pause), 0.0
            try:
                await asyncio.wait_for(self._crowd.over.wait(), pause)
            except TimeoutError:
                pass

    async def _connect_once(self) -> int | None:
        """The code with which the connection ended; None where there was none."""
        self._conns += 1
        self._conn = f"{self.name}#{self._conns}"
        try:
            socket = await connect(
                self._crowd.url,
                subprotocols=[Subprotocol("webchat.v1")],
                open_timeout=10,
                close_timeout=2,
                ping_interval=self._crowd.ping,
                ping_timeout=self._crowd.ping,
                max_size=1 << 20,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage, EOFError) as reason:
            self._crowd.counts[f"no connection: {type(reason).__name__}"] += 1
            return None
        self._out = asyncio.Queue()
        writer = asyncio.create_task(self._write(socket))
        worker = asyncio.create_task(self._work())
        self._opened()
        try:
            async for frame in socket:
                self._crowd.frames += 1
                self._take(json.loads(frame))
        except ConnectionClosed:
            pass
        finally:
            self.is_welcome = False
            for task in (writer, worker):
                task.cancel()
        code = socket.close_code or 1006
        self._closed(code)
        return code

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                await socket.send(await self._out.get())
        except ConnectionClosed:
            pass

    # --- as the rules need it ---

    def _put(self, frame: str) -> None:
        self._out.put_nowait(frame)

    def _now(self) -> float:
        return time.monotonic()

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, call)

    def _fetch(self, room: int, held: Held, conn: str, number: int, where: str) -> None:
        task = asyncio.create_task(self._page(room, held, conn, number, where))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _page(self, room: int, held: Held, conn: str, number: int, where: str) -> None:
        self._loading += 1
        try:
            for attempt in range(40):
                try:
                    page = await asyncio.to_thread(self._api.get, f"rooms/{room}/messages?limit=50{where}")
                except Refused as refused:
                    self._crowd.counts[f"page {refused.code}"] += 1
                    if refused.code not in AGAIN:
                        return
                except OSError:
                    self._crowd.counts["page unanswered"] += 1
                else:
                    self._take_page(room, held, conn, number, page)
                    return
                await asyncio.sleep(min(0.05 * (attempt + 1), 0.5))
        finally:
            self._loading -= 1

    # --- what people do ---

    async def _work(self) -> None:
        """Say and do things at random moments, also before the line is back: the outbox waits."""
        while True:
            await asyncio.sleep(self._random.expovariate(self._crowd.rate))
            if self._crowd.working and self._rooms:
                self._act(self._random.random())

    def _act(self, chance: float) -> None:
        room = self._random.choice(sorted(self._rooms))
        held = self._rooms[room]
        if chance < 0.80 or not self.is_welcome:
            self._say(room, f"{self._random.getrandbits(32):08x}", self._words())
        elif chance < 0.87:
            if held.own:
                seq, text = self._random.choice(held.own[-10:]), self._words()
                self._ask("edit", room, {"seq": seq, "hash": text_hash(text)}, seq=seq, text=text)
        elif chance < 0.89:
            if held.own:
                self._ask("delete", room, seq=self._random.choice(held.own[-10:]))
        elif chance < 0.93:
            self._ask("read", room, seq=max(0, held.seq - self._random.randint(0, 3)))
        elif chance < 0.95:
            self._ask("typing", room)
        elif chance < 0.965:
            self._sync(room, max(0, held.mine - self._random.randint(0, 40)))
        elif chance < 0.975:
            self._load(room, self._random.choice(("", f"&before={max(2, held.seq)}", f"&around={max(1, held.seq)}")))
        elif chance < 0.985:
            if len(self._rooms) > 1:
                self._ask("leave", room)
        elif missing := self._home - self._rooms.keys():
            self._ask("join", self._random.choice(sorted(missing)))

    def _words(self) -> str:
        words = self._random.choices(WORDS, k=self._random.choice((2, 5, 12, 40)))
        return f"{self._crowd.canary} {self.name} {' '.join(words)} {'x' * self._crowd.bulk}".rstrip()


class Crowd:
    """All devices of one process, and the harness's orders to them."""

    def __init__(self, about: Fields) -> None:
        self.url, self.http, self.seed = about["url"], about["http"], about["seed"]
        self.logs = Path(about["logs"])
        self.rate, self.pace, self.canary = about["rate"], about["pace"], about["canary"]
        self.ping, self.bulk = about.get("ping", 20.0), about.get("bulk", 0)
        self.over = asyncio.Event()
        self.working = False
        self.counts: Counter[str] = Counter()
        self.frames = 0
        self._devices = [Device(self, device) for device in about["devices"]]

    async def run(self) -> None:
        living = [asyncio.create_task(device.live()) for device in self._devices]
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while order := await reader.readline():
            wanted = json.loads(order)
            answer = await self._obey(wanted)
            sys.stdout.write(json.dumps({"did": wanted["do"], **answer}) + "\n")
            sys.stdout.flush()
            if wanted["do"] == "stop":
                break
        for device in self._devices:
            device.flush()
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)

    async def _obey(self, order: Fields) -> Fields:
        match order["do"]:
            case "work":
                self.working = True
            case "quiet":
                self.working = False
                return await self._until(order["within"], lambda device: device.is_quiet)
            case "connected":
                return await self._until(order["within"], lambda device: device.is_welcome)
            case "flush":
                for device in self._devices:
                    device.flush()
            case "settle":
                for device in self._devices:
                    device.settle()
                    device.flush()
            case "stop":
                self.over.set()
        return {"counts": dict(self.counts), "frames": self.frames}

    async def _until(self, within: float, reached: Any) -> Fields:
        began = time.monotonic()
        while not all(map(reached, self._devices)) and time.monotonic() - began < within:
            await asyncio.sleep(0.02)
        late = [device.unsettled() for device in self._devices if not reached(device)]
        return {"after": round(time.monotonic() - began, 3), "late": late, "counts": dict(self.counts)}


def main(arguments: list[str]) -> int:
    about = json.loads(Path(arguments[0]).read_text("utf-8"))
    asyncio.run(Crowd(about).run())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
