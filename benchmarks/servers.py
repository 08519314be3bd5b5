"""The servers that are measured, each as a process on a core of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import psutil

from benchmarks import machine, peers
from benchmarks.town import Town, found

_START_SECONDS = 60.0

# The rules stay on; only their numbers are raised, as an operator could do.
WEBCHAT_OPTIONS: dict[str, object] = {
    "max-connections": 100_000,
    "connections-per-address": 100_000,
    "connections-per-user": 100,
    "posts-per-second": 100_000,
    "post-burst": 100_000,
    "requests-per-second": 100_000,
    "request-burst": 100_000,
}


@attrs.define(eq=False)
class Running:
    """A server that is up, as the generator must address it."""

    process: subprocess.Popen[bytes]
    port: int
    dialect: str = "plain"
    path: str = "/"
    subprotocol: str = ""
    tokens: Path | None = None
    log: Path | None = None

    @property
    def pids(self) -> list[int]:
        """The server's process and all that it has started."""
        parent = psutil.Process(self.process.pid)
        return [parent.pid, *(child.pid for child in parent.children(recursive=True))]

    @property
    def rss(self) -> int:
        """Bytes of memory that its processes hold."""
        return sum(psutil.Process(pid).memory_info().rss for pid in self.pids)

    def address(self) -> list[str]:
        """The generator's options for this server."""
        words = ["--port", str(self.port), "--dialect", self.dialect, "--path", self.path]
        words += ["--pids", ",".join(map(str, self.pids))]
        if self.subprotocol:
            words += ["--subprotocol", self.subprotocol]
        if self.tokens:
            words += ["--tokens", str(self.tokens)]
        return words

    def complaints(self) -> str:
        """What the server's log says went wrong."""
        said = self.log.read_text("utf-8", "replace") if self.log else ""
        return said[said.index("Traceback") :][:2000] if "Traceback" in said else ""


@attrs.frozen
class Server:
    """A kind of server.  *start* makes one that listens on the port and keeps its files in the folder."""

    name: str
    keeps: str
    start: Callable[[int, Path, Town], Running]
    missing: Callable[[], str | None] = lambda: None
    note: str = ""


@contextlib.contextmanager
def running(server: Server, town: Town) -> Iterator[Running]:
    """*server* with the people of *town*, on the server's core; ended and forgotten afterwards."""
    machine.CACHE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=machine.CACHE))
    folder.chmod(0o755)
    found_server = None
    try:
        found_server = server.start(machine.free_port(), folder, town)
        time.sleep(0.3)  # nginx listens before it has a worker
        yield found_server
        if complaints := found_server.complaints():
            print(f"{server.name} complains: {complaints}", file=sys.stderr)
    finally:
        if found_server is not None:
            end(found_server.process)
        shutil.rmtree(folder, ignore_errors=True)


def launch(command: Sequence[str], folder: Path, env: dict[str, str] | None = None, log: str = "log") -> Any:
    """A process on the server's core, in a group of its own, its output in *folder*."""
    with (folder / log).open("ab") as output:
        return subprocess.Popen(
            machine.on_core(machine.SERVER_CORE, command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=machine.ROOT,
            env=os.environ | (env or {}),
            start_new_session=True,
        )


def wait_until(process: Any, ready: Callable[[], bool], log: Path) -> None:
    """Returns when *ready* says so.  Raises OSError when the process ends before, or takes too long."""
    until = time.monotonic() + _START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            end(process)
            raise OSError(f"a server does not start: {log.read_text('utf-8', 'replace')[-1500:]}")
        time.sleep(0.02)


def end(process: Any) -> None:
    """End a server and what it started; politely, then not."""
    for sign, seconds in ((signal.SIGTERM, 8.0), (signal.SIGKILL, 10.0)):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)


def metrics(port: int) -> dict[str, float]:
    """webchat's own counts."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def wait_until_left(port: int, seconds: float = 30.0) -> None:
    """Returns when webchat has no WebSocket connection any more."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if not metrics(port)["webchat_connections"]:
                return
        time.sleep(0.2)


# webchat itself.


def start_webchat(port: int, folder: Path, town: Town, database: str | None = None) -> Running:
    """The real server: accounts, tokens, memberships, rules, and every message on disk before it is told."""
    data, tokens = folder / "data", folder / "tokens"
    if not tokens.exists():
        data.mkdir(mode=0o700)
        found(town, database or f"sqlite:///{data / 'webchat.db'}", tokens, machine.SEED)
    options = {**WEBCHAT_OPTIONS, "data": data, "listen": f"tcp:{port}:interface=127.0.0.1:backlog=4096"}
    if database:
        options["database"] = database
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "twisted", "--log-format=text", "webchat", *flags]
    process = launch(command, folder, {"PYTHONPATH": str(machine.ROOT), "PYTHONUNBUFFERED": "1"})
    wait_until(process, lambda: _is_ready(port), folder / "log")
    return Running(process, port, "native", "/ws", "webchat.v1", tokens, folder / "log")


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
            return True
    except (OSError, urllib.error.URLError):
        return False


def _start_limit(kind: str) -> Callable[[int, Path, Town], Running]:
    def start(port: int, folder: Path, town: Town) -> Running:
        process = launch([str(machine.compiled("limits")), kind, str(port)], folder)
        wait_until(process, lambda: machine.answers(port), folder / "log")
        return Running(process, port)

    return start


def _start_peer(peer: peers.Peer) -> Callable[[int, Path, Town], Running]:
    def start(port: int, folder: Path, town: Town) -> Running:
        process = launch(peer.command(port, folder), folder, peer.environment)
        wait_until(process, lambda: machine.answers(port), folder / "log")
        return Running(process, port, peer.dialect, peer.path)

    return start


SERVERS: dict[str, Server] = {
    server.name: server
    for server in (
        Server("webchat", "everything, fsynced first", start_webchat),
        Server("c-each", "nothing", _start_limit("each"), note="the limit of one send per delivery"),
        Server("c-batch", "nothing", _start_limit("batch"), note="the limit of one send per turn and listener"),
        *(Server(peer.name, "nothing", _start_peer(peer), peer.missing) for peer in peers.PEERS),
    )
}
