"""Bots: which accounts are some, and who answers for each."""

from __future__ import annotations

from typing import Any

import attrs
import sqlalchemy as sa

from webchat.model.ids import Millis, UserId
from webchat.model.users import User
from webchat.store.schema import bots, sessions, users
from webchat.store.users import COLUMNS as USER_COLUMNS

_OWNER = sa.select(bots.c.owner).where(bots.c.user == sa.bindparam("user_"))
_IS_STOPPED = sa.select(bots.c.user).where(bots.c.user == sa.bindparam("user_"), bots.c.stopped.is_not(None))
_INSERT = bots.insert()
_LIST = (
    sa.select(bots.c.owner, bots.c.created, bots.c.stopped, *USER_COLUMNS)
    .join(users, users.c.id == bots.c.user)
    .where(users.c.deleted.is_(None))
)
_OF_OWNER = sa.select(bots.c.user).where(bots.c.owner == sa.bindparam("owner_"))
_COUNT = (
    sa.select(sa.func.count())
    .select_from(bots.join(users, users.c.id == bots.c.user))
    .where(bots.c.owner == sa.bindparam("owner_"), users.c.deleted.is_(None))
)
# A token that was never used was seen when it was made.
_USE = (
    sa.select(
        sessions.c.user,
        sa.func.count(),
        sa.func.max(sa.case((sessions.c.seen > sessions.c.created, sessions.c.seen))),
    )
    .where(sessions.c.user.in_(sa.bindparam("users_", expanding=True)), sessions.c.kind == "api")
    .group_by(sessions.c.user)
)


@attrs.frozen
class Bot:
    """A bot: its account, and who answers for it.  *stopped*: since when it is disabled by its owner's doing."""

    user: User
    owner: UserId | None
    created: Millis
    stopped: Millis | None


def add(db: sa.Connection, user: UserId, owner: UserId | None, created: Millis) -> None:
    """Notes that *user* is a bot for which *owner* answers; None: the server itself."""
    db.execute(_INSERT, {"user": user, "owner": owner, "created": created})


def owner(db: sa.Connection, user: UserId) -> UserId | None:
    """Who answers for the bot *user*."""
    found: UserId | None = db.execute(_OWNER, {"user_": user}).scalar()
    return found


def maybe(db: sa.Connection, user: UserId) -> Bot | None:
    """The bot with this id, unless it was deleted."""
    found = _bots(db, _LIST.where(bots.c.user == user))
    return found[0] if found else None


def of_owner(db: sa.Connection, owner: UserId) -> list[Bot]:
    """The bots for which *owner* answers, newest first: how many they can be is limited where they are made."""
    return _bots(db, _LIST.where(bots.c.owner == owner).order_by(bots.c.user.desc()))


def many(db: sa.Connection, before: int, limit: int) -> list[Bot]:
    """Everybody's bots with an id below *before*, newest first."""
    return _bots(db, _LIST.where(bots.c.user < before).order_by(bots.c.user.desc()).limit(limit))


def count(db: sa.Connection, owner: UserId) -> int:
    """For how many bots *owner* answers."""
    return int(db.execute(_COUNT, {"owner_": owner}).scalar_one())


def use(db: sa.Connection, ids: list[UserId]) -> dict[UserId, tuple[int, Millis | None]]:
    """For each of these bots that has tokens: how many, and when one of them was last used."""
    return {row[0]: (int(row[1]), row[2]) for row in db.execute(_USE, {"users_": ids})}


def is_stopped(db: sa.Connection, user: UserId) -> bool:
    """Whether the bot *user* is disabled by its owner's doing."""
    return db.execute(_IS_STOPPED, {"user_": user}).first() is not None


def set_stopped(db: sa.Connection, user: UserId, stopped: Millis | None) -> None:
    """Notes since when the bot *user* is disabled by its owner's doing; None: it is not."""
    db.execute(bots.update().where(bots.c.user == user).values(stopped=stopped))


def stop_all(db: sa.Connection, owner: UserId, now: Millis) -> list[UserId]:
    """Disables the bots for which *owner* answers, and ends their sessions; answers those that were not before."""
    theirs = users.c.id.in_(_OF_OWNER), users.c.disabled.is_(None)
    statement = users.update().where(*theirs).values(disabled=now).returning(users.c.id)
    found = [UserId(row[0]) for row in db.execute(statement, {"owner_": owner})]
    if found:
        db.execute(bots.update().where(bots.c.user.in_(found)).values(stopped=now))
        db.execute(sessions.delete().where(sessions.c.user.in_(found)))
    return found


def demote_all(db: sa.Connection, owner: UserId) -> list[UserId]:
    """Makes members of those bots of *owner* that run the server with her; answers which."""
    theirs = users.c.id.in_(_OF_OWNER), users.c.role == "admin"
    statement = users.update().where(*theirs).values(role="member").returning(users.c.id)
    return [UserId(row[0]) for row in db.execute(statement, {"owner_": owner})]


def _bots(db: sa.Connection, query: Any) -> list[Bot]:
    return [Bot(User(*row[3:]), row[0], row[1], row[2]) for row in db.execute(query)]
