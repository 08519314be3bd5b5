"""What an account may do, changed by those with power over it: written in their transaction, felt at once after it."""

from __future__ import annotations

import attrs
import sqlalchemy as sa

from webchat.chat.sessions import CHANGED, CHANGED_REASON, REMOVED, REMOVED_REASON
from webchat.live.hub import Hub
from webchat.live.sessions import SessionCache
from webchat.model.ids import Millis, UserId
from webchat.store import bots as bot_store
from webchat.store import sessions as session_store
from webchat.store import users as user_store


@attrs.define(eq=False)
class Standing:
    """The columns of an account that others set, and the sessions and connections that hold what they were."""

    _hub: Hub
    _cache: SessionCache

    def silence(self, db: sa.Connection, user: UserId, until: Millis | None) -> None:
        """*user* posts nowhere *until* then; None: again."""
        user_store.change(db, user, silenced=until)

    def disable(self, db: sa.Connection, user: UserId, now: Millis | None) -> list[UserId]:
        """Shuts *user* out, and her bots with her, ending their sessions; None lets her in again.

        Answers who is shut out by it, to be told to *removed*.
        """
        user_store.change(db, user, disabled=now)
        bot_store.set_stopped(db, user, None)
        if now is None:
            return []
        session_store.remove_all(db, user)
        return [user, *bot_store.stop_all(db, user, now)]

    def silenced(self, user: UserId) -> None:
        """After a commit: *user* is looked up again; her connections stay, since a post asks the database."""
        self._cache.forget_user(user)

    def changed(self, user: UserId) -> None:
        """After a commit: whoever acts for *user* is looked up again, and her connections begin anew."""
        self._cache.forget_user(user)
        self._hub.dismiss_user(user, CHANGED, CHANGED_REASON)

    def removed(self, *users: UserId) -> None:
        """After a commit: *users* are shut out."""
        for user in users:
            self._cache.forget_user(user)
            self._hub.dismiss_user(user, REMOVED, REMOVED_REASON)
