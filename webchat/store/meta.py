"""A few facts about the database itself: its epoch, its title, the open set-up."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.store.schema import meta

_GET = sa.select(meta.c.value).where(meta.c.key == sa.bindparam("key_"))
_STARTING = sa.select(meta.c.key, meta.c.value).where(meta.c.key.like(sa.bindparam("like_")))
_LOCK = _GET.with_for_update()
_UPDATE = meta.update().where(meta.c.key == sa.bindparam("key_")).values(value=sa.bindparam("value_"))
_INSERT = meta.insert().values(key=sa.bindparam("key_"), value=sa.bindparam("value_"))
_DELETE = meta.delete().where(meta.c.key == sa.bindparam("key_"))


def maybe(db: sa.Connection, key: str) -> str | None:
    """The value kept under *key*."""
    value: str | None = db.execute(_GET, {"key_": key}).scalar()
    return value


def starting(db: sa.Connection, prefix: str) -> dict[str, str]:
    """What is kept under keys that begin with *prefix*, which holds no sign that LIKE knows."""
    return {row[0]: row[1] for row in db.execute(_STARTING, {"like_": f"{prefix}%"})}


def lock(db: sa.Connection, key: str) -> str | None:
    """The value kept under *key*; no other transaction gets it until this one ends."""
    value: str | None = db.execute(_LOCK, {"key_": key}).scalar()
    return value


def put(db: sa.Connection, key: str, value: str) -> None:
    """Keeps *value* under *key*."""
    if db.execute(_UPDATE, {"key_": key, "value_": value}).rowcount == 0:
        db.execute(_INSERT, {"key_": key, "value_": value})


def remove(db: sa.Connection, key: str) -> None:
    """Forgets what is kept under *key*."""
    db.execute(_DELETE, {"key_": key})
