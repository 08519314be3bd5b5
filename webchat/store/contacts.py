"""Who knows whom, and who has asked: one row for two people, the lower id first.

A refusal is kept in the same row, so that she who asked does not ask again at once: its *accepted* is then the time
of the refusal, negative.
"""

from __future__ import annotations

from typing import Any

import attrs
import sqlalchemy as sa

from webchat.model.ids import Millis, UserId
from webchat.model.users import ContactState
from webchat.store.schema import contacts

_COLUMNS = (contacts.c.asker, contacts.c.note, contacts.c.created, contacts.c.accepted)
_PAIR = sa.and_(contacts.c.low == sa.bindparam("low_"), contacts.c.high == sa.bindparam("high_"))
_ONE = sa.select(*_COLUMNS).where(_PAIR)
_INSERT = contacts.insert()
_DELETE = contacts.delete().where(_PAIR)
_ACCEPT = contacts.update().where(_PAIR).values(accepted=sa.bindparam("accepted_"))
_IS_OPEN = sa.or_(contacts.c.accepted.is_(None), contacts.c.accepted >= 0)
_ABOVE = (
    sa.select(contacts.c.high, *_COLUMNS)
    .where(contacts.c.low == sa.bindparam("user_"), contacts.c.high > sa.bindparam("after_"), _IS_OPEN)
    .order_by(contacts.c.high)
    .limit(sa.bindparam("limit_"))
)
_BELOW = (
    sa.select(contacts.c.low, *_COLUMNS)
    .where(contacts.c.high == sa.bindparam("user_"), contacts.c.low > sa.bindparam("after_"), _IS_OPEN)
    .order_by(contacts.c.low)
    .limit(sa.bindparam("limit_"))
)
_OF_USER = sa.or_(contacts.c.low == sa.bindparam("user_"), contacts.c.high == sa.bindparam("user_"))
_COUNT_OWN = (
    sa.select(sa.func.count())
    .select_from(contacts)
    .where(_OF_USER, _IS_OPEN, sa.or_(contacts.c.accepted.is_not(None), contacts.c.asker == sa.bindparam("user_")))
)
_DELETE_ALL = contacts.delete().where(_OF_USER)


@attrs.frozen
class Contact:
    """What is between two people.  *accepted*: None while the request is open; negative: refused then."""

    asker: UserId
    note: str
    created: Millis
    accepted: Millis | None

    @property
    def refused(self) -> Millis | None:
        """When the request was refused, if it was."""
        return Millis(-self.accepted) if self.accepted is not None and self.accepted < 0 else None

    def state_for(self, user: UserId) -> ContactState:
        """How it looks to *user*, one of the two."""
        if self.refused is not None:
            return "none"
        if self.accepted is not None:
            return "accepted"
        return "asked" if self.asker == user else "asks"


def maybe(db: sa.Connection, user: UserId, other: UserId) -> Contact | None:
    """What is between the two."""
    row = db.execute(_ONE, _key(user, other)).first()
    return None if row is None else Contact(*row)


def ask(db: sa.Connection, asker: UserId, other: UserId, note: str, now: Millis) -> Contact:
    """*asker* asks *other*, in place of whatever was between them."""
    key = _key(asker, other)
    db.execute(_DELETE, key)
    values = {"low": key["low_"], "high": key["high_"], "asker": asker, "note": note, "created": now, "accepted": None}
    db.execute(_INSERT, values)
    return Contact(asker, note, now, None)


def accept(db: sa.Connection, user: UserId, other: UserId, now: Millis) -> None:
    """The two, one of whom has asked, are contacts."""
    db.execute(_ACCEPT, {**_key(user, other), "accepted_": now})


def refuse(db: sa.Connection, user: UserId, other: UserId, now: Millis) -> None:
    """The request between the two is refused."""
    db.execute(_ACCEPT, {**_key(user, other), "accepted_": -now})


def remove(db: sa.Connection, user: UserId, other: UserId) -> None:
    """Nothing is between the two any more."""
    db.execute(_DELETE, _key(user, other))


def remove_all(db: sa.Connection, user: UserId) -> None:
    """*user* has no contacts, and neither asks nor is asked."""
    db.execute(_DELETE_ALL, {"user_": user})


def of(db: sa.Connection, user: UserId, after: UserId, limit: int) -> list[tuple[UserId, Contact]]:
    """What is between *user* and people with an id above *after*, in order of id; refused requests are left out."""
    values = {"user_": user, "after_": after, "limit_": limit}
    found = [(row[0], Contact(*row[1:])) for query in (_ABOVE, _BELOW) for row in db.execute(query, values)]
    return sorted(found, key=lambda one: one[0])[:limit]


def count(db: sa.Connection, user: UserId) -> int:
    """How many contacts *user* has, the people whom she has asked included."""
    return int(db.execute(_COUNT_OWN, {"user_": user}).scalar_one())


def _key(user: UserId, other: UserId) -> dict[str, Any]:
    low, high = sorted((user, other))
    return {"low_": low, "high_": high}
