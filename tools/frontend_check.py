"""Runs the browser interface's own checks: types, lint, format, translations, contrast."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from setup import install_packages, node

FRONTEND = Path(__file__).parent.parent / "frontend"


def main() -> int:
    """The status of `npm run check`, or 0 with a reason printed."""
    found = node()
    if found is None or not (FRONTEND / "package.json").exists():
        print("NOT CHECKED: the browser interface: there is no Node, or no frontend/.")
        return 0
    npm, environ = found
    install_packages(npm, environ)
    return subprocess.run([*npm, "run", "check"], check=False, cwd=FRONTEND, env=environ).returncode


if __name__ == "__main__":
    sys.exit(main())
