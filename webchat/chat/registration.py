"""Registering: by oneself or by an invitation, as a guest, and on the operator's word."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat.founding import Founding, hold_ownership
from webchat.chat.links import enter_by
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.newcomers import enter_lobby, insert_user, new_user
from webchat.chat.passwords import Passwords
from webchat.chat.people import tell_changed
from webchat.chat.sessions import CHANGED, CHANGED_REASON, Device, Sessions, SignedIn
from webchat.chat.settings import ServerSettings
from webchat.live.hub import Hub
from webchat.live.limits import Buckets, Throttle
from webchat.live.sessions import SessionCache
from webchat.model.codes import digest_of
from webchat.model.events import Row
from webchat.model.ids import Millis, RoomId
from webchat.model.names import name_key
from webchat.model.refusals import (
    AlreadySetUp,
    BadInvitation,
    Forbidden,
    NameTaken,
    Refusal,
    RegistrationClosed,
    Unauthenticated,
)
from webchat.model.text import DISPLAY_NAME_LIMIT, folded, line_of_text
from webchat.model.users import Actor, Me, User, UserRole
from webchat.model.web import throttle_key
from webchat.store import audit, memberships, meta
from webchat.store import invites as invite_store
from webchat.store import names as name_store
from webchat.store import people as people_store
from webchat.store import users as user_store
from webchat.store.database import Database


@attrs.define(eq=False)
class Registration:
    """Makes accounts of people."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _cache: SessionCache
    _passwords: Passwords
    _sessions: Sessions
    _founding: Founding
    _settings: ServerSettings
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _failures_by_address: Throttle
    _changes: Buckets
    _newcomers: Buckets

    async def register(
        self,
        name: str,
        display_name: str,
        password: str,
        email: str | None,
        invitation: str | None,
        device: Device,
        *,
        needs_email: bool = False,
    ) -> SignedIn:
        """Makes an account that belongs to the lobby, and to the room that *invitation* leads into.

        An address that another account has is silently left out: the answer must not tell who has an account.  Where it
        is what people sign in with, *needs_email*, it cannot be: then NameTaken is raised.
        Raises BadName, NameTaken, BadText, BadEmail, WeakPassword, RegistrationClosed, BadInvitation, RateLimited.
        """
        self._may_register(invitation)
        address = ("register", throttle_key(device.address))
        self._failures_by_address.check(address)
        new = new_user(name, display_name, password, email, "member", self._now())
        # Success is counted too: a robot that registers well must not fill the house.
        self._newcomers.take(address)
        self._failures_by_address.failed(address)
        hashed = await self._passwords.hash(password)
        code = digest_of(invitation) if invitation else None
        signed = await self._add_account(attrs.evolve(new, password_hash=hashed), code, device, needs_email)
        self._failures_by_address.succeeded(address)
        return signed

    def _may_register(self, invitation: str | None) -> None:
        if self._settings.registration == "closed" or not self._founding.has_owner:
            raise RegistrationClosed
        if self._settings.registration == "invitation" and not invitation:
            raise BadInvitation

    async def let_guest_in(self, display_name: str, device: Device) -> SignedIn:
        """Makes an account without a password for somebody who only looks round; it belongs to the lobby.

        Raises Forbidden where the server lets no guests in; BadText, RateLimited.
        """
        if not self._settings.guests or not self._founding.has_owner:
            raise Forbidden("This server lets no guests in.")
        shown = line_of_text(display_name, DISPLAY_NAME_LIMIT, "display name")
        self._newcomers.take(("register", throttle_key(device.address)))
        name = f"guest-{self._token_bytes(6).hex()}"
        new = user_store.NewUser(
            name, name_key(name), shown, folded(shown), None, None, None, "human", "guest", self._now()
        )
        return await self._add_account(new, None, device)

    async def register_guest(
        self,
        actor: Actor,
        name: str,
        display_name: str,
        password: str,
        email: str | None,
        invitation: str | None,
    ) -> Me:
        """A guest becomes a member, under a name of her own; she stays signed in, and where she is.

        Raises Forbidden for everybody else, and what `register` raises.
        """
        if actor.user.role != "guest":
            raise Forbidden("You have an account already.")
        self._may_register(invitation)
        new = new_user(name, display_name, password, email, "member", self._now())
        self._changes.take(actor.id)
        hashed = await self._passwords.hash(password)
        code, now = digest_of(invitation) if invitation else None, self._now()

        def work(db: sa.Connection) -> tuple[User, list[RoomId]]:
            user_store.lock(db, actor.id)
            guest = user_store.maybe(db, actor.id)
            if guest is None or guest.disabled is not None:
                raise Unauthenticated
            if guest.role != "guest":
                raise Forbidden("You have an account already.")
            used = invite_store.use(db, code, now) if code is not None else None
            if used is None and self._settings.registration != "open":
                raise BadInvitation
            if user_store.name_is_taken(db, new.name_key):
                raise NameTaken(field="name")
            address = new.email if new.email_key and not user_store.email_is_taken(db, new.email_key) else None
            user_store.change(
                db,
                actor.id,
                name=new.name,
                name_key=new.name_key,
                display_name=new.display_name,
                display_key=new.display_key,
                email=address,
                email_key=new.email_key if address is not None else None,
                password_hash=hashed,
                role="member",
            )
            memberships.rename(db, actor.id, new.display_key)
            name_store.change(db, actor.id, new.name, new.display_key)
            user = user_store.maybe(db, actor.id)
            assert user is not None
            return user, people_store.rooms_of(db, actor.id)

        user, rooms = await self._database.write(None, work)
        tell_changed(self._hub, self._cache, user, rooms)
        # The connections are those of a guest.
        self._hub.dismiss_user(actor.id, CHANGED, CHANGED_REASON)
        return user.me

    async def _add_account(
        self, new: user_store.NewUser, code: bytes | None, device: Device, needs_email: bool = False
    ) -> SignedIn:
        token, now, lobby = self._sessions.new_browser_token(), self._now(), self._founding.lobby
        wanted = code or b""
        found = await self._database.read(lambda db: invite_store.maybe(db, wanted, now)) if wanted else None

        def work(db: sa.Connection) -> Outcome[SignedIn]:
            invite = invite_store.use(db, wanted, now) if wanted else None
            # Where everybody may register, what is wrong with the invitation keeps nobody out.
            if wanted and invite is None and self._settings.registration != "open":
                raise BadInvitation
            user = insert_user(db, new)
            if needs_email and user.email is None:
                raise NameTaken(field="email")
            rows = enter_lobby(db, lobby, user)
            if invite is not None and invite.room is not None and invite.room != lobby:
                rows += self._enter_by(db, invite, user, now)
            return Outcome(self._sessions.begin(db, user, token, device, now), rows)

        return await self._log.change(lobby, work, also=None if found is None else found.room)

    def _enter_by(self, db: sa.Connection, invite: invite_store.Invite, user: User, now: Millis) -> tuple[Row, ...]:
        try:
            return enter_by(db, invite, user, now)
        except Refusal:
            if self._settings.registration != "open":
                raise BadInvitation from None
            return ()

    async def add_user(self, name: str, display_name: str, password: str, email: str | None, role: UserRole) -> User:
        """Makes an account on the operator's word, without invitation and session."""
        new = new_user(name, display_name, password, email, role, self._now())
        hashed = await self._passwords.hash(password)
        lobby = self._founding.lobby

        def work(db: sa.Connection) -> Outcome[User]:
            if role == "owner":
                hold_ownership(db)
                if user_store.has_owner(db):
                    raise AlreadySetUp
            user = insert_user(db, attrs.evolve(new, password_hash=hashed))
            audit.record(db, new.created, None, "user.add", user=user.id, role=role)
            if role == "owner":
                meta.remove(db, "setup")
            return Outcome(user, enter_lobby(db, lobby, user))

        user = await self._log.change(lobby, work)
        self._founding.has_owner = self._founding.has_owner or role == "owner"
        return user
