"""Bots: which accounts are some, and who answers for each."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import Millis, UserId
from webchat.store.schema import bots

_OWNER = sa.select(bots.c.owner).where(bots.c.user == sa.bindparam("user_"))
_INSERT = bots.insert()


def add(db: sa.Connection, user: UserId, owner: UserId | None, created: Millis) -> None:
    """Notes that *user* is a bot for which *owner* answers; None: the server itself."""
    db.execute(_INSERT, {"user": user, "owner": owner, "created": created})


def owner(db: sa.Connection, user: UserId) -> UserId | None:
    """Who answers for the bot *user*."""
    found: UserId | None = db.execute(_OWNER, {"user_": user}).scalar()
    return found
