"""The robot: an account of the server itself, which answers what is said to it, each message exactly once.

From the `unread_from` of its place in a room on, it has answered nothing yet.  That mark is raised after the answers,
and each answer has a nonce of its question: whatever stops in between, nothing is answered twice, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from itertools import count

import attrs
import msgspec
import sqlalchemy as sa
from twisted.logger import Logger

from webchat.chat import reminders
from webchat.chat.bots import make_bot
from webchat.chat.completions import Completions, Wanted
from webchat.chat.messages import Messages
from webchat.chat.pictures import Pictures
from webchat.chat.reminders import Reminders
from webchat.chat.settings import ServerSettings
from webchat.chat.standing import Standing
from webchat.model.commands import PostMessage
from webchat.model.completions import Endpoint
from webchat.model.events import Member, Message, Row
from webchat.model.ids import Millis, RoomId, Seq, SessionId, UserId
from webchat.model.names import name_key
from webchat.model.refusals import TRANSIENT, Refusal
from webchat.model.users import Actor, Session, User, UserCard
from webchat.robot.asking import LATE, Action, Answer, Facts, Question, SetReminder, language_of, nonce_of
from webchat.robot.brain import Brain
from webchat.robot.notes import excuse
from webchat.store import directs, memberships, meta, places, users
from webchat.store import messages as message_store
from webchat.store import preferences as preference_store
from webchat.store import reminders as reminder_store
from webchat.store import robot as robot_store
from webchat.store.database import Database
from webchat.store.reminders import Kept, NewReminder

NAME, DISPLAY_NAME = "dabai", "大白"
MESSAGES_AT_ONCE, ROOMS_AT_ONCE = 50, 200
_ACCOUNT, _OFF, _FACE = "robot.user", "robot.off", "robot.face"


@attrs.frozen
class Asked:
    """A message that the robot answers; *is_alone*: nobody else is in the conversation."""

    message: Message
    author: User
    is_alone: bool


@attrs.frozen
class Page:
    """What was said in a room and not looked at, from *first* to *last*: *asked* of it wants an answer.

    *is_marked*: that it has answered nothing from *first* on is kept already.
    """

    asked: Sequence[Asked]
    first: Seq
    last: Seq
    is_marked: bool


@attrs.define(eq=False)
class Robot:
    """What the robot hears, and says to it.

    *is_on*: the operator wants it to be there; None: nobody is asked, and its account stays as it is.
    """

    is_on: bool | None
    _database: Database
    _messages: Messages
    _settings: ServerSettings
    _standing: Standing
    _now: Callable[[], Millis]
    _token_bytes: Callable[[int], bytes]
    _version: str
    _completions: Completions
    _user: User | None = attrs.field(default=None, init=False)
    _talks: set[RoomId] = attrs.field(factory=set, init=False)
    """Its direct conversations."""
    _woken: dict[RoomId, None] = attrs.field(factory=dict, init=False)
    """Where it may have been spoken to."""
    _reminders: Reminders = attrs.field(init=False)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._reminders = Reminders(self._database, self._messages, self._now)
        self._completions.speaker = lambda: self._actor

    # Its account.

    @property
    def card(self) -> UserCard | None:
        """Its account; None where there is no robot."""
        return self._user.card if self._user is not None and self._user.disabled is None else None

    async def load(self) -> None:
        """Makes its account where it is missing; where the operator wants no robot, shuts that out instead."""
        if self.is_on is None:
            return
        now = self._now()

        def work(db: sa.Connection) -> tuple[User | None, set[RoomId]]:
            # Of several nodes that start at once one makes it.
            meta.lock(db, "epoch")
            kept = meta.maybe(db, _ACCOUNT)
            user = None if kept is None else users.maybe(db, UserId(int(kept)))
            if not self.is_on:
                if user is not None and user.disabled is None:
                    self._standing.disable(db, user.id, now)
                    meta.put(db, _OFF, "1")
                return None, set()
            if user is None or user.deleted is not None:
                user = make_bot(db, _free_name(db), DISPLAY_NAME, None, now)
                meta.put(db, _ACCOUNT, str(user.id))
            elif meta.maybe(db, _OFF) is not None:
                self._standing.disable(db, user.id, None)
            meta.remove(db, _OFF)
            user = users.maybe(db, user.id)
            assert user is not None
            return user, robot_store.talks(db, user.id)

        self._user, self._talks = await self._database.write(None, work)

    async def show_face(self, pictures: Pictures) -> None:
        """Gives it its picture, once: what an admin makes of that stays."""
        if self._user is None or await self._database.read(lambda db: meta.maybe(db, _FACE)) is not None:
            return
        try:
            await pictures.set_avatar(self._actor, files("webchat.robot").joinpath("face.png").read_bytes())
        except Refusal as refusal:
            # The next start tries again.
            self._log.warn("The robot has no picture: {why}", why=refusal.message)
            return
        me = self._user.id
        await self._database.write(None, lambda db: meta.put(db, _FACE, "1"))
        self._user = await self._database.read(lambda db: users.maybe(db, me))

    # What it hears.

    def heard(self, rows: Sequence[Row]) -> None:
        """Something happened, here; called after each commit, so it only takes note."""
        if self._user is None:
            return
        me = self._user.id
        for row in rows:
            if type(row) is Message:
                is_to_it = row.room in self._talks or me in row.mentions
                if is_to_it and row.author != me and row.edited is None and row.deleted is None:
                    self._woken[row.room] = None
            elif type(row) is Member and row.user.id == me:
                self._woken[row.room] = None

    async def look_round(self) -> None:
        """Looks for what was said to it and not heard here: on another node, or before the server ended."""
        if self._user is None:
            return
        me, after, found = self._user.id, RoomId(0), None
        self._user = await self._database.read(lambda db: users.maybe(db, me))
        while found is None or len(found) == ROOMS_AT_ONCE:
            found = await self._database.read(partial(robot_store.behind, user=me, after=after, limit=ROOMS_AT_ONCE))
            self._woken.update(dict.fromkeys(found))
            after = found[-1] if found else after

    async def step(self) -> None:
        """Answers where it was spoken to."""
        woken, self._woken = self._woken, {}
        for room in woken:
            await self._catch_up(room)
        if woken and self._completions.look is not None:
            await self._completions.look()

    async def remind(self) -> None:
        """Tells people what they asked to be told by now."""
        if self._user is not None and self._user.disabled is None:
            await self._reminders.step(self._actor)

    # What it says.

    def may_ask(self, text: str, locale: str = "en") -> bool:
        """Whether somebody else may answer *text* in its place."""
        return self.endpoint is not None and self._brain.does(Question(text, self._now(), locale=locale)) is None

    def reply(self, text: str, locale: str = "en") -> str:
        """What it says to somebody of whom it knows nothing, and for whom nothing can be done."""
        answer = self._brain.answer(Question(text, self._now(), locale=locale))
        if answer.action is None:
            return answer.text
        is_chinese = language_of(text, locale) == "zh"
        return (
            "请先登录，再在和我的私聊里说一遍。" if is_chinese else "Sign in, and say that in a conversation with me."
        )

    async def _catch_up(self, room: RoomId) -> None:
        while (page := await self._database.read(lambda db: self._page(db, room))) is not None:
            if not page.is_marked:
                # Before it says anything there, since that counts as having read all of it.
                await self._database.write(None, partial(self._raise, room=room, seq=page.first))
            for asked in page.asked:
                try:
                    await self._answer(asked)
                except TRANSIENT:
                    # The next look round comes back to it.
                    return
                except Refusal as refusal:
                    # It may not speak there, or has said something else to it before.
                    self._log.debug("No answer in {room}: {code}", room=room, code=refusal.code)
                except Exception:
                    # What it cannot answer keeps nobody else waiting.
                    self._log.failure("Message {seq} in {room} is not answered", seq=asked.message.seq, room=room)
            await self._database.write(None, partial(self._raise, room=room, seq=Seq(page.last + 1)))

    def _page(self, db: sa.Connection, room: RoomId) -> Page | None:
        """What was said in the room since it looked last; None where that is nothing, or it is not there any more."""
        assert self._user is not None
        me = users.maybe(db, self._user.id)
        place = memberships.maybe(db, room, self._user.id)
        if me is None or me.disabled is not None or place is None or not place.is_active:
            return None
        first = Seq(place.read + 1) if place.unread_from is None else place.unread_from
        is_alone = directs.is_of_two(db, room)
        if is_alone:
            self._talks.add(room)
        found = message_store.after(db, room, Seq(first - 1), MESSAGES_AT_ONCE)
        if not found:
            return None
        people = {user.id: user for user in users.present(db, {message.author for message in found})}
        fresh = self._now() - LATE
        asked = [
            Asked(message, people[message.author], is_alone)
            for message in found
            # Never a bot: two of them would answer each other for ever.
            if message.author in people
            and people[message.author].kind == "human"
            and message.deleted is None
            and (is_alone or (me.id in message.mentions and message.created > fresh))
        ]
        return Page(asked, first, found[-1].seq, is_marked=place.unread_from is not None)

    def _raise(self, db: sa.Connection, room: RoomId, seq: Seq) -> None:
        """It has answered what stands before *seq*."""
        assert self._user is not None
        place = memberships.maybe(db, room, self._user.id)
        if place is not None and (place.unread_from is None or place.unread_from < seq):
            places.set_unread(db, room, self._user.id, seq)

    async def _answer(self, asked: Asked) -> None:
        message, author = asked.message, asked.author
        zone, kept = await self._database.read(lambda db: _known(db, author.id))
        locale, open_ones = author.locale or "en", reminders.numbered(kept)
        question = Question(message.text, self._now(), zone, locale, author.display_name, open_ones)
        answer = await self._found(message, question) if self.endpoint is not None else self._brain.answer(question)
        if answer is None:
            return

        def work(db: sa.Connection) -> None:
            if answer.action is not None:
                self._act(db, asked, answer.action, kept)

        command = PostMessage(
            id=0,
            room=message.room,
            text=answer.text,
            nonce=nonce_of(message.room, message.seq),
            reply=None if asked.is_alone else message.seq,
            thread=message.thread,
        )
        await self._messages.post_and(self._actor, command, work)

    async def _found(self, message: Message, question: Question) -> Answer | None:
        """What the robot itself says to *question*; None where that comes from elsewhere, later, or is seen already."""
        language = language_of(question.text, question.locale)
        if self._brain.is_told_to_stop(question):
            why = await self._completions.hush(message.author, message.room)
            return None if why is None else Answer(excuse(why, language), "talk")
        answer = self._brain.does(question)
        if answer is not None:
            return answer
        why = await self._completions.ask(Wanted(message.room, message.seq, message.author, language, question.zone))
        return None if why is None else Answer(excuse(why, language), "unknown")

    def _act(self, db: sa.Connection, asked: Asked, action: Action, kept: Sequence[Kept]) -> None:
        message, author = asked.message, asked.author
        language = language_of(message.text, author.locale or "en")

        def new(wish: SetReminder) -> NewReminder:
            return NewReminder(author.id, message.room, wish.text, language, message.created, wish.due)

        reminders.act(db, action, kept, new)

    @property
    def endpoint(self) -> Endpoint | None:
        """Whose language model answers what the robot itself need not."""
        return self._completions.endpoint

    @property
    def _brain(self) -> Brain:
        names = (DISPLAY_NAME,) if self._user is None else (self._user.display_name, self._user.name)
        model = "" if self.endpoint is None else self.endpoint.model
        return Brain(Facts(self._settings.title, self._version, tuple(dict.fromkeys(names)), model), self._chance)

    def _chance(self, below: int) -> int:
        """A number from 0 up to *below*: so many random bytes that the remainder favours none."""
        return int.from_bytes(self._token_bytes(16)) % below

    @property
    def _actor(self) -> Actor:
        """Itself, as one who asks; it has no session, since nobody signs in to it."""
        assert self._user is not None
        now = self._now()
        return Actor(self._user, Session(SessionId(0), self._user.id, "api", "robot", now, now, None, "", ""))


def _free_name(db: sa.Connection) -> str:
    """`dabai`, or what is near it where that is somebody's already."""
    names = (NAME if number == 0 else f"{NAME}-bot" if number == 1 else f"{NAME}-bot{number}" for number in count())
    return next(name for name in names if not users.name_is_taken(db, name_key(name)))


def _known(db: sa.Connection, user: UserId) -> tuple[str | None, list[Kept]]:
    """The time zone of *user*, as her browser has told it, and what she is to be reminded of."""
    told = preference_store.of(db, user)
    kept = reminder_store.of_user(db, user, reminders.REMINDERS_MAX)
    for key, member in (("zone", None), ("quiet", "zone")):
        value = msgspec.json.decode(told[key]) if key in told else None
        zone = value.get(member) if member is not None and isinstance(value, dict) else value
        if isinstance(zone, str):
            return zone, kept
    return None, kept
