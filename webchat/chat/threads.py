"""Reading the threads of a room."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.messages import PAGE_LIMIT
from webchat.chat.quotes import quoted_by
from webchat.chat.rooms import cursor, cursor_number, read_cursor
from webchat.model.answers import Thread, Threads
from webchat.model.events import Message
from webchat.model.ids import MAX_INT, Millis, RoomId, Seq
from webchat.model.refusals import BadRequest, NoSuchMessage
from webchat.model.users import Actor
from webchat.store import messages, users
from webchat.store import threads as store
from webchat.store.database import Database


@attrs.define(eq=False)
class RoomThreads:
    """What can be asked of threads; they are written by posting."""

    _database: Database
    _epoch: Callable[[], str]

    async def page(
        self,
        actor: Actor,
        room: RoomId,
        thread: Seq,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> Thread:
        """A stretch of the thread that message *thread* began: below *before*, above *after*, else the newest.

        A message that nobody has answered so yet is a thread without messages.  Raises NoSuchMessage for one that
        belongs to a thread itself.
        """
        if before is not None and after is not None:
            raise BadRequest("Give one of before and after.")
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> Thread:
            now, _ = permission.member(db, room, actor)
            first = messages.maybe(db, room, thread)
            if first is None or first.thread is not None:
                raise NoSuchMessage
            # One more than is shown tells whether this is the end.
            if after is not None:
                found = store.after(db, room, thread, Seq(after), limit + 1)
                shown, at_start, at_end = found[:limit], after <= thread, len(found) <= limit
            else:
                found = store.before(db, room, thread, Seq(MAX_INT if before is None else before), limit + 1)
                shown, at_start, at_end = found[-limit:], len(found) <= limit, before is None
            quoted = quoted_by(db, room, (first, *shown))
            return Thread(
                room=room,
                epoch=self._epoch(),
                rev=now.rev,
                first=first,
                messages=tuple(shown),
                users=tuple(users.cards(db, {message.author for message in (first, *shown, *quoted)})),
                at_start=at_start,
                at_end=at_end,
                quoted=quoted,
            )

        return await self._database.read(work)

    async def of_room(self, actor: Actor, room: RoomId, after: str | None = None, limit: int = 50) -> Threads:
        """The room's threads, the one that was added to last first; *after*: `next` of the page before."""
        limit = max(1, min(limit, PAGE_LIMIT))
        at, seq = _place(after)

        def work(db: sa.Connection) -> Threads:
            permission.member(db, room, actor)
            found = store.of_room(db, room, at, seq, limit + 1)
            shown = tuple(found[:limit])
            following = _cursor(shown[-1]) if len(found) > limit else None
            return Threads(room, shown, tuple(users.cards(db, {message.author for message in shown})), following)

        return await self._database.read(work)


def _cursor(last: Message) -> str:
    return cursor(str(last.last_reply), last.seq)


def _place(after: str | None) -> tuple[Millis, Seq]:
    """What *_cursor* has written; without it, before everything.  Raises BadRequest."""
    if after is None:
        return Millis(MAX_INT), Seq(MAX_INT)
    at, seq = read_cursor(after)
    return Millis(cursor_number(at)), Seq(seq)
