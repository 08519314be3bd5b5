"""A room as lines of a file, and such lines as a room again (see model/transfer.py)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import msgspec
import sqlalchemy as sa

from webchat.model.events import Message
from webchat.model.extras import Extras, packed
from webchat.model.ids import MAX_INT, Millis, RoomId, Seq, UserId
from webchat.model.names import name_key
from webchat.model.rooms import Room
from webchat.model.text import folded
from webchat.model.transfer import FORMAT, VERSION, End, Given, Head, Line, Person, Place, Said, Was
from webchat.model.users import UserCard
from webchat.store import messages as message_store
from webchat.store import rooms as room_store
from webchat.store import users as user_store
from webchat.store.driver import Many
from webchat.store.schema import memberships, messages, reactions, revisions, rooms, users

PAGE = 500
"""Rows of one reading."""

_ORIGIN = sa.select(rooms.c.origin).where(rooms.c.id == sa.bindparam("room_"))
_BY_ORIGIN = sa.select(rooms.c.id, rooms.c.deleted).where(rooms.c.origin == sa.bindparam("origin_"))
_PLACES = (
    sa.select(
        memberships.c.user, memberships.c.role, memberships.c.rev, memberships.c.joined_rev, memberships.c.left_rev
    )
    .where(memberships.c.room == sa.bindparam("room_"), memberships.c.rev > sa.bindparam("rev_"))
    .order_by(memberships.c.rev)
    .limit(PAGE)
)
_FIRSTS = sa.select(messages.c.seq, messages.c.posted_rev, messages.c.body_hash).where(
    messages.c.room == sa.bindparam("room_"),
    messages.c.seq >= sa.bindparam("first_"),
    messages.c.seq <= sa.bindparam("last_"),
)
_REVISIONS = (
    sa.select(revisions.c.seq, revisions.c.rev, revisions.c.text, revisions.c.written)
    .where(
        revisions.c.room == sa.bindparam("room_"),
        revisions.c.seq >= sa.bindparam("first_"),
        revisions.c.seq <= sa.bindparam("last_"),
    )
    .order_by(revisions.c.seq, revisions.c.rev)
)
_REACTIONS = sa.select(reactions.c.seq, reactions.c.emoji, reactions.c.user, reactions.c.created).where(
    reactions.c.room == sa.bindparam("room_"),
    reactions.c.seq >= sa.bindparam("first_"),
    reactions.c.seq <= sa.bindparam("last_"),
)

_ADD_PLACES = Many(
    'INSERT INTO memberships (room, "user", role, "read", level, joined_rev, left_rev, rev, display_key) VALUES {rows}',
    *("bigint", "bigint", "text", "bigint", "text", "bigint", "bigint", "bigint", "text"),
)
_ADD_MESSAGES = Many(
    "INSERT INTO messages (room, seq, rev, posted_rev, author, nonce, body_hash, text, created, edited, deleted, "
    "reply, thread, replies, last_reply, pinned, extras) VALUES {rows}",
    *("bigint", "bigint", "bigint", "bigint", "bigint", "text", "bytea", "text", "bigint", "bigint", "bigint"),
    *("bigint", "bigint", "bigint", "bigint", "bigint", "text"),
)
_DISPLAY_KEYS = sa.select(users.c.id, users.c.display_key).where(users.c.id.in_(sa.bindparam("ids_", expanding=True)))


def lines(db: sa.Connection, room: Room, epoch: str) -> Iterator[Line]:
    """The room as it is in this transaction's snapshot, a page of rows at a time."""
    yield _head(db, room, epoch)
    people = _People(db)
    members = 0
    for page in _pages(db, room.id):
        yield from people.introduce(user for user, *_ in page)
        for user, role, rev, joined_rev, left_rev in page:
            members += 1
            yield Place(people.numbers[user], role, rev, joined_rev, left_rev)
    said, after = 0, Seq(room.floor)
    while found := message_store.after(db, room.id, after, PAGE):
        for line in _with_belongings(db, people, found):
            said += isinstance(line, Said)
            yield line
        after = found[-1].seq
    yield End(len(people.numbers), members, said)


def _head(db: sa.Connection, room: Room, epoch: str) -> Head:
    origin = db.execute(_ORIGIN, {"room_": room.id}).scalar() or origin_of(room.id, epoch)
    assert room.kind != "direct"
    return Head(
        FORMAT,
        VERSION,
        origin,
        room.kind,
        room.title,
        room.topic,
        room.created,
        room.archived,
        room.posting,
        room.inviting,
        room.mentioning,
        room.slow,
        room.retention,
        room.seq,
        room.rev,
        room.changed,
        room.floor,
        room.floor_rev,
    )


