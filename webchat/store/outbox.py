"""What is to leave the house, kept until it has: jobs, each for a target, tried again when they are due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import sqlalchemy as sa
from msgspec import Struct

from webchat.model.ids import Millis
from webchat.store.schema import outbox

JobKind = Literal["push", "preview", "hook", "command", "notice", "robot"]


class Job(Struct, frozen=True):
    """Something to be done for *target*.  *tries* counts this one too; *payload* is JSON."""

    id: int
    kind: JobKind
    target: int
    payload: str
    created: Millis
    tries: int


class NewJob(NamedTuple):
    """A job about to be kept; it is not begun before *due*."""

    kind: JobKind
    target: int
    payload: str
    created: Millis
    due: Millis


_older = outbox.alias("older")
# Of each target only the oldest, so that what is for one goes in order and one at a time.
_DUE = (
    sa.select(outbox.c.id)
    .where(
        outbox.c.kind == sa.bindparam("kind_"),
        outbox.c.due <= sa.bindparam("now_"),
        ~sa.exists().where(
            _older.c.kind == outbox.c.kind, _older.c.target == outbox.c.target, _older.c.id < outbox.c.id
        ),
    )
    .order_by(outbox.c.due, outbox.c.id)
    .limit(sa.bindparam("limit_"))
    # Another node may be about to take the same; SQLite has one writer, and no such words.
    .with_for_update(skip_locked=True, of=outbox)
)
_TAKE = (
    outbox.update()
    .where(outbox.c.id.in_(sa.bindparam("ids_", expanding=True)))
    .values(due=sa.bindparam("until_"), tries=outbox.c.tries + 1)
    .returning(outbox.c.id, outbox.c.kind, outbox.c.target, outbox.c.payload, outbox.c.created, outbox.c.tries)
)
# SQLite gives the highest id again once its row is gone: the number alone does not say that it is the same job.
_SAME = sa.and_(
    outbox.c.id == sa.bindparam("id_"),
    outbox.c.created == sa.bindparam("created_"),
    outbox.c.tries == sa.bindparam("tries_"),
)
_DELETE = outbox.delete().where(_SAME)
_LATER = outbox.update().where(_SAME).values(due=sa.bindparam("due_"), tries=sa.bindparam("left_"))
_WAITING = sa.select(outbox.c.target).where(
    outbox.c.kind == sa.bindparam("kind_"),
    outbox.c.payload == sa.bindparam("payload_"),
    outbox.c.target.in_(sa.bindparam("targets_", expanding=True)),
    outbox.c.tries == 0,
)
_HAS_DUE = (
    sa.select(outbox.c.id).where(outbox.c.kind == sa.bindparam("kind_"), outbox.c.due <= sa.bindparam("now_")).limit(1)
)
_FORGET = outbox.delete().where(outbox.c.kind == sa.bindparam("kind_"), outbox.c.target == sa.bindparam("target_"))
_FOR = (
    sa.select(outbox.c.id, outbox.c.kind, outbox.c.target, outbox.c.payload, outbox.c.created, outbox.c.tries)
    .where(outbox.c.kind == sa.bindparam("kind_"), outbox.c.target == sa.bindparam("target_"))
    .order_by(outbox.c.id)
)
_COUNT = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.kind == sa.bindparam("kind_"))
_TARGETS = sa.select(outbox.c.target).distinct().where(outbox.c.kind == sa.bindparam("kind_"))
_COUNT_FOR = _COUNT.where(outbox.c.target == sa.bindparam("target_"))


def add(db: sa.Connection, jobs: Sequence[NewJob]) -> None:
    """Keeps the jobs."""
    if jobs:
        db.execute(outbox.insert(), [job._asdict() for job in jobs])


def has_due(db: sa.Connection, kind: JobKind, now: Millis) -> bool:
    """Whether a job is due; it may have to wait for another one of its target."""
    return db.execute(_HAS_DUE, {"kind_": kind, "now_": now}).first() is not None


def take(db: sa.Connection, kind: JobKind, now: Millis, until: Millis, limit: int) -> list[Job]:
    """Up to *limit* jobs that are due, the longest due first; nobody else gets them before *until*."""
    ids = [row[0] for row in db.execute(_DUE, {"kind_": kind, "now_": now, "limit_": limit})]
    if not ids:
        return []
    found = {row[0]: Job(*row) for row in db.execute(_TAKE, {"ids_": ids, "until_": until})}
    return [found[one] for one in ids]


def done(db: sa.Connection, job: Job) -> bool:
    """Forgets *job*; False if it had been taken again meanwhile."""
    return db.execute(_DELETE, _named(job)).rowcount > 0


def later(db: sa.Connection, job: Job, due: Millis, tries: int | None = None) -> bool:
    """*job* is tried again at *due*, as if it had been tried *tries* times where that is given."""
    left = job.tries if tries is None else tries
    return db.execute(_LATER, {**_named(job), "due_": due, "left_": left}).rowcount > 0


def waiting(db: sa.Connection, kind: JobKind, payload: str, targets: Iterable[int]) -> set[int]:
    """Those of *targets* for which the same is waiting already, and nobody has begun."""
    named = {"kind_": kind, "payload_": payload, "targets_": list(targets)}
    return {int(row[0]) for row in db.execute(_WAITING, named)}


def all_for(db: sa.Connection, kind: JobKind, target: int) -> list[Job]:
    """The jobs of this kind for *target*, the oldest first; those under way too."""
    return [Job(*row) for row in db.execute(_FOR, {"kind_": kind, "target_": target})]


def count(db: sa.Connection, kind: JobKind) -> int:
    """How many jobs of this kind there are."""
    return int(db.execute(_COUNT, {"kind_": kind}).scalar_one())


def targets(db: sa.Connection, kind: JobKind) -> set[int]:
    """For whom there are jobs of this kind, under way or waiting."""
    return set(db.execute(_TARGETS, {"kind_": kind}).scalars())


def count_for(db: sa.Connection, kind: JobKind, target: int) -> int:
    """How many jobs of this kind there are for *target*."""
    return int(db.execute(_COUNT_FOR, {"kind_": kind, "target_": target}).scalar_one())


def forget(db: sa.Connection, kind: JobKind, target: int) -> None:
    """Forgets all jobs of this kind for *target*."""
    db.execute(_FORGET, {"kind_": kind, "target_": target})


def _named(job: Job) -> dict[str, int]:
    return {"id_": job.id, "created_": job.created, "tries_": job.tries}
