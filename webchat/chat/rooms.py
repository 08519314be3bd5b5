"""Rooms: made, found, changed, joined, left, deleted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

import attrs
import msgspec
import sqlalchemy as sa
from msgspec import UNSET, UnsetType

from webchat.chat import permission
from webchat.chat.authority import refuse_guest
from webchat.chat.log import Outcome, RoomLog
from webchat.live.limits import Buckets
from webchat.model.answers import Changed, MemberEntry
from webchat.model.commands import JoinRoom, LeaveRoom
from webchat.model.events import Member, Row
from webchat.model.ids import Millis, Rev, RoomId, UserId
from webchat.model.refusals import BadRequest, Banned, Conflict, Forbidden, NoSuchRoom, RoomArchived, TooMany
from webchat.model.rooms import MemberRole, Membership, Right, Room, RoomKind, RoomListing, RoomState, days_kept
from webchat.model.text import TITLE_LIMIT, TOPIC_LIMIT, folded, line_of_text
from webchat.model.users import Actor, User
from webchat.store import audit, bans, directs, memberships, meta
from webchat.store import changes as change_store
from webchat.store import rooms as room_store
from webchat.store import users as user_store
from webchat.store.database import Database

PAGE_LIMIT = 200
MAX_ROOMS = 1_000
"""How many rooms somebody may enter by herself: each stands in her `welcome`."""

PURGE = "purge:"
"""What the keys begin with that name the rooms whose rows are still to be cleared away."""


@attrs.frozen
class RoomChanges:
    """What is to become of a room's row; None: it stays as it is."""

    title: str | None = None
    topic: str | None = None
    posting: Right | None = None
    inviting: Right | None = None
    slow: int | None = None
    kind: RoomKind | None = None
    mentioning: Right | None = None
    retention: int | UnsetType | None = UNSET
    """None is a value here: as the server says."""

    def columns(self, now: Room) -> dict[str, object]:
        """The columns in which *now* differs from this."""
        wanted = {name: value for name, value in attrs.asdict(self).items() if value is not None}
        wanted.pop("retention", None)
        if self.retention is not UNSET:
            wanted["retention"] = self.retention
        found = {name: value for name, value in wanted.items() if value != getattr(now, name)}
        return {**found, "title_key": folded(str(found["title"]))} if "title" in found else found


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

    async def create(self, actor: Actor, title: str, topic: str = "", kind: RoomKind = "public") -> RoomState:
        """Makes a public or private room; the actor is its owner and first member."""
        if kind == "direct":
            raise BadRequest("A direct conversation is opened with people, not by a title.", field="kind")
        self.may_create(actor)
        title, topic = _title(title), _topic(topic)
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[RoomState]:
            check_room_for_more(db, actor.id)
            room, rows = add_room(db, actor.user, title, topic, now, kind)
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
        self,
        actor: Actor,
        room: RoomId,
        title: str | None = None,
        topic: str | None = None,
        if_rev: int | None = None,
        **settings: Any,
    ) -> Changed:
        """Gives the room another title, topic or other *settings* (see RoomChanges): for its moderators.

        Whether it is public or private, who mentions everybody, and how long messages are kept, its owner decides.
        *if_rev*: only if its row still has this rev.
        """
        wanted = RoomChanges(
            None if title is None else _title(title), None if topic is None else _topic(topic), **settings
        )
        if isinstance(wanted.retention, int):
            days_kept(wanted.retention)
        if wanted.kind == "direct":
            raise BadRequest("A room does not become a direct conversation.", field="kind")
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            row, membership = permission.moderator(db, room, actor)
            if row.archived is not None:
                raise RoomArchived
            columns = wanted.columns(row)
            if not columns:
                return Outcome(Changed(room, row.changed))
            is_owners = not columns.keys().isdisjoint(("kind", "mentioning", "retention"))
            if is_owners and not (membership.role == "owner" or actor.may_administer):
                raise Forbidden("Only the room's owner decides this.")
            if if_rev is not None and if_rev != row.changed:
                raise Conflict("The room has changed since.", field="if_rev")
            # Of titles and topics only that they were changed: the log of acts keeps no texts.
            told: dict[str, Any] = {
                name: columns[name]
                for name in ("posting", "inviting", "slow", "kind", "mentioning", "retention")
                if name in columns
            }
            told["words"] = "title" in columns or "topic" in columns
            audit.record(db, now, actor.id, "room.settings", room=room, **told)
            return change_row(db, row, **columns)

        return await self._log.change(room, work)

    async def archive(self, actor: Actor, room: RoomId, archived: bool) -> Changed:
        """Makes the room one that can only be read, or undoes that: for its owner and the server's."""
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            row, _ = permission.owner(db, room, actor)
            if (row.archived is not None) == archived:
                return Outcome(Changed(room, row.changed))
            audit.record(db, now, actor.id, "room.archive", room=room, archived=archived)
            return change_row(db, row, archived=now if archived else None)

        return await self._log.change(room, work)

    async def delete(self, actor: Actor, room: RoomId, confirm: str) -> Changed:
        """Ends the room for everybody, for good: for its owner and the server's.  *confirm*: its title, once more.

        After this change nothing of it is told or answered; its rows are cleared away bit by bit (see Sweeping).
        """
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            row, _ = permission.owner(db, room, actor)
            check_title(row, confirm)
            audit.record(db, now, actor.id, "room.delete", room=room)
            return end_room(db, row, now)

        return await self._log.change(room, work)

    async def join(self, actor: Actor, command: JoinRoom) -> Changed:
        """Makes the actor a member of a public room; her connections are told by `joined`."""
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            room = room_store.maybe(db, command.room)
            if room is None or room.deleted is not None:
                raise NoSuchRoom
            membership = memberships.maybe(db, room.id, actor.id)
            if membership is not None and membership.is_active:
                return Outcome(Changed(room.id, membership.rev))
            if room.kind != "public":
                raise NoSuchRoom
            rows = enter(db, room, as_stored(db, actor), now)
            return Outcome(Changed(room.id, rows[0].rev), rows)

        return await self._log.change(command.room, work)

    async def leave(self, actor: Actor, command: LeaveRoom) -> Changed:
        """Ends the actor's membership: after this rev she gets nothing of the room.

        Raises Forbidden for a conversation of two.
        """
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> Outcome[Changed]:
            room, membership = permission.member(db, command.room, actor)
            if room.kind == "direct" and directs.is_of_two(db, room.id):
                raise Forbidden("A conversation of two cannot be left.")
            rows = part(db, membership, as_stored(db, actor))
            return Outcome(Changed(room.id, rows[0].rev), rows)

        return await self._log.change(command.room, work)

    async def members(
        self, actor: Actor, room: RoomId, search: str = "", after: str | None = None, limit: int = 100
    ) -> tuple[list[MemberEntry], int, str | None]:
        """Members whose name holds *search*, by display name; how many the room has; the next page's cursor."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> tuple[list[MemberEntry], int, str | None]:
            _, membership = permission.member(db, room, actor)
            found = memberships.members(db, room, like_pattern(search), read_cursor(after), limit + 1)
            entries = [entry for entry, _ in found[:limit]]
            if not permission.may_moderate(actor, membership):
                entries = [msgspec.structs.replace(entry, silenced=None) for entry in entries]
            more = len(found) > limit
            following = cursor(found[limit - 1][1], entries[-1].user.id) if more else None
            return entries, memberships.count(db, room), following

        return await self._database.read(work)


def add_room(
    db: sa.Connection, owner: User, title: str, topic: str, now: Millis, kind: RoomKind = "public"
) -> tuple[RoomId, tuple[Row, ...]]:
    """Makes a room with its owner as first member."""
    room_id = room_store.add(db, kind, title, folded(title), topic, now)
    room = room_store.one(db, room_id)
    return room_id, (change_store.room_row(room), *add_member(db, room, owner, "owner"))


def add_member(
    db: sa.Connection, room: Room, user: User, role: MemberRole, by: UserId | None = None
) -> tuple[Member, ...]:
    """Makes *user*, who is none, a member of *room*, whose row is held; all that was said before counts as read."""
    seq, rev = room_store.raise_counters(db, room.id, 0, 1)
    memberships.join(db, room.id, user.id, role, seq, rev, by)
    return (Member(room.id, rev, user.card, role, rev),)


def enter(db: sa.Connection, room: Room, user: User, now: Millis, by: UserId | None = None) -> tuple[Member, ...]:
    """As *add_member*, for somebody who comes by herself.  Raises Banned, RoomArchived, TooMany."""
    if bans.among(db, room.id, [user.id], now):
        raise Banned
    if room.archived is not None:
        raise RoomArchived
    check_room_for_more(db, user.id)
    return add_member(db, room, user, "member", by)


def check_room_for_more(db: sa.Connection, user: UserId) -> None:
    """Raises TooMany if *user* is in as many rooms as anybody may be."""
    if memberships.counts(db, [user]).get(user, 0) >= MAX_ROOMS:
        raise TooMany("You are in too many rooms.")


def part(db: sa.Connection, membership: Membership, user: User) -> tuple[Member, ...]:
    """Ends the membership of *user*; if the room has lost its last owner, it gets another one."""
    room = membership.room
    _, rev = room_store.raise_counters(db, room, 0, 1)
    memberships.leave(db, room, user.id, rev)
    row = Member(room, rev, user.card, membership.role, membership.joined_rev, left=True)
    if membership.role != "owner" or memberships.owners(db, room):
        return (row,)
    heir = memberships.heir(db, room)
    return (row,) if heir is None else (row, *set_role(db, room, heir, "owner"))


def take_out(db: sa.Connection, room: RoomId, user: UserId) -> Outcome[None]:
    """Ends the membership of an account that is no more; nothing where she has none."""
    membership, account = memberships.maybe(db, room, user), user_store.maybe(db, user)
    if membership is None or account is None or not membership.is_active:
        return Outcome(None)
    return Outcome(None, part(db, membership, account))


def set_role(db: sa.Connection, room: RoomId, user: UserId, role: MemberRole) -> tuple[Member, ...]:
    """Gives a member of the room another role; the room's rows of that."""
    membership, account = memberships.maybe(db, room, user), user_store.maybe(db, user)
    assert membership is not None and account is not None
    if membership.role == role:
        return ()
    _, rev = room_store.raise_counters(db, room, 0, 1)
    memberships.set_role(db, room, user, role, rev)
    return (Member(room, rev, account.card, role, membership.joined_rev),)


