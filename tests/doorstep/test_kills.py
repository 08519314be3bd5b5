"""A few rounds of the fault campaign in every run of the tests: kill -9 under load loses, doubles and swaps nothing."""

from __future__ import annotations

import subprocess
import sys

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.doorstep.house import ROOT

SECONDS = 90


class KillTests(SynchronousTestCase):
    """The whole campaign is a command of its own; this is its quickest part."""

    def play(self, *words: str) -> None:
        command = [sys.executable, "-m", "tests.doorstep.faults", "one", *words]
        # Beside other tests a start takes longer than the three seconds which the campaign demands.
        command += ["--people", "8", "--rooms", "4", "--ready", "15"]
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
        )
        said = done.stdout + done.stderr
        if " 1 skipped" in said:
            raise SkipTest(said.splitlines()[0])
        self.assertIn("1 passed, 0 failed, 0 skipped", said)
        self.assertEqual(done.returncode, 0, said)

    def test_sqlite(self) -> None:
        """Five kills of a server on SQLite."""
        self.play("F1", "--engine", "sqlite", "--kills", "5")

    def test_postgresql(self) -> None:
        """Three kills of a server on PostgreSQL."""
        self.play("F1", "--engine", "postgresql", "--kills", "3")
