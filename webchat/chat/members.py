"""Who is brought into a room by others, what she may do there, and how she is taken out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.rooms import add_member, part, set_role
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.answers import Changed
from webchat.model.events import Removed, Row, SilencedUntil
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.refusals import Banned, Conflict, Forbidden, NoSuchUser
from webchat.model.rooms import MemberRole, Membership, Room
from webchat.model.users import Actor, User
from webchat.store import audit, bans, blocks, memberships
from webchat.store import users as user_store

INVITED_AT_ONCE = 10
"""What bringing in so many people, or more, costs of the allowance for changes."""


@attrs.define(eq=False)
class Members:
    """What can be done with the members of a room."""

    _log: RoomLog
    _hub: Hub
    _now: Callable[[], Millis]
    _changes: Buckets

    async def invite(self, actor: Actor, room: RoomId, users: Sequence[UserId]) -> Changed:
        """Makes all of *users* members, or none of them; whoever is one already stays what she is.

        Raises NoSuchUser, Banned, and Forbidden where one of the two blocks the other: the answer does not tell which.
        """
        # Many at once are more than one change, but never more than there can be.
        for _ in range(min(len(users), INVITED_AT_ONCE)):
            self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            row, _ = permission.inviter(db, room, actor)
            places = memberships.many(db, [(room, user) for user in users])
            wanted = sorted({user for user in users if (room, user) not in places or not places[room, user].is_active})
            invited = [reachable(db, user) for user in wanted]
            if blocks.apart(db, actor.id, wanted):
                raise Forbidden("One of these people cannot be invited by you.")
            if bans.among(db, room, wanted, now):
                raise Banned("One of these people is banned from this room.")
            rows = [event for user in invited for event in add_member(db, row, user, "member", actor.id)]
            return Outcome(Changed(room, rows[-1].rev if rows else row.rev), tuple(rows))

        return await self._log.change(room, work)

    async def remove(self, actor: Actor, room: RoomId, user: UserId) -> Changed:
        """Ends the membership of somebody of lower rank.  Raises NoSuchUser where she is no member."""
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            _, place = below(db, room, actor, user)
            audit.record(db, now, actor.id, "room.remove", room=room, user=user)
            rows = part(db, place, account(db, user))
            return Outcome(Changed(room, rows[0].rev), rows)

        changed = await self._log.change(room, work)
        self._hub.tell_user(user, Removed(room))
        return changed

    async def set_role(self, actor: Actor, room: RoomId, user: UserId, role: MemberRole) -> Changed:
        """Makes a member a moderator, or a member again; or the owner, which whoever was it is no more.

        For the room's owner and those who run the server.  Raises NoSuchUser; Conflict for the owner herself, who can
        only make somebody else the owner.
        """
        self._changes.take(actor.id)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            row, _ = permission.owner(db, room, actor)
            place = member_of(db, room, user)
            if place.role == role:
                return Outcome(Changed(room, place.rev))
            if place.role == "owner":
                raise Conflict("Make somebody else the owner first.", field="role")
            rows: list[Row] = []
            if role == "owner":
                rows = [
                    event for one in memberships.owners(db, row.id) for event in set_role(db, room, one, "moderator")
                ]
            rows += set_role(db, room, user, role)
            audit.record(db, now, actor.id, "room.role", room=room, user=user, role=role)
            return Outcome(Changed(room, rows[-1].rev), tuple(rows))

        return await self._log.change(room, work)

    async def silence(self, actor: Actor, room: RoomId, user: UserId, until: Millis | None) -> Changed:
        """Lets somebody of lower rank post nothing *until* then; None, or a time that is over: she may again.

        Only she is told.
        """
        self._changes.take(actor.id)
        now = self._now()
        lasting = until if until is not None and until > now else None

        def work(db: sa.Connection) -> Outcome[Changed]:
            _, place = below(db, room, actor, user)
            if place.silenced != lasting:
                memberships.silence(db, room, user, lasting)
                audit.record(db, now, actor.id, "room.silence", room=room, user=user, until=lasting)
            return Outcome(Changed(room, place.rev))

        changed = await self._log.change(room, work)
        self._hub.tell_user(user, SilencedUntil(room, lasting))
        return changed


def below(db: sa.Connection, room: RoomId, actor: Actor, user: UserId) -> tuple[Room, Membership]:
    """The room and the place of a member over whom the actor has power.  Raises Forbidden, NoSuchUser."""
    row, mine = permission.moderator(db, room, actor)
    place = member_of(db, room, user)
    if user == actor.id or not permission.outranks(actor, mine, place):
        raise Forbidden("You have no power over this member.")
    return row, place


def member_of(db: sa.Connection, room: RoomId, user: UserId) -> Membership:
    """The place of a member.  Raises NoSuchUser."""
    place = memberships.maybe(db, room, user)
    if place is None or not place.is_active:
        raise NoSuchUser("She is not a member of this room.")
    return place


def account(db: sa.Connection, user: UserId) -> User:
    """The account with this id.  Raises NoSuchUser."""
    found = user_store.maybe(db, user)
    if found is None:
        raise NoSuchUser
    return found


def reachable(db: sa.Connection, user: UserId) -> User:
    """The account with this id, if somebody can be reached by it.  Raises NoSuchUser."""
    found = account(db, user)
    if found.disabled is not None or found.deleted is not None:
        raise NoSuchUser
    return found
