"""Accounts: set-up, registration, signing in and out, devices, tokens, invitations."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa
from msgspec import UNSET, UnsetType

from webchat.chat.authority import refuse_guest
from webchat.chat.links import enter_by
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.passwords import Passwords, acceptable
from webchat.chat.people import tell_changed
from webchat.chat.rooms import add_member, add_room
from webchat.chat.settings import ServerSettings
from webchat.live.hub import Hub
from webchat.live.limits import Buckets, Throttle
from webchat.live.sessions import SessionCache
from webchat.model.bots import SCOPES, Scope
from webchat.model.events import Row
from webchat.model.ids import InviteId, Millis, RoomId, SessionId, UserId
from webchat.model.names import account_name, email_key, name_key
from webchat.model.refusals import (
    AlreadySetUp,
    BadInvitation,
    BadSetupCode,
    Forbidden,
    NameTaken,
    NoSuchUser,
    NotFound,
    Refusal,
    RegistrationClosed,
    TooMany,
    Unauthenticated,
    WrongCredentials,
)
from webchat.model.text import ABOUT_LIMIT, DISPLAY_NAME_LIMIT, LABEL_LIMIT, TITLE_LIMIT, folded, line_of_text
from webchat.model.users import (
    Actor,
    InviteView,
    Locale,
    Me,
    Session,
    SessionKind,
    SessionView,
    Status,
    User,
    UserCard,
    UserRole,
)
from webchat.model.web import throttle_key
from webchat.store import audit, memberships, meta
from webchat.store import invites as invite_store
from webchat.store import names as name_store
from webchat.store import people as people_store
from webchat.store import rooms as room_store
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database

HOUR = 3_600_000
DAY = 24 * HOUR
SETUP_LIFE = HOUR
SEEN_EVERY = 10 * 60_000
MAX_TOKENS = 50
MAX_SESSIONS_LISTED = 200
NO_SESSION = SessionId(0)
"""That of the operator, at the machine itself: it is not kept, and cannot end."""
SIGNED_OUT, SIGNED_OUT_REASON = 4001, "signed out"
REMOVED, REMOVED_REASON = 4003, "account disabled"
CHANGED, CHANGED_REASON = 1012, "account changed"
"""Said to connections that began when the account was another: they come back at once."""


@attrs.frozen
class Device:
    """Where a request comes from: the client's address, and what it calls itself."""

    address: str
    agent: str


@attrs.frozen
class SignedIn:
    """A new session: *token* is told to its owner once, and never kept."""

    token: str = attrs.field(repr=False)
    actor: Actor


@attrs.frozen
class SessionLife:
    """How long a browser stays signed in: *idle* after its last request, *absolute* in any case.  In ms."""

    idle: int = 14 * DAY
    absolute: int = 90 * DAY


