"""The fault campaign: a real server under load, broken on purpose, and afterwards judged by its clients' logs.

    python -m tests.doorstep.faults quick
    python -m tests.doorstep.faults long --minutes 45 --seed 7
    python -m tests.doorstep.faults one F1 --engine postgresql --seed 3 --kills 200
    python -m tests.doorstep.faults lies            # servers that break their word, each of which must be found out

All traffic stays on loopback; only processes started here are ended, by their ids.  What was drawn by chance is
drawn from the seed, and a failure prints the command that draws it again; the logs of a failed run are kept.
"""

# ruff: noqa: T201  a command: it prints
from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.doorstep import checker, logs
from tests.doorstep.api import Api, Refused, fetch_history
from tests.doorstep.house import Crowd, House, Person, Town, devices_of, free_port, populate
from tests.doorstep.logs import Fields, Violation
from tests.doorstep.proxy import DOWN, UP, Proxy
from tests.support import postgres

# What `liar.py` can do to the server, and the invariants of which one must find it out.
LIES = {
    "commit": ({"I3"}, "acknowledges now and then what it never committed"),
    "forget": ({"I1", "I12"}, "forgets now and then to tell one listener"),
    "leak": ({"I11"}, "goes on telling those who have left"),
    "swap": ({"I1"}, "tells now and then one listener in another order"),
}


class Skipped(Exception):
    """The fault cannot be made here; the text says why."""


@dataclass
class Options:
    """What one run of one fault is made from."""

    fault: str
    engine: str
    seed: int
    kills: int
    people: int
    rooms: int
    rate: float
    ready: float
    is_long: bool
    keep: Path | None
    lie: str = ""

    @property
    def again(self) -> str:
        return (
            f"python -m tests.doorstep.faults one {self.fault} --engine {self.engine} --seed {self.seed} "
            f"--kills {self.kills} --people {self.people} --rooms {self.rooms} --rate {self.rate:g}"
            + (" --long" if self.is_long else "")
        )


@dataclass
class Stage:
    """Server, people and crowd of one fault, and what there is to complain about."""

    options: Options
    folder: Path
    house: House
    town: Town
    crowd: Crowd
    chance: random.Random
    proxy: Proxy | None = None
    database: postgres.Server | None = None
    complaints: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def expect(self, holds: bool, complaint: str) -> None:
        if not holds:
            self.complaints.append(complaint)

    @property
    def reader(self) -> Api:
        return Api(self.house.http, self.town.owner.token)

    async def epoch(self) -> str:
        answer = await asyncio.to_thread(self.reader.get, "me/rooms")
        return str(answer["epoch"])

    async def all_back(self, within: float = 20.0) -> None:
        answer = await self.crowd.order("connected", within)
        self.expect(not answer["late"], f"not back after {within} s: {answer['late'][:3]}")

    async def counts(self) -> Counter[str]:
        return Counter((await self.crowd.order("stats"))["counts"])

    async def work(self, seconds: float) -> None:
        await self.crowd.order("work")
        await asyncio.sleep(seconds)

    async def judge(self) -> list[Violation]:
        """Let everything come to rest, without a wake-up, then ask the checker."""
        rest = await self.crowd.order("quiet", 20.0)
        self.expect(not rest["late"], f"I12 not at rest after 20 s: {rest['late'][:3]}")
        everybody = {person.user: Api(self.house.http, person.token) for person in self.town.people}
        history = await asyncio.to_thread(fetch_history, self.reader, self.town.rooms, everybody)
        # An event that is on its way needs no more than this on one machine.
        await asyncio.sleep(1.0)
        await self.crowd.order("settle")
        await self.crowd.stop()
        (self.folder / "history.json").write_text(json.dumps(history))
        (self.folder / "run.json").write_text(
            json.dumps({"seed": self.options.seed, "command": self.options.again, "fault": self.options.fault})
        )
        run = await asyncio.to_thread(logs.load, self.folder)
        found = await asyncio.to_thread(checker.judge, run)
        if found and not self.options.lie:
            print(checker.report(run, found))
        figures = checker.figures(run)
        told = ("devices", "posts sent", "posts acked", "messages stored", "answered as duplicate", "event", "reset")
        self.notes.append(", ".join(f"{figures[name]} {name}" for name in told))
        self.expect(figures["posts acked"] > 0, "nothing was posted: the verdict is worth nothing")
        secrets = [self.canary, self.town.owner.token, *(person.token for person in self.town.people)]
        self.complaints += self.house.complaints(secrets) + self.crowd.complaints()
        return found

    @property
    def canary(self) -> str:
        return f"canary{self.options.seed}"


Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """A row of the campaign's table: how it is played, on which engines, and what its stage needs."""

    about: str
    play: Play
    engines: tuple[str, ...]
    needs: Fields


