"""Invitations to register; of a code only the SHA-256 is kept."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import InviteId, Millis, UserId
from webchat.model.users import InviteView
from webchat.store.schema import invites

_COLUMNS = (invites.c.id, invites.c.created, invites.c.expires, invites.c.uses_left, invites.c.creator)
_LIST = (
    sa.select(*_COLUMNS)
    .where(invites.c.expires > sa.bindparam("now_"), invites.c.uses_left > 0)
    .order_by(invites.c.id.desc())
    .limit(sa.bindparam("limit_"))
)
_INSERT = invites.insert().returning(invites.c.id)
_DELETE = invites.delete().where(invites.c.id == sa.bindparam("id_"))
# Counting down and checking are one statement: two who race for the last use cannot both get it.
_USE = (
    invites.update()
    .where(
        invites.c.code_sha256 == sa.bindparam("code_"),
        invites.c.expires > sa.bindparam("now_"),
        invites.c.uses_left > 0,
    )
    .values(uses_left=invites.c.uses_left - 1)
)


def add(
    db: sa.Connection, code_sha256: bytes, creator: UserId, created: Millis, expires: Millis, uses: int
) -> InviteView:
    """Makes an invitation for *uses* registrations until *expires*."""
    values = {
        "code_sha256": code_sha256,
        "creator": creator,
        "created": created,
        "expires": expires,
        "uses_left": uses,
    }
    return InviteView(int(db.execute(_INSERT, values).scalar_one()), created, expires, uses, creator)


def use(db: sa.Connection, code_sha256: bytes, now: Millis) -> bool:
    """Takes one use of the invitation; False when there is none to take."""
    return db.execute(_USE, {"code_": code_sha256, "now_": now}).rowcount > 0


def open_ones(db: sa.Connection, now: Millis, limit: int) -> list[InviteView]:
    """The invitations that can still be used, newest first."""
    return [InviteView(*row) for row in db.execute(_LIST, {"now_": now, "limit_": limit})]


def remove(db: sa.Connection, invite: InviteId) -> bool:
    """Revokes the invitation; False where there is none."""
    return db.execute(_DELETE, {"id_": invite}).rowcount > 0
