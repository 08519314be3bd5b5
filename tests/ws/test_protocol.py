"""One WebSocket connection: who gets in, which frames pass, and how it ends."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import HOST, Connection, House

SAME = f"http://{HOST}"


class Handshake(SynchronousTestCase):
    """Getting in."""

    def setUp(self) -> None:
        self.house = House(self)

    def try_with(self, protocol: str = "webchat.v1", **headers: str) -> Connection:
        return Connection(self.house, {key.replace("_", "-"): value for key, value in headers.items()}, protocol)

    def test_welcome_in(self) -> None:
        """A client that speaks webchat.v1 gets in, and is told that this is what is spoken."""
        got = self.try_with()
        self.assertEqual(got.status, 101)
        self.assertRegex(got.head.lower(), r"sec-websocket-protocol: webchat\.v1")
        self.assertNotIn("sec-websocket-extensions", got.head.lower())

    def test_foreign_origin(self) -> None:
        """A page of another site does not get in, however similar its address."""
        foreign = ("http://evil.example", f"https://{HOST}", "http://localhost", "http://localhost.evil.example:8080")
        for origin in foreign:
            self.assertEqual(self.try_with(Origin=origin).status, 403, origin)
        self.assertEqual(len(self.house.sockets.connections), 0)

    def test_nameless_origin(self) -> None:
        """A page without an address of its own, or with a strange one, does not get in either."""
        for origin in ("null", "x", "file://", "http://[", f"{SAME} {SAME}", f"{SAME}.evil.example"):
            self.assertIn(self.try_with(Origin=origin).status, (400, 403), origin)
        self.assertEqual(len(self.house.sockets.connections), 0)

    def test_own_origin(self) -> None:
        """The server's own page gets in."""
        self.assertEqual(self.try_with(Origin=SAME).status, 101)

    def test_subprotocol(self) -> None:
        """Without webchat.v1 among its subprotocols a client is refused, also with one that looks like it."""
        for protocol in ("", "chat", "webchat.v2", "WEBCHAT.V1"):
            self.assertEqual(self.try_with(protocol).status, 400, protocol)
        self.assertEqual(self.try_with("mqtt, webchat.v1").status, 101)

    def test_no_upgrade(self) -> None:
        """A plain request to the socket's address is told to upgrade."""
        self.assertEqual(self.try_with(Upgrade="").status, 426)

    def test_other_versions(self) -> None:
        """Only version 13 of the WebSocket protocol is spoken."""
        for version in ("12", "8", "0", "14"):
            got = self.try_with(Sec_WebSocket_Version=version)
            self.assertIn(got.status, (400, 426), version)
        self.assertEqual(len(self.house.sockets.connections), 0)

    def test_no_key(self) -> None:
        """A handshake without its key is refused."""
        self.assertEqual(self.try_with(Sec_WebSocket_Key="").status, 400)

    def test_foreign_host(self) -> None:
        """A name that is not the server's is no way in (DNS rebinding)."""
        got = self.try_with(Host="evil.example", Origin="http://evil.example")
        self.assertNotEqual(got.status, 101)


