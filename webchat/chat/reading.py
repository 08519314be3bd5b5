"""How far somebody has read, and who is writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.live.bus import Bus
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.answers import Marked
from webchat.model.commands import MarkRead
from webchat.model.events import ReadMark, Typing
from webchat.model.ids import RoomId, Seq, UserId
from webchat.model.refusals import Refusal
from webchat.model.rooms import Room
from webchat.model.users import Actor
from webchat.store import memberships, rooms


@attrs.frozen
class _Mark:
    room: RoomId
    user: UserId
    seq: Seq


@attrs.define(eq=False)
class Reading:
    """Read marks and typing signs."""

    _log: RoomLog
    _hub: Hub
    _bus: Bus
    _marks: Buckets
    _typing: Buckets

    async def mark(self, actor: Actor, command: MarkRead, but: object = None) -> Marked:
        """Raises the actor's read mark; her other connections, all *but* the one that asks, are told.

        The mark never falls and never passes the room's seq.  Raises NotAMember, NoSuchRoom, RateLimited.
        """
        self._marks.take(actor.id)
        # No room's row is locked: marks are private, carry no rev, and only rise.
        marked = await self._log.change_together(None, _mark_all, _Mark(command.room, actor.id, command.seq))
        self._hub.tell_user(actor.id, ReadMark(marked.room, marked.seq), but)
        return marked

    def show_typing(self, actor: Actor, room: RoomId) -> None:
        """Tells the room that the actor is writing; the caller knows that she hears the room."""
        self._typing.take(actor.id)
        self._bus.publish_passing(Typing(room, actor.id))


def _mark_all(
    db: sa.Connection, held: Mapping[RoomId, Room], marks: Sequence[_Mark]
) -> Sequence[Outcome[Marked] | Refusal]:
    places = memberships.many(db, {(mark.room, mark.user) for mark in marks})
    found = {mark.room: rooms.maybe(db, mark.room) for mark in marks}
    answers: list[Outcome[Marked] | Refusal] = []
    raised: dict[tuple[RoomId, UserId], Seq] = {}
    for mark in marks:
        room, place = found[mark.room], places.get((mark.room, mark.user))
        if room is None or room.deleted is not None or place is None or not place.is_active:
            answers.append(permission.refuse_outsider(room))
            continue
        key = (mark.room, mark.user)
        seq = max(raised.get(key, place.read), min(mark.seq, room.seq))
        raised[key] = Seq(seq)
        answers.append(Outcome(Marked(mark.room, Seq(seq))))
    memberships.read_up_to(db, [(room, user, seq) for (room, user), seq in raised.items()])
    return answers
