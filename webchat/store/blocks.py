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


def apart(db: sa.Connection, user: UserId, others: Iterable[UserId]) -> set[UserId]:
    """Those of *others* whom *user* blocks, or who block her."""
    values = {"user_": user, "others_": sorted(set(others))}
    if not values["others_"]:
        return set()
    return {row[0] for query in (_BETWEEN, _BETWEEN_BACK) for row in db.execute(query, values)}
