"""Packets of the Socket.IO protocol, revisions 2 to 5, without I/O: what is in an Engine.IO message.

Revisions 2 to 4 go over Engine.IO 3 (clients 1.x and 2.x), revision 5 over Engine.IO 4 (clients 3.x and 4.x).  What
they differ in is CONNECT and its refusal; events and acknowledgements are the same bytes in all of them.
https://github.com/socketio/socket.io-protocol
"""

from __future__ import annotations

import json
import re
from enum import IntEnum
from typing import Any

import attrs

from webchat.model.refusals import BadRequest
from webchat.ws import strict
from webchat.ws.engineio import Malformed
from webchat.ws.frames import text_frame

MAX_ATTACHMENTS = 10
_HEAD = re.compile(r"([0-6])(?:([0-9]{1,3})-)?(?:(/[!-+\--~]{0,200})(?:,|\Z))?([0-9]{1,15})?")


class Kind(IntEnum):
    """The first sign of a packet."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


@attrs.frozen
class Packet:
    """A packet as it was sent.  *data*: of an event its name and arguments; of an acknowledgement its arguments.

    *attachments*: how many binary messages follow that belong to it.  *refusal*: why its data, which is JSON, is not
    taken.
    """

    kind: Kind
    namespace: str = "/"
    id: int | None = None
    data: Any = None
    attachments: int = 0
    refusal: BadRequest | None = None


def decode(text: str) -> Packet:
    """The packet in an Engine.IO message.  Raises Malformed."""
    head = _HEAD.match(text)
    if head is None:
        raise Malformed("unknown packet type")
    kind = Kind(int(head[1]))
    is_binary = kind in (Kind.BINARY_EVENT, Kind.BINARY_ACK)
    attachments = int(head[2] or 0)
    if is_binary is not (head[2] is not None) or attachments > MAX_ATTACHMENTS:
        raise Malformed("illegal attachments")
    # Clients 1.x and 2.x put a query behind the namespace.
    namespace = (head[3] or "/").partition("?")[0]
    number = int(head[4]) if head[4] else None
    data, refusal = None, None
    if len(text) > head.end():
        try:
            data = strict.read(text[head.end() :])
        except strict.NotJson as error:
            raise Malformed("invalid payload") from error
        except BadRequest as error:
            refusal = error
    if refusal is None and not _fits(kind, data):
        raise Malformed("invalid payload")
    if is_binary:
        refusal = BadRequest("Binary data is not taken.")
    if kind in (Kind.ACK, Kind.BINARY_ACK) and number is None:
        raise Malformed("an acknowledgement of nothing")
    return Packet(kind, namespace, number, data, attachments, refusal)


def _fits(kind: Kind, data: Any) -> bool:
    match kind:
        case Kind.CONNECT:
            return data is None or isinstance(data, dict)
        case Kind.DISCONNECT:
            return data is None
        case Kind.EVENT | Kind.BINARY_EVENT:
            return isinstance(data, list) and bool(data) and isinstance(data[0], str)
        case Kind.ACK | Kind.BINARY_ACK:
            return isinstance(data, list)
        case Kind.ERROR:
            return True


def event(name: str, *args: Any, id: int | None = None) -> bytes:
    """An event as one WebSocket frame; *id* asks for an acknowledgement."""
    return _message(b"2" + _number(id), [name, *args])


def ack(id: int, args: tuple[Any, ...]) -> bytes:
    """The answer to an event that asked for one, as a frame."""
    return _message(b"3" + _number(id), args)


def connected(sid: str | None) -> bytes:
    """The client is in; *sid* from revision 5 on."""
    return _message(b"0", {"sid": sid}) if sid is not None else _message(b"0")


def refused(version: int, message: str, data: Any = None, namespace: str = "/") -> bytes:
    """The client is not let in, or not into *namespace*; *version* is Engine.IO's."""
    head = b"4" if namespace == "/" else b"4" + namespace.encode() + b","
    if version == 3:
        return _message(head, message)
    return _message(head, {"message": message} if data is None else {"message": message, "data": data})


def disconnected() -> bytes:
    """The client is sent away: stock clients do not come back by themselves after this."""
    return _message(b"1")


_NOTHING = object()
# All of it ASCII: Engine.IO 3 counts UTF-16 units in clients 2.x and the bytes of UTF-8 in 1.x, which is the same for
# ASCII only.
_to_json = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


def _message(head: bytes, data: Any = _NOTHING) -> bytes:
    text = b"" if data is _NOTHING else _to_json(data).encode()
    return text_frame(b"4" + head + text)


def _number(id: int | None) -> bytes:
    return b"" if id is None else b"%d" % id
