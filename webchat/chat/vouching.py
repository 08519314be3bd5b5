"""People whom the program around the server vouches for: accounts without password, made at first sight."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat.accounts import Accounts
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.newcomers import enter_lobby, insert_user
from webchat.chat.rooms import add_room
from webchat.chat.sessions import Device, SignedIn
from webchat.model.hosts import Person
from webchat.model.ids import Millis, RoomId, SessionId, UserId
from webchat.model.names import account_name, name_key
from webchat.model.refusals import NameTaken, Unauthenticated
from webchat.model.text import DISPLAY_NAME_LIMIT, folded, line_of_text
from webchat.model.users import Actor, UserRole
from webchat.store import meta
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database

LOBBY = "Lobby"
MAX_BROWSERS = 50
"""A program of the host's that keeps no cookies would have one more session with each request."""


@attrs.define(eq=False)
class Vouching:
    """Signs in whom the host names.  An account is its person's by its exact name."""

    _log: RoomLog
    _database: Database
    _accounts: Accounts
    _now: Callable[[], Millis]

    async def sign_in(self, person: Person, token: str | None, device: Device) -> Actor | SignedIn:
        """*person*, by the session she has already if *token* is hers, else by a new one.

        Raises Unauthenticated for an account that is disabled, NameTaken for a name that only looks like that of an
        account, BadName, BadText.
        """
        actor = await self.holder(person, token, device.address)
        if actor is not None:
            return actor
        new, lobby = self._new(person, "member"), self._accounts.lobby

        def work(db: sa.Connection) -> Outcome[tuple[SignedIn, list[SessionId]]]:
            user = user_store.maybe_named(db, new.name_key)
            if user is None:
                user = insert_user(db, new)
                return Outcome((self._accounts.new_session(db, user, device), []), enter_lobby(db, lobby, user))
            if user.name != new.name:
                raise NameTaken(f"{new.name} looks like {user.name}, who has an account.")
            if user.disabled is not None or user.deleted is not None:
                raise Unauthenticated
            signed = self._accounts.new_session(db, user, device)
            return Outcome((signed, _end_oldest(db, user.id)))

        signed, ended = await self._log.change(lobby, work)
        self._accounts.end(ended)
        return signed

    async def holder(self, person: Person, token: str | None, address: str) -> Actor | None:
        """*person*, if *token* is hers."""
        try:
            actor = None if token is None else await self._accounts.authenticate(token, address)
        except Unauthenticated:
            return None
        return actor if actor is not None and actor.user.name == account_name(person.name) else None

    async def make_owner(self, person: Person) -> None:
        """Gives a new server its owner, and its first room.  Does nothing where there is an owner."""
        new, now = self._new(person, "owner"), self._now()

        def work(db: sa.Connection) -> Outcome[RoomId | None]:
            meta.lock(db, "epoch")
            if user_store.has_owner(db):
                return Outcome(None)
            room, rows = add_room(db, insert_user(db, new), LOBBY, "", now)
            meta.put(db, "lobby", str(room))
            return Outcome(room, rows)

        await self._log.change(None, work)
        await self._accounts.load()

    async def sign_out(self, name: str) -> None:
        """Ends the browser sessions of whoever has this name, and closes their connections."""

        def work(db: sa.Connection) -> list[SessionId]:
            user = user_store.maybe_named(db, name_key(name))
            return [] if user is None else session_store.remove_all(db, user.id, kind="browser")

        self._accounts.end(await self._database.write(None, work))

    def _new(self, person: Person, role: UserRole) -> user_store.NewUser:
        name = account_name(person.name)
        shown = line_of_text(person.display_name or name, DISPLAY_NAME_LIMIT, "display name")
        return user_store.NewUser(
            name, name_key(name), shown, folded(shown), None, None, None, "human", role, self._now()
        )


def _end_oldest(db: sa.Connection, user: UserId) -> list[SessionId]:
    """Ends those browser sessions of *user* that are too many, those seen longest ago; answers which."""
    ended = [one.id for one in session_store.of_user(db, user, "browser", MAX_BROWSERS + 10)[MAX_BROWSERS:]]
    for one in ended:
        session_store.remove(db, user, one)
    return ended
