"""Sessions: who holds which token, devices that are signed in, tokens for programs; how they begin and end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa

from webchat.chat.authority import refuse_guest
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.live.sessions import SessionCache
from webchat.model.bots import SCOPES, Scope
from webchat.model.codes import digest_of, new_secret
from webchat.model.ids import Millis, SessionId, UserId
from webchat.model.refusals import Forbidden, NotFound, TooMany, Unauthenticated
from webchat.model.text import LABEL_LIMIT, line_of_text
from webchat.model.users import Actor, Session, SessionKind, SessionView, User
from webchat.model.web import throttle_key
from webchat.store import audit
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database

HOUR = 3_600_000
DAY = 24 * HOUR
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
class Sessions:
    """What is signed in, and for how long."""

    _database: Database
    _hub: Hub
    _cache: SessionCache
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _life: SessionLife
    _changes: Buckets
    _strangers: Buckets
    _seen: dict[SessionId, tuple[Millis, Millis | None]] = attrs.field(factory=dict, init=False)

    def knows(self, token: str) -> bool:
        """Whether somebody with *token* was here lately: known without asking the database."""
        return self._cache.maybe(digest_of(token)) is not None

    async def authenticate(self, token: str, address: str = "") -> Actor:
        """Who holds *token*, said by somebody at *address*.

        Each wrong token costs a question to the database, so an address has only so many.  Raises Unauthenticated,
        RateLimited, Busy, Unavailable.
        """
        return await self.recognise(digest_of(token), address)

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

    async def of(self, actor: Actor, kind: SessionKind) -> list[SessionView]:
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

    def new_session(self, db: sa.Connection, user: User, device: Device) -> SignedIn:
        """A new session of *user*, within a transaction."""
        return self.begin(db, user, self.new_browser_token(), device, self._now())

    def begin(self, db: sa.Connection, user: User, token: str, device: Device, now: Millis) -> SignedIn:
        """As `new_session`, with a *token* that was made before."""
        new = session_store.NewSession(
            user.id,
            digest_of(token),
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

    def new_browser_token(self) -> str:
        """A secret for a browser."""
        return new_secret(self._token_bytes, "wcb_")

    def new_token(self) -> str:
        """A secret for a program."""
        return new_secret(self._token_bytes, "wct_")


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
        db, session_store.NewSession(user, digest_of(token), "api", label, now, now, expires, "", address, scopes)
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


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)
