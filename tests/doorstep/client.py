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
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from tests.doorstep.api import Api, Refused, page_fields
from tests.doorstep.logs import Fields, message_fields, row_digest, rows_digest, text_hash

# "not now", or "perhaps": the same again, later.  Everything else is an answer.
AGAIN = frozenset({"retry", "rate_limited", "busy", "unavailable", "internal"})
COME_BACK = frozenset({1001, 1006, 1011, 1012, 4008, 4029})
WINDOWS = (0.5, 1.0, 2.0, 4.0, 8.0)
ANSWER_WITHIN = 10.0
WORDS = "now what the rain says 你好 世界 tea noon ok naïve ünïcode 🙂 δοκιμή 早上好 review merge ship it".split()


@dataclass
class Post:
    """A message on its way, in the outbox until it is answered for good."""

    room: int
    nonce: str
    text: str
    conn: str = ""  # the connection on which it was sent last
    not_before: float = 0.0


@dataclass
class Held:
    """What a device holds of a room."""

    mine: int
    seq: int
    read: int
    rows: dict[int, tuple[int, str]] = field(default_factory=dict)
    own: list[int] = field(default_factory=list)
    in_block: bool = False
    has_left: bool = False
    syncing: bool = False
    waiting: list[Fields] = field(default_factory=list)


class Journal:
    """A device's log."""

    def __init__(self, path: Path, client: str, user: int) -> None:
        self._file = path.open("w", encoding="utf-8", buffering=1 << 16)
        self._client, self._user = client, user

    def write(self, conn: str, kind: str, **fields: Any) -> None:
        line = {"t": time.monotonic(), "client": self._client, "user": self._user, "conn": conn, "kind": kind, **fields}
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def flush(self) -> None:
        self._file.flush()


