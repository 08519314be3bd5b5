"""Deliveries of webhooks, to a real server on this machine, and what it answers."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.trial.unittest import TestCase
from twisted.web.resource import Resource
from twisted.web.server import Site

from tests.http.scene import populated
from webchat.chat.hooks import Made
from webchat.jobs.hooks import MOST_BYTES, Deliverer
from webchat.jobs.outside import Outside
from webchat.jobs.worker import MOST_TRIES, Later
from webchat.model.commands import PostMessage
from webchat.model.events import Message
from webchat.model.hooks import HookView
from webchat.model.ids import Millis
from webchat.model.signing import signature
from webchat.store import outbox
from webchat.store.outbox import Job

PUBLIC = "93.184.216.34"


class Receiver(Resource):
    """A program that takes deliveries down."""

    isLeaf = True  # noqa: N815

    def __init__(self) -> None:
        super().__init__()
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.status, self.answer, self.kind = 204, b"", "application/json"
        self.more: dict[str, str] = {}

    def render_POST(self, request: Any) -> bytes:
        headers = {
            name.decode().lower(): values[0].decode() for name, values in request.requestHeaders.getAllRawHeaders()
        }
        self.came.append((headers, request.content.read()))
        request.setResponseCode(self.status)
        request.setHeader("content-type", self.kind)
        for name, value in self.more.items():
            request.setHeader(name, value)
        return self.answer


class Delivering(TestCase):
    """The garden tells https://ci.example; what stands there is a server of the test's own."""

    async def setUp(self) -> None:
        self.receiver = Receiver()
        site = Site(self.receiver, reactor=reactor)  # type: ignore[no-untyped-call]
        self.port: Any = reactor.listenTCP(0, site, interface="127.0.0.1")  # type: ignore[attr-defined]
        self.number = self.port.getHost().port
        self.addCleanup(self.port.stopListening)
        self.scene = populated()
        self.addCleanup(self.scene.stop)
        self.chat = self.scene.chat
        self.mona, self.mei = self.scene.sign_in("mona"), self.scene.sign_in("mei")
        self.made = await self.make("http://ci.example/hook?x=1")
        self.addresses = [PUBLIC]
        self.deliverer = Deliverer(self.chat.hook_events, Outside(reactor, self.resolve, self.connect))

    def resolve(self, host: str) -> Deferred[list[str]]:
        return succeed(self.addresses)

    def connect(self, address: str, port: int, host: str | None) -> Any:
        return TCP4ClientEndpoint(reactor, "127.0.0.1", self.number)

    async def make(self, url: str) -> Made:
        made = await self.chat.hooks.make_outgoing(
            self.mona, self.scene.room, "CI", url, ("message.posted",), "", False
        )
        await self.chat.hook_events.look_round()
        return made

    async def job(self, text: str = "!build", tries: int = 1) -> Job:
        """What is to be delivered of a message."""
        await self.chat.messages.post(self.mei, PostMessage(0, self.scene.room, text))
        await self.chat.hook_events.decide()
        at = Millis(self.scene.now() + 1)
        (job,) = await self.chat.database.write(None, lambda db: outbox.take(db, "hook", at, at, 9))
        await self.chat.database.write(None, lambda db: outbox.done(db, job))
        return Job(job.id, job.kind, job.target, job.payload, job.created, tries)

    async def view(self) -> HookView:
        return (await self.chat.hooks.of_room(self.mona, self.scene.room))[0]

    async def last(self) -> Message:
        return (await self.chat.messages.page(self.mei, self.scene.room)).messages[-1]

    async def test_story(self) -> None:
        """A message is delivered, signed; what is answered stands under it."""
        self.receiver.status, self.receiver.answer = 200, '{"text": "建好了"}'.encode()
        await self.deliverer.deliver(await self.job())
        ((headers, body),) = self.receiver.came
        self.assertEqual(json.loads(body)["data"]["message"]["text"], "!build")
        expected = signature(str(self.made.secret), headers["webhook-id"], int(headers["webhook-timestamp"]), body)
        self.assertEqual(headers["webhook-signature"], expected)
        self.assertEqual((headers["host"], headers["user-agent"]), ("ci.example", "webchat"))
        message = await self.last()
        self.assertEqual((message.text, message.reply), ("建好了", 3))
        view = await self.view()
        self.assertEqual((view.used is not None, view.failure), (True, None))

    async def test_no_answer(self) -> None:
        """What is no JSON object with a text is no answer, and no failure."""
        for kind, answer in (
            *(("text/plain", b'{"text": "x"}'), ("application/json", b""), ("application/json", b"[]")),
            *(("application/json", b"{"), ("application/json", b'{"text": 1}'), ("application/json", b"\xff")),
            *(("application/json", b'{"ok": true}'), ("application/json", b'{"text": ""}')),
        ):
            self.receiver.status, self.receiver.kind, self.receiver.answer = 200, kind, answer
            await self.deliverer.deliver(await self.job())
            self.assertEqual((await self.last()).text, "!build")
        self.assertEqual((await self.view()).failure, None)

    async def test_tried_again(self) -> None:
        """What is not taken is tried again, as late as the other side says; the last try is counted."""
        self.receiver.status, self.receiver.more = 503, {"Retry-After": "7"}
        with self.assertRaises(Later) as caught:
            await self.deliverer.deliver(await self.job())
        self.assertEqual((str(caught.exception), caught.exception.seconds), ("status 503", 7.0))
        self.assertEqual((await self.view()).failures, 0)
        await self.deliverer.deliver(await self.job(tries=MOST_TRIES))
        view = await self.view()
        self.assertEqual((view.failures, view.failure), (1, "status 503"))

    async def test_not_followed(self) -> None:
        """Where it is sent on to, it does not go."""
        self.receiver.status, self.receiver.more = 302, {"Location": "http://127.0.0.1/"}
        with self.assertRaises(Later):
            await self.deliverer.deliver(await self.job())
        self.assertEqual(len(self.receiver.came), 1)

    async def test_gone(self) -> None:
        """Who answers 410 is told no more."""
        self.receiver.status = 410
        await self.deliverer.deliver(await self.job())
        self.assertIsNotNone((await self.view()).disabled)

    async def test_too_long(self) -> None:
        """An answer that is too long is not read."""
        self.receiver.status, self.receiver.answer = 200, b" " * (MOST_BYTES + 1)
        with self.assertRaises(Later):
            await self.deliverer.deliver(await self.job())

    async def test_house(self) -> None:
        """Nothing in the house is told, but for what the operator has named; that is not tried again, but seen."""
        self.addresses = ["10.0.0.7"]
        await self.deliverer.deliver(await self.job())
        self.assertEqual((await self.view()).failure, "its host is no public one")
        self.assertEqual(self.receiver.came, [])
        await self.chat.hooks.remove(self.mona, self.scene.room, self.made.hook.id)
        await self.make("http://ci.internal:8080/hook")
        await self.deliverer.deliver(await self.job())
        self.assertEqual((await self.view()).failure, "its port is not the usual one")
        allowed = frozenset({"ci.internal:8080"})
        self.deliverer = Deliverer(self.chat.hook_events, Outside(reactor, self.resolve, self.connect, allowed))
        await self.deliverer.deliver(await self.job())
        self.assertEqual(self.receiver.came[0][0]["host"], "ci.internal:8080")

    async def test_try_out(self) -> None:
        """A test is tried once, whatever comes of it; its answer is not posted."""
        self.receiver.status, self.receiver.answer = 200, b'{"text": "pong"}'
        for status, failure in ((200, None), (500, "status 500")):
            self.receiver.status = status
            await self.chat.hook_events.try_out(self.mona, self.scene.room, self.made.hook.id)
            at = Millis(self.scene.now() + 1)
            (job,) = await self.chat.database.write(None, lambda db, at=at: outbox.take(db, "hook", at, at, 9))
            await self.deliverer.deliver(job)
            await self.chat.database.write(None, lambda db, job=job: outbox.done(db, job))
            self.assertEqual((await self.view()).failure, failure)
        self.assertEqual((await self.last()).text, "two")
