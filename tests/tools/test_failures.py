"""Telling once more what failed."""

import json
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tools import failures

TRIAL = """\
tests.a
  A
    test_one ...                                                           [FAIL]

===============================================================================
[FAIL]
Traceback (most recent call last):
  File "a.py", line 3, in test_one
    self.assertEqual(1, 2)
twisted.trial.unittest.FailTest: not equal:
a = 1
b = 2


tests.a.A.test_one
===============================================================================
[SKIPPED]
nginx is not installed

tests.a.A.test_two
-------------------------------------------------------------------------------
Ran 2 tests in 0.010s

FAILED (skips=1, failures=1)
"""


class Telling(SynchronousTestCase):
    def file(self, content: object) -> Path:
        path = Path(self.mktemp())
        path.write_text(json.dumps(content))
        return path

    def test_trial(self) -> None:
        """The end of the traceback and the name; nothing of what was skipped."""
        (told,) = failures.of_trial(TRIAL)
        self.assertEqual(told.splitlines()[0], "[FAIL]")
        self.assertIn("FailTest: not equal:", told)
        self.assertEqual(told.splitlines()[-1].strip(), "tests.a.A.test_one")

    def test_trial_that_passed(self) -> None:
        """Nothing is told."""
        self.assertEqual(failures.of_trial("Ran 9 tests in 1s\n\nPASSED (successes=9)\n"), [])

    def test_vitest(self) -> None:
        """The first lines of what the failed one said."""
        tests = [
            {"fullName": "list keeps", "status": "passed", "failureMessages": []},
            {"fullName": "list breaks", "status": "failed", "failureMessages": ["Error: 1 is not 2\n    at here"]},
        ]
        report = self.file({"testResults": [{"assertionResults": tests}]})
        self.assertEqual(failures.of_vitest(report), ["list breaks\n    Error: 1 is not 2\n        at here"])

    def test_playwright(self) -> None:
        """However deep a story stands, without the colours, and no more of it than helps."""
        message = "\x1b[31mError\x1b[39m: complaints of the browser\n" + "\n".join(map(str, range(50)))
        results = [{"errors": [{"message": message}]}]
        bad = {"file": "a.e2e.ts", "line": 5, "title": "breaks", "tests": [{"results": results}]}
        good = {"file": "a.e2e.ts", "line": 9, "title": "keeps", "tests": [{"results": [{"errors": []}]}]}
        report = self.file({"suites": [{"specs": [good], "suites": [{"specs": [bad]}]}]})
        (told,) = failures.of_playwright(report)
        self.assertTrue(told.startswith("a.e2e.ts:5 breaks\n    Error: complaints of the browser\n    0\n"), told)
        self.assertEqual(len(told.splitlines()), 1 + failures.MOST_LINES)

    def test_no_report(self) -> None:
        """A suite that left none behind tells nothing here; it counts as failed elsewhere."""
        self.assertEqual(failures.of_vitest(Path("missing")), [])
        self.assertEqual(failures.of_playwright(Path("missing")), [])
