"""Accounts: found, made, changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webchat.model.ids import Millis, UserId
from webchat.model.refusals import NameTaken
from webchat.model.users import User, UserCard, UserKind, UserRole
from webchat.store import names
from webchat.store.schema import invites, sessions, users

COLUMNS = (
    users.c.id,
    users.c.name,
    users.c.display_name,
    users.c.kind,
    users.c.role,
    users.c.email,
    users.c.created,
    users.c.disabled,
    users.c.about,
    users.c.avatar,
    users.c.locale,
    users.c.status,
    users.c.silenced,
    users.c.deleted,
)
_BY_ID = sa.select(*COLUMNS).where(users.c.id == sa.bindparam("id_"))
_BY_NAME = sa.select(*COLUMNS).where(users.c.name_key == sa.bindparam("key_"))
_CREDENTIALS = sa.select(*COLUMNS, users.c.password_hash).where(
    sa.or_(users.c.name_key == sa.bindparam("name_key_"), users.c.email_key == sa.bindparam("email_key_"))
)
_PASSWORD = sa.select(users.c.password_hash).where(users.c.id == sa.bindparam("id_"))
# Not FOR UPDATE, which would keep waiting whoever writes a message of this author.
_LOCK = _PASSWORD.with_for_update(key_share=True)
CARD_COLUMNS = (users.c.id, users.c.name, users.c.display_name, users.c.kind, users.c.avatar)
_CARDS = sa.select(*CARD_COLUMNS).where(users.c.id.in_(sa.bindparam("ids_", expanding=True)))
_PRESENT = (
    sa.select(*COLUMNS)
    .where(users.c.id.in_(sa.bindparam("ids_", expanding=True)), users.c.disabled.is_(None), users.c.deleted.is_(None))
    .order_by(users.c.id)
)
_LIST = (
    sa.select(*COLUMNS).where(users.c.id > sa.bindparam("after_")).order_by(users.c.id).limit(sa.bindparam("limit_"))
)
_OWNERS = sa.select(sa.func.count()).select_from(users).where(users.c.role == "owner", users.c.deleted.is_(None))
_OWNER = sa.select(users.c.id).where(users.c.role == "owner").limit(1)
_NAME_IS_TAKEN = sa.select(users.c.id).where(users.c.name_key == sa.bindparam("key_"))
_EMAIL_IS_TAKEN = sa.select(users.c.id).where(users.c.email_key == sa.bindparam("key_"))
_INSERT = users.insert().returning(users.c.id)


@attrs.frozen
class NewUser:
    """An account about to be made."""

    name: str
    name_key: str
    display_name: str
    display_key: str
    email: str | None
    email_key: str | None
    password_hash: str | None
    kind: UserKind
    role: UserRole
    created: Millis


def maybe(db: sa.Connection, user: UserId) -> User | None:
    """The account with this id."""
    return _user(db.execute(_BY_ID, {"id_": user}).first())


def maybe_named(db: sa.Connection, name_key: str) -> User | None:
    """The account whose name folds to *name_key*."""
    return _user(db.execute(_BY_NAME, {"key_": name_key}).first())


def with_password(db: sa.Connection, name_key: str, email_key: str | None) -> tuple[User, str | None] | None:
    """The account signed in to by this name or this address, with its password hash.

    A name wins over an address, which cannot happen by accident: names have no "@".
    """
    rows = db.execute(_CREDENTIALS, {"name_key_": name_key, "email_key_": email_key}).all()
    if not rows:
        return None
    *columns, password_hash = rows[0]
    return User(*columns), password_hash


def password_hash(db: sa.Connection, user: UserId) -> str | None:
    """The hash kept for *user*."""
    kept: str | None = db.execute(_PASSWORD, {"id_": user}).scalar()
    return kept


def lock(db: sa.Connection, user: UserId) -> str | None:
    """The hash kept for *user*, whose row is held until the transaction ends: it stays what it is."""
    kept: str | None = db.execute(_LOCK, {"id_": user}).scalar()
    return kept


def cards(db: sa.Connection, ids: Iterable[UserId]) -> list[UserCard]:
    """What everybody may know of these accounts, by id; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    found = [UserCard(*row) for row in db.execute(_CARDS, {"ids_": wanted})]
    return sorted(found, key=lambda card: card.id)


def present(db: sa.Connection, ids: Iterable[UserId]) -> list[User]:
    """The accounts with these ids that are neither disabled nor given up, by id."""
    wanted = sorted(set(ids))
    return [User(*row) for row in db.execute(_PRESENT, {"ids_": wanted})] if wanted else []


def many(db: sa.Connection, after: UserId, limit: int) -> list[User]:
    """Accounts with an id above *after*, in order of id."""
    return [User(*row) for row in db.execute(_LIST, {"after_": after, "limit_": limit})]


def has_owner(db: sa.Connection) -> bool:
    """Whether the server has been set up."""
    return db.execute(_OWNER).first() is not None


def owner(db: sa.Connection) -> User | None:
    """Somebody who owns the server."""
    found = db.execute(_OWNER).scalar()
    return None if found is None else maybe(db, UserId(found))


def owners(db: sa.Connection) -> int:
    """How many accounts own the server."""
    return int(db.execute(_OWNERS).scalar_one())


def name_is_taken(db: sa.Connection, name_key: str) -> bool:
    """Whether an account has this name, or one that looks like it."""
    return db.execute(_NAME_IS_TAKEN, {"key_": name_key}).first() is not None


def email_is_taken(db: sa.Connection, email_key: str) -> bool:
    """Whether an account has this address."""
    return db.execute(_EMAIL_IS_TAKEN, {"key_": email_key}).first() is not None


def add(db: sa.Connection, new: NewUser) -> User:
    """Makes the account.  Raises NameTaken if another process was faster; the caller's savepoint is then given up."""
    try:
        user = UserId(db.execute(_INSERT, attrs.asdict(new)).scalar_one())
    except IntegrityError as error:
        raise NameTaken(field="name") from error
    names.add(db, user, new.name, new.display_key)
    return User(user, new.name, new.display_name, new.kind, new.role, new.email, new.created, None)


def change(db: sa.Connection, user: UserId, **columns: Any) -> None:
    """Sets the named columns of *user*."""
    db.execute(users.update().where(users.c.id == user).values(**columns))


def give_up(db: sa.Connection, user: UserId, now: Millis) -> None:
    """Takes the person off the account: what stays is its number, for what she wrote, and its name, for nobody else.

    The name is only kept folded.  Her sessions, invitations and names to be found by are removed too.
    """
    gone: dict[str, Any] = dict.fromkeys(
        ("email", "email_key", "password_hash", "avatar", "locale", "seen", "silenced", "featured")
    )
    change(
        db,
        user,
        name="",
        display_name="",
        display_key="",
        about="",
        status="auto",
        role="member",
        disabled=now,
        deleted=now,
        **gone,
    )
    names.remove(db, user)
    db.execute(sessions.delete().where(sessions.c.user == user))
    db.execute(invites.delete().where(invites.c.creator == user))


def _user(row: Any) -> User | None:
    return None if row is None else User(*row)
