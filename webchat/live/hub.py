"""Who on this node listens to which room: each event is encoded once, and written once per listener and batch.

Every room that has been heard of keeps the rev that was delivered and its last events, encoded; a listener that
comes back is served from them.  On one connection, in one room, rev rises by exactly one, or a block is written, or
`reset`.  A listener is in a room's audience only while its user is a member: her own leaving row takes her out
before anything later is written, and the row that says that the room is gone takes everybody out.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol

import attrs
import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from webchat.live.pacing import Pace
from webchat.model.events import (
    Block,
    Event,
    Member,
    Message,
    Reset,
    RoomRow,
    Row,
    Synced,
    Syncing,
    Typing,
    ends_room,
    key_of,
)
from webchat.model.ids import Rev, RoomId, Seq, SessionId, UserId
from webchat.model.refusals import Refusal
from webchat.model.users import UserCard

RING_LENGTH = 256
RING_BYTES = 64 * 1024 * 1024
"""How much the rings of all rooms may hold; above it the rooms that were quiet longest lose theirs."""

ENTRY_OVERHEAD = 300
"""What an entry costs besides its encoded bytes, roughly."""


class Dialect(Protocol):
    """How a kind of client is spoken to."""

    def encode(self, event: Event) -> bytes:
        """*event* as the bytes that go onto the connection."""

    def write_all(self, ports: Iterable[Any], data: bytes) -> None:
        """Writes *data* to each of its listeners' *ports*; it must not raise."""


class Listener(Protocol):
    """A connection, as the hub sees it.  None of these may raise."""

    @property
    def user(self) -> UserId: ...

    @property
    def session(self) -> SessionId: ...

    @property
    def dialect(self) -> Dialect: ...

    @property
    def port(self) -> Any:
        """What its dialect's `write_all` writes to."""

    def deliver(self, data: bytes) -> None:
        """Writes what must not get lost."""

    def release(self) -> None:
        """Writes what the listener holds back until the end of a batch, if nothing was written since."""

    def deliver_passing(self, data: bytes) -> None:
        """Writes what may get lost: dropped if the listener is slow."""

    def introduce(self, room: RoomId, *, unless_heard: bool = False) -> None:
        """The listener's user has become a member of *room*: tell it, and follow.

        *unless_heard*: nothing is told if the listener hears the room when its turn comes.
        """

    def dismiss(self, code: int, reason: str) -> None:
        """Closes the connection."""


class Attendant(Protocol):
    """Who wants to know when people come into rooms and leave them for good."""

    def entered(self, user: UserId) -> None:
        """A connection of *user* hears one more room."""

    def left(self, user: UserId, room: RoomId) -> None:
        """*user* is no member of *room* any more."""


ReadChanges = Callable[[RoomId, Rev], Awaitable[tuple[Block | Reset, Sequence[Member]]]]
"""Rows of a room above a rev, from the database, and those among them that changed somebody's place in it.

The second also where the rows are too many to be told: who has left must go, however much else has happened.
"""


@attrs.define(eq=False)
class Entry:
    """A delivered event, with its bytes for each dialect that asked."""

    row: Row
    _encoded: dict[Dialect, bytes] = attrs.field(factory=dict)

    def replace(self, row: Row) -> None:
        """The same row, said otherwise."""
        self.row = row
        self._encoded.clear()

    def bytes_for(self, dialect: Dialect) -> bytes:
        data = self._encoded.get(dialect)
        if data is None:
            data = self._encoded[dialect] = dialect.encode(self.row)
        return data


@attrs.define(eq=False)
class LiveRoom:
    """A room that this node has heard of."""

    id: RoomId
    rev: Rev
    """The latest rev that was delivered."""
    floor: Rev
    """`recent` holds the latest state of everything that changed after this rev."""
    recent: deque[Entry] = attrs.field(factory=deque)
    size: int = 0
    audience: dict[Dialect, dict[Listener, Any]] = attrs.field(factory=dict)
    """Who hears the room, each with its port."""
    ahead: list[tuple[Rev, Listener]] = attrs.field(factory=list)
    """Listeners that already hold a rev that is yet to be delivered here."""
    pending: list[Row] = attrs.field(factory=list)
    filling: bool = False
    removed: Seq = Seq(0)
    """Messages up to this one are known to be gone."""

    def admit(self, listener: Listener) -> None:
        self.audience.setdefault(listener.dialect, {})[listener] = listener.port

    def listeners(self) -> Iterator[Listener]:
        for group in self.audience.values():
            yield from group

    @property
    def is_heard(self) -> bool:
        return bool(self.audience) or bool(self.ahead)