FAULTS: dict[str, Fault] = {}


def fault(
    name: str, about: str, *, engines: tuple[str, ...] = ("sqlite", "postgresql"), **needs: Any
) -> Callable[[Play], Play]:
    """Enter a function into the table of faults."""

    def enter(play: Play) -> Play:
        FAULTS[name] = Fault(about, play, engines, needs)
        return play

    return enter


# --- the faults ------------------------------------------------------------------------------------------------------


@fault("F1", "kill -9 of the server under load")
async def crash(stage: Stage) -> None:
    epoch = await stage.epoch()
    await stage.crowd.order("work")
    for number in range(1, stage.options.kills + 1):
        await asyncio.sleep(stage.chance.uniform(0.2, 2.0))
        stage.house.kill()
        took = await stage.house.start()
        stage.expect(took <= stage.options.ready, f"kill {number}: ready after {took:.2f} s")
        now = await stage.epoch()
        stage.expect(now == epoch, f"kill {number}: the epoch changed from {epoch} to {now}")
        if number % 20 == 0:
            counts = await stage.counts()
            print(f"  {number} kills, {counts['posts sent']} sends, {counts['post ack']} acks", flush=True)
    await asyncio.sleep(1.0)
    starts = sorted(stage.house.starts[1:])
    stage.notes.append(
        f"{stage.options.kills} kills, ready after {starts[len(starts) // 2]:.2f} s (median), "
        f"{starts[-1]:.2f} s (slowest)"
    )


@fault("F2", "SIGTERM under load")
async def orderly_stop(stage: Stage) -> None:
    slowest = 0.0
    for number in range(1, (6 if stage.options.is_long else 3) + 1):
        await stage.work(1.0)
        await stage.all_back()
        await asyncio.sleep(stage.chance.uniform(0.5, 1.5))
        before = await stage.counts()
        status, took = await stage.house.terminate(20.0)
        slowest = max(took, slowest)
        # Twisted ends itself by the signal it was sent, after an orderly stop; for systemd that is a clean exit.
        stage.expect(status in (0, -signal.SIGTERM), f"stop {number}: exit status {status}")
        stage.expect(took <= 10.0, f"stop {number}: it took {took:.1f} s")
        closed = {name: count for name, count in (await stage.counts() - before).items() if name.startswith("closed")}
        devices = len(devices_of(stage.town))
        stage.expect(closed == {"closed 1012": devices}, f"stop {number}: {devices} devices were told {closed}")
        await stage.house.start()
    await stage.all_back()
    await asyncio.sleep(1.0)
    counts = await stage.counts()
    # A commit whose answer was flushed before the close needs no second sending.
    stage.expect(
        counts["answered as duplicate"] == 0,
        f"{counts['answered as duplicate']} commits were not answered before the close",
    )
    stage.notes.append(f"slowest stop {slowest:.1f} s")


