"""What only the clients of older chat systems need: their browsers' cookies, and who writes most."""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import RoomId, SessionId, UserId
from webchat.store.schema import devices, messages, sessions

_COOKIE = devices.c.cookie_sha256 == sa.bindparam("cookie_")
_TOKEN = (
    sa.select(sessions.c.token_sha256).join_from(devices, sessions, sessions.c.id == devices.c.session).where(_COOKIE)
)
_INSERT = devices.insert()
_DELETE = devices.delete().where(_COOKIE)
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


def writers(db: sa.Connection, room: RoomId, after: int) -> dict[UserId, int]:
    """How many messages above seq *after* each author has in the room; the caller keeps that stretch short."""
    return {row.author: row.number for row in db.execute(_WRITERS, {"room_": room, "seq_": after})}
