"""Delivers what outgoing webhooks tell, and posts what is answered."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import msgspec
from msgspec import Struct

from webchat.chat.hook_events import HookEvents, Parcel
from webchat.jobs.outside import Answer, Forbidden, Outside, Unreachable
from webchat.jobs.worker import MOST_TRIES, Later
from webchat.store.outbox import Job

SECONDS = 10.0
MOST_BYTES = 64 * 1024
GONE = 410


class Reply(Struct, frozen=True):
    """What may be answered; other members are the other side's own affair."""

    text: str = ""


_decoder = msgspec.json.Decoder(Reply)


@attrs.define(eq=False)
class Deliverer:
    """Does the jobs of kind `hook`."""

    _events: HookEvents
    _outside: Outside

    async def deliver(self, job: Job) -> None:
        """Sends one delivery.  Raises Later where it was not taken and is to be tried again."""
        parcel = await self._events.compose(job)
        if parcel is None:
            return
        try:
            answer = await self._outside.ask(
                "POST",
                parcel.hook.url or "",
                headers=parcel.headers,
                body=parcel.body,
                limit=MOST_BYTES,
                seconds=SECONDS,
                only=_is_reply,
            )
        except Forbidden as why:
            await self._events.failed(parcel, str(why))
        except Unreachable as why:
            await self._put_off(job, parcel, str(why))
        else:
            await self._answered(job, parcel, answer)

    async def _answered(self, job: Job, parcel: Parcel, answer: Answer) -> None:
        if answer.status == GONE:
            await self._events.failed(parcel, f"status {GONE}", is_gone=True)
        elif not 200 <= answer.status < 300:
            await self._put_off(job, parcel, f"status {answer.status}", answer.retry_after)
        else:
            await self._events.succeeded(parcel)
            text = _reply_in(answer.body)
            if text and not parcel.is_test:
                await self._events.reply(parcel, text)

    async def _put_off(self, job: Job, parcel: Parcel, why: str, seconds: float | None = None) -> None:
        """Raises Later, but for the last try, and a test: that is over at once."""
        if job.tries >= MOST_TRIES or parcel.is_test:
            await self._events.failed(parcel, why)
        else:
            raise Later(why, seconds)


def _is_reply(status: int, headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return 200 <= status < 300 and kind == "application/json"


def _reply_in(body: bytes) -> str:
    try:
        return _decoder.decode(body).text if body else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
