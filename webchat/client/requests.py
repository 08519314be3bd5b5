"""What was asked and is not answered yet; it outlives any line, and is sent again over the next one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import attrs
import msgspec
from twisted.internet.defer import Deferred

from webchat.client.line import End, Ended
from webchat.client.refusing import AGAIN, refusal_of
from webchat.model.ids import RoomId
from webchat.model.refusals import BadRequest, TooMany

RETRY_SECONDS = 1.0
GIVE_UP_SECONDS = 7 * 86_400.0
"""So long a nonce is sure to be known: a message sent again later might be stored twice."""

FRAME_LIMIT = 65_536
MAX_REQUESTS = 1_000

Answer = dict[str, Any]

_encode = msgspec.json.encode


@attrs.define(eq=False)
class _Request:
    """*lane*: the room of a post, which waits for those before it.  *again*: the timer after a refusal for now."""

    frame: dict[str, Any]
    since: float
    lane: RoomId | None
    answered: Deferred[Answer]
    again: Any = None

    @property
    def is_resting(self) -> bool:
        return self.again is not None and bool(self.again.active())


class Requests:
    """One for a client.  *send* puts a frame on the line, which there is from `opened` to `broken`."""

    def __init__(self, reactor: Any, send: Callable[[bytes], None]) -> None:
        self._reactor = reactor
        self._send_frame = send
        self._is_open = False
        self._end: End | None = None
        self._last_id = 0
        self._unanswered: dict[int, _Request] = {}
        self._lanes: dict[RoomId, deque[int]] = {}

    def ask(self, kind: str, members: dict[str, Any], lane: RoomId | None = None) -> Deferred[Answer]:
        """The server's answer.  *lane*: the request waits for those before it with the same one.

        Fails with the server's Refusal, with Ended.  Raises Ended, TooMany, BadRequest.
        """
        if self._end is not None:
            raise Ended(self._end)
        if len(self._unanswered) >= MAX_REQUESTS:
            raise TooMany("Too many requests wait for their answers.")
        number = self._last_id + 1
        frame = {"type": kind, "id": number, **{name: value for name, value in members.items() if value is not None}}
        if len(_encode(frame)) > FRAME_LIMIT:
            raise BadRequest("The request is longer than the server takes.")

        def cancelled(_: Deferred[Answer]) -> None:
            self._forget(number)

        answered: Deferred[Answer] = Deferred(cancelled)
        self._last_id = number
        self._unanswered[number] = _Request(frame, self._reactor.seconds(), lane, answered)
        if lane is not None:
            self._lanes.setdefault(lane, deque()).append(number)
        self._send(number)
        return answered

    def answer(self, frame: Answer) -> None:
        """The server has answered: `ok`, or `error`."""
        number = frame["id"]
        request = self._unanswered.get(number)
        if request is None:
            return
        is_refused = frame["type"] == "error"
        if is_refused and frame.get("code") in AGAIN:
            wait = float(frame.get("retry_after") or RETRY_SECONDS)
            request.again = self._reactor.callLater(wait, self._send, number)
            return
        self._forget(number)
        if is_refused:
            request.answered.errback(refusal_of(frame, "The request was refused."))
        else:
            request.answered.callback(frame)

    def opened(self) -> None:
        """There is a line, and the server knows who we are."""
        self._is_open = True
        for number in list(self._unanswered):
            self._send(number)

    def broken(self) -> None:
        """The line is no more.  What a new one does by itself is not asked for again."""
        self._is_open = False
        for number in [number for number, request in self._unanswered.items() if request.frame["type"] == "sync"]:
            self._forget(number)

    def finish(self, end: End) -> None:
        """There will be no line any more: whoever waits is told so."""
        self._end = end
        for number in list(self._unanswered):
            self._forget(number).answered.errback(Ended(end))

    def _send(self, number: int) -> None:
        """Sends the request, if there still is one, and a line, and no post that goes before it."""
        request = self._unanswered.get(number)
        if request is None or not self._is_open or request.is_resting:
            return
        if request.lane is not None and self._lanes[request.lane][0] != number:
            return
        if self._reactor.seconds() - request.since > GIVE_UP_SECONDS:
            self._forget(number).answered.errback(TimeoutError("not answered for a week"))
        else:
            self._send_frame(_encode(request.frame))

    def _forget(self, number: int) -> _Request:
        """The request has its answer, or nobody waits for it any more: the post behind it goes next."""
        request = self._unanswered.pop(number)
        if request.is_resting:
            request.again.cancel()
        if request.lane is not None:
            lane = self._lanes[request.lane]
            lane.remove(number)
            if lane:
                self._send(lane[0])
            else:
                del self._lanes[request.lane]
        return request
