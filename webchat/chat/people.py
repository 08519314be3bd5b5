"""Who there is: found by name, looked at one by one; and how a new name or picture gets around."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import sqlalchemy as sa

from webchat.chat.authority import refuse_guest
from webchat.chat.rooms import cursor, read_cursor
from webchat.live.hub import Hub
from webchat.live.sessions import SessionCache
from webchat.model.events import MeChanged, UserChanged
from webchat.model.ids import RoomId, UserId
from webchat.model.refusals import NoSuchUser
from webchat.model.text import folded
from webchat.model.users import Actor, Profile, User, UserCard
from webchat.store import blocks as block_store
from webchat.store import contacts as contact_store
from webchat.store import people as people_store
from webchat.store import users as user_store
from webchat.store.database import Database

PAGE_LIMIT = 200
MOST_ROOMS = 50
MOST_ACTIVE = 10
MOST_FEATURED = 100


@attrs.define(eq=False)
class People:
    """What can be asked about other people."""

    _database: Database

    async def find(
        self, actor: Actor, search: str = "", after: str | None = None, limit: int = 50
    ) -> tuple[list[UserCard], str | None]:
        """People with *search* anywhere in a name, or all, by display name; with the cursor of the next page.

        On each page those come first whose whole name begins with *search*.  Raises Forbidden for guests.
        """
        refuse_guest(actor)
        limit = max(1, min(limit, PAGE_LIMIT))
        term = folded(" ".join(search.split()))

        def work(db: sa.Connection) -> tuple[list[UserCard], str | None]:
            place = read_cursor(after)
            if term:
                found = people_store.search(db, term, place, limit + 1)
                page = sorted(found[:limit], key=lambda one: not one[2])
                more = cursor(*found[limit - 1][1]) if len(found) > limit else None
                return [card for card, _, _ in page], more
            listed = people_store.listed(db, place, limit + 1)
            cards = [card for card, _ in listed[:limit]]
            return cards, cursor(listed[limit - 1][1], cards[-1].id) if len(listed) > limit else None

        return await self._database.read(work)

    async def active(self, actor: Actor) -> list[UserCard]:
        """Up to ten people who wrote lately in rooms of the actor, whoever did last first.

        Read from the last twenty messages of her fifty newest rooms: rows that an index leads to, whatever the rooms
        hold.  Raises Forbidden for guests.
        """
        refuse_guest(actor)

        def work(db: sa.Connection) -> list[UserCard]:
            found = people_store.active(db, actor.id)
            left_out = {actor.id, *block_store.among(db, actor.id, found)}
            # Some of them may have gone since.
            wanted = [user for user in found if user not in left_out][: 2 * MOST_ACTIVE]
            cards = {user.id: user.card for user in user_store.present(db, wanted)}
            return [cards[user] for user in wanted if user in cards][:MOST_ACTIVE]

        return await self._database.read(work)

    async def featured(self, actor: Actor) -> list[UserCard]:
        """People whom those who run the server show to everybody, 100 at most.  Raises Forbidden for guests."""
        refuse_guest(actor)
        return await self._database.read(lambda db: people_store.featured(db, MOST_FEATURED))

    async def profile(self, actor: Actor, other: UserId) -> Profile:
        """What the actor may know of somebody.  Raises NoSuchUser, to guests also for whom they share no room with."""

        def work(db: sa.Connection) -> Profile:
            user = one_present(db, other)
            rooms = people_store.shared_rooms(db, actor.id, other, MOST_ROOMS)
            if actor.user.role == "guest" and not rooms and other != actor.id:
                raise NoSuchUser
            contact = contact_store.maybe(db, actor.id, other)
            state = "none" if contact is None else contact.state_for(actor.id)
            return Profile(
                user=user.card,
                role=user.role,
                about=user.about,
                created=user.created,
                rooms=rooms,
                contact=state,
                note=contact.note if contact is not None and state in ("asked", "asks") else "",
                blocked=block_store.has(db, actor.id, other),
            )

        return await self._database.read(work)


def one_present(db: sa.Connection, user: UserId) -> User:
    """The account of somebody who is still here.  Raises NoSuchUser."""
    found = user_store.maybe(db, user)
    if found is None or found.disabled is not None or found.deleted is not None:
        raise NoSuchUser
    return found


def tell_changed(hub: Hub, cache: SessionCache, user: User, neighbours: Iterable[RoomId]) -> None:
    """Tells *user* of what her account is now, and everybody who hears one of *neighbours*, her rooms, of her card."""
    # The cached actors hold the old profile.
    cache.forget_user(user.id)
    hub.tell_user(user.id, MeChanged(user.me))
    known = list(neighbours)
    hub.renew(user.card, known)
    hub.tell_neighbours(user.id, UserChanged(user.card), known)
