"""Webhooks: kept, found by what is secret in them, and what they have to tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import attrs
import sqlalchemy as sa

from webchat.model.extras import unpacked
from webchat.model.hooks import HookEvent, HookKind, HookView, read_events
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.users import UserCard, UserKind
from webchat.store.schema import hooks, memberships, messages, rooms, users
from webchat.store.users import CARD_COLUMNS

_ROOM = hooks.c.room == sa.bindparam("room_")
# A webhook whose bot was taken out of the room is none any more; the sweep removes what is left of it.
_IS_IN = sa.exists().where(
    memberships.c.room == hooks.c.room, memberships.c.user == hooks.c.bot, memberships.c.left_rev.is_(None)
)
_IS_WELL = sa.exists().where(users.c.id == hooks.c.bot, users.c.disabled.is_(None))
_LIVE = sa.and_(_IS_IN, _IS_WELL)
_COLUMNS = (
    hooks.c.id,
    hooks.c.kind,
    hooks.c.room,
    hooks.c.bot,
    hooks.c.creator,
    hooks.c.label,
    hooks.c.created,
    hooks.c.url,
    hooks.c.secret,
    hooks.c.events,
    hooks.c.word,
    hooks.c.told,
    hooks.c.used,
    hooks.c.failures,
    hooks.c.failure,
    hooks.c.disabled,
)
_ONE = sa.select(*_COLUMNS).where(hooks.c.id == sa.bindparam("id_"), _LIVE)
_BY_TOKEN = sa.select(*_COLUMNS).where(hooks.c.token_sha256 == sa.bindparam("token_"), _LIVE)
_OF_ROOM = sa.select(*_COLUMNS).where(_ROOM, _LIVE).order_by(hooks.c.id.desc()).limit(sa.bindparam("limit_"))
_OUT_OF_ROOM = sa.select(*_COLUMNS).where(_ROOM, hooks.c.kind == "out", _LIVE).order_by(hooks.c.id)
_COUNT = sa.select(sa.func.count()).select_from(hooks).where(_ROOM, _LIVE)
_DELETE = hooks.delete().where(hooks.c.id == sa.bindparam("id_"))
_DELETE_DEAD = hooks.delete().where(
    sa.or_(~_LIVE, hooks.c.room.in_(sa.select(rooms.c.id).where(rooms.c.deleted.is_not(None))))
)
_TELLING = sa.select(hooks.c.room, sa.func.min(hooks.c.told), rooms.c.rev).join(rooms, rooms.c.id == hooks.c.room)
_TELLING = _TELLING.where(hooks.c.kind == "out").group_by(hooks.c.room, rooms.c.rev)
_CHANGED = (
    sa.select(
        messages.c.seq,
        messages.c.rev,
        messages.c.posted_rev,
        messages.c.said_rev,
        messages.c.reacted_rev,
        messages.c.author,
        users.c.kind,
        messages.c.text,
        messages.c.deleted,
        messages.c.extras,
    )
    .join(users, users.c.id == messages.c.author)
    .where(messages.c.room == sa.bindparam("room_"), messages.c.rev > sa.bindparam("rev_"))
    .order_by(messages.c.rev)
    .limit(sa.bindparam("limit_"))
)


@attrs.frozen
class Hook:
    """A webhook.  *secret*: the key of its signatures.  *told*: up to which rev of its room it has made jobs."""

    id: int
    kind: HookKind
    room: RoomId
    bot: UserId
    creator: UserId
    label: str
    created: Millis
    url: str | None = attrs.field(repr=False)
    secret: str | None = attrs.field(repr=False)
    stored_events: str
    word: str
    told: Rev
    used: Millis | None
    failures: int
    failure: str | None
    disabled: Millis | None

    @property
    def events(self) -> tuple[HookEvent, ...]:
        return read_events(self.stored_events)[0]

    @property
    def hears_bots(self) -> bool:
        return read_events(self.stored_events)[1]

    def view(self, bot: UserCard, creator: UserCard | None) -> HookView:
        """What moderators see of it."""
        return HookView(
            self.id,
            self.kind,
            self.label,
            bot,
            creator,
            self.created,
            self.used,
            self.failures,
            self.failure,
            self.disabled,
            self.url,
            self.events,
            self.word,
            self.hears_bots,
        )


class ChangedMessage(NamedTuple):
    """A message that changed: when it was posted, last edited or deleted, last given another reaction, by rev."""

    seq: Seq
    rev: Rev
    posted_rev: Rev
    said_rev: Rev | None
    reacted_rev: Rev | None
    author: UserId
    kind: UserKind
    text: str
    deleted: Millis | None
    extras: str | None = None

    @property
    def is_streaming(self) -> bool:
        """Whether its text is still growing."""
        return unpacked(self.extras).streaming


def add(db: sa.Connection, kind: HookKind, room: RoomId, bot: UserId, creator: UserId, **columns: Any) -> Hook:
    """Makes a webhook."""
    values = {"kind": kind, "room": room, "bot": bot, "creator": creator, **columns}
    return one(db, int(db.execute(hooks.insert().returning(hooks.c.id), values).scalar_one()))


def maybe(db: sa.Connection, id: int) -> Hook | None:
    """The webhook with this id, if its bot is in the room."""
    return _hook(db.execute(_ONE, {"id_": id}).first())


def one(db: sa.Connection, id: int) -> Hook:
    """The webhook with this id, which is there."""
    found = maybe(db, id)
    assert found is not None
    return found


def by_token(db: sa.Connection, token_sha256: bytes) -> Hook | None:
    """The incoming webhook whose URL ends with this, if its bot is in the room."""
    return _hook(db.execute(_BY_TOKEN, {"token_": token_sha256}).first())


def of_room(db: sa.Connection, room: RoomId, limit: int) -> list[Hook]:
    """The room's webhooks, newest first."""
    return [Hook(*tuple(row)) for row in db.execute(_OF_ROOM, {"room_": room, "limit_": limit})]


