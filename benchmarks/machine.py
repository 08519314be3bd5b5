"""The machine that is measured on: its cores, its disk, its compiler, and what is worth noting about it."""

from __future__ import annotations

import contextlib
import os
import platform
import random
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = HERE / ".cache"
RESULTS = HERE / "results"
PICTURES = ROOT / "docs" / "images"

SEED = 1
SERVER_CORE, LOAD_CORE = 0, min(1, (os.cpu_count() or 1) - 1)


def raise_file_limit() -> int:
    """Allow as many open files as the system lets us, for us and for what we start; how many that is."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def on_core(core: int, command: Sequence[str]) -> list[str]:
    """*command*, kept to one core (taskset becomes the command: its pid is the same)."""
    return ["taskset", "-c", str(core), *command]


def compiled(name: str) -> Path:
    """The program *name*, made of NAME.c by the system's compiler if it is older than that."""
    source, program = HERE / f"{name}.c", CACHE / name
    if program.exists() and program.stat().st_mtime >= source.stat().st_mtime:
        return program
    compiler = next((found for one in ("cc", "gcc", "clang") if (found := shutil.which(one))), None)
    if compiler is None:
        raise SystemExit("A C compiler is needed (Debian: apt-get install gcc libc6-dev).")
    CACHE.mkdir(exist_ok=True)
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return program


def free_port() -> int:
    """A loopback port nobody uses, below those the kernel gives to clients."""
    chance = random.Random()
    for _ in range(200):
        port = chance.randint(20_000, 31_000)
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit("There is no free port.")


def answers(port: int) -> bool:
    """Whether somebody listens on *port*."""
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def bare_fsync(folder: Path, seconds: float = 1.0) -> dict[str, float]:
    """Milliseconds of writing and fsyncing 4 KiB at the end of a file in *folder*, again and again."""
    file, taken = folder / "fsync-probe", []
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            began = time.perf_counter()
            os.write(handle, b"x" * 4096)
            os.fdatasync(handle)
            taken.append(1e3 * (time.perf_counter() - began))
    finally:
        os.close(handle)
        file.unlink()
    taken.sort()
    return {"p50": taken[len(taken) // 2], "p99": taken[len(taken) * 99 // 100]}


def description() -> dict[str, Any]:
    """What a reader of the figures must know about the machine and the programs."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "server_core": SERVER_CORE,
        "generator_core": LOAD_CORE,
        "kernel": platform.release(),
        "load_average_at_start": os.getloadavg()[0],
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "twisted": version("twisted"),
        "autobahn": version("autobahn"),
        "webchat": _commit(),
        "seed": SEED,
        "command": " ".join(["python -m benchmarks.run", *sys.argv[1:]]),
        "when": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or version("webchat")
