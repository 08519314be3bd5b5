"""Who may see whether somebody is here, and when people were last here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from webchat.model.ids import Millis, UserId
from webchat.store.driver import Many

# CROSS JOIN tells SQLite the order: from the asker's rooms to the other's places in them.
_VISIBLE = Many(
    "WITH k (asker, other) AS (VALUES {rows}) SELECT k.asker, k.other FROM k WHERE ("
    "EXISTS (SELECT 1 FROM memberships a CROSS JOIN memberships b CROSS JOIN rooms r "
    'WHERE a."user" = k.asker AND a.left_rev IS NULL AND b.room = a.room AND b."user" = k.other '
    "AND b.left_rev IS NULL AND r.id = a.room AND r.deleted IS NULL) "
    "OR EXISTS (SELECT 1 FROM contacts c WHERE c.low = k.asker AND c.high = k.other AND c.accepted IS NOT NULL) "
    "OR EXISTS (SELECT 1 FROM contacts c WHERE c.low = k.other AND c.high = k.asker AND c.accepted IS NOT NULL)) "
    'AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x."user" = k.asker AND x.other = k.other) '
    'AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x."user" = k.other AND x.other = k.asker)',
    "bigint",
    "bigint",
)
_APART = Many(
    'WITH k (id) AS (VALUES {rows}) SELECT k.id, x.other FROM k CROSS JOIN blocks x WHERE x."user" = k.id '
    'UNION ALL SELECT k.id, x."user" FROM k CROSS JOIN blocks x WHERE x.other = k.id',
    "bigint",
)
_SAW = Many(
    "WITH k (id, at) AS (VALUES {rows}) UPDATE users SET seen = k.at FROM k "
    "WHERE users.id = k.id AND (users.seen IS NULL OR users.seen < k.at)",
    "bigint",
    "bigint",
)


def visible(db: sa.Connection, pairs: Iterable[tuple[UserId, UserId]]) -> set[tuple[UserId, UserId]]:
    """Those (asker, other) who share a room or are contacts, and of whom none blocks the other."""
    return {(row[0], row[1]) for row in _VISIBLE.run(db, sorted(set(pairs)))}


def apart(db: sa.Connection, users: Iterable[UserId]) -> dict[UserId, set[UserId]]:
    """For each of *users* whom she blocks and who block her; who has none of them is left out."""
    found: dict[UserId, set[UserId]] = {}
    for user, other in _APART.run(db, [(user,) for user in sorted(set(users))]):
        found.setdefault(user, set()).add(other)
    return found


def saw(db: sa.Connection, seen: Sequence[tuple[UserId, Millis]]) -> None:
    """Notes for each (user, ms) when she was last here, where that is later than what is known."""
    _SAW.run(db, sorted(seen))
