"""Hostile clients at the socket: slow ones, floods, odd frames, and handshakes made to forge a log or an answer."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.testing import EventLoggingObserver, StringTransport
from twisted.logger import formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import HOST, Connection, House
from webchat.live.limits import Rate

PING = b'{"type":"ping","id":1}'


class Slowness(SynchronousTestCase):
    """A message must be whole ten seconds after its first byte: a drip holds a connection no longer."""

    def setUp(self) -> None:
        self.house = House(self)
        self.owner = self.house.set_up()
        self.anna = self.house.connect(self.owner)
        self.anna.rest()

    def drip(self, data: bytes, every: float = 2.0) -> float:
        """Sends *data* byte by byte until the server has enough; after how many seconds that was."""
        began = self.house.clock.seconds()
        for place in range(len(data)):
            self.anna.raw(data[place : place + 1])
            for _ in range(4):
                self.house.clock.advance(every / 4)
                if not self.anna.is_open:
                    return self.house.clock.seconds() - began
        raise AssertionError(f"still open after {self.house.clock.seconds() - began} s")

    def test_dripping_payload(self) -> None:
        """A frame that comes a byte every two seconds is closed with 4008 after ten."""
        frame = b"\x81" + bytes((0x80 | len(PING),)) + b"\0\0\0\0" + PING
        self.assertLessEqual(self.drip(frame), 11.5)
        self.assertEqual(self.anna.close_code, 4008)

    def test_dripping_head(self) -> None:
        """So is one whose head alone takes so long."""
        self.assertLessEqual(self.drip(b"\x81\xff\0\0\0\0\0\0\0\x05\0\0\0\0"), 11.5)
        self.assertEqual(self.anna.close_code, 4008)

    def test_dripping_fragments(self) -> None:
        """So is a message in many quick frames, also with pings in between."""
        for second in range(12):
            self.anna.frame(b" ", opcode=0 if second else 1, fin=False)
            if second % 3 == 0:
                self.anna.frame(b"", opcode=9)
            self.house.clock.advance(1)
        self.assertFalse(self.anna.is_open)
        self.assertEqual(self.anna.close_code, 4008)

    def test_never_between_frames(self) -> None:
        """Who always has the beginning of the next message on the wire, and ends each one in time, stays."""
        frame = b"\x81" + bytes((0x80 | len(PING),)) + b"\0\0\0\0" + PING
        self.anna.raw(frame[:3])
        for _ in range(20):
            self.house.clock.advance(1.5)
            self.anna.raw(frame[3:] + frame[:3])
        self.assertTrue(self.anna.is_open)
        self.assertEqual(len(self.anna.rest()), 20)

    def test_silence(self) -> None:
        """Saying nothing at all is no offence, also after a message in parts."""
        self.anna.frame(PING[:5], fin=False)
        self.anna.frame(PING[5:], opcode=0)
        for _ in range(20):
            self.house.clock.advance(1)
        self.assertTrue(self.anna.is_open)

    def test_not_read(self) -> None:
        """While the server itself does not read, the time does not run."""
        protocol = next(iter(self.house.sockets.connections))
        self.anna.raw(b"\x81")
        protocol.stop_reading()
        self.house.clock.pump([1] * 5)
        protocol._is_reading = False
        self.assertFalse(protocol.is_dripping(self.house.clock.seconds() + 60))
        protocol.go_on_reading()
        self.assertFalse(protocol.is_dripping(self.house.clock.seconds() + 9))
        self.assertTrue(protocol.is_dripping(self.house.clock.seconds() + 10))

    def test_before_hello(self) -> None:
        """Before hello there are five seconds, whatever drips in."""
        self.anna = self.house.connect()
        self.assertLessEqual(self.drip(b"\x81\xfe\x10\x10\0\0\0\0" + b" " * 20), 5.5)
        self.assertEqual(self.anna.close_code, 4001)


class Floods(SynchronousTestCase):
    """Many small things."""

    def setUp(self) -> None:
        self.house = House(self)
        self.owner = self.house.set_up()
        self.mei = self.house.connect(self.house.register("mei"))
        self.anna = self.house.connect(self.owner)
        self.anna.rest(), self.mei.rest()

    def closed_with(self, connection: Connection) -> int | None:
        connection.rest()
        return connection.close_code

    def test_pongs(self) -> None:
        """More than ten pongs within ten seconds that nobody asked for end the connection, pings counted with them."""
        for opcode in (9, 10) * 5:
            self.anna.frame(b"x", opcode=opcode)
        self.assertTrue(self.anna.is_open)
        self.anna.frame(b"x", opcode=10)
        self.assertEqual(self.closed_with(self.anna), 4029)

    def test_tiny_frames(self) -> None:
        """Who sends frames by the thousand is cut off after two hundred, and answered no more."""
        self.house.sockets.shared.requests = Rate(20, 100)
        self.anna = self.house.connect(self.owner)
        self.anna.rest()
        tiny = b"\x81\x80\0\0\0\0"
        self.anna.raw(tiny * 5_000)
        answers = self.anna.rest()
        self.assertEqual(self.anna.close_code, 4029)
        self.assertLessEqual(len(answers), 201)
        self.house.clock.advance(3)
        self.assertTrue(self.anna.transport.disconnecting)
        self.assertEqual(self.mei.ask("post", room=1, text="hi")["type"], "ok")

    def test_tiny_frames_before_hello(self) -> None:
        """So is who has not even said hello."""
        self.house.sockets.shared.requests = Rate(20, 100)
        stranger = self.house.connect()
        stranger.raw(b"\x81\x80\0\0\0\0" * 5_000)
        self.assertEqual(self.closed_with(stranger), 4029)

    def test_impossible_frames(self) -> None:
        """Reserved bits and kinds, control frames in parts or too long, lengths beyond all measure: 1002 or 1009."""
        frames = {
            "RSV1": b"\xc1\x80\0\0\0\0",
            "RSV2": b"\xa1\x80\0\0\0\0",
            "RSV3": b"\x91\x80\0\0\0\0",
            "RSV1 on a ping": b"\xc9\x80\0\0\0\0",
            **{
                f"opcode {code}": bytes((0x80 | code, 0x80)) + b"\0\0\0\0"
                for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
            },
            "a ping in parts": b"\x09\x80\0\0\0\0",
            "a long ping": b"\x89\xfe\x00\x7e\0\0\0\0" + b"x" * 126,
            "a goodbye of one byte": b"\x88\x81\0\0\0\0\x03",
            "a goodbye with a reserved code": b"\x88\x82\0\0\0\0\x03\xed",
            "a part of nothing": b"\x80\x80\0\0\0\0",
            "a message inside another": b"\x01\x81\0\0\0\0{" + b"\x81\x81\0\0\0\0{",
            "a length that is negative": b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
            "exabytes": b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
            "a length too long for what it says": b"\x81\xfe\x00\x02\0\0\0\0{}",
        }
        for name, data in frames.items():
            other = self.house.connect(self.owner)
            other.rest()
            other.raw(data)
            self.assertIn(self.closed_with(other), (1002, 1009), name)
            other.lose()
        self.assertEqual(self.mei.ask("ping")["type"], "ok")

    def test_the_others(self) -> None:
        """Whatever one connection does, a second one of the room hears everything."""
        for hostile in (
            b"\xc1\x80\0\0\0\0",
            b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
            b"\x81\x80\0\0\0\0" * 500,
        ):
            other = self.house.connect(self.owner)
            other.raw(hostile)
        self.anna.rest(), self.mei.rest()
        self.anna.ask("post", room=1, text="still here")
        self.assertEqual(self.mei.next("message")["text"], "still here")


class Handshakes(SynchronousTestCase):
    """What the door says to those it lets in, and to those it does not."""

    def setUp(self) -> None:
        self.house = House(self)
        self.observer = EventLoggingObserver()
        globalLogPublisher.addObserver(self.observer)
        self.addCleanup(globalLogPublisher.removeObserver, self.observer)

    def answer(self, **headers: str) -> Connection:
        return Connection(self.house, {name.replace("_", "-"): value for name, value in headers.items()})

    def refused(self) -> dict[str, Connection]:
        """A handshake for each reason to refuse one."""
        found = {
            "origin": self.answer(Origin="https://evil.example"),
            "null": self.answer(Origin="null"),
            "subprotocol": self.answer(Sec_WebSocket_Protocol="mqtt"),
            "key": self.answer(Sec_WebSocket_Key="short"),
            "no key": self.answer(Sec_WebSocket_Key=""),
            "version": self.answer(Sec_WebSocket_Version="8"),
            "no version": self.answer(Sec_WebSocket_Version=""),
            "connection": self.answer(Connection="close"),
            "extension": self.answer(Sec_WebSocket_Extensions="permessage-deflate; server_max_window_bits=99"),
            "double": self.answer(Sec_WebSocket_Protocol="webchat.v1, webchat.v1"),
        }
        door = self.house.sockets.door
        self.house.sockets.door = type(door)(origins=door.origins, max_connections=0)
        found["full"] = self.answer()
        self.house.sockets.door = door
        return found

    def test_headers(self) -> None:
        """The answer to a handshake, 101 or not, has the headers of every other answer, and names no version."""
        answers = {"101": self.answer(), **self.refused()}
        self.assertEqual(answers.pop("101").status, 101)
        for name, got in {"101": self.answer(), **answers}.items():
            headers = dict(line.split(": ", 1) for line in got.head.split("\r\n")[1:])
            self.assertEqual(headers["Server"], "webchat", name)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff", name)
            self.assertEqual(headers["Referrer-Policy"], "no-referrer", name)
            self.assertEqual(headers["Cross-Origin-Opener-Policy"], "same-origin", name)
            self.assertEqual(headers["Cross-Origin-Resource-Policy"], "same-origin", name)
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"], name)
            self.assertEqual(headers["Cache-Control"], "no-store", name)
            self.assertNotIn("autobahn", got.head.lower(), name)
            if name != "101":
                self.assertIn(got.status, (400, 403, 426, 503), name)
                self.assertEqual(int(headers["Content-Length"]), len(got.body), name)
                self.assertTrue(got.transport.disconnecting, name)
            if got.status == 503:
                self.assertEqual(headers["Retry-After"], "5")
        self.assertIn("Sec-WebSocket-Version: 13", answers["version"].head)

    def test_over_https(self) -> None:
        """Where people come by https they are told to stay with it."""
        house = House(self, is_https=True)
        self.assertIn("Strict-Transport-Security: max-age=31536000", Connection(house).head)
        refused = Connection(house, {"Origin": "https://evil.example"})
        self.assertEqual(refused.status, 403)
        self.assertIn("Strict-Transport-Security: max-age=31536000", refused.head)
        self.assertNotIn("Strict-Transport-Security", self.answer().head)

    def test_forging(self) -> None:
        """What a stranger writes into a header comes neither into the answer's head nor, as an escape, into the log."""
        for name in ("Origin", "Sec_WebSocket_Version", "Sec_WebSocket_Key", "Sec_WebSocket_Protocol", "Connection"):
            for evil in ("\x1b[2J\x1b]0;x\x07", "\x9b31m", "x\u202ey", "{log_source}", "%s%n", "A" * 5_000):
                got = self.answer(**{name: evil})
                self.assertNotEqual(got.status, 101, (name, evil))
                first = got.head.split("\r\n")[0]
                self.assertRegex(first, r"^HTTP/1\.1 \d{3} [A-Za-z ]+$", (name, evil))
                self.assertNotIn(evil, got.head)
        said = [formatEvent(event) or "" for event in self.observer]
        self.assertTrue([line for line in said if "at the handshake" in line])
        for line in said:
            self.assertTrue(line.isprintable(), line)
            self.assertLess(len(line), 400)

    def test_compression(self) -> None:
        """Whatever compression is offered, none is agreed to: there is nothing to inflate."""
        for offer in (
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover, permessage-deflate",
            "permessage-bzip2",
            "x-webkit-deflate-frame",
            ", ".join(["permessage-deflate"] * 200),
        ):
            got = self.answer(Sec_WebSocket_Extensions=offer)
            self.assertEqual(got.status, 101, offer)
            self.assertNotIn("extensions", got.head.lower(), offer)

    def test_origins_with_a_cookie(self) -> None:
        """With a good cookie a page that is not ours gets no connection, and none that is nobody's gets a name."""
        signed = self.house.register_signed("nele")
        cookie = f"webchat={signed.token}"
        good = self.answer(Cookie=cookie, Origin=f"http://{HOST}")
        good.send(type="hello")
        self.assertEqual(good.next("welcome")["user"]["name"], "nele")
        for origin in (
            "null", "", " ", "http://localhost", f"https://{HOST}", "http://localhost:80801", f"http://{HOST}.evil.example",
            f"http://evil.example/{HOST}", f"http://{HOST}@evil.example", f"http://a@{HOST}", f"http://{HOST}/",
            f"HTTP://{HOST}", "http://LOCALHOST:8080", f"http://x.{HOST}", f"http://{HOST}, http://{HOST}",
            "http://127.0.0.1:8080", "file://", "chrome-extension://x", f"http://{HOST}#", "http://localhost%2e:8080",
        ):  # fmt: skip
            got = self.answer(Cookie=cookie, Origin=origin)
            if got.status == 101:
                # An empty header is none: no browser's page, so the cookie says nothing.
                self.assertEqual(origin.strip(), "", origin)
                got.send(type="hello")
                self.assertEqual(got.next("error")["code"], "unauthenticated")
            else:
                self.assertIn(got.status, (400, 403), origin)

    def test_behind_the_handshake(self) -> None:
        """Frames, or a second request, sent right behind the handshake are answered to nobody else."""
        for more in (b"\x81\x82\0\0\0\0{}", f"GET /api/v1/server HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()):
            got = raw_handshake(self.house, more)
            self.assertEqual(got.count(b"HTTP/1.1 "), 1, got)
            self.assertTrue(got.startswith(b"HTTP/1.1 101 "), got)


def raw_handshake(house: House, more: bytes) -> bytes:
    """What the server says to a handshake with *more* bytes behind it."""
    peer = IPv4Address("TCP", "192.0.2.7", 4711)
    transport: Any = StringTransport(peerAddress=peer)
    channel = house.site.buildProtocol(peer)
    transport.protocol = channel
    channel.makeConnection(transport)
    head = {
        "Host": HOST,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "webchat.v1",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    channel.dataReceived(f"GET /ws HTTP/1.1\r\n{lines}\r\n".encode() + more)
    house.clock.advance(0)
    house.turn()
    return bytes(transport.value())
