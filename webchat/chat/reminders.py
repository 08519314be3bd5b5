"""What people asked to be reminded of: kept with the robot's promise, told by the robot when it is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import sqlalchemy as sa
from twisted.logger import Logger

from webchat.chat.messages import Messages
from webchat.model.commands import PostMessage
from webchat.model.ids import Millis
from webchat.model.refusals import TRANSIENT, NoSuchUser, Refusal
from webchat.model.users import Actor
from webchat.robot.asking import Action, Reminder, SetReminder
from webchat.robot.reminders import REMINDERS_MAX, reminding
from webchat.store import directs, memberships, users
from webchat.store import reminders as store
from webchat.store.database import Database
from webchat.store.reminders import Kept, NewReminder

AT_ONCE = 50
"""How many are told in one step."""


def act(db: sa.Connection, action: Action, kept: Sequence[Kept], new: Callable[[SetReminder], NewReminder]) -> None:
    """Carries out what the robot has promised to somebody who has *kept* reminders."""
    if isinstance(action, SetReminder):
        store.add(db, new(action))
    else:
        store.remove(db, *(kept[number - 1].id for number in action.numbers))


def numbered(kept: Sequence[Kept]) -> tuple[Reminder, ...]:
    """*kept*, as the robot's brain knows them: the first that was asked for is number 1."""
    return tuple(Reminder(number, one.due, one.text) for number, one in enumerate(kept, 1))


@attrs.define(eq=False)
class Reminders:
    """Tells people what they asked to be told: once, where they asked for it, or nowhere if they are not there."""

    _database: Database
    _messages: Messages
    _now: Callable[[], Millis]
    _log = Logger()

    async def step(self, robot: Actor) -> None:
        """Tells what is due; what cannot be told now is, the next time."""
        now = self._now()
        # Looked for by a reader: the writer is not troubled every second for nothing.
        for one in await self._database.read(lambda db: store.due(db, now, AT_ONCE)):
            try:
                await self._tell(robot, one)
            except TRANSIENT:
                return
            except Refusal as refusal:
                self._log.info("Reminder {id} is dropped: {code}", id=one.id, code=refusal.code)
                await self._database.write(None, lambda db, one=one: store.remove(db, one.id))  # type: ignore[misc]

    async def _tell(self, robot: Actor, kept: Kept) -> None:
        text = reminding(Reminder(0, kept.due, kept.text), "zh" if kept.locale == "zh" else "en")
        name = await self._database.read(lambda db: _called(db, kept))

        def work(db: sa.Connection) -> None:
            place = memberships.maybe(db, kept.room, kept.user)
            if place is None or not place.is_active:
                raise NoSuchUser
            store.remove(db, kept.id)

        # A number may be given again once its row is gone; together with the moment it is not.
        nonce = f"remind:{kept.id}:{kept.created}"
        command = PostMessage(id=0, room=kept.room, text=f"{name}{text}", nonce=nonce)
        posted = await self._messages.post_and(robot, command, work)
        if posted.duplicate:
            await self._database.write(None, lambda db: store.remove(db, kept.id))


def _called(db: sa.Connection, kept: Kept) -> str:
    """How *kept* begins: with the name of whom it is for, where others read it too.  Raises NoSuchUser."""
    user = users.maybe(db, kept.user)
    if user is None or user.disabled is not None:
        raise NoSuchUser
    return "" if directs.is_of_two(db, kept.room) else f"@{user.name} "


__all__ = ["REMINDERS_MAX", "Reminders", "act", "numbered"]
