"""Settings that follow a person from device to device: JSON under names that only clients understand."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import UserId
from webchat.store.schema import preferences

_ALL = (
    sa.select(preferences.c.key, preferences.c.value)
    .where(preferences.c.user == sa.bindparam("user_"))
    .order_by(preferences.c.key)
)
_ONE = sa.and_(preferences.c.user == sa.bindparam("user_"), preferences.c.key == sa.bindparam("key_"))
_UPDATE = preferences.update().where(_ONE).values(value=sa.bindparam("value_"))
_INSERT = preferences.insert()
_DELETE = preferences.delete().where(_ONE)
_DELETE_ALL = preferences.delete().where(preferences.c.user == sa.bindparam("user_"))


def of(db: sa.Connection, user: UserId) -> dict[str, str]:
    """What *user* has set: key to JSON."""
    return {row[0]: row[1] for row in db.execute(_ALL, {"user_": user})}


def put(db: sa.Connection, user: UserId, key: str, value: str) -> None:
    """Keeps *value*, a JSON text, under *key*."""
    if db.execute(_UPDATE, {"user_": user, "key_": key, "value_": value}).rowcount == 0:
        db.execute(_INSERT, {"user": user, "key": key, "value": value})


def remove(db: sa.Connection, user: UserId, key: str) -> None:
    """Forgets what is kept under *key*."""
    db.execute(_DELETE, {"user_": user, "key_": key})


def remove_all(db: sa.Connection, user: UserId) -> None:
    """Forgets all that *user* has set."""
    db.execute(_DELETE_ALL, {"user_": user})
