"""Engine.IO 3 and 4 without I/O: what its packets and payloads look like, and what a session does with them.

https://github.com/socketio/engine.io-protocol.  Clients of Socket.IO 1.x and 2.x speak revision 3, those of 3.x and 4.x
revision 4.  Everything that is sent is ASCII (see `ws/socketio.py`), so that sizes need no second thought.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Literal

import attrs

MAX_PAYLOAD, STRANGERS_PAYLOAD = 1_000_000, 65_536
"""Bytes of a packet, or of the body of a POST: of whom a dialect has recognised, unless it allows more; of others."""

MAX_PACKETS = 256
"""Packets in one body that a client posts."""

MAX_ANSWERED = 16
"""Packets in one answer to a poll: python-engineio (4.x) takes no more, and leaves."""

PING_INTERVAL, PING_TIMEOUT = 25.0, 20.0
"""Seconds; together below the 60 s after which proxies take a connection for dead."""

UPGRADE_SECONDS = 10.0

Transport = Literal["polling", "websocket"]
TRANSPORTS = ("polling", "websocket")
VERSIONS = (3, 4)


class Kind(IntEnum):
    """The first sign of a packet."""

    OPEN = 0
    CLOSE = 1
    PING = 2
    PONG = 3
    MESSAGE = 4
    UPGRADE = 5
    NOOP = 6


class Malformed(Exception):
    """What a client sent is no packet, or not one that she may send: as with the reference server, her session ends."""


@attrs.frozen
class Fault:
    """Why a request is not served, as the reference server says it."""

    code: int
    message: str
    status: int = 400

    @property
    def body(self) -> bytes:
        return json.dumps({"code": self.code, "message": self.message}, separators=(",", ":")).encode()


UNKNOWN_TRANSPORT = Fault(0, "Transport unknown")
UNKNOWN_SESSION = Fault(1, "Session ID unknown")
BAD_METHOD = Fault(2, "Bad handshake method")
BAD_REQUEST = Fault(3, "Bad request")
FORBIDDEN = Fault(4, "Forbidden", 403)
UNKNOWN_VERSION = Fault(5, "Unsupported protocol version")
TOO_MANY = Fault(4, "Too many connections", 503)


@attrs.frozen
class Packet:
    """A packet from a client; *data* is None where it was binary: nothing here has a use for its content."""

    kind: Kind
    data: str | None = ""


def decode(text: str) -> Packet:
    """The packet in a text, as it comes in a text frame.  Raises Malformed."""
    if text[:1] == "b":
        # Base64: in revision 3 the kind stands behind the b, in revision 4 it is a message.
        return Packet(Kind.MESSAGE, None)
    if not "0" <= text[:1] <= "6":
        raise Malformed("unknown packet type")
    return Packet(Kind(int(text[0])), text[1:])


def decode_payload(version: int, body: bytes, *, is_binary: bool = False) -> list[Packet]:
    """The packets in the body of a POST; *is_binary*: it was sent as application/octet-stream.  Raises Malformed."""
    try:
        if version == 3:
            texts = _of_binary(body) if is_binary else _of_lengths(body.decode())
        else:
            texts = iter(body.decode().split("\x1e"))
        packets: list[Packet] = []
        for text in texts:
            if len(packets) == MAX_PACKETS:
                raise Malformed("too many packets")
            packets.append(decode(text))
    except UnicodeError as error:
        raise Malformed("invalid text") from error
    return packets


def encode_payload(version: int, packets: Iterable[bytes]) -> bytes:
    """*packets*, all ASCII, as the body of an answer."""
    if version == 3:
        return b"".join([b"%d:%b" % (len(packet), packet) for packet in packets])
    return b"\x1e".join(packets)


_LENGTH = re.compile(r"([0-9]{1,8}):")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _of_lengths(text: str) -> Iterator[str]:
    """Revision 3: `<length>:<packet>` again and again; lengths in UTF-16 units, as JavaScript counts."""
    if not text:
        raise Malformed("an empty payload")
    has_pairs = not text.isascii() and _ASTRAL.search(text) is not None
    if has_pairs:
        text = _ASTRAL.sub(_as_pair, text)
    at = 0
    while at < len(text):
        length = _LENGTH.match(text, at)
        if length is None:
            raise Malformed("no length")
        at = length.end() + int(length[1])
        packet = text[length.end() : at]
        if len(packet) != int(length[1]):
            raise Malformed("a wrong length")
        if has_pairs:
            packet = packet.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        yield _read_once_more(packet)


def _as_pair(found: re.Match[str]) -> str:
    high, low = divmod(ord(found[0]) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)


def _read_once_more(packet: str) -> str:
    """What a client 1.x meant: it encodes to UTF-8 twice, and gives the length of the first encoding."""
    if packet.isascii():
        return packet
    try:
        return packet.encode("latin-1").decode()
    except UnicodeError:
        return packet


def _of_binary(body: bytes) -> Iterator[str]:
    """Revision 3, a payload with binary packets: 0 or 1 (text or binary), the length's digits as bytes, 255, packet."""
    at = 0
    while at < len(body):
        end = body.find(b"\xff", at, at + 10)
        digits = body[at + 1 : end]
        if end < 0 or not digits or max(digits) > 9 or body[at] > 1:
            raise Malformed("no length")
        is_text, at = body[at] == 0, end + 1 + int("".join(map(str, digits)))
        if at > len(body):
            raise Malformed("a wrong length")
        yield body[end + 1 : at].decode() if is_text else "b"


