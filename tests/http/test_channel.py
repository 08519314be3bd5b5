"""Limits on what a connection may send, how long it may take, and in which forms."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.http.wire import ECHO, HELLO, HOST, Wire, request_bytes, small_site
from webchat.http.channel import printable
from webchat.model.web import networks

GET = request_bytes("GET", "/api/v1/hello", {})
POST_HEAD = f"POST /api/v1/echo HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"


class ChannelCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.site = small_site(HELLO, ECHO, clock=self.clock, body_limit=100, minimum_rate=10)
        self.wire = Wire(self.site)

    def tearDown(self) -> None:
        self.wire.hang_up()
        self.assertEqual(self.clock.getDelayedCalls(), [], "a timer outlives its connection")

    def refused(self, status: int, code: str) -> None:
        """The only answer so far is a refusal; then the connection closes."""
        answers = self.wire.answers()
        self.assertEqual([answer.status for answer in answers], [status])
        self.assertEqual(answers[0].code, code)
        self.assertEqual(answers[0].headers["content-type"], "application/problem+json")
        self.assertEqual(answers[0].headers["connection"], "close")
        self.assertEqual(answers[0].headers["server"], "webchat")
        self.assertEqual(answers[0].headers["x-content-type-options"], "nosniff")
        self.clock.advance(2.1)
        self.assertTrue(self.wire.is_closed)


class ConnectionLimitTests(SynchronousTestCase):
    """How many connections an address may hold."""

    def setUp(self) -> None:
        self.site = small_site(HELLO, connections_per_address=2, trusted_proxies=networks(["127.0.0.1"]))

    def knock(self, peer: str | None) -> Wire | None:
        try:
            return Wire(self.site, peer)
        except AttributeError:  # there is no protocol: the connection was closed
            return None

    def test_cap(self) -> None:
        """The third is closed unheard, another address has its own, and who leaves makes room."""
        first, second = self.knock("192.0.2.7"), self.knock("192.0.2.7")
        self.assertIsNone(self.knock("192.0.2.7"))
        self.assertEqual(self.site.refused, 1)
        self.assertIsNotNone(self.knock("192.0.2.8"))
        assert first and second
        first.hang_up()
        self.assertIsNotNone(self.knock("192.0.2.7"))
        self.assertIsNone(self.knock("192.0.2.7"))

    def test_network(self) -> None:
        """A customer's IPv6 network counts as one address."""
        self.assertTrue(self.knock("2001:db8::1") and self.knock("2001:db8::2"))
        self.assertIsNone(self.knock("2001:db8::3"))
        self.assertIsNotNone(self.knock("2001:db8:0:1::1"))

    def test_proxies(self) -> None:
        """A trusted proxy, or a UNIX socket, speaks for many."""
        for peer in ("127.0.0.1", None):
            self.assertNotIn(None, [self.knock(peer) for _ in range(5)])

    def test_websocket(self) -> None:
        """A connection that has become a WebSocket leaves its place here to others."""
        for _ in range(5):
            wire = self.knock("192.0.2.7")
            assert wire
            head = "Connection: Upgrade\r\nUpgrade: websocket"
            wire.send(f"GET /ws HTTP/1.1\r\nHost: {HOST}\r\n{head}\r\n\r\n")