@attrs.define(eq=False)
class Hub:
    """The listeners of one node; lives as long as the service."""

    _read_changes: ReadChanges
    _pace: Pace
    _rooms: OrderedDict[RoomId, LiveRoom] = attrs.field(factory=OrderedDict, init=False)
    _by_user: dict[UserId, set[Listener]] = attrs.field(factory=dict, init=False)
    _by_session: dict[SessionId, set[Listener]] = attrs.field(factory=dict, init=False)
    _rooms_of: dict[Listener, set[RoomId]] = attrs.field(factory=dict, init=False)
    _touched: dict[RoomId, None] = attrs.field(factory=dict, init=False)
    _holding: list[Listener] = attrs.field(factory=list, init=False)
    _ring_bytes: int = attrs.field(default=0, init=False)
    events: int = attrs.field(default=0, init=False)
    delivered: int = attrs.field(default=0, init=False)
    writes: int = attrs.field(default=0, init=False)
    gaps: int = attrs.field(default=0, init=False)
    attendant: Attendant | None = attrs.field(default=None, init=False)
    _log = Logger()

    # Listeners come and go.

    @property
    def listeners(self) -> int:
        """How many connections are attached."""
        return len(self._rooms_of)

    def attach(self, listener: Listener) -> None:
        """From now on *listener* is told what concerns its user; it hears no room yet."""
        self._rooms_of[listener] = set()
        self._by_user.setdefault(listener.user, set()).add(listener)
        self._by_session.setdefault(listener.session, set()).add(listener)

    def detach(self, listener: Listener) -> None:
        """*listener* is gone.  Harmless if it never came."""
        for room in list(self._rooms_of.get(listener, ())):
            self.quit(listener, room)
        if self._rooms_of.pop(listener, None) is None:
            return
        _discard(self._by_user, listener.user, listener)
        _discard(self._by_session, listener.session, listener)

    def connections_of(self, user: UserId) -> int:
        """How many connections *user* has on this node."""
        return len(self._by_user.get(user, ()))

    def enter(self, listener: Listener, room_id: RoomId, rev: Rev) -> bool:
        """*listener*, whose user was a member at *rev*, hears the room from rev + 1 on.

        False if that has been delivered already: then the listener must be given what it missed first.
        """
        if listener not in self._rooms_of:
            return True
        room = self._room(room_id, rev)
        if rev < room.rev:
            return False
        self._rooms_of[listener].add(room_id)
        if self.attendant is not None:
            self.attendant.entered(listener.user)
        if rev == room.rev and not room.filling:
            room.admit(listener)
        else:
            room.ahead.append((rev, listener))
        return True

    def quit(self, listener: Listener, room_id: RoomId) -> None:
        """*listener* hears the room no more.  Harmless if it did not."""
        rooms = self._rooms_of.get(listener)
        if rooms is None or room_id not in rooms:
            return
        rooms.discard(room_id)
        room = self._rooms[room_id]
        group = room.audience.get(listener.dialect)
        if group is not None:
            group.pop(listener, None)
            if not group:
                del room.audience[listener.dialect]
        room.ahead = [(rev, other) for rev, other in room.ahead if other is not listener]

    def hears(self, listener: Listener, room: RoomId) -> bool:
        """Whether *listener* is in the room's audience."""
        return room in self._rooms_of.get(listener, ())

    def held(self, listener: Listener, room_id: RoomId) -> Rev | None:
        """The rev up to which *listener* has been told; None if it does not hear the room."""
        if not self.hears(listener, room_id):
            return None
        room = self._rooms[room_id]
        return next((rev for rev, other in room.ahead if other is listener), room.rev)

    def heard_by(self, user: UserId) -> set[RoomId]:
        """The rooms that the connections of *user* hear; not to be changed."""
        sets = [self._rooms_of[listener] for listener in self._by_user.get(user, ())]
        return sets[0] if len(sets) == 1 else set().union(*sets)

    def users_in(self, room_id: RoomId, without: Collection[Dialect] = ()) -> set[UserId]:
        """Whose connections hear the room, but for those of some dialects.

        It looks at each of them: for thousands that takes milliseconds.
        """
        room = self._rooms.get(room_id)
        if room is None:
            return set()
        listeners = [*room.listeners(), *(listener for _, listener in room.ahead)]
        return {listener.user for listener in listeners if listener.dialect not in without}

    def heard_rooms(self) -> dict[RoomId, Rev]:
        """The rooms that somebody here listens to, with the rev that was delivered."""
        return {room.id: room.rev for room in self._rooms.values() if room.is_heard}

    def sessions(self) -> list[SessionId]:
        """The sessions that have a connection here."""
        return list(self._by_session)

    def users(self) -> list[UserId]:
        """The users that have a connection here."""
        return list(self._by_user)

    def lacks(self, user: UserId, rooms: int) -> bool:
        """Whether some connection of *user* hears fewer rooms than these."""
        return any(len(self._rooms_of[listener]) < rooms for listener in self._by_user.get(user, ()))

    def introduce(self, user: UserId, rooms: Iterable[RoomId]) -> None:
        """Brings *user*, who belongs to *rooms*, into those which a connection of hers does not hear."""
        for listener in list(self._by_user.get(user, ())):
            for room in rooms:
                if not self.hears(listener, room):
                    listener.introduce(room, unless_heard=True)

    def recent(self, room_id: RoomId, rev: Rev) -> Block | None:
        """What was delivered after *rev*, latest states only; None where memory does not reach so far back.

        None too while a gap is open: then more is known to have happened than was delivered.
        """
        room = self._rooms.get(room_id)
        if room is None or rev < room.floor or rev > room.rev or room.filling or room.pending:
            return None
        latest: dict[tuple[str, int], Row] = {}
        for entry in room.recent:
            if entry.row.rev > rev:
                key = key_of(entry.row)
                # Taken out first, so that the order of the dict is the order of the latest revs.
                latest.pop(key, None)
                latest[key] = entry.row
        return Block(room_id, tuple(latest.values()), room.rev)

    def dismiss_session(self, session: SessionId, code: int, reason: str) -> None:
        """Closes the connections of *session*."""
        for listener in list(self._by_session.get(session, ())):
            listener.dismiss(code, reason)

    def dismiss_user(self, user: UserId, code: int, reason: str) -> None:
        """Closes the connections of *user*."""
        for listener in list(self._by_user.get(user, ())):
            listener.dismiss(code, reason)

    # What is told.

    def deliver(self, rows: Sequence[Row]) -> None:
        """Takes committed *rows*, in rising rev for each room; they are written at the next *flush*."""
        for row in rows:
            room = self._rooms.get(row.room)
            if room is None:
                room = self._room(row.room, Rev(row.rev - 1))
            room.pending.append(row)
            self._touched[row.room] = None

    def flush(self) -> None:
        """Writes everything taken since the last time: once per room and listener."""
        touched, self._touched = self._touched, {}
        for room_id in touched:
            room = self._rooms.get(room_id)
            if room is not None and not room.filling:
                began = self._pace.now()
                self._flush_room(room)
                self._pace.wrote(room_id, began)
        holding, self._holding = self._holding, []
        for listener in holding:
            listener.release()
        self._trim()

    def release_later(self, listener: Listener) -> None:
        """*listener* holds answers that are written with the next *flush*, together with what it is told then."""
        self._holding.append(listener)

    def pass_on(self, event: Typing) -> None:
        """Tells the room's audience something that may get lost, but for the user it is about."""
        room = self._rooms.get(event.room)
        if room is None:
            return
        for dialect, group in tuple(room.audience.items()):
            data = dialect.encode(event)
            for listener in tuple(group):
                if listener.user != event.user:
                    listener.deliver_passing(data)

    def tell_user(self, user: UserId, event: Event, but: object = None) -> None:
        """Tells the connections of *user*, all *but* one, something private."""
        for listener in list(self._by_user.get(user, ())):
            if listener is not but:
                listener.deliver(listener.dialect.encode(event))

    def tell_neighbours(self, user: UserId, event: Event, rooms: Iterable[RoomId]) -> None:
        """Tells everybody but *user* who hears one of *rooms*, each connection once, something that may get lost."""
        near: dict[Dialect, dict[Listener, None]] = {}
        for room_id in rooms:
            room = self._rooms.get(room_id)
            if room is not None:
                for dialect, group in room.audience.items():
                    near.setdefault(dialect, {}).update(dict.fromkeys(group))
        for dialect, listeners in near.items():
            data = dialect.encode(event)
            for listener in listeners:
                if listener.user != user:
                    listener.deliver_passing(data)

    def tell_everybody(self, event: Event) -> None:
        """Tells every connection something that is read again with the next `welcome`: it may get lost."""
        encoded: dict[Dialect, bytes] = {}
        for listener in list(self._rooms_of):
            data = encoded.get(listener.dialect)
            if data is None:
                data = encoded[listener.dialect] = listener.dialect.encode(event)
            listener.deliver_passing(data)

    def renew(self, card: UserCard, rooms: Iterable[RoomId]) -> None:
        """Whoever comes back to one of *rooms* is told of *card*, not of what it was when its row was delivered."""
        for room_id in rooms:
            room = self._rooms.get(room_id)
            for entry in room.recent if room is not None else ():
                row = entry.row
                if isinstance(row, Member) and row.user.id == card.id:
                    entry.replace(msgspec.structs.replace(row, user=card))

    def catch_up(self, room_id: RoomId, rev: Rev) -> None:
        """The database holds *rev* of the room: fetch what has not been delivered here."""
        room = self._rooms.get(room_id)
        # What was taken since the last flush may close the gap.  What has been pending for longer waits for a gap that
        # could not be filled.
        if room is not None and rev > room.rev and not room.filling and room_id not in self._touched:
            self._fill(room)

    def _room(self, room_id: RoomId, rev: Rev) -> LiveRoom:
        room = self._rooms.get(room_id)
        if room is None:
            room = self._rooms[room_id] = LiveRoom(room_id, rev, rev)
        return room

    def _flush_room(self, room: LiveRoom) -> None:
        rows, room.pending = room.pending, []
        self._rooms.move_to_end(room.id)
        batch: list[Entry] = []
        for place, row in enumerate(rows):
            if row.rev <= room.rev:
                continue
            if row.rev > room.rev + 1:
                self._write(room, batch)
                room.pending = rows[place:]
                self._fill(room)
                return
            room.rev = row.rev
            entry = Entry(row)
            self._remember(room, entry)
            if type(row) is RoomRow and row.floor > room.removed:
                # What was removed is told to nobody out of memory.
                room.removed = row.floor
                self._forget(room)
            batch.append(entry)
            # Bytes are joined only between changes of the audience: who leaves gets nothing after her own row, who
            # comes nothing before it.
            if isinstance(row, Member) or ends_room(row) or (room.ahead and self._is_awaited(room)):
                self._write(room, batch)
                batch = []
                self._change_audience(room, row)
        self._write(room, batch)

    def _write(self, room: LiveRoom, batch: Sequence[Entry]) -> None:
        if not batch:
            return
        self.events += len(batch)
        # Copies, since a listener that is too slow is closed by what it is told, and leaves the audience at once.
        for dialect, group in tuple(room.audience.items()):
            data = b"".join([entry.bytes_for(dialect) for entry in batch])
            self.delivered += len(batch) * len(group)
            self.writes += len(group)
            dialect.write_all(tuple(group.values()), data)

    def _is_awaited(self, room: LiveRoom) -> bool:
        return any(rev <= room.rev for rev, _ in room.ahead)

    def _change_audience(self, room: LiveRoom, row: Row) -> None:
        # Another role alone takes nobody out of the audience, nor in.
        if isinstance(row, Member) and (row.left or row.rev == row.joined_rev):
            self._remove_from_audience(room, row)
            self._introduce(room, row)
        self._admit(room)
        if ends_room(row):
            self._end(room)

    def _end(self, room: LiveRoom) -> None:
        """The room is gone: nobody hears it any more, and what was said in it is not remembered."""
        for listener in [*room.listeners(), *(listener for _, listener in room.ahead)]:
            self.quit(listener, room.id)
        self._forget(room)

    def _introduce(self, room: LiveRoom, row: Member) -> None:
        if not row.left:
            for listener in list(self._by_user.get(row.user.id, ())):
                listener.introduce(room.id)

    def _remove_from_audience(self, room: LiveRoom, row: Member) -> None:
        # Also for somebody who joins: she may have left and come back while a gap was open.
        for listener in list(self._by_user.get(row.user.id, ())):
            self.quit(listener, room.id)
        if row.left and self.attendant is not None:
            self.attendant.left(row.user.id, room.id)

    def _admit(self, room: LiveRoom) -> None:
        ahead, room.ahead = room.ahead, []
        for rev, listener in ahead:
            if rev <= room.rev:
                room.admit(listener)
            else:
                room.ahead.append((rev, listener))

    # Gaps: a commit whose news were lost.

    def _fill(self, room: LiveRoom) -> None:
        room.filling = True
        self.gaps += 1
        filling = Deferred.fromCoroutine(self._fill_from_database(room))
        filling.addErrback(self._not_filled, room)

    def _not_filled(self, failure: Failure, room: LiveRoom) -> None:
        """The next news of the room, or the sweep, open the gap again."""
        if isinstance(failure.value, Refusal):
            self._log.warn("A gap in room {room} was not filled: {why}", room=room.id, why=failure.getErrorMessage())
        else:
            self._log.failure("A gap in room {room} was not filled", failure, room=room.id)

    async def _fill_from_database(self, room: LiveRoom) -> None:
        try:
            told, moved = await self._read_changes(room.id, room.rev)
        finally:
            room.filling = False
        if isinstance(told, Reset):
            self._forget(room)
        if told.rev > room.rev:
            moved = [row for row in moved if row.left or row.joined_rev > room.rev]
            room.rev = told.rev
            if isinstance(told, Reset):
                room.floor = told.rev
            else:
                for row in told.rows:
                    self._remember(room, Entry(row))
            self._write_missed(room, told, moved)
        self._admit(room)
        self._flush_room(room)
        self._trim()

    def _write_missed(self, room: LiveRoom, told: Block | Reset, moved: Sequence[Member]) -> None:
        own = {row.user.id: row for row in moved}
        # In the audience everybody holds what came before the block; whoever waits holds what she came with.
        holders = [(Rev(0), listener) for listener in room.listeners()] + room.ahead
        for rev, listener in holders:
            row = own.get(listener.user)
            if row is not None and row.rev > rev:
                # Her place in the room has changed somewhere inside the gap: she gets that row alone.
                end: list[Event] = [Syncing(room.id), row, Synced(room.id, row.rev)]
                listener.deliver(b"".join(listener.dialect.encode(event) for event in end))
        for row in moved:
            self._remove_from_audience(room, row)
        self._write_all(room, _events(told, Rev(0)))
        for rev, listener in room.ahead:
            if rev < told.rev:
                # Who came while the gap was being filled is told the part of it that she does not hold.
                listener.deliver(b"".join([listener.dialect.encode(event) for event in _events(told, rev)]))
        if isinstance(told, Block) and any(map(ends_room, told.rows)):
            self._end(room)
            return
        for row in moved:
            self._introduce(room, row)

    def _write_all(self, room: LiveRoom, events: Iterable[Event]) -> None:
        for dialect, group in tuple(room.audience.items()):
            data = b"".join([dialect.encode(event) for event in events])
            dialect.write_all(tuple(group.values()), data)

    # The rings.

    def _remember(self, room: LiveRoom, entry: Entry) -> None:
        room.recent.append(entry)
        grown = _weight(entry.row)
        room.size += grown
        self._ring_bytes += grown
        if len(room.recent) > RING_LENGTH:
            oldest = room.recent.popleft()
            room.floor = oldest.row.rev
            shrunk = _weight(oldest.row)
            room.size -= shrunk
            self._ring_bytes -= shrunk

    def _forget(self, room: LiveRoom) -> None:
        self._ring_bytes -= room.size
        room.size = 0
        room.recent.clear()
        room.floor = room.rev

    def _trim(self) -> None:
        if self._ring_bytes <= RING_BYTES:
            return
        for room in list(self._rooms.values()):
            self._forget(room)
            if not room.is_heard and not room.filling and not room.pending:
                del self._rooms[room.id]
            if self._ring_bytes <= RING_BYTES:
                return


def _events(told: Block | Reset, rev: Rev) -> list[Event]:
    """What is written to somebody who holds *rev*."""
    if isinstance(told, Reset):
        return [told]
    rows = [row for row in told.rows if row.rev > rev]
    return [Syncing(told.room), *rows, Synced(told.room, told.rev)]


def _weight(row: Row) -> int:
    """What an entry takes, guessed from its row alone, so that what is added is what is taken off."""
    return ENTRY_OVERHEAD + 200 + (2 * len(row.text) if type(row) is Message else 0)


def _discard(index: dict[UserId, set[Listener]] | dict[SessionId, set[Listener]], key: int, listener: Listener) -> None:
    group = index.get(key)  # type: ignore[call-overload]
    if group is not None:
        group.discard(listener)
        if not group:
            del index[key]  # type: ignore[arg-type]