def outgoing(db: sa.Connection, room: RoomId) -> list[Hook]:
    """The room's outgoing webhooks, those too that rest."""
    return [Hook(*tuple(row)) for row in db.execute(_OUT_OF_ROOM, {"room_": room})]


def count(db: sa.Connection, room: RoomId) -> int:
    """How many webhooks the room has."""
    return int(db.execute(_COUNT, {"room_": room}).scalar_one())


def views(db: sa.Connection, found: Sequence[Hook]) -> list[HookView]:
    """What moderators see of them."""
    wanted = {one.bot for one in found} | {one.creator for one in found}
    rows = db.execute(sa.select(*CARD_COLUMNS).where(users.c.id.in_(wanted)))
    cards = {row[0]: UserCard(*row) for row in rows}
    return [one.view(cards[one.bot], cards.get(one.creator)) for one in found]


def change(db: sa.Connection, id: int, **columns: Any) -> None:
    """Sets the named columns."""
    db.execute(hooks.update().where(hooks.c.id == id).values(**columns))


def remove(db: sa.Connection, id: int) -> None:
    """Ends the webhook."""
    db.execute(_DELETE, {"id_": id})


def remove_dead(db: sa.Connection) -> int:
    """Removes those whose room is gone, or whose bot is not in it; says how many."""
    return db.execute(_DELETE_DEAD).rowcount


def telling(db: sa.Connection) -> dict[RoomId, bool]:
    """The rooms that have outgoing webhooks; True where one of them is behind."""
    return {room: told < rev for room, told, rev in db.execute(_TELLING)}


def changed(db: sa.Connection, room: RoomId, rev: Rev, limit: int) -> list[ChangedMessage]:
    """The first *limit* messages that changed after *rev*, in rising rev."""
    values = {"room_": room, "rev_": rev, "limit_": limit}
    return [ChangedMessage(*tuple(row)) for row in db.execute(_CHANGED, values)]


def _hook(row: Any) -> Hook | None:
    return None if row is None else Hook(*row)
