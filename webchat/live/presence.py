"""Who is here on this node, and who looks: states of people, told in batches to the connections that watch them.

Nothing of it is kept, and each sign may get lost.  What it costs is bounded: a connection is told at most twice a
second (of its room, and of the people it watches), a room with many watchers less often, and of a crowd that comes all
at once a part at a time.  A bus that joins several nodes would carry the changed states by `publish_passing`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from itertools import islice

import attrs

from webchat.live.hub import Dialect, Hub, Listener
from webchat.live.limits import Clock
from webchat.model.answers import Watched
from webchat.model.events import Seen
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.text import folded
from webchat.model.users import State, Status, User

GRACE = 10.0
"""Seconds after the last connection of somebody has ended until she counts as gone: lines break and come back."""

TELL_EVERY = 1.0
"""Seconds between two batches, at least."""

EASILY_TOLD = 500
"""Watchers of a room that are told each second; twice as many are told every two seconds, and so on."""

MOST_TOLD = 200
"""People in one batch of a room; the others wait for the next."""

MOST_LISTED = 2_000
"""People of a room in the answer to `watch`."""

MOST_LOOKED_AT = 2_000
"""People whose state is looked at in one turn."""

Pair = tuple[UserId, UserId]
"""Who looks, and at whom."""


@attrs.define(eq=False)
class Person:
    """Somebody with a connection here, or who had one a moment ago."""

    key: tuple[str, UserId]
    """Her place in lists: by folded display name."""
    status: Status
    idle: dict[Listener, bool] = attrs.field(factory=dict)
    """Her connections."""
    state: State = "offline"
    """As it was told."""
    listed: set[RoomId] = attrs.field(factory=set)
    """The watched rooms that she is listed in."""
    rooms: AbstractSet[RoomId] = frozenset()
    """What she heard when her last connection ended."""
    seen: Millis = Millis(0)
    """When that was."""
    is_gone: bool = False


@attrs.define(eq=False)
class WatchedRoom:
    """A room that somebody watches, or has looked at a moment ago; gone some seconds after the last of them."""

    present: dict[UserId, State] = attrs.field(factory=dict)
    changed: dict[UserId, State] = attrs.field(factory=dict)
    """What is yet to be told."""
    watchers: set[Listener] = attrs.field(factory=set)
    due: float = 0.0
    """Not before this moment its watchers are told something."""
    order: list[tuple[str, UserId]] | None = None
    """The places in lists of those who are present, sorted; None if that has to be done again."""

    def put(self, user: UserId, state: State) -> bool:
        """*user* is listed as *state*; whether that is new."""
        if self.present.get(user, "offline") == state:
            return False
        if state == "offline":
            del self.present[user]
            self.order = None
        else:
            if user not in self.present:
                self.order = None
            self.present[user] = state
        self.changed[user] = state
        return True


@attrs.frozen
class Watch:
    """What one connection watches.  *hidden*: of the room's members whom it must not see."""

    room: RoomId | None
    users: frozenset[UserId]
    hidden: frozenset[UserId]


