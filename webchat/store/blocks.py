"""Who wants to hear nothing of whom."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from webchat.model.ids import Millis, UserId
from webchat.store.schema import blocks

_PAIR = sa.and_(blocks.c.user == sa.bindparam("user_"), blocks.c.other == sa.bindparam("other_"))
_ONE = sa.select(blocks.c.created).where(_PAIR)
_INSERT = blocks.insert()
_DELETE = blocks.delete().where(_PAIR)
_COUNT = sa.select(sa.func.count()).select_from(blocks).where(blocks.c.user == sa.bindparam("user_"))
_DELETE_ALL = blocks.delete().where(
    sa.or_(blocks.c.user == sa.bindparam("user_"), blocks.c.other == sa.bindparam("user_"))
)
_OF = (
    sa.select(blocks.c.other, blocks.c.created)
    .where(blocks.c.user == sa.bindparam("user_"), blocks.c.other > sa.bindparam("after_"))
    .order_by(blocks.c.other)
    .limit(sa.bindparam("limit_"))
)
_BETWEEN = sa.select(blocks.c.other).where(
    blocks.c.user == sa.bindparam("user_"), blocks.c.other.in_(sa.bindparam("others_", expanding=True))
)
_BETWEEN_BACK = sa.select(blocks.c.user).where(
    blocks.c.other == sa.bindparam("user_"), blocks.c.user.in_(sa.bindparam("others_", expanding=True))
)


def add(db: sa.Connection, user: UserId, other: UserId, now: Millis) -> bool:
    """*user* blocks *other*; False where she does already."""
    if db.execute(_ONE, {"user_": user, "other_": other}).first() is not None:
        return False
    db.execute(_INSERT, {"user": user, "other": other, "created": now})
    return True


def remove(db: sa.Connection, user: UserId, other: UserId) -> bool:
    """*user* blocks *other* no more; False where she did not."""
    return db.execute(_DELETE, {"user_": user, "other_": other}).rowcount > 0


def of(db: sa.Connection, user: UserId, after: UserId, limit: int) -> list[tuple[UserId, Millis]]:
    """Whom *user* blocks, since when, with an id above *after*."""
    return [(row[0], row[1]) for row in db.execute(_OF, {"user_": user, "after_": after, "limit_": limit})]


def has(db: sa.Connection, user: UserId, other: UserId) -> bool:
    """Whether *user* blocks *other*."""
    return db.execute(_ONE, {"user_": user, "other_": other}).first() is not None


def among(db: sa.Connection, user: UserId, others: Iterable[UserId]) -> set[UserId]:
    """Those of *others* whom *user* blocks."""
    wanted = sorted(set(others))
    return {row[0] for row in db.execute(_BETWEEN, {"user_": user, "others_": wanted})} if wanted else set()


def count(db: sa.Connection, user: UserId) -> int:
    """How many people *user* blocks."""
    return int(db.execute(_COUNT, {"user_": user}).scalar_one())


def remove_all(db: sa.Connection, user: UserId) -> None:
    """*user* blocks nobody, and nobody blocks her."""
    db.execute(_DELETE_ALL, {"user_": user})


def apart(db: sa.Connection, user: UserId, others: Iterable[UserId]) -> set[UserId]:
    """Those of *others* whom *user* blocks, or who block her."""
    values = {"user_": user, "others_": sorted(set(others))}
    if not values["others_"]:
        return set()
    return {row[0] for query in (_BETWEEN, _BETWEEN_BACK) for row in db.execute(query, values)}
