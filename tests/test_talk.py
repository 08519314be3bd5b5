"""`webchat tail` and `webchat say` as they are typed, and the guide's bot, against a real server."""

from __future__ import annotations

import json
import os
import re
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import LoopingCall
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import SynchronousTestCase

from tests.client.scene import Scene, says, until
from tests.doorstep.house import Api
from webchat.cli import main
from webchat.model.events import Message
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.talk import Tail, _shown, _token

ROOT = Path(__file__).parent.parent
ROOM = RoomId(1)
ANYTHING: Any = reactor


class Watched(ProcessProtocol):
    """A program that runs on; `line` waits for its next line, *end* for its end."""

    def __init__(self) -> None:
        self.buffer, self.errors, self.end = b"", b"", Deferred[int]()
        self._waiting: Deferred[None] | None = None

    def outReceived(self, data: bytes) -> None:
        self.buffer += data
        self._wake()

    def errReceived(self, data: bytes) -> None:
        self.errors += data

    def processEnded(self, reason: Any) -> None:
        self._wake()
        self.end.callback(reason.value.exitCode)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)

    async def line(self) -> str:
        while b"\n" not in self.buffer:
            assert not self.end.called, self.errors
            self._waiting = Deferred()
            await self._waiting
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode()


class Growing(SynchronousTestCase):
    def test_once(self) -> None:
        """A text that grows is printed when it is complete; as JSON, whenever it has changed."""
        printed = StringIO()
        self.patch(sys, "stdout", printed)
        for is_json, wanted in ((False, ["#2", "Tea."]), (True, ["Te", "Tea", "m2", "Tea."])):
            printed.seek(0), printed.truncate()
            tail = Tail(ANYTHING, is_json, False, ANYTHING)
            tail._names[UserId(7)] = "Mei"
            for rev, seq, text, streaming in (
                (1, 1, "Te", True),
                (2, 1, "Tea", True),
                (3, 2, "m2", False),
                (4, 1, "Tea.", False),
            ):
                message = Message(ROOM, Rev(rev), Seq(seq), UserId(7), text, Millis(0), streaming=streaming)
                self.successResultOf(Deferred.fromCoroutine(tail._show([message])))
                tail._rev = Rev(rev)
            lines = printed.getvalue().splitlines()
            self.assertEqual([word in line for word, line in zip(wanted, lines, strict=True)], [True] * len(wanted))


