"""How far somebody has read, and who is writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import sqlalchemy as sa
from msgspec import structs

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.live.bus import Bus
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.answers import Marked, Place
from webchat.model.commands import MarkRead
from webchat.model.events import PlaceRow, ReadMark, Typing
from webchat.model.ids import RoomId, Seq, UserId
from webchat.model.refusals import Refusal
from webchat.model.rooms import Room
from webchat.model.users import Actor
from webchat.store import memberships, places, rooms


@attrs.frozen
class _Mark:
    room: RoomId
    user: UserId
    seq: Seq


@attrs.frozen
class _Told:
    """What a mark has come to.  *place*: as it is now, where a reminder of something unread was cleared by it."""

    marked: Marked
    place: Place | None = None


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

        The mark never falls and never passes the room's seq.  One that reaches what was marked as unread ends that.
        Raises NotAMember, NoSuchRoom, RateLimited.
        """
        self._marks.take(actor.id)
        # No room's row is locked: marks are private, carry no rev, and only rise.
        told = await self._log.change_together(None, _mark_all, _Mark(command.room, actor.id, command.seq))
        self._hub.tell_user(actor.id, ReadMark(told.marked.room, told.marked.seq), but)
        if told.place is not None:
            self._hub.tell_user(actor.id, PlaceRow(*structs.astuple(told.place)), but)
        return told.marked

    def show_typing(self, actor: Actor, room: RoomId) -> None:
        """Tells the room that the actor is writing; the caller knows that she hears the room."""
        self._typing.take(actor.id)
        self._bus.publish_passing(Typing(room, actor.id))


def _mark_all(
    db: sa.Connection, held: Mapping[RoomId, Room], marks: Sequence[_Mark]
) -> Sequence[Outcome[_Told] | Refusal]:
    members = memberships.many(db, {(mark.room, mark.user) for mark in marks})
    found = {mark.room: rooms.maybe(db, mark.room) for mark in marks}
    answers: list[Outcome[_Told] | Refusal] = []
    raised: dict[tuple[RoomId, UserId], Seq] = {}
    cleared: dict[int, tuple[RoomId, UserId]] = {}
    for mark in marks:
        room, place = found[mark.room], members.get((mark.room, mark.user))
        if room is None or room.deleted is not None or place is None or not place.is_active:
            answers.append(permission.refuse_outsider(room))
            continue
        key = (mark.room, mark.user)
        seq = max(raised.get(key, place.read), min(mark.seq, room.seq))
        raised[key] = Seq(seq)
        answers.append(Outcome(_Told(Marked(mark.room, Seq(seq)))))
        # What the mark itself says counts: that it stands higher already says nothing.
        if place.unread_from is not None and min(mark.seq, room.seq) >= place.unread_from:
            cleared[len(answers) - 1] = key
    memberships.read_up_to(db, [(room, user, seq) for (room, user), seq in raised.items()])
    for number, (room_id, user) in cleared.items():
        answer = answers[number]
        assert isinstance(answer, Outcome)
        place_now = places.set_unread(db, room_id, user, None)
        answers[number] = Outcome(_Told(answer.answer.marked, place_now))
    return answers
