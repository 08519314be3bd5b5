"""Commands of bots: registered by them, told to them, and what they answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import attrs
import msgspec
import sqlalchemy as sa
from msgspec import Struct

from webchat.chat.authority import refuse_guest
from webchat.live.hub import Hub
from webchat.live.limits import Buckets, Clock
from webchat.model.answers import CommandView, Noted, Posted
from webchat.model.commands import PostMessage
from webchat.model.events import CommandGiven, Notice
from webchat.model.ids import Millis, RoomId, Seq, SessionId, UserId
from webchat.model.refusals import Forbidden, NameTaken, NoSuchCommand, NoSuchUser, NotFound, Refusal, TooMany
from webchat.model.signing import secret_of
from webchat.model.slash import DESCRIPTION_LIMIT, HINT_LIMIT, command_name, worded
from webchat.model.targets import target_url
from webchat.model.text import line_of_text, message_text
from webchat.model.users import Actor, Locale, Session, User, UserCard
from webchat.store import bots, memberships, outbox
from webchat.store import rooms as room_store
from webchat.store import slash as slash_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.outbox import Job, NewJob
from webchat.store.slash import Registered

ReplyTo = Literal["caller", "room"]

MOST_COMMANDS = 50
"""Of one bot."""
MOST_FAILURES = 10
"""So often in a row a URL may fail to answer until its command rests."""
MOST_REPLIES = 5
"""To one command."""
MOST_WAITING = 10_000
"""Commands that may be answered at a time; above it the oldest may be no more."""
PATIENCE = 10.0
"""Seconds after which the caller is told that nobody has answered."""
LASTING = 900.0
"""Seconds for which a command may be answered."""
LATE = 15_000
"""ms after which a command is told to no URL any more: nobody waits for it."""


class Given(Struct, frozen=True, omit_defaults=True):
    """A command that was given: the *caller* has put *text* behind the *name* of the *bot*'s command number *id*."""

    id: int
    name: str
    bot: UserId
    caller: UserId
    room: RoomId
    text: str
    language: Locale
    thread: Seq | None = None


class Told(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="command"):
    """What a URL is told of a command."""

    room: RoomId
    title: str
    user: UserCard
    name: str
    text: str
    language: Locale
    thread: Seq | None = None


@attrs.frozen
class Request:
    """A command on its way to the URL that carries it out."""

    given: Given
    url: str
    secret: str = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


@attrs.define(eq=False)
class _Waiting:
    """A command that a bot's connections were told.  *due*: when its caller is told that nobody has answered."""

    given: Given
    ends: float
    due: float | None
    left: int = MOST_REPLIES


