"""Names taken apart: every end of each ("anna": "anna", "nna", "na", "a"), so that people are found by any part."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import UserId
from webchat.model.text import folded
from webchat.store.driver import Many
from webchat.store.schema import name_parts

PART_LIMIT = 32
"""Signs of a part; what is looked for is cut to as many."""

_INSERT = Many('INSERT INTO name_parts (part, "user") VALUES {rows}', "text", "bigint")
_DELETE = name_parts.delete().where(name_parts.c.user == sa.bindparam("user_"))


def parts(name: str, display_key: str) -> set[str]:
    """Every end of an account's name and of a folded display name, cut at PART_LIMIT; none begins with a blank."""
    return {
        text[start : start + PART_LIMIT]
        for text in (folded(name), display_key)
        for start in range(len(text))
        if not text[start].isspace()
    }


def add(db: sa.Connection, user: UserId, name: str, display_key: str) -> None:
    """*user*, who is new, can be found by these names."""
    _INSERT.run(db, [(part, user) for part in sorted(parts(name, display_key))])


def change(db: sa.Connection, user: UserId, name: str, display_key: str) -> None:
    """From now on *user* is found by these names, and by no others."""
    remove(db, user)
    add(db, user, name, display_key)


def remove(db: sa.Connection, user: UserId) -> None:
    """*user* is found no more."""
    db.execute(_DELETE, {"user_": user})
