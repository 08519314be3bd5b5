"""Slash commands: a line such as `/topic Tea` is carried out, not said."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.members import Members
from webchat.chat.messages import Messages
from webchat.chat.presence import Presence
from webchat.chat.registered import BotCommands, Given
from webchat.chat.rooms import Rooms
from webchat.live.limits import Buckets
from webchat.model.answers import CommandEntry, Noted, Ran
from webchat.model.commands import PostMessage, RunCommand
from webchat.model.ids import RoomId
from webchat.model.names import name_key
from webchat.model.refusals import BadRequest, EmptyText, Forbidden, NoSuchCommand, NoSuchUser, TooMany
from webchat.model.rooms import Room
from webchat.model.slash import (
    BUILT_IN,
    DESCRIBED,
    SHRUG,
    Line,
    NoticeCode,
    is_said,
    read_line,
    said,
    suggestions,
    worded,
)
from webchat.model.users import Actor, Locale, User, UserCard
from webchat.store import slash as slash_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.slash import Registered

PAGE_LIMIT = 200
MOST_NAMED = 50
"""People that `/who` names, and commands of bots that `/help` does."""
MOST_INVITED = 20
"""By one command."""


@attrs.frozen
class _Caller:
    """Who has given a command, and where."""

    actor: Actor
    command: RunCommand
    line: Line
    language: Locale
    room: Room

    def noted(self, code: NoticeCode, key: str | None = None, **values: object) -> Ran:
        """The answer: the sentence *key* (by default that of the *code*) in her language."""
        return Ran(self.room.id, notice=Noted(code, worded(self.language, key or code, **values)))


@attrs.define(eq=False)
class Slash:
    """What can be done by a line that begins with a slash."""

    _database: Database
    _messages: Messages
    _members: Members
    _rooms: Rooms
    _presence: Presence
    _bots: BotCommands
    _given: Buckets

    async def is_command(self, actor: Actor, room: RoomId, text: str) -> bool:
        """Whether *run* would carry *text* out: it names a command that is built in, or of a bot in the room.

        For doors whose clients know only texts: they post all others as they are.
        """
        line = read_line(text)
        if line is None or is_said(text):
            return False
        if line.name in BUILT_IN:
            return True
        return await self._database.read(lambda db: slash_store.named_in_room(db, room, line.name) is not None)

    async def run(self, actor: Actor, command: RunCommand) -> Ran:
        """Carries out the line in *command*; what begins with two slashes is posted with one.

        Raises NoSuchCommand, with suggestions; BadRequest for what is no command or has not what it needs; NotAMember,
        NoSuchRoom, RateLimited, and whatever the use case behind it raises.
        """
        if is_said(command.text):
            return await self._say(actor, command, said(command.text))
        line = read_line(command.text)
        if line is None:
            raise BadRequest("A command is a slash and a name.", field="text")
        if line.name == "me":
            if not line.rest:
                raise EmptyText("Say what you do: /me waves", field="text")
            return await self._say(actor, command, line.rest, action=True)
        if line.name == "shrug":
            return await self._say(actor, command, f"{line.rest} {SHRUG}".lstrip())
        self._given.take(actor.id)
        room, registered = await self._database.read(lambda db: _look(db, actor, command.room, line.name))
        caller = _Caller(actor, command, line, _language(actor, command.language), room)
        built_in: dict[str, Callable[[_Caller], Awaitable[Ran]]] = {
            "help": self._help,
            "who": self._who,
            "away": self._away,
            "invite": self._invite,
            "topic": self._topic,
        }
        if line.name in built_in:
            return await built_in[line.name](caller)
        if registered is None:
            raise await self._unknown(caller, line.name)
        return await self._ask(caller, *registered)

    async def entries(
        self, actor: Actor, room: RoomId, language: Locale | None, after: str | None, limit: int
    ) -> tuple[list[CommandEntry], str | None]:
        """The commands that can be given in the room: those built in, then those of its bots by name, behind *after*.

        With the name that the next page begins behind, if there is one.
        """
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> list[tuple[Registered, UserCard]]:
            permission.member(db, room, actor)
            return slash_store.in_room(db, room, after or "", limit + 1)

        found = await self._database.read(work)
        words = DESCRIBED[_language(actor, language)]
        built_in = [CommandEntry(name, *words[name]) for name in BUILT_IN] if after is None else []
        entries = [CommandEntry(one.name, one.hint, one.description, bot) for one, bot in found[:limit]]
        return built_in + entries, found[limit - 1][0].name if len(found) > limit else None

    # What is built in.

    async def _say(self, actor: Actor, command: RunCommand, text: str, action: bool = False) -> Ran:
        post = PostMessage(0, command.room, text, command.nonce, thread=command.thread, action=action)
        return Ran(command.room, posted=await self._messages.post(actor, post))

    async def _help(self, caller: _Caller) -> Ran:
        entries, _ = await self.entries(caller.actor, caller.room.id, caller.language, None, MOST_NAMED)
        wanted = caller.line.rest.lstrip("/／").lower()
        if wanted:
            entries = [entry for entry in entries if entry.name == wanted]
            if not entries:
                raise await self._unknown(caller, wanted)
        lines = []
        for entry in entries:
            usage, bot = f"{entry.name} {entry.hint}".rstrip(), entry.user
            key, name = ("help_line", "") if bot is None else ("help_of", bot.display_name)
            lines.append(worded(caller.language, key, usage=usage, description=entry.description, bot=name))
        return Ran(caller.room.id, notice=Noted("help", "\n".join(lines)))

    async def _who(self, caller: _Caller) -> Ran:
        present, following = await self._presence.present(caller.actor, caller.room.id, None, None, MOST_NAMED)
        # Somebody who hides from her is listed as off line.
        here = [one for one in present if one.state != "offline"]
        if not here:
            return caller.noted("who", "who_none")
        names = [
            worded(caller.language, "away_mark", name=one.user.display_name)
            if one.state == "away"
            else one.user.display_name
            for one in here
        ]
        joined = worded(caller.language, "comma").join(names)
        return caller.noted("who", "who_more" if following else None, count=len(names), names=joined)

    async def _away(self, caller: _Caller) -> Ran:
        wanted = caller.line.rest.lower()
        if wanted not in ("", "on", "off"):
            raise BadRequest("Say /away on or /away off.", field="text")
        await self._presence.set_status(caller.actor, "auto" if wanted == "off" else "away")
        return caller.noted("back" if wanted == "off" else "away")

    async def _invite(self, caller: _Caller) -> Ran:
        _refuse_unless_rooms(caller.actor)
        names = [name.lstrip("@＠") for name in re.split(r"[\s,，、]+", caller.line.rest) if name.strip("@＠")]
        if not names:
            raise BadRequest("Say whom to invite: /invite @name", field="text")
        if len(names) > MOST_INVITED:
            raise TooMany(f"Invite at most {MOST_INVITED} people at once.")

        def work(db: sa.Connection) -> list[User]:
            # First: who may invite nobody does not learn either who has an account.
            permission.inviter(db, caller.room.id, caller.actor)
            return [_named(db, name) for name in names]

        people = await self._database.read(work)
        await self._members.invite(caller.actor, caller.room.id, list(dict.fromkeys(one.id for one in people)))
        joined = worded(caller.language, "comma").join(dict.fromkeys(one.display_name for one in people))
        return caller.noted("invited", names=joined)

    async def _topic(self, caller: _Caller) -> Ran:
        topic = caller.line.rest
        if not topic:
            shown = caller.room.topic
            return caller.noted("topic", topic=shown) if shown else caller.noted("topic", "topic_none")
        _refuse_unless_rooms(caller.actor)
        await self._rooms.change(caller.actor, caller.room.id, topic=topic)
        return caller.noted("topic", "topic_set", topic=" ".join(topic.split()))

    # What bots carry out.

    async def _ask(self, caller: _Caller, registered: Registered, bot: UserCard) -> Ran:
        given = Given(
            registered.id,
            registered.name,
            bot.id,
            caller.actor.id,
            caller.room.id,
            caller.line.rest,
            caller.language,
            caller.command.thread,
        )
        return Ran(caller.room.id, notice=await self._bots.ask(registered, bot, caller.actor.user, given))

    async def _unknown(self, caller: _Caller, name: str) -> NoSuchCommand:
        entries, _ = await self.entries(caller.actor, caller.room.id, caller.language, None, PAGE_LIMIT)
        meant = suggestions(name, [entry.name for entry in entries])
        words = f" Did you mean /{', /'.join(meant)}?" if meant else ""
        return NoSuchCommand(f"There is no command /{name} here.{words}", field="text", suggestions=meant)


def _look(
    db: sa.Connection, actor: Actor, room_id: RoomId, name: str
) -> tuple[Room, tuple[Registered, UserCard] | None]:
    """The room, and the bot's command of this name in it.  Raises NotAMember, NoSuchRoom."""
    room, _ = permission.member(db, room_id, actor)
    return room, None if name in BUILT_IN else slash_store.named_in_room(db, room_id, name)


def _named(db: sa.Connection, name: str) -> User:
    found = user_store.maybe_named(db, name_key(name))
    if found is None or found.disabled is not None or found.deleted is not None:
        raise NoSuchUser(f"There is nobody called {name[:40]}.", field="text")
    return found


def _refuse_unless_rooms(actor: Actor) -> None:
    if not actor.may("rooms"):
        raise Forbidden("This token may not change rooms.")


def _language(actor: Actor, wanted: Locale | None) -> Locale:
    if wanted is not None:
        return wanted
    return "zh-CN" if actor.user.locale == "zh-CN" else "en"
