"""Scenarios 6 and 7: how fast people come, come back all at once, and what each of them costs while she is idle."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from benchmarks.bench import (
    Bench,
    Result,
    Table,
    generator,
    median,
    next_report,
    per_cpu_second,
    ratio,
    spread,
    start_generator,
)
from benchmarks.servers import SERVERS, Running, Server, end, metrics, running, start_webchat, wait_until_left
from benchmarks.town import Town, one_room

BEHIND = 20
"""Messages that somebody who comes back has missed, in her room."""


def connecting(bench: Bench) -> Table:
    """Handshakes a second; and a whole town that comes back at once."""
    table = Table(
        "6. Connecting and coming back",
        [
            "what",
            "server",
            "connections",
            "per second",
            "seconds",
            "server CPU",
            "per CPU s",
            "p50 ms",
            "p99 ms",
            "spread",
            "",
        ],
        raw={},
    )
    people = bench.crowd(5000)

    def handshakes(name: str) -> Result:
        server = SERVERS[name]
        with running(server, one_room(people)) as up:
            if name == "webchat":
                # The first time everybody's session is read from the database; the second time it is remembered.
                generator("connect", up, listeners=people, at_once=64)
                wait_until_left(up.port)
            return generator("connect", up, listeners=people, at_once=64)

    found = bench.alternate([server.name for server in bench.servers], handshakes)
    _report(table, "handshakes, 64 at once (webchat: with hello and welcome, sessions remembered)", found)
    storms = {
        "one room, they drop the line": (one_room(people, history=100), _line_dropped),
        "rooms of 50, they drop the line": (_rooms_of_50(people), _line_dropped),
        "one room, the server is killed": (one_room(people, history=100), _server_killed),
    }
    for what, (town, storm) in storms.items():
        results = bench.alternate(["webchat"], lambda _, town=town, storm=storm: storm(bench.webchat, town))
        _report(table, f"all come back at once, {BEHIND} messages behind: {what}", results)
        for each in results.values():
            queries = median(each, "reads")
            table.notes.append(
                f"{what}: {queries:,.0f} questions to the database, {median(each, 'retries'):,.0f} retries."
            )
    table.notes.append("A killed server: counted from when it answers again.")
    return table


def _rooms_of_50(people: int) -> Town:
    return Town((50,) * max(1, people // 50), history=100)


def _report(table: Table, what: str, found: dict[str, list[Result]]) -> None:
    table.raw[what] = found
    for name, results in found.items():
        errors = {code for result in results for code in result["errors"]}
        table.rows.append(
            [
                what,
                name,
                int(results[0]["connections"]),
                median(results, "per_second"),
                median(results, "seconds"),
                median(results, "server_cpu"),
                per_cpu_second(results, "per_second"),
                median(results, "connect_ms", "p50"),
                median(results, "connect_ms", "p99"),
                f"{spread(results, 'per_second'):.0%}",
                ", ".join(sorted(errors)),
            ]
        )


def _talk(up: Running, town: Town) -> None:
    """Somebody says something in each room, so that the server remembers what those who come back have missed."""
    people, rooms = town.people, len(town.places)
    publishers, posts = (people, max(people, BEHIND * rooms)) if rooms > 1 else (min(people, BEHIND), 2 * BEHIND)
    generator("open", up, listeners=people, publishers=publishers, rate=posts / 2, seconds=2, warm=0)
    wait_until_left(up.port)


def _line_dropped(server: Server, town: Town) -> Result:
    with running(server, town) as up:
        _talk(up, town)
        process = start_generator("resume", up, listeners=town.people, behind=BEHIND, wait=1)
        try:
            next_report(process)
            reads = metrics(up.port)["webchat_reads_total"]
            return _come_back(process, up, reads)
        finally:
            process.kill()
            process.communicate()


def _server_killed(server: Server, town: Town) -> Result:
    with running(server, town) as up:
        process = start_generator("resume", up, listeners=town.people, behind=BEHIND, wait=1)
        try:
            next_report(process)
            up.process.kill()
            up.process.wait()
            again = start_webchat(up.port, Path(str(up.log)).parent, town)
            try:
                return _come_back(process, again, metrics(up.port)["webchat_reads_total"])
            finally:
                end(again.process)
        finally:
            process.kill()
            process.communicate()


def _come_back(process: subprocess.Popen[str], server: Running, reads_before: float) -> Result:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()
    result = next_report(process)
    return {**result, "reads": metrics(server.port)["webchat_reads_total"] - reads_before}


def idle_memory(bench: Bench) -> Table:
    """Memory of connections that do nothing: while they are there, after they have gone, and a second time."""
    people = bench.crowd(10_000)
    table = Table(
        f"7. Memory with {people:,} idle connections",
        [
            "server",
            "RSS at first MB",
            "while they are there MB",
            "kB per connection",
            "after MB",
            "again MB",
            "after MB",
            "",
        ],
    )

    def measure(name: str) -> Result:
        with running(SERVERS[name], one_room(people)) as up:
            seen = [up.rss]
            broken = 0
            for _ in range(2):
                process = start_generator("idle", up, listeners=people, at_once=64)
                try:
                    next_report(process)
                    time.sleep(2)
                    seen.append(up.rss)
                    said, _ = process.communicate("", timeout=60)
                    broken += '"broken":0' not in said
                finally:
                    process.kill()
                if name == "webchat":
                    wait_until_left(up.port)
                time.sleep(3)
                seen.append(up.rss)
            return {"rss": seen, "each": (seen[1] - seen[0]) / people, "broken": broken, "errors": {}}

    found = bench.alternate([server.name for server in bench.servers], measure)
    least = median(found["c-each"], "each") if "c-each" in found else None
    for name, results in found.items():
        rss = results[-1]["rss"]
        each = median(results, "each")
        table.rows.append(
            [
                name,
                rss[0] / 1e6,
                rss[1] / 1e6,
                each / 1e3,
                *(size / 1e6 for size in rss[2:]),
                "connections broke" if any(result["broken"] for result in results) else ratio(each, least),
            ]
        )
    table.raw = found
    return table
