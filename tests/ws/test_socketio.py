"""The bytes of Socket.IO's packets, of each revision."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.ws import socketio
from webchat.ws.engineio import Malformed
from webchat.ws.frames import payloads_of
from webchat.ws.socketio import MAX_ATTACHMENTS, Kind, Packet, decode


class Reading(SynchronousTestCase):
    """What clients send."""

    def test_packets(self) -> None:
        """Each kind of packet, as clients of each revision write it."""
        for text, packet in (
            ("0", Packet(Kind.CONNECT)),
            ('0{"token":"TOK"}', Packet(Kind.CONNECT, data={"token": "TOK"})),
            ("0/other", Packet(Kind.CONNECT, "/other")),
            ('0/other,{"a":1}', Packet(Kind.CONNECT, "/other", data={"a": 1})),
            ("0/other?token=x,", Packet(Kind.CONNECT, "/other")),
            ("1", Packet(Kind.DISCONNECT)),
            ("1/other,", Packet(Kind.DISCONNECT, "/other")),
            ('2["login",{"name":"张三"}]', Packet(Kind.EVENT, data=["login", {"name": "张三"}])),
            ('221["x",{}]', Packet(Kind.EVENT, id=21, data=["x", {}])),
            ('2/other,7["x"]', Packet(Kind.EVENT, "/other", 7, ["x"])),
            ('31["answer"]', Packet(Kind.ACK, id=1, data=["answer"])),
            ("30[]", Packet(Kind.ACK, id=0, data=[])),
            ('4"no"', Packet(Kind.ERROR, data="no")),
        ):
            self.assertEqual(decode(text), packet, text)

    def test_binary(self) -> None:
        """Binary packets are read with the number of what belongs to them, and a refusal."""
        packet = decode('52-/x,3["pic",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
        self.assertEqual(
            (packet.kind, packet.namespace, packet.id, packet.attachments), (Kind.BINARY_EVENT, "/x", 3, 2)
        )
        assert packet.refusal is not None
        self.assertEqual((packet.data[0], packet.refusal.code), ("pic", "bad_request"))
        self.assertEqual(decode('61-5[{"_placeholder":true,"num":0}]').kind, Kind.BINARY_ACK)

    def test_malformed(self) -> None:
        """What is no packet is said to be none."""
        for text in (
            "", "7", "9", "x", "-1", " 2", "2", "2{}", "2[]", "2[1]", '2["a"', '2["a"]x', "2abc[1]", '2[["a"]]', '2"a"',
            "2null", '2["a",NaN]', "0[]", '0"x"', "1{}", '1["x"]', '3["x"]', "31", "31{}", '5["x"]',
            f'5{MAX_ATTACHMENTS + 1}-["x"]', '5-["x"]', '51["x"]', '21-["x"]', "0/\u00e9", "0/a b", '2/other["x"]',
            "2" + "9" * 40 + '["x"]', '2\u0661["x"]',
        ):  # fmt: skip
            with self.assertRaises(Malformed, msg=text):
                decode(text)

    def test_refused(self) -> None:
        """JSON that cannot be taken is refused with the id it came with: the client may go on."""
        for value in ('"\\ud800"', '"\\u0000"', "1" * 20, "[" * 30 + "]" * 30, "[" + "0," * 1_000 + "0]"):
            packet = decode(f'27["x",{value}]')
            assert packet.refusal is not None, value
            self.assertEqual((packet.kind, packet.id, packet.refusal.code), (Kind.EVENT, 7, "bad_request"))

    @settings(max_examples=200, deadline=None)
    @given(st.one_of(st.text(max_size=40), st.text('0123456/-,[]{}"ax', max_size=40)))
    def test_anything(self, text: str) -> None:
        """Any text is a packet, or Malformed."""
        try:
            packet = decode(text)
        except Malformed:
            return
        self.assertIsInstance(packet, Packet)


class Writing(SynchronousTestCase):
    """What clients are sent: frames whose content is ASCII."""

    def text(self, frame: bytes) -> str:
        (payload,) = payloads_of(frame)
        return payload.decode("ascii")

    def test_packets(self) -> None:
        """Each kind of packet."""
        for frame, text in (
            (socketio.event("a"), '42["a"]'),
            (
                socketio.event("a", {"b": [1, None]}, "张\U0001f600\u2028"),
                '42["a",{"b":[1,null]},"\\u5f20\\ud83d\\ude00\\u2028"]',
            ),
            (socketio.event("a", id=12), '4212["a"]'),
            (socketio.ack(1, ("answer",)), '431["answer"]'),
            (socketio.ack(0, ()), "430[]"),
            (socketio.connected(None), "40"),
            (socketio.connected("MsNN"), '40{"sid":"MsNN"}'),
            (socketio.refused(3, "不"), '44"\\u4e0d"'),
            (socketio.refused(3, "Invalid namespace", namespace="/other"), '44/other,"Invalid namespace"'),
            (socketio.refused(4, "no", {"code": "x"}), '44{"message":"no","data":{"code":"x"}}'),
            (socketio.refused(4, "Invalid namespace", namespace="/other"), '44/other,{"message":"Invalid namespace"}'),
            (socketio.disconnected(), "41"),
        ):
            self.assertEqual(self.text(frame), text)

    def test_no_number(self) -> None:
        """What JSON cannot say is not sent."""
        for value in (float("nan"), float("inf"), object(), b"x"):
            with self.assertRaises((ValueError, TypeError)):
                socketio.event("a", value)

    @settings(max_examples=200, deadline=None)
    @given(
        st.text(min_size=1, max_size=20),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**53), 2**53)
            | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
            lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("abc"), below, max_size=3),
            max_leaves=8,
        ),
    )
    def test_there_and_back(self, name: str, value: Any) -> None:
        """What is sent is read as it was meant."""
        name = name.encode("utf-8", "ignore").decode().replace("\0", "") or "x"
        self.assertEqual(decode(self.text(socketio.event(name, value))[1:]).data, [name, value])
