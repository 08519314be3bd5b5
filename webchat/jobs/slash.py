"""Tells the URLs of bots of the commands that were given, and brings back what they answer."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import msgspec
from msgspec import Struct

from webchat.chat.registered import BotCommands, ReplyTo, Request
from webchat.jobs.outside import Answer, Outside, Unreachable
from webchat.model.ids import Millis
from webchat.model.signing import signed_headers
from webchat.store.outbox import Job

SECONDS = 3.0
MOST_BYTES = 64 * 1024


class Said(Struct, frozen=True):
    """What a URL answers; without a *text* it has nothing to say."""

    text: str = ""
    to: ReplyTo = "caller"


@attrs.define(eq=False)
class Caller:
    """Does the jobs of kind `command`.  Each is done once at most: what it was for may have been done, unheard."""

    _commands: BotCommands
    _outside: Outside
    _now: Callable[[], Millis]

    async def deliver(self, job: Job) -> None:
        """Tells the URL of one command."""
        request = await self._commands.compose(job)
        if request is None:
            return
        try:
            said = _read(await self._ask(job, request))
        except Unreachable as why:
            await self._commands.failed(request.given, str(why))
        else:
            await self._commands.answered(request.given, said.text, said.to)

    async def _ask(self, job: Job, request: Request) -> Answer:
        signed = signed_headers(request.secret, f"command-{job.id}-{job.created}", self._now() // 1000, request.body)
        return await self._outside.ask(
            "POST",
            request.url,
            headers={"Content-Type": "application/json", "Accept": "application/json", **signed},
            body=request.body,
            limit=MOST_BYTES,
            seconds=SECONDS,
        )


def _read(answer: Answer) -> Said:
    """What the answer says.  Raises Unreachable for one that cannot be understood."""
    if not 200 <= answer.status < 300:
        raise Unreachable(f"status {answer.status}")
    if not answer.body.strip():
        return Said()
    try:
        return msgspec.json.decode(answer.body, type=Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreachable("its answer is not understood") from None
