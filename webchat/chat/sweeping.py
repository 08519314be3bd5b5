"""Finds what other processes changed, and what a lost hint kept back; clears away rooms that are gone."""

from __future__ import annotations

import attrs
import sqlalchemy as sa

from webchat.chat.rooms import PURGE
from webchat.chat.sessions import SIGNED_OUT, SIGNED_OUT_REASON
from webchat.live.hub import Hub
from webchat.live.sessions import SessionCache
from webchat.model.ids import RoomId, SessionId, UserId
from webchat.store import memberships, meta, rooms
from webchat.store import sessions as session_store
from webchat.store.database import Database

CHUNK = 1_000
PURGE_ROWS, PURGE_STEPS = 500, 20
"""Rows that are cleared away in one transaction, and transactions of one sweep."""


@attrs.define(eq=False)
class Sweeping:
    """Called by the service's timers."""

    _database: Database
    _hub: Hub
    _cache: SessionCache

    async def rooms(self) -> None:
        """Catches up with rooms that are listened to here and have moved unheard."""
        heard = list(self._hub.heard_rooms())
        for start in range(0, len(heard), CHUNK):
            chunk: list[RoomId] = heard[start : start + CHUNK]
            # Asked in the writer's turn: whatever this process has committed before is published by then, and a
            # commit that is merely on its way to the hub is not taken for one whose news were lost.
            revs = await self._database.write(None, lambda db, chunk=chunk: rooms.revs(db, chunk))  # type: ignore[misc]
            for room, rev in revs.items():
                self._hub.catch_up(room, rev)

    async def memberships(self) -> None:
        """Introduces people to rooms that they have joined unheard, and that nobody else here listens to."""
        known = self._hub.users()
        for start in range(0, len(known), CHUNK):
            chunk: list[UserId] = known[start : start + CHUNK]
            # Numbers first: with ten thousand people the rows themselves would be too many for every few seconds.
            counts = await self._database.read(lambda db, chunk=chunk: memberships.counts(db, chunk))  # type: ignore[misc]
            strangers = [user for user, rooms in counts.items() if self._hub.lacks(user, rooms)]
            if strangers:
                places = await self._database.read(
                    lambda db, strangers=strangers: memberships.places(db, strangers)  # type: ignore[misc]
                )
                for user, rooms in places.items():
                    self._hub.introduce(user, rooms)

    async def gone_rooms(self) -> None:
        """Clears away what was in rooms that are gone, some rows at a time, so that nobody's message waits for it."""
        keys = await self._database.read(lambda db: list(meta.starting(db, PURGE)))
        for _ in range(PURGE_STEPS):
            if not keys:
                return
            key = keys[0]
            if await self._database.write(None, lambda db, key=key: _purge(db, key)):  # type: ignore[misc]
                keys.pop(0)

    async def sessions(self) -> None:
        """Closes the connections of sessions that were revoked elsewhere, and forgets them."""
        known = list({*self._hub.sessions(), *self._cache.sessions()})
        for start in range(0, len(known), CHUNK):
            chunk: list[SessionId] = known[start : start + CHUNK]
            valid = await self._database.read(
                lambda db, chunk=chunk: session_store.valid(db, chunk)  # type: ignore[misc]
            )
            for session in set(chunk) - valid:
                self._cache.forget(session)
                self._hub.dismiss_session(session, SIGNED_OUT, SIGNED_OUT_REASON)


def _purge(db: sa.Connection, key: str) -> bool:
    """Removes some rows of the room that *key* names; whether that was the rest."""
    is_done = rooms.purge(db, RoomId(int(key.removeprefix(PURGE))), PURGE_ROWS)
    if is_done:
        meta.remove(db, key)
    return is_done
