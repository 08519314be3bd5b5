"""Reports: kept, gathered by what they are about, closed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.reports import Outcome
from webchat.store.schema import memberships, reports, rooms, users

COUNTED_UP_TO = 100

_COLUMNS = (
    reports.c.id,
    reports.c.created,
    reports.c.room,
    reports.c.seq,
    reports.c.user,
    reports.c.closed,
    reports.c.closed_by,
    reports.c.outcome,
)
_ONE = sa.select(*_COLUMNS, reports.c.reason).where(reports.c.id == sa.bindparam("id_"))
_OPEN_OF = (
    sa.select(reports.c.id, reports.c.room, reports.c.seq, reports.c.user)
    .where(reports.c.reporter == sa.bindparam("reporter_"), reports.c.closed.is_(None))
    .limit(sa.bindparam("limit_"))
)
_INSERT = reports.insert().returning(reports.c.id)
_STAFF = sa.select(users.c.id).where(users.c.role.in_(("owner", "admin")), users.c.disabled.is_(None))
# Nobody looks after a conversation between a few people: what is reported there is for the server's staff.
_LOOKS_AFTER = (
    sa.select(memberships.c.room, memberships.c.user)
    .join(rooms, rooms.c.id == memberships.c.room)
    .where(
        memberships.c.role.in_(("owner", "moderator")),
        memberships.c.left_rev.is_(None),
        rooms.c.kind != "direct",
    )
)
_MODERATORS = _LOOKS_AFTER.where(memberships.c.room.in_(sa.bindparam("rooms_", expanding=True)))
_MODERATED = _LOOKS_AFTER.where(memberships.c.user == sa.bindparam("user_"))


@attrs.frozen
class Thing:
    """What a report is about: message *seq* of *room*, written by *user*; or, without a room, *user* herself."""

    room: RoomId | None
    seq: Seq | None
    user: UserId


@attrs.frozen
class Report:
    """A report, or all that are open about one thing: then *id* is the latest, and there are *reporters*."""

    id: int
    created: Millis
    thing: Thing
    closed: Millis | None = None
    closed_by: UserId | None = None
    outcome: Outcome | None = None
    reporters: int = 1
    reasons: tuple[str, ...] = ()


@attrs.frozen
class Scope:
    """What somebody who looks after *rooms* sees: what was reported there, but not about *herself*."""

    rooms: frozenset[RoomId]
    herself: UserId


def open_of(db: sa.Connection, reporter: UserId, limit: int) -> dict[Thing, int]:
    """What *reporter* has reported and nobody has decided about, with the ids."""
    rows = db.execute(_OPEN_OF, {"reporter_": reporter, "limit_": limit})
    return {Thing(room, seq, user): number for number, room, seq, user in rows}


def add(db: sa.Connection, reporter: UserId, thing: Thing, reason: str, now: Millis) -> int:
    """Keeps a report."""
    values = {"reporter": reporter, **attrs.asdict(thing), "reason": reason, "created": now}
    return int(db.execute(_INSERT, values).scalar_one())


def maybe(db: sa.Connection, report: int) -> Report | None:
    """The report with this id."""
    row = db.execute(_ONE, {"id_": report}).first()
    return None if row is None else _report(row)


def open_ones(db: sa.Connection, scope: Scope | None, before: int, limit: int) -> list[Report]:
    """What is to be decided, each thing once, the latest first; within *scope*, unless that is None."""
    latest = sa.func.max(reports.c.id)
    query = (
        sa.select(
            latest, sa.func.max(reports.c.created), reports.c.room, reports.c.seq, reports.c.user, sa.func.count()
        )
        .where(reports.c.closed.is_(None))
        .group_by(reports.c.room, reports.c.seq, reports.c.user)
        .having(latest < before)
        .order_by(latest.desc())
        .limit(limit)
    )
    if scope is not None:
        query = query.where(_within(scope))
    found = []
    for number, created, room, seq, user, count in db.execute(query):
        thing = Thing(room, seq, user)
        found.append(Report(number, created, thing, reporters=count, reasons=_reasons(db, thing)))
    return found


def closed_ones(db: sa.Connection, scope: Scope | None, before: int, limit: int) -> list[Report]:
    """What has been decided, newest report first; within *scope*, unless that is None."""
    query = (
        sa.select(*_COLUMNS, reports.c.reason)
        .where(reports.c.closed.is_not(None), reports.c.id < before)
        .order_by(reports.c.id.desc())
        .limit(limit)
    )
    if scope is not None:
        query = query.where(_within(scope))
    return [_report(row) for row in db.execute(query)]


def close(db: sa.Connection, thing: Thing, closer: UserId | None, outcome: Outcome, now: Millis) -> int:
    """Closes all open reports about *thing*; answers how many there were."""
    statement = reports.update().where(_about(thing), reports.c.closed.is_(None))
    return db.execute(statement.values(closed=now, closed_by=closer, outcome=outcome)).rowcount


def open_things(db: sa.Connection, scope: Scope | None = None) -> list[Thing]:
    """Up to COUNTED_UP_TO things that are to be decided; within *scope*, unless that is None."""
    query = (
        sa.select(reports.c.room, reports.c.seq, reports.c.user)
        .where(reports.c.closed.is_(None))
        .distinct()
        .limit(COUNTED_UP_TO)
    )
    if scope is not None:
        query = query.where(_within(scope))
    return [Thing(*row) for row in db.execute(query)]


def staff(db: sa.Connection) -> set[UserId]:
    """The server's owner and admins."""
    return {row[0] for row in db.execute(_STAFF)}


def moderators(db: sa.Connection, ids: Collection[RoomId]) -> dict[RoomId, set[UserId]]:
    """Who looks after each of these rooms."""
    found: dict[RoomId, set[UserId]] = {}
    for room, user in db.execute(_MODERATORS, {"rooms_": sorted(ids)}):
        found.setdefault(room, set()).add(user)
    return found


def moderated(db: sa.Connection, user: UserId) -> Scope:
    """What *user* may decide about, by the rooms that she looks after."""
    return Scope(frozenset(row[0] for row in db.execute(_MODERATED, {"user_": user})), user)


def _within(scope: Scope) -> Any:
    return sa.and_(reports.c.room.in_(scope.rooms), reports.c.user != scope.herself)


def _about(thing: Thing) -> Any:
    if thing.room is None:
        return sa.and_(reports.c.room.is_(None), reports.c.user == thing.user)
    return sa.and_(reports.c.room == thing.room, reports.c.seq == thing.seq)


def _reasons(db: sa.Connection, thing: Thing) -> tuple[str, ...]:
    query = sa.select(reports.c.reason).where(_about(thing), reports.c.closed.is_(None)).order_by(reports.c.id).limit(5)
    return tuple(row[0] for row in db.execute(query))


def _report(row: Any) -> Report:
    number, created, room, seq, user, closed, closed_by, outcome, reason = row
    return Report(number, created, Thing(room, seq, user), closed, closed_by, outcome, reasons=(reason,))
