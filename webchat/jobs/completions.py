"""Asks the language model, and has the robot say what it answers while it comes.

An answer that fails is not asked for again: the person who asked is told why, and decides.  The key is sent, and shown
nowhere; of what people say nothing is logged either.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from itertools import count
from typing import Any

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from webchat.chat.completions import TEXT_LIMIT, Asking, Completions
from webchat.jobs.outside import Outside, Unreachable
from webchat.model.completions import Failed, Reader, Strange
from webchat.model.ids import Seq
from webchat.model.refusals import TRANSIENT, Refusal
from webchat.robot.asking import Language, language_of
from webchat.robot.notes import Why
from webchat.store.outbox import Job

AT_ONCE = 4
"""How many answers are written at a time."""
PACE = 1.0
"""Seconds between two changes of a message that grows."""
TYPING, HOLDING = 3, 5
"""After so many of these the room is shown again that it is thought about; and the job is said to be under way."""
MOST_BYTES = 4 * 1024 * 1024
FIRST, IDLE = 0.75, 1 / 3
"""Of the time for a whole answer: until the first of it comes, and between two pieces."""
AT_ONCE_SECONDS = 20.0
"""For an answer that somebody waits for with an open request."""

# What no message can hold: control characters, lone surrogates.
_UNWRITTEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BY_STATUS: Mapping[int, Why] = {401: "key", 403: "key", 404: "missing", 429: "busy"}


@attrs.define(eq=False)
class Answer:
    """What an endpoint answers to one question, from the request to its end.

    *why*: why it is not whole; None while it comes, and where it is.
    """

    _outside: Outside
    _reactor: Any
    _seconds: float
    why: Why | None = attrs.field(default=None, init=False)
    detail: str = attrs.field(default="", init=False)
    is_over: bool = attrs.field(default=False, init=False)
    text: str = attrs.field(default="", init=False)
    _reader: Reader | None = attrs.field(default=None, init=False)
    _request: Deferred[None] = attrs.field(init=False)
    _timers: list[Any] = attrs.field(factory=list, init=False)
    _moment: Deferred[None] | None = attrs.field(default=None, init=False)
    _is_for_first: bool = attrs.field(default=False, init=False)

    def ask(self, url: str, headers: Mapping[str, str], body: bytes) -> Deferred[None]:
        """Makes the request; fires when it is over, however."""
        late = self._reactor.callLater
        self._timers = [late(self._seconds, self.end, "slow"), late(FIRST * self._seconds, self.end, "slow")]
        self._request = Deferred.fromCoroutine(self._ask(url, headers, body))
        return self._request

    def end(self, why: Why) -> None:
        """Ends it, the connection too; nothing where it is over."""
        if not self.is_over and self.why is None:
            self.why = why
            self._request.cancel()

    async def moment(self, seconds: float, is_for_first: bool) -> None:
        """Waits; not for longer than until it is over, or until there are words, where it *is_for_first*."""
        if self.is_over or (is_for_first and self.text.strip()):
            return
        moment = self._moment = Deferred()
        timer = self._reactor.callLater(seconds, moment.callback, None)
        self._is_for_first = is_for_first
        try:
            await moment
        finally:
            self._moment = None
            if timer.active():
                timer.cancel()

    async def _ask(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        try:
            await self._outside.ask(
                "POST",
                url,
                headers=headers,
                body=body,
                limit=MOST_BYTES,
                # The timers come first: they know what they mean.
                seconds=self._seconds + 1,
                only=self._head,
                each=self._take,
            )
            if self._reader is not None and self.why is None and not self._reader.is_done:
                self._add(self._reader.close())
        except Strange as strange:
            self._misread(strange)
        except (Unreachable, CancelledError) as error:
            self._broke_off(str(error))
        finally:
            self.is_over = True
            for timer in self._timers:
                if timer.active():
                    timer.cancel()
            if self.why is None and not self.text.strip():
                self.why = "silent"
            self._wake()

    def _broke_off(self, detail: str) -> None:
        # What it had said to be its end has come.
        if self.why is None and not (self._reader is not None and self._reader.is_done):
            self.why = "unreachable" if self._reader is None else "cut"
            self.detail = detail

    def _misread(self, strange: Strange) -> None:
        self.why, self.detail = "broken" if isinstance(strange, Failed) else "strange", str(strange)

    def _head(self, status: int, headers: Mapping[str, str]) -> bool:
        if status == 200:
            self._reader = Reader(headers.get("content-type", "").startswith("text/event-stream"))
            return True
        self.why = _BY_STATUS.get(status, "broken" if status >= 500 else "refused")
        self.detail = f"status {status}"
        return False

    def _take(self, data: bytes) -> bool:
        assert self._reader is not None
        # The second of the timers: from the first piece on it is for what comes between two.
        if self._timers[1].active():
            self._timers[1].reset(IDLE * self._seconds)
        try:
            self._add(self._reader.feed(data))
        except Strange as strange:
            self._misread(strange)
        return self.why is not None or self._reader.is_done

    def _add(self, words: str) -> None:
        assert self._reader is not None
        self.text += _UNWRITTEN.sub("", words)
        if len(self.text) > TEXT_LIMIT:
            self.text, self.why = self.text[:TEXT_LIMIT], "long"
        elif self._reader.is_cut:
            self.why = "long"
        if self._is_for_first and self.text.strip():
            self._wake()

    def _wake(self) -> None:
        if self._moment is not None and not self._moment.called:
            self._moment.callback(None)


@attrs.define(eq=False)
class Completer:
    """Does the jobs of kind `robot`.  *key*: what it shows the endpoint, if that wants one."""

    _completions: Completions
    _outside: Outside
    _reactor: Any
    _url: str
    _key: str | None = attrs.field(repr=False)
    _seconds: float
    _at_once: int = attrs.field(default=0, init=False)
    _log = Logger()

    async def deliver(self, job: Job) -> None:
        """Has one question answered."""
        asking = await self._completions.compose(job)
        if asking is None:
            return
        answer = self._begin(asking.body, self._seconds)
        self._completions.watch(asking, answer.end)
        try:
            await self._write_down(asking, answer)
        except TRANSIENT:
            # Of our own database.  The worker comes back to it.
            raise
        except Refusal as refusal:
            self._log.debug("No answer in {room}: {code}", room=asking.wanted.room, code=refusal.code)
        finally:
            self._completions.unwatch(asking)
            answer.end("interrupted")

    async def once(self, text: str, locale: str) -> str | None:
        """What the endpoint answers to *text*, at once; None where it does not, or has enough to do."""
        if self._at_once >= AT_ONCE:
            return None
        self._at_once += 1
        try:
            language: Language = language_of(text, locale)
            body = self._completions.request(text, language)
            answer = Answer(self._outside, self._reactor, min(self._seconds, AT_ONCE_SECONDS))
            await answer.ask(self._url, self._headers, body)
        finally:
            self._at_once -= 1
        self._tell_log(answer)
        return answer.text if answer.why in (None, "long") else None

    def _begin(self, body: bytes, seconds: float) -> Answer:
        answer = Answer(self._outside, self._reactor, seconds)
        answer.ask(self._url, self._headers, body).addErrback(
            lambda failure: self._log.failure("An answer of the robot's endpoint was not read", failure)
        )
        return answer

    @property
    def _headers(self) -> dict[str, str]:
        known = {} if self._key is None else {"Authorization": f"Bearer {self._key}"}
        return {"Content-Type": "application/json", "Accept": "text/event-stream, application/json", **known}

    async def _write_down(self, asking: Asking, answer: Answer) -> None:
        seq: Seq | None = None
        try:
            async for text in self._growing(asking, answer):
                if seq is None:
                    seq = await self._completions.begin(asking, text)
                elif not await self._completions.extend(asking, seq, text):
                    answer.end("stopped")
        except CancelledError:
            # The server stops.  What nobody has read a word of is asked again after its start.
            if seq is None:
                raise
            answer.end("interrupted")
        if answer.why != "stopped":
            self._tell_log(answer)
        if seq is not None:
            await self._completions.end(asking.wanted, seq, answer.text, answer.why)
        elif answer.why != "stopped":
            await self._completions.say(asking, answer.text, answer.why)

    async def _growing(self, asking: Asking, answer: Answer) -> AsyncIterator[str]:
        """The text so far, whenever there is more of it: the first words as soon as they come, then at the pace."""
        told = ""
        for moment in count():
            if not told and moment % TYPING == 0:
                self._completions.think(asking)
            if moment % TYPING == TYPING - 1:
                await self._completions.think_ahead(asking)
            if moment % HOLDING == HOLDING - 1:
                await self._completions.hold(asking)
            await answer.moment(PACE, is_for_first=not told)
            if answer.is_over:
                return
            if answer.text.strip() and answer.text != told:
                told = answer.text
                yield told

    def _tell_log(self, answer: Answer) -> None:
        if answer.why not in (None, "long"):
            self._log.warn("The robot's endpoint: {why} ({detail})", why=answer.why, detail=answer.detail)
