"""Settings that follow a person from device to device; what they mean is her programs' business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs
import msgspec
import sqlalchemy as sa

from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.model.events import PreferencesChanged
from webchat.model.refusals import BadRequest, TooMany
from webchat.model.users import Actor
from webchat.store import preferences as preference_store
from webchat.store import users as user_store
from webchat.store.database import Database

MOST_KEYS = 40
MOST_BYTES = 2_048
"""Of one value, as JSON."""

_KEY = re.compile(r"[a-z.]{1,40}")


@attrs.define(eq=False)
class Preferences:
    """What somebody has set, on whichever device."""

    _database: Database
    _hub: Hub
    _changes: Buckets

    async def mine(self, actor: Actor) -> dict[str, Any]:
        """All that the actor has set."""
        kept = await self._database.read(lambda db: preference_store.of(db, actor.id))
        return {key: msgspec.json.decode(value) for key, value in kept.items()}

    async def change(self, actor: Actor, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Sets what is given, forgets what is given as None; answers all that is set then.

        Her connections are told.  Raises BadRequest for a key or value that will not do, TooMany above 40 keys.
        """
        if len(changes) > MOST_KEYS:
            raise TooMany
        written = {key: _written(key, value) for key, value in changes.items()}
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> dict[str, str]:
            user_store.lock(db, actor.id)
            for key, value in written.items():
                if value is None:
                    preference_store.remove(db, actor.id, key)
                else:
                    preference_store.put(db, actor.id, key, value)
            kept = preference_store.of(db, actor.id)
            if len(kept) > MOST_KEYS:
                raise TooMany
            return kept

        kept = await self._database.write(None, work)
        if changes:
            self._hub.tell_user(actor.id, PreferencesChanged(dict(changes)))
        return {key: msgspec.json.decode(value) for key, value in kept.items()}


def _written(key: str, value: Any) -> str | None:
    if not _KEY.fullmatch(key):
        raise BadRequest("A key has 1 to 40 letters a to z and dots.", field="changes")
    if value is None:
        return None
    text = msgspec.json.encode(value)
    if len(text) > MOST_BYTES:
        raise BadRequest(f"A value has at most {MOST_BYTES} bytes.", field="changes")
    return text.decode()
