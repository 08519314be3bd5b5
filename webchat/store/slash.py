"""Slash commands that bots have registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.users import UserCard
from webchat.store.schema import commands, memberships, users
from webchat.store.users import CARD_COLUMNS

_COLUMNS = (
    commands.c.id,
    commands.c.name,
    commands.c.bot,
    commands.c.hint,
    commands.c.description,
    commands.c.url,
    commands.c.secret,
    commands.c.created,
    commands.c.failures,
    commands.c.failure,
    commands.c.disabled,
)
_BY_ID = sa.select(*_COLUMNS).where(commands.c.id == sa.bindparam("id_"))
_NAMED = sa.select(*_COLUMNS).where(commands.c.name == sa.bindparam("name_"))
_OF_BOT = sa.select(*_COLUMNS).where(commands.c.bot == sa.bindparam("bot_")).order_by(commands.c.name)
_IN_ROOM = (
    sa.select(*_COLUMNS, *CARD_COLUMNS)
    .join(users, users.c.id == commands.c.bot)
    .join(memberships, memberships.c.user == commands.c.bot)
    .where(
        memberships.c.room == sa.bindparam("room_"),
        memberships.c.left_rev.is_(None),
        users.c.disabled.is_(None),
        users.c.deleted.is_(None),
    )
)
_PAGE = _IN_ROOM.where(commands.c.name > sa.bindparam("after_")).order_by(commands.c.name).limit(sa.bindparam("limit_"))
_ONE_IN_ROOM = _IN_ROOM.where(commands.c.name == sa.bindparam("name_"))
_COUNT = sa.select(sa.func.count()).select_from(commands).where(commands.c.bot == sa.bindparam("bot_"))
_INSERT = commands.insert()
_CHANGE = commands.update().where(commands.c.id == sa.bindparam("id_"))
_DELETE = commands.delete().where(commands.c.id == sa.bindparam("id_"))
_FAILED = _CHANGE.values(
    failures=commands.c.failures + 1,
    failure=sa.bindparam("why_"),
    disabled=sa.case(
        (commands.c.failures + 1 >= sa.bindparam("most_"), sa.bindparam("now_", type_=sa.BigInteger)),
        else_=commands.c.disabled,
    ),
)
_ANSWERED = _CHANGE.where(commands.c.failures > 0).values(failures=0, failure=None)


@attrs.frozen
class Registered:
    """A command of a bot.  *disabled*: since when it is not told to *url* any more, which does not answer."""

    id: int
    name: str
    bot: UserId
    hint: str
    description: str
    url: str | None
    secret: str | None = attrs.field(repr=False)
    created: Millis
    failures: int
    failure: str | None
    disabled: Millis | None


def one(db: sa.Connection, id: int) -> Registered | None:
    """The command with this id."""
    return _registered(db.execute(_BY_ID, {"id_": id}).first())


def named(db: sa.Connection, name: str) -> Registered | None:
    """The command of this name."""
    return _registered(db.execute(_NAMED, {"name_": name}).first())


def of_bot(db: sa.Connection, bot: UserId) -> list[Registered]:
    """All that the bot has registered, by name."""
    return [Registered(*row) for row in db.execute(_OF_BOT, {"bot_": bot})]


def in_room(db: sa.Connection, room: RoomId, after: str, limit: int) -> list[tuple[Registered, UserCard]]:
    """The commands of the bots in *room*, each with its bot, by name, those behind *after*."""
    return [_with_bot(row) for row in db.execute(_PAGE, {"room_": room, "after_": after, "limit_": limit})]


def named_in_room(db: sa.Connection, room: RoomId, name: str) -> tuple[Registered, UserCard] | None:
    """The command of this name, with its bot, if that is in *room*."""
    row = db.execute(_ONE_IN_ROOM, {"room_": room, "name_": name}).first()
    return None if row is None else _with_bot(row)


def count(db: sa.Connection, bot: UserId) -> int:
    """How many commands the bot has registered."""
    return int(db.execute(_COUNT, {"bot_": bot}).scalar_one())


def add(db: sa.Connection, columns: Mapping[str, Any]) -> int:
    """Registers a command; its id."""
    found = db.execute(_INSERT, dict(columns)).inserted_primary_key
    assert found is not None
    return int(found[0])


def change(db: sa.Connection, id: int, columns: Mapping[str, Any]) -> None:
    """Gives a command other columns."""
    db.execute(_CHANGE.values(**columns), {"id_": id})


def remove(db: sa.Connection, id: int) -> None:
    """Forgets a command."""
    db.execute(_DELETE, {"id_": id})


def failed(db: sa.Connection, id: int, why: str, most: int, now: Millis) -> None:
    """Nobody answered at the command's URL; after *most* times in a row it rests."""
    db.execute(_FAILED, {"id_": id, "why_": why, "most_": most, "now_": now})


def answered(db: sa.Connection, id: int) -> None:
    """Somebody did."""
    db.execute(_ANSWERED, {"id_": id})


def _registered(row: Any) -> Registered | None:
    return None if row is None else Registered(*row)


def _with_bot(row: Any) -> tuple[Registered, UserCard]:
    split = len(_COLUMNS)
    return Registered(*row[:split]), UserCard(*row[split:])
