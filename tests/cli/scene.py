"""The command `webchat`, called as from a terminal, on either engine."""

from __future__ import annotations

import io
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.support import postgres
from webchat import cli
from webchat.chat import Chat
from webchat.cli.opening import opened
from webchat.config import load

PASSWORD = "correct horse battery staple"


class CommandLine(SynchronousTestCase):
    """An installation of a test's own, on SQLite."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.settings = ["--data", str(self.folder), "--database", self.database()]

    def database(self) -> str:
        return f"sqlite:///{self.folder}/webchat.db"

    def opened(self) -> AbstractContextManager[Chat]:
        """What people can do on this installation, without a command."""
        return opened(load({"data": [str(self.folder)], "database": [self.settings[3]]}, {}))

    def call(self, *words: str, stdin: str = "") -> tuple[object, str]:
        """The exit status (0, 2, or a sentence), and what was printed."""
        output = io.StringIO()
        self.patch(sys, "stdout", output)
        self.patch(sys, "stderr", output)
        self.patch(sys, "stdin", io.StringIO(stdin))
        with self.assertRaises(SystemExit) as caught:
            cli.main([*self.settings, *words], {})
        return caught.exception.code, output.getvalue()

    def ask(self, *words: str, stdin: str = "") -> str:
        """What a command that succeeds prints."""
        status, output = self.call(*words, stdin=stdin)
        self.assertEqual(status, 0, output)
        return output

    def refused(self, *words: str, stdin: str = "") -> str:
        """The sentence of a command that fails."""
        status, output = self.call(*words, stdin=stdin)
        self.assertIsInstance(status, str, output)
        self.assertRegex(str(status), r"^webchat: [^\n]+\.$")
        return str(status)

    def make_owner(self) -> None:
        self.ask("user", "add", "mei", "--role", "owner", "--display-name", "梅", stdin=PASSWORD + "\n")


class OnPostgresql:
    """Mixed into a CommandLine: the same there."""

    def database(self) -> str:
        reason = postgres.reason_missing()
        if reason:
            raise SkipTest(reason)
        return postgres.fresh_database()
