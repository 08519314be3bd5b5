"""Writes the table of options into docs/operations.md, from the one in webchat/config.py."""

import re
from itertools import groupby
from pathlib import Path

from webchat.config import OPTIONS

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"


def table() -> str:
    """The options as Markdown, a table for each group."""
    lines = []
    for group, options in groupby(OPTIONS, key=lambda option: option.group):
        lines += ["", f"**{group}**", "", "| setting | meaning | default |", "|---|---|---|"]
        lines += [f"| `{option.name}` | {option.help} | {option.default} |" for option in options]
    return "\n".join([*lines, "", ""])


def main() -> None:
    """Bring the page up to date."""
    text = PAGE.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- options -->\n).*?(<!-- /options -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda found: found[1] + table() + found[2], text), encoding="utf-8")


if __name__ == "__main__":
    main()
