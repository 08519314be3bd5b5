"""People who know each other, who ask to, and who want to hear nothing of somebody."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa
from msgspec import Struct

from webchat.chat.authority import refuse_guest
from webchat.chat.people import one_present
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.events import ContactChanged
from webchat.model.ids import Millis, UserId
from webchat.model.refusals import BadRequest, Forbidden, NoSuchUser, NotFound, RateLimited, TooMany
from webchat.model.text import NOTE_LIMIT, line_of_text
from webchat.model.users import Actor, BlockView, ContactView, User
from webchat.store import blocks as block_store
from webchat.store import contacts as contact_store
from webchat.store import users as user_store
from webchat.store.contacts import Contact
from webchat.store.database import Database

MOST_CONTACTS = 1_000
"""Of one person: contacts, and people whom she has asked."""
MOST_BLOCKS = 1_000
WEEK = 7 * 86_400_000
PAGE_LIMIT = 200


class _Told(Struct, frozen=True):
    """What a change answers, and who is to be told what of it."""

    answer: ContactView | None
    events: tuple[tuple[UserId, ContactChanged], ...] = ()


@attrs.define(eq=False)
class Contacts:
    """What somebody can do about her contacts, and about people she does not want to hear of."""

    _database: Database
    _hub: Hub
    _now: Callable[[], Millis]
    _changes: Buckets
    on_change: Callable[[UserId, UserId], None] = attrs.field(default=lambda user, other: None, init=False)
    """Told of two people between whom something has changed: whether they may see each other, perhaps."""

    async def mine(self, actor: Actor, after: UserId, limit: int) -> tuple[list[ContactView], UserId | None]:
        """The actor's contacts and open requests, by id, and where to go on; whom she blocks is left out."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> tuple[list[ContactView], UserId | None]:
            found = contact_store.of(db, actor.id, after, limit + 1)
            page = dict(found[:limit])
            blocked = block_store.among(db, actor.id, page)
            views = [
                _view(user, page[user.id], actor.id) for user in user_store.present(db, page) if user.id not in blocked
            ]
            return views, found[limit - 1][0] if len(found) > limit else None

        return await self._database.read(work)

    async def ask(self, actor: Actor, other: UserId, note: str) -> ContactView:
        """Asks *other* to be a contact of the actor; if she has asked too, they are contacts from now on.

        She learns nothing of it if she blocks the actor.  After a refusal one may ask again in a week.
        Raises NoSuchUser, Forbidden (for guests, and towards whom the actor blocks), RateLimited, TooMany, BadText,
        TextTooLong.
        """
        refuse_guest(actor)
        if other == actor.id:
            raise BadRequest("Nobody is her own contact.", field="user")
        note = line_of_text(note, NOTE_LIMIT, "note", may_be_empty=True)

        def work(db: sa.Connection) -> _Told:
            her, now = one_present(db, other), self._now()
            if block_store.has(db, actor.id, other):
                raise Forbidden("You block this person.")
            contact = contact_store.maybe(db, actor.id, other)
            if contact is not None and contact.state_for(actor.id) in ("asked", "accepted"):
                return _Told(_view(her, contact, actor.id))
            if contact is not None and contact.asker == other:
                return self._accept(db, actor, her)
            if contact is not None and contact.refused is not None and now < contact.refused + WEEK:
                raise RateLimited("She was asked lately.", retry_after=(contact.refused + WEEK - now) / 1000)
            if contact_store.count(db, actor.id) >= MOST_CONTACTS:
                raise TooMany
            return _told(db, actor, her, contact_store.ask(db, actor.id, other, note, now))

        return _answered(await self._change(actor, other, work))

    async def befriend(self, actor: Actor, other: UserId) -> bool:
        """Makes the two contacts without asking her; False if they are already.

        For clients that know no consent, where the operator lets them.  Whoever blocks the actor is asked, in vain, as
        by `ask`.  Raises what `ask` raises.
        """
        refuse_guest(actor)
        if other == actor.id:
            raise BadRequest("Nobody is her own contact.", field="user")

        def work(db: sa.Connection) -> _Told:
            her, now = one_present(db, other), self._now()
            if block_store.has(db, actor.id, other):
                raise Forbidden("You block this person.")
            contact = contact_store.maybe(db, actor.id, other)
            if contact is not None and contact.state_for(actor.id) == "accepted":
                return _Told(None)
            if max(contact_store.count(db, actor.id), contact_store.count(db, other)) >= MOST_CONTACTS:
                raise TooMany
            asked = contact_store.ask(db, actor.id, other, "", now)
            if block_store.has(db, other, actor.id):
                return _told(db, actor, her, asked)
            contact_store.accept(db, actor.id, other, now)
            return _told(db, actor, her, contact_store.maybe(db, actor.id, other))

        return (await self._change(actor, other, work)).answer is not None

    async def accept(self, actor: Actor, other: UserId) -> ContactView:
        """Accepts the request of *other*.  Raises NotFound where there is none."""

        def work(db: sa.Connection) -> _Told:
            her = one_present(db, other)
            contact = contact_store.maybe(db, actor.id, other)
            if contact is not None and contact.state_for(actor.id) == "accepted":
                return _Told(_view(her, contact, actor.id))
            if contact is None or contact.state_for(actor.id) != "asks" or block_store.has(db, actor.id, other):
                raise NotFound
            return self._accept(db, actor, her)

        return _answered(await self._change(actor, other, work))

    async def remove(self, actor: Actor, other: UserId) -> None:
        """Refuses the request of *other*, takes one's own back, or ends what was.  Raises NotFound."""

        def work(db: sa.Connection) -> _Told:
            contact, her = contact_store.maybe(db, actor.id, other), user_store.maybe(db, other)
            if contact is None or her is None or contact.state_for(actor.id) == "none":
                raise NotFound
            if contact.state_for(actor.id) == "asks":
                contact_store.refuse(db, actor.id, other, self._now())
            else:
                contact_store.remove(db, actor.id, other)
            return _told(db, actor, her, None)

        await self._change(actor, other, work)

    async def blocked(self, actor: Actor, after: UserId, limit: int) -> tuple[list[BlockView], UserId | None]:
        """Whom the actor blocks, by id, and where to go on."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> tuple[list[BlockView], UserId | None]:
            found = block_store.of(db, actor.id, after, limit + 1)
            since = dict(found[:limit])
            views = [BlockView(card, since[card.id]) for card in user_store.cards(db, since)]
            return views, found[limit - 1][0] if len(found) > limit else None

        return await self._database.read(work)

    async def block(self, actor: Actor, other: UserId, blocked: bool) -> None:
        """From now on the actor hears nothing of *other*, or does again.  Only she is told.

        Raises NoSuchUser, TooMany, BadRequest for herself.
        """
        if other == actor.id:
            raise BadRequest("Nobody can block herself.")

        def work(db: sa.Connection) -> _Told:
            her = user_store.maybe(db, other)
            if her is None:
                raise NoSuchUser
            if not blocked:
                changed = block_store.remove(db, actor.id, other)
            elif block_store.count(db, actor.id) >= MOST_BLOCKS and not block_store.has(db, actor.id, other):
                raise TooMany
            else:
                changed = block_store.add(db, actor.id, other, self._now())
            contact = contact_store.maybe(db, actor.id, other)
            event = _event(her, contact, actor.id, blocked=blocked)
            return _Told(None, ((actor.id, event),) if changed else ())

        await self._change(actor, other, work)

    def _accept(self, db: sa.Connection, actor: Actor, her: User) -> _Told:
        if contact_store.count(db, actor.id) >= MOST_CONTACTS:
            raise TooMany
        contact_store.accept(db, actor.id, her.id, self._now())
        return _told(db, actor, her, contact_store.maybe(db, actor.id, her.id))

    async def _change(self, actor: Actor, other: UserId, work: Callable[[sa.Connection], _Told]) -> _Told:
        self._changes.take(actor.id)

        def alone(db: sa.Connection) -> _Told:
            # Two people may do something about each other at the same moment, on two nodes.
            user_store.lock(db, min(actor.id, other))
            return work(db)

        told = await self._database.write(None, alone)
        for user, event in told.events:
            self._hub.tell_user(user, event)
        if told.events:
            self.on_change(actor.id, other)
        return told


def _told(db: sa.Connection, actor: Actor, her: User, contact: Contact | None) -> _Told:
    """What is told of *contact*: to both, but not to her if she blocks the actor."""
    events = [(actor.id, _event(her, contact, actor.id))]
    me = user_store.maybe(db, actor.id)
    if me is not None and not block_store.has(db, her.id, actor.id):
        events.append((her.id, _event(me, contact, her.id)))
    return _Told(None if contact is None else _view(her, contact, actor.id), tuple(events))


def _event(user: User, contact: Contact | None, reader: UserId, *, blocked: bool = False) -> ContactChanged:
    if contact is None:
        return ContactChanged(user.card, "none", blocked=blocked)
    state = contact.state_for(reader)
    return ContactChanged(user.card, state, contact.note if state in ("asked", "asks") else "", blocked)


def _view(user: User, contact: Contact, reader: UserId) -> ContactView:
    state = contact.state_for(reader)
    return ContactView(user.card, state, contact.created, contact.note if state in ("asked", "asks") else "")


def _answered(told: _Told) -> ContactView:
    assert told.answer is not None
    return told.answer
