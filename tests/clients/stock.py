"""Clients of Socket.IO that nobody here wrote, each generation of them, driven from a test."""

from __future__ import annotations

import functools
import json
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

try:
    import socketio
except ImportError:
    socketio = None  # type: ignore[assignment]

HERE = Path(__file__).parent
SECONDS = 20.0
NODE_CLIENTS = {"1.7.4": "client-1", "2.5.0": "client-2", "4.8.1": "client-4"}
"""Versions of socket.io-client, and what they are called in package.json."""
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}

Line = dict[str, Any]


@functools.cache
def node() -> str | None:
    """The program that runs them, with their packages installed; None where that cannot be: `why_not` says why."""
    return None if why_not() else _found()[0]


def _found() -> tuple[str, list[str], dict[str, str]]:
    from setup import node as find

    found = find()
    if found is None:
        raise OSError("there is no Node")
    npm, environ = found
    return shutil.which("node", path=environ["PATH"]) or "node", npm, environ


@functools.cache
def why_not() -> str:
    """Why the clients of Node cannot be run; empty if they can."""
    from setup import install_packages

    try:
        _, npm, environ = _found()
        install_packages(npm, environ, HERE)
    except (OSError, subprocess.SubprocessError) as error:
        return f"npm cannot install tests/clients/package.json: {error}"
    return ""


class StockClient(Protocol):
    """One client, whoever wrote it."""

    heard: list[Line]

    def open(self, url: str, transport: str, auth: Line | None = None, **options: Any) -> None: ...

    def emit(self, name: str, *args: Any) -> None: ...

    def ask(self, name: str, *args: Any) -> Any:
        """Emits, and waits for the acknowledgement."""

    def close(self) -> None: ...


class Listening:
    """What a client has told, in order, and what is waited for in it."""

    def __init__(self) -> None:
        self.heard: list[Line] = []
        self._lines: queue.Queue[Line] = queue.Queue()
        self._seen = 0

    def told(self, line: Line) -> None:
        self._lines.put(line)

    def wait(self, wanted: Callable[[Line], bool], what: str = "something") -> Line:
        """The next line that is wanted; those before it are passed over.  Raises TimeoutError."""
        until = time.monotonic() + SECONDS
        while True:
            while self._seen < len(self.heard):
                line = self.heard[self._seen]
                self._seen += 1
                if wanted(line):
                    return line
            try:
                self.heard.append(self._lines.get(timeout=max(0.01, until - time.monotonic())))
            except queue.Empty:
                raise TimeoutError(f"no {what}; it heard {self.heard[-8:]}") from None

    def event(self, name: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """What comes with the next event of this name that is wanted."""
        line = self.wait(lambda one: one.get("event") == name and wanted(one["args"][0]), name)
        return line["args"][0]

    def connected(self) -> None:
        """Waits until it is connected, the first time or again."""
        self.wait(lambda one: one.get("state") == "connect", "connection")

    def settle(self, seconds: float = 0.3) -> list[Line]:
        """Everything that it has heard, once nothing has come for a while."""
        while True:
            try:
                self.heard.append(self._lines.get(timeout=seconds))
            except queue.Empty:
                return self.heard


class NodeClient(Listening):
    """A socket.io-client in a process of its own."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self._module = NODE_CLIENTS[version]
        program = node()
        assert program is not None
        self._process = subprocess.Popen(
            [program, str(HERE / "driver.js")], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.told(json.loads(line))

    def open(self, url: str, transport: str, auth: Line | None = None, **options: Any) -> None:
        usual = {"reconnectionDelay": 100, "reconnectionDelayMax": 300, "timeout": 5000, "forceNew": True}
        more = {"auth": auth} if auth is not None else {}
        self._order("open", client=self._module, url=url, options={
            **usual, **more, "transports": TRANSPORTS[transport], **options
        })  # fmt: skip

    def emit(self, name: str, *args: Any) -> None:
        self._order("emit", args=[name, *args])

    def ask(self, name: str, *args: Any) -> Any:
        self._number += 1
        number = self._number
        self._order("emit", args=[name, *args], number=number, ack=True)
        return self.wait(lambda one: one.get("ack") == number, f"acknowledgement of {name}")["args"][0]

    def close(self) -> None:
        if self._process.poll() is None:
            self._order("close")
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _order(self, what: str, **members: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **members}) + "\n")
        self._process.stdin.flush()


class PythonClient(Listening):
    """python-socketio, in threads of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.3)
        self._client.on("connect", lambda: self.told({"state": "connect"}))
        self._client.on("disconnect", lambda *reason: self.told({"state": "disconnect", "reason": str(reason)}))
        self._client.on("*", lambda event, *args: self.told({"event": event, "args": list(args)}))

    def open(self, url: str, transport: str, auth: Line | None = None, **options: Any) -> None:
        path, _, query = url.partition("?")
        self._client.connect(f"{path}?{query}", auth=auth, transports=TRANSPORTS[transport], wait_timeout=5)

    def emit(self, name: str, *args: Any) -> None:
        self._client.emit(name, *args)

    def ask(self, name: str, *args: Any) -> Any:
        return self._client.call(name, *args, timeout=int(SECONDS))

    def close(self) -> None:
        self._client.disconnect()


def client(version: str) -> Any:
    """A client of this version, not connected yet."""
    return PythonClient() if version == "python-socketio" else NodeClient(version)