class Device:
    """One signed-in device: it comes back whenever its line breaks, and keeps its outbox over all connections."""

    def __init__(self, crowd: Crowd, about: Fields) -> None:
        self.name, self.user = about["name"], about["user"]
        self._token, self._home = about["token"], set(about["rooms"])
        self._pipelined = about.get("pipelined", False)
        self._crowd = crowd
        self._random = random.Random(f"{crowd.seed} {self.name}")  # noqa: S311
        self._journal = Journal(crowd.logs / f"{self.name}.jsonl", self.name, self.user)
        self._api = Api(crowd.http, self._token)
        self._rooms: dict[int, Held] = {}
        self._epoch: str | None = None
        self._outbox: dict[int, deque[Post]] = {}
        self._count = self._conns = self._ids = 0
        self._conn = ""
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._asked: dict[int, Fields] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loading = 0
        self._pause = 0.0
        self._due: set[int] = set()
        self.is_welcome = False

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
        self._journal.write(self._conn, "open", pipelined=self._pipelined)
        self._out, self._asked, self._due = asyncio.Queue(), {}, set()
        writer = asyncio.create_task(self._write(socket))
        worker = asyncio.create_task(self._work())
        self._hello()
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
        self._journal.write(self._conn, "close", code=code)
        self._crowd.counts[f"closed {code}"] += 1
        return code

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                await socket.send(await self._out.get())
        except ConnectionClosed:
            pass

    def _hello(self) -> None:
        named = {str(room): held.mine for room, held in self._rooms.items()}
        self._journal.write(self._conn, "hello", epoch=self._epoch, rooms=named)
        frame: Fields = {"type": "hello", "token": self._token, "rooms": named}
        if self._epoch is not None:
            frame["epoch"] = self._epoch
        self._out.put_nowait(json.dumps(frame))

    def _ask(self, op: str, room: int, logged: Fields | None = None, **fields: Any) -> None:
        """Log a request and hand it to the socket: all of one connection leave in this order."""
        self._ids += 1
        known = {"op": op, "room": room, **(fields if logged is None else logged)}
        self._asked[self._ids] = known
        self._journal.write(self._conn, "send", id=self._ids, **known)
        self._out.put_nowait(json.dumps({"type": op, "id": self._ids, "room": room, **fields}, ensure_ascii=False))

    # --- what comes ---

    def _take(self, frame: Fields) -> None:
        kind = frame["type"]
        if "id" in frame:
            self._answered(frame)
        elif kind == "welcome":
            self._on_welcome(frame)
        elif kind == "error":
            self._journal.write(self._conn, "error", op="frame", code=frame["code"])
            self._crowd.counts["error " + frame["code"]] += 1
        elif kind in ("message", "member", "room"):
            self._on_row(frame)
        elif kind == "joined":
            self._on_joined(frame["room"])
        elif kind == "syncing":
            self._journal.write(self._conn, "syncing", room=frame["room"])
            if held := self._rooms.get(frame["room"]):
                held.in_block = True
        elif kind == "synced":
            self._on_synced(frame)
        elif kind == "reset":
            self._on_reset(frame)
        elif kind == "read":
            self._journal.write(self._conn, "event", row="read", room=frame["room"], seq=frame["seq"])
            self._has_read(frame["room"], frame["seq"])
        elif kind == "typing":
            self._journal.write(self._conn, "event", row="typing", room=frame["room"], who=frame["user"])

    def _on_welcome(self, frame: Fields) -> None:
        states = {state["room"]: state for state in frame["rooms"]}
        self._journal.write(
            self._conn,
            "welcome",
            epoch=frame["epoch"],
            rooms={
                str(room): [state["seq"], state["rev"], state["read"], state["joined_rev"]]
                for room, state in states.items()
            },
        )
        self._due = self._rooms.keys() & states.keys()
        for room in self._rooms.keys() - states.keys():
            self._drop(room)
        for room, state in states.items():
            if room not in self._rooms:
                self._rooms[room] = Held(state["rev"], state["seq"], state["read"])
            else:
                held = self._rooms[room]
                held.seq, held.read, held.in_block, held.syncing = state["seq"], state["read"], False, False
                held.waiting.clear()
        self._epoch = frame["epoch"]
        self.is_welcome = True
        for queue in self._outbox.values():
            self._pump(queue)

    def _on_joined(self, state: Fields) -> None:
        self._journal.write(
            self._conn,
            "event",
            row="joined",
            room=state["room"],
            rev=state["rev"],
            seq=state["seq"],
            read=state["read"],
            joined_rev=state["joined_rev"],
        )
        self._due.discard(state["room"])
        self._rooms[state["room"]] = Held(state["rev"], state["seq"], state["read"])

    def _on_row(self, row: Fields) -> None:
        self._journal.write(self._conn, "event", row=row["type"], **self._row_fields(row))
        held = self._rooms.get(row["room"])
        if held is None:
            return
        if held.in_block:
            self._apply(held, row)
        elif row["rev"] == held.mine + 1:
            held.mine = row["rev"]
            self._apply(held, row)
            if held.has_left:
                self._drop(row["room"])
        elif row["rev"] > held.mine:
            held.waiting.append(row)
            self._sync(row["room"], held.mine)

    @staticmethod
    def _row_fields(row: Fields) -> Fields:
        if row["type"] == "message":
            return {"room": row["room"], **message_fields(row)}
        fields = {"room": row["room"], "rev": row["rev"], "digest": row_digest(row)}
        if row["type"] == "member":
            fields |= {"who": row["user"]["id"], "joined_rev": row["joined_rev"], "left": row.get("left", False)}
        return fields

    def _apply(self, held: Held, row: Fields) -> None:
        if row["type"] == "member" and row["user"]["id"] == self.user:
            held.has_left = row.get("left", False)
        if row["type"] != "message":
            return
        seq = row["seq"]
        if row["rev"] > held.rows.get(seq, (0, ""))[0]:
            held.rows[seq] = (row["rev"], row_digest(row))
        held.seq = max(held.seq, seq)
        if row["author"] == self.user:
            held.read = max(held.read, seq)
            if seq not in held.own[-20:]:
                held.own.append(seq)
            if row.get("deleted") is not None and seq in held.own:
                held.own.remove(seq)

    def _on_synced(self, frame: Fields) -> None:
        room = frame["room"]
        self._journal.write(self._conn, "synced", room=room, rev=frame["rev"])
        self._due.discard(room)
        if not (held := self._rooms.get(room)):
            return
        held.in_block = held.syncing = False
        held.mine = max(frame["rev"], held.mine)
        if held.has_left:
            self._drop(room)
            return
        waiting, held.waiting = held.waiting, []
        for row in waiting:
            if row["rev"] == held.mine + 1:
                held.mine = row["rev"]
                self._apply(held, row)

    def _on_reset(self, frame: Fields) -> None:
        room = frame["room"]
        self._journal.write(self._conn, "reset", room=room, rev=frame["rev"])
        self._due.discard(room)
        if old := self._rooms.get(room):
            self._rooms[room] = Held(frame["rev"], old.seq, old.read)
            self._load(room)

    def _drop(self, room: int) -> None:
        del self._rooms[room]
        self._due.discard(room)

    def _has_read(self, room: int, seq: int) -> None:
        if held := self._rooms.get(room):
            held.read = max(held.read, seq)

    def _answered(self, frame: Fields) -> None:
        asked = self._asked.pop(frame["id"], None)
        if asked is None:
            self._crowd.counts["answer to nothing"] += 1
            return
        told = {name: frame[name] for name in ("seq", "rev", "duplicate", "code", "retry_after") if name in frame}
        nonce = {"nonce": asked["nonce"]} if "nonce" in asked else {}
        kind = "ack" if frame["type"] == "ok" else "error"
        self._journal.write(self._conn, kind, op=asked["op"], id=frame["id"], room=asked["room"], **nonce, **told)
        self._crowd.counts[f"{asked['op']} {kind}" if kind == "ack" else f"error {frame['code']}"] += 1
        if asked["op"] == "post":
            self._post_answered(asked, frame)
        elif asked["op"] == "read" and kind == "ack":
            self._has_read(asked["room"], frame["seq"])
        elif asked["op"] == "sync" and kind == "error" and (held := self._rooms.get(asked["room"])):
            held.syncing = False

    def _post_answered(self, asked: Fields, frame: Fields) -> None:
        queue = self._outbox.get(asked["room"], deque())
        post = next((post for post in queue if post.nonce == asked["nonce"]), None)
        if post is None:
            return
        if frame["type"] == "error" and frame["code"] in AGAIN:
            post.conn = ""
            post.not_before = time.monotonic() + min(frame.get("retry_after") or 0.1, 5.0)
            self._later(post.not_before - time.monotonic(), queue)
        else:
            queue.remove(post)
            if frame["type"] == "ok":
                self._crowd.counts["answered as duplicate"] += bool(frame.get("duplicate"))
                self._has_read(asked["room"], frame["seq"])
            self._pump(queue)

    # --- what is sent ---

    def _later(self, seconds: float, queue: deque[Post]) -> None:
        asyncio.get_running_loop().call_later(seconds + 0.001, self._pump, queue)

    def _pump(self, queue: deque[Post]) -> None:
        """Send what may be sent: the oldest unless it is under way, or all when pipelined."""
        if not self.is_welcome:
            return
        for post in list(queue) if self._pipelined else list(queue)[:1]:
            if post.conn == self._conn or post.not_before > time.monotonic():
                continue
            post.conn = self._conn
            self._crowd.counts["posts sent"] += 1
            self._ask(
                "post", post.room, {"nonce": post.nonce, "hash": text_hash(post.text)}, text=post.text, nonce=post.nonce
            )

    def _sync(self, room: int, rev: int) -> None:
        held = self._rooms[room]
        if not held.syncing and not held.in_block:
            held.syncing = True
            self._ask("sync", room, rev=rev)

    def _load(self, room: int, where: str = "") -> None:
        """Load a page over HTTP, and take it unless the room was dropped or reset in the meantime."""
        self._ids += 1
        self._journal.write(self._conn, "send", op="page", id=self._ids, room=room)
        task = asyncio.create_task(self._page(room, self._rooms[room], self._conn, self._ids, where))
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
                    if self._rooms.get(room) is held:
                        self._journal.write(conn, "page", id=number, **page_fields(page))
                        for row in page["messages"]:
                            self._apply(held, {"type": "message", **row})
                        held.seq = max(held.seq, page["seq"])
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
            self._say(room)
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

    def _say(self, room: int) -> None:
        queue = self._outbox.setdefault(room, deque())
        if len(queue) < 5:
            self._count += 1
            queue.append(Post(room, f"{self.name}.{self._count}.{self._random.getrandbits(32):08x}", self._words()))
            self._pump(queue)

    def _words(self) -> str:
        words = self._random.choices(WORDS, k=self._random.choice((2, 5, 12, 40)))
        return f"{self._crowd.canary} {self.name} {' '.join(words)} {'x' * self._crowd.bulk}".rstrip()

    # --- the end ---

    @property
    def is_quiet(self) -> bool:
        return (
            self.is_welcome
            and not self._due
            and not self._asked
            and not self._loading
            and not any(self._outbox.values())
            and not any(held.in_block or held.syncing for held in self._rooms.values())
        )

    def unsettled(self) -> str:
        """Why the device is not quiet, in words."""
        sends = sum(map(len, self._outbox.values()))
        return (
            f"{self.name}: welcome {self.is_welcome}, due {sorted(self._due)}, unanswered "
            f"{list(self._asked.values())[:3]}, outbox {sends}, pages {self._loading}, "
            f"blocks {[room for room, held in self._rooms.items() if held.in_block or held.syncing]}"
        )

    def settle(self) -> None:
        if self.is_welcome:
            self._journal.write(
                self._conn,
                "settled",
                rooms={
                    str(room): {
                        "rev": held.mine,
                        "seq": held.seq,
                        "read": held.read,
                        "unread": held.seq - held.read,
                        "rows": rows_digest((seq, *row) for seq, row in held.rows.items()),
                    }
                    for room, held in self._rooms.items()
                },
            )
        self.flush()

    def flush(self) -> None:
        self._journal.flush()


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
