"""Names and passwords: signing in with them, proving them once more, changing them."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat.passwords import Passwords, acceptable
from webchat.chat.sessions import Device, Sessions, SignedIn
from webchat.live.limits import Throttle
from webchat.model.ids import Millis, SessionId, UserId
from webchat.model.names import name_key
from webchat.model.refusals import Forbidden, NoSuchUser, WrongCredentials
from webchat.model.text import folded
from webchat.model.users import Actor
from webchat.model.web import throttle_key
from webchat.store import audit
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database


@attrs.define(eq=False)
class Credentials:
    """What people know, by which they are recognised; guessing gets slower with each try."""

    _database: Database
    _passwords: Passwords
    _sessions: Sessions
    _now: Callable[[], Millis]
    _failures: Throttle
    _failures_by_address: Throttle

    async def sign_in(self, login: str, password: str, device: Device) -> SignedIn:
        """A new session for whoever has this name or address and this password.

        Unknown names and wrong passwords get the same answer after the same time.  Raises WrongCredentials,
        RateLimited, Busy.
        """
        key, address = folded(login)[:300], throttle_key(device.address)
        # By what the account is found by: another spelling, in letters that only look the same, is no other account.
        name = name_key(login)[:300]
        here, anywhere, there = (name, address), ("account", name), ("sign-in", address)
        # Counted before the outcome is known, and for every key that is checked: many at once count too.
        self._failures.check(here)
        self._failures_by_address.check(there)
        self._failures_by_address.check(anywhere)
        self._failures.failed(here)
        self._failures_by_address.failed(there)
        self._failures_by_address.failed(anywhere)
        address_key = key if "@" in key else None
        found = await self._database.read(lambda db: user_store.with_password(db, name_key(login), address_key))
        user, kept = found if found is not None else (None, None)
        right, renewed = await self._passwords.check(kept, password[:1000])
        if not right or user is None or user.disabled is not None:
            raise WrongCredentials
        self._failures.succeeded(here)
        self._failures_by_address.succeeded(there)
        self._failures_by_address.succeeded(anywhere)
        token, now, owner = self._sessions.new_browser_token(), self._now(), user

        def work(db: sa.Connection) -> SignedIn:
            # Held, or the password could be changed, and all sessions ended, between this look and the new session.
            still_kept, current = user_store.lock(db, owner.id), user_store.maybe(db, owner.id)
            if current is None or current.disabled is not None or still_kept != kept:
                raise WrongCredentials
            if renewed is not None:
                user_store.change(db, owner.id, password_hash=renewed)
            return self._sessions.begin(db, current, token, device, now)

        return await self._database.write(None, work)

    async def change_password(self, actor: Actor, current: str, new: str, device: Device) -> SignedIn:
        """Sets another password, ends every session of the account, personal tokens too, and makes one new session.

        Raises WrongCredentials, WeakPassword, RateLimited.
        """
        acceptable(new, actor.user.name, actor.user.display_name)
        kept = await self.confirm(actor, current, "current")
        hashed = await self._passwords.hash(new)
        token, now = self._sessions.new_browser_token(), self._now()

        def work(db: sa.Connection) -> tuple[SignedIn, list[SessionId]]:
            if user_store.lock(db, actor.id) != kept:
                raise WrongCredentials("This is not the current password.", field="current")
            user_store.change(db, actor.id, password_hash=hashed)
            ended = session_store.remove_all(db, actor.id)
            return self._sessions.begin(db, actor.user, token, device, now), ended

        signed, ended = await self._database.write(None, work)
        self._sessions.end(ended)
        return signed

    async def confirm(self, actor: Actor, password: str, field: str) -> str:
        """The hash of the actor's password, which *password* is.  Raises WrongCredentials, RateLimited, Busy."""
        key = ("password", actor.id)
        self._failures.check(key)
        self._failures.failed(key)
        kept = await self._database.read(lambda db: user_store.password_hash(db, actor.id))
        right, _ = await self._passwords.check(kept, password[:1000])
        if not right or kept is None:
            raise WrongCredentials("This is not the current password.", field=field)
        self._failures.succeeded(key)
        return kept

    async def set_password(self, user: UserId, password: str) -> None:
        """Sets a password on the operator's word; every session of the account ends."""
        acceptable(password)
        hashed = await self._passwords.hash(password)
        now = self._now()

        def work(db: sa.Connection) -> list[SessionId]:
            found = user_store.maybe(db, user)
            if found is None or found.deleted is not None:
                raise NoSuchUser
            if found.kind == "bot":
                raise Forbidden("Nobody signs in to a bot with a password.")
            user_store.change(db, user, password_hash=hashed)
            audit.record(db, now, None, "user.password", user=user)
            return session_store.remove_all(db, user)

        self._sessions.end(await self._database.write(None, work))