def origin_of(room: RoomId, epoch: str) -> str:
    """What a room that was made here, in the history *epoch*, is called wherever it is copied to."""
    return f"{epoch}/{room}"


def _pages(db: sa.Connection, room: RoomId) -> Iterator[Sequence[Any]]:
    rev = 0
    while page := db.execute(_PLACES, {"room_": room, "rev_": rev}).all():
        yield page
        rev = page[-1][2]


@attrs.define
class _People:
    """The numbers that people have in the file."""

    _db: sa.Connection
    numbers: dict[UserId, int] = attrs.field(factory=dict)
    names: dict[UserId, str] = attrs.field(factory=dict)
    """Folded, of everybody who was looked up."""

    def look_up(self, ids: Iterable[UserId]) -> dict[UserId, UserCard]:
        cards = {card.id: card for card in user_store.cards(self._db, set(ids))}
        self.names.update({user: folded(card.name) for user, card in cards.items()})
        return cards

    def introduce(self, ids: Iterable[UserId], cards: Mapping[UserId, UserCard] | None = None) -> Iterator[Person]:
        """Lines for those who have none yet, in this order; who is unknown gets none."""
        wanted = [user for user in dict.fromkeys(ids) if user not in self.numbers]
        if cards is None:
            cards = self.look_up(wanted)
        for user in wanted:
            card = cards.get(user)
            if card is not None:
                self.numbers[user] = len(self.numbers) + 1
                yield Person(self.numbers[user], card.name, card.display_name, card.kind)


def _with_belongings(db: sa.Connection, people: _People, found: Sequence[Message]) -> Iterator[Line]:
    """A page of messages, with what belongs to each, and with the people whom they name first."""
    values = {"room_": found[0].room, "first_": found[0].seq, "last_": found[-1].seq}
    firsts = {seq: (rev, bytes(body)) for seq, rev, body in db.execute(_FIRSTS, values)}
    was: dict[Seq, list[Was]] = {}
    for seq, rev, text, since in db.execute(_REVISIONS, values):
        was.setdefault(seq, []).append(Was(rev, text, since))
    given: dict[Seq, list[tuple[str, Millis, UserId]]] = {}
    for seq, emoji, user, created in db.execute(_REACTIONS, values):
        given.setdefault(seq, []).append((emoji, created, user))
    named = {user for one in found for user in _named(one)} | {user for ones in given.values() for _, _, user in ones}
    cards = people.look_up(named)
    for one in found:
        # By what is the same on every server: ids are not.
        mine = sorted(given.get(one.seq, []), key=lambda row: (row[0], row[1], people.names[row[2]]))
        yield from people.introduce([*_named(one), *(user for _, _, user in mine)], cards)
        posted_rev, body_hash = firsts[one.seq]
        yield Said(
            one.seq,
            one.rev,
            posted_rev,
            people.numbers[one.author],
            one.created,
            one.text,
            one.nonce,
            None if one.deleted is not None else body_hash.hex(),
            one.edited,
            one.deleted,
            one.reply,
            one.thread,
            one.replies,
            one.last_reply,
            one.pinned,
            renumbered(message_store.extras_of(one), people.numbers.get),
            () if one.deleted is not None else tuple(was.get(one.seq, ())),
            () if one.deleted is not None else tuple(Given(emoji, people.numbers[u], at) for emoji, at, u in mine),
        )


def _named(message: Message) -> list[UserId]:
    users = [message.author, *message.mentions]
    users += [user for one in message.reactions for user in one.users]
    return users if message.forwarded is None else [*users, message.forwarded.author]


def renumbered(extras: Extras, number: Callable[[UserId], int | None]) -> Extras:
    """*extras* with other numbers for people; who has none is left out, and so are places in other rooms."""
    forwarded = extras.forwarded
    author = None if forwarded is None else number(forwarded.author)
    return msgspec.structs.replace(
        extras,
        streaming=False,
        mentions=_numbers(extras.mentions, number),
        reactions=tuple(msgspec.structs.replace(one, users=_numbers(one.users, number)) for one in extras.reactions),
        forwarded=None
        if forwarded is None or author is None
        else msgspec.structs.replace(forwarded, author=UserId(author), room=None, seq=None),
    )


