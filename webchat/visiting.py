"""The robot as a guest: a program of its own that answers on somebody else's server, by the token of a bot there.

Where it left off it knows by its read marks, and each answer has a nonce of its question: however often the program or
the server ends, each message is answered once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import attrs

from webchat import __version__
from webchat.client import Client, Gone
from webchat.client.patience import answered
from webchat.model.answers import Page, Welcome
from webchat.model.events import Joined, Member, Message, Reset
from webchat.model.ids import Millis, RoomId, Seq
from webchat.model.refusals import Conflict, Refusal
from webchat.model.rooms import RoomState
from webchat.model.users import UserCard
from webchat.robot.asking import LATE, Chance, Facts, Language, Question, language_of, nonce_of
from webchat.robot.brain import Brain

T = TypeVar("T")

PAGE = 100
NOT_HERE: dict[Language, str] = {
    "en": "I am only a guest on this server: reminders I can keep where I live.",
    "zh": "我在这台服务器上只是客人，没法在这里记提醒。",
}


@attrs.define(eq=False)
class Visitor:
    """Answers by *client*, as the robot does at home: all in conversations of two, elsewhere who mentions it.

    *now*: wall-clock ms.  *pause* waits for so many seconds.
    """

    _client: Client
    _now: Callable[[], Millis]
    _chance: Chance
    _pause: Callable[[float], Awaitable[None]]
    _welcome: Welcome = attrs.field(init=False)
    _next: dict[RoomId, Seq] = attrs.field(factory=dict, init=False)
    """From which message on nothing is answered yet, in each of its rooms."""
    _talks: set[RoomId] = attrs.field(factory=set, init=False)
    """The conversations of two."""

    async def stay(self) -> None:
        """Answers until the client is stopped.  Raises Ended."""
        async for event in self._client.events():
            match event:
                case Welcome():
                    self._welcome = event
                    for state in event.rooms:
                        await self._enter(state)
                case Joined():
                    await self._enter(event.room)
                case Member(left=True) if event.user.id == self._welcome.user.id:
                    self._next.pop(event.room, None)
                case Gone():
                    self._next.pop(event.room, None)
                case Reset():
                    await self._catch_up(event.room)
                case Message() if self._is_asked(event):
                    await self._catch_up(event.room)

    async def _enter(self, state: RoomState) -> None:
        if state.kind == "direct" and len(state.people) == 1:
            self._talks.add(state.room)
        self._next[state.room] = Seq(state.read + 1) if state.unread_from is None else state.unread_from
        if self._next[state.room] <= state.seq:
            await self._catch_up(state.room)

    def _is_asked(self, message: Message) -> bool:
        if message.author == self._welcome.user.id or message.deleted is not None or message.streaming:
            return False
        if message.room not in self._next or message.seq < self._next[message.room]:
            return False
        is_fresh = message.created > self._now() - LATE
        return message.room in self._talks or (self._welcome.user.id in message.mentions and is_fresh)

    async def _catch_up(self, room: RoomId) -> None:
        try:
            while room in self._next:
                first = self._next[room]
                page = await self._patiently(lambda: self._client.history(room, after=Seq(first - 1), limit=PAGE))  # noqa: B023
                await self._answer_all(room, first, page)
                if page.at_end or not page.messages:
                    return
        except Refusal:
            # It may not speak there, or does not belong to it any more, of which it is going to be told.
            return

    async def _answer_all(self, room: RoomId, first: Seq, page: Page) -> None:
        asked = [message for message in page.messages if self._is_asked(message)]
        # Never a bot: two of them would answer each other for ever.
        people = {card.id: card for card in page.users if card.kind == "human"}
        if asked:
            # Who says something has read all that was said before.
            await self._patiently(lambda: self._client.unread(room, first))
        for message in asked:
            if message.author in people:
                await self._answer(message, people[message.author])
        if page.messages:
            last = page.messages[-1].seq
            self._next[room] = Seq(last + 1)
            await self._patiently(lambda: self._client.read(room, last))

    async def _answer(self, message: Message, author: UserCard) -> None:
        me = self._welcome.user
        brain = Brain(Facts(self._welcome.server.title, __version__, (me.display_name, me.name)), self._chance)
        answer = brain.answer(Question(message.text, self._now(), speaker=author.display_name))
        text = answer.text if answer.action is None else NOT_HERE[language_of(message.text, "en")]
        reply = None if message.room in self._talks else message.seq
        nonce = nonce_of(message.room, message.seq)
        # Where it has answered before, it may have been otherwise: with another time of day, say.
        with suppress(Conflict):
            await self._patiently(
                lambda: self._client.post(message.room, text, nonce, reply=reply, thread=message.thread)
            )

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        return await answered(ask, self._pause)
