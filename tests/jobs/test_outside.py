"""Requests to strangers: which are made, where they go, and how they end."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import SynchronousTestCase, TestCase

from webchat.jobs.outside import Answer, Forbidden, Outside, Unreachable, checked, is_public

PUBLIC = "93.184.216.34"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"


class Stub(Protocol):
    """A server that says what it was told to say, whatever it is asked."""

    factory: Any

    def connectionMade(self) -> None:
        self.factory.open.append(self)

    def dataReceived(self, data: bytes) -> None:
        self.factory.asked += data
        if b"\r\n\r\n" in self.factory.asked and not self.factory.is_done:
            self.factory.is_done = True
            self.transport.write(self.factory.answer)
            if self.factory.closes:
                self.transport.loseConnection()

    def connectionLost(self, reason: Any = None) -> None:
        self.factory.open.remove(self)
        if self.factory.closed is not None and not self.factory.open:
            closed, self.factory.closed = self.factory.closed, None
            closed.callback(None)


class OutsideCase(TestCase):
    """A stub on this machine stands where the public address is."""

    def setUp(self) -> None:
        self.stub: Any = Factory.forProtocol(Stub)
        self.stub.answer, self.stub.asked, self.stub.open = ANSWER, b"", []
        self.stub.is_done = self.stub.closes = False
        self.stub.closed = None
        self.port: Any = reactor.listenTCP(0, self.stub, interface="127.0.0.1")  # type: ignore[attr-defined]
        self.number = self.port.getHost().port
        self.addCleanup(self.port.stopListening)
        self.addCleanup(self.all_closed)
        self.names: dict[str, Sequence[str]] = {"site.example": [PUBLIC]}
        self.dead: set[str] = set()
        self.looked_up: list[str] = []
        self.led: list[tuple[str, int, str | None]] = []
        self.outside = Outside(reactor, self.resolve, self.connect)

    def all_closed(self) -> Any:
        """Nothing of this side stays open, however it ended."""
        if not self.stub.open:
            return None
        self.stub.closed = Deferred()
        return self.stub.closed

    def resolve(self, host: str) -> Deferred[Sequence[str]]:
        self.looked_up.append(host)
        return succeed(self.names.get(host, []))

    def connect(self, address: str, port: int, host: str | None) -> Any:
        self.led.append((address, port, host))
        # At 127.0.0.2 nobody listens.
        return TCP4ClientEndpoint(reactor, "127.0.0.2" if address in self.dead else "127.0.0.1", self.number)

    async def ask(self, url: str = "http://site.example/a?b=c#d", **more: Any) -> Answer:
        values: dict[str, Any] = {"limit": 1000, "seconds": 5.0, **more}
        return await self.outside.ask("GET", url, **values)

    async def fails(self, kind: type[Exception], why: str, **more: Any) -> None:
        with self.assertRaises(kind) as caught:
            await self.ask(**more)
        self.assertEqual(str(caught.exception), why)


class Asking(OutsideCase):
    async def test_story(self) -> None:
        """The name is looked up once, the address that was found is gone to, and nothing is told but the request."""
        answer = await self.ask()
        self.assertEqual((answer.status, answer.body, answer.headers["content-type"]), (200, b"hello", "text/html"))
        self.assertEqual((self.looked_up, self.led), (["site.example"], [(PUBLIC, 80, None)]))
        lines = set(self.stub.asked.decode().rstrip().split("\r\n"))
        self.assertEqual(
            lines, {"GET /a?b=c HTTP/1.1", "Host: site.example", "User-Agent: webchat", "Connection: close"}
        )

    async def test_tls(self) -> None:
        """Over TLS the certificate is asked for by the name, not by the address."""
        await self.ask("https://site.example/")
        self.assertEqual(self.led, [(PUBLIC, 443, "site.example")])

    async def test_several_addresses(self) -> None:
        """Where one address of a name is dead, the next is gone to; where all are, that is said."""
        self.names["site.example"] = ["2606:2800:220:1::1", PUBLIC, "93.184.216.35"]
        self.dead.add("2606:2800:220:1::1")
        answer = await self.ask()
        self.assertEqual(answer.body, b"hello")
        self.assertEqual([address for address, _, _ in self.led], ["2606:2800:220:1::1", PUBLIC])
        self.dead.update(self.names["site.example"])
        await self.fails(Unreachable, "ConnectionRefusedError")
        self.assertEqual([address for address, _, _ in self.led[2:]], self.names["site.example"])

    async def test_post(self) -> None:
        """A body goes along; of the answer no more is read than is wanted."""
        answer = await self.outside.ask(
            "POST", "http://site.example/", body=b"xyz", limit=0, seconds=5, only=lambda status, headers: False
        )
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertTrue(self.stub.asked.endswith(b"\r\n\r\nxyz"))

    async def test_piece_by_piece(self) -> None:
        """Or the body is handed on as it comes, until that is enough; what goes wrong there ends it."""
        pieces: list[bytes] = []
        answer = await self.ask(each=lambda data: bool(pieces.append(data)))
        self.assertEqual((b"".join(pieces), answer.body), (b"hello", b""))
        self.stub.is_done, self.stub.asked = False, b""
        self.stub.answer = ANSWER.replace(b"5", b"9")
        await self.ask(each=lambda data: True)
        self.stub.is_done, self.stub.asked = False, b""
        await self.fails(Unreachable, "ZeroDivisionError", each=lambda data: bool(1 // 0))

    async def test_private(self) -> None:
        """A name that leads into the house, by any of its addresses, leads nowhere."""
        for addresses in (["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]):
            self.names["site.example"] = addresses
            await self.fails(Forbidden, "its host is no public one")
        self.names["site.example"] = []
        await self.fails(Unreachable, "its host is not known")
        self.assertEqual(self.led, [])

    async def test_allowed(self) -> None:
        """What the operator names is asked wherever it lies, on that port alone; nothing else is by that."""
        self.names = {"ci.internal": ["10.0.0.7"], "other.example": ["10.0.0.7"]}
        self.outside = Outside(reactor, self.resolve, self.connect, frozenset({"ci.internal:8080"}))
        await self.ask("http://ci.internal:8080/")
        self.assertEqual(self.led, [("10.0.0.7", 8080, None)])
        for url in ("http://ci.internal/", "https://ci.internal/", "http://other.example/", "http://10.0.0.7/"):
            await self.fails(Forbidden, "its host is no public one", url=url)
        await self.fails(Forbidden, "its port is not the usual one", url="http://ci.internal:8081/")
        await self.fails(Forbidden, "it is no plain http URL", url="http://a@ci.internal:8080/")

    async def test_rebinding(self) -> None:
        """A name that means this machine the second time it is looked up is not looked up a second time."""
        answers = [[PUBLIC], ["127.0.0.1"]]
        self.outside = Outside(reactor, lambda host: succeed(answers.pop(0)), self.connect)
        await self.ask()
        self.assertEqual((self.led, answers), ([(PUBLIC, 80, None)], [["127.0.0.1"]]))

    async def test_too_long(self) -> None:
        """More than wanted is not read, whether it is said before or not."""
        await self.fails(Unreachable, "its answer is too long", limit=4)
        self.stub.is_done = False
        self.stub.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000
        await self.fails(Unreachable, "its answer is too long", limit=4_000)

    async def test_breaks_off(self) -> None:
        """Half an answer is none."""
        self.stub.answer, self.stub.closes = ANSWER[:-1], True
        await self.fails(Unreachable, "its answer breaks off")

    async def test_bomb(self) -> None:
        """What is packed is not unpacked."""
        packed = gzip.compress(b"x" * 1_000_000)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
        self.stub.answer = head.encode() + packed
        await self.fails(Unreachable, "its answer is packed", limit=2_000)

    async def test_silence(self) -> None:
        """Who says nothing, or one byte now and then, is left alone after a while."""
        self.stub.answer = b""
        await self.fails(Unreachable, "it took too long", seconds=0.05)
        self.stub.is_done, self.stub.answer = False, ANSWER[:-1]
        await self.fails(Unreachable, "it took too long", seconds=0.05)

    async def test_nobody(self) -> None:
        """A server that is not there."""
        await self.port.stopListening()
        await self.fails(Unreachable, "ConnectionRefusedError")

    async def test_nonsense(self) -> None:
        """What is no HTTP."""
        self.stub.answer, self.stub.closes = b"SSH-2.0-OpenSSH_9.9\r\n", True
        with self.assertRaises(Unreachable):
            await self.ask()


class Looking(SynchronousTestCase):
    """Without a network."""

    def test_addresses(self) -> None:
        """Only what lies in the open internet is public."""
        for address in (PUBLIC, "2606:4700::1111", "1.1.1.1"):
            self.assertTrue(is_public(address), address)
        for address in (
            ".".join("0000"), "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1",
            "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1",
            "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
            "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1",
            "64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "2001:db8::1",
            "2002:7f00:1::", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1",
            "fe80::1%eth0", "2606:4700::1111%1", "ff02::1", "", "example.org", "127.1", "0x7f000001", "2130706433",
        ):  # fmt: skip
            self.assertFalse(is_public(address), address)

    def test_urls(self) -> None:
        """Which URLs are asked at all."""
        for url in (
            "http://example.org",
            "https://example.org:443/a?b",
            "http://xn--fiqs8s.example/",
            "https://93.184.216.34/",
            "http://[2606:4700::1111]/",
            "http://EXAMPLE.org/",
        ):
            self.assertTrue(checked(url))
        for url in (
            "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:text/html,x", "//example.org/",
            "",             "http://", "http:///x",
            "http://localhost/", "http://example.org:22/", "https://example.org:80/",
            "http://user@example.org/", "http://user:word@example.org/", "http://example.org@127.0.0.1/",
            "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
            "http://127.0.0.01/", "http://[::1", "http://[fe80::1%25eth0]/", "http://ex ample.org/",
            "http://example.org\\@x/",
            "http://example.org/\r\nX: y", "http://example.org./", "http://-x.example/", "http://例え.example/",
            "http://example.org:99999/", "http://" + "a." * 200 + "org/",
        ):  # fmt: skip
            with self.assertRaises(Forbidden, msg=url):
                checked(url)