def packet(kind: Kind, data: bytes = b"") -> bytes:
    """A packet to send."""
    return b"%d%b" % (kind, data)


CLOSE, PING, PONG, NOOP = (packet(kind) for kind in (Kind.CLOSE, Kind.PING, Kind.PONG, Kind.NOOP))
PROBE, PROBE_ANSWER = Packet(Kind.PING, "probe"), packet(Kind.PONG, b"probe")


@attrs.define(eq=False)
class Engine:
    """The rules of one session, from its handshake to its end: signs of life, change of transport, what waits.

    Times are seconds of a monotonic clock.
    """

    sid: str
    version: int
    transport: Transport
    heard: float
    """When something was heard of the client."""
    is_upgrading: bool = attrs.field(default=False, init=False)
    """Whether a probe was answered: until the upgrade the client's polls are answered at once."""
    _waiting: list[bytes] = attrs.field(factory=list, init=False)
    queued: int = attrs.field(default=0, init=False)
    """Bytes that wait for the client to ask."""
    _pinged: float = attrs.field(init=False)
    _awaits_pong: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._pinged = self.heard

    def handshake(self) -> bytes:
        """The first packet of the session."""
        # A client 4.x that is on a WebSocket already, and is offered one, probes for ever.
        told = {
            "sid": self.sid,
            "upgrades": ["websocket"] if self.transport == "polling" else [],
            "pingInterval": int(PING_INTERVAL * 1000),
            "pingTimeout": int(PING_TIMEOUT * 1000),
        }
        if self.version == 4:
            told["maxPayload"] = MAX_PAYLOAD
        return packet(Kind.OPEN, json.dumps(told, separators=(",", ":")).encode())

    def receive(self, found: Packet, now: float) -> tuple[bool, bytes | None]:
        """Whether the session goes on after *found*, which is no message, and what is to be answered.

        Raises Malformed for what a client does not send.
        """
        self.heard = now
        match found.kind:
            case Kind.PING if self.version == 3:
                return True, PONG
            case Kind.PONG if self.version == 4:
                self._awaits_pong = False
                return True, None
            case Kind.CLOSE:
                return False, None
            case Kind.NOOP:
                return True, None
        raise Malformed("a packet of the other side")

    def look(self, now: float) -> tuple[bool, bytes | None]:
        """Whether the client is still alive, and a ping that is due.  To be asked every second or so."""
        if self.version == 3:
            return now - self.heard <= PING_INTERVAL + PING_TIMEOUT, None
        if self._awaits_pong:
            # Any packet tells that she lives: a long upload keeps its pong waiting.
            return now - max(self._pinged, self.heard) <= PING_TIMEOUT, None
        if now - self._pinged < PING_INTERVAL:
            return True, None
        self._pinged, self._awaits_pong = now, True
        return True, PING

    def probe(self, found: Packet) -> bytes | None:
        """The answer to a packet from a WebSocket that offers itself; None once it has become the transport.

        Raises Malformed.
        """
        if found == PROBE:
            self.is_upgrading = True
            return PROBE_ANSWER
        if found.kind is Kind.UPGRADE and self.is_upgrading:
            self.transport, self.is_upgrading = "websocket", False
            return None
        raise Malformed("no probe")

    def put(self, waiting: bytes) -> None:
        """Has a packet wait for the client's next poll, or for the upgrade."""
        self._waiting.append(waiting)
        self.queued += len(waiting)

    def take(self, most: int | None = None) -> list[bytes]:
        """The packets that wait, all or so many of them."""
        taken = self._waiting[:most]
        del self._waiting[:most]
        self.queued -= sum(map(len, taken))
        return taken
