"""Taking along what is one's own, and giving an account up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import msgspec
import sqlalchemy as sa

from webchat.chat.accounts import Accounts
from webchat.chat.files import Files
from webchat.chat.log import RoomLog
from webchat.chat.people import tell_changed
from webchat.chat.pictures import Pictures
from webchat.chat.reminders import REMINDERS_MAX
from webchat.chat.rooms import take_out
from webchat.chat.sessions import MAX_SESSIONS_LISTED, REMOVED, view
from webchat.live.hub import Hub
from webchat.live.limits import Buckets
from webchat.live.sessions import SessionCache
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.refusals import Busy, Forbidden, NotFound, WrongCredentials
from webchat.model.users import Actor, User
from webchat.store import blocks as block_store
from webchat.store import bots as bot_store
from webchat.store import contacts as contact_store
from webchat.store import files as file_store
from webchat.store import memberships, meta
from webchat.store import mentions as mention_store
from webchat.store import people as people_store
from webchat.store import preferences as preference_store
from webchat.store import reactions as reaction_store
from webchat.store import reminders as reminder_store
from webchat.store import rooms as room_store
from webchat.store import sessions as session_store
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.people import OwnMessage
from webchat.store.reactions import OwnReaction

PIECE = 500
"""Rows of one reading."""
GONE_REASON = "account deleted"
_LEAVING = "leaving:"
_encode = msgspec.json.Encoder().encode


@attrs.define(eq=False)
class Leaving:
    """What somebody can do with all that is hers at once."""

    _log: RoomLog
    _database: Database
    _hub: Hub
    _cache: SessionCache
    _accounts: Accounts
    _pictures: Pictures
    _files: Files
    _now: Callable[[], Millis]
    _exports: Buckets
    _exporting: bool = attrs.field(default=False, init=False)

    async def export(self, actor: Actor) -> bytes:
        """All that the server keeps of the actor, as one JSON object: no secrets, and nothing that others wrote.

        Read piece by piece, for one person at a time.  Raises RateLimited, Busy.
        """
        if self._exporting:
            raise Busy("Somebody else is taking her things along.", retry_after=10.0)
        self._exports.take(actor.id)
        self._exporting = True
        try:
            parts = [_encode(await self._database.read(lambda db: self._about(db, actor)))[:-1]]
            parts.append(b',"contacts":[' + b",".join(await self._contacts(actor.id)))
            parts.append(b'],"blocks":[' + b",".join(await self._blocks(actor.id)))
            parts.append(b'],"files":[' + b",".join(await self._brought(actor.id)))
            parts.append(b'],"reactions":[' + b",".join(await self._reactions(actor.id)))
            parts.append(b'],"messages":[' + b",".join(await self._messages(actor.id)) + b"]}")
            return b"".join(parts)
        finally:
            self._exporting = False

    def _about(self, db: sa.Connection, actor: Actor) -> dict[str, Any]:
        user = user_store.maybe(db, actor.id) or actor.user
        sessions = [
            view(session, actor)
            for kind in ("browser", "api")
            for session in session_store.of_user(db, actor.id, kind, MAX_SESSIONS_LISTED)
        ]
        return {
            "exported": self._now(),
            "account": user.me,
            "preferences": {key: json.loads(text) for key, text in preference_store.of(db, actor.id).items()},
            "sessions": sessions,
            "rooms": room_store.states(db, actor.id),
            "reminders": [
                {"room": one.room, "text": one.text, "created": one.created, "due": one.due}
                for one in reminder_store.of_user(db, actor.id, REMINDERS_MAX)
            ],
        }

    async def _contacts(self, user: UserId) -> list[bytes]:
        found: list[bytes] = []
        after = UserId(0)
        while True:

            def work(db: sa.Connection, after: UserId = after) -> list[tuple[UserId, bytes]]:
                page = contact_store.of(db, user, after, PIECE)
                cards = {card.id: card for card in user_store.cards(db, [other for other, _ in page])}
                return [
                    (
                        other,
                        _encode({
                            "user": cards[other],
                            "state": contact.state_for(user),
                            "note": contact.note if contact.asker == user else "",
                            "created": contact.created,
                        }),
                    )
                    for other, contact in page
                ]  # fmt: skip

            page = await self._database.read(work)
            found += [text for _, text in page]
            if len(page) < PIECE:
                return found
            after = page[-1][0]

    async def _blocks(self, user: UserId) -> list[bytes]:
        found: list[bytes] = []
        after = UserId(0)
        while True:

            def work(db: sa.Connection, after: UserId = after) -> list[tuple[UserId, bytes]]:
                page = block_store.of(db, user, after, PIECE)
                cards = {card.id: card for card in user_store.cards(db, [other for other, _ in page])}
                return [(other, _encode({"user": cards[other], "created": since})) for other, since in page]

            page = await self._database.read(work)
            found += [text for _, text in page]
            if len(page) < PIECE:
                return found
            after = page[-1][0]

    async def _brought(self, user: UserId) -> list[bytes]:
        found: list[bytes] = []
        after = (Millis(0), "")
        while True:
            page = await self._database.read(
                lambda db, after=after: file_store.of_owner(db, user, after, PIECE)  # type: ignore[misc]
            )
            found += [
                _encode({"room": one.room, "seq": one.seq, "created": one.created, "file": one.file}) for one in page
            ]
            if len(page) < PIECE:
                return found
            after = (page[-1].created, page[-1].file.id)

    async def _reactions(self, user: UserId) -> list[bytes]:
        found: list[bytes] = []
        last: OwnReaction | None = None
        while True:
            page = await self._database.read(
                lambda db, last=last: reaction_store.of_user(db, user, last, PIECE)  # type: ignore[misc]
            )
            found += [
                _encode({"room": room, "seq": seq, "emoji": emoji, "created": created})
                for room, seq, emoji, created in page
            ]
            if len(page) < PIECE:
                return found
            last = page[-1]

    async def _messages(self, user: UserId) -> list[bytes]:
        found: list[bytes] = []
        for room in await self._database.read(lambda db: memberships.ever(db, user)):
            last: OwnMessage | None = None
            while True:

                def work(db: sa.Connection, room: RoomId = room, last: OwnMessage | None = last) -> list[OwnMessage]:
                    return people_store.own_messages(db, room, user, last, PIECE)

                page = await self._database.read(work)
                for _, seq, text, created, edited in page:
                    found.append(
                        _encode({"room": room, "seq": seq, "text": text, "created": created, "edited": edited})
                    )
                if len(page) < PIECE:
                    break
                last = page[-1]
        return found

    async def give_up(self, actor: Actor, password: str) -> None:
        """Ends the actor's account for good.

        Her sessions end at once; her name stays taken; what she wrote stays, by nobody.  Her memberships end one
        after the other, each told to its room.  Raises WrongCredentials, RateLimited, Busy; Forbidden for the
        server's last owner.
        """
        kept = await self._accounts.confirm(actor, password, "password")

        def check(db: sa.Connection) -> None:
            if user_store.lock(db, actor.id) != kept:
                raise WrongCredentials("This is not the current password.", field="password")

        await self.end(actor.id, check)

    async def end(self, user_id: UserId, check: Callable[[sa.Connection], None]) -> None:
        """Ends an account as *give_up* does, once *check* lets it pass in the transaction that acts.

        The bots it answers for are disabled.  Raises Forbidden, and what *check* raises.
        """
        key, now = f"{_LEAVING}{user_id}", self._now()

        contents: list[str] = []

        def work(db: sa.Connection) -> tuple[User, str | None, list[RoomId], list[UserId]]:
            contents.clear()
            # Of several owners who go at once one stays.
            meta.lock(db, "epoch")
            check(db)
            before = user_store.maybe(db, user_id)
            assert before is not None
            if before.role == "owner" and user_store.owners(db) < 2:
                raise Forbidden("The server's last owner cannot go.")
            user_store.give_up(db, user_id, now)
            memberships.rename(db, user_id, "")
            contact_store.remove_all(db, user_id)
            block_store.remove_all(db, user_id)
            preference_store.remove_all(db, user_id)
            reminder_store.remove_all(db, user_id)
            # Those that messages have stay, as the messages do.
            contents.extend(file_store.remove_all_waiting(db, user_id))
            mention_store.remove_all(db, user_id)
            # Her rooms are left bit by bit: should the server end meanwhile, it goes on when it starts.
            meta.put(db, key, str(user_id))
            user = user_store.maybe(db, user_id)
            assert user is not None
            return user, before.avatar, people_store.rooms_of(db, user_id), bot_store.stop_all(db, user_id, now)

        user, avatar, rooms, bots = await self._database.write(None, work)
        for one in (user_id, *bots):
            self._cache.forget_user(one)
            self._hub.dismiss_user(one, REMOVED, GONE_REASON)
        tell_changed(self._hub, self._cache, user, rooms)
        await self._pictures.forget(avatar)
        await self._files.forget(contents)
        await self._leave_rooms(user.id)

    async def go_on(self) -> None:
        """Takes those out of their rooms whose account was given up when the server ended."""
        for user in (await self._database.read(lambda db: meta.starting(db, _LEAVING))).values():
            await self._leave_rooms(UserId(int(user)))

    async def _leave_rooms(self, user: UserId) -> None:
        for room in await self._database.read(lambda db: people_store.rooms_of(db, user)):
            await self._leave(room, user)
        await self._database.write(None, lambda db: meta.remove(db, f"{_LEAVING}{user}"))

    async def _leave(self, room_id: RoomId, user: UserId) -> None:
        try:
            await self._log.change(room_id, lambda db: take_out(db, room_id, user))
        except NotFound:
            # The room itself has gone.
            pass
