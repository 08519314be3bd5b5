"""Telling people who are away: which devices want it, which messages they are told of, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import msgspec
import sqlalchemy as sa
from msgspec import Struct
from twisted.logger import Logger

from webchat.live.limits import Buckets
from webchat.live.presence import Attendance
from webchat.model.events import Message, Row
from webchat.model.ids import Millis, RoomId, Seq
from webchat.model.push import Quiet, check_endpoint, check_keys, is_wanted
from webchat.model.refusals import TooMany, Unavailable
from webchat.model.rooms import Room
from webchat.model.text import acted
from webchat.model.users import Actor, User
from webchat.store import audit, blocks, memberships, meta, outbox, rooms, users
from webchat.store import messages as message_store
from webchat.store import preferences as preference_store
from webchat.store import push as push_store
from webchat.store.database import Database
from webchat.store.outbox import Job, NewJob
from webchat.store.push import Listener, Subscription

MOST_DEVICES = 10
WAIT = 5_000
"""ms before a device is told: who reads the message elsewhere meanwhile is not."""
FRESH = 60_000
"""ms for which a message is news; later only its row changes."""
MOST_WAITING = 20_000
"""Jobs; above that nothing more is added to them."""
ROOMS_AT_ONCE = 50
LOOKED_AT = 100
"""Unread messages of a room that are counted."""
TITLE, TEXT = 100, 120
"""Characters."""
LATE = 12 * 3_600_000
"""ms after which nobody wants to be told any more."""
BACK = 3_600_000
"""ms before a start for which it is looked what may have been left undone."""
_DECIDED = "push.decided"


class Subject(Struct, frozen=True):
    """What a job is about; one room's messages are told together."""

    room: RoomId


class Pushed(Struct, frozen=True):
    """What a device is told: *count* messages, the last of them *seq*.  *text* is None where it is to be hidden."""

    room: RoomId
    seq: Seq
    count: int
    title: str
    text: str | None
    lang: str
    mention: bool


@attrs.define(eq=False)
class Push:
    """What can be done about being told, and what is to be told.

    *key*: the server's public key (RFC 8292), base64url; None where nothing is pushed.  *services*: the hosts of push
    services that may be used.
    """

    _database: Database
    _attendance: Attendance
    _now: Callable[[], Millis]
    _changes: Buckets
    key: str | None
    services: Sequence[str]
    _stirred: dict[RoomId, bool] = attrs.field(factory=dict, init=False)
    """Where something was said that is still to be looked at, and whether it may mean everybody."""
    _growing: set[tuple[RoomId, Seq]] = attrs.field(factory=set, init=False)
    _has_devices: bool = attrs.field(default=False, init=False)
    _log = Logger()

    # Devices.

    def public_key(self) -> str:
        """The key that a browser subscribes with.  Raises Unavailable where nothing is pushed."""
        if self.key is None:
            raise Unavailable("This server pushes nothing.")
        return self.key

    async def subscribe(self, actor: Actor, endpoint: str, p256dh: str, auth: str) -> None:
        """The actor's device, the one of this session, is told by way of *endpoint*.

        Raises Unavailable, BadRequest, TooMany above ten devices.
        """
        self.public_key()
        check_endpoint(endpoint, self.services)
        check_keys(p256dh, auth)
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> None:
            users.lock(db, actor.id)
            push_store.put(db, actor.id, actor.session.id, endpoint, p256dh, auth, now)
            if push_store.count(db, actor.id) > MOST_DEVICES:
                raise TooMany

        await self._database.write(None, work)
        self._has_devices = True

    async def unsubscribe(self, actor: Actor) -> None:
        """This device is told no more."""
        self._changes.take(actor.id)
        await self._database.write(None, lambda db: push_store.remove_session(db, actor.session.id))

    async def forget_all(self) -> int:
        """No device is told any more: for an operator who makes a new key.  Answers how many that were."""
        now = self._now()

        def work(db: sa.Connection) -> int:
            count = push_store.remove_all(db)
            audit.record(db, now, None, "push.key", devices=count)
            return count

        return await self._database.write(None, work)

    # What happens.

    def heard(self, rows: Sequence[Row]) -> None:
        """Something was said, here; called after each commit, so it only takes note."""
        if not self._has_devices:
            self._growing.clear()
            return
        for row in rows:
            if type(row) is not Message:
                continue
            # What is still growing is told when it is complete, in whole, and is as fresh then.
            if row.streaming and row.deleted is None:
                self._growing.add((row.room, row.seq))
                continue
            was_growing = (row.room, row.seq) in self._growing
            self._growing.discard((row.room, row.seq))
            if row.deleted is None and (was_growing or row.created > self._now() - FRESH):
                self._stirred[row.room] = self._stirred.get(row.room, False) or row.everyone is not None

    async def load(self) -> None:
        """Looks for what was said, and not looked at, before the server ended."""
        if self.key is None:
            return
        now = self._now()

        def work(db: sa.Connection) -> tuple[bool, list[RoomId]]:
            decided = int(meta.maybe(db, _DECIDED) or now)
            return push_store.is_any(db), push_store.stirred(db, Millis(max(decided, now - BACK)), 10_000)

        self._has_devices, found = await self._database.read(work)
        self._stirred.update(dict.fromkeys(found, True))

    async def decide(self) -> None:
        """Makes jobs of what was said since the last time, for the devices of those who are away and want to know."""
        if self.key is None:
            return
        now = self._now()
        chosen = {room: self._stirred.pop(room) for room in list(self._stirred)[:ROOMS_AT_ONCE]}
        if not chosen:
            self._has_devices = await self._database.read(push_store.is_any)
            return
        try:
            listeners = await self._database.read(lambda db: push_store.listeners(db, chosen))
            away = [one for one in listeners if self._is_told(one, chosen[one.room], now)]
            is_all = not self._stirred
            await self._database.write(None, lambda db: self._add(db, away, now, is_all))
        except BaseException:
            self._stirred.update(chosen)
            raise

    def _is_told(self, one: Listener, means_everybody: bool, now: Millis) -> bool:
        is_meant = one.is_meant or means_everybody
        return is_wanted(one.level, one.muted, one.kind, is_meant, now) and not self._attendance.is_active(one.user)

    def _add(self, db: sa.Connection, away: Sequence[Listener], now: Millis, is_all: bool) -> None:
        by_room: dict[RoomId, list[int]] = {}
        for one in away:
            by_room.setdefault(one.room, []).append(one.subscription)
        if away and outbox.count(db, "push") > MOST_WAITING:
            self._log.warn("Too many pushes wait; {count} devices are not told", count=len(away))
            by_room = {}
        for room, devices in by_room.items():
            payload = msgspec.json.encode(Subject(room)).decode()
            # What is about to be told anyway takes this along.
            told = outbox.waiting(db, "push", payload, devices)
            due = Millis(now + WAIT)
            outbox.add(db, [NewJob("push", one, payload, now, due) for one in devices if one not in told])
        if is_all:
            meta.put(db, _DECIDED, str(now))

    # What is said.

    async def compose(self, job: Job) -> tuple[Subscription, Pushed] | None:
        """What is to be told to which device; None if there is nothing to tell any more."""
        now = self._now()
        if job.created < now - LATE:
            return None
        subject = msgspec.json.decode(job.payload, type=Subject)
        found = await self._database.read(lambda db: _composed(db, job.target, subject.room, now))
        # Who has come meanwhile sees for herself.
        return None if found is None or self._attendance.is_active(found[0].user) else found

    async def forget(self, subscription: Subscription) -> None:
        """The push service says that the device is gone."""
        await self._database.write(None, lambda db: push_store.remove(db, subscription.id))


