"""Invitations: to register, or into a room; of a code only the SHA-256 is kept."""

from __future__ import annotations

import attrs
import sqlalchemy as sa

from webchat.model.ids import InviteId, Millis, RoomId, UserId
from webchat.model.users import InviteView, LinkView, UserCard
from webchat.store.schema import invites, users
from webchat.store.users import CARD_COLUMNS

_COLUMNS = (invites.c.id, invites.c.created, invites.c.expires, invites.c.uses_left, invites.c.creator)
_LIST = (
    sa.select(*_COLUMNS)
    .where(invites.c.room.is_(None), invites.c.expires > sa.bindparam("now_"), invites.c.uses_left > 0)
    .order_by(invites.c.id.desc())
    .limit(sa.bindparam("limit_"))
)
_OF_ROOM = (
    sa.select(invites.c.id, invites.c.created, invites.c.expires, invites.c.uses_left, *CARD_COLUMNS)
    .join(users, users.c.id == invites.c.creator)
    .where(invites.c.room == sa.bindparam("room_"), invites.c.expires > sa.bindparam("now_"), invites.c.uses_left > 0)
    .order_by(invites.c.id.desc())
    .limit(sa.bindparam("limit_"))
)
_COUNT_OF_ROOM = sa.select(sa.func.count()).where(
    invites.c.room == sa.bindparam("room_"), invites.c.expires > sa.bindparam("now_"), invites.c.uses_left > 0
)
_INSERT = invites.insert().returning(invites.c.id)
_DELETE = invites.delete().where(invites.c.id == sa.bindparam("id_"), invites.c.room.is_(None))
_DELETE_OF_ROOM = invites.delete().where(invites.c.id == sa.bindparam("id_"), invites.c.room == sa.bindparam("room_"))
_CREATOR = sa.select(invites.c.creator).where(
    invites.c.id == sa.bindparam("id_"), invites.c.room == sa.bindparam("room_")
)
_OPEN = sa.and_(
    invites.c.code_sha256 == sa.bindparam("code_"), invites.c.expires > sa.bindparam("now_"), invites.c.uses_left > 0
)
_LOOK = sa.select(invites.c.id, invites.c.creator, invites.c.expires, invites.c.room).where(_OPEN)
# Counting down and checking are one statement: two who race for the last use cannot both get it.
_USE = (
    invites.update()
    .where(_OPEN)
    .values(uses_left=invites.c.uses_left - 1)
    .returning(invites.c.id, invites.c.creator, invites.c.expires, invites.c.room)
)


@attrs.frozen
class Invite:
    """An invitation that can be used: who made it, and the room it leads into; none: it is for the server alone."""

    id: InviteId
    creator: UserId
    expires: Millis
    room: RoomId | None


def add(
    db: sa.Connection,
    code_sha256: bytes,
    creator: UserId,
    created: Millis,
    expires: Millis,
    uses: int,
    room: RoomId | None = None,
) -> InviteView:
    """Makes an invitation for *uses* people until *expires*, into *room* if one is given."""
    values = {
        "code_sha256": code_sha256,
        "creator": creator,
        "created": created,
        "expires": expires,
        "uses_left": uses,
        "room": room,
    }
    return InviteView(int(db.execute(_INSERT, values).scalar_one()), created, expires, uses, creator)


def maybe(db: sa.Connection, code_sha256: bytes, now: Millis) -> Invite | None:
    """The invitation with this code, if it can still be used."""
    row = db.execute(_LOOK, {"code_": code_sha256, "now_": now}).first()
    return None if row is None else Invite(*row)


def use(db: sa.Connection, code_sha256: bytes, now: Millis) -> Invite | None:
    """Takes one use of the invitation; None when there is none to take."""
    row = db.execute(_USE, {"code_": code_sha256, "now_": now}).first()
    return None if row is None else Invite(*row)


def of_room(db: sa.Connection, room: RoomId, now: Millis, limit: int) -> list[LinkView]:
    """The invitations into the room that can still be used, newest first."""
    rows = db.execute(_OF_ROOM, {"room_": room, "now_": now, "limit_": limit})
    return [LinkView(*row[:4], UserCard(*row[4:])) for row in rows]


def count_of_room(db: sa.Connection, room: RoomId, now: Millis) -> int:
    """How many invitations into the room can still be used."""
    return int(db.execute(_COUNT_OF_ROOM, {"room_": room, "now_": now}).scalar_one())


def creator_in(db: sa.Connection, room: RoomId, invite: InviteId) -> UserId | None:
    """Who made the invitation into the room."""
    return db.execute(_CREATOR, {"id_": invite, "room_": room}).scalar()


def remove_from(db: sa.Connection, room: RoomId, invite: InviteId) -> bool:
    """Revokes an invitation into the room; False where there is none."""
    return db.execute(_DELETE_OF_ROOM, {"id_": invite, "room_": room}).rowcount > 0


def open_ones(db: sa.Connection, now: Millis, limit: int) -> list[InviteView]:
    """The invitations to register that can still be used, newest first."""
    return [InviteView(*row) for row in db.execute(_LIST, {"now_": now, "limit_": limit})]


def remove(db: sa.Connection, invite: InviteId) -> bool:
    """Revokes the invitation to register; False where there is none."""
    return db.execute(_DELETE, {"id_": invite}).rowcount > 0
