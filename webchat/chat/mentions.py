"""Mentions: who is meant by what is posted and edited, and the list of what means oneself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import attrs
import sqlalchemy as sa
from msgspec import Struct, structs

from webchat.chat import permission
from webchat.chat.rooms import cursor, cursor_number, read_cursor
from webchat.model.answers import Mentions, RoomCard
from webchat.model.events import Message
from webchat.model.extras import Everyone, Extras
from webchat.model.ids import MAX_INT, RoomId, Seq, UserId
from webchat.model.mentions import Mentioned, mentioned
from webchat.model.rooms import Membership, Room
from webchat.model.users import Actor
from webchat.store import mentions, messages, rooms, users
from webchat.store.database import Database
from webchat.store.mentions import EVERYBODY, Mention


class Naming(NamedTuple):
    """A text that may mean somebody, and in whose name it is said."""

    room: RoomId
    author: UserId
    found: Mentioned
    may_mention_everybody: bool


class Meant(Struct, frozen=True, gc=False):
    """*people*: whom a text means, in their order; *everyone*; *told*: for whom it counts (EVERYBODY: for all)."""

    people: tuple[UserId, ...] = ()
    everyone: Everyone | None = None
    told: frozenset[UserId] = frozenset()

    def rows(self, message: Message, but: frozenset[UserId] = frozenset()) -> list[Mention]:
        """What is noted of it for *message*."""
        return [Mention(user, message.room, message.seq, message.created) for user in sorted(self.told - but)]


NOBODY = Meant()


def naming(room: Room, place: Membership, may_administer: bool, found: Mentioned) -> Naming:
    """What *found* in a text of somebody with this *place* in the *room* may come to."""
    allowed = permission.may_mention_everybody(room, place, may_administer)
    return Naming(room.id, place.user, found, allowed)


def look_up(db: sa.Connection, texts: Mapping[int, Naming]) -> dict[int, Meant]:
    """Whom the *texts* mean, all of them asked for at once: members of the room.

    Nobody is told that she is blocked: a mention of hers is a mention, and counts for nobody who blocks her.
    """
    keys = {(one.room, one.author, key) for one in texts.values() for keys in one.found.names for key in keys}
    known = mentions.named(db, keys) if keys else {}
    return {number: _meant(one, known) for number, one in texts.items()}


def _meant(text: Naming, known: Mapping[mentions.NameKey, tuple[UserId, bool]]) -> Meant:
    people: dict[UserId, bool] = {}
    for keys in text.found.names:
        # The longest name that there is: 林晓月 before 林晓.
        named = next(
            (known[text.room, text.author, key] for key in keys if (text.room, text.author, key) in known), None
        )
        if named is not None:
            people[named[0]] = named[1]
    everyone = text.found.everyone if text.may_mention_everybody else None
    told = {user for user, blocks in people.items() if not blocks and user != text.author}
    if everyone == "all":
        told.add(EVERYBODY)
    return Meant(tuple(people), everyone, frozenset(told))


def edited(
    db: sa.Connection, room: Room, place: Membership, may_administer: bool, message: Message, text: str
) -> Extras | None:
    """What *message* holds when its text has become *text*, which is noted; None where that is as before.

    Only who is newly meant is noted: the others have been told.
    """
    found = mentioned(text)
    if found is None and not message.mentions and message.everyone is None:
        return None
    now = NOBODY if found is None else look_up(db, {0: naming(room, place, may_administer, found)})[0]
    before = frozenset((*message.mentions, *((EVERYBODY,) if message.everyone == "all" else ())))
    gone = before - frozenset((*now.people, *((EVERYBODY,) if now.everyone == "all" else ())))
    if gone:
        mentions.remove(db, message.room, message.seq, gone)
    mentions.add(db, now.rows(message, but=before))
    if (now.people, now.everyone) == (message.mentions, message.everyone):
        return None
    return structs.replace(messages.extras_of(message), mentions=now.people, everyone=now.everyone)


@attrs.define(eq=False)
class Inbox:
    """What means oneself."""

    _database: Database

    async def mine(self, actor: Actor, after: str | None, limit: int) -> Mentions:
        """Messages that mean the actor, in the rooms that she is in, newest first."""
        before = _read(after)

        def work(db: sa.Connection) -> Mentions:
            found = mentions.inbox(db, actor.id, before, limit + 1)
            more, found = len(found) > limit, found[:limit]
            authors = users.cards(db, {message.author for message in found})
            following = None
            if more:
                last = found[-1]
                following = cursor(f"{last.created}.{last.room}", last.seq)
            return Mentions(tuple(found), tuple(authors), _cards(db, {one.room for one in found}), following)

        return await self._database.read(work)


def _cards(db: sa.Connection, ids: Iterable[RoomId]) -> tuple[RoomCard, ...]:
    found = [rooms.maybe(db, room) for room in sorted(ids)]
    return tuple(RoomCard(room.id, room.kind, room.title, room.picture) for room in found if room is not None)


def _read(after: str | None) -> tuple[int, int, int]:
    if after is None:
        return MAX_INT, MAX_INT, MAX_INT
    key, seq = read_cursor(after)
    created, _, room = key.partition(".")
    return cursor_number(created), cursor_number(room), Seq(seq)
