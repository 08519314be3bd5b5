"""Scenario 9: what the cost of a post depends on, as curves: listeners, load, history, rooms."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks import machine, plots
from benchmarks.bench import Bench, Result, Table, median, spread, trouble
from benchmarks.servers import running
from benchmarks.town import Town, one_room


def growth(bench: Bench) -> Table:
    """Server CPU of a post, all else being equal; the curves are drawn as well."""
    table = Table(
        "9. Growth: server CPU of a post (or a delivery), everything else being equal",
        ["what grows", "to", "CPU µs per post", "CPU µs per delivery", "p50 ms", "p99 ms", "spread", ""],
        raw={},
    )
    sizes = [max(10, round(people * bench.scale)) for people in (10, 30, 100, 300, 1000, 3000, 10_000)]
    _curve(bench, table, "listeners (10 msg/s)", sorted(set(sizes)), lambda n: (one_room(n), n, 10))
    crowd = bench.crowd(1000)
    _curve(
        bench,
        table,
        f"load in msg/s ({crowd:,} listeners)",
        (10, 30, 100, 300, 1000, 3000),
        lambda n: (one_room(crowd), crowd, n),
    )
    longest = 10_000_000 * bench.scale
    histories = [n for n in (1_000, 10_000, 100_000, 1_000_000, 10_000_000) if n <= longest]
    _curve(bench, table, "messages in the room", histories, lambda n: (one_room(10, history=n), 10, 200))
    most = 10_000 * bench.scale
    rooms = [n for n in (1, 10, 100, 1_000, 10_000) if n <= most]
    _curve(bench, table, "rooms (of 10 people)", rooms, lambda n: (Town((10,) * n), 10 * min(n, 300), 200))
    table.notes.append("Rooms: with 10 listeners each; up to 300 of them are posted to, in turn.")
    # The curves of a trial must not replace the real ones, which stand in the documentation.
    plots.draw(table.raw, machine.PICTURES if bench.scale == 1 else machine.CACHE)
    return table


def _curve(
    bench: Bench, table: Table, what: str, values: Sequence[int], shape: Callable[[int], tuple[Town, int, int]]
) -> None:
    def measure(value: str) -> Result:
        town, listeners, rate = shape(int(value))
        with running(bench.webchat, town) as up:
            # One publisher to each room, where there are several.
            publishers = listeners if len(town.places) > 1 else 10
            result = bench.load("open", up, listeners=listeners, publishers=publishers, rate=rate, patience=120)
        posts = result["messages"] * result["seconds"]
        return {**result, "cpu_us_per_post": 1e6 * result["server_cpu"] * result["seconds"] / posts if posts else 0.0}

    found = bench.alternate([str(value) for value in values], measure)
    for value, results in found.items():
        table.rows.append(
            [
                what,
                int(value),
                median(results, "cpu_us_per_post"),
                median(results, "cpu_us_per_delivery"),
                median(results, "latency_ms", "p50"),
                median(results, "latency_ms", "p99"),
                f"{spread(results, 'cpu_us_per_post'):.0%}",
                trouble(results),
            ]
        )
    table.raw[what] = found
