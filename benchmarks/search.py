"""Search over a history of a million messages: how long it takes to find them, and what it takes to take them in.

    python -m benchmarks.search --engine sqlite --messages 1000000
    python -m benchmarks.search --engine postgresql --messages 1000000

The texts are made up: three of five are Chinese, the words and signs as frequent as Zipf's law says.  One person is in
all of 1,000 rooms, another one in 50 of them.  What is measured runs in this process, over the functions that the
server calls: no HTTP, no threads beside.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.support import postgres
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.tokens import phrases
from webchat.store import memberships, messages, rooms, search, users
from webchat.store.engines import Engines, open_engines
from webchat.store.upgrade import upgrade
from webchat.store.users import NewUser

ROOMS, MINE = 1_000, 50
START, YEAR = 1_700_000_000_000, 365 * 86_400_000
RARE = "quokka"
POOL = 100_000
"""Texts that are made up; of more messages some say the same."""
TWO, FOUR = "会议", "项目进度"


class Texts:
    """Texts that are somewhat like what people write."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        common = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得"
        others = [chr(0x4E00 + n) for n in range(3_000) if chr(0x4E00 + n) not in common]
        chance.shuffle(others)
        signs = [*common, *others]
        self._signs, self._sign_sums = signs, list(accumulate(1 / (n + 8) for n in range(len(signs))))
        letters = "etaoinshrdlcumwfgypbvk"
        words = {"".join(chance.choices(letters, range(22, 0, -1), k=chance.randint(3, 9))) for _ in range(40_000)}
        self._words = ["the", "of", "and", "to", "in", "is", "for", "it", "that", "release", "deploy", *sorted(words)]
        self._word_sums = list(accumulate(1 / (n + 3) for n in range(len(self._words))))

    def one(self) -> str:
        if self._chance.random() < 0.6:
            text = "".join(self._draw(self._signs, self._sign_sums, self._chance.randint(4, 40)))
            roll = self._chance.random()
            if roll < 0.01:
                text += TWO
            elif roll < 0.012:
                text += FOUR
            return text[:8] + "，" + text[8:] if len(text) > 12 else text
        return " ".join(self._draw(self._words, self._word_sums, self._chance.randint(3, 25)))

    def _draw(self, among: list[str], sums: list[float], count: int) -> list[str]:
        return self._chance.choices(among, cum_weights=sums, k=count)


@contextmanager
def database(engine: str) -> Iterator[tuple[Engines, Callable[[], int]]]:
    """An empty one, and what tells its size in bytes."""
    if engine == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="webchat-search-"))
        engines = open_engines(f"sqlite:///{folder / 'webchat.db'}", 2)
        try:
            upgrade(engines)
            yield engines, lambda: sum(file.stat().st_size for file in folder.iterdir())
        finally:
            engines.dispose()
            shutil.rmtree(folder)
        return
    engines = open_engines(postgres.fresh_database(), 2)
    try:
        upgrade(engines)
        yield (
            engines,
            lambda: int(
                ask(engines, lambda db: db.exec_driver_sql("SELECT pg_database_size(current_database())").scalar())
            ),
        )
    finally:
        engines.dispose()


def ask(engines: Engines, work: Callable[[sa.Connection], Any]) -> Any:
    with engines.reader.connect() as db, db.begin():
        return work(db)


def do(engines: Engines, work: Callable[[sa.Connection], Any]) -> Any:
    with engines.writer.connect() as db, db.begin():
        return work(db)


