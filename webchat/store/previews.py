"""What other sites say of their pages, kept for a while so that a link that goes round is fetched once."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from webchat.model.extras import Preview
from webchat.model.ids import Millis
from webchat.store.schema import previews

_ONE = sa.select(previews.c.card).where(
    previews.c.url == sa.bindparam("url_"), previews.c.fetched > sa.bindparam("since_")
)
_DELETE = previews.delete().where(previews.c.url == sa.bindparam("url_"))
_FORGET = previews.delete().where(previews.c.fetched <= sa.bindparam("until_"))
_decoder = msgspec.json.Decoder(Preview)


def maybe(db: sa.Connection, url: str, since: Millis) -> tuple[bool, Preview | None]:
    """Whether the page was looked at after *since*, and what it said; None if it said nothing."""
    row = db.execute(_ONE, {"url_": url, "since_": since}).first()
    return row is not None, None if row is None or row[0] is None else _decoder.decode(row[0])


def put(db: sa.Connection, url: str, card: Preview | None, now: Millis) -> None:
    """Keeps what the page says, in place of what it said before."""
    db.execute(_DELETE, {"url_": url})
    text = None if card is None else msgspec.json.encode(card).decode()
    db.execute(previews.insert(), {"url": url, "fetched": now, "card": text})


def forget(db: sa.Connection, until: Millis) -> int:
    """Forgets what was looked at before; answers how much that was."""
    return db.execute(_FORGET, {"until_": until}).rowcount
