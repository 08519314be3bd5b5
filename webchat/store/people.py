"""Who there is: found by any part of a name, listed by name, met in rooms that two people share.

Whatever stands anywhere in a name stands at the beginning of one of its parts (see `names.py`).  So looking for it
is the reading of a stretch of an index, sign by sign, for one Chinese sign as for ten Latin ones, however many people
there are.
"""

from __future__ import annotations

import sqlalchemy as sa

from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.users import SharedRoom, UserCard
from webchat.store.driver import Many
from webchat.store.names import PART_LIMIT
from webchat.store.schema import memberships, messages, name_parts, rooms, users
from webchat.store.users import CARD_COLUMNS

# Above every sign that a text can hold (surrogates are none).
_LAST = "\U0010ffff"
ACTIVE_ROOMS, ACTIVE_MESSAGES = 50, 20
"""Who is active is read from so many of somebody's rooms, and so many newest messages of each."""

_EARLIER = name_parts.alias("earlier")
_IS_THERE = sa.and_(users.c.disabled.is_(None), users.c.deleted.is_(None))
# A name may hold the text in several places: it counts where it comes first.
_SEARCH = (
    sa.select(*CARD_COLUMNS, users.c.display_key, users.c.name_key, name_parts.c.part)
    .join(users, users.c.id == name_parts.c.user)
    .where(
        name_parts.c.part >= sa.bindparam("from_"),
        name_parts.c.part <= sa.bindparam("to_"),
        sa.tuple_(name_parts.c.part, name_parts.c.user) > sa.tuple_(sa.bindparam("part_"), sa.bindparam("after_")),
        _IS_THERE,
        ~sa.exists().where(
            _EARLIER.c.user == name_parts.c.user,
            _EARLIER.c.part >= sa.bindparam("from_"),
            _EARLIER.c.part < name_parts.c.part,
        ),
    )
    .order_by(name_parts.c.part, name_parts.c.user)
    .limit(sa.bindparam("limit_"))
)
_LIST = (
    sa.select(*CARD_COLUMNS, users.c.display_key)
    .where(
        sa.tuple_(users.c.display_key, users.c.id) > sa.tuple_(sa.bindparam("key_"), sa.bindparam("after_")),
        _IS_THERE,
    )
    .order_by(users.c.display_key, users.c.id)
    .limit(sa.bindparam("limit_"))
)
_HERS = memberships.alias("hers")
_SHARED = (
    sa.select(rooms.c.id, rooms.c.title, rooms.c.kind, rooms.c.picture)
    .join(memberships, memberships.c.room == rooms.c.id)
    .join(_HERS, _HERS.c.room == rooms.c.id)
    .where(
        memberships.c.user == sa.bindparam("user_"),
        memberships.c.left_rev.is_(None),
        _HERS.c.user == sa.bindparam("other_"),
        _HERS.c.left_rev.is_(None),
        rooms.c.kind != "direct",
        rooms.c.deleted.is_(None),
    )
    .order_by(rooms.c.id)
    .limit(sa.bindparam("limit_"))
)
_ROOMS_OF = sa.select(memberships.c.room).where(
    memberships.c.user == sa.bindparam("user_"), memberships.c.left_rev.is_(None)
)
_NEWEST_ROOMS = (
    sa.select(rooms.c.id, rooms.c.seq)
    .join(memberships, memberships.c.room == rooms.c.id)
    .where(
        memberships.c.user == sa.bindparam("user_"),
        memberships.c.left_rev.is_(None),
        rooms.c.kind != "direct",
        rooms.c.deleted.is_(None),
        rooms.c.seq > 0,
    )
    .order_by(rooms.c.id.desc())
    .limit(ACTIVE_ROOMS)
)
# CROSS JOIN tells SQLite to go from the rooms to their last messages.
_AUTHORS = Many(
    "WITH k (room, seq) AS (VALUES {rows}) SELECT m.author, m.created FROM k CROSS JOIN messages m "
    "WHERE m.room = k.room AND m.seq > k.seq",
    "bigint",
    "bigint",
)
_OWN_NONCES = (
    sa.select(messages.c.nonce, messages.c.seq, messages.c.text, messages.c.created, messages.c.edited)
    .where(
        messages.c.room == sa.bindparam("room_"),
        messages.c.author == sa.bindparam("author_"),
        messages.c.nonce > sa.bindparam("nonce_"),
        messages.c.deleted.is_(None),
    )
    .order_by(messages.c.nonce)
    .limit(sa.bindparam("limit_"))
)
_OWN_WITHOUT = (
    sa.select(messages.c.nonce, messages.c.seq, messages.c.text, messages.c.created, messages.c.edited)
    .where(
        messages.c.room == sa.bindparam("room_"),
        messages.c.author == sa.bindparam("author_"),
        messages.c.nonce.is_(None),
        messages.c.seq > sa.bindparam("seq_"),
        messages.c.deleted.is_(None),
    )
    .order_by(messages.c.seq)
    .limit(sa.bindparam("limit_"))
)
OwnMessage = tuple[str | None, int, str, Millis, Millis | None]
"""Nonce, seq, text, created, edited."""
_FEATURED = (
    sa.select(*CARD_COLUMNS)
    .where(users.c.featured.is_not(None), users.c.disabled.is_(None), users.c.deleted.is_(None))
    .order_by(users.c.featured, users.c.id)
    .limit(sa.bindparam("limit_"))
)


