"""From a command to the URL that carries it out, and back."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred

from tests.chat.test_registered import URL, BotCase
from webchat.jobs.outside import Answer, Unreachable
from webchat.jobs.slash import Caller
from webchat.jobs.worker import Worker
from webchat.model.signing import signature
from webchat.store import outbox


class Bot:
    """The server behind the URL."""

    def __init__(self) -> None:
        self.answer: Answer | Exception = Answer(200, {}, b"")
        self.asked: list[tuple[dict[str, str], bytes]] = []

    async def ask(self, method: str, url: str, *, headers: Any, body: bytes, limit: int, seconds: float) -> Answer:
        assert (method, url, limit, seconds) == ("POST", URL, 64 * 1024, 3.0)
        self.asked.append((headers, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Told(BotCase):
    def setUp(self) -> None:
        super().setUp()
        _, self.secret = self.register(url=URL)
        self.caller, self.other = self.house.connect(self.kim), self.house.connect(self.mei)
        self.server = Bot()
        caller = Caller(self.commands, self.server, self.house.now)  # type: ignore[arg-type]
        self.worker = Worker("command", caller.deliver, self.chat.database, self.house.now, lambda low, high: high)

    def work(self, answer: Answer | Exception) -> None:
        self.server.answer = answer
        self.give()
        Deferred.fromCoroutine(self.worker.step())
        self.house.turn()
        self.assertEqual(self.house.wait(self.chat.database.read(lambda db: outbox.count(db, "command"))), 0)

    def said(self, **body: Any) -> Answer:
        return Answer(200, {}, json.dumps(body).encode())

    def test_to_caller(self) -> None:
        """What the URL answers is told to the caller alone; what it was told is signed."""
        self.work(self.said(text="Rain"))
        self.assertEqual(self.caller.next("notice")["text"], "Rain")
        self.assertEqual(self.other.rest(), [])
        ((headers, body),) = self.server.asked
        assert self.secret is not None
        signed = signature(self.secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
        self.assertEqual(headers["webhook-signature"], signed)

    def test_to_room(self) -> None:
        """Or to the room, as the bot's own words."""
        self.work(self.said(text="Rain", to="room"))
        self.assertEqual(self.other.next("message")["author"], self.bot.id)

    def test_nothing_to_say(self) -> None:
        """An answer without a text is one."""
        for answer in (Answer(204, {}, b""), self.said(), self.said(text="", more=1)):
            self.work(answer)
        self.assertEqual(self.caller.rest(), [])
        self.assertEqual(self.house.wait(self.commands.of_bot(self.bot, self.bot.id))[0].failures, 0)

    def test_no_answer(self) -> None:
        """Whatever goes wrong there, the caller is told once, and it is not tried again."""
        wrong = (Unreachable("it took too long"), Answer(500, {}, b"{}"), Answer(302, {}, b""),
                 Answer(200, {}, b"Rain"), self.said(text=1), self.said(text="x", to="all"),
                 Answer(200, {}, b"[" * 5_000))  # fmt: skip
        for number, answer in enumerate(wrong, 1):
            self.work(answer)
            self.assertEqual([event["code"] for event in self.caller.rest()], ["no_answer"], answer)
            self.assertEqual(len(self.server.asked), number)
        view = self.house.wait(self.commands.of_bot(self.bot, self.bot.id))[0]
        self.assertEqual((view.failures, view.failure), (len(wrong), "its answer is not understood"))
        self.work(self.said(text="\0"))
        self.assertEqual([event["code"] for event in self.caller.rest()], ["no_answer"])
