"""How a listener comes to hold a room: what it missed, in blocks, then live, without a hole between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs
import sqlalchemy as sa
from twisted.internet.defer import Deferred

from webchat.chat import permission
from webchat.chat.messages import BLOCK_LIMIT
from webchat.live.hub import Hub, Listener
from webchat.model.events import Block, Member, Reset, ends_room
from webchat.model.ids import MAX_INT, Rev, RoomId
from webchat.model.refusals import Refusal, Unauthenticated
from webchat.model.rooms import RoomState
from webchat.model.users import Actor
from webchat.store import changes as change_store
from webchat.store import memberships, meta, rooms
from webchat.store import sessions as session_store
from webchat.store.database import Database

CONNECTION_LIMIT = 5_000
"""Rows that one `hello` is answered with, over all rooms."""


class Follower(Listener, Protocol):
    """A listener that can be told a block, at its own pace."""

    @property
    def is_open(self) -> bool: ...

    async def write_block(self, block: Block) -> None:
        """Writes the block as fast as it is read; returns when all of it has been handed on."""

    def write_reset(self, reset: Reset) -> None: ...


@attrs.define(eq=False)
class Budget:
    """How many rows a connection may still be sent before it is told to load pages."""

    rows: int = CONNECTION_LIMIT


@attrs.define(eq=False)
class Syncing:
    """Brings listeners up to date."""

    _database: Database
    _hub: Hub
    epoch: str = attrs.field(default="", init=False)

    async def load(self, new_epoch: str) -> None:
        """Learns the database's epoch; a new database gets *new_epoch*."""

        def work(db: sa.Connection) -> str:
            kept = meta.lock(db, "epoch")
            if kept is None:
                meta.put(db, "epoch", new_epoch)
            return kept or new_epoch

        self.epoch = await self._database.write(None, work)

    async def check(self) -> None:
        """Asks the database something.  Raises Busy, Unavailable."""
        await self._database.read(lambda db: meta.maybe(db, "epoch"))

    def open(self, actor: Actor) -> Deferred[tuple[RoomState, ...]]:
        """The rooms of the actor, in one snapshot.  Fails with Unauthenticated if her session has ended meanwhile."""
        return self._database.read_together(_open_all, actor)

    async def gap(self, room: RoomId, rev: Rev) -> tuple[Block | Reset, Sequence[Member]]:
        """What a node missed that has delivered *rev*, and whose place in the room changed meanwhile."""

        def work(db: sa.Connection) -> tuple[Block | Reset, Sequence[Member]]:
            found = change_store.since(db, room, rev, BLOCK_LIMIT)
            if isinstance(found, Reset):
                return found, change_store.moved(db, room, rev, MAX_INT)
            if any(map(ends_room, found.rows)):
                # Who left before the room was gone is not told that it is.
                return found, [row for row in change_store.moved(db, room, rev, MAX_INT) if row.left]
            return found, [row for row in found.rows if isinstance(row, Member)]

        return await self._database.read(work)

    async def follow(
        self,
        listener: Follower,
        actor: Actor,
        room: RoomId,
        rev: Rev,
        *,
        answer: bool,
        budget: Budget | None = None,
        known: Rev | None = None,
    ) -> None:
        """Tells *listener*, which holds *rev*, what it missed, then makes it hear the room.

        *answer*: a block is written even if nothing was missed.  *known*: she has been told of this rev, so the block
        must not end before it, though the hub may not have heard of it; nor before what she holds.  Raises NotAMember,
        NoSuchRoom, Busy, Unavailable.
        """
        # While it heard the room, the hub's memory may be trusted; else only the database knows her rights.
        may_use_memory = self._hub.hears(listener, room) or not answer or budget is not None
        known = max(known or Rev(0), self._hub.held(listener, room) or Rev(0))
        self._hub.quit(listener, room)
        budget = budget or Budget(BLOCK_LIMIT)
        while listener.is_open:
            found: Block | Reset | None = self._hub.recent(room, rev) if may_use_memory else None
            if found is None or found.rev < known:
                found = await self._since(actor, room, rev)
            if isinstance(found, Block) and len(found.rows) > budget.rows:
                found = Reset(room, found.rev)
            if isinstance(found, Reset):
                listener.write_reset(found)
            else:
                found, is_over = _until_the_end(found, actor)
                budget.rows -= len(found.rows)
                if found.rows or answer:
                    await listener.write_block(found)
                if is_over:
                    return
            rev, answer, may_use_memory = found.rev, False, True
            if self._hub.enter(listener, room, rev):
                return

    async def _since(self, actor: Actor, room: RoomId, rev: Rev) -> Block | Reset:
        return await self._database.read_together(_since_all, _Held(actor, room, rev))


@attrs.frozen
class _Held:
    """What *actor* holds of a room, and wants to know more of."""

    actor: Actor
    room: RoomId
    rev: Rev


def _open_all(db: sa.Connection, actors: Sequence[Actor]) -> Sequence[tuple[RoomState, ...] | Refusal]:
    valid = session_store.valid(db, {actor.session.id for actor in actors})
    states = rooms.states_of(db, {actor.id for actor in actors})
    return [tuple(states[actor.id]) if actor.session.id in valid else Unauthenticated() for actor in actors]


def _since_all(db: sa.Connection, asked: Sequence[_Held]) -> Sequence[Block | Reset | Refusal]:
    """What each of them missed: the changes of a room are read once for all who want them."""
    places = memberships.many(db, {(held.room, held.actor.id) for held in asked})
    revs: dict[RoomId, set[Rev]] = {}
    for held in asked:
        place = places.get((held.room, held.actor.id))
        if place is not None and place.is_active:
            revs.setdefault(held.room, set()).add(held.rev)
    changes = {
        (room, rev): found
        for room, wanted in revs.items()
        for rev, found in change_store.since_each(db, room, wanted, BLOCK_LIMIT).items()
    }
    answers: list[Block | Reset | Refusal] = []
    for held in asked:
        place = places.get((held.room, held.actor.id))
        if place is None or (place.left_rev is not None and place.left_rev <= held.rev):
            answers.append(permission.refuse_outsider(rooms.maybe(db, held.room)))
        elif place.left_rev is not None:
            # She left after what she holds: her own row is the last thing she is told.
            row = Member(held.room, place.rev, held.actor.user.card, place.role, place.joined_rev, left=True)
            answers.append(Block(held.room, (row,), place.left_rev))
        else:
            answers.append(changes[held.room, held.rev])
    return answers


def _until_the_end(block: Block, actor: Actor) -> tuple[Block, bool]:
    """What of *block* the actor is told, and whether she hears nothing after it: she has left, or the room is gone."""
    for place, row in enumerate(block.rows):
        if ends_room(row) or (isinstance(row, Member) and row.user.id == actor.id and row.left):
            return Block(block.room, block.rows[: place + 1], row.rev), True
    return block, False