class Terminal(Scene):
    timeout = 120

    def environ(self, **more: str) -> dict[str, str]:
        own = {"WEBCHAT_SERVER": self.house.http, "WEBCHAT_TOKEN": self.mei}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.house.folder), **own, **more}

    async def webchat(self, *words: str, stdin: bytes = b"", **environ: str) -> tuple[str, str, int]:
        """What the command prints, what it complains of, and its status."""
        out, err, status = await getProcessOutputAndValue(  # type: ignore[no-untyped-call]
            sys.executable, ["-c", MAIN, *words], self.environ(**environ), stdinBytes=stdin
        )
        return out.decode(), err.decode(), status

    def runs(self, *words: str, program: str = "", **environ: str) -> Watched:
        watched = Watched()
        command = [sys.executable, "-c", program or MAIN, *words]
        process = ANYTHING.spawnProcess(watched, command[0], command, self.environ(PYTHONUNBUFFERED="1", **environ))

        async def end() -> None:
            if not watched.end.called:
                process.signalProcess("KILL")
            await watched.end

        self.addCleanup(lambda: Deferred.fromCoroutine(end()))
        return watched

    async def test_say_and_tail(self) -> None:
        """What is said can be followed, from the beginning or from now on, over a killed server, each message once."""
        self.assertEqual(await self.webchat("say", "Room 1", "One\n\u202etwo"), ("", "", 0))
        self.assertEqual(await self.webchat("say", "1", stdin="茶\n".encode()), ("", "", 0))
        tail = self.runs("tail", "Room 1", "--since", "0")
        self.assertRegex(await tail.line(), r"^\d{4}-\d\d-\d\d \d\d:\d\d #1 Harriet: One$")
        self.assertEqual(await tail.line(), "    ?two")
        self.assertRegex(await tail.line(), "#2 Harriet: 茶$")
        bob = self.client(self.bob)
        await bob.post(ROOM, "3")
        self.assertRegex(await tail.line(), "#3 U00: 3$")
        self.house.kill()
        await self.start()
        await bob.post(ROOM, "4")
        self.assertRegex(await tail.line(), "#4 U00: 4$")
        await bob.react(ROOM, (await bob.post(ROOM, "5")).seq, "🎂")
        await bob.post(ROOM, "6")
        self.assertRegex(await tail.line(), "#5 U00: 5$")
        self.assertRegex(await tail.line(), "#6 U00: 6$")

    async def test_json(self) -> None:
        """Lines for programs: a message, and its row again when that has changed."""
        bob = self.client(self.bob)
        posted = await bob.post(ROOM, "1")
        tail = self.runs("tail", "1", "--json", "--since", "0")
        self.assertEqual(json.loads(await tail.line())["text"], "1")
        await bob.edit(ROOM, posted.seq, "one")
        self.assertEqual(json.loads(await tail.line())["text"], "one")

    async def test_robot(self) -> None:
        """A bot's token lets the robot answer from a terminal."""
        api = Api(self.house.http, self.mei)
        bot = api.post("bots", name="visitor", display_name="Visitor")["user"]["id"]
        api.post(f"rooms/{ROOM}/members", users=[bot])
        token = api.post(f"bots/{bot}/tokens", label="robot", scopes=None)["token"]
        robot = self.runs("robot", WEBCHAT_TOKEN=token)
        self.assertEqual(await robot.line(), "Answering as Visitor (@visitor).")
        bob = self.client(self.bob)
        asked = await bob.post(ROOM, "@visitor 2 + 3")
        told = await until(bob, lambda event: isinstance(event, Message) and event.reply == asked.seq)
        self.assertIn("5", told[-1].text)  # type: ignore[union-attr]

    async def test_refused(self) -> None:
        """What the server does not do is said in one sentence, which holds no token."""
        for words, environ, sentence in (
            (("say", "Attic", "x"), {}, "no room named Attic"),
            (("tail", "1"), {"WEBCHAT_TOKEN": "wct_none"}, "no longer, valid"),
            (("robot",), {}, "harriet is no bot"),
        ):
            out, said, status = await self.webchat(*words, **environ)
            self.assertEqual((out, status), ("", 1), said)
            self.assertRegex(said, rf"^webchat: [^\n]*{sentence}[^\n]*\.\n$")
            self.assertNotIn(self.mei, said)

    async def test_the_guides_bot(self) -> None:
        """The program in docs/client.md answers."""
        found = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "client.md").read_text("utf-8"), re.DOTALL)
        assert found is not None
        bob = self.client(self.bob)
        await bob.welcome()
        self.runs(program=found[1])
        # It hears what is said from its own coming on.
        asking = LoopingCall(lambda: Deferred.fromCoroutine(bob.post(ROOM, "ping")))
        ended = asking.start(0.5)
        told = await until(bob, says("pong"))
        asking.stop()
        await ended
        self.assertIsNotNone(told[-1].reply)  # type: ignore[union-attr]


SECRET = "wct_secret"
MAIN = "from webchat.cli import main; main()"


class Complaints(SynchronousTestCase):
    """What is found out before anybody is asked."""

    def complaint(self, *words: str, token: str = SECRET) -> str:
        with self.assertRaises(SystemExit) as caught:
            main(words, {"WEBCHAT_TOKEN": token})
        said = str(caught.exception.code)
        self.assertRegex(said, r"^webchat: [^\n]+\.$")
        self.assertNotIn("wct_secret", said)
        return said

    def test_sentences(self) -> None:
        """A line that cannot be carried out is answered with one sentence."""
        self.assertIn("No token", self.complaint("say", "1", "x", token=""))
        self.assertIn("not a token", self.complaint("say", "1", "x", token="wct_secret\n"))
        self.assertIn("nothing to say", self.complaint("say", "1", " "))
        self.assertIn("is not an http", self.complaint("tail", "1", "--server=chat.example.org"))

    def test_token_file(self) -> None:
        """A file with a token is for oneself alone."""
        file = Path(self.mktemp())
        self.assertIn("No such file", self.complaint("say", "1", "x", f"--token-file={file}"))
        file.write_text("wct_secret\n")
        file.chmod(0o640)
        self.assertIn("chmod 600", self.complaint("say", "1", "x", f"--token-file={file}"))
        file.chmod(0o600)
        self.assertEqual(_token(file, {}), "wct_secret")


class Shown(SynchronousTestCase):
    def test_signs(self) -> None:
        """Nothing that a terminal would obey is printed; families stay together."""
        self.assertEqual(_shown("a\x1b]0;x\x07\u202eb\r👩\u200d👧"), "a?]0;x??b?👩\u200d👧")
