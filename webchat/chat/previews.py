"""Link previews: which messages are to get some, how they come to them, and how they go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import msgspec
import sqlalchemy as sa
from msgspec import Struct

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.settings import ServerSettings
from webchat.live.limits import Buckets
from webchat.model.answers import Changed
from webchat.model.events import Message, Row
from webchat.model.extras import Preview
from webchat.model.ids import Millis, RoomId, Seq
from webchat.model.links import links_in
from webchat.model.refusals import Forbidden, NoSuchMessage
from webchat.model.users import Actor
from webchat.store import audit, outbox, rooms
from webchat.store import messages as message_store
from webchat.store import previews as preview_store
from webchat.store.database import Database
from webchat.store.outbox import Job, NewJob

FRESH = 60_000
"""ms for which a message is new."""
KEPT = 86_400_000
"""ms for which it is believed what a page said."""
MOST_NOTED, MOST_WAITING = 2_000, 2_000


class Place(Struct, frozen=True):
    """Of which message the links are to be looked at."""

    room: RoomId
    seq: Seq


@attrs.define(eq=False)
class Previews:
    """What can be done with previews.  Off unless the server's owner and admins decide otherwise."""

    _log: RoomLog
    _database: Database
    _settings: ServerSettings
    _now: Callable[[], Millis]
    _changes: Buckets
    _new: list[Place] = attrs.field(factory=list, init=False)
    _noted: dict[Place, None] = attrs.field(factory=dict, init=False)
    """The last ones that were noted: the row of a message changes, and is no new message by that."""

    def heard(self, rows: Sequence[Row]) -> None:
        """Something was said, here; called after each commit, so it only takes note."""
        if not self._settings.previews:
            return
        for row in rows:
            if type(row) is Message and "://" in row.text and _may_have(row):
                place = Place(row.room, row.seq)
                if place in self._noted or row.created <= self._now() - FRESH or len(self._new) >= MOST_NOTED:
                    continue
                self._noted[place] = None
                if len(self._noted) > MOST_NOTED:
                    del self._noted[next(iter(self._noted))]
                if links_in(row.text):
                    self._new.append(place)

    async def decide(self) -> None:
        """Makes jobs of what was said since the last time."""
        if not self._new:
            return
        places, self._new = self._new, []
        now = self._now()

        def work(db: sa.Connection) -> None:
            if outbox.count(db, "preview") <= MOST_WAITING:
                jobs = [NewJob("preview", one.seq, msgspec.json.encode(one).decode(), now, now) for one in places]
                outbox.add(db, jobs)

        await self._database.write(None, work)

    async def links(self, job: Job) -> tuple[Place, list[str]]:
        """The links that are to be looked at for *job*; none where that is not wanted any more."""
        place = msgspec.json.decode(job.payload, type=Place)
        message = await self._database.read(lambda db: message_store.maybe(db, place.room, place.seq))
        is_wanted = message is not None and self._settings.previews and _may_have(message)
        return place, links_in(message.text) if message is not None and is_wanted else []

    async def known(self, url: str) -> tuple[bool, Preview | None]:
        """Whether the page was looked at lately, and what it said."""
        since = Millis(self._now() - KEPT)
        return await self._database.read(lambda db: preview_store.maybe(db, url, since))

    async def learn(self, url: str, card: Preview | None) -> None:
        """Keeps what a page says of itself; None: nothing that could be shown."""
        now = self._now()
        await self._database.write(None, lambda db: preview_store.put(db, url, card, now))

    async def attach(self, place: Place, cards: Sequence[Preview]) -> None:
        """The message gets *cards*, a change of its room; unless it was changed meanwhile, or is gone."""

        def work(db: sa.Connection) -> Outcome[None]:
            message, room = message_store.maybe(db, place.room, place.seq), rooms.maybe(db, place.room)
            if message is None or room is None or room.deleted is not None or not _may_have(message):
                return Outcome(None)
            return Outcome(None, _changed(db, message, tuple(cards)))

        await self._log.change(place.room, work)

    async def remove(self, actor: Actor, room: RoomId, seq: Seq) -> Changed:
        """Takes the previews away: from one's own message, or as moderator from anybody's.

        Raises NotAMember, NoSuchRoom, RoomArchived, NoSuchMessage, Forbidden, RateLimited.
        """
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            found, membership = permission.writer(db, room, actor)
            message = message_store.maybe(db, room, seq)
            if message is None:
                raise NoSuchMessage
            is_own = message.author == actor.id
            if not is_own and (found.kind == "direct" or not permission.may_moderate(actor, membership)):
                raise Forbidden("Only its author and moderators take previews away.")
            if not message.previews:
                return Outcome(Changed(room, message.rev))
            if not is_own:
                audit.record(db, now, actor.id, "message.previews", room=room, user=message.author, seq=seq)
            rows = _changed(db, message, ())
            return Outcome(Changed(room, rows[0].rev), rows)

        return await self._log.change(room, work)

    async def sweep(self) -> None:
        """Forgets what pages said long ago."""
        until = Millis(self._now() - KEPT)
        await self._database.write(None, lambda db: preview_store.forget(db, until))


def _may_have(message: Message) -> bool:
    return message.deleted is None and message.edited is None and not message.previews and not message.streaming


def _changed(db: sa.Connection, message: Message, cards: tuple[Preview, ...]) -> tuple[Message, ...]:
    _, rev = rooms.raise_counters(db, message.room, 0, 1)
    extras = msgspec.structs.replace(message_store.extras_of(message), previews=cards)
    message_store.set_extras(db, message.room, message.seq, extras, rev)
    found = message_store.maybe(db, message.room, message.seq)
    assert found is not None
    return (found,)
