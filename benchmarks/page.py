"""Puts the newest tables into docs/performance.md, each between its marks: `python -m benchmarks.page`."""

from __future__ import annotations

import json
import re
from typing import Any

from benchmarks import machine
from benchmarks.bench import Table

_PAGE = machine.ROOT / "docs" / "performance.md"


def main() -> None:
    """Replace every table of the page that `latest.json` has."""
    page = _PAGE.read_text()
    for name, kept in json.loads((machine.RESULTS / "latest.json").read_text()).items():
        begin, end = f"<!-- table {name} -->", f"<!-- /table {name} -->"
        shown = f"{begin}\n\n{_shown(kept)}\n{end}"
        page = re.sub(f"{begin}.*?{end}", lambda _, shown=shown: shown, page, flags=re.DOTALL)  # type: ignore[misc]
    _PAGE.write_text(page)


def _shown(kept: dict[str, Any]) -> str:
    run, then = kept["run"], kept["run"]["machine"]
    table = Table(kept["title"], kept["columns"], kept["rows"], kept.get("notes", []))
    return (
        f"{table.text()}\n<sub>{run['rounds']} round(s) of {run['seconds']:g} s; load average at the start "
        f"{then['load_average_at_start']:.1f}; `{then['command']}`; revision {then['webchat']}</sub>\n"
    )


if __name__ == "__main__":
    main()
