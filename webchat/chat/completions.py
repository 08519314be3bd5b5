"""Questions to the robot that a language model answers: what it is told, and its answer, which grows in one message.

Each question is a job in the outbox, those of a room one after the other.  Its answer has a nonce of its question: a
server that is killed in between leaves a message that streams, which is closed where the job is begun again.  Whatever
ends an answer early changes the room, and who is writing hears of it there: she who asked deletes her question, or
stops the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import attrs
import msgspec
import sqlalchemy as sa
from msgspec import UNSET, Struct

from webchat.chat import permission
from webchat.chat.log import Outcome, RoomLog
from webchat.chat.messages import Messages, grown
from webchat.chat.settings import ServerSettings
from webchat.live.bus import Bus
from webchat.live.limits import Buckets
from webchat.model.answers import Changed
from webchat.model.commands import PostMessage
from webchat.model.completions import Completion, Endpoint, Turn
from webchat.model.events import Message, Row, Typing
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.refusals import Forbidden, NoSuchMessage, RateLimited
from webchat.model.text import MESSAGE_LIMIT
from webchat.model.users import Actor
from webchat.robot.asking import Language, nonce_of, zone_called
from webchat.robot.notes import NOTE_LIMIT, Why, annotated, without_note
from webchat.store import directs, outbox, threads, users
from webchat.store import messages as message_store
from webchat.store.database import Database
from webchat.store.outbox import Job, NewJob

MOST_WAITING = 50
TURNS, SIGNS = 20, 24_000
"""How many messages of a conversation the endpoint is sent at most, and how many characters of them together."""
LEASE = 20_000
"""ms after which an answer of which nothing was heard is begun again, or closed: its server was killed."""
TEXT_LIMIT = MESSAGE_LIMIT - NOTE_LIMIT
"""The longest text of an answer."""

_PROMPT = (
    "You are {name}, the assistant of the chat server “{title}”. People write to you in the chat. Answer in {language} "
    "unless you are asked for another language. Be correct, kind and brief; say so if you do not know. You may use "
    "Markdown. You see only the messages below, and can do nothing but answer. It is {time}."
)
_LANGUAGES: dict[Language, str] = {"en": "English", "zh": "Simplified Chinese (简体中文)"}


class Wanted(Struct, frozen=True):
    """What a job is about: message *seq* of *room* is to be answered to *asker*, whose clock is that of *zone*."""

    room: RoomId
    seq: Seq
    asker: UserId
    language: Language
    zone: str | None = None


@attrs.frozen
class Asking:
    """A question about to be put to the endpoint; *reply* and *thread*: where its answer goes."""

    job: Job
    wanted: Wanted
    body: bytes = attrs.field(repr=False)
    reply: Seq | None
    thread: Seq | None

    @property
    def place(self) -> tuple[RoomId, Seq]:
        """Where it was asked."""
        return self.wanted.room, self.wanted.seq


def question_of(message: Message) -> Seq | None:
    """Which message is answered by *message*, one of the robot's; None: it is no answer."""
    kind, _, rest = (message.nonce or "").partition(":")
    room, _, seq = rest.partition(":")
    return Seq(int(seq)) if kind == "robot" and room == str(message.room) and seq.isdecimal() else None


