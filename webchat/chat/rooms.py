"""Public rooms: made, found, changed, joined, left."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.authority import refuse_guest
from webchat.chat.log import Outcome, RoomLog
from webchat.live.limits import Buckets
from webchat.model.answers import Changed, MemberEntry
from webchat.model.commands import JoinRoom, LeaveRoom
from webchat.model.events import Member, Row
from webchat.model.ids import Millis, Rev, RoomId
from webchat.model.refusals import BadRequest, Conflict, Forbidden, NoSuchRoom, RoomArchived
from webchat.model.rooms import MemberRole, Room, RoomListing, RoomState
from webchat.model.text import TITLE_LIMIT, TOPIC_LIMIT, folded, line_of_text
from webchat.model.users import Actor, User
from webchat.store import changes as change_store
from webchat.store import memberships
from webchat.store import rooms as room_store
from webchat.store import users as user_store
from webchat.store.database import Database

PAGE_LIMIT = 200


@attrs.define(eq=False)
class Rooms:
    """What can be done with rooms."""

    _log: RoomLog
    _database: Database
    _epoch: Callable[[], str]
    _now: Callable[[], Millis]
    _changes: Buckets
    may_create: Callable[[Actor], None] = attrs.field(default=refuse_guest, init=False)
    """Raises Forbidden for those who make no rooms here."""

    async def public(
        self, actor: Actor, search: str = "", after: str | None = None, limit: int = 50
    ) -> tuple[list[RoomListing], str | None]:
        """Public rooms whose title holds *search*, by title; with the cursor of the next page, if there is one."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> tuple[list[RoomListing], str | None]:
            found = room_store.public(db, actor.id, like_pattern(search), read_cursor(after), limit + 1)
            listings = [listing for listing, _ in found[:limit]]
            more = len(found) > limit
            return listings, cursor(found[limit - 1][1], listings[-1].room) if more else None

        return await self._database.read(work)

    async def create(self, actor: Actor, title: str, topic: str = "") -> RoomState:
        """Makes a public room; the actor is its owner and first member."""
        self.may_create(actor)
        title, topic = _title(title), _topic(topic)
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[RoomState]:
            room, rows = add_room(db, actor.user, title, topic, now)
            state = room_store.maybe_state(db, room, actor.id)
            assert state is not None
            return Outcome(state, rows)

        return await self._log.change(None, work)

    async def mine(self, actor: Actor) -> tuple[str, list[RoomState]]:
        """The epoch, and the rooms the actor belongs to."""
        states = await self._database.read(lambda db: room_store.states(db, actor.id))
        return self._epoch(), states

    async def state(self, actor: Actor, room: RoomId) -> RoomState:
        """One room as the actor holds it.  Raises NotAMember, NoSuchRoom."""

        def work(db: sa.Connection) -> RoomState:
            state = room_store.maybe_state(db, room, actor.id)
            if state is None:
                raise permission.refuse_outsider(room_store.maybe(db, room))
            return state

        return await self._database.read(work)

    async def change(
        self, actor: Actor, room: RoomId, title: str | None = None, topic: str | None = None, if_rev: int | None = None
    ) -> Changed:
        """Gives the room another title or topic: for its moderators.  *if_rev*: only if its row still has this rev."""
        new_title = None if title is None else _title(title)
        new_topic = None if topic is None else _topic(topic)
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> Outcome[Changed]:
            now, membership = permission.writer(db, room, actor)
            if not permission.may_moderate(actor, membership):
                raise Forbidden("Only the room's moderators change it.")
            wanted_title = now.title if new_title is None else new_title
            wanted_topic = now.topic if new_topic is None else new_topic
            if (wanted_title, wanted_topic) == (now.title, now.topic):
                return Outcome(Changed(room, now.changed))
            if if_rev is not None and if_rev != now.changed:
                raise Conflict("The room has changed since.", field="if_rev")
            return _change_row(db, now, title=wanted_title, title_key=folded(wanted_title), topic=wanted_topic)

        return await self._log.change(room, work)

    async def archive(self, actor: Actor, room: RoomId, archived: bool) -> Changed:
        """Makes the room one that can only be read, or undoes that: for its owner and the server's."""
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            row, membership = permission.member(db, room, actor)
            if membership.role != "owner" and not actor.may_administer:
                raise Forbidden("Only the room's owner archives it.")
            if (row.archived is not None) == archived:
                return Outcome(Changed(room, row.changed))
            return _change_row(db, row, archived=now if archived else None)

        return await self._log.change(room, work)

    async def join(self, actor: Actor, command: JoinRoom) -> Changed:
        """Makes the actor a member of a public room; her connections are told by `joined`."""
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> Outcome[Changed]:
            room = room_store.maybe(db, command.room)
            if room is None or room.deleted is not None or room.kind != "public":
                raise NoSuchRoom
            membership = memberships.maybe(db, room.id, actor.id)
            if membership is not None and membership.is_active:
                return Outcome(Changed(room.id, membership.rev))
            if room.archived is not None:
                raise RoomArchived
            rows = add_member(db, room, _as_stored(db, actor), "member")
            return Outcome(Changed(room.id, rows[0].rev), rows)

        return await self._log.change(command.room, work)

    async def leave(self, actor: Actor, command: LeaveRoom) -> Changed:
        """Ends the actor's membership: after this rev she gets nothing of the room."""
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> Outcome[Changed]:
            room, membership = permission.member(db, command.room, actor)
            _, rev = room_store.raise_counters(db, room.id, 0, 1)
            memberships.leave(db, room.id, actor.id, rev)
            card = _as_stored(db, actor).card
            row = Member(room.id, rev, card, membership.role, membership.joined_rev, left=True)
            return Outcome(Changed(room.id, rev), (row,))

        return await self._log.change(command.room, work)

    async def members(
        self, actor: Actor, room: RoomId, search: str = "", after: str | None = None, limit: int = 100
    ) -> tuple[list[MemberEntry], int, str | None]:
        """Members whose name holds *search*, by display name; how many the room has; the next page's cursor."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> tuple[list[MemberEntry], int, str | None]:
            permission.member(db, room, actor)
            found = memberships.members(db, room, like_pattern(search), read_cursor(after), limit + 1)
            entries = [entry for entry, _ in found[:limit]]
            more = len(found) > limit
            following = cursor(found[limit - 1][1], entries[-1].user.id) if more else None
            return entries, memberships.count(db, room), following

        return await self._database.read(work)


def add_room(db: sa.Connection, owner: User, title: str, topic: str, now: Millis) -> tuple[RoomId, tuple[Row, ...]]:
    """Makes a public room with its owner as first member."""
    room_id = room_store.add(db, "public", title, folded(title), topic, now)
    room = room_store.one(db, room_id)
    return room_id, (change_store.room_row(room), *add_member(db, room, owner, "owner"))


def add_member(db: sa.Connection, room: Room, user: User, role: MemberRole) -> tuple[Member, ...]:
    """Makes *user*, who is none, a member of *room*, whose row is held; all that was said before counts as read."""
    seq, rev = room_store.raise_counters(db, room.id, 0, 1)
    memberships.join(db, room.id, user.id, role, seq, rev)
    return (Member(room.id, rev, user.card, role, rev),)


def like_pattern(search: str) -> str | None:
    """*search*, folded, as a LIKE pattern for "holds it", in which nothing else is special."""
    search = folded(search.strip())
    if not search:
        return None
    for special in ("\\", "%", "_"):
        search = search.replace(special, "\\" + special)
    return f"%{search}%"


def cursor(key: str, number: int) -> str:
    """Where a list goes on: opaque to clients."""
    return base64.urlsafe_b64encode(json.dumps([key, number]).encode()).decode()


def read_cursor(text: str | None) -> tuple[str, int]:
    """What *cursor* has written.  Raises BadRequest."""
    if text is None:
        return "", 0
    try:
        key, number = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadRequest("This is not a cursor.", field="after") from error
    if not isinstance(key, str) or type(number) is not int or not 0 <= number < 2**63 or "\0" in key:
        raise BadRequest("This is not a cursor.", field="after")
    try:
        key.encode()
    except UnicodeEncodeError as error:
        raise BadRequest("This is not a cursor.", field="after") from error
    return key, number


def _title(title: str) -> str:
    return line_of_text(title, TITLE_LIMIT, "title")


def _topic(topic: str) -> str:
    return line_of_text(topic, TOPIC_LIMIT, "topic", may_be_empty=True)


def _as_stored(db: sa.Connection, actor: Actor) -> User:
    """The actor's account as it is now: a connection may be older than her last change of name."""
    return user_store.maybe(db, actor.id) or actor.user


def _change_row(db: sa.Connection, room: Room, **columns: object) -> Outcome[Changed]:
    _, rev = room_store.raise_counters(db, room.id, 0, 1)
    room_store.change(db, room.id, Rev(rev), **columns)
    return Outcome(Changed(room.id, rev), (change_store.room_row(room_store.one(db, room.id)),))
