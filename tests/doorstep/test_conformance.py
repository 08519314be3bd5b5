"""The WebSocket door against the Autobahn test suite, as the `kosoku` runner plays it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.doorstep.house import House, free_port

SECONDS = 60


class ConformanceTests(SynchronousTestCase):
    """A server of one's own, with the production options, that says back what it hears."""

    def setUp(self) -> None:
        self.kosoku = shutil.which("kosoku", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        if self.kosoku is None:
            raise SkipTest("kosoku is not installed (pip install kosoku)")

    def play(self, *cases: str, careless: bool = False) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        """What the suite's run ended with, and the verdict on each case."""
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        port = free_port(random.Random())  # noqa: S311
        command = [sys.executable, "-m", "tests.doorstep.echo", str(port), str(folder / "data")]
        house = House(folder, None, port, command + ["careless"] * careless)
        self.addCleanup(house.close)
        asyncio.run(house.start())
        report = folder / "report"
        done = subprocess.run(
            [self.kosoku or "", f"ws://127.0.0.1:{port}/ws", *cases, "-o", str(report)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        verdicts = {}
        for path in report.rglob("index.json"):
            for agent in json.loads(path.read_text()).values():
                verdicts.update({name: case["behavior"] for name, case in agent.items()})
        return done, verdicts

    def test_production_options(self) -> None:
        """Every case that fits into the size limit passes."""
        done, verdicts = self.play("-x", "9.*", "-x", "12.*", "-x", "13.*")
        bad = {
            name: verdict for name, verdict in verdicts.items() if verdict not in ("OK", "NON-STRICT", "INFORMATIONAL")
        }
        self.assertEqual((bad, done.returncode), ({}, 0), done.stdout[-2000:] + done.stderr[-2000:])
        self.assertGreater(len(verdicts), 240)

    def test_suite_can_fail(self) -> None:
        """A server that does not look whether text is UTF-8 is found out."""
        done, verdicts = self.play("-i", "6.3.*", "-i", "6.4.*", careless=True)
        self.assertEqual(done.returncode, 1, done.stdout[-2000:] + done.stderr[-2000:])
        self.assertIn("FAILED", verdicts.values())
