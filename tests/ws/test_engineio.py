"""The bytes of Engine.IO 3 and 4, and the rules of a session, on a clock of the test's own."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.ws.engineio import (
    MAX_PACKETS,
    PROBE,
    PROBE_ANSWER,
    Engine,
    Fault,
    Kind,
    Malformed,
    Packet,
    decode,
    decode_payload,
    encode_payload,
    packet,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def as_client_2(*texts: str) -> bytes:
    """A payload as clients 2.x write it: lengths in UTF-16 units."""
    return "".join(f"{len(text.encode('utf-16-le')) // 2}:{text}" for text in texts).encode()


def as_client_1(*texts: str) -> bytes:
    """As clients 1.x write it: UTF-8 twice, and the length of the first."""
    return b"".join(b"%d:" % len(text.encode()) + text.encode().decode("latin-1").encode() for text in texts)


def as_bytes(text: str) -> bytes:
    """A text as revision 3 packs it beside binary packets."""
    data = text.encode()
    return b"\0" + bytes(map(int, str(len(data)))) + b"\xff" + data


class Payloads(SynchronousTestCase):
    """Several packets in one body."""

    def texts(self, version: int, body: bytes, is_binary: bool = False) -> list[str | None]:
        return [found.data for found in decode_payload(version, body, is_binary=is_binary)]

    def test_revision_3(self) -> None:
        """Lengths count UTF-16 units: a Chinese sign is one, an emoji two."""
        for body, texts in (
            ("2:40", ["0"]),
            ("1:22:40", ["", "0"]),
            ('25:42["login",{"name":"张三"}]', ['2["login",{"name":"张三"}]']),
            ('9:42["\U0001f600"]'.replace("9", "8"), ['2["\U0001f600"]']),
            ("3:4\U0001f6002:4b", ["\U0001f600", "b"]),
            ("3:4:13:4é:", [":1", "é:"]),
        ):
            self.assertEqual(self.texts(3, body.encode()), texts, body)

    def test_client_1(self) -> None:
        """What clients 1.x encode twice is read twice; what only looks a little like it is not."""
        read = '29:42["login",{"name":"å¼\u00a0ä¸\u0089"}]'
        self.assertEqual(self.texts(3, read.encode()), ['2["login",{"name":"张三"}]'])
        self.assertEqual(
            self.texts(3, '9:42["\u00f0\u009f\u0098\u0080"]'.replace("9", "10").encode()), ['2["\U0001f600"]']
        )
        self.assertEqual(self.texts(3, '8:42["café"]'.replace("8", "10").encode()), ['2["café"]'])

    def test_revision_4(self) -> None:
        """Packets are joined by U+001E and need no length."""
        self.assertEqual(
            self.texts(4, '42["a",1]\x1e42["张\U0001f600"]\x1e3'.encode()), ['2["a",1]', '2["张\U0001f600"]', ""]
        )

    def test_binary(self) -> None:
        """Of binary packets is kept that they came."""
        self.assertEqual(self.texts(4, b"bAQIDBA==\x1e4x"), [None, "x"])
        self.assertEqual(self.texts(3, b"10:b4AQIDBA==2:4x"), [None, "x"])
        body = as_bytes("4张") + b"\x01\x01\x02\xff\x04" + b"x" * 11 + as_bytes("4y")
        self.assertEqual(self.texts(3, body, True), ["张", None, "y"])

    def test_malformed(self) -> None:
        """What is no payload is said to be none."""
        for version, body in (
            (3, b""), (3, b"abc"), (3, b":4"), (3, b"2:4"), (3, b"1:44"), (3, b"1:7"), (3, b"1:a"), (3, b"0:"),
            (3, b"+1:4"), (3, b" 1:4"),
            (3, "\u0661:4".encode()), (3, b"123456789:4"), (3, b"2:4\xff"),
            (3, "2:4\U0001f600".encode()), (3, as_client_2(*["6"] * (MAX_PACKETS + 1))),
            (4, b""), (4, b"4\x1e"), (4, b"\x1e4"), (4, b"7"), (4, b"x"), (4, b"4\xff"), (4, b"\xef\xbb\xbf4"),
            (4, b"\x1e".join([b"6"] * (MAX_PACKETS + 1))),
        ):  # fmt: skip
            with self.assertRaises(Malformed, msg=body):
                decode_payload(version, body)
        for body in (
            b"\x02\x01\xff4",
            b"\0\xff4",
            b"\0\x0a\xff4",
            b"\0\x02\xff4",
            b"\0",
            b"\0" + b"\1" * 20,
            b"\0\1\xff\xff",
        ):
            with self.assertRaises(Malformed, msg=body):
                decode_payload(3, body, is_binary=True)

    def test_written(self) -> None:
        """What is sent is ASCII: its lengths are right by every way of counting."""
        self.assertEqual(encode_payload(3, [b"40", b'42["\\u5f20"]']), b'2:4012:42["\\u5f20"]')
        self.assertEqual(encode_payload(4, [b"2", b"42[1]"]), b"2\x1e42[1]")

    @settings(max_examples=200, deadline=None)
    @given(st.lists(TEXTS, min_size=1, max_size=5))
    def test_any_text(self, texts: list[str]) -> None:
        """Whatever is written, each kind of client is understood; in revision 4 a separator can only be escaped."""
        packets = ["4" + text for text in texts]
        for body in (as_client_1(*packets), b"".join(map(as_bytes, packets))):
            self.assertEqual(self.texts(3, body, body[:1] == b"\0"), texts)
        plain = [text for text in texts if any(sign > "\xff" for sign in text) or text.isascii()]
        if plain:
            self.assertEqual(self.texts(3, as_client_2(*("4" + text for text in plain))), plain)
        if not any("\x1e" in text for text in texts):
            self.assertEqual(self.texts(4, "\x1e".join(packets).encode()), texts)

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=80), st.sampled_from([3, 4]), st.booleans())
    def test_any_bytes(self, body: bytes, version: int, is_binary: bool) -> None:
        """Any bytes are packets, or Malformed."""
        try:
            found = decode_payload(version, body, is_binary=is_binary)
        except Malformed:
            return
        self.assertTrue(all(isinstance(one, Packet) for one in found))

    def test_long(self) -> None:
        """Reading takes time in proportion to the length, whatever is in it."""
        for body in (b"1" * 1_000_000, "4:4张三\U0001f600".encode() * 40, b"2:4" + "\U0001f600".encode() * 250_000):
            with self.assertRaises(Malformed):
                decode_payload(3, body)


class Sessions(SynchronousTestCase):
    """What a session does with packets and with time."""

    def engine(self, version: int = 4, is_polling: bool = True) -> Engine:
        return Engine("sid", version, "polling" if is_polling else "websocket", 100.0)

    def test_handshake(self) -> None:
        """The handshake offers a WebSocket to who has none, and its limit to who heeds it."""
        self.assertEqual(
            self.engine(3).handshake(),
            b'0{"sid":"sid","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}',
        )
        told = json.loads(self.engine(4, is_polling=False).handshake()[1:])
        self.assertEqual((told["upgrades"], told["maxPayload"]), ([], 1_000_000))

    def test_client_pings(self) -> None:
        """In revision 3 the client pings; after 45 seconds without a packet she is dead."""
        engine = self.engine(3)
        self.assertEqual(engine.receive(Packet(Kind.PING), 120.0), (True, b"3"))
        self.assertEqual(engine.look(165.0), (True, None))
        self.assertEqual(engine.look(165.1), (False, None))

    def test_server_pings(self) -> None:
        """In revision 4 the server pings every 25 seconds, and waits 20 for the pong."""
        engine = self.engine()
        self.assertEqual(engine.look(124.9), (True, None))
        self.assertEqual(engine.look(125.0), (True, b"2"))
        self.assertEqual(engine.look(145.0), (True, None))
        self.assertEqual(engine.receive(Packet(Kind.PONG), 145.0), (True, None))
        self.assertEqual(engine.look(150.0), (True, b"2"))
        self.assertEqual(engine.look(170.1), (False, None))

    def test_any_sign(self) -> None:
        """Whatever comes is a sign of life: a long upload keeps the pong waiting behind it."""
        engine = self.engine()
        engine.look(125.0)
        engine.heard = 140.0
        self.assertEqual(engine.look(160.0), (True, None))
        self.assertEqual(engine.look(160.1), (False, None))

    def test_goodbye(self) -> None:
        """The client may leave; a NOOP means nothing."""
        self.assertEqual(self.engine().receive(Packet(Kind.CLOSE), 100.0), (False, None))
        self.assertEqual(self.engine().receive(Packet(Kind.NOOP), 100.0), (True, None))

    def test_other_side(self) -> None:
        """What only a server says, and signs of life in the wrong direction, are refused."""
        for version, kind in (
            (3, Kind.PONG), (4, Kind.PING), (3, Kind.OPEN), (4, Kind.OPEN), (3, Kind.UPGRADE), (4, Kind.UPGRADE),
        ):  # fmt: skip
            with self.assertRaises(Malformed):
                self.engine(version).receive(Packet(kind), 100.0)

    def test_upgrade(self) -> None:
        """A WebSocket becomes the transport by a probe and an upgrade, in this order."""
        engine = self.engine(3)
        for found in (decode("5"), decode("2"), decode("2prob"), decode("4x"), decode("3probe")):
            with self.assertRaises(Malformed):
                engine.probe(found)
        self.assertEqual(engine.probe(PROBE), PROBE_ANSWER)
        self.assertEqual((engine.transport, engine.is_upgrading), ("polling", True))
        self.assertIsNone(engine.probe(decode("5")))
        self.assertEqual((engine.transport, engine.is_upgrading), ("websocket", False))

    def test_queue(self) -> None:
        """What waits is counted, and taken in order."""
        engine = self.engine()
        engine.put(b"42[1]")
        engine.put(packet(Kind.NOOP))
        self.assertEqual(engine.queued, 6)
        self.assertEqual((engine.take(1), engine.queued), ([b"42[1]"], 1))
        engine.put(b"1")
        self.assertEqual((engine.take(), engine.queued, engine.take()), ([b"6", b"1"], 0, []))

    def test_faults(self) -> None:
        """A fault is told as the reference server tells it."""
        self.assertEqual(
            Fault(5, "Unsupported protocol version").body, b'{"code":5,"message":"Unsupported protocol version"}'
        )
