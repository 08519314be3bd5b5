"""What only the clients of older chat systems need: their browsers' cookies, and who writes most."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import RoomId, SessionId, UserId
from webchat.model.users import UserCard
from webchat.store.schema import devices, messages, sessions, users
from webchat.store.users import CARD_COLUMNS

_COOKIE = devices.c.cookie_sha256 == sa.bindparam("cookie_")
_TOKEN = (
    sa.select(sessions.c.token_sha256).join_from(devices, sessions, sessions.c.id == devices.c.session).where(_COOKIE)
)
_INSERT = devices.insert()
_DELETE = devices.delete().where(_COOKIE)
_FEATURED = (
    sa.select(*CARD_COLUMNS)
    .where(users.c.featured.is_not(None), users.c.disabled.is_(None), users.c.deleted.is_(None))
    .order_by(users.c.featured, users.c.id)
    .limit(sa.bindparam("limit_"))
)
_WRITERS = (
    sa.select(messages.c.author, sa.func.count().label("number"))
    .where(
        messages.c.room == sa.bindparam("room_"), messages.c.seq > sa.bindparam("seq_"), messages.c.deleted.is_(None)
    )
    .group_by(messages.c.author)
)


def token_behind(db: sa.Connection, cookie_sha256: bytes) -> bytes | None:
    """The SHA-256 of the token of the session that signed in last where this cookie is, if that still exists."""
    found = db.execute(_TOKEN, {"cookie_": cookie_sha256}).scalar()
    return None if found is None else bytes(found)


def bind(db: sa.Connection, cookie_sha256: bytes, session: SessionId) -> None:
    """From now on the cookie stands for *session*, until that ends."""
    unbind(db, cookie_sha256)
    db.execute(_INSERT, {"cookie_sha256": cookie_sha256, "session": session})


def unbind(db: sa.Connection, cookie_sha256: bytes) -> None:
    """The cookie stands for nobody."""
    db.execute(_DELETE, {"cookie_": cookie_sha256})


def featured(db: sa.Connection, limit: int) -> list[UserCard]:
    """People whom those who run the server show to everybody, who was chosen first at the top."""
    return [UserCard(*row) for row in db.execute(_FEATURED, {"limit_": limit})]


def writers(db: sa.Connection, room: RoomId, after: int) -> dict[UserId, int]:
    """How many messages above seq *after* each author has in the room; the caller keeps that stretch short."""
    return {row.author: row.number for row in db.execute(_WRITERS, {"room_": room, "seq_": after})}
