"""What was decided about the server while it ran; what was not is as the operator configured it."""

from __future__ import annotations

import json
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.store import meta
from webchat.store.schema import meta as meta_table

# The title stands under a key of its own since the first version: the set-up page may give it.
_TITLE, _REST = "title", "settings"
_GET = sa.select(meta_table.c.key, meta_table.c.value).where(meta_table.c.key.in_((_TITLE, _REST)))


@attrs.frozen
class Decided:
    """None: not decided, so the configuration holds."""

    title: str | None = None
    registration: str | None = None
    guests: bool = False
    creating: str = "all"
    terms: str = ""
    retention: int = 0
    previews: bool = False
    webhooks: bool = False
    bots: str = "admins"


def load(db: sa.Connection) -> Decided:
    """What has been decided."""
    found = {row[0]: row[1] for row in db.execute(_GET)}
    rest: dict[str, Any] = json.loads(found.get(_REST, "{}"))
    known = {field.name for field in attrs.fields(Decided)} - {"title"}
    return Decided(title=found.get(_TITLE), **{name: value for name, value in rest.items() if name in known})


def save(db: sa.Connection, decided: Decided) -> None:
    """Keeps *decided*; a title once given is not taken back."""
    values = attrs.asdict(decided)
    title = values.pop("title")
    if title is not None:
        meta.put(db, _TITLE, title)
    meta.put(db, _REST, json.dumps(values, ensure_ascii=False))