def check_title(room: Room, confirm: str) -> None:
    """Raises BadRequest unless *confirm* is the room's title: nobody deletes the room beside it by mistake."""
    if " ".join(confirm.split()) != room.title:
        raise BadRequest("This is not the room's title.", field="confirm")


def end_room(db: sa.Connection, room: Room, now: Millis) -> Outcome[Changed]:
    """Marks the room as gone, and its rows as to be cleared away."""
    meta.put(db, f"{PURGE}{room.id}", str(now))
    return change_row(db, room, deleted=now)


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


def cursor_number(text: str) -> int:
    """A number that *cursor* was given in its key.  Raises BadRequest."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise BadRequest("This is not a cursor.", field="after")
    return int(text)


def _title(title: str) -> str:
    return line_of_text(title, TITLE_LIMIT, "title")


def _topic(topic: str) -> str:
    return line_of_text(topic, TOPIC_LIMIT, "topic", may_be_empty=True)


def as_stored(db: sa.Connection, actor: Actor) -> User:
    """The actor's account as it is now: a connection may be older than her last change of name."""
    return user_store.maybe(db, actor.id) or actor.user


def change_row(db: sa.Connection, room: Room, **columns: object) -> Outcome[Changed]:
    """Sets columns of the room's row, as a change of the room."""
    _, rev = room_store.raise_counters(db, room.id, 0, 1)
    room_store.change(db, room.id, Rev(rev), **columns)
    return Outcome(Changed(room.id, rev), (change_store.room_row(room_store.one(db, room.id)),))
