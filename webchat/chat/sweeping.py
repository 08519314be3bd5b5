"""Finds what other processes changed, and what a lost hint kept back: rooms that moved, sessions that ended."""

from __future__ import annotations

import attrs

from webchat.chat.accounts import SIGNED_OUT, SIGNED_OUT_REASON
from webchat.live.hub import Hub
from webchat.live.sessions import SessionCache
from webchat.model.ids import RoomId, SessionId, UserId
from webchat.store import memberships, rooms
from webchat.store import sessions as session_store
from webchat.store.database import Database

CHUNK = 1_000


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
