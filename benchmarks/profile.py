"""Where webchat's time goes: `python -m benchmarks.profile one --listeners 1000` prints the functions that take it.

What stands behind the mode goes to the generator.  py-spy (in .cache, by --install of benchmarks.run) looks 500 times a
second which function holds the interpreter; time in system calls and in fsync is outside of that.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks import machine
from benchmarks.bench import brief, generator, next_report, say, start_generator
from benchmarks.peers import PYTHON
from benchmarks.posts import SMALL_ROOMS
from benchmarks.servers import SERVERS, metrics, running, wait_until_left
from benchmarks.town import one_room

_SECONDS = 8
# What is under everything, or waits.
_FRAME_OF_ALL = re.compile(r"runpy|twisted/application|__main__|threading\.py|twisted/_threads|python/context\.py")


def main() -> None:
    """Profile one mode of the generator: 64 listeners in rooms of ten, else all in one room."""
    if len(sys.argv) < 2 or len(sys.argv) % 2:
        sys.exit("say a mode of the generator, then its options as --name value")
    mode = sys.argv[1]
    options = {"listeners": "100", "publishers": "10"} | dict(
        zip((word.removeprefix("--") for word in sys.argv[2::2]), sys.argv[3::2], strict=True)
    )
    people = int(options["listeners"])
    spy = PYTHON.with_name("py-spy")
    if not spy.exists():
        sys.exit("py-spy is missing: python -m benchmarks.run --install --only 0")
    machine.raise_file_limit()
    with running(SERVERS["webchat"], SMALL_ROOMS if people == 64 else one_room(people)) as up:
        if mode == "connect":
            generator(mode, up, **options)  # so that sessions are remembered
            wait_until_left(up.port)
        else:
            # Everybody is up before the profile begins, and is still there when it ends.
            options |= {"warm": "2", "seconds": str(_SECONDS + 4)}
        load = start_generator(mode, up, **options)
        if mode not in ("connect", "http"):
            _wait_for(up.port, people)
        raw = Path(str(up.log)).with_name("profile")
        command = [str(spy), "record", "--pid", str(up.process.pid), "--gil", "--rate", "500", "--format", "raw"]
        subprocess.run([*command, "--duration", str(_SECONDS), "--output", str(raw)], check=True, capture_output=True)
        say(brief(next_report(load)))
        load.communicate()
        _print(raw.read_text())


def _wait_for(port: int, people: int) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until and metrics(port)["webchat_listeners"] < people:
        time.sleep(0.3)
    time.sleep(1)


def _print(raw: str) -> None:
    inside: Counter[str] = Counter()
    itself: Counter[str] = Counter()
    total = 0
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [re.sub(r":\d+\)$", ")", frame) for frame in stack.split(";")]
        total += int(count)
        itself[frames[-1]] += int(count)
        for frame in set(frames):
            inside[frame] += int(count)
    print(f"{total} samples\n\nthe function itself")
    for frame, count in itself.most_common(25):
        print(f"{count / total:7.1%}  {frame}")
    print("\nwith what it calls")
    shown = [(frame, count) for frame, count in inside.most_common(80) if not _FRAME_OF_ALL.search(frame)]
    for frame, count in shown[:50]:
        print(f"{count / total:7.1%}  {frame}")


if __name__ == "__main__":
    main()
