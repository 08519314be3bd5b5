"""Devices that are told through their browser's push service, and whom a message concerns."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from msgspec import Struct

from webchat.model.ids import Millis, RoomId, Seq, SessionId, UserId
from webchat.model.rooms import Level, RoomKind
from webchat.store.schema import memberships, mentions, messages, rooms, sessions, users
from webchat.store.schema import push_subscriptions as subscriptions


class Subscription(Struct, frozen=True):
    """A device of *user*; the keys as the browser gave them (RFC 8291)."""

    id: int
    user: UserId
    session: SessionId
    endpoint: str
    p256dh: str
    auth: str


class Listener(Struct, frozen=True):
    """A device of a member who has not read all of a room.  *is_meant*: something unread mentions her by name."""

    subscription: int
    room: RoomId
    user: UserId
    level: Level
    muted: Millis | None
    kind: RoomKind
    is_meant: bool


_COLUMNS = (
    subscriptions.c.id,
    subscriptions.c.user,
    subscriptions.c.session,
    subscriptions.c.endpoint,
    subscriptions.c.p256dh,
    subscriptions.c.auth,
)
_ONE = (
    sa.select(*_COLUMNS)
    .join(sessions, sessions.c.id == subscriptions.c.session)
    .where(
        subscriptions.c.id == sa.bindparam("id_"),
        sa.or_(sessions.c.expires.is_(None), sessions.c.expires > sa.bindparam("now_")),
    )
)
_COUNT = sa.select(sa.func.count()).select_from(subscriptions).where(subscriptions.c.user == sa.bindparam("user_"))
_ANY = sa.select(subscriptions.c.id).limit(1)
_DELETE = subscriptions.delete().where(subscriptions.c.id == sa.bindparam("id_"))
_DELETE_SESSION = subscriptions.delete().where(subscriptions.c.session == sa.bindparam("session_"))
_DELETE_DEVICE = subscriptions.delete().where(
    sa.or_(
        subscriptions.c.session == sa.bindparam("session_"),
        # The browser of somebody who has signed in as somebody else: what is hers must not show up there.
        subscriptions.c.endpoint == sa.bindparam("endpoint_"),
    )
)
_DELETE_ALL = subscriptions.delete()
_MENTIONED = (
    sa.select(mentions.c.seq)
    .where(
        mentions.c.user == memberships.c.user,
        mentions.c.room == memberships.c.room,
        mentions.c.seq > memberships.c.read,
    )
    .exists()
)
_LISTENERS = (
    sa.select(
        subscriptions.c.id,
        memberships.c.room,
        memberships.c.user,
        memberships.c.level,
        memberships.c.muted,
        rooms.c.kind,
        _MENTIONED,
    )
    .join(memberships, memberships.c.user == subscriptions.c.user)
    .join(rooms, rooms.c.id == memberships.c.room)
    .join(users, users.c.id == subscriptions.c.user)
    .where(
        memberships.c.room.in_(sa.bindparam("rooms_", expanding=True)),
        memberships.c.left_rev.is_(None),
        memberships.c.level != "nothing",
        memberships.c.read < rooms.c.seq,
        users.c.disabled.is_(None),
    )
    .order_by(memberships.c.room, subscriptions.c.id)
)
_STIRRED = (
    sa.select(memberships.c.room)
    .distinct()
    .select_from(subscriptions)
    .join(memberships, memberships.c.user == subscriptions.c.user)
    .join(rooms, rooms.c.id == memberships.c.room)
    .join(messages, sa.and_(messages.c.room == rooms.c.id, messages.c.seq == rooms.c.seq))
    .where(
        memberships.c.left_rev.is_(None),
        memberships.c.read < rooms.c.seq,
        messages.c.created >= sa.bindparam("since_"),
    )
    .limit(sa.bindparam("limit_"))
)
_MEANT = sa.select(mentions.c.seq).where(
    mentions.c.user == sa.bindparam("user_"),
    mentions.c.room == sa.bindparam("room_"),
    mentions.c.seq > sa.bindparam("after_"),
)


def put(
    db: sa.Connection, user: UserId, session: SessionId, endpoint: str, p256dh: str, auth: str, now: Millis
) -> None:
    """The device of *session* is reached by *endpoint*, and by nothing else; nor is anybody else's."""
    db.execute(_DELETE_DEVICE, {"session_": session, "endpoint_": endpoint})
    values = {"user": user, "session": session, "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "created": now}
    db.execute(subscriptions.insert(), values)


def maybe(db: sa.Connection, subscription: int, now: Millis) -> Subscription | None:
    """The device, if it is still signed in, and to be told."""
    row = db.execute(_ONE, {"id_": subscription, "now_": now}).first()
    return None if row is None else Subscription(*row)


def count(db: sa.Connection, user: UserId) -> int:
    """How many devices of *user* are told."""
    return int(db.execute(_COUNT, {"user_": user}).scalar_one())


def is_any(db: sa.Connection) -> bool:
    """Whether anybody's device is told."""
    return db.execute(_ANY).first() is not None


def remove(db: sa.Connection, subscription: int) -> None:
    """The device is not to be reached any more."""
    db.execute(_DELETE, {"id_": subscription})


def remove_session(db: sa.Connection, session: SessionId) -> None:
    """The device of *session* does not want to be told any more."""
    db.execute(_DELETE_SESSION, {"session_": session})


def remove_all(db: sa.Connection) -> int:
    """Nobody's device is told any more; answers how many that were."""
    return db.execute(_DELETE_ALL).rowcount


def listeners(db: sa.Connection, some: Iterable[RoomId]) -> list[Listener]:
    """The devices of those members of *some* rooms who have not read everything, and do not want to hear nothing."""
    return [Listener(*(*row[:6], bool(row[6]))) for row in db.execute(_LISTENERS, {"rooms_": list(some)})]


def stirred(db: sa.Connection, since: Millis, limit: int) -> list[RoomId]:
    """Rooms with a last message no older than *since*, which somebody with a device has not read."""
    return [RoomId(row[0]) for row in db.execute(_STIRRED, {"since_": since, "limit_": limit})]


def meant(db: sa.Connection, user: UserId, room: RoomId, after: Seq) -> set[Seq]:
    """Which messages after *after* mention *user* by name."""
    return {Seq(row[0]) for row in db.execute(_MEANT, {"user_": user, "room_": room, "after_": after})}
