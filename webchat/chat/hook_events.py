"""What outgoing webhooks tell: read off the room's log from where each of them has got to, so nothing is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeGuard

import attrs
import msgspec
import sqlalchemy as sa
from msgspec import Struct

from webchat.chat import permission
from webchat.chat.hook_notices import notices
from webchat.chat.hooks import speaking
from webchat.chat.messages import Messages
from webchat.chat.settings import ServerSettings
from webchat.live.limits import Buckets
from webchat.model.commands import PostMessage
from webchat.model.events import Member, Message, Row
from webchat.model.hooks import Delivery, Happening, HookEvent, ToldHook, ToldMessage, ToldRoom
from webchat.model.ids import SERVER, Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import Busy, Forbidden, NotFound, RateLimited, Refusal, Retry, TooMany, Unavailable
from webchat.model.rooms import Room
from webchat.model.signing import signed_headers
from webchat.model.users import Actor, UserCard
from webchat.store import audit, outbox, rooms
from webchat.store import changes as change_store
from webchat.store import hooks as hook_store
from webchat.store import messages as message_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.hooks import ChangedMessage, Hook
from webchat.store.outbox import Job, NewJob

AT_ONCE = 5_000
"""Rows of a room that are looked at in one transaction.

A message is new to a webhook that holds less than the rev of its post; so what has changed since then goes together, or
a new message that was changed later would be taken for an old one.
"""
MOST_WAITING = 1_000
"""Jobs of one webhook; what comes then waits in the room's log."""
MOST_FAILURES = 3
"""Deliveries in a row that were given up, after which a webhook rests."""
FAILURE_LIMIT = 200
_TEST = "test"


class Told(Struct, frozen=True, omit_defaults=True):
    """What a job is about: message *seq*, or *user*; *id* is that of the delivery, the same at every try."""

    id: str
    event: str
    seq: Seq | None = None
    user: UserId | None = None


class Parcel(Struct, frozen=True):
    """A delivery as it is sent."""

    hook: Hook
    told: Told
    body: bytes
    headers: dict[str, str]

    @property
    def is_test(self) -> bool:
        return self.told.event == _TEST