class Frames(SynchronousTestCase):
    """What may be sent, and what ends the connection."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.connect(self.house.set_up())
        self.anna.rest()

    def closed_with(self) -> int | None:
        self.anna.rest()
        return self.anna.close_code

    def refused(self, payload: bytes) -> dict[str, Any]:
        """The refusal of *payload*, after which the connection must go on."""
        self.anna.frame(payload)
        events = self.anna.rest()
        self.assertEqual([event["type"] for event in events], ["error"], payload[:60])
        self.assertEqual(self.anna.ask("ping")["type"], "ok", payload[:60])
        return events[0]

    def test_binary(self) -> None:
        """A binary frame ends the connection with 1003."""
        self.anna.frame(b'{"type":"ping","id":1}', opcode=2)
        self.assertEqual(self.closed_with(), 1003)

    def test_not_json(self) -> None:
        """What is no JSON object is refused, and the connection goes on."""
        for payload in (b"", b"hello", b"{", b"[]", b"null", b"1", b'"x"', b'{"type":"ping","id":1}x', b"{'a':1}"):
            self.assertEqual(self.refused(payload)["code"], "bad_request", payload)

    def test_unknown(self) -> None:
        """Unknown kinds and unknown members are refused: nothing is guessed."""
        for payload in (
            b"{}",
            b'{"type":"dance","id":1}',
            b'{"id":1}',
            b'{"type":"ping","id":1,"x":1}',
            b'{"type":"post","id":1,"room":1,"text":"hi","author":2}',
            b'{"type":["ping"],"id":1}',
        ):
            self.assertEqual(self.refused(payload)["code"], "bad_request", payload)

    def test_wrong_types(self) -> None:
        """Members of a wrong type or out of bounds are refused."""
        for members in (
            {"room": "1"}, {"room": None}, {"room": True}, {"room": 1.5}, {"room": 0}, {"room": -1}, {"room": [1]},
            {"text": 1}, {"text": None}, {"text": ["x"]}, {"nonce": ""}, {"nonce": "a b"}, {"nonce": "é"},
            {"nonce": "x" * 65}, {"nonce": 1}, {"id": -1}, {"id": "1"}, {"id": None}, {"id": True},
        ):  # fmt: skip
            frame = {"type": "post", "id": 1, "room": 1, "text": "hi", **members}
            self.assertEqual(self.refused(json.dumps(frame).encode())["code"], "bad_request", members)

    def test_which_request(self) -> None:
        """A request that is wrong is answered with its id, where it has a usable one."""
        self.assertEqual(self.refused(b'{"type":"dance","id":7}')["id"], 7)
        self.assertNotIn("id", self.refused(b'{"type":"dance","id":"7"}'))
        self.assertNotIn("id", self.refused(b'{"type":"dance","id":true}'))

    def test_huge_numbers(self) -> None:
        """Numbers that no room has, up to thousands of digits, are refused."""
        for number in (str(2**53 + 1), str(2**63), str(2**64), "9" * 5_000, "1e400", "NaN", "-0.5"):
            payload = f'{{"type":"leave","id":1,"room":{number}}}'.encode()
            self.assertEqual(self.refused(payload)["code"], "bad_request", number[:20])
            payload = f'{{"type":"ping","id":{number}}}'.encode()
            self.assertEqual(self.refused(payload)["code"], "bad_request", number[:20])

    def test_deep_nesting(self) -> None:
        """Brackets in brackets by the thousand are refused, and break nothing."""
        for payload in (b"[" * 60_000, b'{"a":' * 12_000, b'{"type":"post","id":1,"room":' + b"[" * 50_000):
            self.assertEqual(self.refused(payload)["code"], "bad_request")

    def test_unshowable_text(self) -> None:
        """A half of a character, or a NUL, is never stored."""
        for escape in (rb"\ud800", rb"\udc00", rb"\udfff\ud800", rb"a\u0000b", rb"\u001b[2J"):
            answer = self.refused(b'{"type":"post","id":1,"room":1,"text":"' + escape + b'"}')
            self.assertIn(answer["code"], ("bad_request", "bad_text"), escape)
        self.assertEqual(self.anna.ask("post", room=1, text="\U0001f600")["seq"], 1)

    def test_not_utf8(self) -> None:
        """Bytes that are no UTF-8 end the connection with 1007."""
        self.anna.frame(b'{"type":"ping","id":"\xff"}')
        self.assertEqual(self.closed_with(), 1007)

    def test_largest(self) -> None:
        """A frame of 65,536 bytes is read; with one more the connection ends with 1009."""
        self.assertEqual(self.refused(b" " * 65_536)["code"], "bad_request")
        self.anna.frame(b" " * 65_537)
        self.assertEqual(self.closed_with(), 1009)

    def test_too_large_in_parts(self) -> None:
        """Small parts do not make a message that is too large pass."""
        self.anna.frame(b" " * 40_000, fin=False)
        self.anna.frame(b" " * 40_000, opcode=0)
        self.assertEqual(self.closed_with(), 1009)

    def test_in_parts(self) -> None:
        """A message in 64 parts is read, also a second time."""
        payload = json.dumps({"type": "ping", "id": 99}).encode().ljust(64)
        for _ in range(2):
            for place in range(64):
                self.anna.frame(payload[place : place + 1], opcode=0 if place else 1, fin=place == 63)
            self.assertEqual(self.anna.answer(99)["type"], "ok")

    def test_unmasked(self) -> None:
        """A client's frame without a mask is a protocol error."""
        self.anna.raw(b"\x81\x02{}")
        self.assertEqual(self.closed_with(), 1002)

    def test_compressed(self) -> None:
        """A frame that claims to be compressed is a protocol error: nothing of the kind was agreed."""
        self.anna.raw(b"\xc1\x82\0\0\0\0{}")
        self.assertEqual(self.closed_with(), 1002)

    def test_after_the_end(self) -> None:
        """What comes after the server has said goodbye is not carried out."""
        self.anna.frame(b"x", opcode=2)
        self.anna.send(type="post", id=1, room=1, text="late")
        self.assertEqual((self.anna.rest(), self.closed_with()), ([], 1003))
        state = self.house.wait(self.house.chat.rooms.mine(self.house.wait(self.owner())))[1][0]
        self.assertEqual(state.seq, 0)

    async def owner(self) -> Any:
        from tests.support.house import DEVICE, PASSWORD

        return (await self.house.chat.accounts.sign_in("anna", PASSWORD, DEVICE)).actor

    def test_goodbye(self) -> None:
        """A client's goodbye is answered with the same code, and the connection is forgotten."""
        self.anna.frame(b"\x03\xe8", opcode=8)
        self.assertEqual(self.closed_with(), 1000)
        self.anna.lose()
        self.assertEqual((len(self.house.sockets.connections), self.house.chat.hub.listeners), (0, 0))


