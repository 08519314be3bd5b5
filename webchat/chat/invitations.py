"""Invitations to register, made by the server's owner and admins."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat.sessions import DAY, NO_SESSION
from webchat.model.codes import digest_of, new_secret
from webchat.model.ids import InviteId, Millis, UserId
from webchat.model.refusals import Forbidden, NotFound
from webchat.model.users import Actor, InviteView
from webchat.store import audit
from webchat.store import invites as invite_store
from webchat.store.database import Database


@attrs.define(eq=False)
class Invitations:
    """Codes with which people register; of each only a hash is kept."""

    _database: Database
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]

    async def make(self, actor: Actor, days: int, uses: int) -> tuple[str, InviteView]:
        """A code with which *uses* people may register within *days*.  For the server's owner and admins."""
        _administrator(actor)
        code, now = new_secret(self._token_bytes, length=15), self._now()

        def work(db: sa.Connection) -> InviteView:
            made = invite_store.add(db, digest_of(code), actor.id, now, Millis(now + days * DAY), uses)
            audit.record(db, now, _doer(actor), "invite.add", invite=made.id, days=days, uses=uses)
            return made

        return code, await self._database.write(None, work)

    async def usable(self, actor: Actor) -> list[InviteView]:
        """The invitations that can still be used."""
        _administrator(actor)
        now = self._now()
        return await self._database.read(lambda db: invite_store.open_ones(db, now, 200))

    async def revoke(self, actor: Actor, invite: InviteId) -> None:
        """Makes the invitation useless.  Raises NotFound."""
        _administrator(actor)
        now = self._now()

        def work(db: sa.Connection) -> None:
            if not invite_store.remove(db, invite):
                raise NotFound
            audit.record(db, now, _doer(actor), "invite.revoke", invite=invite)

        await self._database.write(None, work)


def _doer(actor: Actor) -> UserId | None:
    """How the audit log calls the actor: the operator acts in other people's names, in no session."""
    return None if actor.session.id == NO_SESSION else actor.id


def _administrator(actor: Actor) -> None:
    if not actor.may_administer:
        raise Forbidden("Only the server's owner and admins do this.")
