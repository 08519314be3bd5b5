"""What waits for its answer: sent again over each new line, in order, and never without bounds."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from webchat.client.line import End, Ended
from webchat.client.requests import GIVE_UP_SECONDS, MAX_REQUESTS, Requests
from webchat.model.ids import RoomId
from webchat.model.refusals import BadRequest, NoSuchRoom, TooMany

ROOM, OTHER = RoomId(1), RoomId(2)


class Asking(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.sent: list[dict[str, Any]] = []
        self.requests = Requests(self.clock, lambda frame: self.sent.append(json.loads(frame)))

    def post(self, text: str, room: RoomId = ROOM) -> Deferred[dict[str, Any]]:
        return self.requests.ask("post", {"text": text}, room)

    def took(self) -> list[str]:
        """What was sent since the last time."""
        sent, self.sent[:] = [frame.get("text", frame["type"]) for frame in self.sent], []
        return sent

    def ok(self, number: int) -> None:
        self.requests.answer({"type": "ok", "id": number})

    def refuse(self, number: int, code: str, **more: Any) -> None:
        self.requests.answer({"type": "error", "id": number, "code": code, "message": "No.", **more})

    def test_one_post_at_a_time(self) -> None:
        """A post waits for the one before it in its room; other rooms and other requests do not."""
        self.requests.opened()
        first, second = self.post("1"), self.post("2")
        self.post("3", OTHER)
        self.requests.ask("read", {})
        self.assertEqual(self.took(), ["1", "3", "read"])
        self.ok(1)
        self.successResultOf(first)
        self.assertEqual(self.took(), ["2"])
        self.refuse(2, "no_such_room")
        self.failureResultOf(second, NoSuchRoom)

    def test_new_line(self) -> None:
        """What is not answered when the line breaks goes over the next one, the same; what is asked meanwhile too."""
        self.requests.opened()
        self.post("1")
        self.requests.ask("sync", {})
        self.took()
        self.requests.broken()
        self.post("2")
        self.requests.ask("read", {})
        self.assertEqual(self.took(), [])
        self.requests.opened()
        self.assertEqual(self.took(), ["1", "read"])
        self.ok(1)
        self.assertEqual(self.took(), ["2"])

    def test_again(self) -> None:
        """After a refusal for now the same is sent again when it may be, not before, and over a new line neither."""
        self.requests.opened()
        answered = self.post("1")
        self.took()
        self.refuse(1, "rate_limited", retry_after=3)
        self.requests.broken()
        self.requests.opened()
        self.clock.advance(2.9)
        self.assertEqual(self.took(), [])
        self.clock.advance(0.1)
        self.assertEqual(self.took(), ["1"])
        self.refuse(1, "retry")
        self.clock.advance(1)
        self.ok(1)
        self.successResultOf(answered)

    def test_given_up(self) -> None:
        """Who waits no more lets the next one go; an answer that comes all the same is nobody's."""
        self.requests.opened()
        first = self.post("1")
        self.post("2")
        first.cancel()
        self.failureResultOf(first)
        self.ok(1)
        self.assertEqual(self.took(), ["1", "2"])

    def test_a_week(self) -> None:
        """After a week it might be stored twice, so it is not sent any more."""
        old = self.post("1")
        self.clock.advance(GIVE_UP_SECONDS + 1)
        self.requests.opened()
        self.failureResultOf(old, TimeoutError)
        self.assertEqual(self.took(), [])

    def test_end(self) -> None:
        """At the end whoever waits is told, and nobody may ask any more; no timer is left."""
        self.requests.opened()
        waiting = self.post("1")
        self.refuse(1, "busy")
        self.requests.finish(End(4003, ""))
        self.failureResultOf(waiting, Ended)
        self.assertRaises(Ended, self.post, "2")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_bounds(self) -> None:
        """So many wait, none is longer than a frame."""
        for number in range(MAX_REQUESTS):
            self.post(str(number))
        self.assertRaises(TooMany, self.post, "one more")
        fresh = Requests(self.clock, self.fail)
        self.assertRaises(BadRequest, fresh.ask, "post", {"text": "x" * 70_000})
