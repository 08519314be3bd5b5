"""Reports: made by people, seen and decided by those who look after a room or the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.authority import Who, id_of, refuse_guest, rule
from webchat.chat.erasing import erase
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.standing import Standing
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.events import OpenReports, Row
from webchat.model.ids import MAX_INT, Millis, RoomId, Seq, UserId
from webchat.model.refusals import (
    BadRequest,
    Conflict,
    Forbidden,
    NoSuchMessage,
    NoSuchUser,
    NotFound,
    TooMany,
)
from webchat.model.reports import Outcome as Decision
from webchat.model.reports import ReportPage, ReportState, ReportView, report_reason
from webchat.model.users import Actor, User, UserCard
from webchat.store import audit, messages
from webchat.store import reports as store
from webchat.store import rooms as room_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.reports import Report, Thing

MAX_OPEN_REPORTS = 50
PAGE_LIMIT = 50
AROUND = 3
"""Messages that are shown on each side of the one that was reported."""
MINUTE = 60_000


@attrs.define(eq=False)
class Moderation:
    """What is reported, and what comes of it."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _standing: Standing
    _now: Callable[[], Millis]
    _reports: Buckets
    _changes: Buckets
    _forget_files: Callable[[Sequence[str]], Awaitable[None]]
    _known: frozenset[Thing] = attrs.field(default=frozenset(), init=False)
    """What was open when people here were last told."""

    # Reporting.

    async def report_message(self, actor: Actor, room: RoomId, seq: Seq, reason: str) -> int:
        """Reports a message of a room the actor belongs to; reporting it again is answered with the first report.

        Raises NotAMember, NoSuchRoom, NoSuchMessage, TooMany, RateLimited.
        """
        reason = report_reason(reason)
        self._reports.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> int:
            permission.member(db, room, actor)
            message = messages.maybe(db, room, seq)
            if message is None or message.deleted is not None:
                raise NoSuchMessage
            if message.author == actor.id:
                raise BadRequest("This is your own message.", field="seq")
            return _add(db, actor.id, Thing(room, seq, message.author), reason, now)

        return await self._database.write(None, work)

    async def report_user(self, actor: Actor, user: UserId, reason: str) -> int:
        """Reports a person.  Raises NoSuchUser, TooMany, RateLimited; Forbidden for guests."""
        refuse_guest(actor)
        reason = report_reason(reason)
        self._reports.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> int:
            if user == actor.id:
                raise BadRequest("This is yourself.", field="user")
            if user_store.maybe(db, user) is None:
                raise NoSuchUser
            return _add(db, actor.id, Thing(None, None, user), reason, now)

        return await self._database.write(None, work)

    # The queue.

    async def page(
        self, actor: Who, state: ReportState = "open", before: int | None = None, limit: int = 20
    ) -> ReportPage:
        """Reports: all for the server's owner and admins, those of her rooms for a moderator.

        Raises Forbidden for everybody else.
        """
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> ReportPage:
            scope = _scope_of(db, actor)
            read = store.open_ones if state == "open" else store.closed_ones
            found = read(db, scope, before or MAX_INT, limit + 1)
            views = tuple(_view(db, report) for report in found[:limit])
            authors = {message.author for view in views for message in view.context}
            authors |= {view.closed_by for view in views if view.closed_by is not None}
            return ReportPage(
                views,
                tuple(user_store.cards(db, authors)),
                len(store.open_things(db, scope)),
                views[-1].id if len(found) > limit else None,
            )

        return await self._database.read(work)

    async def decide(
        self, by: Who, report: int, outcome: Decision, minutes: int | None = None, reason: str = ""
    ) -> None:
        """Closes every open report of the thing that *report* is about, and does what is decided.

        *deleted*: the message becomes a tombstone.  *silenced*: its author posts nowhere for so many *minutes*.
        *removed*: her account is disabled.  The last two are for the server's owner and admins.  *banned* notes that
        she was banned from the room.  Raises NotFound, Forbidden, Conflict where it was closed otherwise.
        """
        reason = report_reason(reason, may_be_empty=True)
        if (minutes is not None) != (outcome == "silenced"):
            raise BadRequest("Give minutes with silenced, and only then.", field="minutes")
        if by is not None:
            self._changes.take(by.id)
        known = await self._database.read(lambda db: store.maybe(db, report))
        if known is None:
            raise NotFound
        now = self._now()
        # Only a tombstone changes the room.
        room = known.thing.room if outcome == "deleted" else None
        if outcome == "deleted" and room is None:
            raise BadRequest("A person is no message.", field="outcome")
        contents: list[str] = []
        shut_out: list[UserId] = []

        def work(db: sa.Connection) -> Outcome[User | None]:
            found = store.maybe(db, report)
            if found is None or not _may_decide(db, by, found):
                raise NotFound
            if found.closed is not None:
                if found.outcome == outcome:
                    return Outcome(None)
                raise Conflict("This report has been closed.")
            thing, user = found.thing, None
            # First, since it holds the reports: of two who decide at once one finds them closed.
            if store.close(db, thing, id_of(by), outcome, now) == 0:
                raise Conflict("This report has been closed.")
            rows: tuple[Row, ...] = ()
            details: dict[str, Any] = {"report": report, **({"seq": thing.seq} if thing.seq else {})}
            if reason:
                details["reason"] = reason
            if outcome == "deleted":
                rows, contents[:] = _deleted(db, thing, now)
            elif outcome == "silenced":
                user = rule(db, by, thing.user)
                until = Millis(now + (minutes or 0) * MINUTE)
                details["until"] = until
                self._standing.silence(db, thing.user, until)
            elif outcome == "removed":
                user = rule(db, by, thing.user)
                if user.role == "owner":
                    raise Forbidden("The server's owner cannot be shut out.")
                shut_out[:] = self._standing.disable(db, thing.user, now)
            audit.record(db, now, id_of(by), f"report.{outcome}", room=thing.room, user=thing.user, **details)
            return Outcome(user, rows)

        user = await self._log.change(room, work)
        await self._forget_files(contents)
        if user is not None:
            if outcome == "silenced":
                self._standing.silenced(user.id)
            else:
                self._standing.removed(*shut_out)
        await self.tell()

    # Telling.

    async def tell(self) -> None:
        """Tells those connected here how many reports wait for them, where that has changed."""
        here = set(self._hub.users())
        if not here:
            return
        things = frozenset(await self._database.read(store.open_things))
        if things == self._known:
            return
        # Whoever looks after a room in which nothing waits any more is told that, too.
        before, self._known = self._known, things
        counts = await self._database.read(lambda db: _waiting(db, here, things, before))
        for user, count in counts.items():
            self._hub.tell_user(user, OpenReports(count))


