"""Who holds which token, remembered for a while: the cache that spares a database read per request.

At a revocation the entry is dropped in the same turn; what other processes revoke, the sweep finds.
"""

from __future__ import annotations

from collections import OrderedDict

import attrs

from webchat.model.ids import SessionId, UserId
from webchat.model.users import Actor

MAX_SESSIONS = 50_000


@attrs.define(eq=False)
class SessionCache:
    """Actors by the SHA-256 of their token, the least recently used dropped first."""

    _actors: OrderedDict[bytes, Actor] = attrs.field(factory=OrderedDict, init=False)
    _tokens: dict[SessionId, bytes] = attrs.field(factory=dict, init=False)
    revocations: int = attrs.field(default=0, init=False)
    """How often something was forgotten: what was read from the database before that may not be remembered."""

    def __len__(self) -> int:
        return len(self._actors)

    def maybe(self, token_sha256: bytes) -> Actor | None:
        """Who holds the token, if that is remembered."""
        actor = self._actors.get(token_sha256)
        if actor is not None:
            self._actors.move_to_end(token_sha256)
        return actor

    def remember(self, token_sha256: bytes, actor: Actor) -> None:
        self._actors[token_sha256] = actor
        self._tokens[actor.session.id] = token_sha256
        while len(self._actors) > MAX_SESSIONS:
            _, oldest = self._actors.popitem(last=False)
            self._tokens.pop(oldest.session.id, None)

    def forget(self, session: SessionId) -> None:
        self.revocations += 1
        token = self._tokens.pop(session, None)
        if token is not None:
            self._actors.pop(token, None)

    def forget_user(self, user: UserId) -> list[SessionId]:
        """Drops every session of *user*; answers which."""
        self.revocations += 1
        sessions = [actor.session.id for actor in self._actors.values() if actor.user.id == user]
        for session in sessions:
            self.forget(session)
        return sessions

    def sessions(self) -> list[SessionId]:
        """Every session that is remembered."""
        return list(self._tokens)
