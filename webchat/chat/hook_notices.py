"""Tells those who look after a room that a webhook of it rests: each of them once, by its bot, in a conversation."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import msgspec
import sqlalchemy as sa
from msgspec import Struct
from twisted.logger import Logger

from webchat.chat.directs import Directs
from webchat.chat.hooks import speaking
from webchat.chat.messages import Messages
from webchat.model.commands import PostMessage
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.refusals import TRANSIENT, NoSuchUser, Refusal
from webchat.model.users import Locale, User
from webchat.robot.asking import echo
from webchat.store import hooks as hook_store
from webchat.store import memberships, rooms, users
from webchat.store.database import Database
from webchat.store.hooks import Hook
from webchat.store.outbox import Job, NewJob

WORDS: dict[Locale, str] = {
    "en": "I have been paused, since what happens in **{room}** could not be delivered. The room's panel says why, "
    "under **Webhooks**; **Resume** there lets me go on.",
    "zh-CN": "我已被暂停：**{room}** 里的动态无法送达。原因见房间面板中的 **Webhook 接入**，"
    "在那里点 **恢复** 即可继续推送。",
}


class Notice(Struct, frozen=True):
    """Who is to be told, and since when the webhook rests."""

    user: UserId
    since: Millis


def notices(db: sa.Connection, hook: Hook, since: Millis) -> list[NewJob]:
    """The jobs of telling who made *hook* and who owns its room that it rests *since* then."""
    people = dict.fromkeys([hook.creator, *memberships.owners(db, hook.room)])
    return [
        NewJob("notice", hook.id, msgspec.json.encode(Notice(user, since)).decode(), since, since) for user in people
    ]


@attrs.define(eq=False)
class HookNotices:
    """Does the jobs of kind `notice`."""

    _database: Database
    _directs: Directs
    _messages: Messages
    _now: Callable[[], Millis]
    _log = Logger()

    async def deliver(self, job: Job) -> None:
        """Tells one of them, if it is still so.  Raises the TRANSIENT refusals: then it is tried again."""
        notice = msgspec.json.decode(job.payload, type=Notice)
        found = await self._database.read(lambda db: _bot_and_text(db, job.target, notice))
        if found is None:
            return
        hook, bot, text = found
        actor = speaking(bot, self._now())
        try:
            opened = await self._directs.open(actor, [notice.user])
            command = PostMessage(0, opened.state.room, text, f"rest:{hook.id}:{notice.since}")
            # Nothing is heard of a room that she has left meanwhile.
            await self._messages.post_and(actor, command, lambda db: _keeper(db, hook.room, notice.user))
        except TRANSIENT:
            raise
        except Refusal as refusal:
            self._log.info(
                "{user} is not told of webhook {id}: {code}", user=notice.user, id=hook.id, code=refusal.code
            )


def _bot_and_text(db: sa.Connection, id: int, notice: Notice) -> tuple[Hook, User, str] | None:
    """As whom what is said; None where the webhook does not rest any more, or she does not look after its room."""
    hook = hook_store.maybe(db, id)
    # Another moment: it was woken, and rests again, of which there is a notice of its own.
    if hook is None or hook.disabled != notice.since:
        return None
    room, bot = rooms.maybe(db, hook.room), users.maybe(db, hook.bot)
    if room is None or room.deleted is not None or bot is None:
        return None
    try:
        keeper = _keeper(db, hook.room, notice.user)
    except NoSuchUser:
        return None
    words = WORDS["zh-CN" if keeper.locale == "zh-CN" else "en"]
    return hook, bot, words.format(room=echo(room.title))


def _keeper(db: sa.Connection, room: RoomId, user: UserId) -> User:
    """The account of somebody who can wake a webhook of the room.  Raises NoSuchUser."""
    place, account = memberships.maybe(db, room, user), users.maybe(db, user)
    if place is None or not place.is_active or account is None or account.disabled is not None:
        raise NoSuchUser
    if not (place.may_moderate or account.may_administer):
        raise NoSuchUser
    return account