@attrs.define(eq=False)
class Completions:
    """What becomes of the questions.  *endpoint*: None where there is none to ask.

    *speaker*: the robot.  *look*: has what was asked begun at once; by itself it is begun at the next look for jobs.
    """

    endpoint: Endpoint | None
    _log: RoomLog
    _database: Database
    _messages: Messages
    _settings: ServerSettings
    _bus: Bus
    _now: Callable[[], Millis]
    _changes: Buckets
    _questions: Buckets
    speaker: Callable[[], Actor] = attrs.field(init=False)
    look: Callable[[], Awaitable[None]] | None = attrs.field(default=None, init=False)
    _under_way: dict[tuple[RoomId, Seq], Callable[[Why], None]] = attrs.field(factory=dict, init=False)
    """How to end what is asked here, by question."""

    # Asking.

    async def ask(self, wanted: Wanted) -> Why | None:
        """Has the question answered in a while.  Answers why not, where too much waits already."""
        try:
            self._questions.take(wanted.asker)
        except RateLimited:
            return "often"
        now = self._now()

        def work(db: sa.Connection) -> bool:
            if outbox.count(db, "robot") >= MOST_WAITING:
                return False
            payload = msgspec.json.encode(wanted).decode()
            outbox.add(db, [NewJob("robot", wanted.room, payload, now, now)])
            return True

        return None if await self._database.write(None, work) else "crowded"

    async def compose(self, job: Job) -> Asking | None:
        """What is to be asked; None where it has been, or nobody wants to know any more.

        What another server was writing when it ended is closed.
        """
        wanted = msgspec.json.decode(job.payload, type=Wanted)

        def work(db: sa.Connection) -> Asking | Message | None:
            robot = users.maybe(db, self.speaker().id)
            assert robot is not None
            answer = _answer_to(db, wanted, robot.id)
            if answer is not None:
                return answer
            message = message_store.maybe(db, wanted.room, wanted.seq)
            if message is None or message.deleted is not None or robot.disabled is not None:
                return None
            is_alone, body = directs.is_of_two(db, wanted.room), b""
            if self.endpoint is not None:
                body = self._body(self._turns(db, wanted, message, robot.id, is_alone), is_stream=True)
            return Asking(job, wanted, body, None if is_alone else message.seq, message.thread)

        found = await self._database.read(work)
        if not isinstance(found, Message):
            return found
        if found.streaming:
            await self.end(wanted, found.seq, found.text, "interrupted")
        return None

    async def give_up(self, job: Job) -> None:
        """There is no endpoint to ask any more."""
        asking = await self.compose(job)
        if asking is not None:
            await self.say(asking, "", "missing")

    def request(self, text: str, language: Language) -> bytes:
        """What the endpoint is asked for somebody of whom nothing is known, to be answered at once."""
        turns = [self._introduction(language, None), Turn("user", text)]
        return self._body(turns, is_stream=False)

    def _body(self, turns: Sequence[Turn], is_stream: bool) -> bytes:
        assert self.endpoint is not None
        tokens = UNSET if self.endpoint.tokens is None else self.endpoint.tokens
        return msgspec.json.encode(Completion(self.endpoint.model, tuple(turns), is_stream, tokens))

    def _turns(self, db: sa.Connection, wanted: Wanted, message: Message, robot: UserId, is_alone: bool) -> list[Turn]:
        """The conversation up to *message*: all of it where two are alone, else its thread and what it quotes."""
        before: list[Message] = []
        if message.thread is not None:
            before = threads.before(db, message.room, message.thread, message.seq, TURNS)
            before[:0] = message_store.some(db, message.room, [message.thread])
        elif is_alone:
            found = message_store.before(db, message.room, message.seq, 2 * TURNS)
            before = [one for one in found if one.thread is None]
        if message.reply is not None and message.reply not in {one.seq for one in before}:
            before += message_store.some(db, message.room, [message.reply])
        said = [one for one in (*before, message) if one.deleted is None and not one.streaming][-TURNS:]
        names = {} if is_alone else {card.id: card.display_name for card in users.cards(db, {m.author for m in said})}
        turns: list[Turn] = []
        left = SIGNS
        for one in reversed(said):
            text = without_note(one.text) if one.author == robot else one.text
            text = text[: max(left, 0)]
            left -= len(text)
            if text.strip():
                named = f"{names[one.author]}: {text}" if one.author in names and one.author != robot else text
                turns.append(Turn("assistant" if one.author == robot else "user", named))
        return [self._introduction(wanted.language, wanted.zone), *reversed(turns)]

    def _introduction(self, language: Language, zone: str | None) -> Turn:
        assert self.endpoint is not None
        time = datetime.fromtimestamp(self._now() / 1000, zone_called(zone) or UTC)
        text = self.endpoint.prompt or _PROMPT
        for name, value in {
            "name": self.speaker().user.display_name,
            "title": self._settings.title,
            "language": _LANGUAGES[language],
            "time": time.strftime("%A, %Y-%m-%d %H:%M %Z"),
        }.items():
            text = text.replace(f"{{{name}}}", value)
        return Turn("system", text)

    # Answering.

    def watch(self, asking: Asking, end: Callable[[Why], None]) -> None:
        """*end* is called where the answer is not wanted any more; until `unwatch`."""
        self._under_way[asking.place] = end

    def unwatch(self, asking: Asking) -> None:
        """The answer is over."""
        self._under_way.pop(asking.place, None)

    def heard(self, rows: Sequence[Row]) -> None:
        """Something happened, here: a question was deleted, or an answer ended by somebody else."""
        if not self._under_way:
            return
        for row in rows:
            if type(row) is Message:
                asked = (row.room, row.seq) if row.deleted is not None else None
                if asked not in self._under_way and not row.streaming:
                    answered = question_of(row)
                    asked = None if answered is None else (row.room, answered)
                end = None if asked is None else self._under_way.get(asked)
                if end is not None:
                    end("stopped")

    def think(self, asking: Asking) -> None:
        """Shows the room that an answer is being thought about."""
        self._bus.publish_passing(Typing(asking.wanted.room, self.speaker().id))

    async def think_ahead(self, asking: Asking) -> None:
        """Shows the rooms whose questions wait for their turn that they are thought about, too.

        One of those being answered does it for all of them; *asking* is the one that calls.
        """
        if asking.place != next(iter(self._under_way), None):
            return
        rooms = await self._database.read(lambda db: outbox.targets(db, "robot"))
        for room in rooms - {room for room, _ in self._under_way}:
            self._bus.publish_passing(Typing(RoomId(room), self.speaker().id))

    async def hold(self, asking: Asking) -> None:
        """The answer is still under way."""
        due = Millis(self._now() + LEASE)
        await self._database.write(None, lambda db: outbox.later(db, asking.job, due))

    async def begin(self, asking: Asking, text: str) -> Seq:
        """Posts the first words of an answer.  Raises as Messages.post."""
        room, seq = asking.place
        command = PostMessage(0, room, text, nonce_of(room, seq), asking.reply, asking.thread)
        return (await self._messages.begin(self.speaker(), command)).seq

    async def extend(self, asking: Asking, seq: Seq, text: str) -> bool:
        """Writes down what has come so far; False where the answer was ended meanwhile."""
        return await self._messages.grow(self.speaker(), asking.wanted.room, seq, text, is_complete=False)

    async def end(self, wanted: Wanted, seq: Seq, text: str, why: Why | None) -> None:
        """Writes down the whole of an answer, and why that is not more."""
        whole = text if why is None else annotated(text, why, wanted.language)
        await self._messages.grow(self.speaker(), wanted.room, seq, whole, is_complete=True)

    async def say(self, asking: Asking, text: str, why: Why | None) -> None:
        """Posts an answer that came at once, or why none did."""
        room, seq = asking.place
        whole = text if why is None else annotated(text, why, asking.wanted.language)
        command = PostMessage(0, room, whole, nonce_of(room, seq), asking.reply, asking.thread)
        await self._messages.post_and(self.speaker(), command, lambda db: None)

    # Stopping.

    async def stop(self, actor: Actor, room: RoomId, seq: Seq) -> Changed:
        """Ends an answer that is being written: for who asked, and the room's moderators.  Twice is once.

        Raises NotAMember, NoSuchRoom, RoomArchived, NoSuchMessage, Forbidden, RateLimited.
        """
        self._changes.take(actor.id)

        def work(db: sa.Connection) -> Outcome[Changed]:
            found, membership = permission.writer(db, room, actor)
            message = message_store.maybe(db, room, seq)
            if message is None:
                raise NoSuchMessage
            asked = question_of(message)
            question = None if asked is None else message_store.maybe(db, room, asked)
            if question is None or self.endpoint is None or message.author != self.speaker().id:
                raise Forbidden("Only what the robot answers is stopped.")
            # Nobody looks after a direct conversation.
            is_moderated = found.kind != "direct" and permission.may_moderate(actor, membership)
            if question.author != actor.id and not is_moderated:
                raise Forbidden("Only who asked and moderators stop an answer.")
            if not message.streaming:
                return Outcome(Changed(room, message.rev))
            rows = _stopped(db, message, _language_in(db, room, question))
            return Outcome(Changed(room, rows[0].rev), rows)

        return await self._log.change(room, work)

    async def hush(self, asker: UserId, room: RoomId) -> Why | None:
        """Ends whatever *asker* is being answered in *room*, and is to be.

        Answers what the robot has to say to that: nothing, where she sees it by the answer that was ended.
        """
        places: list[tuple[RoomId, Seq]] = []

        def work(db: sa.Connection) -> Outcome[Why | None]:
            places.clear()
            rows: tuple[Message, ...] = ()
            for job in outbox.all_for(db, "robot", room):
                wanted = msgspec.json.decode(job.payload, type=Wanted)
                if wanted.asker == asker:
                    places.append((wanted.room, wanted.seq))
                    outbox.done(db, job)
                    answer = _answer_to(db, wanted, self.speaker().id)
                    if answer is not None and answer.streaming:
                        rows += _stopped(db, answer, wanted.language)
            return Outcome(None if rows else "stopped" if places else "idle", rows)

        said = await self._log.change(room, work)
        for place in places:
            if place in self._under_way:
                self._under_way[place]("stopped")
        return said


def _answer_to(db: sa.Connection, wanted: Wanted, robot: UserId) -> Message | None:
    key = (wanted.room, robot, nonce_of(wanted.room, wanted.seq))
    sent = message_store.sent(db, [key]).get(key)
    return None if sent is None else message_store.maybe(db, wanted.room, sent.seq)


def _language_in(db: sa.Connection, room: RoomId, question: Message) -> Language:
    """In which *question* is being answered."""
    for job in outbox.all_for(db, "robot", room):
        wanted = msgspec.json.decode(job.payload, type=Wanted)
        if wanted.seq == question.seq:
            return wanted.language
    return "en"


def _stopped(db: sa.Connection, message: Message, language: Language) -> tuple[Message, ...]:
    return grown(db, message, annotated(message.text[:TEXT_LIMIT], "stopped", language), is_complete=True)
