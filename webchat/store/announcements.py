"""Announcements, and who has read which version of them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from webchat.model.announcements import Announcement
from webchat.model.ids import Millis, UserId
from webchat.store.schema import announcements, dismissals

_COLUMNS = (
    announcements.c.id,
    announcements.c.version,
    announcements.c.text,
    announcements.c.link,
    announcements.c.created,
    announcements.c.changed,
    announcements.c.ended,
)
_ONE = sa.select(*_COLUMNS).where(announcements.c.id == sa.bindparam("id_"))
_NEWEST = sa.select(*_COLUMNS).order_by(announcements.c.id.desc()).limit(1)
_BEFORE = (
    sa.select(*_COLUMNS)
    .where(announcements.c.id < sa.bindparam("before_"))
    .order_by(announcements.c.id.desc())
    .limit(sa.bindparam("limit_"))
)
_INSERT = announcements.insert().returning(announcements.c.id)
_END = (
    announcements.update()
    .where(announcements.c.ended.is_(None))
    .values(ended=sa.bindparam("now_"), changed=sa.bindparam("now_"))
)
_PAIR = sa.and_(dismissals.c.user == sa.bindparam("user_"), dismissals.c.announcement == sa.bindparam("id_"))
_RAISE = (
    dismissals.update()
    .where(_PAIR, dismissals.c.version < sa.bindparam("version_"))
    .values(version=sa.bindparam("version_"))
)
_KNOWN = sa.select(dismissals.c.version).where(_PAIR)
_READERS = sa.select(dismissals.c.user).where(
    dismissals.c.announcement == sa.bindparam("id_"),
    dismissals.c.version >= sa.bindparam("version_"),
    dismissals.c.user.in_(sa.bindparam("users_", expanding=True)),
)


def maybe(db: sa.Connection, announcement: int) -> Announcement | None:
    """The announcement with this id."""
    row = db.execute(_ONE, {"id_": announcement}).first()
    return None if row is None else Announcement(*row)


def newest(db: sa.Connection) -> Announcement | None:
    """The latest announcement: the only one that can be current."""
    row = db.execute(_NEWEST).first()
    return None if row is None else Announcement(*row)


def before(db: sa.Connection, announcement: int, limit: int) -> list[Announcement]:
    """Announcements with an id below *announcement*, newest first."""
    return [Announcement(*row) for row in db.execute(_BEFORE, {"before_": announcement, "limit_": limit})]


def add(db: sa.Connection, creator: UserId, text: str, link: str | None, now: Millis) -> Announcement:
    """A new announcement; the one before it ends."""
    end_all(db, now)
    values = {
        "version": 1,
        "text": text,
        "link": link,
        "creator": creator,
        "created": now,
        "changed": now,
        "ended": None,
    }
    return Announcement(int(db.execute(_INSERT, values).scalar_one()), 1, text, link, now, now, None)


def change(db: sa.Connection, announcement: int, version: int, text: str, link: str | None, now: Millis) -> None:
    """Replaces text and link, as *version*."""
    db.execute(
        announcements.update()
        .where(announcements.c.id == announcement)
        .values(version=version, text=text, link=link, changed=now)
    )


def end_all(db: sa.Connection, now: Millis) -> None:
    """Whatever is current ends."""
    db.execute(_END, {"now_": now})


def dismiss(db: sa.Connection, user: UserId, announcement: int, version: int) -> None:
    """*user* has read *version*; that only rises."""
    values = {"user_": user, "id_": announcement, "version_": version}
    if db.execute(_RAISE, values).rowcount == 0 and db.execute(_KNOWN, values).first() is None:
        db.execute(dismissals.insert(), {"user": user, "announcement": announcement, "version": version})


def readers(db: sa.Connection, announcement: int, version: int, users: Iterable[UserId]) -> set[UserId]:
    """Those of *users* who have read this version."""
    values = {"id_": announcement, "version_": version, "users_": sorted(set(users))}
    return {row[0] for row in db.execute(_READERS, values)}
