"""Who is in a room, as the older clients show it: each person once, however many sockets she has there.

Whoever follows the room by another protocol counts too.  That such a one has come or gone is noticed within some
seconds; of the older clients' own coming and going everybody in the room hears at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal, Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from webchat.legacy.dialect import Cards, Dialect
from webchat.live.hub import Hub
from webchat.model.ids import RoomId, UserId
from webchat.model.refusals import Refusal
from webchat.model.users import UserCard
from webchat.ws.native import Timers

LOOK_SECONDS = 5.0
"""After so long people of other protocols who have come or gone are told of."""
EASILY_TOLD = 50
"""People in a room of whose changes all are told at once; of more only so often that the lists stay bearable."""
MOST_LISTED = 2_000

Change = Literal["room", "roomout"]
"""What these clients call it that somebody has come, or gone."""


class Guest(Protocol):
    """A socket in a room."""

    @property
    def user(self) -> UserId: ...

    def listed(self, change: Change, room: RoomId, people: Sequence[UserCard]) -> bytes:
        """The event that tells who is in the room now; the same for all sockets of a kind."""

    def tell(self, frames: bytes) -> None: ...


class Online:
    """The rooms of one node, as long as sockets are in them.  *old*: the dialects whose listeners are counted here."""

    _log = Logger()

    def __init__(self, hub: Hub, cards: Cards, clock: Timers, old: Callable[[], Sequence[Dialect]]) -> None:
        self._hub = hub
        self._cards = cards
        self._clock = clock
        self._old = old
        self._sockets: dict[RoomId, dict[Guest, None]] = {}
        self._told: dict[RoomId, set[UserId]] = {}
        self._changes: dict[RoomId, Change] = {}
        self._telling: set[RoomId] = set()
        self._due: dict[RoomId, float] = {}
        self._look: Any = None

    def join(self, socket: Guest, room: RoomId) -> None:
        """*socket* is in the room from now on."""
        self._sockets.setdefault(room, {})[socket] = None
        self._changed(room, "room")
        if self._look is None:
            self._look = self._clock.callLater(LOOK_SECONDS, self._look_round)

    def leave(self, socket: Guest, room: RoomId) -> None:
        """*socket* is in the room no more.  Harmless if it was not."""
        sockets = self._sockets.get(room, {})
        if socket not in sockets:
            return
        del sockets[socket]
        if sockets:
            self._changed(room, "roomout")
        else:
            for kept in (self._sockets, self._told, self._changes, self._due):
                kept.pop(room, None)

    def has(self, user: UserId, room: RoomId) -> bool:
        """Whether one of *user*'s sockets is in the room."""
        return any(socket.user == user for socket in self._sockets.get(room, ()))

    def people(self, room: RoomId) -> set[UserId]:
        """Who is in the room."""
        others = self._hub.users_in(room, without=self._old())
        return {socket.user for socket in self._sockets.get(room, ())} | (others - {UserId(0)})

    def _look_round(self) -> None:
        self._look = self._clock.callLater(LOOK_SECONDS, self._look_round) if self._sockets else None
        for room, told in tuple(self._told.items()):
            people = self.people(room)
            if people != told and room not in self._changes:
                self._changed(room, "room" if people - told else "roomout")

    def _changed(self, room: RoomId, change: Change) -> None:
        self._changes[room] = change
        if room not in self._telling:
            self._telling.add(room)
            Deferred.fromCoroutine(self._tell(room)).addErrback(self._failed, room)

    async def _tell(self, room: RoomId) -> None:
        while room in self._changes:
            wait = self._due.get(room, 0.0) - self._clock.seconds()
            if wait > 0:
                waiter: Deferred[None] = Deferred()
                self._clock.callLater(wait, waiter.callback, None)
                await waiter
            change = self._changes.pop(room, None)
            people = self.people(room)
            # Who is not looked up is listed without a name.
            with suppress(Refusal):
                if lacking := self._cards.lacking(people):
                    await self._cards.fetch(lacking)
            if change is not None and room in self._sockets:
                self._write(room, change, people)
        self._telling.discard(room)

    def _write(self, room: RoomId, change: Change, people: set[UserId]) -> None:
        self._told[room] = people
        if len(people) > EASILY_TOLD:
            self._due[room] = self._clock.seconds() + len(people) / 100
        cards = [self._cards.of(user) for user in sorted(people)[:MOST_LISTED]]
        frames: dict[type, bytes] = {}
        for socket in tuple(self._sockets[room]):
            kind = type(socket)
            if kind not in frames:
                frames[kind] = socket.listed(change, room, cards)
            socket.tell(frames[kind])

    def _failed(self, failure: Any, room: RoomId) -> None:
        self._telling.discard(room)
        self._log.failure("A room was not told who is in it", failure)
