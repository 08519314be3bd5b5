"""A server in a process of its own, the people who use it, and the crowd of clients that plays them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.doorstep.api import Api, Refused
from tests.doorstep.logs import Fields

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long enough passphrase"
START_WITHIN = 20.0


def free_port(chance: random.Random) -> int:
    """A loopback port nobody uses, below those the kernel gives to clients.

    A client that keeps connecting to an unused port *in* that range ends up, once in a while, connected to itself.
    """
    for _ in range(200):
        port = chance.randint(20_000, 31_000)
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


# The load is to reach the log, not the limits; those have tests of their own.
OPTIONS = {
    "registration": "open",
    "posts-per-second": 1000,
    "post-burst": 10_000,
    "requests-per-second": 1000,
    "request-burst": 10_000,
    "connections-per-address": 5_000,
    "log-level": "info",
}


class House:
    """One server over one database; it may be started again after every end."""

    def __init__(
        self, folder: Path, database: str | None, port: int, command: Sequence[str] | None = None, lie: str = ""
    ) -> None:
        self.folder, self.database, self.port = folder, database, port
        self.data, self.log = folder / "data", folder / "server.log"
        self.http, self.url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/ws"
        self._command = list(command) if command else self._usual_command(lie)
        self._process: subprocess.Popen[bytes] | None = None
        self.starts: list[float] = []
        self._environ = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}

    def _usual_command(self, lie: str) -> list[str]:
        options = {**OPTIONS, "data": self.data, "listen": f"tcp:{self.port}:interface=127.0.0.1:backlog=1024"}
        if self.database:
            options["database"] = self.database
        flags = [word for name, value in options.items() for word in ("--" + name, str(value))]
        if lie:
            return [sys.executable, "-m", "tests.doorstep.liar", lie, *flags]
        return [sys.executable, "-m", "twisted", "--log-format=text", "webchat", *flags]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def fake_clock(self) -> bool:
        """Let the server's wall clock, and that alone, be stepped; False where libfaketime is missing."""
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
        if library is None:
            return False
        self._environ |= {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.folder / "clock"),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.step_clock("+0")
        return True

    def step_clock(self, seconds: str) -> None:
        """Move the server's wall clock to so many seconds from the real one."""
        (self.folder / "clock").write_text(seconds + "\n")

    async def start(self) -> float:
        """Start the server; how many seconds until it was ready.  Raises TimeoutError, or OSError when it ended."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220  it only forks
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                start_new_session=True,
                env=os.environ | self._environ,
            )
        while time.monotonic() - began < START_WITHIN:
            if self._process.poll() is not None:
                raise OSError(f"the server ended with {self._process.returncode}: {self.last_words()}")
            if await asyncio.to_thread(self._is_ready):
                self.starts.append(time.monotonic() - began)
                return self.starts[-1]
            await asyncio.sleep(0.02)
        raise TimeoutError(f"the server is not ready after {START_WITHIN} s: {self.last_words()}")

    def _is_ready(self) -> bool:
        try:
            Api(self.http, timeout=1.0).get("/readyz")
        except (OSError, Refused):
            return False
        return True

    def last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-1500:]

    def kill(self) -> None:
        """End the server's process group as a crash would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    async def terminate(self, within: float) -> tuple[int | None, float]:
        """Ask the server to end: its exit status, None if it does not end, and after how many seconds."""
        assert self._process is not None
        began = time.monotonic()
        self._process.terminate()
        while self._process.poll() is None and time.monotonic() - began < within:
            await asyncio.sleep(0.02)
        return self._process.poll(), time.monotonic() - began

    def close(self) -> None:
        if self.runs:
            self.kill()

    def complaints(self, secrets: Sequence[str]) -> list[str]:
        """What must not be in the server's log: failures nobody handled, texts that people wrote, tokens."""
        said = self.log.read_text("utf-8", "replace")
        found = [
            f"I18 the log says {word!r}: …{said[max(0, said.index(word) - 300) :][:1500]}"
            for word in ("Unhandled", "Traceback")
            if word in said
        ]
        return found + [f"I19 the log holds {secret[:12]}…" for secret in secrets if secret in said]


@dataclass
class Person:
    user: int
    name: str
    token: str
    rooms: list[int] = field(default_factory=list)


@dataclass
class Town:
    """Everybody with an account; *owner* made the rooms and is in all of them."""

    owner: Person
    people: list[Person]
    rooms: list[int]