def _numbers(ids: Iterable[UserId], number: Callable[[UserId], int | None]) -> tuple[UserId, ...]:
    return tuple(UserId(found) for found in map(number, ids) if found is not None)


# The way back.


def copy_of(db: sa.Connection, origin: str, epoch: str) -> tuple[RoomId, bool] | None:
    """The room that came from *origin*, or is it; and whether it is gone, or not whole yet."""
    row = db.execute(_BY_ORIGIN, {"origin_": origin}).first()
    if row is not None:
        return RoomId(row[0]), row[1] is not None
    mine, _, number = origin.rpartition("/")
    if mine == epoch and number.isascii() and number.isdecimal() and int(number) <= MAX_INT:
        room = room_store.maybe(db, RoomId(int(number)))
        if room is not None and room.deleted is None:
            return room.id, False
    return None


def forget_origin(db: sa.Connection, room: RoomId) -> None:
    """From now on the room is nobody's copy."""
    db.execute(rooms.update().where(rooms.c.id == room).values(origin=None))


def begin(db: sa.Connection, head: Head, now: Millis) -> RoomId:
    """Makes the room, which is as good as deleted until it is whole."""
    values = {
        name: getattr(head, name)
        for name in (
            *("kind", "title", "topic", "seq", "rev", "changed", "created", "archived", "posting", "inviting"),
            *("slow", "mentioning", "retention", "floor", "floor_rev", "origin"),
        )
    }
    values |= {"title_key": folded(head.title), "deleted": now}
    return RoomId(db.execute(rooms.insert().values(values).returning(rooms.c.id)).scalar_one())


def still_there(db: sa.Connection, room: RoomId, origin: str) -> bool:
    """Whether the room is still being made from *origin*, and by nobody else; its row must be held."""
    row = db.execute(_BY_ORIGIN, {"origin_": origin}).first()
    return row is not None and row[0] == room and row[1] is not None


def account_for(db: sa.Connection, person: Person, now: Millis) -> tuple[UserId, bool]:
    """Who has the person's name here, else a new account that nobody can use; and whether it is new."""
    known = user_store.maybe_named(db, name_key(person.name))
    if known is not None:
        return known.id, False
    new = user_store.NewUser(
        person.name,
        name_key(person.name),
        person.display_name,
        folded(person.display_name),
        None,
        None,
        None,
        person.kind,
        "member",
        now,
    )
    user = user_store.add(db, new).id
    gone = None if person.display_name else now
    db.execute(users.update().where(users.c.id == user).values(disabled=now, deleted=gone))
    return user, True


def add_messages(db: sa.Connection, room: RoomId, said: Collection[Said], ids: Mapping[int, UserId]) -> None:
    """Stores the messages, whose people are *ids* here, with what belongs to them."""
    if not said:
        return
    rows = [
        (
            room,
            one.seq,
            one.rev,
            one.posted_rev,
            ids[one.author],
            one.nonce,
            bytes(32) if one.hash is None else bytes.fromhex(one.hash),
            one.text,
            one.created,
            one.edited,
            one.deleted,
            one.reply,
            one.thread,
            one.replies,
            one.last_reply,
            one.pinned,
            packed(renumbered(one.extras, ids.get)),
        )
        for one in said
    ]
    _ADD_MESSAGES.run(db, rows)
    was = [
        {"room": room, "seq": one.seq, "rev": old.rev, "text": old.text, "written": old.written}
        for one in said
        for old in one.was
    ]
    if was:
        db.execute(revisions.insert(), was)
    given = [
        {
            "room": room,
            "seq": one.seq,
            "emoji": reaction.emoji,
            "user": ids[reaction.person],
            "created": reaction.created,
        }
        for one in said
        for reaction in one.given
    ]
    if given:
        db.execute(reactions.insert(), given)


def finish(db: sa.Connection, room: RoomId, head: Head, places: Sequence[Place], ids: Mapping[int, UserId]) -> None:
    """Makes members of *places*, to whom nothing is new; from now on the room is there."""
    for start in range(0, len(places), PAGE):
        page = places[start : start + PAGE]
        keys: dict[UserId, str] = {
            row[0]: row[1] for row in db.execute(_DISPLAY_KEYS, {"ids_": [ids[place.person] for place in page]})
        }
        rows = [
            (room, user, one.role, head.seq, "all", one.joined_rev, one.left_rev, one.rev, keys[user])
            for one in page
            for user in (ids[one.person],)
        ]
        _ADD_PLACES.run(db, rows)
    db.execute(rooms.update().where(rooms.c.id == room).values(deleted=None))
