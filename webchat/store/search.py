"""Messages found by their words, newest first, on SQLite's FTS5 and on PostgreSQL's tsvector with a GIN index.

Each message that can be found has a row in `search_docs`.  Its number is made of the time of posting, so that the order
of the numbers is the order of the answers, and a stretch of time a stretch of numbers.  What an engine looks through
(`search_words`, a row of the same number) holds the tokens of the text (see model/tokens.py), those of its files'
names, and marks: in which room it stands, who wrote it, what it has.  So "in the rooms I am in" is one word more.

The index only proposes.  Whatever it finds is read from `messages`, in the snapshot in which the reader's memberships
are read, and taken apart once more: what has been edited or deleted, or does not hold what was asked for, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from webchat.model.events import Message
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import BadRequest
from webchat.model.tokens import Phrase, places, tokens, weight
from webchat.store.driver import Many, execute
from webchat.store.messages import COLUMNS, message_of
from webchat.store.schema import memberships, messages, rooms, search_docs, search_marks

DocId = int
Has = Literal["image", "file", "link"]
Within = Literal["messages", "files"]

ROOMS_IN_INDEX = 100
"""Up to so many rooms are looked for in the index; of more, each proposal is compared with the memberships."""
EXAMINED = 1_000
"""Proposals of the index that one search looks at; behind the last one the next page goes on."""
MOST_RANGES = 100
"""Of one message so many places are told."""
BATCH = 100
"""Messages that are taken in with one transaction."""

LAST: DocId = 2**63 - 1
# A millisecond has room for as many messages; those that do not fit in go to the next.
_BITS = 12
_NEAR, _FAR, _COMMON = 500, 16_000, 5
_TIMEOUT_MS = 2_000
# Some 2 s of SQLite's virtual machine.
_STEPS, _MOST_STEPS = 100_000, 400
# Any number will do, as long as every webchat uses the same one.
_ADVISORY_LOCK = 0x77656264
# No token of a text holds it.
_MARK = "§"
# PostgreSQL keeps as many positions of one word, none of which is higher than the other.
_POSITIONS, _LAST_POSITION = 255, 16_383
_LINK = re.compile(r"https?://[^\s]", re.IGNORECASE)

_ROOMS_OF = (
    sa.select(memberships.c.room)
    .join(rooms, rooms.c.id == memberships.c.room)
    .where(
        memberships.c.user == sa.bindparam("user_"),
        memberships.c.left_rev.is_(None),
        rooms.c.deleted.is_(None),
    )
    .order_by(memberships.c.room)
)
# CROSS JOIN tells SQLite which of the two to go through.
_READ = Many(
    "WITH k (room, seq) AS (VALUES {rows}) SELECT m.room, m.rev, m.seq, m.author, m.text, m.created, m.nonce, "
    "m.edited, m.deleted, m.reply, m.thread, m.replies, m.last_reply, m.pinned, m.extras "
    "FROM k CROSS JOIN messages m WHERE m.room = k.room AND m.seq = k.seq",
    "bigint",
    "bigint",
)
_FTS = (
    "SELECT d.id, d.room, d.seq FROM search_words CROSS JOIN search_docs d CROSS JOIN memberships m "
    "WHERE search_words MATCH ? AND search_words.rowid < ? AND search_words.rowid >= ? AND d.id = search_words.rowid "
    'AND m.room = d.room AND m."user" = ? AND m.left_rev IS NULL ORDER BY search_words.rowid DESC LIMIT ?'
)
_FLOOR = "SELECT id FROM search_docs WHERE id < %s AND id >= %s ORDER BY id DESC OFFSET %s LIMIT 1"
# The function in place of the operator, so that the index is left alone.
_WALK = (
    "WITH near AS MATERIALIZED (SELECT d.id, d.room, d.seq FROM search_docs d JOIN memberships m "
    'ON m.room = d.room AND m."user" = %s AND m.left_rev IS NULL WHERE d.id < %s AND d.id >= %s) '
    "SELECT near.id, near.room, near.seq FROM near JOIN search_words w ON w.id = near.id "
    "WHERE w.id < %s AND w.id >= %s AND ts_match_vq(w.tokens, %s::tsquery) ORDER BY near.id DESC LIMIT %s"
)
# A sum in place of the column, so that the other index is left alone.
_GIN = (
    "WITH found AS MATERIALIZED (SELECT id FROM search_words WHERE tokens @@ %s::tsquery AND id + 0 < %s "
    "AND id + 0 >= %s ORDER BY id DESC LIMIT %s) "
    "SELECT d.id, d.room, d.seq FROM found JOIN search_docs d ON d.id = found.id JOIN memberships m "
    'ON m.room = d.room AND m."user" = %s AND m.left_rev IS NULL ORDER BY d.id DESC LIMIT %s'
)
_CAREFULLY = f"SET LOCAL statement_timeout = {_TIMEOUT_MS}; SET LOCAL enable_seqscan = off; SET LOCAL jit = off"


@attrs.frozen
class Wanted:
    """What is looked for, by whom, and where.  *room*: only there.  *before*, *after*: ms, the latter included."""

    user: UserId
    phrases: tuple[Phrase, ...]
    within: Within = "messages"
    room: RoomId | None = None
    author: UserId | None = None
    has: tuple[Has, ...] = ()
    before: Millis | None = None
    after: Millis | None = None


@attrs.frozen
class Found:
    """A message that was looked for.  *ranges*: of its text, or, as *names*, of the names of its files by place."""

    doc: DocId
    message: Message
    ranges: tuple[tuple[int, int], ...]
    names: Mapping[int, tuple[tuple[int, int], ...]] = {}
    weight: int = 0
    """How much it is about what was looked for."""


def rooms_of(db: sa.Connection, user: UserId) -> list[RoomId]:
    """The rooms in which *user* may look."""
    return [row[0] for row in db.execute(_ROOMS_OF, {"user_": user})]


def newest(db: sa.Connection, wanted: Wanted, below: DocId, limit: int) -> tuple[list[Found], DocId | None]:
    """Up to *limit* of what is wanted, newest first, below *below*; and below which number there may be more.

    The caller's transaction must be one snapshot.  Raises BadRequest for what takes too long.
    """
    mine = rooms_of(db, wanted.user)
    if wanted.room is not None:
        mine = [room for room in mine if room == wanted.room]
    if not mine:
        return [], None
    below = min(below, LAST if wanted.before is None else wanted.before << _BITS)
    above = 0 if wanted.after is None else wanted.after << _BITS
    found: list[Found] = []
    examined = 0
    with _in_bounds(db):
        while examined < EXAMINED:
            size = min(limit - len(found) + 5, EXAMINED - examined)
            proposed = _proposals(db, wanted, mine, below, above, size)
            for one in _examined(db, wanted, set(mine), proposed):
                found.append(one)
                if len(found) == limit:
                    return found, one.doc
            if len(proposed) < size:
                return found, None
            examined += size
            below = proposed[-1][0]
    return found, below


def around(db: sa.Connection, room_seqs: Collection[tuple[RoomId, Seq]]) -> dict[tuple[RoomId, Seq], Message]:
    """The messages with these numbers that there are and that are not deleted."""
    rows = _READ.run(db, sorted(room_seqs)) if room_seqs else []
    found = (message_of(row) for row in rows)
    return {(message.room, message.seq): message for message in found if message.deleted is None}


def _proposals(
    db: sa.Connection, wanted: Wanted, mine: Sequence[RoomId], below: DocId, above: DocId, limit: int
) -> list[tuple[DocId, RoomId, Seq]]:
    """The newest *limit* of what the index holds of *wanted*, and perhaps more than that; fewer: there are no more."""
    marks = [f"u{wanted.author}"] if wanted.author is not None else []
    marks += wanted.has
    narrow = mine if len(mine) <= ROOMS_IN_INDEX or not (marks or wanted.phrases) else []
    if db.dialect.name == "sqlite":
        match = _fts_query(wanted, narrow, marks)
        return [tuple(row) for row in execute(db, _FTS, (match, below, above, wanted.user, limit))]
    query = _ts_query(wanted, narrow, marks)
    return _proposals_of_postgresql(db, wanted.user, query, bool(narrow), below, above, limit)


def _proposals_of_postgresql(
    db: sa.Connection, user: UserId, query: str, is_narrow: bool, below: DocId, above: DocId, limit: int
) -> list[tuple[DocId, RoomId, Seq]]:
    """The index cannot tell what is new: so what is common is found by walking back, and only the rest through it.

    *is_narrow*: the query names the rooms.
    """
    found: list[Any] = []
    steps = _NEAR
    while True:
        floor = next((row[0] for row in execute(db, _FLOOR, (below, above, steps - 1))), above)
        found += execute(db, _WALK, (user, below, floor, below, floor, query, limit - len(found)))
        if len(found) == limit or floor == above:
            return found
        if steps > _NEAR or len(found) < _COMMON:
            break
        below, steps = floor, min(3 * steps * limit // (2 * len(found)), _FAR)
    left = limit - len(found)
    return found + execute(db, _GIN, (query, floor, above, left if is_narrow else None, user, left))


def _fts_query(wanted: Wanted, narrow: Sequence[RoomId], marks: Sequence[str]) -> str:
    column = "words" if wanted.within == "messages" else "names"
    parts = [
        f'{column} : "{" ".join(phrase.tokens)}"' + (" *" if phrase.is_prefix else "") for phrase in wanted.phrases
    ]
    parts += [f'marks : "{_MARK}{mark}"' for mark in marks]
    if narrow:
        parts.append("marks : (" + " OR ".join(f'"{_MARK}r{room}"' for room in narrow) + ")")
    return " AND ".join(parts)


def _ts_query(wanted: Wanted, narrow: Sequence[RoomId], marks: Sequence[str]) -> str:
    before = "" if wanted.within == "messages" else f"{_MARK}n"
    parts = [_ts_phrase(phrase, before) for phrase in wanted.phrases]
    parts += [f"'{_MARK}{mark}'" for mark in marks]
    if narrow:
        parts.append("(" + " | ".join(f"'{_MARK}r{room}'" for room in narrow) + ")")
    return " & ".join(parts)


def _ts_phrase(phrase: Phrase, before: str) -> str:
    quoted = [f"'{before}{token}'" for token in phrase.tokens]
    if phrase.is_prefix:
        quoted[-1] += ":*"
    if len(quoted) == 1:
        return quoted[0]
    # Of a message that says one word hundreds of times not all places are known: it is looked at whenever it has all.
    return f"({' <-> '.join(quoted)} | ('{_MARK}long' & {' & '.join(quoted)}))"


def _examined(
    db: sa.Connection, wanted: Wanted, mine: Collection[RoomId], proposed: Sequence[tuple[DocId, RoomId, Seq]]
) -> Iterator[Found]:
    there = around(db, [(room, seq) for _, room, seq in proposed])
    for doc, room, seq in proposed:
        message = there.get((room, seq))
        if message is not None and room in mine:
            found = _fitting(doc, message, wanted)
            if found is not None:
                yield found


def _fitting(doc: DocId, message: Message, wanted: Wanted) -> Found | None:
    """What *message* holds of what is wanted; None unless it is all of it."""
    if wanted.author is not None and message.author != wanted.author:
        return None
    if wanted.before is not None and message.created >= wanted.before:
        return None
    if wanted.after is not None and message.created < wanted.after:
        return None
    if not set(wanted.has) <= set(_has(message)):
        return None
    if wanted.within == "files":
        names = {
            place: tuple(there)
            for place, file in enumerate(message.files)
            if (there := places(wanted.phrases, tokens(file.name))) is not None
        }
        return Found(doc, message, (), names) if names else None
    within = tokens(message.text)
    ranges = places(wanted.phrases, within)
    if ranges is None:
        return None
    return Found(doc, message, tuple(ranges[:MOST_RANGES]), weight=weight(wanted.phrases, within))


def _has(message: Message) -> list[Has]:
    found: list[Has] = []
    if message.files:
        found.append("file")
        if any(file.kind == "image" for file in message.files):
            found.append("image")
    if _LINK.search(message.text):
        found.append("link")
    return found


@contextmanager
def _in_bounds(db: sa.Connection) -> Iterator[None]:
    """Ends what takes too long.  Raises BadRequest then."""
    is_sqlite = db.dialect.name == "sqlite"
    driver: Any = db.connection.dbapi_connection
    if is_sqlite:
        steps = iter(range(_MOST_STEPS))
        driver.set_progress_handler(lambda: next(steps, None) is None, _STEPS)
    else:
        execute(db, _CAREFULLY, ())
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error.orig) or getattr(error.orig, "pgcode", None) == "57014":
            raise BadRequest("This search takes too long: say more words, or a room.", field="q") from error
        raise
    finally:
        if is_sqlite:
            driver.set_progress_handler(None, 0)


# Taking in what has changed.


@attrs.frozen
class Doc:
    """What is kept of a message for searching."""

    room: RoomId
    seq: Seq
    created: Millis
    words: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...]


@attrs.frozen
class Changes:
    """What has changed in rooms.  *marks*: (room, the rev from which this goes on, the rev up to which it goes)."""

    marks: tuple[tuple[RoomId, Rev, Rev], ...]
    docs: tuple[Doc, ...]
    gone: tuple[tuple[RoomId, Seq], ...]
    is_all: bool
    """Whether nothing more has changed in the rooms that were asked for."""


_BEHIND = (
    sa.select(rooms.c.id)
    .outerjoin(search_marks, search_marks.c.room == rooms.c.id)
    .where(rooms.c.rev > sa.func.coalesce(search_marks.c.rev, 0), rooms.c.id > sa.bindparam("after_"))
    .order_by(rooms.c.id)
    .limit(sa.bindparam("limit_"))
)
_STANDS = Many(
    "WITH k (room) AS (VALUES {rows}) SELECT r.id, coalesce(s.rev, 0), r.rev, r.deleted FROM k CROSS JOIN rooms r "
    "LEFT JOIN search_marks s ON s.room = r.id WHERE r.id = k.room",
    "bigint",
)
_CHANGED = (
    sa.select(*COLUMNS)
    .where(messages.c.room == sa.bindparam("room_"), messages.c.rev > sa.bindparam("rev_"))
    .order_by(messages.c.rev)
    .limit(sa.bindparam("limit_"))
)
_HELD = Many("SELECT room, rev FROM search_marks WHERE room IN (VALUES {rows})", "bigint")
_NUMBERS = Many(
    "WITH k (room, seq) AS (VALUES {rows}) SELECT d.room, d.seq, d.id FROM k CROSS JOIN search_docs d "
    "WHERE d.room = k.room AND d.seq = k.seq",
    "bigint",
    "bigint",
)
_HIGHEST = Many(
    "WITH k (low, high) AS (VALUES {rows}) SELECT k.low, (SELECT max(d.id) FROM search_docs d "
    "WHERE d.id >= k.low AND d.id < k.high) FROM k",
    "bigint",
    "bigint",
)
_ADD = Many("INSERT INTO search_docs (id, room, seq) VALUES {rows}", "bigint", "bigint", "bigint")
_ADD_WORDS = Many("INSERT INTO search_words (rowid, words, names, marks) VALUES {rows}", "", "", "", "")
_WORDS = Many("SELECT rowid, words, names, marks FROM search_words WHERE rowid IN (VALUES {rows})", "bigint")
_DROP_WORDS = Many("DELETE FROM search_words WHERE rowid IN (VALUES {rows})", "bigint")
_PUT_VECTORS = Many(
    "INSERT INTO search_words AS w (id, tokens) VALUES {rows} ON CONFLICT (id) DO UPDATE SET tokens = excluded.tokens "
    "WHERE w.tokens <> excluded.tokens",
    "bigint",
    "tsvector",
)
_MARK_MANY = Many(
    "INSERT INTO search_marks (room, rev) VALUES {rows} ON CONFLICT (room) DO UPDATE SET rev = excluded.rev",
    "bigint",
    "bigint",
)
_REMOVE = Many("DELETE FROM search_docs WHERE (room, seq) IN (VALUES {rows})", "bigint", "bigint")
_SOME = sa.select(search_docs.c.id).order_by(search_docs.c.id).limit(sa.bindparam("limit_"))
_REMOVE_SOME = search_docs.delete().where(search_docs.c.id.in_(_SOME))


def behind(db: sa.Connection, after: RoomId, limit: int) -> list[RoomId]:
    """Rooms above *after* in which something has changed that cannot be searched for yet."""
    return [row[0] for row in db.execute(_BEHIND, {"after_": after, "limit_": limit})]


def changes(db: sa.Connection, among: Iterable[RoomId], limit: int = BATCH) -> Changes:
    """What has changed in rooms and cannot be searched for yet: up to *limit* messages, taken apart."""
    marks: list[tuple[RoomId, Rev, Rev]] = []
    docs: list[Doc] = []
    gone: list[tuple[RoomId, Seq]] = []
    left = limit
    for room, mark, now, deleted in _STANDS.run(db, [(room,) for room in sorted(set(among))]):
        if left == 0:
            return Changes(tuple(marks), tuple(docs), tuple(gone), False)
        changed: list[Message] = []
        if mark < now and deleted is None:
            rows = db.execute(_CHANGED, {"room_": room, "rev_": mark, "limit_": left})
            changed = [message_of(row) for row in rows]
        for message in changed:
            if message.deleted is None:
                docs.append(doc_of(message))
            else:
                gone.append((room, message.seq))
        if mark < now:
            marks.append((room, mark, changed[-1].rev if len(changed) == left else now))
        left -= len(changed)
    return Changes(tuple(marks), tuple(docs), tuple(gone), left > 0)


def doc_of(message: Message) -> Doc:
    """What is kept of *message*."""
    return Doc(
        message.room,
        message.seq,
        message.created,
        tuple(token.text for token in tokens(message.text)),
        tuple(tuple(token.text for token in tokens(file.name)) for file in message.files),
        (f"r{message.room}", f"u{message.author}", *_has(message)),
    )


def take_in(db: sa.Connection, changes: Changes) -> bool:
    """From now on what has changed can be searched for.  False: another node is at it, and nothing was done."""
    if db.dialect.name != "sqlite":
        ((is_mine,),) = execute(db, "SELECT pg_try_advisory_xact_lock(%s)", (_ADVISORY_LOCK,))
        if not is_mine:
            return False
    held = dict(_HELD.run(db, [(room,) for room, _, _ in changes.marks]))
    fresh = {room: rev for room, mark, rev in changes.marks if held.get(room, 0) == mark}
    docs = [doc for doc in changes.docs if doc.room in fresh]
    _REMOVE.run(db, [key for key in changes.gone if key[0] in fresh])
    numbers = {(room, seq): number for room, seq, number in _NUMBERS.run(db, [(doc.room, doc.seq) for doc in docs])}
    new = [doc for doc in docs if (doc.room, doc.seq) not in numbers]
    numbers.update(_give_numbers(db, new))
    _ADD.run(db, [(numbers[doc.room, doc.seq], doc.room, doc.seq) for doc in new])
    numbered = [(numbers[doc.room, doc.seq], doc) for doc in docs]
    if db.dialect.name == "sqlite":
        _put_words(db, numbered, {numbers[doc.room, doc.seq] for doc in new})
    else:
        _PUT_VECTORS.run(db, [(number, _vector(doc)) for number, doc in numbered])
    _MARK_MANY.run(db, sorted(fresh.items()))
    return True


def forget(db: sa.Connection, limit: int) -> bool:
    """Takes *limit* messages out, to begin anew; whether that was the rest."""
    db.execute(search_marks.delete())
    return db.execute(_REMOVE_SOME, {"limit_": limit}).rowcount < limit


def _give_numbers(db: sa.Connection, docs: Sequence[Doc]) -> dict[tuple[RoomId, Seq], DocId]:
    """The numbers of new messages: those of their millisecond that follow the highest one there."""
    found: dict[tuple[RoomId, Seq], DocId] = {}
    following: dict[int, DocId] = {}
    waiting = [(max(doc.created, 0), doc) for doc in docs]
    while waiting:
        times = sorted({time for time, _ in waiting} - following.keys())
        for low, highest in _HIGHEST.run(db, [(time << _BITS, (time + 1) << _BITS) for time in times]):
            following[low >> _BITS] = low if highest is None else highest + 1
        too_many = []
        for time, doc in waiting:
            if following[time] >> _BITS == time:
                found[doc.room, doc.seq] = following[time]
                following[time] += 1
            else:
                too_many.append((time + 1, doc))
        waiting = too_many
    return found


def _put_words(db: sa.Connection, docs: Sequence[tuple[DocId, Doc]], new: Collection[DocId]) -> None:
    rows = [
        (
            number,
            " ".join(doc.words),
            " ".join(token for name in doc.names for token in name),
            " ".join(_MARK + mark for mark in doc.marks),
        )
        for number, doc in docs
    ]
    old = {row[0]: row for row in _WORDS.run(db, [(row[0],) for row in rows if row[0] not in new])}
    changed = [row for row in rows if old.get(row[0]) != row]
    _DROP_WORDS.run(db, [(row[0],) for row in changed if row[0] in old])
    _ADD_WORDS.run(db, changed)


def _vector(doc: Doc) -> str:
    """The message as PostgreSQL writes a tsvector."""
    stands: dict[str, list[int]] = {}
    for place, token in enumerate(doc.words, 1):
        stands.setdefault(token, []).append(place)
    place = 1
    for name in doc.names:
        for token in name:
            stands.setdefault(f"{_MARK}n{token}", []).append(place)
            place += 1
        # No phrase goes over from one name to the next.
        place += 1
    marks = list(doc.marks)
    if len(doc.words) > _LAST_POSITION or any(len(there) > _POSITIONS for there in stands.values()):
        marks.append("long")
    parts = [f"'{token}':{','.join(map(str, there[:_POSITIONS]))}" for token, there in stands.items()]
    return " ".join([*parts, *(f"'{_MARK}{mark}'" for mark in marks)])
