"""Pictures of people and rooms: taken, shown, taken away."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import attrs
import sqlalchemy as sa
from twisted.logger import Logger

from webchat.chat import permission
from webchat.chat.images import Images
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.people import tell_changed
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.live.sessions import SessionCache
from webchat.model.answers import Changed
from webchat.model.ids import Millis, RoomId
from webchat.model.refusals import Forbidden, NotFound, Refusal, Retry, Unauthenticated, Unavailable
from webchat.model.rooms import Room
from webchat.model.users import Actor, Me, User
from webchat.store import changes as change_store
from webchat.store import people as people_store
from webchat.store import pictures as picture_store
from webchat.store import rooms as room_store
from webchat.store import users as user_store
from webchat.store.database import Database

T = TypeVar("T")
Check = Callable[[sa.Connection], object]
"""Asked in the transaction that acts; raises a Refusal."""

BODY_LIMIT = 3 * 1024 * 1024
HOUR = 3_600_000
CHUNK = 200
PREVIEW = "0" * 8
"""How the names of pictures begin that belong to previews of links, and so to nobody."""
KEEP_PREVIEWS = 90 * 24 * HOUR
"""ms for which these are kept; later the preview is shown without."""


@attrs.define(eq=False)
class Pictures:
    """What can be done with pictures.  A picture's name is drawn by lot: who does not know it does not guess it."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _cache: SessionCache
    _images: Images | None
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _changes: Buckets
    _uploads: Buckets
    _logger = Logger()

    async def set_avatar(self, actor: Actor, data: bytes, *, may: Check | None = None) -> Me:
        """Makes *data* the actor's picture, or that of a bot whose owner *may* do so.

        Raises BadPicture, RateLimited, Busy, Unavailable, and what *may* raises in the transaction that acts.
        """
        return await self._with_new(actor, data, lambda name: self._change_avatar(actor, name, may))

    async def remove_avatar(self, actor: Actor, *, may: Check | None = None) -> Me:
        """Takes the actor's picture away; *may* as in *set_avatar*."""
        self._changes.take(actor.id)
        return await self._change_avatar(actor, None, may)

    async def _change_avatar(self, actor: Actor, name: str | None, may: Check | None) -> Me:
        def work(db: sa.Connection) -> tuple[User, str | None, list[RoomId]]:
            user_store.lock(db, actor.id)
            if may is not None:
                may(db)
            before = user_store.maybe(db, actor.id)
            if before is None or before.deleted is not None:
                raise Unauthenticated
            user_store.change(db, actor.id, avatar=name)
            return attrs.evolve(before, avatar=name), before.avatar, people_store.rooms_of(db, actor.id)

        user, old, rooms = await self._database.write(None, work)
        tell_changed(self._hub, self._cache, user, rooms)
        await self.forget(old)
        return user.me

    async def set_room_picture(self, actor: Actor, room: RoomId, data: bytes) -> Changed:
        """Makes *data* the room's picture: for its moderators.

        Raises NotAMember, NoSuchRoom, Forbidden, RoomArchived; BadPicture, RateLimited, Busy, Unavailable.
        """
        # Asked before the work with the picture, and again by the transaction that acts.
        await self._database.read(lambda db: _moderated(db, actor, room))
        return await self._with_new(actor, data, lambda name: self._change_room(actor, room, name))

    async def remove_room_picture(self, actor: Actor, room: RoomId) -> Changed:
        """Takes the room's picture away: for its moderators."""
        self._changes.take(actor.id)
        return await self._change_room(actor, room, None)

    async def _change_room(self, actor: Actor, room: RoomId, name: str | None) -> Changed:
        def work(db: sa.Connection) -> Outcome[tuple[Changed, str | None]]:
            before = _moderated(db, actor, room)
            if before.picture is None and name is None:
                return Outcome((Changed(room, before.changed), None))
            _, rev = room_store.raise_counters(db, room, 0, 1)
            room_store.change(db, room, rev, picture=name)
            row = change_store.room_row(room_store.one(db, room))
            return Outcome((Changed(room, rev), before.picture), (row,))

        changed, old = await self._log.change(room, work)
        await self.forget(old)
        return changed

    async def read(self, name: str, size: int) -> bytes:
        """A picture in one size, as WebP.  Raises NotFound."""
        found = await self._images.read(name, size) if self._images is not None else None
        if found is None:
            raise NotFound
        return found

    async def sweep(self) -> None:
        """Removes the files of pictures that are nobody's: left behind when the server ended at the wrong moment."""
        if self._images is None:
            return
        # What is younger may be on its way to be somebody's, on another node.
        names = [
            name for name in await self._images.older_than((self._now() - HOUR) / 1000) if not name.startswith(PREVIEW)
        ]
        for name in await self._images.older_than((self._now() - KEEP_PREVIEWS) / 1000):
            if name.startswith(PREVIEW):
                await self.forget(name)
        for start in range(0, len(names), CHUNK):
            chunk = names[start : start + CHUNK]
            used = await self._database.read(lambda db, chunk=chunk: picture_store.used(db, chunk))  # type: ignore[misc]
            for name in set(chunk) - used:
                await self.forget(name)

    async def _with_new(self, actor: Actor, data: bytes, use: Callable[[str], Coroutine[Any, Any, T]]) -> T:
        if self._images is None:
            raise Unavailable
        self._uploads.take(actor.id)
        self._changes.take(actor.id)
        name = self._token_bytes(16).hex()
        await self._images.take(data, name)
        try:
            return await use(name)
        except Retry:
            # It may be hers by now: the sweep will see.
            raise
        except Refusal:
            await self.forget(name)
            raise

    async def forget(self, name: str | None) -> None:
        """Removes the files of a picture that is nobody's any more.  None: there was none."""
        try:
            if self._images is not None:
                await self._images.remove(name)
        except OSError as error:
            # What was wanted is done; the next sweep tries again.
            self._logger.warn("The files of a picture were not removed: {why}", why=str(error))


def _moderated(db: sa.Connection, actor: Actor, room: RoomId) -> Room:
    found, membership = permission.writer(db, room, actor)
    if not permission.may_moderate(actor, membership) or found.kind == "direct":
        raise Forbidden("Only the room's moderators change it.")
    return found
