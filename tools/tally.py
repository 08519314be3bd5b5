"""Reads how many tests passed, failed and were skipped from what trial, Vitest and Playwright leave behind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple


class Tally(NamedTuple):
    """How many tests of a suite passed, failed, were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(mine + its for mine, its in zip(self, other, strict=True)))

    def line(self) -> str:
        """The closing line of a run."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


CRASHED = Tally(failed=1)
"""A suite that ended without saying what it did."""


def of_trial(output: str, status: int) -> Tally:
    """From trial's last line, `PASSED (skips=1, successes=9)` or `FAILED (failures=1, successes=8)`."""
    found = re.findall(r"^(PASSED|FAILED)(?: \((.*)\))?$", output, re.MULTILINE)
    if not found:
        return CRASHED
    word, inside = found[-1]
    counts = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", inside)}
    bad = counts.get("failures", 0) + counts.get("errors", 0) + counts.get("unexpectedSuccesses", 0)
    if word == "FAILED" or status:
        bad = max(bad, 1)
    return Tally(counts.get("successes", 0) + counts.get("expectedFailures", 0), bad, counts.get("skips", 0))


def of_vitest(report: Path, status: int) -> Tally:
    """From the file of Vitest's JSON reporter."""
    said = read(report)
    if said is None:
        return CRASHED
    bad = said["numFailedTests"] or (1 if status or not said["success"] else 0)
    return Tally(said["numPassedTests"], bad, said["numPendingTests"] + said.get("numTodoTests", 0))


def of_playwright(report: Path, status: int) -> Tally:
    """From the file of Playwright's JSON reporter; a test that passed only when tried again has failed."""
    said = read(report)
    if said is None:
        return CRASHED
    stats = said["stats"]
    bad = stats["unexpected"] + stats["flaky"] or (1 if status or said.get("errors") else 0)
    return Tally(stats["expected"], bad, stats["skipped"])


def read(report: Path) -> dict | None:
    """What a reporter wrote; None where it wrote nothing that can be read."""
    try:
        return json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
