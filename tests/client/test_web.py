"""What is asked over HTTP, and what comes of answers that are none."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.protocol import Factory
from twisted.trial.unittest import TestCase

from tests.client.test_line import Answering
from webchat.client.web import Web
from webchat.model.ids import RoomId
from webchat.model.refusals import Busy, Refusal

ANYTHING: Any = reactor


def answer(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Answers(TestCase):
    timeout = 30

    def web(self, answer: bytes) -> Web:
        factory: Any = Factory.forProtocol(Answering)
        factory.answer, factory.noisy = answer, False
        port = ANYTHING.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        web = Web(reactor, f"http://127.0.0.1:{port.getHost().port}", "wct_secret")
        self.addCleanup(web._pool.closeCachedConnections)
        return web

    async def test_refused(self) -> None:
        """A problem is raised as the refusal that it tells of; a proxy's page as one without a code."""
        with self.assertRaises(Busy) as busy:
            await self.web(answer("503 Busy", b'{"code": "busy", "detail": "Later.", "retry_after": 2}')).page(
                RoomId(1), {}
            )
        self.assertEqual((busy.exception.message, busy.exception.retry_after), ("Later.", 2))
        with self.assertRaises(Refusal) as refused:
            await self.web(answer("502 Bad Gateway", b"<html>")).page(RoomId(1), {})
        self.assertEqual(refused.exception.message, "The server answered 502.")

    async def test_cut(self) -> None:
        """An answer that breaks off, or never comes, is an OSError, and holds no token."""
        with self.assertRaises(OSError) as caught:
            await Web(reactor, "http://127.0.0.1:9", "wct_secret").page(RoomId(1), {})
        self.assertNotIn("wct_secret", str(caught.exception))
        with self.assertRaises(OSError):
            await self.web(b"no HTTP\r\n\r\n").page(RoomId(1), {})
