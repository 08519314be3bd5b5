"""Scenario 8: how long the questions of a client take over HTTP while the server is busy with posts."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.bench import Bench, Result, Table, generator, median, spread, start_generator, trouble
from benchmarks.servers import Running, running
from benchmarks.town import Town

PATHS = {
    "newest page (50)": "/api/v1/rooms/1/messages",
    "a page in the middle (50)": "/api/v1/rooms/1/messages?around={n}",
    "room list with unread": "/api/v1/me/rooms",
    "member list, first page (50)": "/api/v1/rooms/1/members",
}


def reads(bench: Bench) -> Table:
    """Pages, room list and member list in a big old room, while 500 messages a second are posted into it."""
    history, members, rooms = bench.crowd(1_000_000), bench.crowd(10_000), bench.crowd(200)
    posts, questions, readers, listeners = 500, 50, 4, min(100, members)
    town = Town((members, *[10] * (rooms - 1)), history, old_rooms=1, regular=True)
    table = Table(
        f"8. Reads over HTTP at {questions}/s, while {posts} msg/s go to {listeners} listeners; a room of "
        f"{history:,} messages and {members:,} members, a person in {rooms} rooms",
        ["question", "p50 ms", "p99 ms", "max ms", "server CPU", "post latency p99 ms", "spread p99", ""],
    )
    with running(bench.webchat, town) as up:
        # The first person, who is in all the rooms, on every connection of the reader.
        mine = Path(str(up.tokens)).with_name("reader")
        mine.write_text((Path(str(up.tokens)).read_text().splitlines()[0] + "\n") * readers)

        def measure(name: str) -> Result:
            return _ask(bench, up, mine, PATHS[name], history, posts, questions, readers, listeners)

        found = bench.alternate(list(PATHS), measure)
    for name, results in found.items():
        table.rows.append(
            [
                name,
                *(median(results, "latency_ms", what) for what in ("p50", "p99", "max")),
                median(results, "server_cpu"),
                median(results, "posting", "latency_ms", "p99"),
                f"{spread(results, 'latency_ms', 'p99'):.0%}",
                trouble(results),
            ]
        )
    table.raw = found
    return table


def _ask(
    bench: Bench,
    up: Running,
    mine: Path,
    path: str,
    history: int,
    posts: int,
    questions: int,
    readers: int,
    listeners: int,
) -> Result:
    seconds, warm = bench.seconds, bench.warm
    posting = start_generator(
        "open", up, listeners=listeners, publishers=10, rate=posts, seconds=seconds + warm + 1.5, warm=warm
    )
    try:
        asking = {"listeners": readers, "path": path, "range": history, "rate": questions}
        result = generator(
            "http", Running(up.process, up.port, tokens=mine), **asking, seconds=seconds, warm=warm + 0.5
        )
        said, complaint = posting.communicate(timeout=60)
    except BaseException:
        posting.kill()
        raise
    if posting.returncode:
        raise OSError(complaint.strip())
    return {**result, "posting": json.loads(said)}
