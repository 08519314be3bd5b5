"""What the people who run the server tell everybody: the current announcement, the earlier ones, who has read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa
from msgspec import UNSET, UnsetType, structs

from webchat.chat.authority import Who, administer, id_of
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.announcements import Announcement, Dismissed, announcement_link, announcement_text
from webchat.model.ids import MAX_INT, Millis, UserId
from webchat.model.refusals import NotFound
from webchat.model.users import Actor
from webchat.store import administration, audit
from webchat.store import announcements as store
from webchat.store.database import Database

PAGE_LIMIT = 100


@attrs.frozen
class _Reader:
    user: UserId
    announcement: int
    version: int


@attrs.define(eq=False)
class Announcements:
    """There is at most one that is current: the latest, until it ends."""

    _database: Database
    _hub: Hub
    _now: Callable[[], Millis]
    _changes: Buckets
    _shown: Announcement | None = attrs.field(default=None, init=False)
    """The latest one, as everybody connected here was told."""

    @property
    def current(self) -> Announcement | None:
        """The one that is shown."""
        return self._shown if self._shown is not None and self._shown.ended is None else None

    async def load(self) -> None:
        """Learns which one is current, and tells nobody."""
        self._shown = await self._database.read(store.newest)

    async def refresh(self) -> None:
        """Learns what other nodes announced; everybody connected here is told what is new."""
        newest = await self._database.read(store.newest)
        if newest is not None:
            self._show(newest)

    async def for_reader(self, actor: Actor) -> Announcement | None:
        """The current one, unless *actor* has dismissed it."""
        current = self.current
        if current is None:
            return None
        reader = _Reader(actor.id, current.id, current.version)
        has_read = await self._database.read_together(_have_read, reader)
        if self.current != current:
            return self.current
        return None if has_read else current

    async def page(self, before: int | None, limit: int) -> tuple[list[Announcement], int | None]:
        """Announcements, newest first; with the id before which the next page begins."""
        limit = max(1, min(limit, PAGE_LIMIT))
        found = await self._database.read(lambda db: store.before(db, before or MAX_INT, limit + 1))
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    async def post(self, by: Who, text: str, link: str | None = None) -> Announcement:
        """Announces something; what was current before ends.  For the server's owner and admins."""
        text, link = announcement_text(text), announcement_link(link)
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> Announcement:
            administer(db, by)
            # The operator writes in the name of the server's owner.
            creator = id_of(by) or next(iter(administration.owners(db)), UserId(0))
            made = store.add(db, creator, text, link, now)
            audit.record(db, now, id_of(by), "announcement.post", announcement=made.id)
            return made

        return self._show(await self._database.write(None, work))

    async def change(
        self,
        by: Who,
        announcement: int,
        text: str | UnsetType = UNSET,
        link: str | UnsetType | None = UNSET,
    ) -> Announcement:
        """Gives the announcement another text or link; then it is shown again to those who have dismissed it."""
        new_text = text if isinstance(text, UnsetType) else announcement_text(text)
        new_link = link if isinstance(link, UnsetType) else announcement_link(link)
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> Announcement:
            administer(db, by)
            found = _current(db, announcement)
            wanted_text = found.text if isinstance(new_text, UnsetType) else new_text
            wanted_link = found.link if isinstance(new_link, UnsetType) else new_link
            if (wanted_text, wanted_link) == (found.text, found.link):
                return found
            version = found.version + 1
            store.change(db, announcement, version, wanted_text, wanted_link, now)
            audit.record(db, now, id_of(by), "announcement.change", announcement=announcement, version=version)
            return structs.replace(found, version=version, text=wanted_text, link=wanted_link, changed=now)

        return self._show(await self._database.write(None, work))

    async def end(self, by: Who, announcement: int) -> None:
        """The announcement is shown no more.  Raises NotFound where it is not current."""
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> Announcement:
            administer(db, by)
            found = _current(db, announcement)
            store.end_all(db, now)
            audit.record(db, now, id_of(by), "announcement.end", announcement=announcement)
            return structs.replace(found, ended=now, changed=now)

        self._show(await self._database.write(None, work))

    async def dismiss(self, actor: Actor, announcement: int, version: int) -> None:
        """The actor has read *version*; her connections are told.  Raises NotFound."""
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> int:
            found = store.maybe(db, announcement)
            if found is None:
                raise NotFound
            # What comes later has not been read.
            read = min(version, found.version)
            store.dismiss(db, actor.id, announcement, read)
            return read

        read = await self._database.write(None, work)
        self._hub.tell_user(actor.id, Dismissed(announcement, read))

    def _take(self, by: Who) -> None:
        if by is not None:
            self._changes.take(by.id)

    def _show(self, newest: Announcement) -> Announcement:
        told, self._shown = self._shown, newest
        if newest != told:
            self._hub.tell_everybody(newest)
        return newest


def _current(db: sa.Connection, announcement: int) -> Announcement:
    newest = store.newest(db)
    if newest is None or newest.id != announcement or newest.ended is not None:
        raise NotFound("This announcement is not shown now.")
    return newest


def _have_read(db: sa.Connection, asked: Sequence[_Reader]) -> Sequence[bool]:
    answers: dict[tuple[int, int], set[UserId]] = {}
    for one in asked:
        answers.setdefault((one.announcement, one.version), set()).add(one.user)
    known = {key: store.readers(db, *key, users) for key, users in answers.items()}
    return [one.user in known[one.announcement, one.version] for one in asked]
