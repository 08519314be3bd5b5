"""Writes docs/modules.md: every module with the sentence that it says of itself."""

import ast
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "webchat"
PAGE = ROOT / "docs" / "modules.md"
FLOORS = ("model", "store", "live", "robot", "chat", "ws", "http", "legacy", "jobs", "client", "cli")
"""From the ground up; the modules of no floor come last."""
LEFT_OUT = {"static", "versions"}
"""Folders of what is built, and of migrations by number."""


def modules() -> Iterator[tuple[Path, str]]:
    """The modules, each by its place within the package, and what it says of itself."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if not LEFT_OUT.intersection(place.parts):
            said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            yield place, said.split("\n\n")[0].replace("\n", " ")


def page() -> str:
    """The page: a list for each folder, a line for each module."""
    lines = [
        "# The modules",
        "",
        "What is where, from the ground up. `make docs` writes this page, each line from the module itself;",
        "[architecture.md](architecture.md) says how they work together.",
    ]
    found = sorted(modules(), key=lambda one: (_floor(one[0]), one[0]))
    for folder, group in groupby(found, key=lambda one: one[0].parent):
        lines += ["", f"## `webchat/{'' if folder == Path() else f'{folder.as_posix()}/'}`", ""]
        lines += [f"- `{place.name}`: {said}" for place, said in group]
    return "\n".join([*lines, ""])


def _floor(place: Path) -> int:
    return FLOORS.index(place.parts[0]) if place.parts[0] in FLOORS else len(FLOORS)


def main() -> None:
    """Bring the page up to date."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
