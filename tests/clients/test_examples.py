"""The examples of docs/socketio.md do what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.clients import stock
from tests.clients.test_matrix import Served

GUIDE = (Path(__file__).parents[2] / "docs" / "socketio.md").read_text(encoding="utf-8")


class Examples(Served):
    def example(self, language: str) -> str:
        """The example in *language*, for this test's server and somebody new."""
        found = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
        self.assertEqual(len(found), 1)
        text = str(found[0]).replace("https://chat.example.org", self.house.http).replace("wcp_...", self.somebody())
        return text.replace("'socket.io-client'", "'client-4'")

    def test_node(self) -> None:
        """The one in JavaScript posts, and hears what it has posted."""
        program = stock.node()
        assert program is not None
        text = self.example("js") + "\nsetTimeout(() => process.exit(0), 3000)\n"
        done = subprocess.run(
            [program, "-e", text], cwd=stock.HERE, capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual(sorted(done.stdout.split("\n")), ["", "Good morning", "number 1"], done.stderr)

    def test_python(self) -> None:
        """The one in Python, too."""
        command = [sys.executable, "-c", self.example("python")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        # Two threads print, and one may come between the other's words and the end of their line.
        found = re.findall(r"Good morning|number \d+", done.stdout)
        self.assertEqual(sorted(found), ["Good morning", "number 1"], done.stderr)
