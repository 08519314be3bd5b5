"""How the older clients are told of what happens: each message with its author, encoded once for all who hear it.

The hub hands on rows, which name their author by number; these clients want her name and picture with every message.
So what a dialect is given waits, in order, until the authors are known, which nearly always they are.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, get_args

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from webchat.model.events import Event, Message, UserChanged
from webchat.model.ids import RoomId, Seq, UserId
from webchat.model.refusals import Refusal
from webchat.model.users import UserCard

MOST_CARDS = 10_000
FRESH = 60.0
"""Seconds for which a card is believed: a new name may have gone round where nobody of these clients heard it."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Event)


class Cards:
    """The names and pictures of people who write, remembered for a while.  One for all dialects."""

    def __init__(
        self, read: Callable[[Iterable[UserId]], Awaitable[list[UserCard]]], clock: Callable[[], float]
    ) -> None:
        self._read = read
        self._clock = clock
        self._cards: OrderedDict[UserId, tuple[UserCard, float]] = OrderedDict()

    def put(self, card: UserCard) -> None:
        """This is what *card*'s owner is called now."""
        self._cards[card.id] = (card, self._clock())
        self._cards.move_to_end(card.id)
        if len(self._cards) > MOST_CARDS:
            self._cards.popitem(last=False)

    def lacking(self, users: Iterable[UserId]) -> set[UserId]:
        """Those of *users* who have to be looked up."""
        now = self._clock()
        return {user for user in users if user not in self._cards or now - self._cards[user][1] >= FRESH}

    async def fetch(self, users: Iterable[UserId]) -> None:
        """Looks up *users*.  Raises Busy, Unavailable."""
        for card in await self._read(users):
            self.put(card)

    def of(self, user: UserId) -> UserCard:
        """The card of *user*; one without a name if it is not known."""
        found = self._cards.get(user)
        return found[0] if found is not None else UserCard(user, "", "")


class Dialect:
    """A dialect in the hub (`live.hub.Dialect`) whose clients are told of events when their authors are known.

    *say* is given the ports of those who hear a batch, and its events, of the wanted *kinds*, in order; it encodes them
    once and writes.  What it raises is logged.  Of messages it is given new ones only: these clients know no edits.
    """

    _log = Logger()

    def __init__(
        self,
        cards: Cards,
        say: Callable[[Sequence[Any], Sequence[Any]], None],
        kinds: tuple[type, ...] = (Message,),
    ) -> None:
        assert set(kinds) <= set(get_args(Event))
        self.cards = cards
        self._say = say
        self._kinds = kinds
        self._waiting: deque[tuple[tuple[Any, ...], list[Any]]] = deque()
        self._is_telling = False
        self._newest: dict[RoomId, Seq] = {}
        self._growing: dict[RoomId, set[Seq]] = {}

    def begin(self, room: RoomId, seq: Seq) -> None:
        """The first of its listeners is about to enter *room*, whose latest message is *seq* at the rev she holds."""
        self._newest.setdefault(room, seq)

    def end(self, room: RoomId) -> None:
        """The last of its listeners has left *room*."""
        self._newest.pop(room, None)
        self._growing.pop(room, None)

    def encode(self, event: Event) -> bytes:
        """*event* for `write_all`; nothing for what these clients are not told."""
        if isinstance(event, UserChanged):
            self.cards.put(event.user)
        return _encoder.encode(event) + b"\n" if isinstance(event, self._kinds) else b""

    def write_all(self, ports: Iterable[Any], data: bytes) -> None:
        """Tells *ports* of what `encode` made of some events, after what was to be told before."""
        events = [event for line in data.split(b"\n") if line and self._is_told(event := _decoder.decode(line))]
        if not events:
            return
        self._waiting.append((tuple(ports), events))
        if not self._is_telling:
            self._is_telling = True
            Deferred.fromCoroutine(self._tell()).addErrback(self._failed)

    def _is_told(self, event: Any) -> bool:
        if not isinstance(event, Message):
            return True
        growing = self._growing.get(event.room, set())
        if event.streaming:
            # Told once it is complete, though others may have been told since.
            if event.seq > self._newest.get(event.room, 0):
                self._growing.setdefault(event.room, set()).add(event.seq)
            return False
        if event.seq in growing:
            growing.discard(event.seq)
            self._newest[event.room] = Seq(max(event.seq, self._newest.get(event.room, 0)))
            return event.deleted is None
        if event.seq <= self._newest.get(event.room, 0):
            return False
        self._newest[event.room] = event.seq
        return event.deleted is None

    async def _tell(self) -> None:
        while self._waiting:
            ports, events = self._waiting.popleft()
            lacking = self.cards.lacking(event.author for event in events if isinstance(event, Message))
            if lacking:
                try:
                    await self.cards.fetch(lacking)
                except Refusal as refusal:
                    # Better a message without a name than none.
                    self._log.warn("Authors could not be looked up: {why}", why=refusal.message)
            try:
                self._say(ports, events)
            except Exception:  # An edge: what comes after must be told all the same.
                self._log.failure("Clients could not be told of a message")
        self._is_telling = False

    def _failed(self, failure: Any) -> None:
        self._is_telling = False
        self._log.failure("Clients could not be told of messages", failure)