def _composed(db: sa.Connection, target: int, where: RoomId, now: Millis) -> tuple[Subscription, Pushed] | None:
    subscription = push_store.maybe(db, target, now)
    user = None if subscription is None else users.maybe(db, subscription.user)
    if subscription is None or user is None or user.disabled is not None or user.deleted is not None:
        return None
    wanted = _wanted(db, user, where, now)
    kept = preference_store.of(db, user.id)
    if wanted is None or _is_quiet(kept.get("quiet"), now):
        return None
    room, messages, last_meant = wanted
    last = messages[-1]
    author = users.cards(db, [last.author])[0].display_name
    is_hidden = kept.get("notice.text") == '"hidden"'
    said = acted(author, last.text) if last.action else last.text
    text = None if is_hidden else _shortened(" ".join(said.split()), TEXT) or None
    title = _shortened(f"{author} · # {room.title}" if room.title else author, TITLE)
    return subscription, Pushed(where, last.seq, len(messages), title, text, user.locale or "en", last_meant)


def _wanted(db: sa.Connection, user: User, where: RoomId, now: Millis) -> tuple[Room, list[Message], bool] | None:
    """The unread messages that *user* is told of, the room they are in, and whether the last one calls her."""
    room, place = rooms.maybe(db, where), memberships.maybe(db, where, user.id)
    if room is None or room.deleted is not None or place is None or not place.is_active:
        return None
    unread = [one for one in message_store.before(db, where, Seq(room.seq + 1), LOOKED_AT) if one.seq > place.read]
    blocked = blocks.among(db, user.id, {one.author for one in unread})
    meant = push_store.meant(db, user.id, where, place.read)

    def is_meant(message: Message) -> bool:
        return message.seq in meant or user.id in message.mentions or message.everyone is not None

    found = [
        one
        for one in unread
        if one.deleted is None
        and not one.streaming
        and one.author != user.id
        and one.author not in blocked
        and is_wanted(place.level, place.muted, room.kind, is_meant(one), now)
    ]
    return (room, found, room.kind == "direct" or is_meant(found[-1])) if found else None


def _is_quiet(kept: str | None, now: Millis) -> bool:
    quiet = None if kept is None else Quiet.of(msgspec.json.decode(kept))
    return quiet is not None and quiet.holds(now)


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