def _retried(ask: Any) -> Any:
    """What *ask* answers, also where a limit makes it wait."""
    for _ in range(100):
        try:
            return ask()
        except Refused as refused:
            if refused.code not in ("rate_limited", "busy"):
                raise
            time.sleep(min(refused.retry_after or 0.2, 5.0))
    raise TimeoutError("refused a hundred times")


def populate(house: House, chance: random.Random, people: int, rooms: int, each: int) -> Town:
    """Set up a fresh server: an owner, *rooms* public rooms, *people* who are in *each* of them."""
    api = Api(house.http)
    code = _setup_code(house)
    me = api.post("setup", code=code, name="harriet", display_name="Harriet", password=PASSWORD, room_title="Room 1")
    token = _retried(lambda: api.post("tokens", label="harness"))["token"]
    owner = Person(me["user"]["id"], "harriet", token)
    api = Api(house.http, token)
    for number in range(2, rooms + 1):
        _retried(lambda number=number: api.post("rooms", title=f"Room {number}"))
    owner.rooms = sorted(state["room"] for state in api.get("me/rooms")["rooms"])
    invitation = _retried(lambda: api.post("invites", uses=people))["code"]
    town = Town(owner, [], owner.rooms)
    for number in range(people):
        town.people.append(_newcomer(house, f"u{number:02d}", invitation))
    for person in town.people:
        person.rooms = sorted(chance.sample(town.rooms, min(each, len(town.rooms))))
        hers = Api(house.http, person.token)
        mine = {state["room"] for state in hers.get("me/rooms")["rooms"]}
        for room in person.rooms:
            if room not in mine:
                _retried(lambda hers=hers, room=room: hers.post(f"rooms/{room}/join"))
        for room in mine - set(person.rooms):
            _retried(lambda hers=hers, room=room: hers.post(f"rooms/{room}/leave"))
    return town


def _newcomer(house: House, name: str, invitation: str) -> Person:
    api = Api(house.http)
    me = _retried(
        lambda: api.post("register", name=name, display_name=name.upper(), password=PASSWORD, invitation=invitation)
    )
    return Person(me["user"]["id"], name, _retried(lambda: api.post("tokens", label="crowd"))["token"])


def _setup_code(house: House) -> str:
    for name in ("setup-code", "setup_code", "setup-code.txt"):
        if (house.data / name).exists():
            return (house.data / name).read_text("utf-8").split()[-1]
    raise OSError(f"no set-up code among {sorted(path.name for path in house.data.iterdir())}")


def devices_of(town: Town) -> list[Fields]:
    """One device a person, two for one in five; every third sends without waiting for answers."""
    devices = []
    for number, person in enumerate(town.people):
        for copy in range(2 if number % 5 == 0 else 1):
            devices.append(
                {
                    "name": f"{person.name}.{copy}",
                    "user": person.user,
                    "token": person.token,
                    "rooms": person.rooms,
                    "pipelined": len(devices) % 3 == 2,
                }
            )
    return devices


class Crowd:
    """The process that plays the clients; see `client.py` for the orders it takes."""

    def __init__(self, folder: Path, about: Fields) -> None:
        self._file = folder / "crowd.json"
        (folder / "clients").mkdir(exist_ok=True)
        self._about = {**about, "logs": str(folder / "clients")}
        self._process: asyncio.subprocess.Process | None = None
        self._errors = folder / "crowd.log"

    async def start(self) -> None:
        self._file.write_text(json.dumps(self._about))
        with self._errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.doorstep.client",
                str(self._file),
                cwd=ROOT,
                limit=1 << 20,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )

    async def order(self, what: str, within: float = 10.0) -> Fields:
        """Tell the crowd to do something; what it answers.  Raises OSError when it has died."""
        assert self._process and self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, "within": within}).encode() + b"\n")
        await self._process.stdin.drain()
        line = await asyncio.wait_for(self._process.stdout.readline(), within + 20.0)
        if not line:
            raise OSError(f"the crowd has died: {self._errors.read_text()[-1500:]}")
        answer: Fields = json.loads(line)
        return answer

    async def stop(self) -> None:
        await self.order("stop")
        assert self._process
        await asyncio.wait_for(self._process.wait(), 20.0)

    def complaints(self) -> list[str]:
        said = self._errors.read_text("utf-8", "replace") if self._errors.exists() else ""
        return [f"the crowd itself failed: {said[-1500:]}"] if said.strip() else []

    def close(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
