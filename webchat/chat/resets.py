"""A way back in for somebody who has forgotten her password: a link that an admin gives her, good for one use."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.chat.authority import Who, id_of, rule
from webchat.chat.passwords import Passwords, acceptable
from webchat.chat.sessions import SIGNED_OUT, SIGNED_OUT_REASON
from webchat.live.hub import Hub
from webchat.live.limits import Buckets, Throttle
from webchat.live.sessions import SessionCache
from webchat.model.administration import ResetLink
from webchat.model.codes import digest_of, new_secret
from webchat.model.ids import Millis, SessionId, UserId
from webchat.model.refusals import BadResetCode, Conflict
from webchat.model.web import throttle_key
from webchat.store import audit, meta
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database

RESET_LIFE = 24 * 3_600_000


@attrs.define(eq=False)
class Resets:
    """Of each account at most one link is good: the newest.  Of its code only a hash is kept."""

    _database: Database
    _hub: Hub
    _cache: SessionCache
    _passwords: Passwords
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _failures: Throttle
    _changes: Buckets

    async def make(self, by: Who, user: UserId) -> ResetLink:
        """A code with which *user* sets a new password, within a day.  Raises NoSuchUser, Forbidden, Conflict."""
        if by is not None:
            self._changes.take(by.id)
        secret = new_secret(self._token_bytes, length=24)
        now = self._now()
        code, expires = f"{user}-{secret}", Millis(now + RESET_LIFE)
        kept = json.dumps({"sha256": digest_of(code).hex(), "expires": expires})

        def work(db: sa.Connection) -> None:
            found = rule(db, by, user)
            if found.kind != "human" or found.role == "guest" or found.disabled is not None:
                raise Conflict("Nobody signs in to this account with a password.")
            meta.put(db, _key(user), kept)
            audit.record(db, now, id_of(by), "user.reset", user=user)

        await self._database.write(None, work)
        return ResetLink(code, expires)

    async def use(self, code: str, password: str, address: str) -> None:
        """Sets *password*; the code is used up, and every session of the account ends.

        Raises BadResetCode, WeakPassword, RateLimited, Busy.
        """
        here = ("reset", throttle_key(address))
        self._failures.check(here)
        number, _, _ = code.partition("-")
        if not number.isascii() or not number.isdecimal() or len(number) > 15:
            self._failures.failed(here)
            raise BadResetCode
        user, now = UserId(int(number)), self._now()
        self._failures.failed(here)
        name = await self._database.read(lambda db: _holder(db, user, code, now))
        acceptable(password, *name)
        hashed = await self._passwords.hash(password)

        def work(db: sa.Connection) -> list[SessionId]:
            # Held, or two could use the same code at once.
            meta.lock(db, _key(user))
            _holder(db, user, code, now)
            meta.remove(db, _key(user))
            user_store.change(db, user, password_hash=hashed)
            return session_store.remove_all(db, user)

        ended = await self._database.write(None, work)
        self._failures.succeeded(here)
        self._cache.forget_user(user)
        for session in ended:
            self._hub.dismiss_session(session, SIGNED_OUT, SIGNED_OUT_REASON)


def _holder(db: sa.Connection, user: UserId, code: str, now: Millis) -> tuple[str, str]:
    """The names of *user*, who holds *code*.  Raises BadResetCode."""
    kept, found = meta.maybe(db, _key(user)), user_store.maybe(db, user)
    wanted: dict[str, Any] = {"sha256": "", "expires": 0} if kept is None else json.loads(kept)
    is_right = hmac.compare_digest(wanted["sha256"], digest_of(code).hex())
    if not is_right or wanted["expires"] <= now or found is None or found.disabled is not None:
        raise BadResetCode
    return found.name, found.display_name


def _key(user: UserId) -> str:
    return f"reset:{user}"
