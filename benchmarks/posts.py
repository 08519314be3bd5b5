"""Scenario 5: how many messages are stored and acknowledged, on SQLite and PostgreSQL, over WebSocket and HTTP."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import attrs

from benchmarks import machine
from benchmarks.bench import Bench, Result, Table, median, per_cpu_second, say, spread, trouble
from benchmarks.servers import SERVERS, Running, Server, running, start_webchat
from benchmarks.town import Town, one_room

# 64 people who all post, in rooms of ten or eleven: nobody can post without hearing.
SMALL_ROOMS = Town((11, 11, 11, 11, 10, 10))
OUTSTANDING = 64 * 32


@contextlib.contextmanager
def postgresql() -> Iterator[Server | None]:
    """webchat on a PostgreSQL of its own, which fsyncs and runs on the generator's core; None where there is none."""
    from tests.support import postgres

    here = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {machine.LOAD_CORE})  # its processes stay where we are while they start
    try:
        database = postgres.Server(durable=True)
    except postgres.Missing as reason:
        say(f"left out: PostgreSQL: {reason}")
        yield None
        return
    finally:
        os.sched_setaffinity(0, here)
    try:

        def start(port: int, folder: Path, town: Town) -> Running:
            return start_webchat(port, folder, town, database.fresh_database())

        yield attrs.evolve(SERVERS["webchat"], name="webchat on PostgreSQL", start=start)
    finally:
        database.stop()


def durable_posts(bench: Bench) -> Table:
    """Acknowledged, and so stored, messages a second; and what one message alone has to wait."""
    table = Table(
        "5. Posts that are stored and acknowledged (webchat alone: nothing else here stores anything)",
        ["what", "database", "per second", "server CPU", "per CPU s", "ack p50 ms", "ack p99 ms", "spread", ""],
        raw={},
    )
    with postgresql() as on_postgresql:
        servers = {"SQLite": bench.webchat}
        if on_postgresql is not None:
            servers["PostgreSQL"] = on_postgresql
        for what, measure in {
            "64 connections, pipelined, 10 listeners": _pipelined,
            "HTTP POST, 32 connections kept alive": _http,
            "one post at a time (50/s), 10 listeners": _alone,
        }.items():
            found = bench.alternate(list(servers), lambda name, m=measure: m(bench, servers[name]))
            for name, results in found.items():
                rate = "answers" if measure is _http else "acks"
                wait = "latency_ms" if measure is _http else "ack_ms"
                table.rows.append(
                    [
                        what,
                        name,
                        median(results, rate),
                        median(results, "server_cpu"),
                        per_cpu_second(results, rate),
                        median(results, wait, "p50"),
                        median(results, wait, "p99"),
                        f"{spread(results, rate):.0%}",
                        trouble(results),
                    ]
                )
            table.raw[what] = found
    bare = machine.bare_fsync(machine.CACHE)
    table.raw["fsync"] = bare
    table.notes.append(
        f"A bare write and fdatasync of 4 KiB on the same disk: p50 {bare['p50']:.2f} ms, p99 {bare['p99']:.2f} ms."
    )
    table.notes.append("PostgreSQL runs with fsync on, on the generator's core; its CPU is not in the column.")
    return table


def _pipelined(bench: Bench, server: Server) -> Result:
    with running(server, SMALL_ROOMS) as up:
        return bench.load("pipelined", up, listeners=64, publishers=64, outstanding=OUTSTANDING, sample=64)


def _http(bench: Bench, server: Server) -> Result:
    with running(server, one_room(32)) as up:
        return bench.load("http", up, method="POST", path="/api/v1/rooms/{room}/messages", listeners=32)


def _alone(bench: Bench, server: Server) -> Result:
    with running(server, one_room(10)) as up:
        return bench.load("open", up, listeners=10, publishers=1, rate=50)
