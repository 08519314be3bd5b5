"""How a server gets its owner and its first room, once."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable

import attrs
import sqlalchemy as sa

from webchat.chat.log import Outcome, RoomLog
from webchat.chat.newcomers import new_user
from webchat.chat.passwords import Passwords
from webchat.chat.rooms import add_room
from webchat.chat.sessions import Device, Sessions, SignedIn
from webchat.chat.settings import ServerSettings
from webchat.live.limits import Throttle
from webchat.model.codes import digest_of, new_secret
from webchat.model.ids import Millis, RoomId
from webchat.model.refusals import AlreadySetUp, BadSetupCode
from webchat.model.text import TITLE_LIMIT, line_of_text
from webchat.model.web import throttle_key
from webchat.store import meta
from webchat.store import users as user_store
from webchat.store.database import Database

SETUP_LIFE = 3_600_000


@attrs.define(eq=False)
class Founding:
    """Knows whether the server has an owner, and which room is the lobby."""

    _log: RoomLog
    _database: Database
    _passwords: Passwords
    _sessions: Sessions
    _settings: ServerSettings
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _failures_by_address: Throttle
    has_owner: bool = attrs.field(default=False, init=False)
    lobby: RoomId | None = attrs.field(default=None, init=False)
    """The room that newcomers are members of."""

    async def load(self) -> None:
        """Learns from the database whether there is an owner, and which room is the lobby."""

        def work(db: sa.Connection) -> tuple[bool, str | None]:
            return user_store.has_owner(db), meta.maybe(db, "lobby")

        self.has_owner, lobby = await self._database.read(work)
        self.lobby = None if lobby is None else RoomId(int(lobby))

    async def notice_owner(self) -> None:
        """Learns of an owner whom another process has made, such as the administration command."""
        if not self.has_owner:
            await self.load()

    async def open_set_up(self) -> str | None:
        """A new code, good for one hour and one use, with which somebody becomes the owner; None if there is one."""
        code, now = new_secret(self._token_bytes, length=15), self._now()
        kept = json.dumps({"sha256": digest_of(code).hex(), "expires": now + SETUP_LIFE})

        def work(db: sa.Connection) -> bool:
            if user_store.has_owner(db):
                return False
            meta.put(db, "setup", kept)
            return True

        return code if await self._database.write(None, work) else None

    async def set_up(
        self,
        code: str,
        name: str,
        display_name: str,
        password: str,
        server_title: str | None,
        room_title: str,
        device: Device,
    ) -> SignedIn:
        """Makes the owner and the first room; of two who try at once, one succeeds.

        Raises BadSetupCode, AlreadySetUp, and what `register` raises for bad names and passwords.
        """
        address = ("setup", throttle_key(device.address))
        self._failures_by_address.check(address)
        new = new_user(name, display_name, password, None, "owner", self._now())
        title = line_of_text(room_title, TITLE_LIMIT, "title")
        server = None if server_title is None else line_of_text(server_title, TITLE_LIMIT, "title")
        self._failures_by_address.failed(address)
        hashed = await self._passwords.hash(password)
        token, now = self._sessions.new_browser_token(), self._now()

        def work(db: sa.Connection) -> Outcome[tuple[SignedIn, RoomId | None]]:
            hold_ownership(db)
            kept = meta.maybe(db, "setup")
            if user_store.has_owner(db):
                raise AlreadySetUp
            if kept is None:
                raise BadSetupCode
            wanted = json.loads(kept)
            if not hmac.compare_digest(wanted["sha256"], digest_of(code).hex()) or wanted["expires"] <= now:
                raise BadSetupCode
            meta.remove(db, "setup")
            user = user_store.add(db, attrs.evolve(new, password_hash=hashed))
            room, rows = add_room(db, user, title, "", now)
            meta.put(db, "lobby", str(room))
            if server is not None:
                meta.put(db, "title", server)
            return Outcome((self._sessions.begin(db, user, token, device, now), room), rows)

        signed, self.lobby = await self._log.change(None, work)
        self.has_owner = True
        await self._settings.load()
        self._failures_by_address.succeeded(address)
        return signed


def hold_ownership(db: sa.Connection) -> None:
    """Of several who make an owner at once one goes first: all of them want this row, which every database has."""
    meta.lock(db, "epoch")
