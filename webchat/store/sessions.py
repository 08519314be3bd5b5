"""Signed-in devices and personal tokens; of a token only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.model.bots import Scope, read_scopes, written
from webchat.model.ids import Millis, SessionId, UserId
from webchat.model.users import Actor, Session, SessionKind, User
from webchat.store.schema import sessions, users
from webchat.store.users import COLUMNS as USER_COLUMNS

_COLUMNS = (
    sessions.c.id,
    sessions.c.user,
    sessions.c.kind,
    sessions.c.label,
    sessions.c.created,
    sessions.c.seen,
    sessions.c.expires,
    sessions.c.agent,
    sessions.c.address,
    sessions.c.scopes,
)
# Both tables have an id, a kind and so on.
_USER_COLUMNS = tuple(column.label(f"user_{column.name}") for column in USER_COLUMNS)
_BY_TOKENS = (
    sa.select(sessions.c.token_sha256, *_COLUMNS, *_USER_COLUMNS)
    .join(users, users.c.id == sessions.c.user)
    .where(sessions.c.token_sha256.in_(sa.bindparam("tokens_", expanding=True)))
)
_OF_USER = (
    sa.select(*_COLUMNS)
    .where(sessions.c.user == sa.bindparam("user_"), sessions.c.kind == sa.bindparam("kind_"))
    .order_by(sessions.c.seen.desc(), sessions.c.created.desc(), sessions.c.id.desc())
    .limit(sa.bindparam("limit_"))
)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(sessions)
    .where(sessions.c.user == sa.bindparam("user_"), sessions.c.kind == sa.bindparam("kind_"))
)
_VALID = (
    sa.select(sessions.c.id)
    .join(users, users.c.id == sessions.c.user)
    .where(sessions.c.id.in_(sa.bindparam("ids_", expanding=True)), users.c.disabled.is_(None))
)
_INSERT = sessions.insert().returning(sessions.c.id)
_DELETE = sessions.delete().where(sessions.c.id == sa.bindparam("id_"), sessions.c.user == sa.bindparam("user_"))
_DELETE_EXPIRED = sessions.delete().where(sessions.c.expires <= sa.bindparam("now_"))
_SEEN = (
    sessions.update()
    .where(sessions.c.id == sa.bindparam("id_"))
    .values(seen=sa.bindparam("seen_"), expires=sa.bindparam("expires_"))
)


@attrs.frozen
class NewSession:
    """A session about to be made."""

    user: UserId
    token_sha256: bytes
    kind: SessionKind
    label: str
    created: Millis
    seen: Millis
    expires: Millis | None
    agent: str
    address: str
    scopes: frozenset[Scope] | None = None


def actors(db: sa.Connection, tokens: Sequence[bytes]) -> dict[bytes, Actor]:
    """Who holds these tokens (SHA-256), for those that exist: also expired ones and disabled accounts."""
    found = {}
    for row in db.execute(_BY_TOKENS, {"tokens_": list(tokens)}):
        token, columns = bytes(row[0]), tuple(row[1:])
        found[token] = Actor(User(*columns[len(_COLUMNS) :]), _session(columns[: len(_COLUMNS)]))
    return found


def of_user(db: sa.Connection, user: UserId, kind: SessionKind, limit: int) -> list[Session]:
    """The sessions of *user*, last seen first."""
    rows = db.execute(_OF_USER, {"user_": user, "kind_": kind, "limit_": limit})
    return [_session(row) for row in rows]


def count(db: sa.Connection, user: UserId, kind: SessionKind) -> int:
    """How many sessions of this kind *user* has."""
    return int(db.execute(_COUNT, {"user_": user, "kind_": kind}).scalar_one())


def valid(db: sa.Connection, ids: Iterable[SessionId]) -> set[SessionId]:
    """Those of *ids* that still exist and whose account is not disabled."""
    return {SessionId(row[0]) for row in db.execute(_VALID, {"ids_": list(ids)})}


def add(db: sa.Connection, new: NewSession) -> Session:
    """Makes the session.

    Its id is drawn, from the token, so that no later session ever has it: SQLite gives the highest id again once its
    row is gone, and whoever looks whether a session still exists would find somebody else's.
    """
    drawn = int.from_bytes(hashlib.sha256(new.token_sha256).digest()[:6]) or 1
    columns = {**attrs.asdict(new), "id": drawn, "scopes": written(new.scopes)}
    made = SessionId(db.execute(_INSERT, columns).scalar_one())
    return Session(made, **attrs.asdict(new, filter=lambda attribute, _: attribute.name != "token_sha256"))


def remove(db: sa.Connection, user: UserId, session: SessionId) -> bool:
    """Ends one session of *user*; False where she has no such session."""
    return db.execute(_DELETE, {"id_": session, "user_": user}).rowcount > 0


def remove_all(
    db: sa.Connection, user: UserId, *, but: SessionId | None = None, kind: SessionKind | None = None
) -> list[SessionId]:
    """Ends the sessions of *user*, all or those of one *kind*, *but* one; answers which."""
    statement: Any = sessions.delete().where(sessions.c.user == user).returning(sessions.c.id)
    if but is not None:
        statement = statement.where(sessions.c.id != but)
    if kind is not None:
        statement = statement.where(sessions.c.kind == kind)
    return [SessionId(row[0]) for row in db.execute(statement)]


def remove_expired(db: sa.Connection, now: Millis) -> int:
    """Forgets sessions past their end; answers how many."""
    return db.execute(_DELETE_EXPIRED, {"now_": now}).rowcount


def saw(db: sa.Connection, seen: Sequence[tuple[SessionId, Millis, Millis | None]]) -> None:
    """Notes for each (session, seen, expires) when it was last used and until when it lasts."""
    if seen:
        db.execute(_SEEN, [{"id_": one, "seen_": at, "expires_": until} for one, at, until in seen])


def _session(row: Sequence[Any]) -> Session:
    *columns, scopes = row
    return Session(*[*columns, read_scopes(scopes)])