@attrs.define(eq=False)
class BotCommands:
    """What bots and those who call them can do with commands.  What waits for an answer is kept in memory alone."""

    _database: Database
    _hub: Hub
    _post: Callable[[Actor, PostMessage], Awaitable[Posted]]
    _now: Callable[[], Millis]
    _clock: Clock
    _token_bytes: Callable[[int], bytes]
    _changes: Buckets
    _waiting: dict[str, _Waiting] = attrs.field(factory=dict, init=False)
    """By token, the oldest first."""

    # Registering.

    async def register(
        self, actor: Actor, name: str, hint: str, description: str, url: str | None
    ) -> tuple[CommandView, str | None]:
        """Registers a command of the bot that asks, or changes it; with the key of its signatures, if that is new.

        Raises Forbidden for people, BadName, NameTaken where another bot has it, BadText, TextTooLong, BadRequest,
        TooMany.
        """
        _refuse_people(actor)
        name = command_name(name)
        columns: dict[str, Any] = {
            "hint": line_of_text(hint, HINT_LIMIT, "hint", may_be_empty=True),
            "description": line_of_text(description, DESCRIPTION_LIMIT, "description", may_be_empty=True),
            "url": None if url is None else target_url(url),
        }
        self._changes.take(actor.id)
        now = self._now()
        secret = None if url is None else secret_of(self._token_bytes(24))

        def work(db: sa.Connection) -> tuple[CommandView, str | None]:
            known = slash_store.named(db, name)
            if known is not None and known.bot != actor.id:
                raise NameTaken(field="name")
            if known is None:
                if slash_store.count(db, actor.id) >= MOST_COMMANDS:
                    raise TooMany(f"A bot has at most {MOST_COMMANDS} commands.")
                id = slash_store.add(db, {**columns, "name": name, "bot": actor.id, "secret": secret, "created": now})
                return _view(slash_store.one(db, id)), secret
            kept = known.secret if known.url == url else None
            rested = {"failures": 0, "failure": None, "disabled": None}
            slash_store.change(db, known.id, {**columns, "secret": kept or secret, **rested})
            return _view(slash_store.one(db, known.id)), None if kept else secret

        return await self._database.write(None, work)

    async def of_bot(self, actor: Actor, bot: UserId) -> list[CommandView]:
        """What the bot has registered: for itself, for who answers for it, and for those who run the server.

        Raises NoSuchUser for everybody else.
        """

        def work(db: sa.Connection) -> list[CommandView]:
            if not _answers_for(db, actor, bot):
                raise NoSuchUser
            return [_view(one) for one in slash_store.of_bot(db, bot)]

        return await self._database.read(work)

    async def remove(self, actor: Actor, id: int) -> None:
        """Forgets a command: for the same people.  Raises NoSuchCommand for everybody else."""
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> None:
            known = slash_store.one(db, id)
            if known is None or not _answers_for(db, actor, known.bot):
                raise NoSuchCommand
            slash_store.remove(db, id)

        await self._database.write(None, work)

    # Asking.

    async def ask(self, command: Registered, bot: UserCard, caller: User, given: Given) -> Noted:
        """Tells the bot of a command; what it answers comes later."""
        if command.url is not None and command.disabled is None:
            now = self._now()
            # Those of one person go one after the other, and wait for nobody else's.
            job = NewJob("command", caller.id, msgspec.json.encode(given).decode(), now, now)
            await self._database.write(None, lambda db: outbox.add(db, [job]))
            return Noted("asked", worded(given.language, "asked", bot=bot.display_name))
        if command.url is not None or not self._hub.connections_of(bot.id):
            return Noted("absent", worded(given.language, "absent", bot=bot.display_name))
        token = self._wait_for(given)
        self._hub.tell_user(
            bot.id,
            CommandGiven(given.room, given.name, given.text, caller.card, given.language, token, given.thread),
        )
        return Noted("asked", worded(given.language, "asked", bot=bot.display_name))

    def _wait_for(self, given: Given) -> str:
        token, now = self._token_bytes(16).hex(), self._clock()
        if len(self._waiting) >= MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[token] = _Waiting(given, now + LASTING, now + PATIENCE)
        return token

    async def tick(self) -> None:
        """Tells callers that have waited long enough that nobody has answered; called every second."""
        now = self._clock()
        for token, one in list(self._waiting.items()):
            if one.due is not None and one.due <= now:
                one.due = None
                await self._say_nothing_came(one.given)
            if one.ends <= now:
                self._waiting.pop(token, None)

    # Answers.

    async def reply(self, actor: Actor, token: str, text: str, to: ReplyTo) -> Posted | None:
        """What the bot that asks answers to a command it was told: to its caller alone, or to the room.

        Raises NotFound for a token that is none, another bot's, or used up, and what posting raises.
        """
        _refuse_people(actor)
        text = message_text(text)
        self._changes.take(actor.id)
        found = self._waiting.get(token)
        if found is None or found.given.bot != actor.id or found.ends <= self._clock():
            raise NotFound("This command is answered no more.", field="token")
        posted = await self._answer(actor, found.given, text, to)
        found.due = None
        found.left -= 1
        if found.left <= 0:
            self._waiting.pop(token, None)
        return posted

    async def compose(self, job: Job) -> Request | None:
        """What the URL of a command is told; None where nothing is to be told any more."""
        given = msgspec.json.decode(job.payload, type=Given)
        found = await self._database.read(lambda db: _request(db, given))
        # One that was told before, and not heard of since, may have done what it is for.
        if found is None or job.tries > 1 or job.created < self._now() - LATE:
            await self._say_nothing_came(given)
            return None
        return found

    async def answered(self, given: Given, text: str, to: ReplyTo) -> None:
        """The URL has answered; with an empty *text*, that it has nothing to say."""
        await self._database.write(None, lambda db: slash_store.answered(db, given.id))
        if not text:
            return
        bot = await self._database.read(lambda db: user_store.maybe(db, given.bot))
        if bot is None:
            return
        try:
            await self._answer(_speaking(bot, self._now()), given, message_text(text), to)
        except Refusal:
            # She has left meanwhile, or the room takes nothing from the bot.
            await self._say_nothing_came(given)

    async def failed(self, given: Given, why: str) -> None:
        """The URL has not answered as it should."""
        now = self._now()
        await self._database.write(None, lambda db: slash_store.failed(db, given.id, why, MOST_FAILURES, now))
        await self._say_nothing_came(given)

    async def _answer(self, bot: Actor, given: Given, text: str, to: ReplyTo) -> Posted | None:
        if to == "room":
            return await self._post(bot, PostMessage(0, given.room, text, thread=given.thread))
        await self._tell(given, bot.user.card, "reply", text)
        return None

    async def _say_nothing_came(self, given: Given) -> None:
        cards = await self._database.read(lambda db: user_store.cards(db, [given.bot]))
        for card in cards:
            words = worded(given.language, "no_answer", bot=card.display_name, command=given.name)
            await self._tell(given, card, "no_answer", words)

    async def _tell(self, given: Given, bot: UserCard, code: Literal["reply", "no_answer"], text: str) -> None:
        """Tells the caller, if she and the bot are still in the room."""

        def both(db: sa.Connection) -> bool:
            return _are_there(db, given)

        if await self._database.read(both):
            self._hub.tell_user(given.caller, Notice(given.room, code, text, given.name, bot, given.thread))