class Pings(SynchronousTestCase):
    """Signs of life in both directions."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.connect(self.house.set_up())
        self.anna.rest()

    def written(self) -> bytes:
        data = self.anna.transport.value()
        self.anna.transport.clear()
        return bytes(data)

    def test_answered(self) -> None:
        """A ping is answered with what it carried."""
        self.anna.frame(b"abc", opcode=9)
        self.assertEqual(self.written(), b"\x8a\x03abc")

    def test_flood(self) -> None:
        """More than ten pings within ten seconds end the connection with 4029."""
        for _ in range(10):
            self.anna.frame(b"", opcode=9)
        self.assertTrue(self.anna.is_open)
        self.anna.frame(b"", opcode=9)
        self.assertFalse(self.anna.is_open)
        self.assertEqual(self.anna.close_code, 4029)

    def test_steady(self) -> None:
        """A ping every second or two is no flood."""
        for _ in range(16):
            self.house.clock.advance(1.5)
            self.anna.frame(b"", opcode=9)
        self.assertTrue(self.anna.is_open)

    def test_asked_for_life(self) -> None:
        """A silent client is pinged after 25 seconds, and dropped when nothing comes within 10."""
        self.house.clock.advance(24.5)
        self.assertEqual(self.written(), b"")
        self.house.clock.advance(1)
        self.assertEqual(self.written()[:1], b"\x89")
        self.house.clock.advance(9)
        self.assertFalse(self.anna.transport.disconnecting)
        self.house.clock.advance(1.5)
        self.assertTrue(self.anna.transport.disconnecting)

    def test_alive(self) -> None:
        """A client that answers pings stays as long as it likes."""
        for _ in range(200):
            self.house.clock.advance(1)
            data = self.written()
            if data[:1] == b"\x89":
                self.anna.frame(data[2:], opcode=10)
        self.assertTrue(self.anna.is_open)

    def test_unasked_pong(self) -> None:
        """A pong nobody asked for does no harm."""
        self.anna.frame(b"hm", opcode=10)
        self.assertTrue(self.anna.is_open)


class TheEnd(SynchronousTestCase):
    """However a connection ends, nothing of it remains."""

    def setUp(self) -> None:
        self.house = House(self)
        self.actor = self.house.set_up()
        self.timers = len(self.house.clock.getDelayedCalls())

    def assert_nothing_left(self, why: object = None) -> None:
        self.assertEqual((len(self.house.sockets.connections), self.house.chat.hub.listeners), (0, 0), why)
        self.assertEqual(dict(self.house.sockets._by_address), {}, why)

    def test_lost(self) -> None:
        """A line that breaks leaves nothing behind."""
        self.house.connect(self.actor).lose()
        self.assert_nothing_left()
        self.assertEqual(len(self.house.clock.getDelayedCalls()), self.timers)

    def test_lost_before_hello(self) -> None:
        """A line that breaks before anything was said leaves nothing behind."""
        self.house.connect().lose()
        self.assert_nothing_left()
        self.assertEqual(len(self.house.clock.getDelayedCalls()), self.timers)

    def test_lost_during_hello(self) -> None:
        """A line that breaks while hello is being answered leaves nothing behind, whenever it breaks."""
        for steps in range(5):
            connection = self.house.connect()
            token = self.house.token(self.actor)
            self.house.reader.hold()
            connection.send(type="hello", token=token, rooms={"1": 1})
            for _ in range(steps):
                self.house.reader.step()
            connection.lose()
            self.house.reader.release()
            self.house.turn()
            self.assert_nothing_left(steps)

    def test_lost_during_a_post(self) -> None:
        """What was sent before the line broke is kept, and told to the others."""
        other, connection = self.house.connect(self.actor), self.house.connect(self.actor)
        self.house.writer.hold()
        connection.send(type="post", id=1, room=1, text="last words")
        connection.lose()
        self.house.writer.release()
        self.house.turn()
        self.assertEqual(other.next("message")["text"], "last words")
        self.assertEqual(len(self.house.sockets.connections), 1)

    def test_peer_that_does_not_answer(self) -> None:
        """A client that ignores the server's goodbye is dropped two seconds later."""
        connection = self.house.connect(self.actor)
        connection.frame(b"", opcode=2)
        self.house.clock.advance(2.5)
        self.assertTrue(connection.transport.disconnecting)
        connection.lose()
        self.assert_nothing_left()
