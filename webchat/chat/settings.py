"""What is decided about the server while it runs: its title, who may come in, who makes rooms and bots, its terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import attrs
import sqlalchemy as sa
from msgspec import UNSET, UnsetType

from webchat.chat.authority import Who, administer, id_of
from webchat.live.limits import Buckets
from webchat.model.administration import TERMS_LIMIT, Creators, RunningSettings
from webchat.model.answers import RegistrationPolicy
from webchat.model.ids import Millis
from webchat.model.refusals import BadText, Forbidden, TextTooLong
from webchat.model.rooms import days_kept
from webchat.model.text import TITLE_LIMIT, line_of_text, message_text
from webchat.model.users import Actor, User
from webchat.store import audit, meta
from webchat.store import settings as settings_store
from webchat.store.database import Database
from webchat.store.settings import Decided


@attrs.define(eq=False)
class ServerSettings:
    """The configuration, and what was decided since, which wins; other nodes learn of it by their sweep."""

    _database: Database
    _now: Callable[[], Millis]
    _changes: Buckets
    _title: str
    _registration: RegistrationPolicy
    _decided: Decided = attrs.field(factory=Decided, init=False)

    @property
    def title(self) -> str:
        return self._decided.title or self._title

    @property
    def registration(self) -> RegistrationPolicy:
        return cast(RegistrationPolicy, self._decided.registration or self._registration)

    @property
    def guests(self) -> bool:
        """Whether one may look round without an account."""
        return self._decided.guests

    @property
    def creating(self) -> Creators:
        return cast(Creators, self._decided.creating)

    @property
    def terms(self) -> str:
        return self._decided.terms

    @property
    def retention(self) -> int:
        """Days after which messages are removed in rooms that do not say otherwise; 0: never."""
        return self._decided.retention

    @property
    def previews(self) -> bool:
        """Whether the server looks at the pages that messages link to."""
        return self._decided.previews

    @property
    def webhooks(self) -> bool:
        """Whether rooms may have other servers told of what happens in them."""
        return self._decided.webhooks

    @property
    def bots(self) -> Creators:
        """Who makes bots."""
        return cast(Creators, self._decided.bots)

    def shown(self) -> RunningSettings:
        """All of them, as they hold now."""
        return RunningSettings(
            self.title,
            self.registration,
            self.guests,
            self.creating,
            self.terms,
            self.retention,
            self.previews,
            self.webhooks,
            self.bots,
        )

    def may_create_rooms(self, actor: Actor) -> None:
        """Raises Forbidden where *actor* makes no rooms here."""
        if actor.user.role == "guest" or (self.creating == "admins" and not actor.may_administer):
            raise Forbidden("Only the server's owner and admins make rooms here.")

    def may_make_bots(self, user: User) -> None:
        """Raises Forbidden where *user* makes no bots here: guests and bots never do."""
        if user.kind == "bot" or user.role == "guest" or (self.bots == "admins" and not user.may_administer):
            raise Forbidden("Only the server's owner and admins make bots here.")

    async def load(self) -> None:
        """Learns what has been decided, here or on another node."""
        self._decided = await self._database.read(settings_store.load)

    async def change(
        self,
        by: Who,
        title: str | UnsetType = UNSET,
        registration: RegistrationPolicy | UnsetType | None = UNSET,
        guests: bool | UnsetType = UNSET,
        creating: Creators | UnsetType = UNSET,
        terms: str | UnsetType = UNSET,
        retention: int | UnsetType = UNSET,
        previews: bool | UnsetType = UNSET,
        webhooks: bool | UnsetType = UNSET,
        bots: Creators | UnsetType = UNSET,
    ) -> RunningSettings:
        """Decides what is given.  A *registration* of None: as it is configured.

        For the server's owner and admins.  Raises BadText, TextTooLong, BadRequest.
        """
        given: dict[str, Any] = {
            "title": title if isinstance(title, UnsetType) else line_of_text(title, TITLE_LIMIT, "title"),
            "registration": registration,
            "guests": guests,
            "creating": creating,
            "terms": terms if isinstance(terms, UnsetType) else _terms(terms),
            "retention": retention if isinstance(retention, UnsetType) else days_kept(retention),
            "previews": previews,
            "webhooks": webhooks,
            "bots": bots,
        }
        changes = {name: value for name, value in given.items() if value is not UNSET}
        if by is not None:
            self._changes.take(by.id)
        now = self._now()

        def work(db: sa.Connection) -> Decided:
            administer(db, by)
            # Held, or of two who decide at once one would undo what the other decided.
            meta.lock(db, "epoch")
            before = settings_store.load(db)
            decided = attrs.evolve(before, **changes)
            if decided != before:
                settings_store.save(db, decided)
                # The terms are long; that they changed is what there is to know.
                details: dict[str, Any] = {
                    name: "changed" if name == "terms" else value for name, value in changes.items()
                }
                audit.record(db, now, id_of(by), "server.settings", **details)
            return decided

        self._decided = await self._database.write(None, work)
        return self.shown()


def _terms(text: str) -> str:
    if not text.strip():
        return ""
    if len(text) > TERMS_LIMIT:
        raise TextTooLong(f"The terms have at most {TERMS_LIMIT} characters.", field="terms")
    try:
        return message_text(text.strip())
    except BadText as error:
        raise BadText(error.message, field="terms") from error