def _refuse_people(actor: Actor) -> None:
    refuse_guest(actor)
    if actor.user.kind != "bot" or not actor.may("write"):
        raise Forbidden("Only bots have commands.")


def _answers_for(db: sa.Connection, actor: Actor, bot: UserId) -> bool:
    account = user_store.maybe(db, bot)
    if account is None or account.kind != "bot" or account.deleted is not None:
        return False
    return bot == actor.id or actor.may_administer or bots.owner(db, bot) == actor.id


def _are_there(db: sa.Connection, given: Given) -> bool:
    keys = [(given.room, given.caller), (given.room, given.bot)]
    places = memberships.many(db, keys)
    room = room_store.maybe(db, given.room)
    return (
        room is not None
        and room.deleted is None
        and all(key in places and places[key].is_active for key in keys)
        and len(user_store.present(db, (given.caller, given.bot))) == 2
    )


def _request(db: sa.Connection, given: Given) -> Request | None:
    command = slash_store.one(db, given.id)
    room, caller = room_store.maybe(db, given.room), user_store.maybe(db, given.caller)
    if command is None or command.url is None or command.secret is None or command.bot != given.bot:
        return None
    if room is None or caller is None or not _are_there(db, given):
        return None
    told = Told(given.room, room.title, caller.card, given.name, given.text, given.language, given.thread)
    return Request(given, command.url, command.secret, msgspec.json.encode(told))


def _speaking(bot: User, now: Millis) -> Actor:
    """The bot, when the server speaks in its name."""
    return Actor(bot, Session(SessionId(0), bot.id, "api", "", now, now, None, "", ""))


def _view(command: Registered | None) -> CommandView:
    assert command is not None
    return CommandView(
        command.id,
        command.name,
        command.hint,
        command.description,
        command.url,
        command.created,
        command.failures,
        command.failure,
        command.disabled,
    )
