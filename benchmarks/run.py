"""Runs the benchmarks and prints their tables: `python -m benchmarks.run --help`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence

from benchmarks import connecting, fanout, growth, machine, peers, posts, reading
from benchmarks.bench import Bench, Table, keep, say
from benchmarks.servers import SERVERS, Server

SCENARIOS: dict[str, Callable[[Bench], Table]] = {
    "0": fanout.ceiling,
    "1": fanout.open_loop,
    "2": fanout.saturated,
    "3": fanout.one_at_a_time,
    "4": fanout.latency,
    "5": posts.durable_posts,
    "6": connecting.connecting,
    "7": connecting.idle_memory,
    "8": reading.reads,
    "9": growth.growth,
}
SHORT_SERVERS = ("webchat", "c-each", "c-batch", "ws", "websockets")


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out the command line."""
    said = _parser().parse_args(arguments)
    if said.install:
        for name, trouble in peers.install().items():
            say(f"not installed: {name}: {trouble}")
    machine.raise_file_limit()
    # Whoever ends us ends the servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    about = machine.description() | {"peers": peers.versions()}
    bench = Bench(_servers(said), said.rounds, said.seconds, said.warm, said.scale, said.frame)
    if said.short:
        bench.rounds, bench.seconds, bench.warm = 1, 2.0, 0.5
        scenarios: dict[str, Callable[[Bench], Table]] = {"short": fanout.short}
    else:
        scenarios = {name: SCENARIOS[name] for name in said.only or SCENARIOS}
    for name, scenario in scenarios.items():
        say(f"scenario {name}")
        bench.tables[name] = table = scenario(bench)
        print(table.text(), flush=True)
        if not said.short:
            keep(bench, about, machine.RESULTS)
    print(_facts(about))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="a subset that takes a minute; prints ratios, keeps nothing"
    )
    parser.add_argument(
        "--only", action="append", choices=SCENARIOS, metavar="NAME", help="a scenario; may be repeated"
    )
    parser.add_argument("--servers", metavar="A,B", help=f"of {', '.join(SERVERS)}; default: all there are")
    parser.add_argument("--rounds", type=int, default=3, help="how often each figure is taken; default: 3")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each figure is taken; default: 4")
    parser.add_argument("--warm", type=float, default=1.0, help="seconds of load before that; default: 1")
    parser.add_argument("--scale", type=float, default=1.0, help="a factor for every crowd, to try things out")
    parser.add_argument(
        "--frame", type=int, default=240, help="bytes of a frame at the others; default: as at webchat, 240"
    )
    parser.add_argument("--install", action="store_true", help="first fetch the peers that are missing into .cache")
    return parser


def _servers(said: argparse.Namespace) -> list[Server]:
    names = said.servers.split(",") if said.servers else SHORT_SERVERS if said.short else list(SERVERS)
    unknown = [name for name in names if name not in SERVERS]
    if unknown:
        sys.exit(f"there is no server {', '.join(unknown)}; there are {', '.join(SERVERS)}")
    found = []
    for name in names:
        why = SERVERS[name].missing()
        if why:
            say(f"left out: {name}: {why}")
        else:
            found.append(SERVERS[name])
    return found


def _facts(about: dict[str, object]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in about.items())


if __name__ == "__main__":
    main()