def search(
    db: sa.Connection, term: str, after: tuple[str, int], limit: int
) -> list[tuple[UserCard, tuple[str, int], bool]]:
    """People with *term*, which is folded and not empty, anywhere in a name; disabled ones are left out.

    Each once, in the order of what stands in the name from *term* on; with the cursor of each, and whether a whole
    name begins with it.
    """
    term = term[:PART_LIMIT]
    # Two ways of saying where to begin, of which PostgreSQL would read the index from the lesser one.
    part, user = max(after, (term, 0))
    values = {"from_": term, "to_": term + _LAST, "part_": part, "after_": user, "limit_": limit}
    found = []
    for *card, display_key, name_key, part in db.execute(_SEARCH, values):
        begins = display_key.startswith(term) or name_key.startswith(term)
        found.append((UserCard(*card), (part, card[0]), begins))
    return found


def listed(db: sa.Connection, after: tuple[str, int], limit: int) -> list[tuple[UserCard, str]]:
    """People by folded display name, with that name; disabled ones are left out."""
    rows = db.execute(_LIST, {"key_": after[0], "after_": after[1], "limit_": limit})
    return [(UserCard(*card), key) for *card, key in rows]


def shared_rooms(db: sa.Connection, user: UserId, other: UserId, limit: int) -> tuple[SharedRoom, ...]:
    """Rooms, not direct ones, that both belong to."""
    rows = db.execute(_SHARED, {"user_": user, "other_": other, "limit_": limit})
    return tuple(SharedRoom(*row) for row in rows)


def rooms_of(db: sa.Connection, user: UserId) -> list[RoomId]:
    """The rooms *user* belongs to."""
    return [row[0] for row in db.execute(_ROOMS_OF, {"user_": user})]


def active(db: sa.Connection, user: UserId) -> list[UserId]:
    """Who wrote among the last messages of the newest rooms of *user*, whoever did last first."""
    newest = [(room, seq - ACTIVE_MESSAGES) for room, seq in db.execute(_NEWEST_ROOMS, {"user_": user})]
    latest: dict[UserId, Millis] = {}
    for author, created in _AUTHORS.run(db, newest) if newest else ():
        latest[author] = max(created, latest.get(author, created))
    return sorted(latest, key=lambda one: (-latest[one], one))


def own_messages(
    db: sa.Connection, room: RoomId, author: UserId, after: OwnMessage | None, limit: int
) -> list[OwnMessage]:
    """What *author* wrote in *room* and did not delete, from the one behind *after* on.

    First those with a nonce, in its order: (room, author, nonce) is an index, and a way through what one person wrote
    that does not lead through what everybody else did.
    """
    values = {"room_": room, "author_": author, "limit_": limit}
    found: list[OwnMessage] = []
    if after is None or after[0] is not None:
        nonce = "" if after is None else after[0]
        found = [tuple(row) for row in db.execute(_OWN_NONCES, {**values, "nonce_": nonce})]
    if len(found) < limit:
        seq = after[1] if after is not None and after[0] is None else 0
        values["limit_"] = limit - len(found)
        found += [tuple(row) for row in db.execute(_OWN_WITHOUT, {**values, "seq_": seq})]
    return found


def featured(db: sa.Connection, limit: int) -> list[UserCard]:
    """People whom those who run the server show to everybody, who was chosen first at the top."""
    return [UserCard(*row) for row in db.execute(_FEATURED, {"limit_": limit})]