class BodyLimitTests(ChannelCase):
    """No more of a body is read than its route takes."""

    def test_declared(self) -> None:
        """A body that says it is too long is refused before a byte of it is read."""
        self.wire.send(POST_HEAD + "Content-Length: 101\r\n\r\n")
        self.refused(413, "too_large")

    def test_just_right(self) -> None:
        """A body of exactly the limit is read."""
        self.wire.send(POST_HEAD + "Content-Length: 100\r\n\r\n{}" + " " * 98)
        self.assertEqual(self.wire.answers()[0].json, {"hello": "world"})

    def test_chunked(self) -> None:
        """A body that does not say how long it is is counted as it comes."""
        self.wire.send(POST_HEAD + "Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(4):
            self.wire.send(b"20\r\n" + b" " * 32 + b"\r\n")
        self.refused(413, "too_large")

    def test_chunked_within(self) -> None:
        """A short one in chunks is read."""
        self.wire.send(POST_HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
        self.assertEqual(self.wire.answers()[0].status, 200)

    def test_huge(self) -> None:
        """What follows after the refusal is dropped, however much it is."""
        self.wire.send(POST_HEAD + "Transfer-Encoding: chunked\r\n\r\n3B9ACA00\r\n")
        for _ in range(100):
            self.wire.send(b"x" * 65_536)
        self.refused(413, "too_large")

    def test_absurd(self) -> None:
        """Lengths beyond all measure."""
        for length in ("9" * 30, "9" * 5_000):
            wire = Wire(self.site)
            wire.send(POST_HEAD + f"Content-Length: {length}\r\n\r\n")
            self.assertIn(wire.answers()[0].status, (400, 413))
            wire.hang_up()

    def test_unknown_path(self) -> None:
        """A body for a path that does not exist, or takes none, is not read at all."""
        self.wire.send(f"POST /nowhere HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 60000000\r\n\r\n")
        self.refused(404, "not_found")

    def test_wrong_method(self) -> None:
        """Nor one sent with a method the path does not have."""
        self.wire.send(f"PUT /api/v1/echo HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\n\r\n")
        self.refused(405, "method_not_allowed")

    def test_websocket_path(self) -> None:
        """Nor one sent to the WebSocket."""
        self.wire.send(f"GET /ws HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\n\r\n")
        self.refused(404, "not_found")

    def test_no_continue(self) -> None:
        """Who asks first whether to send it is told no."""
        self.wire.send(POST_HEAD + "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n")
        self.refused(413, "too_large")

    def test_no_temporary_file(self) -> None:
        """Bodies never touch the disk."""
        folder = Path(self.mktemp())
        folder.mkdir()
        self.patch(tempfile, "tempdir", str(folder))
        site = small_site(ECHO, body_limit=1_000_000)
        wire = Wire(site)
        wire.send(POST_HEAD + "Content-Length: 500000\r\n\r\n{}" + " " * 400_000)
        self.assertEqual(list(folder.iterdir()), [])
        wire.hang_up()

    def test_form(self) -> None:
        """Forms are not parsed: they are simply not JSON."""
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
            wire = Wire(self.site)
            wire.send(
                f"POST /api/v1/echo HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {kind}\r\nContent-Length: 3\r\n\r\na=b"
            )
            self.assertEqual(wire.answers()[0].status, 415)
            wire.hang_up()


class DeadlineTests(ChannelCase):
    """Deadlines are absolute: a drip of bytes does not stretch them."""

    def test_silence(self) -> None:
        """A connection on which nothing is said is closed after ten seconds, without a word."""
        self.clock.advance(9.9)
        self.assertFalse(self.wire.is_closed)
        self.clock.advance(0.2)
        self.assertTrue(self.wire.is_closed)
        self.assertEqual(self.wire.transport.value(), b"")

    def test_dripping_headers(self) -> None:
        """Headers must be complete after ten seconds."""
        self.wire.send(f"GET /api/v1/hello HTTP/1.1\r\nHost: {HOST}\r\n")
        for _ in range(12):
            self.clock.advance(0.9)
            self.wire.send(b"X-A: b\r\n")
        self.refused(408, "too_slow")

    def test_dripping_first_line(self) -> None:
        """So must the first line."""
        for letter in b"GET /api/v1/hello":
            self.wire.send(bytes([letter]))
            self.clock.advance(0.7)
        self.refused(408, "too_slow")

    def test_dripping_body(self) -> None:
        """A body must come at the least rate: 100 bytes at 10 a second, and the ten seconds everybody has."""
        self.wire.send(POST_HEAD + "Content-Length: 100\r\n\r\n")
        for _ in range(19):
            self.clock.advance(1)
            self.wire.send(b" ")
        self.assertEqual(self.wire.answers(), [])
        self.clock.advance(1.1)
        self.refused(408, "too_slow")

    def test_dripping_chunks(self) -> None:
        """A body in chunks as if it were as long as it may be."""
        self.wire.send(POST_HEAD + "Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(21):
            self.clock.advance(1)
            self.wire.send(b"1\r\n \r\n")
        self.refused(408, "too_slow")

    def test_later_request(self) -> None:
        """On a connection that is kept the ten seconds begin with the request's first byte."""
        self.wire.send(GET)
        self.clock.advance(30)
        self.assertFalse(self.wire.is_closed)
        self.wire.send(GET[:-4])
        self.clock.advance(9.9)
        self.assertEqual(len(self.wire.answers()), 1)
        self.clock.advance(0.2)
        self.assertEqual([answer.status for answer in self.wire.answers()], [200, 408])

    def test_idle(self) -> None:
        """A connection nobody uses any more is closed."""
        self.wire.send(GET)
        self.clock.advance(76)
        self.assertTrue(self.wire.is_closed)

    def test_slow_reader(self) -> None:
        """Who does not take her answer is cut off in the end."""
        self.wire.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        self.assertTrue(self.wire.is_closed)
        self.assertFalse(self.wire.transport.disconnected)
        self.clock.advance(61)
        self.assertTrue(self.wire.transport.disconnected)

    def test_pipelined(self) -> None:
        """Several requests in one piece are answered in order, and leave no deadline behind."""
        self.wire.send(GET + GET + GET)
        self.assertEqual([answer.status for answer in self.wire.answers()], [200, 200, 200])
        self.clock.advance(30)
        self.assertFalse(self.wire.is_closed)


class SmugglingTests(ChannelCase):
    """Whatever two servers could read differently is refused, and the connection ends there."""

    PROBES = (
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
        "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "Content-Length: 2, 2\r\n\r\n{}",
        "Content-Length: +2\r\n\r\n{}",
        "Content-Length: -2\r\n\r\n{}",
        "Content-Length: 0x2\r\n\r\n{}",
        "Content-Length: 2_0\r\n\r\n{}",
        "Content-Length: 2 2\r\n\r\n{}",
        "Content-Length:\r\n\r\n{}",
        "Content-Length : 2\r\n\r\n{}",
        "Content-Length\t: 2\r\n\r\n{}",
        " Content-Length: 2\r\n\r\n{}",
        "X-A: b\r\n Content-Length: 2\r\n\r\n{}",
        "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
        "Transfer-Encoding: identity\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\x00\r\n\r\n0\r\n\r\n",
        "X-A: b\nContent-Length: 2\r\n\r\n{}",
        "X-A: b\rContent-Length: 2\r\n\r\n{}",
        "X A: b\r\nContent-Length: 2\r\n\r\n{}",
        "nonsense\r\nContent-Length: 2\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        "Transfer-Encoding: chunked\r\n\r\n+1\r\n{\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0x1\r\n{\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1 \r\n{\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{x1\r\n}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\n{\n0\n\n",
    )

    def test_probes(self) -> None:
        """Each probe gets one refusal, and the request hidden behind it is never answered."""
        for probe in self.PROBES:
            wire = Wire(self.site)
            wire.send(POST_HEAD.encode() + probe.encode("latin-1") + GET)
            statuses = [answer.status for answer in wire.answers()]
            if statuses != [400]:
                # A chunk size line that is not over yet: nothing is answered, and it runs into the deadline.
                self.clock.advance(25)
                statuses = [answer.status for answer in wire.answers()]
                self.assertIn(statuses, ([408], [400]), repr(probe))
            wire.send(GET)
            self.clock.advance(2.1)
            self.assertTrue(wire.is_closed, repr(probe))
            self.assertEqual(len(wire.answers()), 1, repr(probe))
            wire.hang_up()

    def test_old_chunks(self) -> None:
        """HTTP/1.0 knows no chunks."""
        self.wire.send(POST_HEAD.replace("HTTP/1.1", "HTTP/1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        self.refused(400, "bad_request")

    def test_first_lines(self) -> None:
        """First lines that are none, and targets that are no path."""
        for line in (
            "GET  /api/v1/hello HTTP/1.1",
            "GET /api/v1/hello",
            "GET /api/v1/hello HTTP/2.0",
            " GET / HTTP/1.1",
            "GET / HTTP/1.1 x",
            "G\u00c9T / HTTP/1.1",
            "\x16\x03\x01\x02",
            "GET /a b HTTP/1.1",
            "PRI * HTTP/2.0",
            "GET http://evil.example/api/v1/hello HTTP/1.1",
            "GET * HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "CONNECT evil.example:443 HTTP/1.1",
            "GET evil HTTP/1.1",
            "GET \\ HTTP/1.1",
        ):
            wire = Wire(self.site)
            wire.send(f"{line}\r\nHost: {HOST}\r\n\r\n")
            self.assertEqual([answer.status for answer in wire.answers()], [400], line)
            wire.hang_up()

    def test_too_much_head(self) -> None:
        """A head above 16 KiB, or of 500 headers, or one endless line, is refused."""
        for head in ("X: " + "a" * 20_000 + "\r\n", "a" * 70_000, "X: abc\r\n" * 600, f"X: {'a' * 8_000}\r\n" * 3):
            wire = Wire(self.site)
            wire.send(f"GET /api/v1/hello HTTP/1.1\r\n{head}")
            self.assertEqual([answer.status for answer in wire.answers()], [400], head[:20])
            wire.hang_up()

    def test_refused_in_pieces(self) -> None:
        """Byte by byte the same things are refused."""
        for probe in self.PROBES[:8]:
            wire = Wire(self.site)
            for byte in POST_HEAD.encode() + probe.encode("latin-1"):
                wire.send(bytes([byte]))
            self.assertEqual([answer.status for answer in wire.answers()], [400], repr(probe))
            wire.hang_up()


class PrintableTests(SynchronousTestCase):
    """Nothing a stranger sends can forge a log line or steer a terminal."""

    def test_controls(self) -> None:
        """Line ends, escapes and direction marks are shown, not obeyed."""
        self.assertEqual(printable(b"a\r\nb\x1b[31m\x00\xff"), "a\\r\\nb\\x1b[31m\\x00\ufffd")
        self.assertEqual(printable("m\u0435i \u202e梅"), "m\u0435i \\u202e梅")
        json.dumps(printable(bytes(range(256))))
