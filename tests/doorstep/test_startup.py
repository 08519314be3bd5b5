"""Starting for real, in every way there is; and failing to, with one sentence."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SkipTest, TestCase
from websockets.sync.client import ClientConnection, connect, unix_connect
from websockets.typing import Subprotocol

from tests.support.nginx import certificate

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
SECONDS = 30
SUBPROTOCOL = Subprotocol("webchat.v1")

TWIST = [str(BIN / "twist"), "--log-format=text", "webchat"]
TWISTD_N = [str(BIN / "twistd"), "--nodaemon", "--pidfile=twistd.pid", "webchat"]
TWISTD = [str(BIN / "twistd"), "--pidfile=twistd.pid", "--logfile=twistd.log", "webchat"]
TAC = [str(BIN / "twistd"), "--nodaemon", "--pidfile=twistd.pid", f"--python={ROOT / 'webchat.tac'}"]
WEBCHAT = [str(BIN / "webchat"), "run"]


class Starting(TestCase):
    def setUp(self) -> None:
        if not (BIN / "twist").exists():
            raise SkipTest("webchat is not installed in this environment")
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "WEBCHAT_DATA": str(self.folder / "data"),
            "WEBCHAT_LISTEN": "tcp:0:interface=127.0.0.1",
        }

    def run_to_end(self, command: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environ | environ, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=SECONDS,
        )  # fmt: skip

    def refuses(self, command: list[str], sentence: str, **environ: str) -> None:
        done = self.run_to_end(command, **environ)
        said = done.stdout + done.stderr
        self.assertNotEqual(done.returncode, 0, said)
        self.assertNotIn("Traceback", said)
        self.assertNotIn("Unhandled", said)
        lines = [line for line in said.splitlines() if sentence in line]
        self.assertEqual(len(lines), 1, said)
        self.assertFalse((self.folder / "twistd.pid").exists())

    def runs(self, command: list[str]) -> None:
        """Starts, answers over HTTP, and ends at SIGTERM."""
        port = free_port()
        self.end(self.start(command, port))

    def start(self, command: list[str], port: int, listen: str = "", **more: Any) -> subprocess.Popen[bytes]:
        """Start the server; it listens on *port*, and on *listen* too."""
        environ = self.environ | {"WEBCHAT_LISTEN": f"tcp:{port}:interface=127.0.0.1 {listen}"}
        with (self.folder / "output").open("w") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **more
            )
        self.addCleanup(end, process)
        wait_for(port, process, self.folder / "output")
        return process

    def webchat(self, *words: str) -> str:
        """What the administration command prints."""
        done = subprocess.run(
            [WEBCHAT[0], *words], cwd=self.folder, env=self.environ, input="correct horse battery staple\n",
            capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        process.wait(SECONDS)
        self.assertNotIn("Traceback", (self.folder / "output").read_text())


class Running(Starting):
    def test_twist(self) -> None:
        """`twist webchat` serves."""
        self.runs(TWIST)

    def test_twistd_in_the_foreground(self) -> None:
        """`twistd -n webchat` serves."""
        self.runs(TWISTD_N)

    def test_application_file(self) -> None:
        """`twistd -ny webchat.tac` serves."""
        self.runs(TAC)

    def test_webchat_run(self) -> None:
        """`webchat run` serves."""
        self.runs(WEBCHAT)

    def test_daemon(self) -> None:
        """`twistd webchat` goes into the background, writes a pid file and a log, and ends at SIGTERM."""
        port = free_port()
        done = self.run_to_end(TWISTD, WEBCHAT_LISTEN=f"tcp:{port}:interface=127.0.0.1")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        pid = int((self.folder / "twistd.pid").read_text())
        self.addCleanup(kill, pid)
        wait_for(port, None, self.folder / "twistd.log")
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + SECONDS
        while (self.folder / "twistd.pid").exists():
            self.assertLess(time.monotonic(), deadline, "it does not end")
            time.sleep(0.05)
        self.assertNotIn("Traceback", (self.folder / "twistd.log").read_text())

    def test_twice(self) -> None:
        """A second start finds the database of the first."""
        self.runs(TWIST)
        self.runs(TWISTD_N)


class Listening(Starting):
    """Endpoints of every kind, each with a conversation over it."""

    def setUp(self) -> None:
        super().setUp()
        self.webchat("user", "add", "mei", "--role=owner")
        self.webchat("room", "add", "Tea")
        self.token = self.webchat("token", "add", "mei")

    def converses(self, connection: ClientConnection) -> None:
        """Long messages come back whole and in order: what was written at once and what had to wait."""
        texts = [str(number) + "长" * 9_000 for number in range(20)]
        with connection:
            connection.send(json.dumps({"type": "hello", "token": self.token}))
            welcome = json.loads(connection.recv(SECONDS))
            room = welcome["rooms"][0]["room"]
            for number, text in enumerate(texts):
                connection.send(json.dumps({"type": "post", "id": number, "room": room, "text": text}))
            heard: list[str] = []
            while len(heard) < len(texts):
                frame = json.loads(connection.recv(SECONDS))
                self.assertIn(frame["type"], ("ok", "message"), frame)
                if frame["type"] == "message":
                    heard.append(frame["text"])
        self.assertEqual(heard, texts)

    def test_tls(self) -> None:
        """The server speaks TLS itself."""
        certificate(self.folder)
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        context.check_hostname = False
        port = free_port()
        listen = (
            f"ssl:{port}:interface=127.0.0.1:privateKey={self.folder}/privkey.pem:certKey={self.folder}/fullchain.pem"
        )
        process = self.start(TWIST, free_port(), listen)
        url = f"wss://127.0.0.1:{port}/ws"
        self.converses(connect(url, subprotocols=[SUBPROTOCOL], ssl=context, compression=None))
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/healthz", timeout=SECONDS, context=context) as answer:
            self.assertEqual(answer.status, 200)
        self.end(process)

    def test_unix_socket(self) -> None:
        """The server listens on a UNIX socket."""
        # Not in the test's own folder: the path of a UNIX socket may have 107 bytes.
        folder = Path(tempfile.mkdtemp(prefix="webchat-"))
        self.addCleanup(shutil.rmtree, folder)
        process = self.start(TWIST, free_port(), f"unix:{folder}/http")
        self.converses(unix_connect(f"{folder}/http", "ws://localhost/ws", subprotocols=[SUBPROTOCOL]))
        self.end(process)

    def test_socket_of_systemd(self) -> None:
        """The server takes a socket that systemd has opened."""
        with socket.create_server(("127.0.0.1", 0)) as handed:
            # As systemd does it: the descriptor is number 3, and the variables name the very process.
            given = 'exec 3<&"$0"; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=webchat; exec "$@"'
            command = ["bash", "-c", given, str(handed.fileno()), *TWIST]
            process = self.start(command, free_port(), "systemd:domain=INET:name=webchat", pass_fds=(handed.fileno(),))
            url = f"ws://127.0.0.1:{handed.getsockname()[1]}/ws"
            self.converses(connect(url, subprotocols=[SUBPROTOCOL]))
            self.end(process)


class Administering(Starting):
    def test_beside_the_server(self) -> None:
        """The administration command works while the server runs, and the server sees what it did."""
        port = free_port()
        process = self.start(WEBCHAT, port)
        self.webchat("user", "add", "mei", "--role=owner")
        self.webchat("room", "add", "Tea")
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/me/rooms")
        request.add_header("Authorization", f"Bearer {self.webchat('token', 'add', 'mei')}")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            self.assertIn(b'"Tea"', answer.read())
        self.end(process)

    def test_nobody_reads(self) -> None:
        """A reader that has had enough, such as `head`, ends the command without a word."""
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [WEBCHAT[0], "info"], cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL, stdout=writing,
            stderr=subprocess.PIPE, text=True, timeout=SECONDS,
        )  # fmt: skip
        os.close(writing)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Refusing(Starting):
    def test_wrong_option(self) -> None:
        """A wrong value is told in one sentence, whatever starts the server."""
        for command in (TWIST, TWISTD_N, TWISTD, TAC, WEBCHAT):
            self.refuses(command, "webchat: WEBCHAT_REGISTRATION must be one of", WEBCHAT_REGISTRATION="maybe")
        for command in (TWIST, TWISTD_N, TWISTD, WEBCHAT):
            self.refuses([*command, "--registration=maybe"], "webchat: --registration must be one of")
            self.refuses([*command, "--no-such-option"], "webchat: option --no-such-option not recognized")

    def test_port_in_use(self) -> None:
        """A port that another program holds is told in one sentence."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            listen = f"tcp:{other.getsockname()[1]}:interface=127.0.0.1"
            for command in (TWIST, TWISTD_N, TWISTD, TAC, WEBCHAT):
                self.refuses(
                    command, f"webchat: Cannot listen on {listen}: another program uses it already.",
                    WEBCHAT_LISTEN=listen,
                )  # fmt: skip

    def test_port_lost_at_the_last_moment(self) -> None:
        """A port that was free a moment ago is told in one sentence too, with nothing left behind."""
        # Each of the two could be had when it was tried; the second cannot any more.
        listen = f"tcp:{free_port()}:interface=127.0.0.1"
        for command in (TWIST, TWISTD_N, TAC, WEBCHAT):
            self.refuses(
                command, f"webchat: Cannot listen on {listen}:backlog=9:", WEBCHAT_LISTEN=f"{listen} {listen}:backlog=9"
            )
        # The daemon has left its terminal by then; Twisted passes a hundred bytes on, and the log has the sentence.
        done = self.run_to_end(TWISTD, WEBCHAT_LISTEN=f"{listen} {listen}:backlog=9")
        self.assertEqual(done.returncode, 1)
        self.assertIn("StartupError: Cannot listen on", done.stderr)
        self.assertIn(f"webchat: Cannot listen on {listen}", (self.folder / "twistd.log").read_text())
        self.assertFalse((self.folder / "twistd.pid").exists())

    def test_unwritable_folder(self) -> None:
        """A data folder that cannot be made is told in one sentence."""
        (self.folder / "file").write_text("in the way")
        for command in (TWIST, TWISTD):
            self.refuses(command, "cannot be written to", WEBCHAT_DATA=str(self.folder / "file" / "data"))

    def test_unreachable_database(self) -> None:
        """A database that does not answer is told in one sentence, without the password."""
        url = f"postgresql://u:swordfish@127.0.0.1:{free_port()}/n"
        for command in (TWIST, TWISTD):
            self.refuses(command, "webchat: The database", WEBCHAT_DATABASE=url)
            done = self.run_to_end(command, WEBCHAT_DATABASE=url)
            self.assertNotIn("swordfish", done.stdout + done.stderr)

    def test_not_a_database(self) -> None:
        """A file that is no SQLite database is told in one sentence."""
        (self.folder / "data").mkdir()
        (self.folder / "data" / "webchat.db").write_bytes(b"not a database at all" * 100)
        self.refuses(TWIST, "webchat: The database")

    def test_database_lost_at_the_last_moment(self) -> None:
        """A database that fails when the ports are open already is told in one sentence too, and the start fails."""
        self.webchat("migrate")
        with sqlite3.connect(self.folder / "data" / "webchat.db") as db:
            db.execute("CREATE TRIGGER broken BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'it is broken'); END")
        db.close()
        for command in (TWIST, TWISTD_N, TAC, WEBCHAT):
            self.refuses(command, "cannot be used: it is broken.")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes] | None, output: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            if (process is not None and process.poll() is not None) or time.monotonic() > deadline:
                raise AssertionError(f"it does not serve:\n{output.read_text()}") from None
            time.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
