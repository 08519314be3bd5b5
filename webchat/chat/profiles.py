"""What people show of themselves: names, status, a few words; and what everybody may know of anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa
from msgspec import UNSET, UnsetType

from webchat.chat.people import tell_changed
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.live.sessions import SessionCache
from webchat.model.ids import RoomId, UserId
from webchat.model.names import email_key
from webchat.model.refusals import Unauthenticated
from webchat.model.text import ABOUT_LIMIT, DISPLAY_NAME_LIMIT, folded, line_of_text
from webchat.model.users import Actor, Locale, Me, Status, User, UserCard
from webchat.store import memberships
from webchat.store import names as name_store
from webchat.store import people as people_store
from webchat.store import users as user_store
from webchat.store.database import Database


@attrs.define(eq=False)
class Profiles:
    """Changes one's own, and looks at others'."""

    _database: Database
    _hub: Hub
    _cache: SessionCache
    _changes: Buckets
    on_status: Callable[[UserId, Status], None] = attrs.field(default=lambda user, status: None, init=False)
    """Told of what somebody wants others to see of her presence, once that is stored."""

    async def edit(
        self,
        actor: Actor,
        display_name: str | UnsetType = UNSET,
        email: str | UnsetType | None = UNSET,
        about: str | UnsetType = UNSET,
        locale: Locale | UnsetType | None = UNSET,
        status: Status | UnsetType = UNSET,
    ) -> Me:
        """Changes what is given.  An address that another account has is silently left as it was.

        Her other devices are told of it, and whoever shares a room with her of a new name.
        """
        columns: dict[str, str | None] = {}
        if not isinstance(display_name, UnsetType):
            shown = line_of_text(display_name, DISPLAY_NAME_LIMIT, "display name")
            columns.update(display_name=shown, display_key=folded(shown))
        if not isinstance(about, UnsetType):
            columns.update(about=line_of_text(about, ABOUT_LIMIT, "about", may_be_empty=True))
        if not isinstance(locale, UnsetType):
            columns.update(locale=locale)
        if not isinstance(status, UnsetType):
            columns.update(status=status)
        key = email_key(email) if isinstance(email, str) else None
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> tuple[User, list[RoomId]]:
            user_store.lock(db, actor.id)
            before = user_store.maybe(db, actor.id)
            if before is None or before.deleted is not None:
                raise Unauthenticated
            if email is None:
                columns.update(email=None, email_key=None)
            elif key is not None and not user_store.email_is_taken(db, key):
                columns.update(email=str(email).strip(), email_key=key)
            if columns:
                user_store.change(db, actor.id, **columns)
            if not isinstance(display_name, UnsetType):
                memberships.rename(db, actor.id, str(columns["display_key"]))
                name_store.change(db, actor.id, before.name, str(columns["display_key"]))
            user = user_store.maybe(db, actor.id)
            assert user is not None
            return user, people_store.rooms_of(db, actor.id) if user.card != before.card else []

        user, rooms = await self._database.write(None, work)
        tell_changed(self._hub, self._cache, user, rooms)
        if not isinstance(status, UnsetType):
            self.on_status(user.id, status)
        return user.me

    async def cards(self, actor: Actor, ids: Sequence[UserId]) -> list[UserCard]:
        """What everybody may know of these accounts; unknown ids are left out."""
        return await self._database.read(lambda db: user_store.cards(db, ids))
