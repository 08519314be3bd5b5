"""Running the server: everybody's accounts, every room, and the log of what those with power over others have done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from webchat.chat import permission
from webchat.chat.authority import Who, administer, id_of, own, rule
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.robot import Robot
from webchat.chat.rooms import check_title, end_room, like_pattern, read_cursor, take_out
from webchat.chat.rooms import cursor as write_cursor
from webchat.chat.sessions import SIGNED_OUT, SIGNED_OUT_REASON
from webchat.chat.standing import Standing
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.live.sessions import SessionCache
from webchat.model.administration import Account, AccountState, AuditEntry, AuditPage, Overview, RoomEntry
from webchat.model.answers import Changed
from webchat.model.ids import MAX_INT, Millis, Rev, RoomId, SessionId, UserId
from webchat.model.names import name_key
from webchat.model.refusals import BadRequest, Conflict, Forbidden, NoSuchRoom, NoSuchUser, Refusal
from webchat.model.reports import report_reason
from webchat.model.text import folded
from webchat.model.users import Actor, UserRole
from webchat.store import administration as store
from webchat.store import audit, meta, reports
from webchat.store import bots as bot_store
from webchat.store import changes as change_store
from webchat.store import rooms as room_store
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database

PAGE_LIMIT = 200
BULK_LIMIT = 100
MINUTE = 60_000
GUEST_LIFE = 7 * 24 * 60 * MINUTE
GUESTS_AT_ONCE = 1_000
"""Accounts that one sweep looks at."""


@attrs.define(eq=False)
class Administration:
    """What the server's owner and admins do; *by* None is the operator, at the machine itself."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _cache: SessionCache
    _standing: Standing
    _now: Callable[[], Millis]
    _changes: Buckets
    _version: str
    robot: Robot | None = attrs.field(default=None, init=False)
    _swept: UserId = attrs.field(default=UserId(0), init=False)

    # Looking.

    async def overview(self, by: Who) -> Overview:
        """The server at a glance, without counting what is many."""

        def work(db: sa.Connection) -> tuple[tuple[int, int], int]:
            administer(db, by)
            return store.made(db), len(reports.open_things(db))

        (accounts, rooms), open_reports = await self._database.read(work)
        endpoint = None if self.robot is None else self.robot.endpoint
        return Overview(
            version=self._version,
            database="SQLite" if self._database.engines.is_sqlite else "PostgreSQL",
            accounts=accounts,
            rooms=rooms,
            online=len(self._hub.users()),
            connections=self._hub.listeners,
            open_reports=open_reports,
            robot=self.robot is not None and self.robot.card is not None,
            robot_host=None if endpoint is None else endpoint.host,
            robot_model=None if endpoint is None else endpoint.model,
        )

    async def accounts(
        self,
        by: Who,
        search: str = "",
        role: UserRole | None = None,
        state: AccountState | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> tuple[list[Account], int | None]:
        """Accounts, the newest first, with what the next page goes on *after*; or those named like *search*, all.

        A page may be short though there are more: see the second part of the answer.
        """
        limit, now = max(1, min(limit, PAGE_LIMIT)), self._now()
        wanted = folded(search.strip())

        def work(db: sa.Connection) -> tuple[list[Account], int | None]:
            administer(db, by)
            if not wanted:
                return store.accounts(db, now, after or MAX_INT, limit, role, state)
            found = store.named(db, now, name_key(search.strip()), wanted, limit)
            return [one for one in found if role in (None, one.role) and state in (None, one.state)], None

        return await self._database.read(work)

    async def account(self, by: Who, user: UserId) -> Account:
        """One account.  Raises NoSuchUser."""
        now = self._now()

        def work(db: sa.Connection) -> Account:
            administer(db, by)
            found = store.one(db, now, user)
            if found is None:
                raise NoSuchUser
            return found

        return await self._database.read(work)

    async def rooms(
        self, by: Who, search: str = "", private: bool = False, after: str | None = None, limit: int = 50
    ) -> tuple[list[RoomEntry], str | None]:
        """All rooms by title, the *private* ones or the others; what people say to each other directly is not here."""
        limit = max(1, min(limit, PAGE_LIMIT))

        def work(db: sa.Connection) -> tuple[list[RoomEntry], str | None]:
            administer(db, by)
            kind = "private" if private else "public"
            found = store.room_list(db, kind, like_pattern(search), read_cursor(after), limit + 1)  # type: ignore[arg-type]
            entries = [entry for entry, _ in found[:limit]]
            return entries, write_cursor(found[limit - 1][1], entries[-1].room) if len(found) > limit else None

        return await self._database.read(work)

    async def acts(
        self,
        by: Who,
        before: int | None = None,
        room: RoomId | None = None,
        user: UserId | None = None,
        limit: int = 50,
    ) -> AuditPage:
        """What was done, newest first: all of it, in one *room*, or to one *user*."""

        def work(db: sa.Connection) -> AuditPage:
            administer(db, by)
            return _acts(db, before, room, user, limit)

        return await self._database.read(work)

    async def acts_in_room(self, actor: Actor, room: RoomId, before: int | None = None, limit: int = 50) -> AuditPage:
        """What was done in a room, for those who look after it.  Raises NotAMember, NoSuchRoom, Forbidden."""

        def work(db: sa.Connection) -> AuditPage:
            _, membership = permission.member(db, room, actor)
            if not permission.may_moderate(actor, membership):
                raise Forbidden("Only the room's moderators see this.")
            return _acts(db, before, room, None, limit)

        return await self._database.read(work)

    # Acting on accounts.

    async def disable(self, by: Who, user: UserId, disabled: bool, reason: str = "") -> None:
        """Shuts the account out, ending its sessions at once, or lets it in again.

        Raises NoSuchUser, Forbidden; Conflict for an account that was given up.
        """
        reason = report_reason(reason, may_be_empty=True)
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> list[UserId]:
            found = rule(db, by, user)
            if by is None and disabled and found.role == "owner":
                raise Forbidden("The server's owner cannot be shut out: hand the server over first.")
            if found.deleted is not None and not disabled:
                raise Conflict("This account was given up.")
            # A bot that its owner has stopped is disabled, and may yet be taken out of her hands.
            if (found.disabled is not None) == disabled and not (disabled and bot_store.is_stopped(db, user)):
                return []
            shut_out = self._standing.disable(db, user, now if disabled else None)
            _note(db, now, by, "user.disable" if disabled else "user.enable", user, reason)
            return shut_out

        self._standing.removed(*await self._database.write(None, work))

    async def disable_all(
        self, by: Who, users: Sequence[UserId], disabled: bool, reason: str = ""
    ) -> dict[UserId, str | None]:
        """As *disable*, for several: says for each by which code it was refused, or None."""
        if len(users) > BULK_LIMIT:
            raise BadRequest(f"At most {BULK_LIMIT} at once.", field="ids")
        outcomes: dict[UserId, str | None] = {}
        for user in dict.fromkeys(users):
            try:
                await self.disable(by, user, disabled, reason)
                outcomes[user] = None
            except Refusal as refusal:
                outcomes[user] = refusal.code
        return outcomes

    async def silence(self, by: Who, user: UserId, minutes: int | None, reason: str = "") -> Millis | None:
        """*user* posts nowhere for so many *minutes*; None: she may again.  Answers until when."""
        reason = report_reason(reason, may_be_empty=True)
        self._take(by)
        now = self._now()
        until = None if minutes is None else Millis(now + minutes * MINUTE)

        def work(db: sa.Connection) -> None:
            rule(db, by, user)
            self._standing.silence(db, user, until)
            if until is None:
                _note(db, now, by, "user.unsilence", user, reason)
            else:
                _note(db, now, by, "user.silence", user, reason, until=until)

        await self._database.write(None, work)
        self._standing.silenced(user)
        return until

    async def feature(self, by: Who, user: UserId, featured: bool) -> None:
        """Shows *user* to everybody as somebody to know, or does so no more.  Raises NoSuchUser."""
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> None:
            administer(db, by)
            user_store.lock(db, user)
            found = store.one(db, now, user)
            if found is None or found.state == "deleted":
                raise NoSuchUser
            if found.featured != featured:
                user_store.change(db, user, featured=now if featured else None)
                _note(db, now, by, "user.feature" if featured else "user.unfeature", user, "")

        await self._database.write(None, work)

    async def set_role(self, by: Who, user: UserId, role: UserRole) -> None:
        """Gives *user* another role; only the owner makes admins.

        The role of owner is handed over: who had it is an admin then.  So there is always one.  Raises NoSuchUser,
        Forbidden, Conflict.
        """
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> list[UserId]:
            if role in ("owner", "admin"):
                # Held, or two could be handed the server at once.
                meta.lock(db, "epoch")
                own(db, by)
            found = rule(db, by, user)
            if found.role == role:
                return []
            if found.role == "owner":
                raise Conflict("A server needs its owner: hand it over to somebody else.")
            if found.kind == "bot" and role not in ("admin", "member"):
                raise Conflict("A bot is a member or an admin.")
            if role in ("owner", "admin") and found.disabled is not None:
                raise Conflict("Only people who can sign in run the server.")
            former = store.owners(db) if role == "owner" else []
            for one in former:
                user_store.change(db, one, role="admin")
            user_store.change(db, user, role=role)
            # Her bots run the server no longer than she does.
            bots = [] if role in ("owner", "admin") else bot_store.demote_all(db, user)
            _note(db, now, by, "user.role", user, "", role=role, was=found.role)
            return [user, *former, *bots]

        for one in await self._database.write(None, work):
            self._standing.changed(one)

    async def end_sessions(self, by: Who, user: UserId) -> int:
        """Signs *user* out everywhere, programs too; answers how many sessions there were."""
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> list[SessionId]:
            rule(db, by, user)
            ended = session_store.remove_all(db, user)
            _note(db, now, by, "user.sessions", user, "", ended=len(ended))
            return ended

        ended = await self._database.write(None, work)
        self._cache.forget_user(user)
        for session in ended:
            self._hub.dismiss_session(session, SIGNED_OUT, SIGNED_OUT_REASON)
        return len(ended)

    # Acting on rooms.

    async def archive(self, by: Who, room: RoomId, archived: bool) -> Changed:
        """Makes any room one that can only be read, or undoes that.  Raises NoSuchRoom."""
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            administer(db, by)
            found = room_store.maybe(db, room)
            if found is None or found.deleted is not None or found.kind == "direct":
                raise NoSuchRoom
            if (found.archived is not None) == archived:
                return Outcome(Changed(room, found.changed))
            _, rev = room_store.raise_counters(db, room, 0, 1)
            room_store.change(db, room, Rev(rev), archived=now if archived else None)
            audit.record(db, now, id_of(by), "room.archive", room=room, archived=archived)
            return Outcome(Changed(room, rev), (change_store.room_row(room_store.one(db, room)),))

        return await self._log.change(room, work)

    async def delete_room(self, by: Who, room: RoomId, confirm: str) -> Changed:
        """Ends any room for everybody, for good.  *confirm*: its title, once more.  Raises NoSuchRoom, BadRequest."""
        self._take(by)
        now = self._now()

        def work(db: sa.Connection) -> Outcome[Changed]:
            administer(db, by)
            found = room_store.maybe(db, room)
            if found is None or found.deleted is not None or found.kind == "direct":
                raise NoSuchRoom
            check_title(found, confirm)
            audit.record(db, now, id_of(by), "room.delete", room=room)
            return end_room(db, found, now)

        return await self._log.change(room, work)

    # Guests.

    async def sweep_guests(self) -> None:
        """Ends the accounts of guests who were not here for a week, some at a time."""
        now, after = self._now(), self._swept
        since = Millis(now - GUEST_LIFE)
        idle, self._swept = await self._database.read(lambda db: store.idle_guests(db, after, GUESTS_AT_ONCE, since))
        for user in idle:
            await self._end_guest(user, now)

    async def _end_guest(self, user: UserId, now: Millis) -> None:
        def rooms(db: sa.Connection) -> list[RoomId]:
            return [state.room for state in room_store.states(db, user)]

        for room in await self._database.read(rooms):
            await self._log.change(room, lambda db, room=room: take_out(db, room, user))  # type: ignore[misc]

        def work(db: sa.Connection) -> None:
            session_store.remove_all(db, user)
            user_store.change(db, user, disabled=now, deleted=now)

        await self._database.write(None, work)
        self._standing.removed(user)

    def _take(self, by: Who) -> None:
        if by is not None:
            self._changes.take(by.id)


def _note(db: sa.Connection, now: Millis, by: Who, action: str, user: UserId, reason: str, **details: Any) -> None:
    if reason:
        details["reason"] = reason
    audit.record(db, now, id_of(by), action, user=user, **details)


def _acts(db: sa.Connection, before: int | None, room: RoomId | None, user: UserId | None, limit: int) -> AuditPage:
    limit = max(1, min(limit, PAGE_LIMIT))
    found = audit.entries(db, before or MAX_INT, limit + 1, room, user)
    entries = tuple(
        AuditEntry(one.id, one.created, one.actor, one.action, one.room, one.user, one.details) for one in found[:limit]
    )
    people = {one for entry in entries for one in (entry.actor, entry.user) if one is not None}
    return AuditPage(entries, tuple(user_store.cards(db, people)), entries[-1].id if len(found) > limit else None)