@attrs.define(eq=False)
class Accounts:
    """What can be done with accounts."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _cache: SessionCache
    _passwords: Passwords
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _settings: ServerSettings
    _life: SessionLife
    _failures: Throttle
    _failures_by_address: Throttle
    _changes: Buckets
    _strangers: Buckets
    _newcomers: Buckets
    _seen: dict[SessionId, tuple[Millis, Millis | None]] = attrs.field(factory=dict, init=False)
    on_status: Callable[[UserId, Status], None] = attrs.field(default=lambda user, status: None, init=False)
    """Told of what somebody wants others to see of her presence, once that is stored."""
    has_owner: bool = attrs.field(default=False, init=False)
    lobby: RoomId | None = attrs.field(default=None, init=False)
    """The room that newcomers are members of."""

    # Set-up.

    async def load(self) -> None:
        """Learns from the database whether there is an owner, and which room is the lobby."""

        def work(db: sa.Connection) -> tuple[bool, str | None]:
            return user_store.has_owner(db), meta.maybe(db, "lobby")

        self.has_owner, lobby = await self._database.read(work)
        self.lobby = None if lobby is None else RoomId(int(lobby))

    async def notice_owner(self) -> None:
        """Learns of an owner whom another process has made, such as the administration command."""
        if not self.has_owner:
            await self.load()

    async def open_set_up(self) -> str | None:
        """A new code, good for one hour and one use, with which somebody becomes the owner; None if there is one."""
        code, now = self._secret("", 15), self._now()
        kept = json.dumps({"sha256": _digest(code).hex(), "expires": now + SETUP_LIFE})

        def work(db: sa.Connection) -> bool:
            if user_store.has_owner(db):
                return False
            meta.put(db, "setup", kept)
            return True

        return code if await self._database.write(None, work) else None

    async def set_up(
        self,
        code: str,
        name: str,
        display_name: str,
        password: str,
        server_title: str | None,
        room_title: str,
        device: Device,
    ) -> SignedIn:
        """Makes the owner and the first room; of two who try at once, one succeeds.

        Raises BadSetupCode, AlreadySetUp, and what `register` raises for bad names and passwords.
        """
        address = ("setup", throttle_key(device.address))
        self._failures_by_address.check(address)
        new = _new_user(name, display_name, password, None, "owner", self._now())
        title = line_of_text(room_title, TITLE_LIMIT, "title")
        server = None if server_title is None else line_of_text(server_title, TITLE_LIMIT, "title")
        self._failures_by_address.failed(address)
        hashed = await self._passwords.hash(password)
        token, now = self._token("wcb_"), self._now()

        def work(db: sa.Connection) -> Outcome[tuple[SignedIn, RoomId | None]]:
            _hold_ownership(db)
            kept = meta.maybe(db, "setup")
            if user_store.has_owner(db):
                raise AlreadySetUp
            if kept is None:
                raise BadSetupCode
            wanted = json.loads(kept)
            if not hmac.compare_digest(wanted["sha256"], _digest(code).hex()) or wanted["expires"] <= now:
                raise BadSetupCode
            meta.remove(db, "setup")
            user = user_store.add(db, attrs.evolve(new, password_hash=hashed))
            room, rows = add_room(db, user, title, "", now)
            meta.put(db, "lobby", str(room))
            if server is not None:
                meta.put(db, "title", server)
            return Outcome((self._sign_in(db, user, token, device, now), room), rows)

        signed, self.lobby = await self._log.change(None, work)
        self.has_owner = True
        await self._settings.load()
        self._failures_by_address.succeeded(address)
        return signed

    # Registering, signing in and out.

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
        new = _new_user(name, display_name, password, email, "member", self._now())
        # Success is counted too: a robot that registers well must not fill the house.
        self._newcomers.take(address)
        self._failures_by_address.failed(address)
        hashed = await self._passwords.hash(password)
        code = _digest(invitation) if invitation else None
        signed = await self._add_account(attrs.evolve(new, password_hash=hashed), code, device, needs_email)
        self._failures_by_address.succeeded(address)
        return signed

    def _may_register(self, invitation: str | None) -> None:
        if self._settings.registration == "closed" or not self.has_owner:
            raise RegistrationClosed
        if self._settings.registration == "invitation" and not invitation:
            raise BadInvitation

    async def let_guest_in(self, display_name: str, device: Device) -> SignedIn:
        """Makes an account without a password for somebody who only looks round; it belongs to the lobby.

        Raises Forbidden where the server lets no guests in; BadText, RateLimited.
        """
        if not self._settings.guests or not self.has_owner:
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
        new = _new_user(name, display_name, password, email, "member", self._now())
        self._changes.take(actor.id)
        hashed = await self._passwords.hash(password)
        code, now = _digest(invitation) if invitation else None, self._now()

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
        token, now, lobby = self._token("wcb_"), self._now(), self.lobby
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
            return Outcome(self._sign_in(db, user, token, device, now), rows)

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
        new = _new_user(name, display_name, password, email, role, self._now())
        hashed = await self._passwords.hash(password)
        lobby = self.lobby

        def work(db: sa.Connection) -> Outcome[User]:
            if role == "owner":
                _hold_ownership(db)
                if user_store.has_owner(db):
                    raise AlreadySetUp
            user = insert_user(db, attrs.evolve(new, password_hash=hashed))
            audit.record(db, new.created, None, "user.add", user=user.id, role=role)
            if role == "owner":
                meta.remove(db, "setup")
            return Outcome(user, enter_lobby(db, lobby, user))

        user = await self._log.change(lobby, work)
        self.has_owner = self.has_owner or role == "owner"
        return user

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
        token, now, owner = self._token("wcb_"), self._now(), user

        def work(db: sa.Connection) -> SignedIn:
            # Held, or the password could be changed, and all sessions ended, between this look and the new session.
            still_kept, current = user_store.lock(db, owner.id), user_store.maybe(db, owner.id)
            if current is None or current.disabled is not None or still_kept != kept:
                raise WrongCredentials
            if renewed is not None:
                user_store.change(db, owner.id, password_hash=renewed)
            return self._sign_in(db, current, token, device, now)

        return await self._database.write(None, work)

    def knows(self, token: str) -> bool:
        """Whether somebody with *token* was here lately: known without asking the database."""
        return self._cache.maybe(_digest(token)) is not None

    async def authenticate(self, token: str, address: str = "") -> Actor:
        """Who holds *token*, said by somebody at *address*.

        Each wrong token costs a question to the database, so an address has only so many.  Raises Unauthenticated,
        RateLimited, Busy, Unavailable.
        """
        return await self.recognise(_digest(token), address)

    async def recognise(self, digest: bytes, address: str = "") -> Actor:
        """As `authenticate`, for whoever knows only the SHA-256 of the token."""
        now = self._now()
        actor = self._cache.maybe(digest)
        if actor is None:
            stranger = ("token", throttle_key(address))
            self._strangers.check(stranger)
            while True:
                revocations = self._cache.revocations
                actor = await self._database.read_together(_actors, digest)
                # A session that was revoked while it was read must not outlive that in the cache.
                if revocations == self._cache.revocations:
                    break
            if actor is None or actor.user.disabled is not None:
                self._strangers.take(stranger)
                raise Unauthenticated
            self._cache.remember(digest, actor)
        session = actor.session
        if session.expires is not None and session.expires <= now:
            self._cache.forget(session.id)
            raise Unauthenticated("The session has ended.")
        if now - session.seen >= SEEN_EVERY:
            session = attrs.evolve(session, seen=now, expires=self._expiry(session.kind, session, now))
            actor = Actor(actor.user, session)
            self._cache.remember(digest, actor)
            self._seen[session.id] = (now, session.expires)
        return actor

    async def sign_out(self, actor: Actor) -> None:
        """Ends the actor's session; its connections are closed at once."""
        await self._database.write(None, lambda db: session_store.remove(db, actor.id, actor.session.id))
        self.end([actor.session.id])

    async def change_password(self, actor: Actor, current: str, new: str, device: Device) -> SignedIn:
        """Sets another password, ends every session of the account, personal tokens too, and makes one new session.

        Raises WrongCredentials, WeakPassword, RateLimited.
        """
        acceptable(new, actor.user.name, actor.user.display_name)
        kept = await self.confirm(actor, current, "current")
        hashed = await self._passwords.hash(new)
        token, now = self._token("wcb_"), self._now()

        def work(db: sa.Connection) -> tuple[SignedIn, list[SessionId]]:
            if user_store.lock(db, actor.id) != kept:
                raise WrongCredentials("This is not the current password.", field="current")
            user_store.change(db, actor.id, password_hash=hashed)
            ended = session_store.remove_all(db, actor.id)
            return self._sign_in(db, actor.user, token, device, now), ended

        signed, ended = await self._database.write(None, work)
        self.end(ended)
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

        self.end(await self._database.write(None, work))

    # Devices and tokens.

    async def sessions(self, actor: Actor, kind: SessionKind) -> list[SessionView]:
        """The actor's devices, or her tokens, last seen first."""
        found = await self._database.read(lambda db: session_store.of_user(db, actor.id, kind, MAX_SESSIONS_LISTED))
        return [view(session, actor) for session in found]

    async def revoke(self, actor: Actor, session: SessionId) -> None:
        """Ends one of the actor's sessions or tokens; its connections are closed at once.  Raises NotFound."""
        now = self._now()

        def work(db: sa.Connection) -> None:
            if not session_store.remove(db, actor.id, session):
                raise NotFound
            if actor.session.id == NO_SESSION:
                audit.record(db, now, None, "token.revoke", user=actor.id)

        await self._database.write(None, work)
        self.end([session])

    async def revoke_others(self, actor: Actor) -> None:
        """Signs out all of the actor's devices but the one that asks."""
        ended = await self._database.write(
            None, lambda db: session_store.remove_all(db, actor.id, but=actor.session.id, kind="browser")
        )
        self.end(ended)

    async def make_token(
        self, actor: Actor, label: str, days: int | None, scopes: Sequence[Scope] | None = None
    ) -> tuple[str, SessionView]:
        """A personal token, for *days* or for good, for *scopes* (None: everything).  Raises TooMany above 50."""
        refuse_guest(actor)
        # What holds a bot's token must not be able to outlive its revocation.
        if actor.user.kind == "bot" and actor.session.id != NO_SESSION:
            raise Forbidden("A bot's tokens are made by its owner.")
        label = line_of_text(label, LABEL_LIMIT, "label")
        self._changes.take(actor.id)
        token, now = self.new_token(), self._now()
        expires = None if days is None else Millis(now + days * DAY)
        allowed = None if scopes is None else frozenset(scopes)

        def work(db: sa.Connection) -> Session:
            # A session that was ended meanwhile, all of them with it, leaves no token behind.
            user_store.lock(db, actor.id)
            if actor.session.id != NO_SESSION and not session_store.valid(db, [actor.session.id]):
                raise Unauthenticated
            if actor.session.id == NO_SESSION:
                audit.record(db, now, None, "token.add", user=actor.id)
            return add_token(db, actor.id, token, label, now, expires, actor.session.address, allowed)

        return token, view(await self._database.write(None, work), actor)

    async def keep_seen(self) -> None:
        """Writes down when sessions were last used, and forgets those that have ended."""
        seen, self._seen = self._seen, {}
        now = self._now()

        def work(db: sa.Connection) -> None:
            session_store.saw(db, [(one, at, until) for one, (at, until) in seen.items()])
            session_store.remove_expired(db, now)

        await self._database.write(None, work)

    def end(self, sessions: Sequence[SessionId]) -> None:
        """These sessions are no more: nobody is known by them, and their connections are closed."""
        for session in sessions:
            self._cache.forget(session)
            self._hub.dismiss_session(session, SIGNED_OUT, SIGNED_OUT_REASON)

    # Profiles.

    async def edit_profile(
        self,
        actor: Actor,
        display_name: str | UnsetType = UNSET,
        email: str | UnsetType | None = UNSET,
        about: str | UnsetType = UNSET,
        locale: Locale | UnsetType | None = UNSET,
        status: Status | UnsetType = UNSET,
    ) -> Me:
        """Changes what is given.  An address that another account has is silently left as it was.

        Her other devices are told of it, and whoever shares a room with her of a new name.
        """
        columns: dict[str, str | None] = {}
        if not isinstance(display_name, UnsetType):
            shown = line_of_text(display_name, DISPLAY_NAME_LIMIT, "display name")
            columns.update(display_name=shown, display_key=folded(shown))
        if not isinstance(about, UnsetType):
            columns.update(about=line_of_text(about, ABOUT_LIMIT, "about", may_be_empty=True))
        if not isinstance(locale, UnsetType):
            columns.update(locale=locale)
        if not isinstance(status, UnsetType):
            columns.update(status=status)
        key = email_key(email) if isinstance(email, str) else None
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> tuple[User, list[RoomId]]:
            user_store.lock(db, actor.id)
            before = user_store.maybe(db, actor.id)
            if before is None or before.deleted is not None:
                raise Unauthenticated
            if email is None:
                columns.update(email=None, email_key=None)
            elif key is not None and not user_store.email_is_taken(db, key):
                columns.update(email=str(email).strip(), email_key=key)
            if columns:
                user_store.change(db, actor.id, **columns)
            if not isinstance(display_name, UnsetType):
                memberships.rename(db, actor.id, str(columns["display_key"]))
                name_store.change(db, actor.id, before.name, str(columns["display_key"]))
            user = user_store.maybe(db, actor.id)
            assert user is not None
            return user, people_store.rooms_of(db, actor.id) if user.card != before.card else []

        user, rooms = await self._database.write(None, work)
        tell_changed(self._hub, self._cache, user, rooms)
        if not isinstance(status, UnsetType):
            self.on_status(user.id, status)
        return user.me

    async def users(self, actor: Actor, ids: Sequence[UserId]) -> list[UserCard]:
        """What everybody may know of these accounts; unknown ids are left out."""
        return await self._database.read(lambda db: user_store.cards(db, ids))

    # Invitations.

    async def make_invite(self, actor: Actor, days: int, uses: int) -> tuple[str, InviteView]:
        """A code with which *uses* people may register within *days*.  For the server's owner and admins."""
        _administrator(actor)
        code, now = self._secret("", 15), self._now()

        def work(db: sa.Connection) -> InviteView:
            made = invite_store.add(db, _digest(code), actor.id, now, Millis(now + days * DAY), uses)
            audit.record(db, now, _doer(actor), "invite.add", invite=made.id, days=days, uses=uses)
            return made

        return code, await self._database.write(None, work)

    async def invites(self, actor: Actor) -> list[InviteView]:
        """The invitations that can still be used."""
        _administrator(actor)
        now = self._now()
        return await self._database.read(lambda db: invite_store.open_ones(db, now, 200))

    async def revoke_invite(self, actor: Actor, invite: InviteId) -> None:
        """Makes the invitation useless.  Raises NotFound."""
        _administrator(actor)
        now = self._now()

        def work(db: sa.Connection) -> None:
            if not invite_store.remove(db, invite):
                raise NotFound
            audit.record(db, now, _doer(actor), "invite.revoke", invite=invite)

        await self._database.write(None, work)

    # Tokens.

    def new_session(self, db: sa.Connection, user: User, device: Device) -> SignedIn:
        """A new session of *user*, within a transaction."""
        return self._sign_in(db, user, self._token("wcb_"), device, self._now())

    def _sign_in(self, db: sa.Connection, user: User, token: str, device: Device, now: Millis) -> SignedIn:
        new = session_store.NewSession(
            user.id,
            _digest(token),
            "browser",
            "",
            now,
            now,
            Millis(now + min(self._life.idle, self._life.absolute)),
            _printable(device.agent)[:200],
            device.address[:60],
        )
        return SignedIn(token, Actor(user, session_store.add(db, new)))

    def _expiry(self, kind: SessionKind, session: Session, now: Millis) -> Millis | None:
        if kind == "api":
            return session.expires
        return Millis(min(now + self._life.idle, session.created + self._life.absolute))

    def new_token(self) -> str:
        """A secret for a program."""
        return self._token("wct_")

    def _token(self, prefix: str) -> str:
        return self._secret(prefix, 32)

    def _secret(self, prefix: str, length: int) -> str:
        return prefix + urlsafe_b64encode(self._token_bytes(length)).decode().rstrip("=")


