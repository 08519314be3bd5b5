"""What failed, in a few lines each, from what trial, Vitest and Playwright leave behind.

Whoever reads the end of a long run learns there why it failed, without the thousands of lines before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.tally import read

MOST_LINES = 12
"""As many lines of each failure are told again."""
MOST_CHARACTERS = 400
"""As much of each of its lines."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_RULE = re.compile(r"^=+$", re.MULTILINE)


def of_trial(output: str) -> list[str]:
    """From trial's report: the last lines of each traceback, and the tests that ended so."""
    found = []
    for part in _RULE.split(output)[1:]:
        body = re.split(r"^-{20,}$", part, maxsplit=1, flags=re.MULTILINE)[0].strip()
        kind, _, rest = body.partition("\n")
        if kind in ("[FAIL]", "[ERROR]", "[SUCCESS!?!]"):
            found.append(_short(kind, rest, last=True))
    return found


def of_vitest(report: Path) -> list[str]:
    """From the file of Vitest's JSON reporter."""
    return [
        _short(test["fullName"], "\n".join(test["failureMessages"]))
        for file in (read(report) or {}).get("testResults", [])
        for test in file["assertionResults"]
        if test["status"] == "failed"
    ]


def of_playwright(report: Path) -> list[str]:
    """From the file of Playwright's JSON reporter: the first lines of each error."""
    return [
        _short(f"{spec['file']}:{spec['line']} {spec['title']}", "\n".join(errors))
        for suite in (read(report) or {}).get("suites", [])
        for spec in _specs(suite)
        if (errors := [error.get("message", "") for error in _errors(spec)])
    ]


def _specs(suite: dict) -> Iterator[dict]:
    yield from suite.get("specs", [])
    for inner in suite.get("suites", []):
        yield from _specs(inner)


def _errors(spec: dict) -> Iterator[dict]:
    for test in spec["tests"]:
        for result in test["results"]:
            yield from result.get("errors", [])


def _short(title: str, text: str, *, last: bool = False) -> str:
    lines = [line.rstrip()[:MOST_CHARACTERS] for line in _ANSI.sub("", text).splitlines() if line.strip()]
    kept = lines[-MOST_LINES:] if last else lines[:MOST_LINES]
    return "\n    ".join([title, *kept])