@fault("F3", "a frozen server")
async def frozen(stage: Stage) -> None:
    await stage.work(1.0)
    await stage.all_back()
    before = await stage.counts()
    for seconds in (5.0, 20.0, 60.0) if stage.options.is_long else (5.0,):
        os.kill(stage.house.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(stage.house.pid, signal.SIGCONT)
        await asyncio.sleep(3.0)
        grown = await stage.counts() - before
        closed = {name: count for name, count in grown.items() if name.startswith("closed")}
        # The clients give up after 40 s of silence; a server that wakes must not blame them for its own sleep.
        stage.expect(not closed or seconds > 20.0, f"closed after {seconds:g} s of sleep: {closed}")
        await stage.all_back(45.0)
        before = await stage.counts()


@fault("F5", "restart of the database", engines=("postgresql",))
async def database_restart(stage: Stage) -> None:
    assert stage.database is not None
    await stage.work(1.0)
    before = await stage.counts()
    for _ in range(5 if stage.options.is_long else 2):
        await asyncio.sleep(stage.chance.uniform(0.5, 1.5))
        stage.database.kill()
        await asyncio.sleep(stage.chance.uniform(0.3, 2.0))
        await asyncio.to_thread(stage.database.start)
    await asyncio.sleep(2.0)
    grown = await stage.counts() - before
    closed = {name: count for name, count in grown.items() if name.startswith("closed")}
    stage.expect(not closed, f"sockets were closed: {closed}")
    stage.expect(stage.house.runs, "the server ended")
    doubt = {name: count for name, count in grown.items() if name in ("error retry", "error unavailable")}
    stage.expect(bool(doubt), "no send was answered with retry or unavailable: the restart was not noticed")
    stage.notes.append(f"answers in the outage {doubt}")


@fault("F10", "connections reset", proxy=True)
async def resets(stage: Stage) -> None:
    assert stage.proxy is not None
    await stage.work(1.0)
    count = 0
    until = time.monotonic() + (60.0 if stage.options.is_long else 5.0)
    while time.monotonic() < until:
        await asyncio.sleep(stage.chance.uniform(0.02, 0.15))
        if stage.proxy.links:
            stage.chance.choice(stage.proxy.links).reset()
            count += 1
        if count % 20 == 0:
            stage.proxy.weather.slices = stage.chance.choice((None, (1, 7), (50, 500)))
    stage.proxy.weather.slices = None
    stage.notes.append(f"{count} resets")


@fault("F11", "half-open connections", proxy=True, ping=2.0)
async def half_open(stage: Stage) -> None:
    assert stage.proxy is not None
    await stage.work(1.5)
    await stage.all_back()
    dead = stage.chance.sample(stage.proxy.links, min(5, len(stage.proxy.links)))
    for link in dead:
        link.swallows |= {UP, DOWN}
    began = time.monotonic()
    patience = 50.0 if stage.options.is_long else 8.0
    while time.monotonic() - began < patience and not all(UP in link.ended for link in dead):
        await asyncio.sleep(0.1)
    stage.expect(all(UP in link.ended for link in dead), "a client did not notice its dead line")
    await stage.all_back()
    if stage.options.is_long:
        # The proxy keeps its side towards the server open: only the server can end it.
        while time.monotonic() - began < 45.0 and not all(DOWN in link.ended for link in dead):
            await asyncio.sleep(0.2)
        freed = [link.ended[DOWN] - began for link in dead if DOWN in link.ended]
        stage.expect(
            len(freed) == len(dead) and max(freed) <= 40.0,
            f"the server freed {len(freed)} of {len(dead)} dead lines: {[round(after) for after in freed]} s",
        )
        stage.notes.append(f"the server freed dead lines after {[round(after) for after in freed]} s")
    for link in dead:
        link.reset()


@fault("F12", "clients that never read", bulk=8500, in_all_rooms=True, rooms=2)
async def slow_readers(stage: Stage) -> None:
    await stage.work(0.0)
    await stage.all_back()
    await asyncio.sleep(6.0)
    size = psutil.Process(stage.house.pid).memory_info().rss
    middle = time.monotonic()
    slow = [await _never_reading(stage, stage.town.people[number % len(stage.town.people)]) for number in range(20)]
    closed: set[asyncio.StreamWriter] = set()
    until = time.monotonic() + 40.0
    largest = size
    while time.monotonic() < until and len(closed) < len(slow):
        await asyncio.sleep(0.25)
        largest = max(largest, psutil.Process(stage.house.pid).memory_info().rss)
        here = {
            conn.raddr.port
            for conn in psutil.Process(stage.house.pid).net_connections("tcp")
            if conn.status == psutil.CONN_ESTABLISHED and conn.raddr
        }
        closed = {writer for writer in slow if writer.get_extra_info("sockname")[1] not in here}
    end = time.monotonic()
    for writer in slow:
        writer.transport.abort()
    stage.expect(len(closed) == len(slow), f"{len(slow) - len(closed)} of {len(slow)} that never read are still open")
    grown = (largest - size) / 2**20
    stage.expect(grown <= len(slow) * 1.25 + 16, f"the server grew by {grown:.0f} MiB for {len(slow)} slow readers")
    await stage.crowd.order("flush")
    without, with_them = _latency(stage.folder, 0.0, middle), _latency(stage.folder, middle, end)
    stage.expect(
        with_them < max(2 * without, 0.1), f"p99 of the others {without * 1000:.0f} -> {with_them * 1000:.0f} ms"
    )
    stage.notes.append(
        f"all closed after {end - middle:.0f} s, +{grown:.0f} MiB, p99 {without * 1000:.0f} -> "
        f"{with_them * 1000:.0f} ms"
    )


async def _never_reading(stage: Stage, person: Person) -> asyncio.StreamWriter:
    """A raw connection that says hello and then leaves everything in the kernel's smallest buffer."""
    import socket

    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", stage.house.port))
    reader, writer = await asyncio.open_connection(sock=sock, limit=1024)
    writer.write(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{stage.house.port}\r\nUpgrade: websocket\r\nConnection: Upgrade"
        "\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OUFCQ0RFRg==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: webchat.v1\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    hello = json.dumps({"type": "hello", "token": person.token}).encode()
    mask = b"\x01\x02\x03\x04"
    length = bytes((0x80 | len(hello),)) if len(hello) < 126 else b"\xfe" + len(hello).to_bytes(2, "big")
    writer.write(b"\x81" + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(hello)))
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    return writer


def _latency(folder: Path, begin: float, end: float) -> float:
    """p99 in seconds from a send to its delivery on other devices, for sends between *begin* and *end*."""
    sent: dict[str, float] = {}
    came: dict[tuple[str, str], float] = {}  # device and nonce: an edit brings the same nonce again
    for path in (folder / "clients").glob("*.jsonl"):
        for raw in path.read_text("utf-8").splitlines():
            line = json.loads(raw)
            if line["kind"] == "send" and line["op"] == "post":
                sent.setdefault(line["nonce"], line["t"])
            elif line["kind"] == "event" and line["row"] == "message" and line["nonce"]:
                came.setdefault((path.name, line["nonce"]), line["t"])
    delays = sorted(when - sent[nonce] for (_, nonce), when in came.items() if begin <= sent.get(nonce, -1.0) < end)
    return delays[int(len(delays) * 0.99)] if delays else 0.0


@fault("F14", "a bad line: slow, far away, in pieces", proxy=True)
async def bad_line(stage: Stage) -> None:
    assert stage.proxy is not None
    await stage.work(1.0)
    await stage.all_back()
    before = await stage.counts()
    weather = stage.proxy.weather
    weather.latency, weather.jitter, weather.slices, weather.bytes_per_second = 0.2, 0.1, (1, 2000), 20_000.0
    await asyncio.sleep(60.0 if stage.options.is_long else 6.0)
    weather.latency, weather.jitter, weather.slices, weather.bytes_per_second = 0.0, 0.0, None, None
    grown = await stage.counts() - before
    closed = {name: count for name, count in grown.items() if name.startswith("closed")}
    stage.expect(not closed, f"a bad line is no reason to close: {closed}")


@fault("F16", "the clock steps by an hour, both ways", engines=("sqlite",), fake_clock=True)
async def clock_steps(stage: Stage) -> None:
    await stage.work(1.0)
    await stage.all_back()
    before = await stage.counts()
    for step in ("-3600", "+3600", "+0"):
        stage.house.step_clock(step)
        await asyncio.sleep(32.0 if stage.options.is_long else 2.5)
    grown = await stage.counts() - before
    closed = {name: count for name, count in grown.items() if name.startswith("closed")}
    stage.expect(not closed, f"closed by a step of the clock: {closed}")
    stage.expect(grown["post ack"] > 0, "nothing was acknowledged while the clock stepped")


@fault("F24", "a line cut inside a frame, after every byte")
async def cut_inside(stage: Stage) -> None:
    await stage.work(0.5)
    # In a room of the owner's own: her sends are in no log, so that room is judged here.
    person = stage.town.owner
    room = (await asyncio.to_thread(lambda: stage.reader.post("rooms", title="Cuts")))["room"]
    cutter = Proxy(stage.house.port, f"{stage.options.seed} cutter")
    url = f"ws://127.0.0.1:{await cutter.start()}/ws"
    step = 1 if stage.options.is_long else 3
    wrong, cuts = [], 0
    for way, length in ((UP, 150), (DOWN, 260)):
        for passed in range(stage.chance.randrange(step), length, step):
            cuts += 1
            wrong.append(await _cut_once(stage, cutter, url, person, room, f"cut-{way}-{passed}", way, passed))
    await cutter.stop()
    stage.complaints += list(filter(None, wrong))[:5]
    rows = await asyncio.to_thread(_nonces, stage.reader, room)
    stage.expect(
        len(rows) == cuts and set(rows.values()) == {1},
        f"of {cuts} sends {len(rows)} are there, more than "
        f"once {[nonce for nonce, count in rows.items() if count > 1][:5]}",
    )
    stage.notes.append(f"{cuts} cuts")


def _nonces(reader: Api, room: int) -> Counter[str]:
    found: Counter[str] = Counter()
    after = 0
    while True:
        page = reader.get(f"rooms/{room}/messages?after={after}&limit=200")
        found.update(row["nonce"] for row in page["messages"] if row.get("nonce"))
        if page["at_end"] or not page["messages"]:
            return found
        after = page["messages"][-1]["seq"]


async def _cut_once(
    stage: Stage, cutter: Proxy, url: str, person: Person, room: int, nonce: str, way: str, passed: int
) -> str:
    """Send a post over a line that ends after *passed* bytes, then again over a whole one.  What is wrong, or ''."""
    post = json.dumps({"type": "post", "id": 1, "room": room, "text": f"{stage.canary} {nonce}", "nonce": nonce})
    first = None
    async with _conversation(url, person) as socket:
        local = socket.local_address[1]
        link = next(link for link in cutter.links if link.client.get_extra_info("peername")[1] == local)
        link.left[way] = passed
        try:
            await socket.send(post)
            first = await asyncio.wait_for(_answer(socket, 1), 1.0)
        except (ConnectionClosed, OSError):
            pass
        except TimeoutError:
            link.reset()
    async with _conversation(stage.house.url, person) as socket:
        await socket.send(post)
        second = await asyncio.wait_for(_answer(socket, 1), 5.0)
    if second["type"] != "ok" or (first and first["type"] == "ok" and first["seq"] != second["seq"]):
        return f"I5 {nonce}: first {first}, then {second}"
    if first and not second.get("duplicate"):
        return f"I5 {nonce}: answered {first}, and then stored again: {second}"
    return ""


class _conversation:  # noqa: N801
    """A connection on which hello has been said and answered."""

    def __init__(self, url: str, person: Person) -> None:
        self._url, self._person = url, person

    async def __aenter__(self) -> ClientConnection:
        self._socket = await connect(
            self._url, subprotocols=[Subprotocol("webchat.v1")], close_timeout=1, ping_interval=None
        )
        await self._socket.send(json.dumps({"type": "hello", "token": self._person.token}))
        while json.loads(await asyncio.wait_for(self._socket.recv(), 5.0))["type"] != "welcome":
            pass
        return self._socket

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()


async def _answer(socket: ClientConnection, number: int) -> Fields:
    while True:
        frame: Fields = json.loads(await socket.recv())
        if frame.get("id") == number:
            return frame


# --- one run ---------------------------------------------------------------------------------------------------------


async def run(options: Options) -> bool:
    """Play one fault on one engine; whether all held.  Raises Skipped."""
    entry = FAULTS[options.fault]
    if options.engine not in entry.engines:
        raise Skipped(f"it is about {' and '.join(entry.engines)}")
    needs = entry.needs
    folder = Path(tempfile.mkdtemp(prefix=f"webchat-{options.fault}-", dir=options.keep))
    database: postgres.Server | None = None
    stage: Stage | None = None
    house: House | None = None
    crowd: Crowd | None = None
    began = time.monotonic()
    chance = random.Random(f"{options.fault} {options.engine} {options.seed}")  # noqa: S311
    found: list[Violation] = []
    complaints: list[str] = []
    notes: list[str] = []
    try:
        url = None
        if options.engine == "postgresql":
            try:
                database = await asyncio.to_thread(postgres.Server, True)
            except postgres.Missing as reason:
                raise Skipped(str(reason)) from None
            url = await asyncio.to_thread(database.fresh_database)
        port = free_port(chance)
        house = House(folder, url, port, lie=options.lie)
        if needs.get("fake_clock") and not house.fake_clock():
            raise Skipped("libfaketime is not installed")
        await house.start()
        rooms = needs.get("rooms", options.rooms)
        each = rooms if needs.get("in_all_rooms") else min(3, rooms)
        town = await asyncio.to_thread(populate, house, chance, options.people, rooms, each)
        if options.lie:
            (house.data / "lie").touch()
        proxy, ws = None, house.url
        if needs.get("proxy"):
            proxy = Proxy(port, f"{options.seed} proxy")
            ws = f"ws://127.0.0.1:{await proxy.start()}/ws"
        crowd = Crowd(
            folder,
            {
                "url": ws,
                "http": house.http,
                "seed": options.seed,
                "rate": options.rate,
                "pace": 0.1,
                "canary": f"canary{options.seed}",
                "devices": devices_of(town),
                "ping": needs.get("ping", 20.0),
                "bulk": needs.get("bulk", 0),
            },
        )
        await crowd.start()
        stage = Stage(options, folder, house, town, crowd, chance, proxy, database)
        await stage.all_back()
        bound = 120.0 + 12.0 * options.kills + (600.0 if options.is_long else 0.0)
        async with asyncio.timeout(bound):
            await entry.play(stage)
            found = await stage.judge()
        complaints, notes = stage.complaints, stage.notes
    except (OSError, TimeoutError, Refused) as broken:
        complaints = [*(stage.complaints if stage else []), f"{type(broken).__name__}: {broken}"]
    finally:
        if crowd:
            crowd.close()
        if house:
            house.close()
        if database:
            await asyncio.to_thread(database.stop)
    if options.lie:
        return _found_out(options, found, complaints, folder)
    holds = not found and not complaints
    print(
        f"{options.fault} {options.engine} {'passed' if holds else 'FAILED'}: {entry.about}; {'; '.join(notes)}; "
        f"{len(found)} violations, seed {options.seed}, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    for complaint in complaints[:10]:
        print(f"  {complaint}")
    if holds and options.keep is None:
        shutil.rmtree(folder)
    else:
        print(f"  logs: {folder}" + ("" if holds else f"\n  again: {options.again}"), flush=True)
    return holds


def _found_out(options: Options, found: list[Violation], complaints: list[str], folder: Path) -> bool:
    """Whether a server that lies was caught at it; the report of its violations is no failure."""
    expected, about = LIES[options.lie]
    invariants = Counter(violation.invariant for violation in found)
    holds = bool(expected & invariants.keys())
    print(
        f"lie {options.lie} {'found out' if holds else 'NOT FOUND OUT'}: the server {about}; "
        f"{dict(invariants)}, seed {options.seed}"
    )
    for complaint in complaints[:10] if not holds else ():
        print(f"  {complaint}")
    shutil.rmtree(folder)
    return holds


def campaign(arguments: argparse.Namespace) -> list[Options]:
    """The runs that the command line asks for."""

    def options(name: str, engine: str, kills: int, seed: int, is_long: bool) -> Options:
        return Options(
            name,
            engine,
            seed,
            kills,
            arguments.people,
            arguments.rooms,
            arguments.rate,
            arguments.ready,
            is_long,
            arguments.keep,
        )

    if arguments.set == "lies":
        base = dataclasses.replace(options("F1", "sqlite", arguments.kills or 2, arguments.seed, False), rate=12.0)
        return [dataclasses.replace(base, lie=lie) for lie in LIES]
    if arguments.set == "one":
        kills = arguments.kills or 5
        return [options(arguments.fault, arguments.engine, kills, arguments.seed, arguments.long)]
    if arguments.set == "quick":
        plan = [options("F1", "sqlite", arguments.kills or 5, arguments.seed, False)]
        return plan + [
            options(name, FAULTS[name].engines[0], 0, arguments.seed, False)
            for name in ("F5", "F10", "F11", "F12", "F16", "F24")
        ]
    plan = campaign(argparse.Namespace(**{**vars(arguments), "set": "lies", "kills": 0}))
    for name, entry in sorted(FAULTS.items(), key=lambda item: int(item[0][1:])):
        plan += [options(name, engine, arguments.kills or 20, arguments.seed, True) for engine in entry.engines]
    return plan


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.doorstep.faults", description=__doc__)
    parser.add_argument("set", choices=("quick", "long", "one", "lies"))
    parser.add_argument("fault", nargs="?", choices=sorted(FAULTS))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0, help="how often F1 kills the server")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rooms", type=int, default=6)
    parser.add_argument("--rate", type=float, default=4.0, help="what a device does, times a second")
    parser.add_argument("--ready", type=float, default=3.0, help="seconds within which the server must be ready again")
    parser.add_argument("--minutes", type=float, default=45.0, help="begin no further fault after so long")
    parser.add_argument("--long", action="store_true", help="with `one`: as in the long campaign")
    parser.add_argument("--keep", type=Path, help="keep the logs of every run in this folder")
    parser.add_argument("--require", default="", help="faults that must not be skipped, as F1,F5")
    arguments = parser.parse_args(words)
    if arguments.set == "one" and not arguments.fault:
        parser.error("which fault?")
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + arguments.minutes * 60
    required = set(filter(None, arguments.require.split(",")))
    outcomes: Counter[str] = Counter()
    for options in campaign(arguments):
        try:
            if time.monotonic() > until:
                raise Skipped("no time left")
            outcomes["passed" if asyncio.run(run(options)) else "failed"] += 1
        except Skipped as reason:
            must = options.fault in required
            print(f"{options.fault} {options.engine} {'FAILED: ' if must else ''}skipped: {reason}", flush=True)
            outcomes["failed" if must else "skipped"] += 1
    print(f"{outcomes['passed']} passed, {outcomes['failed']} failed, {outcomes['skipped']} skipped")
    return 1 if outcomes["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
