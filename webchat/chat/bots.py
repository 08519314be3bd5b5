"""Bots: accounts without a password, for which somebody else answers, and the tokens they act with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa
from msgspec import UNSET, UnsetType

from webchat.chat.accounts import Accounts
from webchat.chat.authority import Who, administer, id_of
from webchat.chat.leaving import Leaving
from webchat.chat.newcomers import insert_user
from webchat.chat.people import tell_changed
from webchat.chat.pictures import Pictures
from webchat.chat.sessions import DAY, MAX_TOKENS, SIGNED_OUT, SIGNED_OUT_REASON, add_token, view
from webchat.chat.settings import ServerSettings
from webchat.chat.standing import Standing
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.live.sessions import SessionCache
from webchat.model.bots import Scope
from webchat.model.ids import MAX_INT, Millis, RoomId, SessionId, UserId
from webchat.model.names import account_name, name_key
from webchat.model.refusals import Conflict, Forbidden, NoSuchUser, NotFound, TooMany, Unauthenticated
from webchat.model.text import ABOUT_LIMIT, DISPLAY_NAME_LIMIT, LABEL_LIMIT, folded, line_of_text
from webchat.model.users import Actor, BotState, BotView, Session, SessionView, User
from webchat.store import audit, memberships
from webchat.store import bots as bot_store
from webchat.store import names as name_store
from webchat.store import people as people_store
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.bots import Bot
from webchat.store.database import Database
from webchat.store.users import NewUser

MAX_BOTS, MAX_BOTS_OF_ADMIN = 10, 100
PAGE_LIMIT = 100


@attrs.define(eq=False)
class Bots:
    """What those who answer for bots do with them; *by* None is the operator, at the machine itself."""

    _database: Database
    _hub: Hub
    _cache: SessionCache
    _settings: ServerSettings
    _accounts: Accounts
    _pictures: Pictures
    _leaving: Leaving
    _standing: Standing
    _now: Callable[[], Millis]
    _changes: Buckets

    # Looking.

    async def mine(self, actor: Actor) -> tuple[list[BotView], bool]:
        """The actor's bots, newest first, and whether she may make more."""

        def work(db: sa.Connection) -> tuple[list[BotView], bool]:
            user = _present(db, actor)
            try:
                self._may_make(db, user)
            except (Forbidden, TooMany):
                may_make = False
            else:
                may_make = True
            return _views(db, bot_store.of_owner(db, actor.id)), may_make

        return await self._database.read(work)

    async def all(self, by: Who, before: int | None = None, limit: int = 50) -> tuple[list[BotView], int | None]:
        """Everybody's bots, newest first, and what the next page goes on *before*.  For those who run the server."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> tuple[list[BotView], int | None]:
            administer(db, by)
            found = bot_store.many(db, before or MAX_INT, limit + 1)
            return _views(db, found[:limit]), int(found[limit - 1].user.id) if len(found) > limit else None

        return await self._database.read(work)

    async def one(self, by: Who, bot: UserId) -> BotView:
        """One bot, for those who manage it.  Raises NoSuchUser, Forbidden."""
        return await self._database.read(lambda db: _view(db, _managed(db, by, bot)))

    # Making, changing, ending.

    async def make(
        self, by: Who, name: str, display_name: str, about: str = "", owner: UserId | None = None
    ) -> BotView:
        """A new bot, for which *by* answers; the operator says which *owner* does, or nobody.

        Raises Forbidden, TooMany; BadName, NameTaken, BadText.
        """
        about = line_of_text(about, ABOUT_LIMIT, "about", may_be_empty=True)
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> BotView:
            if by is not None:
                # Held, or of two that are made at once neither would count.
                user_store.lock(db, by.id)
                self._may_make(db, _present(db, by))
            user = make_bot(db, name, display_name, owner if by is None else by.id, now)
            if about:
                user_store.change(db, user.id, about=about)
            audit.record(db, now, id_of(by), "bot.add", user=user.id)
            return _view(db, _bot(db, user.id))

        return await self._database.write(None, work)

    async def change(
        self,
        by: Who,
        bot: UserId,
        display_name: str | UnsetType = UNSET,
        about: str | UnsetType = UNSET,
        stopped: bool | UnsetType = UNSET,
    ) -> BotView:
        """Changes what is given.  One that is *stopped* is disabled, and its tokens end with it.

        Raises NoSuchUser, Forbidden; BadText; Conflict where others than its owner have disabled it.
        """
        columns: dict[str, Any] = {}
        if not isinstance(display_name, UnsetType):
            shown = line_of_text(display_name, DISPLAY_NAME_LIMIT, "display name")
            columns.update(display_name=shown, display_key=folded(shown))
        if not isinstance(about, UnsetType):
            columns.update(about=line_of_text(about, ABOUT_LIMIT, "about", may_be_empty=True))
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> tuple[BotView, User, list[RoomId]]:
            user_store.lock(db, bot)
            before = _managed(db, by, bot)
            if columns:
                user_store.change(db, bot, **columns)
                audit.record(db, now, id_of(by), "bot.change", user=bot)
            if not isinstance(display_name, UnsetType):
                memberships.rename(db, bot, columns["display_key"])
                name_store.change(db, bot, before.user.name, columns["display_key"])
            if not isinstance(stopped, UnsetType):
                self._stop(db, by, before, now if stopped else None, now)
            after = _bot(db, bot)
            told = after.user.card != before.user.card
            return _view(db, after), after.user, people_store.rooms_of(db, bot) if told else []

        found, user, rooms = await self._database.write(None, work)
        tell_changed(self._hub, self._cache, user, rooms)
        if stopped is True:
            self._standing.removed(bot)
        return found

    def _stop(self, db: sa.Connection, by: Who, bot: Bot, stopped: Millis | None, now: Millis) -> None:
        if (bot.user.disabled is not None) == (stopped is not None):
            return
        if stopped is None and bot.stopped is None:
            raise Conflict("Those who run the server have disabled this bot.")
        self._standing.disable(db, bot.user.id, stopped)
        bot_store.set_stopped(db, bot.user.id, stopped)
        audit.record(db, now, id_of(by), "bot.start" if stopped is None else "bot.stop", user=bot.user.id)

    async def set_picture(self, by: Actor, bot: UserId, data: bytes) -> BotView:
        """Makes *data* the bot's picture.  Raises NoSuchUser, Forbidden; BadPicture, Busy, Unavailable."""
        # Asked before the work with the picture, and again by the transaction that acts.
        found = await self._database.read(lambda db: _managed(db, by, bot))
        await self._pictures.set_avatar(Actor(found.user, by.session), data, may=lambda db: _managed(db, by, bot))
        return await self.one(by, bot)

    async def remove_picture(self, by: Actor, bot: UserId) -> BotView:
        """Takes the bot's picture away.  Raises NoSuchUser, Forbidden."""
        found = await self._database.read(lambda db: _managed(db, by, bot))
        await self._pictures.remove_avatar(Actor(found.user, by.session), may=lambda db: _managed(db, by, bot))
        return await self.one(by, bot)

    async def delete(self, by: Who, bot: UserId) -> None:
        """Ends the bot for good; what it wrote stays.  Raises NoSuchUser, Forbidden."""
        self._take(by)
        now = self._now()

        def check(db: sa.Connection) -> None:
            user_store.lock(db, bot)
            _managed(db, by, bot)
            audit.record(db, now, id_of(by), "bot.delete", user=bot)

        await self._leaving.end(bot, check)

    # Tokens.

    async def tokens(self, by: Who, bot: UserId) -> list[SessionView]:
        """The bot's tokens, last seen first.  Raises NoSuchUser, Forbidden."""

        def work(db: sa.Connection) -> list[SessionView]:
            _managed(db, by, bot)
            return [view(one, by) for one in session_store.of_user(db, bot, "api", MAX_TOKENS)]

        return await self._database.read(work)

    async def make_token(
        self, by: Who, bot: UserId, label: str, scopes: Sequence[Scope] | None, days: int | None = None
    ) -> tuple[str, SessionView]:
        """A token of the bot, told this once, for *scopes* (None: everything), for *days* or for good.

        Raises NoSuchUser, Forbidden; BadText; TooMany above 50; Conflict while it is stopped or disabled.
        """
        label = line_of_text(label, LABEL_LIMIT, "label")
        self._take(by)
        token, now = self._accounts.new_token(), self._now()
        expires = None if days is None else Millis(now + days * DAY)
        allowed = None if scopes is None else frozenset(scopes)

        def work(db: sa.Connection) -> Session:
            self._hold(db, by, bot)
            audit.record(db, now, id_of(by), "bot.token.add", user=bot)
            return add_token(db, bot, token, label, now, expires, _address(by), allowed)

        return token, view(await self._database.write(None, work), by)

    async def revoke(self, by: Who, bot: UserId, ended: SessionId) -> None:
        """Ends a token of the bot; its connections are closed at once.  Raises NoSuchUser, Forbidden, NotFound."""
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> None:
            _managed(db, by, bot)
            if not session_store.remove(db, bot, ended):
                raise NotFound
            audit.record(db, now, id_of(by), "bot.token.revoke", user=bot)

        await self._database.write(None, work)
        self._close(ended)

    async def rotate(self, by: Who, bot: UserId, ended: SessionId) -> tuple[str, SessionView]:
        """A new secret in the place of an old one, which ends at once.  Raises as *revoke* and *make_token*."""
        self._take(by)
        secret, now = self._accounts.new_token(), self._now()

        def work(db: sa.Connection) -> Session:
            self._hold(db, by, bot)
            found = [one for one in session_store.of_user(db, bot, "api", MAX_TOKENS) if one.id == ended]
            if not found or not session_store.remove(db, bot, ended):
                raise NotFound
            audit.record(db, now, id_of(by), "bot.token.rotate", user=bot)
            return add_token(db, bot, secret, found[0].label, now, found[0].expires, _address(by), found[0].scopes)

        made = await self._database.write(None, work)
        self._close(ended)
        return secret, view(made, by)

    def _hold(self, db: sa.Connection, by: Who, bot: UserId) -> None:
        # Held, or the bot could be stopped, and all its tokens ended, between this look and the new token.
        user_store.lock(db, bot)
        if _managed(db, by, bot).user.disabled is not None:
            raise Conflict("The bot is stopped: start it first.")

    def _close(self, ended: SessionId) -> None:
        self._cache.forget(ended)
        self._hub.dismiss_session(ended, SIGNED_OUT, SIGNED_OUT_REASON)

    def _may_make(self, db: sa.Connection, user: User) -> None:
        self._settings.may_make_bots(user)
        if bot_store.count(db, user.id) >= (MAX_BOTS_OF_ADMIN if user.may_administer else MAX_BOTS):
            raise TooMany("You have as many bots as one may have.")

    def _take(self, by: Who) -> None:
        if by is not None:
            self._changes.take(by.id)


