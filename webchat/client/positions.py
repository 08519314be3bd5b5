"""What a client holds of its rooms: one rev for each, and what has come ahead of its turn.

Pure: what the server says goes in, what a program may be told comes out, each change once and in order.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, get_args

import attrs
import msgspec
from twisted.logger import Logger

from webchat.model.answers import Welcome
from webchat.model.commands import MAX_ROOMS_IN_HELLO
from webchat.model.events import Event, Joined, Member, Reset, RoomRow, Row, Synced, Syncing, ends_room
from webchat.model.ids import Rev, RoomId, UserId
from webchat.model.rooms import RoomState

KINDS: dict[str, Any] = {str(kind.__struct_config__.tag): kind for kind in (*get_args(Event), Welcome)}

_log = Logger()


@attrs.frozen
class Gone:
    """Told when a room is found missing after a broken line: one does not belong to it any more."""

    room: RoomId


Told = Event | Welcome | Gone
"""What a program is told.  Of the events not Syncing and Synced, which are between server and client."""


def read(frame: dict[str, Any]) -> Event | Welcome | None:
    """The event in *frame*; None for one of a kind, or with members, that this version does not know."""
    try:
        event: Event | Welcome = msgspec.convert(frame, KINDS[frame["type"]])
    except (KeyError, msgspec.ValidationError) as error:
        _log.warn("An event of the type {type} is not understood: {why}", type=frame.get("type"), why=str(error))
        return None
    return event


@attrs.define(eq=False)
class _Held:
    """One room.  *block*: the rows of a block that has begun.  *early*: rows that came behind a gap."""

    state: RoomState
    mine: Rev
    block: list[Row] | None = None
    early: list[Row] = attrs.field(factory=list)


class Positions:
    """One for a client, over all its connections.  *epoch* is None until the first `welcome`."""

    def __init__(self) -> None:
        self.epoch: str | None = None
        self._missing: list[RoomId] = []
        self._user: UserId | None = None
        self._held: dict[RoomId, _Held] = {}
        self._named: set[RoomId] = set()

    @property
    def rooms(self) -> list[RoomState]:
        """The rooms one belongs to, as they are known; their counters are those of when they were entered."""
        return [held.state for held in self._held.values()]

    def hello(self) -> dict[str, Rev]:
        """The rooms to name in `hello`, each with what is held of it."""
        named = dict(islice(self._held.items(), MAX_ROOMS_IN_HELLO))
        self._named = set(named)
        return {str(room): held.mine for room, held in named.items()}

    def missed(self) -> list[tuple[RoomId, Rev]]:
        """Rooms in which something was missed just now, with what is held of them: for `sync`."""
        missing, self._missing = self._missing, []
        return [(room, self._held[room].mine) for room in missing]

    def resets(self) -> list[Told]:
        """What to say to who must begin anew in every room."""
        return [Reset(room, held.mine) for room, held in self._held.items()]

    def broken(self) -> None:
        """The line is broken: an unfinished block will come again as a whole."""
        self._missing.clear()
        for held in self._held.values():
            held.block, held.early = None, []

    def take(self, event: Event | Welcome) -> list[Told]:
        """What may be told now that *event* has come."""
        match event:
            case Welcome():
                return self._welcome(event)
            case Joined():
                self._held[event.room.room] = _Held(event.room, event.room.rev)
            case Reset():
                if (held := self._held.get(event.room)) is None:
                    return []
                held.mine, held.block, held.early = event.rev, None, []
            case Syncing():
                if (held := self._held.get(event.room)) is not None:
                    held.block = []
                return []
            case Synced():
                return self._synced(event)
            case _ if isinstance(event, Row):
                return self._row(event)
        return [event]

    def skip(self, room: RoomId, rev: Rev) -> None:
        """A row of *room* has come that is not understood: it counts, though nothing is told of it."""
        held = self._held.get(room)
        if held is None or held.block is not None:
            return
        if rev == held.mine + 1:
            held.mine = rev
        elif rev > held.mine and not held.early:
            self._missing.append(room)

    def _welcome(self, welcome: Welcome) -> list[Told]:
        told: list[Told] = [welcome]
        is_first, self.epoch, self._user = self.epoch is None, welcome.epoch, welcome.user.id
        before, self._held = self._held, {}
        for state in welcome.rooms:
            held = before.pop(state.room, None)
            self._held[state.room] = _Held(state, state.rev)
            if held is None:
                told += [] if is_first else [Joined(state)]
            elif state.room in self._named:
                self._held[state.room].mine = held.mine
            else:
                told.append(Reset(state.room, state.rev))
        told += [Gone(room) for room in before]
        return told

    def _synced(self, synced: Synced) -> list[Told]:
        held = self._held.get(synced.room)
        if held is None or held.block is None:
            return []
        told: list[Told] = []
        for row in held.block:
            if row.rev > held.mine:
                told += self._tell(held, row)
        held.mine = max(held.mine, synced.rev)
        early, held.block, held.early = held.early, None, []
        for row in early:
            told += self._row(row)
        return told

    def _row(self, row: Row) -> list[Told]:
        held = self._held.get(row.room)
        if held is None:
            return []
        if held.block is not None:
            held.block.append(row)
        elif row.rev == held.mine + 1:
            held.mine = row.rev
            return self._tell(held, row)
        elif row.rev > held.mine:
            if not held.early:
                self._missing.append(row.room)
            held.early.append(row)
        return []

    def _tell(self, held: _Held, row: Row) -> list[Told]:
        is_own_end = isinstance(row, Member) and row.left and row.user.id == self._user
        if is_own_end or ends_room(row):
            self._held.pop(row.room, None)
        elif isinstance(row, RoomRow):
            held.state = msgspec.structs.replace(held.state, kind=row.kind, title=row.title, topic=row.topic)
        return [row]
