"""Webhooks: made, changed and removed by a room's moderators; and what other programs say by way of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs
import sqlalchemy as sa
from msgspec import UNSET

from webchat.chat import permission
from webchat.chat.bots import make_bot
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.messages import Messages
from webchat.chat.people import tell_changed
from webchat.chat.rooms import add_member, part
from webchat.chat.settings import ServerSettings
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.live.sessions import SessionCache
from webchat.model.answers import Posted
from webchat.model.codes import digest_of
from webchat.model.commands import PostMessage
from webchat.model.hooks import (
    WORD_LIMIT,
    HookEvent,
    HookKind,
    HookView,
    read_events,
    stored_events,
)
from webchat.model.ids import Millis, RoomId, SessionId, UserId
from webchat.model.refusals import BadRequest, Busy, Forbidden, NameTaken, NoSuchRoom, NotAMember, NotFound, TooMany
from webchat.model.rooms import Room
from webchat.model.signing import secret_of
from webchat.model.slack import read_said
from webchat.model.targets import target_url
from webchat.model.text import DISPLAY_NAME_LIMIT, folded, line_of_text
from webchat.model.users import Actor, Session, User
from webchat.store import audit, memberships, outbox
from webchat.store import hooks as hook_store
from webchat.store import names as name_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.hooks import Hook

MAX_HOOKS = 20
"""Of one room."""
USED_EVERY = 60_000
"""ms: it is not written down more often that a webhook was used."""
NAME_TRIES = 20


@attrs.frozen
class Made:
    """A webhook, and what is told this once: the path that is posted to, or the key of the signatures."""

    hook: HookView
    path: str | None = attrs.field(default=None, repr=False)
    secret: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class HookChanges:
    """What is to become of a webhook; what is not given stays as it is."""

    label: Any = UNSET
    url: Any = UNSET
    events: Any = UNSET
    word: Any = UNSET
    bots: Any = UNSET
    resting: Any = UNSET

    def columns(self, hook: Hook, now: Millis) -> dict[str, Any]:
        """The columns that these are, of *hook*.  Raises BadRequest, BadText, TextTooLong."""
        found: dict[str, Any] = {}
        if self.label is not UNSET:
            found["label"] = label_of(self.label)
        if self.resting is not UNSET:
            # Who wakes it begins anew.
            found["disabled"] = (hook.disabled or now) if self.resting else None
            found.update({} if self.resting else {"failures": 0, "failure": None})
        told = (self.url, self.events, self.word, self.bots)
        if hook.kind == "in" and any(one is not UNSET for one in told):
            raise BadRequest("An incoming webhook has no URL, events or words.")
        if self.url is not UNSET:
            found["url"] = target_url(self.url)
        if self.word is not UNSET:
            found["word"] = word_of(self.word)
        if self.events is not UNSET or self.bots is not UNSET:
            events, bots = read_events(hook.stored_events)
            found["events"] = stored_events(
                events_of(self.events) if self.events is not UNSET else events,
                self.bots if self.bots is not UNSET else bots,
            )
        return found


@attrs.define(eq=False)
class Hooks:
    """What can be done with webhooks; what the outgoing ones tell is in `hook_events`."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _cache: SessionCache
    _messages: Messages
    _settings: ServerSettings
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _changes: Buckets

    async def of_room(self, actor: Actor, room: RoomId) -> list[HookView]:
        """The room's webhooks, newest first, for its moderators."""

        def work(db: sa.Connection) -> list[HookView]:
            permission.moderator(db, room, actor)
            return hook_store.views(db, hook_store.of_room(db, room, MAX_HOOKS))

        return await self._database.read(work)

    async def make_incoming(self, actor: Actor, room: RoomId, label: str) -> Made:
        """A URL by which another program posts into the room.  Raises Forbidden, TooMany, RoomArchived."""
        secret = self._token_bytes(16).hex()
        hook = await self._make(actor, room, "in", label, token_sha256=digest_of(secret))
        return Made(hook, path=_path(hook.id, secret))

    async def make_outgoing(
        self, actor: Actor, room: RoomId, label: str, url: str, events: tuple[HookEvent, ...], word: str, bots: bool
    ) -> Made:
        """Has *url* told of what happens in the room.  As *make_incoming*; Forbidden where the server tells nobody."""
        if not self._settings.webhooks:
            raise Forbidden("Outgoing webhooks are switched off on this server.")
        secret = secret_of(self._token_bytes(32))
        hook = await self._make(
            actor,
            room,
            "out",
            label,
            url=target_url(url),
            secret=secret,
            events=stored_events(events_of(events), bots),
            word=word_of(word),
        )
        return Made(hook, secret=secret)

    async def _make(self, actor: Actor, room: RoomId, kind: HookKind, label: str, **columns: Any) -> HookView:
        label = label_of(label)
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[HookView]:
            row = _keeper(db, room, actor)
            if hook_store.count(db, room) >= MAX_HOOKS:
                raise TooMany("The room has too many webhooks.")
            bot = self._bot(db, label, now)
            rows = add_member(db, row, bot, "member", actor.id)
            hook = hook_store.add(
                db, kind, room, bot.id, actor.id, label=label, created=now, told=rows[-1].rev, **columns
            )
            # SQLite gives the highest id again once its row is gone: nothing of the one before is told by this one.
            outbox.forget(db, "hook", hook.id)
            audit.record(db, now, actor.id, "hook.make", room=room, user=bot.id, kind=kind)
            return Outcome(hook_store.views(db, [hook])[0], rows)

        return await self._log.change(room, work)

    def _bot(self, db: sa.Connection, label: str, now: Millis) -> User:
        """The account as which a webhook speaks, its name made of the *label*.  Raises Busy."""
        word = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:20].strip("-")
        for _ in range(NAME_TRIES):
            number = int.from_bytes(self._token_bytes(8)) % 10_000
            try:
                return make_bot(db, "-".join(filter(None, ("hook", word, f"{number:04}"))), label, None, now)
            except NameTaken:
                continue
        raise Busy

    async def change(self, actor: Actor, room: RoomId, id: int, changes: HookChanges) -> HookView:
        """Gives a webhook another label, URL, events; lets it rest, or wakes it.  Raises NotFound."""
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[tuple[HookView, User]]:
            _keeper(db, room, actor)
            hook = _found(db, room, id)
            columns = changes.columns(hook, now)
            if columns:
                hook_store.change(db, id, **columns)
                audit.record(db, now, actor.id, "hook.change", room=room, user=hook.bot)
            if "label" in columns:
                _rename(db, hook.bot, columns["label"])
            bot = user_store.maybe(db, hook.bot)
            assert bot is not None
            return Outcome((hook_store.views(db, [hook_store.one(db, id)])[0], bot))

        view, bot = await self._log.change(room, work)
        if changes.label is not UNSET:
            tell_changed(self._hub, self._cache, bot, [room])
        return view

    async def renew(self, actor: Actor, room: RoomId, id: int) -> Made:
        """Another secret in place of the one that was told: at once, and the old one is worth nothing."""
        self._changes.take(actor.id)
        now, token, key = self._now(), self._token_bytes(16).hex(), secret_of(self._token_bytes(32))

        def work(db: sa.Connection) -> Outcome[Made]:
            _keeper(db, room, actor)
            hook = _found(db, room, id)
            new = {"token_sha256": digest_of(token)} if hook.kind == "in" else {"secret": key}
            hook_store.change(db, id, **new)
            audit.record(db, now, actor.id, "hook.secret", room=room, user=hook.bot)
            view = hook_store.views(db, [hook])[0]
            return Outcome(Made(view, path=_path(id, token)) if hook.kind == "in" else Made(view, secret=key))

        return await self._log.change(room, work)

    async def remove(self, actor: Actor, room: RoomId, id: int) -> None:
        """Ends a webhook: its bot leaves the room, and is nobody any more.  Raises NotFound."""
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[None]:
            permission.moderator(db, room, actor)
            hook = _found(db, room, id)
            place, bot = memberships.maybe(db, room, hook.bot), user_store.maybe(db, hook.bot)
            assert place is not None and bot is not None
            rows = part(db, place, bot)
            user_store.change(db, hook.bot, disabled=now)
            hook_store.remove(db, id)
            outbox.forget(db, "hook", id)
            audit.record(db, now, actor.id, "hook.remove", room=room, user=hook.bot)
            return Outcome(None, rows)

        await self._log.change(room, work)

    async def receive(self, id: int, secret: str, body: bytes) -> Posted:
        """Posts what another program says.  A nonce that was used is answered as by `Messages.post`.

        Raises NotFound where the URL is nobody's (any more), BadRequest, and what posting raises.
        """
        now = self._now()

        def work(db: sa.Connection) -> tuple[Hook, User] | None:
            hook = hook_store.by_token(db, digest_of(secret))
            bot = None if hook is None or hook.id != id or hook.disabled is not None else user_store.maybe(db, hook.bot)
            return None if hook is None or bot is None else (hook, bot)

        found = await self._database.read(work)
        if found is None:
            raise NotFound("There is no such webhook.")
        hook, bot = found
        said = read_said(body)
        command = PostMessage(0, hook.room, said.text, said.nonce, said.reply, said.thread)
        try:
            # What became of the webhook meanwhile is asked there, once more: its bot must be in the room.
            posted = await self._messages.post(speaking(bot, now), command)
        except (NoSuchRoom, NotAMember):
            raise NotFound("There is no such webhook.") from None
        if hook.used is None or now - hook.used >= USED_EVERY:
            await self._database.write(None, lambda db: hook_store.change(db, hook.id, used=now))
        return posted

    async def sweep(self) -> None:
        """Removes what is left of webhooks whose room is gone, or whose bot was taken out of it."""
        await self._database.write(None, hook_store.remove_dead)