def _actors(db: sa.Connection, digests: Sequence[bytes]) -> Sequence[Actor | None]:
    found = session_store.actors(db, digests)
    return [found.get(digest) for digest in digests]


def add_token(
    db: sa.Connection,
    user: UserId,
    token: str,
    label: str,
    now: Millis,
    expires: Millis | None,
    address: str,
    scopes: frozenset[Scope] | None,
) -> Session:
    """Writes down the secret *token*, with which a program acts for *user*.  Raises TooMany above MAX_TOKENS."""
    if session_store.count(db, user, "api") >= MAX_TOKENS:
        raise TooMany
    return session_store.add(
        db, session_store.NewSession(user, _digest(token), "api", label, now, now, expires, "", address, scopes)
    )


def view(session: Session, reader: Actor | None) -> SessionView:
    """*session* as its owner sees it, or whoever manages it."""
    return SessionView(
        session.id,
        session.kind,
        session.label,
        session.created,
        session.seen,
        session.expires,
        session.agent,
        session.address,
        reader is not None and session.id == reader.session.id,
        None if session.scopes is None else tuple(one for one in SCOPES if one in session.scopes),
    )


def insert_user(db: sa.Connection, new: user_store.NewUser) -> User:
    """Makes the account, without its address where another has it.  Raises NameTaken."""
    if user_store.name_is_taken(db, new.name_key):
        raise NameTaken(field="name")
    if new.email_key is not None and user_store.email_is_taken(db, new.email_key):
        new = attrs.evolve(new, email=None, email_key=None)
    return user_store.add(db, new)