def fill(engines: Engines, count: int) -> tuple[UserId, UserId]:
    """The rooms, their messages, and two readers."""
    chance = random.Random(7)
    texts = Texts(chance)
    pool = [texts.one() for _ in range(min(count, POOL))]

    def people(db: sa.Connection) -> list[UserId]:
        return [
            users.add(
                db, NewUser(name, name, name.title(), name, None, None, None, "human", "member", Millis(START))
            ).id
            for name in ("all", "some", *(f"author{n}" for n in range(98)))
        ]

    everybody = do(engines, people)
    sums = list(accumulate(1 / (n + 10) for n in range(ROOMS)))
    ids = [
        do(engines, lambda db, n=n: rooms.add(db, "public", f"Room {n}", f"room {n}", "", Millis(START)))
        for n in range(ROOMS)
    ]

    def join(db: sa.Connection) -> None:
        for place, room in enumerate(ids):
            for user in everybody[: 2 if place % (ROOMS // MINE) == 3 else 1]:
                seq, rev = rooms.raise_counters(db, room, 0, 1)
                memberships.join(db, room, user, "member", seq, rev)

    do(engines, join)
    rare = {chance.randrange(count) for _ in range(10)}
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        where = chance.choices(ids, cum_weights=sums, k=size)

        def post(db: sa.Connection, start: int = start, where: list[RoomId] = where) -> None:
            posts = {room: (where.count(room), 0) for room in set(where)}
            raised = rooms.raise_for_posts(db, posts)
            left = {room: [seq - posts[room][0], rev - posts[room][0]] for room, (seq, rev) in raised.items()}
            new = []
            for offset, room in enumerate(where):
                left[room][0] += 1
                left[room][1] += 1
                text = chance.choice(pool) + (f" {RARE}" if start + offset in rare else "")
                at = Millis(START + (start + offset) * YEAR // count)
                author = chance.choice(everybody)
                new.append(
                    messages.NewMessage(
                        room, Seq(left[room][0]), Rev(left[room][1]), author, None, b"\0" * 32, text, at
                    )
                )
            messages.add(db, new)

        do(engines, post)
    return everybody[0], everybody[1]


def take_in(engines: Engines) -> dict[str, float]:
    """Everything that waits, as the running server does it."""
    reads, writes, docs = [], [], 0
    after, began, began_cpu = RoomId(0), time.perf_counter(), time.process_time()
    while some := ask(engines, lambda db, after=after: search.behind(db, after, 500)):
        while True:
            start = time.perf_counter()
            changes = ask(engines, lambda db, some=some: search.changes(db, some))
            middle = time.perf_counter()
            do(engines, lambda db, changes=changes: search.take_in(db, changes))
            reads.append(middle - start)
            writes.append(time.perf_counter() - middle)
            docs += len(changes.docs)
            if changes.is_all:
                break
        after = some[-1]
    seconds = time.perf_counter() - began
    return {
        "messages_per_s": round(docs / seconds),
        "us_per_message": round(1e6 * seconds / docs),
        "cpu_us_per_message": round(1e6 * (time.process_time() - began_cpu) / docs),
        "of_it_writing_us": round(1e6 * sum(writes) / docs),
        "write_p50_ms": round(1e3 * statistics.median(writes), 1),
        "write_p99_ms": round(1e3 * sorted(writes)[int(len(writes) * 0.99)], 1),
    }


def cases(everywhere: UserId, some: UserId) -> Iterator[tuple[str, search.Wanted, int]]:
    def wanted(text: str, user: UserId = everywhere, room: int | None = None) -> search.Wanted:
        return search.Wanted(user, phrases(text), room=None if room is None else RoomId(room))

    yield "a rare word (10 messages)", wanted(RARE), 20
    yield "a common word", wanted("the"), 20
    yield "one Chinese sign, the commonest", wanted("的"), 20
    yield "one Chinese sign, a middling one", wanted("能"), 20
    yield "two Chinese signs", wanted(TWO), 20
    yield "four Chinese signs", wanted(FOUR), 20
    yield "a phrase of common words", wanted('"of the"'), 20
    yield "two words, one of them common", wanted(f"the {RARE}"), 20
    yield "the beginning of a word", wanted("depl*"), 20
    yield "a common word in one room", wanted("the", room=5), 20
    yield "a common word in a small room", wanted("the", room=900), 20
    yield "in 50 of 1,000 rooms: a common word", wanted("the", some), 20
    yield "in 50 of 1,000 rooms: two Chinese signs", wanted(TWO, some), 20
    yield "in 50 of 1,000 rooms: a rare word", wanted(RARE, some), 20
    yield "nothing found: no such word", wanted("zzyzx"), 20
    yield "nothing found: common signs, never in this order", wanted("的一是不了在人有"), 20
    yield "nothing found: common words, never in this order", wanted('"the of and to in is"'), 20
    yield "the best of the newest 500, a common word", wanted("the"), 500
    yield "the best of the newest 500, two Chinese signs", wanted(TWO), 500


def measure(engines: Engines, wanted: search.Wanted, limit: int, times: int) -> tuple[float, float, float, int]:
    """Milliseconds: p50, p99, and CPU of this process for one; and how many were found."""
    took = []
    found: list[Any] = []
    cpu = time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        found, _ = ask(engines, lambda db: search.newest(db, wanted, search.LAST, limit))
        took.append(1e3 * (time.perf_counter() - start))
    took.sort()
    cpu = 1e3 * (time.process_time() - cpu) / times
    return statistics.median(took), took[min(len(took) - 1, int(len(took) * 0.99))], cpu, len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=50)
    said = parser.parse_args()
    with database(said.engine) as (engines, size):
        start = time.perf_counter()
        everywhere, some = fill(engines, said.messages)
        print(
            f"{said.messages:,} messages in {time.perf_counter() - start:.0f} s, {size() / 2**20:,.0f} MiB", flush=True
        )
        without = size()
        print(json.dumps(take_in(engines)), f"index: {(size() - without) / 2**20:,.0f} MiB", flush=True)
        if said.engine == "postgresql":
            with engines.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                db.exec_driver_sql("SET statement_timeout = 0")
                db.exec_driver_sql("VACUUM ANALYZE")
        for name, wanted, limit in cases(everywhere, some):
            middle, high, cpu, count = measure(engines, wanted, limit, said.times)
            print(f"| {name} | {count} | {middle:.1f} | {high:.1f} | {cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
