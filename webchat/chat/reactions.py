"""Reactions: given, taken back, and who gave them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa
from msgspec import structs

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.live.limits import Buckets
from webchat.model.answers import Changed, Reactors
from webchat.model.commands import React
from webchat.model.emoji import one_emoji
from webchat.model.events import Message
from webchat.model.extras import REACTORS_SHOWN, Reaction
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.refusals import NoSuchMessage, TooMany
from webchat.model.users import Actor
from webchat.store import messages, reactions, rooms
from webchat.store.database import Database

REACTIONS_MAX = 20
"""Different ones on one message."""


@attrs.define(eq=False)
class Reactions:
    """What people say about a message without a word."""

    _log: RoomLog
    _database: Database
    _now: Callable[[], Millis]
    _marks: Buckets

    async def react(self, actor: Actor, command: React) -> Changed:
        """Gives an emoji to a message, or takes it back; what is so already stays so.

        The rows of the reactions are what is true; the message holds a summary of them.  Raises BadRequest for what is
        no emoji, NoSuchMessage, Conflict for a deleted message, TooMany, Silenced, Forbidden, RoomArchived, NotAMember,
        NoSuchRoom, RateLimited.
        """
        emoji = one_emoji(command.emoji)
        self._marks.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            permission.responder(db, command.room, actor, now)
            message = messages.standing(db, command.room, command.seq)
            summary = _changed(db, message, emoji, actor.id, command.on, now)
            if summary is None:
                return Outcome(Changed(command.room, message.rev))
            _, rev = rooms.raise_counters(db, command.room, 0, 1)
            extras = structs.replace(messages.extras_of(message), reactions=summary)
            messages.set_reactions(db, command.room, command.seq, extras, rev)
            return Outcome(Changed(command.room, rev), (structs.replace(message, rev=rev, reactions=summary),))

        return await self._log.change(command.room, work)

    async def givers(self, actor: Actor, room: RoomId, seq: Seq, emoji: str, after: int, limit: int) -> Reactors:
        """Who gave *emoji* to the message, of those with an id above *after*."""
        emoji = one_emoji(emoji)

        def work(db: sa.Connection) -> Reactors:
            permission.member(db, room, actor)
            if messages.maybe(db, room, seq) is None:
                raise NoSuchMessage
            found = reactions.givers(db, room, seq, emoji, UserId(after), limit + 1)
            more = len(found) > limit
            return Reactors(tuple(found[:limit]), found[limit - 1].id if more else None)

        return await self._database.read(work)


def given(db: sa.Connection, room: RoomId, reader: UserId, page: Sequence[Message]) -> dict[str, tuple[str, ...]]:
    """By seq, what *reader* gave to the messages of a page, where their summaries do not name everybody."""
    cut = [
        (message.seq, reaction.emoji)
        for message in page
        for reaction in message.reactions
        if reaction.count > len(reaction.users)
    ]
    found: dict[str, tuple[str, ...]] = {}
    for seq, emoji in reactions.among(db, room, reader, cut):
        found[str(seq)] = (*found.get(str(seq), ()), emoji)
    return found


def _changed(
    db: sa.Connection, message: Message, emoji: str, user: UserId, on: bool, now: Millis
) -> tuple[Reaction, ...] | None:
    """The message's summary after the change; None if there is none."""
    others = tuple(reaction for reaction in message.reactions if reaction.emoji != emoji)
    before = next((reaction for reaction in message.reactions if reaction.emoji == emoji), Reaction(emoji, 0, ()))
    if on:
        if before.count == 0 and len(others) >= REACTIONS_MAX:
            raise TooMany("There are too many different reactions.")
        if not reactions.add(db, message.room, message.seq, emoji, user, now):
            return None
        users = before.users + (user,) * (len(before.users) < REACTORS_SHOWN)
        after = Reaction(emoji, before.count + 1, users)
    else:
        if not reactions.remove(db, message.room, message.seq, emoji, user):
            return None
        users = tuple(one for one in before.users if one != user)
        if len(users) < min(before.count - 1, REACTORS_SHOWN):
            users = reactions.first(db, message.room, message.seq, emoji, REACTORS_SHOWN)
        after = Reaction(emoji, before.count - 1, users)
    if before.count == 0:
        return (*others, after)
    # In its old place: what one is about to press does not move away.
    replaced = (after if reaction.emoji == emoji else reaction for reaction in message.reactions)
    return tuple(reaction for reaction in replaced if reaction.count > 0)