def _add(db: sa.Connection, reporter: UserId, thing: Thing, reason: str, now: Millis) -> int:
    # Held, so that the same report sent twice at once is kept once.
    user_store.lock(db, reporter)
    known = store.open_of(db, reporter, MAX_OPEN_REPORTS)
    if thing in known:
        return known[thing]
    if len(known) >= MAX_OPEN_REPORTS:
        raise TooMany
    return store.add(db, reporter, thing, reason, now)


def _waiting(
    db: sa.Connection, here: set[UserId], things: frozenset[Thing], before: frozenset[Thing]
) -> dict[UserId, int]:
    """How many of *things* wait for whom of those who are *here*: for everybody for whom that may have changed."""
    counts = dict.fromkeys(here & store.staff(db), len(things))
    staff = set(counts)
    rooms = {thing.room for thing in things | before if thing.room is not None}
    for room, people in store.moderators(db, rooms).items():
        for user in (people & here) - staff:
            here_now = sum(thing.room == room and thing.user != user for thing in things)
            counts[user] = counts.get(user, 0) + here_now
    return counts


def _scope_of(db: sa.Connection, by: Who) -> store.Scope | None:
    """What who asks may see and decide; None for everything.  Raises Forbidden."""
    if by is None:
        return None
    user = user_store.maybe(db, by.id)
    if user is not None and user.role in ("owner", "admin"):
        return None
    scope = store.moderated(db, by.id)
    if not scope.rooms:
        raise Forbidden("Reports are for those who look after a room or the server.")
    return scope


def _may_decide(db: sa.Connection, by: Who, report: Report) -> bool:
    try:
        scope = _scope_of(db, by)
    except Forbidden:
        return False
    thing = report.thing
    return scope is None or (thing.room in scope.rooms and thing.user != scope.herself)


def _deleted(db: sa.Connection, thing: Thing, now: Millis) -> tuple[tuple[Row, ...], list[str]]:
    assert thing.room is not None and thing.seq is not None
    message = messages.maybe(db, thing.room, thing.seq)
    if message is None or message.deleted is not None:
        return (), []
    tombstone, contents = erase(db, message, now)
    return (tombstone,), contents


def _view(db: sa.Connection, report: Report) -> ReportView:
    thing = report.thing
    user = next(iter(user_store.cards(db, [thing.user])), UserCard(thing.user, "", ""))
    view = ReportView(
        report.id,
        report.created,
        user,
        report.reporters,
        report.reasons,
        closed=report.closed,
        closed_by=report.closed_by,
        outcome=report.outcome,
    )
    room = None if thing.room is None else room_store.maybe(db, thing.room)
    if room is None or thing.seq is None:
        return view
    around = messages.before(db, room.id, Seq(thing.seq + AROUND + 1), 2 * AROUND + 1)
    return ReportView(
        view.id,
        view.created,
        user,
        view.reporters,
        view.reasons,
        room=room.id,
        room_title=room.title,
        seq=thing.seq,
        context=tuple(message for message in around if message.seq >= thing.seq - AROUND),
        closed=view.closed,
        closed_by=view.closed_by,
        outcome=view.outcome,
    )
