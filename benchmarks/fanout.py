"""Scenarios 0 to 4: one room and its listeners, webchat beside its peers and beside what C can do."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.bench import Bench, Result, Table, median, per_cpu_second, ratio, say, spread, trouble
from benchmarks.servers import SERVERS, Server, running
from benchmarks.town import one_room


def _each(bench: Bench, measure: Callable[[Server], Result | None]) -> dict[str, list[Result]]:
    return bench.alternate([server.name for server in bench.servers], lambda name: measure(SERVERS[name]))


def _base(found: dict[str, list[Result]], name: str, value: Callable[[list[Result]], float]) -> float | None:
    return value(found[name]) if name in found else None


def ceiling(bench: Bench) -> Table:
    """What the generator itself can take in, and that it has time to spare at the fastest server there is."""
    listeners = bench.crowd(1000)
    table = Table(
        f"0. The generator's ceiling: C batch, {listeners:,} listeners",
        ["outstanding", "deliveries/s", "server CPU", "generator CPU", "ceiling (deliveries/s at 100 %)"],
    )

    def measure(outstanding: str) -> Result:
        with running(SERVERS["c-batch"], one_room(listeners)) as server:
            return bench.load("pipelined", server, listeners=listeners, publishers=100, outstanding=outstanding)

    found = bench.alternate(["100", "1000", "4000"], measure)
    for outstanding, results in found.items():
        deliveries, busy = median(results, "deliveries"), median(results, "generator_cpu")
        table.rows.append(
            [int(outstanding), deliveries, median(results, "server_cpu"), busy, deliveries / busy if busy else 0]
        )
    table.raw = found
    return table


def _highest(bench: Bench, server: Server, listeners: int, start: float) -> Result | None:
    """The highest rate with p99 < 100 ms, found by doubling, then by halving the gap to under 7 %."""
    good: Result | None = None
    low, high, rate = 0.0, 0.0, start
    for _ in range(14):
        result = _probe(bench, server, listeners, rate)
        if not _is_fine(result, rate) and result["messages"] > 0.95 * rate:
            # It kept up, but stumbled: once may have been the machine.
            result = _probe(bench, server, listeners, rate)
        fine = _is_fine(result, rate)
        say(f"    {server.name} {rate:,.0f}/s: p99 {result['latency_ms']['p99']:.1f} ms {'fine' if fine else 'no'}")
        if fine:
            low, good = rate, result
        else:
            high = rate
        if high and low and high / low < 1.07:
            break
        rate = (low * high) ** 0.5 if high and low else rate * 2 if low else rate / 4
        if rate < 2:
            break
    return good and {**good, "rate": low}


def _is_fine(result: Result, rate: float) -> bool:
    is_whole = bool(result["complete"]) and not result["errors"]
    return is_whole and result["latency_ms"]["p99"] < 100 and result["messages"] > 0.95 * rate


def _probe(bench: Bench, server: Server, listeners: int, rate: float) -> Result:
    # Each on a fresh server: what an overload leaves behind must not spoil the next.
    with running(server, one_room(listeners)) as up:
        result = bench.load("open", up, listeners=listeners, publishers=min(100, listeners), rate=rate, drain_most=3)
        if result["refused"]:
            say(f"    {result.get('first_error', '')[:200]}")
        return result


def open_loop(bench: Bench) -> Table:
    """The highest rate that 1,000 listeners get within 100 ms."""
    listeners = bench.crowd(1000)
    starts: dict[str, float] = {}

    def measure(server: Server) -> Result | None:
        guess = starts.get(server.name) or (2000 if server.name in ("webchat", "c-batch") else 100) * 1000 / listeners
        best = _highest(bench, server, listeners, guess)
        if best:
            # The next round begins a little below what this one found.
            starts[server.name] = 0.8 * best["rate"]
        return best

    found = _each(bench, measure)
    each, batch = (_base(found, name, lambda r: median(r, "rate")) for name in ("c-each", "c-batch"))
    table = Table(
        f"1. Open loop, one room, {listeners:,} listeners: the highest rate with p99 < 100 ms",
        ["server", "keeps", "messages/s", "p50 ms", "p99 ms", "server CPU", "× C each", "× C batch", "spread"],
    )
    for name, results in found.items():
        rate = median(results, "rate")
        table.rows.append(
            [
                name,
                SERVERS[name].keeps,
                rate,
                median(results, "latency_ms", "p50"),
                median(results, "latency_ms", "p99"),
                median(results, "server_cpu"),
                ratio(rate, each),
                ratio(rate, batch),
                f"{spread(results, 'rate'):.0%}",
            ]
        )
    table.raw = found
    return table


def saturated(bench: Bench, outstanding: int = 1000) -> Table:
    """As much as many publishers can push through, with so many messages on their way."""
    listeners = bench.crowd(1000)

    def measure(server: Server) -> Result:
        with running(server, one_room(listeners)) as up:
            return bench.load(
                "pipelined",
                up,
                listeners=listeners,
                publishers=min(100, listeners),
                outstanding=outstanding,
            )

    return _throughput(
        f"2. Saturated, one room, {listeners:,} listeners, 100 publishers, {outstanding:,} messages under way",
        _each(bench, measure),
    )


def _throughput(title: str, found: dict[str, list[Result]]) -> Table:
    each, batch = (_base(found, name, lambda r: median(r, "deliveries")) for name in ("c-each", "c-batch"))
    cpu_each, cpu_batch = (
        _base(found, name, lambda r: per_cpu_second(r, "deliveries")) for name in ("c-each", "c-batch")
    )
    table = Table(
        title,
        [
            "server",
            "keeps",
            "messages/s",
            "deliveries/s",
            "× C each",
            "× C batch",
            "deliveries per CPU s",
            "× C each (CPU)",
            "× C batch (CPU)",
            "p50 ms",
            "p99 ms",
            "spread",
            "",
        ],
    )
    for name, results in found.items():
        deliveries, by_cpu = median(results, "deliveries"), per_cpu_second(results, "deliveries")
        table.rows.append(
            [
                name,
                SERVERS[name].keeps,
                median(results, "messages"),
                deliveries,
                ratio(deliveries, each),
                ratio(deliveries, batch),
                by_cpu,
                ratio(by_cpu, cpu_each),
                ratio(by_cpu, cpu_batch),
                median(results, "latency_ms", "p50"),
                median(results, "latency_ms", "p99"),
                f"{spread(results, 'deliveries'):.0%}",
                trouble(results),
            ]
        )
    table.raw = found
    return table


def one_at_a_time(bench: Bench) -> Table:
    """The price of one delivery where nothing can be joined."""
    table = Table(
        "3. One message under way: server CPU per delivery",
        [
            "listeners",
            "server",
            "keeps",
            "CPU µs/delivery",
            "of C each",
            "messages/s",
            "p50 ms",
            "p99 ms",
            "spread",
            "",
        ],
    )
    table.raw = {}
    for people in (100, 1000):
        listeners = bench.crowd(people)

        def measure(server: Server, listeners: int = listeners) -> Result:
            with running(server, one_room(listeners)) as up:
                return bench.load("one", up, listeners=listeners, publishers=10, sample=listeners)

        found = _each(bench, measure)
        each = _base(found, "c-each", lambda r: median(r, "cpu_us_per_delivery"))
        for name, results in found.items():
            cost = median(results, "cpu_us_per_delivery")
            table.rows.append(
                [
                    listeners,
                    name,
                    SERVERS[name].keeps,
                    cost,
                    ratio(cost, each),
                    median(results, "messages"),
                    median(results, "latency_ms", "p50"),
                    median(results, "latency_ms", "p99"),
                    f"{spread(results, 'cpu_us_per_delivery'):.0%}",
                    trouble(results),
                ]
            )
        table.raw[str(listeners)] = found
    return table


def latency(bench: Bench) -> Table:
    """How long a message takes where there is time enough."""
    table = Table(
        "4. Latency from send to delivery, open loop, every delivery counted",
        ["listeners × rate", "server", "keeps", "p50 ms", "p90 ms", "p99 ms", "max ms", "server CPU", "spread p50", ""],
    )
    table.raw = {}
    for people, rate in ((1000, 10), (100, 100)):
        listeners = bench.crowd(people)

        def measure(server: Server, listeners: int = listeners, rate: int = rate) -> Result:
            with running(server, one_room(listeners)) as up:
                return bench.load("open", up, listeners=listeners, publishers=10, rate=rate, sample=listeners)

        found = _each(bench, measure)
        for name, results in found.items():
            table.rows.append(
                [
                    f"{listeners:,} × {rate}/s",
                    name,
                    SERVERS[name].keeps,
                    *(median(results, "latency_ms", what) for what in ("p50", "p90", "p99", "max")),
                    median(results, "server_cpu"),
                    f"{spread(results, 'latency_ms', 'p50'):.0%}",
                    trouble(results),
                ]
            )
        table.raw[f"{listeners}x{rate}"] = found
    return table


def short(bench: Bench) -> Table:
    """A minute's worth: saturated and one at a time, at a tenth of the crowd."""
    listeners = bench.crowd(200)

    def measure(server: Server) -> Result:
        with running(server, one_room(listeners)) as up:
            result = bench.load("pipelined", up, listeners=listeners, publishers=50, outstanding=500)
            one = bench.load("one", up, listeners=listeners, publishers=10)
            return {**result, "one_cpu": one["cpu_us_per_delivery"], "one_ms": one["latency_ms"]["p50"]}

    found = _each(bench, measure)
    cost = _base(found, "c-each", lambda r: statistics.median(x["one_cpu"] for x in r))
    each = _base(found, "c-each", lambda r: per_cpu_second(r, "deliveries"))
    batch = _base(found, "c-batch", lambda r: per_cpu_second(r, "deliveries"))
    table = Table(
        f"Short: {listeners} listeners; ratios of server CPU, so that a busy machine matters less",
        [
            "server",
            "keeps",
            "saturated: deliveries per CPU s",
            "× C each",
            "× C batch",
            "one at a time: CPU µs/delivery",
            "of C each",
            "p50 ms",
            "",
        ],
    )
    for name, results in found.items():
        by_cpu = per_cpu_second(results, "deliveries")
        one: Sequence[Any] = [median(results, "one_cpu"), ratio(median(results, "one_cpu"), cost)]
        row = [name, SERVERS[name].keeps, by_cpu, ratio(by_cpu, each), ratio(by_cpu, batch), *one]
        table.rows.append([*row, median(results, "one_ms"), trouble(results)])
    table.raw = found
    return table
