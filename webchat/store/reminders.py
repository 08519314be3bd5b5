"""What people are to be reminded of, until they have been."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from webchat.model.ids import Millis, RoomId, UserId
from webchat.store.schema import reminders


class NewReminder(NamedTuple):
    """One about to be kept.  *room*: where it was asked for, and is told.  *locale*: the language, "en" or "zh"."""

    user: UserId
    room: RoomId
    text: str
    locale: str
    created: Millis
    due: Millis


class Kept(NamedTuple):
    """One that is kept."""

    id: int
    user: UserId
    room: RoomId
    text: str
    locale: str
    created: Millis
    due: Millis


_COLUMNS = (
    reminders.c.id,
    reminders.c.user,
    reminders.c.room,
    reminders.c.text,
    reminders.c.locale,
    reminders.c.created,
    reminders.c.due,
)
_INSERT = reminders.insert()
_OF_USER = (
    sa.select(*_COLUMNS)
    .where(reminders.c.user == sa.bindparam("user_"))
    .order_by(reminders.c.created, reminders.c.id)
    .limit(sa.bindparam("limit_"))
)
_DUE = (
    sa.select(*_COLUMNS)
    .where(reminders.c.due <= sa.bindparam("now_"))
    .order_by(reminders.c.due, reminders.c.id)
    .limit(sa.bindparam("limit_"))
)
_DELETE = reminders.delete().where(reminders.c.id.in_(sa.bindparam("ids_", expanding=True)))
_DELETE_ALL = reminders.delete().where(reminders.c.user == sa.bindparam("user_"))


def add(db: sa.Connection, new: NewReminder) -> None:
    """Keeps it."""
    db.execute(_INSERT, new._asdict())


def of_user(db: sa.Connection, user: UserId, limit: int) -> list[Kept]:
    """The first *limit* of *user*, in the order in which they were asked for."""
    return [Kept(*row) for row in db.execute(_OF_USER, {"user_": user, "limit_": limit})]


def due(db: sa.Connection, now: Millis, limit: int) -> list[Kept]:
    """Up to *limit* that are due, the longest due first."""
    return [Kept(*row) for row in db.execute(_DUE, {"now_": now, "limit_": limit})]


def remove(db: sa.Connection, *ids: int) -> None:
    """Forgets them."""
    if ids:
        db.execute(_DELETE, {"ids_": list(ids)})


def remove_all(db: sa.Connection, user: UserId) -> None:
    """Forgets all of *user*."""
    db.execute(_DELETE_ALL, {"user_": user})
