"""One run of the benchmarks: its choices, the generator, alternating rounds, and what is kept of them."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from benchmarks import machine
from benchmarks.servers import SERVERS, Running, Server

Result = dict[str, Any]


@attrs.define
class Table:
    """What a scenario found out: rows of cells to print, the raw results behind them, and remarks."""

    title: str
    columns: Sequence[str]
    rows: list[list[Any]] = attrs.field(factory=list)
    notes: list[str] = attrs.field(factory=list)
    raw: Any = None

    def text(self) -> str:
        """As Markdown."""
        lines = [f"### {self.title}", "", _line(self.columns), _line(["---"] * len(self.columns))]
        lines += [_line([_shown(cell) for cell in row]) for row in self.rows]
        return "\n".join([*lines, "", *(f"- {note}" for note in self.notes)]) + "\n"


@attrs.define
class Bench:
    """The choices of one run.  *scale* makes every crowd smaller, to try the tools out.

    *frame*: bytes of the frames that the servers other than webchat pass on.  By default as many as webchat delivers
    for a text of *text* characters, with room, rev, seq, author, time and nonce.
    """

    servers: list[Server]
    rounds: int = 3
    seconds: float = 4.0
    warm: float = 1.0
    scale: float = 1.0
    frame: int = 240
    text: int = 120
    tables: dict[str, Table] = attrs.field(factory=dict)

    @property
    def webchat(self) -> Server:
        return SERVERS["webchat"]

    def crowd(self, people: int) -> int:
        """So many people, or fewer when the run is a small one."""
        return max(10, round(people * self.scale))

    def load(self, mode: str, server: Running, **options: object) -> Result:
        """What the generator reports of one run against *server*."""
        size = self.text if server.dialect == "native" else self.frame
        options = {"seconds": self.seconds, "warm": self.warm, "size": size, **options}
        return generator(mode, server, **options)

    def alternate(self, names: Sequence[str], measure: Callable[[str], Result | None]) -> dict[str, list[Result]]:
        """Each of *names* measured in turn, the whole sequence as often as there are rounds.

        Alternating, so that a slow spell of the machine falls on all of them.
        """
        found: dict[str, list[Result]] = {name: [] for name in names}
        for number in range(self.rounds):
            for name in names:
                try:
                    result = measure(name)
                except (OSError, subprocess.SubprocessError) as error:
                    say(f"  {name}: {error}")
                    continue
                if result is not None:
                    found[name].append(result)
                    say(f"  round {number + 1} {name}: {brief(result)}")
        return {name: results for name, results in found.items() if results}


def start_generator(mode: str, server: Running, **options: object) -> subprocess.Popen[str]:
    """The generator as a process on its own core, with pipes for its input and output."""
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    command = [str(machine.compiled("load")), mode, *server.address(), *words]
    return subprocess.Popen(
        machine.on_core(machine.LOAD_CORE, command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def generator(mode: str, server: Running, **options: object) -> Result:
    """Run the generator to its end; its report.  Raises OSError when it gives up."""
    process = start_generator(mode, server, **options)
    try:
        said, complaint = process.communicate(timeout=600)
    except BaseException:
        process.kill()
        raise
    if process.returncode:
        raise OSError(complaint.strip())
    result: Result = json.loads(said.strip().splitlines()[-1])
    return result


def next_report(process: subprocess.Popen[str]) -> Result:
    """The next line that the generator says."""
    assert process.stdout and process.stderr
    line = process.stdout.readline()
    if not line:
        raise OSError(process.stderr.read().strip() or "the generator ended")
    report: Result = json.loads(line)
    return report


def median(results: Sequence[Result], *path: str) -> float:
    """The median over *results* of the number at *path*."""
    return statistics.median(_at(result, path) for result in results)


def spread(results: Sequence[Result], *path: str) -> float:
    """How far the rounds lie apart: (highest - lowest) / median."""
    values = [_at(result, path) for result in results]
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def _at(result: Result, path: Sequence[str]) -> float:
    value: Any = result
    for name in path:
        value = value[name]
    return float(value)


def per_cpu_second(results: Sequence[Result], what: str) -> float:
    """The median of *what* a second, divided by the CPU seconds that the server used for it."""
    return statistics.median(r[what] / r["server_cpu"] if r["server_cpu"] else 0.0 for r in results)


def trouble(results: Sequence[Result]) -> str:
    """What is wrong with *results*, in a few words; empty where nothing is."""
    said = []
    if any(result.get("unfinished") for result in results):
        said.append("still delivering when time was up")
    elif not all(result.get("complete", True) for result in results):
        said.append(f"{max(result['missing'] for result in results):,} deliveries missing")
    errors = {code for result in results for code in result.get("errors", {})}
    if errors:
        said.append("errors: " + ", ".join(sorted(errors)))
    if max((result.get("generator_cpu", 0) for result in results), default=0) > 0.95 and any(
        result.get("server_cpu", 1) < 0.9 for result in results
    ):
        said.append("the generator was the limit")
    return "; ".join(said)


def brief(result: Result) -> str:
    """A line for whoever watches."""
    words = []
    for name in ("rate", "messages", "deliveries", "acks", "answers", "per_second", "server_cpu", "generator_cpu"):
        if result.get(name):
            words.append(f"{name} {_shown(result[name])}")
    if result.get("latency_ms", {}).get("count"):
        words.append(f"p50 {_shown(result['latency_ms']['p50'])} p99 {_shown(result['latency_ms']['p99'])} ms")
    words.append(trouble([result]) if "complete" in result else "")
    return ", ".join(word for word in words if word)


def say(text: str) -> None:
    """Tell whoever watches; the tables alone go to standard output."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def ratio(value: float, other: float | None) -> str:
    """*value* as a multiple of *other*."""
    return f"{value / other:.2f} ×" if other else ""


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _shown(cell: Any) -> str:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return str(cell)
    if isinstance(cell, int) or abs(cell) >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.3g}"


def keep(bench: Bench, about: dict[str, Any], folder: Path) -> None:
    """Write what was measured into *folder*: this run by itself, and each full-sized scenario into latest.json."""
    folder.mkdir(parents=True, exist_ok=True)
    run = {"machine": about, "rounds": bench.rounds, "seconds": bench.seconds, "scale": bench.scale}
    run |= {"text": bench.text, "frame": bench.frame}
    found = {name: {**attrs.asdict(table), "run": run} for name, table in bench.tables.items()}
    _write(folder / f"{about['when'].replace(' ', '-').replace(':', '')[:17]}.json", found)
    latest = folder / "latest.json"
    if bench.scale == 1:
        old = json.loads(latest.read_text()) if latest.exists() else {}
        _write(latest, dict(sorted({**old, **found}.items())))


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
