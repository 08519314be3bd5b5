"""Pushes, from a message to a push service, and what it answers."""

from __future__ import annotations

import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.facade import Settings
from webchat.chat.push import WAIT, Pushed
from webchat.jobs.outside import Answer, Forbidden, Unreachable
from webchat.jobs.push import Pusher, encrypted, topic
from webchat.jobs.vapid import Vapid, load_or_make
from webchat.jobs.worker import Worker
from webchat.live.limits import Rate
from webchat.model.commands import PostMessage
from webchat.model.ids import RoomId
from webchat.startup import write_secret
from webchat.store import outbox, push
from webchat.store.push import Subscription

FAST = Rate(1e6, 1e6)
ENDPOINT = "https://fcm.googleapis.com/fcm/send/x"


def text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """What a browser keeps of a subscription."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen bytes !!"
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = Subscription(1, 2, 3, ENDPOINT, text_of(point), text_of(self.auth))  # type: ignore[arg-type]

    def read(self, body: bytes) -> bytes:
        found: bytes = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return found


class Service:
    """A push service: takes down what it is asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Answer | Exception = Answer(201, {}, b"")

    async def ask(self, method: str, url: str, *, headers: Any, body: bytes, **rest: Any) -> Answer:
        assert method == "POST"
        self.asked.append((url, dict(headers), body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Encryption(SynchronousTestCase):
    def test_for_the_browser(self) -> None:
        """Only the browser reads it, and no two are alike."""
        browser = Browser()
        one, other = (encrypted(b"tea at three", browser.subscription) for _ in range(2))
        self.assertEqual(browser.read(one), b"tea at three")
        self.assertNotEqual(one, other)
        self.assertNotIn(b"tea", one)

    def test_example(self) -> None:
        """The library says what RFC 8291, appendix A, says."""

        def octets(text: str) -> bytes:
            return urlsafe_b64decode(text + "=" * (-len(text) % 4))

        server = ec.derive_private_key(
            int.from_bytes(octets("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
        )
        made = http_ece.encrypt(
            b"When I grow up, I want to be a watermelon",
            salt=octets("DGv6ra1nlYgDCS1FRnbzlw"),
            private_key=server,
            dh=octets("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            auth_secret=octets("BTBZMqHH6r4Tts7J_aSIgg"),
            version="aes128gcm",
        )
        self.assertEqual(
            text_of(made),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK"
            "6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        )

    def test_topic(self) -> None:
        """One for each room and device, fit for a header, which does not name the room."""
        browser = Browser()

        def of(room: int) -> str:
            return topic(browser.subscription, Pushed(RoomId(room), 1, 1, "", None, "en", False))  # type: ignore[arg-type]

        self.assertEqual(of(1), of(1))
        self.assertNotEqual(of(1), of(2))
        self.assertRegex(of(1), r"\A[A-Za-z0-9_-]{1,32}\Z")


class Delivery(SynchronousTestCase):
    """A whole server, of which only the network is the test's own."""

    def setUp(self) -> None:
        settings = Settings(registration="open", posts=FAST, changes=FAST, reads=FAST, push_key="key")
        self.house = House(self, settings)
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.browser, self.service = Browser(), Service()
        keys = self.browser.subscription
        chat = self.house.chat
        self.house.wait(chat.push.subscribe(self.mei, ENDPOINT, keys.p256dh, keys.auth))
        vapid = Vapid(load_or_make(Path(tempfile.mkdtemp(dir=".")), write_secret), "https://a.example", self.house.now)
        self.pusher = Pusher(chat.push, self.service, vapid)  # type: ignore[arg-type]
        self.worker = Worker("push", self.pusher.deliver, chat.database, self.house.now, lambda low, high: high)

    def post(self, text: str = "tea") -> None:
        self.house.wait(self.house.chat.messages.post(self.anna, PostMessage(0, RoomId(1), text)))
        self.house.wait(self.house.chat.push.decide())

    def later(self, ms: int = WAIT) -> None:
        self.house.now.ms += ms
        Deferred.fromCoroutine(self.worker.step())
        self.house.turn()

    def left(self) -> int:
        return self.house.wait(self.house.chat.database.read(lambda db: outbox.count(db, "push")))

    def test_told(self) -> None:
        """The device is told once, of what it can read alone."""
        self.post()
        self.later()
        ((url, headers, body),) = self.service.asked
        self.assertEqual(url, ENDPOINT)
        self.assertEqual(
            {name: headers[name] for name in ("Content-Encoding", "TTL", "Urgency")},
            {"Content-Encoding": "aes128gcm", "TTL": "43200", "Urgency": "normal"},
        )
        self.assertTrue(headers["Authorization"].startswith("vapid t="))
        self.assertEqual(
            msgspec.json.decode(self.browser.read(body)),
            {"room": 1, "seq": 1, "count": 1, "title": "Anna · # Lobby", "text": "tea", "lang": "en", "mention": False},
        )
        self.assertEqual((self.pusher.told, self.left()), (1, 0))
        self.later()
        self.assertEqual(len(self.service.asked), 1)

    def test_gone(self) -> None:
        """A device that its service does not know any more is forgotten."""
        for status in (404, 410):
            self.service.answer = Answer(status, {}, b"")
            keys = self.browser.subscription
            self.house.wait(self.house.chat.push.subscribe(self.mei, ENDPOINT, keys.p256dh, keys.auth))
            self.post()
            self.later()
            self.assertFalse(self.house.wait(self.house.chat.database.read(push.is_any)))
        self.assertEqual((self.pusher.gone, self.left()), (2, 0))

    def test_again(self) -> None:
        """A service that is busy, or not there, is asked again; what was read meanwhile is not told."""
        self.service.answer = Answer(429, {"retry-after": "60"}, b"")
        self.post()
        self.later()
        self.later(59_000)
        self.assertEqual(len(self.service.asked), 1)
        self.service.answer = Unreachable("it took too long")
        self.later(2_000)
        self.assertEqual(len(self.service.asked), 2)
        self.service.answer = Answer(201, {}, b"")
        self.later(20_000)
        self.assertEqual((len(self.service.asked), self.pusher.told), (3, 1))

    def test_hopeless(self) -> None:
        """What will not be better the next time is not tried a second time."""
        for answer in (Answer(400, {}, b""), Answer(301, {"location": "http://x"}, b""), Forbidden("no public one")):
            self.service.answer = answer
            self.post()
            self.later()
            self.assertEqual(self.left(), 0)
        self.assertEqual((self.pusher.told, len(self.service.asked)), (0, 3))

    def test_bad_point(self) -> None:
        """Keys that look like a point and are none do no harm."""
        point = "B" + "A" * 86
        self.house.wait(self.house.chat.push.subscribe(self.mei, ENDPOINT, point, self.browser.subscription.auth))
        self.post()
        self.later()
        self.assertEqual((self.service.asked, self.left()), ([], 0))