@attrs.define(eq=False)
class Attendance:
    """The people of one node; lives as long as the service.

    `tick` is called every second; only then something is told.
    """

    _hub: Hub
    _clock: Clock
    _now: Callable[[], Millis]
    _people: dict[UserId, Person] = attrs.field(factory=dict, init=False)
    _leaving: dict[UserId, float] = attrs.field(factory=dict, init=False)
    """Until when those without a connection are waited for, the earliest first."""
    _touched: dict[UserId, None] = attrs.field(factory=dict, init=False)
    _watches: dict[Listener, Watch] = attrs.field(factory=dict, init=False)
    _watchers: dict[UserId, set[Listener]] = attrs.field(factory=dict, init=False)
    _rooms: dict[RoomId, WatchedRoom] = attrs.field(factory=dict, init=False)
    _unwatched: dict[RoomId, float] = attrs.field(factory=dict, init=False)
    """Those of the rooms that nobody watches, with when they were looked at last."""
    _moved: dict[RoomId, None] = attrs.field(factory=dict, init=False)
    """Rooms of which something is yet to be told."""
    _doubtful: set[UserId] = attrs.field(factory=set, init=False)
    _doubtful_pairs: set[Pair] = attrs.field(factory=set, init=False)
    _seen: dict[UserId, Millis] = attrs.field(factory=dict, init=False)
    writes: int = attrs.field(default=0, init=False)
    """Batches handed to connections."""
    told: int = attrs.field(default=0, init=False)
    """States in them."""

    # People come and go.

    @property
    def people(self) -> int:
        """How many are here."""
        return len(self._people) - len(self._leaving)

    def arrive(self, listener: Listener, user: User) -> None:
        """A connection of *user* has been welcomed; somebody sits at it."""
        key = (folded(user.display_name), user.id)
        person = self._people.get(user.id)
        if person is None:
            person = self._people[user.id] = Person(key, user.status)
        elif person.key != key:
            person.key = key
            for room in person.listed & self._rooms.keys():
                self._rooms[room].order = None
        person.status, person.is_gone = user.status, False
        person.idle[listener] = False
        self._leaving.pop(user.id, None)
        self._touched[user.id] = None

    def depart(self, listener: Listener) -> None:
        """The connection ends; the hub still knows what it hears.  Harmless if it never came."""
        self.stop_watching(listener)
        person = self._people.get(listener.user)
        if person is None or person.idle.pop(listener, None) is None:
            return
        if not person.idle:
            person.rooms = frozenset(self._hub.heard_by(listener.user))
            person.seen = self._now()
            self._leaving[listener.user] = self._clock() + GRACE
        self._touched[listener.user] = None

    def set_idle(self, listener: Listener, idle: bool) -> None:
        """Nobody has touched the device for a while, or somebody does again."""
        person = self._people.get(listener.user)
        if person is not None and listener in person.idle and person.idle[listener] != idle:
            person.idle[listener] = idle
            self._touched[listener.user] = None

    def set_status(self, user: UserId, status: Status) -> None:
        """*user* wants to be seen otherwise."""
        person = self._people.get(user)
        if person is not None and person.status != status:
            person.status = status
            self._touched[user] = None

    def entered(self, user: UserId) -> None:
        """See `Attendant`."""
        self._touched[user] = None

    def left(self, user: UserId, room: RoomId) -> None:
        """See `Attendant`."""
        person = self._people.get(user)
        if person is not None:
            person.listed.discard(room)
            person.rooms = person.rooms - {room}
        watched = self._rooms.get(room)
        if watched is not None and watched.put(user, "offline"):
            self._moved[room] = None
        # It may have been the room that let them see each other.
        if user in self._watchers or any(self._watches[one].users for one in self._watching(user)):
            self._doubtful.add(user)

    def state(self, user: UserId) -> State:
        """What others see of *user* now."""
        person = self._people.get(user)
        return "offline" if person is None else _state(person)

    def is_active(self, user: UserId) -> bool:
        """Whether *user* sits at one of her devices, however she wants to be seen."""
        person = self._people.get(user)
        return person is not None and not all(person.idle.values())

    # Who looks.

    def watch(
        self, listener: Listener, room: RoomId | None, users: frozenset[UserId], hidden: frozenset[UserId]
    ) -> Watched:
        """From now on *listener*, who may, is told of these, in place of what it watched; how they are now."""
        self.stop_watching(listener)
        person = self._people.get(listener.user)
        if person is None or listener not in person.idle:
            return Watched(())
        if room is not None or users:
            self._watches[listener] = Watch(room, users, hidden)
        for user in users:
            self._watchers.setdefault(user, set()).add(listener)
        states = {user: state for user in users if (state := self.state(user)) != "offline"}
        if room is None:
            return Watched(tuple(states.items()))
        watched = self._watched(room)
        watched.watchers.add(listener)
        self._unwatched.pop(room, None)
        listed = watched.present.items()
        if not hidden.isdisjoint(watched.present):
            listed = {user: state for user, state in listed if user not in hidden}.items()
        return Watched(tuple(states.items()), room, len(listed), tuple(islice(listed, MOST_LISTED)))

    def stop_watching(self, listener: Listener) -> None:
        """Nothing more is told to *listener*."""
        watch = self._watches.pop(listener, None)
        if watch is None:
            return
        for user in watch.users:
            self._forget_watcher(user, listener)
        watched = None if watch.room is None else self._rooms.get(watch.room)
        if watched is not None and watch.room is not None:
            watched.watchers.discard(listener)
            if not watched.watchers:
                self._unwatched[watch.room] = self._clock()

    def part(self, user: UserId, other: UserId) -> None:
        """The connections of *user* watch *other* no more."""
        for listener in self._watching(user):
            watch = self._watches[listener]
            if other in watch.users:
                self._watches[listener] = attrs.evolve(watch, users=watch.users - {other})
                self._forget_watcher(other, listener)
                self._tell(listener, Seen(((other, "offline"),)), {})

    def hide(self, user: UserId, other: UserId, hidden: bool) -> None:
        """The connections of *user* see *other* no more among the members of a room; or do again."""
        for listener in self._watching(user):
            watch = self._watches[listener]
            if watch.room is None or (other in watch.hidden) == hidden:
                continue
            self._watches[listener] = attrs.evolve(watch, hidden=watch.hidden ^ {other})
            present = self._rooms[watch.room].present
            if other in present:
                count = len(present) - len((watch.hidden ^ {other}) & present.keys())
                self._tell(listener, Seen(((other, "offline" if hidden else present[other]),), watch.room, count), {})

    def doubt(self, user: UserId, other: UserId) -> None:
        """It has to be asked again whether these two may see each other."""
        self._doubtful_pairs.update(((user, other), (other, user)))

    def doubtful(self) -> tuple[set[Pair], set[Pair]]:
        """Pairs of whom it has to be asked again whether the first may see the second; told once.

        Those who may have shared their last room, and those who are in doubt by name.
        """
        users, self._doubtful = self._doubtful, set()
        named, self._doubtful_pairs = self._doubtful_pairs, set()
        pairs = {(one.user, user) for user in users for one in self._watchers.get(user, ())}
        pairs.update(
            (user, other) for user in users for one in self._watching(user) for other in self._watches[one].users
        )
        return pairs, named

    def present(
        self, room: RoomId, states: AbstractSet[State], after: tuple[str, UserId], limit: int
    ) -> list[tuple[str, UserId]]:
        """Members of *room* who are here in one of these *states*: places in order of folded display name."""
        watched = self._watched(room)
        if not watched.watchers:
            self._unwatched[room] = self._clock()
        if watched.order is None:
            watched.order = sorted(self._people[user].key for user in watched.present if user in self._people)
        rest = islice(watched.order, bisect_right(watched.order, after), None)
        return list(islice((key for key in rest if watched.present[key[1]] in states), limit))

    def take_seen(self, everybody: bool = False) -> list[tuple[UserId, Millis]]:
        """When those who have gone were last here, told once; with *everybody*, of those who are still here too."""
        seen, self._seen = self._seen, {}
        if everybody:
            now = self._now()
            for user, person in self._people.items():
                if person.status != "invisible":
                    seen[user] = now if person.idle else person.seen
        return sorted(seen.items())

    # Telling.

    def tick(self) -> None:
        """Tells what has changed."""
        now = self._clock()
        self._let_go(now)
        self._forget_rooms(now)
        changes: dict[Listener, dict[UserId, State]] = {}
        for user in list(islice(self._touched, MOST_LOOKED_AT)):
            del self._touched[user]
            self._look_at(user, changes)
        for room in list(self._moved):
            self._tell_room(room, now)
        # Many look at the same few: alike batches are encoded once.
        alike: dict[tuple[tuple[UserId, State], ...], dict[Dialect, bytes]] = {}
        for listener, states in changes.items():
            users = tuple(states.items())
            self._tell(listener, Seen(users), alike.setdefault(users, {}))

    def _let_go(self, now: float) -> None:
        for user, until in list(self._leaving.items()):
            if until > now:
                return
            del self._leaving[user]
            person = self._people[user]
            person.is_gone = True
            if person.status != "invisible":
                self._seen[user] = person.seen
            self._touched[user] = None

    def _forget_rooms(self, now: float) -> None:
        for room, since in list(self._unwatched.items()):
            if now - since >= GRACE:
                del self._unwatched[room], self._rooms[room]
                self._moved.pop(room, None)

    def _look_at(self, user: UserId, changes: dict[Listener, dict[UserId, State]]) -> None:
        person = self._people.get(user)
        if person is None:
            return
        state = _state(person)
        if state != "offline" and self._rooms:
            # Whoever is brought up to date leaves the hub's rooms for a moment: that is no reason to strike her off.
            heard = self._hub.heard_by(user) if person.idle else person.rooms
            person.listed.update(self._rooms.keys() & heard)
        for room in list(person.listed):
            watched = self._rooms.get(room)
            if watched is None:
                person.listed.discard(room)
            elif watched.put(user, state):
                self._moved[room] = None
        if state == "offline":
            person.listed.clear()
        if state != person.state:
            person.state = state
            for listener in self._watchers.get(user, ()):
                changes.setdefault(listener, {})[user] = state
        if person.is_gone:
            del self._people[user]

    def _tell_room(self, room: RoomId, now: float) -> None:
        watched = self._rooms[room]
        if now < watched.due:
            return
        watched.due = now + max(TELL_EVERY, len(watched.watchers) / EASILY_TOLD)
        batch = dict(islice(watched.changed.items(), MOST_TOLD))
        for user in batch:
            del watched.changed[user]
        if not watched.changed:
            del self._moved[room]
        event = Seen(tuple(batch.items()), room, len(watched.present))
        encoded: dict[Dialect, bytes] = {}
        for listener in tuple(watched.watchers):
            # Membership is asked again at delivery.
            if not self._hub.hears(listener, room):
                continue
            hidden = self._watches[listener].hidden
            if hidden.isdisjoint(watched.present) and hidden.isdisjoint(batch):
                self._tell(listener, event, encoded)
            else:
                shown = tuple((user, state) for user, state in event.users if user not in hidden)
                count = len(watched.present) - len(hidden & watched.present.keys())
                self._tell(listener, Seen(shown, room, count), {})

    def _tell(self, listener: Listener, event: Seen, encoded: dict[Dialect, bytes]) -> None:
        """*encoded*: what *event* has been encoded to before."""
        data = encoded.get(listener.dialect)
        if data is None:
            data = encoded[listener.dialect] = listener.dialect.encode(event)
        self.writes += 1
        self.told += len(event.users)
        listener.deliver_passing(data)

    def _watched(self, room: RoomId) -> WatchedRoom:
        watched = self._rooms.get(room)
        if watched is None:
            watched = self._rooms[room] = WatchedRoom()
            waited_for = [user for user in self._leaving if room in self._people[user].rooms]
            for user in [*self._hub.users_in(room), *waited_for]:
                person = self._people.get(user)
                if person is not None and (state := _state(person)) != "offline":
                    watched.present[user] = state
                    person.listed.add(room)
        return watched

    def _watching(self, user: UserId) -> list[Listener]:
        """The connections of *user* that watch something."""
        person = self._people.get(user)
        return [] if person is None else [one for one in person.idle if one in self._watches]

    def _forget_watcher(self, user: UserId, listener: Listener) -> None:
        watchers = self._watchers.get(user)
        if watchers is not None:
            watchers.discard(listener)
            if not watchers:
                del self._watchers[user]


def _state(person: Person) -> State:
    if person.status == "invisible" or person.is_gone:
        return "offline"
    if not person.idle:
        return person.state
    if person.status == "auto":
        return "away" if all(person.idle.values()) else "online"
    return person.status
