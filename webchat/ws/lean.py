"""Spares each connection what Autobahn keeps of the handshake, and what it computes for its debugging log.

Measured on Autobahn 26.10: half of a handshake goes into texts that nobody reads, and an open connection has 85
entries in its instance's dictionary.  `tests/ws/test_lean.py` fails when Autobahn changes what this relies on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import autobahn.twisted.websocket
import autobahn.websocket.protocol

# Their private names are what this is about.
twisted_websocket: Any = autobahn.twisted.websocket
websocket_protocol: Any = autobahn.websocket.protocol

DEBUGGING: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (websocket_protocol, ("hltype", "hlval", "pformat")),
    (twisted_websocket, ("hltype", "hlval")),
)
"""Functions that only make texts for the debugging log, which is off."""

LEFTOVERS = frozenset({
    "_transport_details",
    "_wskey",
    "http_headers",
    "http_request_data",
    "http_request_host",
    "http_request_params",
    "http_request_path",
    "http_request_uri",
    "http_response_data",
    "http_status_line",
    "is_open",
    "websocket_extensions",
    "websocket_extensions_in_use",
    "websocket_origin",
    "websocket_protocols",
})  # fmt: skip
"""What the handshake leaves on a connection, and nothing looks at any more once it is open."""


def quiet() -> None:
    """Have Autobahn make no texts for its debugging log.  Harmless the second time."""
    for module, names in DEBUGGING:
        for name in names:
            setattr(module, name, _no_text)
    websocket_protocol.Utf8Validator = Validator


def _no_text(*arguments: object, **named: object) -> str:
    return ""


class Validator:
    """Autobahn's validator of UTF-8, made when it is needed: whole texts are looked at elsewhere."""

    __slots__ = ("_real",)
    _kind = websocket_protocol.Utf8Validator

    def __init__(self) -> None:
        self._real: Any = None

    def reset(self) -> None:
        """Begin a new text."""
        self._real = self._kind()

    def validate(self, data: bytes) -> Any:
        """Go on with the text: (valid so far, ends with a whole sign, ...)."""
        if self._real is None:
            self.reset()
        return self._real.validate(data)


def configured(protocol: type, factory: Any) -> type:
    """*protocol* with the factory's options, and what a connection begins with, on the class.

    Autobahn copies an option to each connection only where it is missing; and a connection that has become like all
    others need not say so itself.
    """
    options = {name: getattr(factory, name) for name in protocol.CONFIG_ATTRS}  # type: ignore[attr-defined]
    # One of them is a function, which on a class would become a method.
    plain = {name: staticmethod(value) if callable(value) else value for name, value in options.items()}
    return type(protocol.__name__, (protocol,), {"__module__": protocol.__module__, **beginning(), **plain})


def beginning() -> Mapping[str, Any]:
    """What every connection has right after it was accepted, where it is nothing, no, zero or shared."""
    # The deque is for writes in pieces, which are never asked for; the counts are read by nobody.
    return {
        "send_queue": (),
        "trafficStats": websocket_protocol.TrafficStats(),
        **dict.fromkeys(_NOTHING),
        **dict.fromkeys(_NO, False),
        "autoPingPendingSeq": 0,
        "data": b"",
        "send_state": websocket_protocol.WebSocketProtocol.SEND_STATE_GROUND,
    }


_NOTHING = (
    "_perMessageCompress",
    "autoPingPending",
    "autoPingPendingCall",
    "autoPingPendingSent",
    "autoPingTimeoutCall",
    "closeHandshakeTimeoutCall",
    "current_frame",
    "localCloseCode",
    "localCloseReason",
    "openHandshakeTimeoutCall",
    "remoteCloseCode",
    "remoteCloseReason",
    "trackedTimings",
    "wasNotCleanReason",
)
_NO = (
    "closedByMe",
    "droppedByMe",
    "failedByMe",
    "inside_message",
    "triggered",
    "wasClean",
    "wasCloseHandshakeTimeout",
    "wasMaxFramePayloadSizeExceeded",
    "wasMaxMessagePayloadSizeExceeded",
    "wasOpenHandshakeTimeout",
    "wasServerConnectionDropTimeout",
    "wasServingFlashSocketPolicyFile",
)


def slim(connection: Any) -> None:
    """Have an open *connection* keep only what is its own."""
    kind = type(connection)
    connection.__dict__ = {
        name: value
        for name, value in connection.__dict__.items()
        if name not in LEFTOVERS and name not in _SHARED and getattr(kind, name, _MISSING) is not value
    }


_SHARED = frozenset({"send_queue", "trafficStats"})
_MISSING = object()
