"""Finding messages again, and files by their names: in the rooms one belongs to, and in no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import sqlalchemy as sa
from twisted.internet.defer import DeferredSemaphore

from webchat.chat import permission
from webchat.chat.rooms import cursor, read_cursor
from webchat.live.limits import Buckets
from webchat.model.answers import SearchHit, SearchPage
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.names import name_key
from webchat.model.refusals import BadRequest, Busy
from webchat.model.tokens import phrases
from webchat.model.users import Actor
from webchat.store import search as search_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.search import LAST, DocId, Found, Has, Wanted, Within

PAGE_LIMIT = 50
RANKED = 500
"""Of the newest so many that were found the best ones come first."""
AT_ONCE, MOST_WAITING = 2, 50
"""Searches of this node that run at once, so that readers of rooms find a thread too; and those that wait."""

Sort = Literal["new", "relevance"]


@attrs.frozen
class Search:
    """What somebody looks for: *text*, in messages or in the names of their files.

    *author*: the account's name.  *before*, *after*: ms, the latter included.  *after_cursor*: where a page before
    ended.
    """

    text: str = ""
    within: Within = "messages"
    author: str | None = None
    room: RoomId | None = None
    before: Millis | None = None
    after: Millis | None = None
    has: tuple[Has, ...] = ()
    sort: Sort = "new"
    after_cursor: str | None = None
    limit: int = 20


@attrs.define(eq=False)
class Searching:
    """What can be looked for."""

    _database: Database
    _searches: Buckets
    _turns: DeferredSemaphore = attrs.field(factory=lambda: DeferredSemaphore(AT_ONCE), init=False)

    async def find(self, actor: Actor, search: Search) -> SearchPage:
        """What there is of it, newest first, or of the newest RANKED the best first.

        Raises BadRequest for a text that is too long, for nothing to look for and for what takes too long; NotAMember,
        NoSuchRoom, RateLimited, Busy.
        """
        wanted = phrases(search.text)
        if not search.text.strip() and not _has_filter(search):
            raise BadRequest("Say what to look for.", field="q")
        self._searches.take(actor.id)
        if len(self._turns.waiting) >= MOST_WAITING:
            raise Busy(retry_after=2.0)

        def work(db: sa.Connection) -> SearchPage:
            if search.room is not None:
                permission.member(db, search.room, actor)
            author = None if search.author is None else _author(db, search.author)
            # Nobody is called so, or there are signs that stand in no word: then nothing is found.
            if (author is None and search.author is not None) or (not wanted and search.text.strip()):
                return SearchPage((), (), None)
            asked = Wanted(
                actor.id,
                wanted,
                search.within,
                search.room,
                author,
                search.has or (("file",) if search.within == "files" else ()),
                search.before,
                search.after,
            )
            limit = max(1, min(search.limit, PAGE_LIMIT))
            page = _ranked if search.sort == "relevance" else _newest
            found, following = page(db, asked, search.after_cursor, limit)
            return _told(db, found, following)

        page: SearchPage = await self._turns.run(self._database.read, work)
        return page


def _has_filter(search: Search) -> bool:
    given = (search.author, search.room, search.before, search.after)
    return bool(search.has) or search.within == "files" or any(one is not None for one in given)


def _author(db: sa.Connection, name: str) -> UserId | None:
    found = user_store.maybe_named(db, name_key(name.removeprefix("@")))
    return None if found is None else found.id


def _newest(db: sa.Connection, wanted: Wanted, after: str | None, limit: int) -> tuple[list[Found], str | None]:
    place, below = read_cursor(after)
    if place:
        raise BadRequest("This is not a cursor of this order.", field="after_cursor")
    found, following = search_store.newest(db, wanted, below or LAST, limit)
    return found, None if following is None else cursor("", following)


def _ranked(db: sa.Connection, wanted: Wanted, after: str | None, limit: int) -> tuple[list[Found], str | None]:
    """The best of the newest; the cursor names the newest of them, so that what is said meanwhile moves nothing."""
    place, last = read_cursor(after)
    top, highest = _read_place(place) if after is not None else (LAST, 0)
    candidates, _ = search_store.newest(db, wanted, top, RANKED)
    ranked = sorted(candidates, key=lambda one: (-one.weight, -one.doc))
    if after is not None:
        ranked = [one for one in ranked if (-one.weight, -one.doc) > (-highest, -last)]
    elif candidates:
        top = candidates[0].doc + 1
    page = ranked[:limit]
    if len(ranked) <= limit:
        return page, None
    return page, cursor(f"{top} {page[-1].weight}", page[-1].doc)


def _read_place(place: str) -> tuple[DocId, int]:
    parts = place.split(" ")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        raise BadRequest("This is not a cursor.", field="after_cursor")
    return min(int(parts[0]), LAST), int(parts[1])


def _told(db: sa.Connection, found: Sequence[Found], following: str | None) -> SearchPage:
    beside = {(one.message.room, Seq(one.message.seq + step)) for one in found for step in (-1, 1)}
    around = search_store.around(db, beside)
    hits = tuple(
        SearchHit(
            one.message,
            one.ranges,
            tuple((place, *there) for place, ranges in one.names.items() for there in ranges),
            around.get((one.message.room, Seq(one.message.seq - 1))),
            around.get((one.message.room, Seq(one.message.seq + 1))),
        )
        for one in found
    )
    told = [message for hit in hits for message in (hit.message, hit.before, hit.after) if message is not None]
    return SearchPage(hits, tuple(user_store.cards(db, {message.author for message in told})), following)
