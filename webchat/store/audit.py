"""What was done by whoever has power over others: written in the transaction that does it."""

from __future__ import annotations

import json
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.model.ids import Millis, RoomId, UserId
from webchat.store.schema import audit

_INSERT = audit.insert()
_COLUMNS = (
    audit.c.id,
    audit.c.created,
    audit.c.actor,
    audit.c.action,
    audit.c.room,
    audit.c.user,
    audit.c.details,
)


@attrs.frozen
class Entry:
    """One act.  *actor*: None for the operator at the machine itself, SERVER for the server.

    *details*: ids and settings, no texts.
    """

    id: int
    created: Millis
    actor: UserId | None
    action: str
    room: RoomId | None
    user: UserId | None
    details: dict[str, Any]


def record(
    db: sa.Connection,
    now: Millis,
    actor: UserId | None,
    action: str,
    *,
    room: RoomId | None = None,
    user: UserId | None = None,
    **details: Any,
) -> None:
    """Notes that *actor* did *action* ("room.ban", "user.disable" ...) to *room* or *user*."""
    text = json.dumps(details, ensure_ascii=False) if details else ""
    values = {"created": now, "actor": actor, "action": action, "room": room, "user": user, "details": text}
    db.execute(_INSERT, values)


def entries(
    db: sa.Connection, before: int, limit: int, room: RoomId | None = None, user: UserId | None = None
) -> list[Entry]:
    """Acts with an id below *before*, newest first; of one *room*, or towards one *user*, if they are given."""
    query = sa.select(*_COLUMNS).where(audit.c.id < before).order_by(audit.c.id.desc()).limit(limit)
    if room is not None:
        query = query.where(audit.c.room == room)
    if user is not None:
        query = query.where(audit.c.user == user)
    return [Entry(*row[:6], json.loads(row[6]) if row[6] else {}) for row in db.execute(query)]
