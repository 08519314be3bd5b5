"""The server as those who run it see it: all accounts, all rooms."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webchat.model.administration import Account, AccountState, RoomEntry
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.rooms import RoomKind
from webchat.model.users import UserRole
from webchat.store.schema import memberships, name_parts, rooms, sessions, users

STRETCH = 2_000
"""Accounts that are looked at for one page, however few of them are wanted."""

_COLUMNS = (
    users.c.id,
    users.c.name,
    users.c.display_name,
    users.c.kind,
    users.c.role,
    users.c.created,
    users.c.seen,
    users.c.disabled,
    users.c.silenced,
    users.c.deleted,
    users.c.avatar,
    users.c.featured,
)
_DEVICES = (
    sa.select(
        sessions.c.user,
        sa.func.sum(sa.case((sessions.c.kind == "browser", 1), else_=0)),
        sa.func.max(sessions.c.seen),
    )
    .where(sessions.c.user.in_(sa.bindparam("users_", expanding=True)))
    .group_by(sessions.c.user)
)
_NAMED = sa.select(users.c.id).where(users.c.name_key == sa.bindparam("key_"))
# Behind every text that begins with another one, wherever the engine compares sign by sign.
_LAST = "\U0010ffff"
_PART_LIMIT = 32
"""Parts of names are kept only so long."""
_PARTS = (
    sa.select(name_parts.c.user)
    .where(name_parts.c.part >= sa.bindparam("from_"), name_parts.c.part < sa.bindparam("to_"))
    .order_by(name_parts.c.part, name_parts.c.user)
    .limit(sa.bindparam("limit_"))
)
_HIGHEST_USER = sa.select(sa.func.max(users.c.id))
_HIGHEST_ROOM = sa.select(sa.func.max(rooms.c.id))
_MEMBERS = (
    sa.select(sa.func.count())
    .where(memberships.c.room == rooms.c.id, memberships.c.left_rev.is_(None))
    .scalar_subquery()
)
_ROOMS = (
    sa.select(rooms.c.id, rooms.c.kind, rooms.c.title, rooms.c.created, rooms.c.archived, _MEMBERS, rooms.c.title_key)
    .where(
        rooms.c.kind == sa.bindparam("kind_"),
        rooms.c.deleted.is_(None),
        sa.tuple_(rooms.c.title_key, rooms.c.id) > sa.tuple_(sa.bindparam("title_"), sa.bindparam("after_")),
    )
    .order_by(rooms.c.title_key, rooms.c.id)
    .limit(sa.bindparam("limit_"))
)
_ROOMS_MATCHING = _ROOMS.where(rooms.c.title_key.like(sa.bindparam("like_"), escape="\\"))
_OWNERS = sa.select(users.c.id).where(users.c.role == "owner")
_STRETCH = (
    sa.select(users.c.id).where(users.c.id > sa.bindparam("after_")).order_by(users.c.id).limit(sa.bindparam("limit_"))
)


def accounts(
    db: sa.Connection, now: Millis, before: int, limit: int, role: UserRole | None, state: AccountState | None
) -> tuple[list[Account], int | None]:
    """Accounts with an id below *before*, newest first, with the id to go on before; None: there are no more.

    A page may hold fewer than *limit*, even none, though there are more: it looks at STRETCH accounts and no further.
    """
    stretch = sa.select(users.c.id).where(users.c.id < before).order_by(users.c.id.desc()).limit(STRETCH).subquery()
    lowest, looked_at = db.execute(sa.select(sa.func.min(stretch.c.id), sa.func.count()).select_from(stretch)).one()
    if lowest is None:
        return [], None
    query = sa.select(*_COLUMNS).where(users.c.id < before, users.c.id >= lowest)
    if role is not None:
        query = query.where(users.c.role == role)
    if state is not None:
        query = query.where(_in_state(state, now))
    found = _accounts(db, query.order_by(users.c.id.desc()).limit(limit), now)
    if len(found) == limit:
        return found, int(found[-1].id)
    return found, int(lowest) if looked_at == STRETCH else None


def named(db: sa.Connection, now: Millis, name_key: str, part: str, limit: int) -> list[Account]:
    """The account whose folded name is *name_key*, then those of whose names an end begins with *part*."""
    ids = [row[0] for row in db.execute(_NAMED, {"key_": name_key})]
    part = part[:_PART_LIMIT]
    ids += [row[0] for row in db.execute(_PARTS, {"from_": part, "to_": part + _LAST, "limit_": limit})]
    order = list(dict.fromkeys(ids))[:limit]
    found = {one.id: one for one in _accounts(db, sa.select(*_COLUMNS).where(users.c.id.in_(order)), now)}
    return [found[user] for user in order if user in found]


def one(db: sa.Connection, now: Millis, user: UserId) -> Account | None:
    """The account with this id."""
    found = _accounts(db, sa.select(*_COLUMNS).where(users.c.id == user), now)
    return found[0] if found else None


def _accounts(db: sa.Connection, query: Any, now: Millis) -> list[Account]:
    rows = db.execute(query).all()
    used = {row[0]: (int(row[1]), row[2]) for row in db.execute(_DEVICES, {"users_": [row.id for row in rows]})}
    found = []
    for row in rows:
        devices, used_at = used.get(row.id, (0, None))
        silenced = row.silenced if row.silenced is not None and row.silenced > now else None
        state: AccountState = "active" if silenced is None else "silenced"
        if row.disabled is not None:
            state = "disabled"
        if row.deleted is not None:
            state = "deleted"
        found.append(
            Account(
                row.id,
                row.name,
                row.display_name,
                row.kind,
                row.role,
                state,
                row.created,
                max((at for at in (row.seen, used_at) if at is not None), default=None),
                devices,
                silenced,
                row.avatar,
                row.featured is not None,
            )
        )
    return found


def _in_state(state: AccountState, now: Millis) -> Any:
    if state == "deleted":
        return users.c.deleted.is_not(None)
    if state == "disabled":
        return sa.and_(users.c.disabled.is_not(None), users.c.deleted.is_(None))
    living = sa.and_(users.c.disabled.is_(None), users.c.deleted.is_(None))
    if state == "silenced":
        return sa.and_(living, users.c.silenced > now)
    return sa.and_(living, sa.or_(users.c.silenced.is_(None), users.c.silenced <= now))


def owners(db: sa.Connection) -> list[UserId]:
    """Whose server it is: one person, once it is set up."""
    return [row[0] for row in db.execute(_OWNERS)]


def made(db: sa.Connection) -> tuple[int, int]:
    """How many accounts and rooms were ever made: the highest ids, since counting would read them all."""
    return int(db.execute(_HIGHEST_USER).scalar() or 0), int(db.execute(_HIGHEST_ROOM).scalar() or 0)


def room_list(
    db: sa.Connection, kind: RoomKind, like: str | None, after: tuple[str, int], limit: int
) -> list[tuple[RoomEntry, str]]:
    """Rooms of one *kind* by folded title, with that title; *like*: a LIKE pattern on it, escaped by a backslash."""
    values = {"kind_": kind, "title_": after[0], "after_": after[1], "limit_": limit}
    query = _ROOMS if like is None else _ROOMS_MATCHING
    rows = db.execute(query, values if like is None else {**values, "like_": like})
    return [(RoomEntry(RoomId(row[0]), *row[1:6]), row[6]) for row in rows]


def idle_guests(db: sa.Connection, after: UserId, limit: int, since: Millis) -> tuple[list[UserId], UserId]:
    """Among the next *limit* accounts above *after* the guests who were not here after *since*; and the last id.

    The last id is 0 at the end of the list: there one begins anew.
    """
    ids = [row[0] for row in db.execute(_STRETCH, {"after_": after, "limit_": limit})]
    if not ids:
        return [], UserId(0)
    query = sa.select(users.c.id).where(
        users.c.id >= ids[0],
        users.c.id <= ids[-1],
        users.c.role == "guest",
        users.c.kind == "human",
        users.c.password_hash.is_(None),
        users.c.disabled.is_(None),
        users.c.created < since,
        ~sa.exists().where(sessions.c.user == users.c.id, sessions.c.seen >= since),
    )
    return [row[0] for row in db.execute(query)], UserId(ids[-1]) if len(ids) == limit else UserId(0)
