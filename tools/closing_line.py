"""Prints the last line of a CI run from the sums that `tools.suites` left and the steps that failed beside it.

`python -m tools.closing_line check=0 test=2`: each step with its exit status.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools.tally import Tally

SUMMARY = Path(__file__).parent.parent / ".make" / "summary.json"


def closing(steps: dict[str, int], summary: Path) -> Tally:
    """All that happened: a failed step counts as one failure unless the sums explain it already."""
    try:
        total = Tally(*json.loads(summary.read_text()))
    except (OSError, ValueError, TypeError):
        total = Tally()
    unexplained = sum(1 for name, status in steps.items() if status and not (name == "test" and total.failed))
    return total.plus(Tally(failed=unexplained))


def main() -> int:
    """Print the line; 1 if anything failed."""
    steps = {name: int(status) for name, _, status in (word.partition("=") for word in sys.argv[1:])}
    total = closing(steps, SUMMARY)
    print(total.line())
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