@attrs.define(eq=False)
class HookEvents:
    """Makes jobs of what happens in rooms with outgoing webhooks, and says what each of them sends."""

    _database: Database
    _messages: Messages
    _settings: ServerSettings
    _now: Callable[[], Millis]
    _changes: Buckets
    _telling: frozenset[RoomId] = attrs.field(default=frozenset(), init=False)
    _stirred: set[RoomId] = attrs.field(factory=set, init=False)

    def heard(self, rows: Sequence[Row]) -> None:
        """Something happened, here; called after each commit, so it only takes note."""
        if self._telling:
            self._stirred.update(row.room for row in rows if row.room in self._telling)

    async def look_round(self) -> None:
        """Looks for rooms where something happened that is not told: unheard, elsewhere, or before the server ended."""
        found = await self._database.read(hook_store.telling)
        self._telling = frozenset(found)
        self._stirred.update(room for room, is_behind in found.items() if is_behind)

    async def decide(self) -> None:
        """Makes jobs of what happened since the last time.  Where that fails, `look_round` finds the room again."""
        stirred, self._stirred = self._stirred, set()
        for room in stirred:
            if await self._database.write(room, lambda db, room=room: self._tell(db, room)):  # type: ignore[misc]
                self._stirred.add(room)

    def _tell(self, db: sa.Connection, room: RoomId) -> bool:
        """Makes jobs of what happened in *room*, whose row is held; whether there is more."""
        row, is_more = rooms.maybe(db, room), False
        if row is None or row.deleted is not None:
            return False
        now = self._now()
        for hook in hook_store.outgoing(db, room):
            if hook.disabled is not None or not self._settings.webhooks:
                # Who rests is not told afterwards what happened meanwhile.
                hook_store.change(db, hook.id, told=row.rev)
                continue
            if outbox.count_for(db, "hook", hook.id) >= MOST_WAITING:
                continue
            found, told = _happened(db, hook, row)
            jobs = [NewJob("hook", hook.id, msgspec.json.encode(one).decode(), now, now) for one in found]
            outbox.add(db, jobs)
            hook_store.change(db, hook.id, told=told)
            is_more = is_more or told < row.rev
        return is_more

    async def try_out(self, actor: Actor, room: RoomId, id: int) -> None:
        """Has a delivery made that says only that it is a test: for the room's moderators.

        Raises NotFound; Forbidden where the server tells nobody.
        """
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> None:
            permission.moderator(db, room, actor)
            hook = hook_store.maybe(db, id)
            if hook is None or hook.room != room or hook.kind != "out":
                raise NotFound
            if not self._settings.webhooks:
                raise Forbidden("Outgoing webhooks are switched off on this server.")
            if outbox.count_for(db, "hook", id) >= MOST_WAITING:
                raise TooMany("Too many deliveries wait already.")
            told = Told(f"{id}-test-{now}", _TEST)
            outbox.add(db, [NewJob("hook", id, msgspec.json.encode(told).decode(), now, now)])

        await self._database.write(room, work)

    async def compose(self, job: Job) -> Parcel | None:
        """What is to be sent; None where there is nothing to tell any more: the message is gone, the webhook rests."""
        told, now = msgspec.json.decode(job.payload, type=Told), self._now()
        if not self._settings.webhooks:
            return None

        def work(db: sa.Connection) -> tuple[Hook, Happening] | None:
            hook = hook_store.maybe(db, job.target)
            row = None if hook is None else rooms.maybe(db, hook.room)
            if hook is None or row is None or row.deleted is not None:
                return None
            if hook.disabled is not None and told.event != _TEST:
                return None
            happening = _happening(db, hook, row, told)
            return None if happening is None else (hook, happening)

        found = await self._database.read(work)
        if found is None:
            return None
        hook, happening = found
        body = msgspec.json.encode(Delivery(told.event, _iso(job.created), happening))
        assert hook.secret is not None
        signed = signed_headers(hook.secret, told.id, now // 1000, body)
        return Parcel(hook, told, body, {"Content-Type": "application/json", **signed})

    async def succeeded(self, parcel: Parcel) -> None:
        """It was taken."""
        now = self._now()
        columns = {"used": now, "failure": None, **({} if parcel.is_test else {"failures": 0})}
        await self._database.write(None, lambda db: hook_store.change(db, parcel.hook.id, **columns))

    async def failed(self, parcel: Parcel, why: str, is_gone: bool = False) -> None:
        """It was given up.  *is_gone*: the other side wants no more of them.  Should it rest now, people are told."""
        now, id = self._now(), parcel.hook.id

        def work(db: sa.Connection) -> None:
            hook = hook_store.maybe(db, id)
            if hook is None:
                return
            failures = hook.failures + (not parcel.is_test)
            hook_store.change(db, id, failures=failures, failure=why[:FAILURE_LIMIT])
            if hook.disabled is None and not parcel.is_test and (is_gone or failures >= MOST_FAILURES):
                hook_store.change(db, id, disabled=now)
                audit.record(db, now, SERVER, "hook.rest", room=hook.room, user=hook.bot)
                outbox.add(db, notices(db, hook, now))

        await self._database.write(None, work)

    async def reply(self, parcel: Parcel, text: str) -> None:
        """Posts what the other side answered, as an answer to the message; once, however often it was delivered.

        Raises Busy, Unavailable, Retry, RateLimited: then the delivery is made again.
        """
        hook, now = parcel.hook, self._now()

        def work(db: sa.Connection) -> tuple[Actor, Message | None] | None:
            bot = user_store.maybe(db, hook.bot)
            if bot is None or bot.disabled is not None:
                return None
            seq = parcel.told.seq
            return speaking(bot, now), None if seq is None else message_store.maybe(db, hook.room, seq)

        found = await self._database.read(work)
        if found is None:
            return
        actor, message = found
        # A tombstone is not answered.
        seq = None if message is None or message.deleted is not None else message.seq
        thread = None if message is None else message.thread
        try:
            await self._messages.post(actor, PostMessage(0, hook.room, text, parcel.told.id, seq, thread))
        except (Busy, Unavailable, Retry, RateLimited):
            raise
        except Refusal as refusal:
            why = f"The answer was not posted: {refusal.message}"[:FAILURE_LIMIT]
            await self._database.write(None, lambda db: hook_store.change(db, hook.id, failure=why))


def _happened(db: sa.Connection, hook: Hook, room: Room) -> tuple[list[Told], Rev]:
    """What *hook* tells of the room's next rows, in their order; and up to which rev these are."""
    changed = hook_store.changed(db, room.id, hook.told, AT_ONCE)
    moved = change_store.moved(db, room.id, hook.told, AT_ONCE)
    # Where one of the two lists is full, nobody knows what is behind its end.
    ends = [rows[-1].rev for rows in (changed, moved) if len(rows) == AT_ONCE]
    end = min(ends, default=room.rev)
    both: list[ChangedMessage | Member] = [*changed, *moved]
    rows = [row for row in both if row.rev <= end]
    # A message stands where it was posted: the first one of a thread changes with each that comes after it.
    rows.sort(key=lambda row: row.posted_rev if _is_new(row, hook) else row.rev)
    found: list[Told] = []
    for row in rows:
        if isinstance(row, Member):
            found += [Told(f"{hook.id}-{row.rev}", event, user=row.user.id) for event in _of_member(row, hook)]
        else:
            found += [
                Told(f"{hook.id}-{row.rev}-{place}", event, seq=row.seq)
                for place, event in enumerate(_of_message(row, hook))
            ]
    found = [told for told in found if told.event in hook.events]
    return found, end


def _is_new(row: ChangedMessage | Member, hook: Hook) -> TypeGuard[ChangedMessage]:
    return isinstance(row, ChangedMessage) and row.posted_rev > hook.told


def _of_message(row: ChangedMessage, hook: Hook) -> Iterator[HookEvent]:
    """What happened to a message since *hook* was told of the room, as far as the row still shows it."""
    if row.author == hook.bot or (row.kind == "bot" and (not hook.hears_bots or row.is_streaming)):
        return
    has_word = row.text.casefold().startswith(hook.word.casefold())
    was_said = row.said_rev is not None and row.said_rev > hook.told
    if _is_new(row, hook):
        if row.deleted is None and has_word:
            yield "message.posted"
    elif row.deleted is not None:
        if was_said:
            yield "message.deleted"
    else:
        if was_said and has_word:
            yield "message.edited"
        if row.reacted_rev is not None and row.reacted_rev > hook.told:
            yield "message.reactions"


def _of_member(row: Member, hook: Hook) -> Iterator[HookEvent]:
    if row.user.id == hook.bot:
        return
    if row.left:
        yield "member.left"
    elif row.joined_rev > hook.told:
        yield "member.joined"


def _happening(db: sa.Connection, hook: Hook, room: Room, told: Told) -> Happening | None:
    """What the delivery says, as it is now; None where there is nothing to say of it any more."""
    common = (ToldHook(hook.id, hook.label), ToldRoom(room.id, room.title))
    if told.seq is not None:
        message = message_store.maybe(db, room.id, told.seq)
        if message is None or (message.deleted is not None and told.event != "message.deleted"):
            return None
        return Happening(*common, message=_told(message, user_store.cards(db, [message.author])[0]))
    if told.user is not None:
        cards = user_store.cards(db, [told.user])
        return Happening(*common, user=cards[0]) if cards else None
    return Happening(*common)


def _told(message: Message, author: UserCard) -> ToldMessage:
    common = {name: getattr(message, name) for name in ToldMessage.__struct_fields__}
    return ToldMessage(**{**common, "author": author})


def _iso(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
