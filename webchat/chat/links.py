"""Links that lead into a room: whoever has one may enter, as long as who made it may bring others in."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.rooms import as_stored, enter
from webchat.live.limits import Buckets
from webchat.model.answers import Changed, Invitation
from webchat.model.codes import digest_of, new_secret
from webchat.model.events import Member
from webchat.model.ids import InviteId, Millis, RoomId
from webchat.model.refusals import BadInvitation, Forbidden, NotFound, TooMany
from webchat.model.rooms import Room
from webchat.model.users import Actor, LinkView, User
from webchat.store import invites as invite_store
from webchat.store import memberships
from webchat.store import rooms as room_store
from webchat.store import users as user_store
from webchat.store.database import Database

DAY = 24 * 3_600_000
MAX_LINKS = 100
"""Open links of one room."""


@attrs.define(eq=False)
class Links:
    """What can be done with links."""

    _log: RoomLog
    _database: Database
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _changes: Buckets

    async def make(self, actor: Actor, room: RoomId, days: int, uses: int) -> tuple[str, LinkView]:
        """A code by which *uses* people may enter the room within *days*.  Raises Forbidden, TooMany, RoomArchived."""
        self._changes.take(actor.id)
        code, now = new_secret(self._token_bytes, length=15), self._now()

        def work(db: sa.Connection) -> Outcome[LinkView]:
            permission.inviter(db, room, actor)
            if invite_store.count_of_room(db, room, now) >= MAX_LINKS:
                raise TooMany("The room has too many open links.")
            made = invite_store.add(db, digest_of(code), actor.id, now, Millis(now + days * DAY), uses, room)
            return Outcome(LinkView(made.id, made.created, made.expires, made.uses_left, as_stored(db, actor).card))

        return code, await self._log.change(room, work)

    async def of_room(self, actor: Actor, room: RoomId) -> list[LinkView]:
        """The links that can still be used, newest first: a moderator sees all, another member her own."""
        now = self._now()

        def work(db: sa.Connection) -> list[LinkView]:
            _, membership = permission.member(db, room, actor)
            found = invite_store.of_room(db, room, now, MAX_LINKS)
            may_see_all = permission.may_moderate(actor, membership)
            return [link for link in found if may_see_all or link.created_by.id == actor.id]

        return await self._database.read(work)

    async def revoke(self, actor: Actor, room: RoomId, link: InviteId) -> None:
        """Makes a link useless: one's own, or as moderator anybody's.  Raises Forbidden, NotFound."""
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> Outcome[None]:
            _, membership = permission.member(db, room, actor)
            creator = invite_store.creator_in(db, room, link)
            if not permission.may_moderate(actor, membership) and creator != actor.id:
                raise Forbidden("Only its maker and the room's moderators revoke a link.")
            if not invite_store.remove_from(db, room, link):
                raise NotFound
            return Outcome(None)

        await self._log.change(room, work)

    async def look(self, code: str) -> Invitation:
        """Where the code leads, for anybody who has it.  Raises BadInvitation."""
        now = self._now()

        def work(db: sa.Connection) -> Invitation:
            invite = invite_store.maybe(db, digest_of(code), now)
            if invite is None:
                raise BadInvitation
            creator = user_store.maybe(db, invite.creator)
            card = creator.card if creator is not None and creator.deleted is None else None
            if invite.room is None:
                return Invitation(None, "", "", 0, card, invite.expires)
            room = led_to(db, invite)
            count = memberships.count(db, room.id)
            return Invitation(room.id, room.title, room.topic, count, card, invite.expires)

        return await self._database.read(work)

    async def use(self, actor: Actor, code: str) -> Changed:
        """Makes the actor a member of the room; whoever is one already uses nothing up.

        Raises BadInvitation, Banned, RoomArchived, TooMany.
        """
        self._changes.take(actor.id)
        now = self._now()
        found = await self._database.read(lambda db: invite_store.maybe(db, digest_of(code), now))
        if found is None or found.room is None:
            raise BadInvitation

        def work(db: sa.Connection) -> Outcome[Changed]:
            # Counted down in the statement that looks whether there is a use left; whatever refuses her gives it back.
            invite = invite_store.maybe(db, digest_of(code), now)
            if invite is None:
                raise BadInvitation
            room = led_to(db, invite)
            place = memberships.maybe(db, room.id, actor.id)
            if place is not None and place.is_active:
                return Outcome(Changed(room.id, place.rev))
            if invite_store.use(db, digest_of(code), now) is None:
                raise BadInvitation
            rows = enter_by(db, invite, as_stored(db, actor), now)
            return Outcome(Changed(room.id, rows[0].rev), rows)

        return await self._log.change(found.room, work)


def led_to(db: sa.Connection, invite: invite_store.Invite) -> Room:
    """The room that *invite* leads into.  Raises BadInvitation if its maker may bring nobody in any more."""
    room = None if invite.room is None else room_store.maybe(db, invite.room)
    place = None if invite.room is None else memberships.maybe(db, invite.room, invite.creator)
    creator = user_store.maybe(db, invite.creator)
    if room is None or room.deleted is not None or place is None or creator is None or creator.disabled is not None:
        raise BadInvitation
    if not permission.may_invite(room, place, creator.role in ("owner", "admin")):
        raise BadInvitation
    return room


def enter_by(db: sa.Connection, invite: invite_store.Invite, user: User, now: Millis) -> tuple[Member, ...]:
    """Makes *user*, who is none, a member of the room that *invite* leads into.  Raises as *led_to* and *enter*."""
    return enter(db, led_to(db, invite), user, now, invite.creator)
