"""Counting what the suites did."""

import json
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tools.closing_line import closing
from tools.tally import CRASHED, Tally, of_playwright, of_trial, of_vitest


class Counting(SynchronousTestCase):
    def file(self, content: object) -> Path:
        path = Path(self.mktemp())
        path.write_text(json.dumps(content))
        return path

    def test_trial(self) -> None:
        """trial says it in its last line."""
        self.assertEqual(of_trial("Ran 9 tests in 1s\n\nPASSED (successes=9)\n", 0), Tally(9, 0, 0))
        self.assertEqual(of_trial("PASSED (skips=2, successes=7)\n", 0), Tally(7, 0, 2))
        self.assertEqual(of_trial("FAILED (skips=1, failures=2, errors=1, successes=5)\n", 1), Tally(5, 3, 1))
        self.assertEqual(of_trial("PASSED (skips=1)\n", 0), Tally(0, 0, 1))

    def test_trial_that_crashed(self) -> None:
        """No last line, or a status that contradicts it, is a failure."""
        self.assertEqual(of_trial("Segmentation fault\n", 139), CRASHED)
        self.assertEqual(of_trial("PASSED (successes=9)\n", 1), Tally(9, 1, 0))
        self.assertEqual(of_trial("FAILED (successes=9)\n", 0), Tally(9, 1, 0))

    def test_vitest(self) -> None:
        """Vitest writes a report; a run that broke beside its tests has failed."""
        report = {"numPassedTests": 5, "numFailedTests": 0, "numPendingTests": 1, "numTodoTests": 1, "success": True}
        self.assertEqual(of_vitest(self.file(report), 0), Tally(5, 0, 2))
        self.assertEqual(of_vitest(self.file(report), 1), Tally(5, 1, 2))
        self.assertEqual(of_vitest(self.file(report | {"numFailedTests": 2, "success": False}), 1), Tally(5, 2, 2))
        self.assertEqual(of_vitest(Path("missing"), 0), CRASHED)

    def test_playwright(self) -> None:
        """A browser test that passed only at its second try has failed."""
        report = {"stats": {"expected": 4, "unexpected": 0, "flaky": 0, "skipped": 1}, "errors": []}
        self.assertEqual(of_playwright(self.file(report), 0), Tally(4, 0, 1))
        report["stats"] = {"expected": 3, "unexpected": 1, "flaky": 1, "skipped": 0}
        self.assertEqual(of_playwright(self.file(report), 1), Tally(3, 2, 0))
        self.assertEqual(of_playwright(Path("missing"), 1), CRASHED)

    def test_closing_line(self) -> None:
        """The last line is the sum; a step that failed without a test to blame counts as one."""
        self.assertEqual(Tally(3, 0, 0).line(), "3 passed, 0 failed")
        self.assertEqual(Tally(3, 1, 2).line(), "3 passed, 1 failed, 2 skipped")
        summary = self.file([5, 0, 1])
        self.assertEqual(closing({"check": 0, "test": 0}, summary), Tally(5, 0, 1))
        self.assertEqual(closing({"check": 2, "test": 0}, summary), Tally(5, 1, 1))
        self.assertEqual(closing({"check": 0, "test": 2}, self.file([5, 2, 0])), Tally(5, 2, 0))
        self.assertEqual(closing({"check": 0, "test": 2}, Path("missing")), Tally(0, 1, 0))