def enter_lobby(db: sa.Connection, lobby: RoomId | None, user: User) -> tuple[Row, ...]:
    """Makes *user*, who is new, a member of the lobby, if there is one that can be joined."""
    room = None if lobby is None else room_store.maybe(db, lobby)
    if room is None or room.kind != "public" or room.archived is not None or room.deleted is not None:
        return ()
    if memberships.maybe(db, room.id, user.id) is not None:
        return ()
    return add_member(db, room, user, "member")


def _new_user(
    name: str, display_name: str, password: str, email: str | None, role: UserRole, now: Millis
) -> user_store.NewUser:
    name = account_name(name)
    display_name = line_of_text(display_name or name, DISPLAY_NAME_LIMIT, "display name")
    email = email.strip() if email else None
    key = email_key(email) if email else None
    acceptable(password, name, display_name)
    return user_store.NewUser(
        name, name_key(name), display_name, folded(display_name), email, key, None, "human", role, now
    )


def _hold_ownership(db: sa.Connection) -> None:
    """Of several who make an owner at once one goes first: all of them want this row, which every database has."""
    meta.lock(db, "epoch")


def _doer(actor: Actor) -> UserId | None:
    """How the audit log calls the actor: the operator acts in other people's names, in no session."""
    return None if actor.session.id == NO_SESSION else actor.id


def _administrator(actor: Actor) -> None:
    if not actor.may_administer:
        raise Forbidden("Only the server's owner and admins do this.")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)