def make_bot(db: sa.Connection, name: str, display_name: str, owner: UserId | None, now: Millis) -> User:
    """Makes an account for a program; nobody can sign in to it.  Raises BadName, NameTaken."""
    name = account_name(name)
    shown = line_of_text(display_name or name, DISPLAY_NAME_LIMIT, "display name")
    user = insert_user(db, NewUser(name, name_key(name), shown, folded(shown), None, None, None, "bot", "member", now))
    bot_store.add(db, user.id, owner, now)
    return user


def _present(db: sa.Connection, by: Actor) -> User:
    user = user_store.maybe(db, by.id)
    if user is None or user.disabled is not None:
        raise Unauthenticated
    return user


def _managed(db: sa.Connection, by: Who, bot: UserId) -> Bot:
    """The bot, which who acts may manage: its owner, or one who runs the server.

    A bot that runs the server with them is managed by its owner only while she does, and by the server's owner.
    Raises NoSuchUser, Forbidden, Unauthenticated.
    """
    found = _bot(db, bot)
    if by is None:
        return found
    user = _present(db, by)
    if user.kind == "bot" or not (found.owner == user.id or user.may_administer):
        raise Forbidden("Only the bot's owner and those who run the server do this.")
    is_over_admins = user.role == "owner" or (user.role == "admin" and found.owner == user.id)
    if found.user.may_administer and not is_over_admins:
        raise Forbidden("Only the server's owner acts on its admins.")
    return found


def _bot(db: sa.Connection, bot: UserId) -> Bot:
    found = bot_store.maybe(db, bot)
    if found is None:
        raise NoSuchUser
    return found


def _view(db: sa.Connection, bot: Bot) -> BotView:
    return _views(db, [bot])[0]


def _views(db: sa.Connection, bots: Sequence[Bot]) -> list[BotView]:
    owners = {card.id: card for card in user_store.cards(db, [bot.owner for bot in bots if bot.owner is not None])}
    use = bot_store.use(db, [bot.user.id for bot in bots])
    return [
        BotView(
            bot.user.card,
            bot.user.about,
            bot.user.role,
            None if bot.owner is None else owners.get(bot.owner),
            bot.created,
            _state(bot),
            *use.get(bot.user.id, (0, None)),
        )
        for bot in bots
    ]


def _state(bot: Bot) -> BotState:
    if bot.user.disabled is None:
        return "active"
    return "disabled" if bot.stopped is None else "stopped"


def _address(by: Who) -> str:
    return "" if by is None else by.session.address