def speaking(bot: User, now: Millis) -> Actor:
    """The bot of a webhook as somebody who posts: by no session that anybody could hold."""
    return Actor(bot, Session(SessionId(0), bot.id, "api", "", now, now, None, "", "", frozenset({"write"})))


def label_of(text: str) -> str:
    """A label: what the bot is shown as.  Raises BadText, TextTooLong."""
    return line_of_text(text, DISPLAY_NAME_LIMIT, "label")


def word_of(text: str) -> str:
    """The word that messages begin with, or ''.  Raises BadText, TextTooLong."""
    return line_of_text(text, WORD_LIMIT, "word", may_be_empty=True)


def events_of(events: tuple[HookEvent, ...]) -> tuple[HookEvent, ...]:
    """*events*, of which there must be one.  Raises BadRequest."""
    if not events:
        raise BadRequest("A webhook that hears of nothing is none.", field="events")
    return events


def _rename(db: sa.Connection, bot: UserId, label: str) -> None:
    user = user_store.maybe(db, bot)
    assert user is not None
    user_store.change(db, bot, display_name=label, display_key=folded(label))
    memberships.rename(db, bot, folded(label))
    name_store.change(db, bot, user.name, folded(label))


def _keeper(db: sa.Connection, room: RoomId, actor: Actor) -> Room:
    """The room, for somebody who looks after it, and where something can be changed.  Raises RoomArchived too."""
    permission.writer(db, room, actor)
    return permission.moderator(db, room, actor)[0]


def _found(db: sa.Connection, room: RoomId, id: int) -> Hook:
    hook = hook_store.maybe(db, id)
    if hook is None or hook.room != room:
        raise NotFound
    return hook


def _path(id: int, secret: str) -> str:
    return f"/api/v1/hooks/{id}/{secret}"
