"""Socket.IO over HTTP: handshakes, held GETs, POSTs, and the way to a WebSocket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from autobahn.twisted.resource import WebSocketResource
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from webchat.model.text import printable
from webchat.model.web import client_address, session_token
from webchat.ws import engineio
from webchat.ws.carrier import AGENT_LIMIT, SocketIoFactory
from webchat.ws.clients import Visit
from webchat.ws.engineio import (
    BAD_METHOD,
    BAD_REQUEST,
    FORBIDDEN,
    TOO_MANY,
    TRANSPORTS,
    UNKNOWN_SESSION,
    UNKNOWN_TRANSPORT,
    UNKNOWN_VERSION,
    Fault,
    Malformed,
)
from webchat.ws.protocol import RETRY_AFTER
from webchat.ws.sessions import Session

_MAX_FIELDS = 20
_PREFLIGHT_SECONDS = 600


Greet = Callable[[Any, Sequence[str], bool], str | None]
"""Told of an older client's handshake, the values of its `Cookie` headers, and whether it came by https.

May have the browser keep a cookie, as whose `name=value` it is known from this handshake on.
"""


class Polling(Resource):
    """Answers every request for `/socket.io`, and for `/ws` with an `EIO` in its query."""

    isLeaf = True  # noqa: N815

    def __init__(self, factory: SocketIoFactory, greet: Greet | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._factory = factory
        self._greet = greet
        self._websocket = WebSocketResource(factory)  # type: ignore[no-untyped-call]

    def body_limit(self, target: bytes) -> int:
        """The most bytes of a body that is sent to *target*, a path with its query."""
        session = self._factory.find(_query(target).get("sid", ""))
        return engineio.STRANGERS_PAYLOAD if session is None else session.largest

    def render(self, request: Any) -> Any:
        own = self._is_own_page(request)
        if own is False:
            return self._refuse(request, FORBIDDEN)
        origin = request.requestHeaders.getRawHeaders(b"Origin")
        if origin:
            # Exactly the page that asks, never "*": it comes with its visitor's cookie.
            _answer_with(request, b"Access-Control-Allow-Origin", origin[0])
            _answer_with(request, b"Access-Control-Allow-Credentials", b"true")
            _answer_with(request, b"Vary", b"Origin")
        if request.method == b"OPTIONS":
            return self._answer_preflight(request)
        query = _query(request.uri)
        if query.get("transport") not in TRANSPORTS:
            return self._refuse(request, UNKNOWN_TRANSPORT)
        if "sid" in query:
            session = self._factory.find(query["sid"])
            return self._refuse(request, UNKNOWN_SESSION) if session is None else self._go_on(request, session, query)
        return self._begin(request, query)

    def _begin(self, request: Any, query: dict[str, str]) -> Any:
        """A handshake."""
        if request.method != b"GET":
            return self._refuse(request, BAD_METHOD)
        if query.get("EIO") not in ("3", "4"):
            return self._refuse(request, UNKNOWN_VERSION)
        if "j" in query:
            # JSONP: an answer that is a script, for browsers of another time.
            return self._refuse(request, BAD_REQUEST)
        if query["transport"] == "websocket":
            return self._open_socket(request)
        session = self._factory.open(self._visit(request, query), "polling")
        if session is None:
            _answer_with(request, b"Retry-After", b"%d" % RETRY_AFTER)
            return self._refuse(request, TOO_MANY)
        return _text(request, session.begin())

    def _go_on(self, request: Any, session: Session, query: dict[str, str]) -> Any:
        if query["transport"] == "websocket":
            if request.method != b"GET" or not session.may_upgrade():
                return self._refuse(request, BAD_REQUEST)
            return self._open_socket(request)
        if session.engine.transport != "polling" or query.get("EIO") != str(session.engine.version):
            return self._refuse(request, BAD_REQUEST)
        try:
            if request.method == b"GET":
                return self._poll(request, session)
            if request.method == b"POST":
                return self._post(request, session)
        except Malformed as error:
            session.close(1002, str(error))
            return self._refuse(request, BAD_REQUEST)
        return self._refuse(request, BAD_METHOD)

    def _poll(self, request: Any, session: Session) -> Any:
        gone = request.notifyFinish()
        gone.addErrback(lambda _: session.poll_lost())
        session.poll(partial(_finish, request))
        return NOT_DONE_YET

    def _post(self, request: Any, session: Session) -> Any:
        kind = request.getHeader("Content-Type") or ""
        is_binary = kind.partition(";")[0].strip().lower() == "application/octet-stream"
        packets = engineio.decode_payload(session.engine.version, request.content.read(), is_binary=is_binary)
        gone: list[Failure] = []
        request.notifyFinish().addErrback(gone.append)

        def answered() -> None:
            if not gone:
                # As the reference server does; an old client on an old browser saves what is not HTML as a file.
                _finish(request, b"ok", b"text/html")

        session.post(packets, answered)
        return NOT_DONE_YET

    def _open_socket(self, request: Any) -> Any:
        if (request.getHeader("Upgrade") or "").lower() != "websocket" or request.clientproto != b"HTTP/1.1":
            return self._refuse(request, BAD_REQUEST)
        # From here on it is counted as a WebSocket, and the channel will not hear of its end.
        request.channel.site.gone(request.channel)
        return self._websocket.render(request)  # type: ignore[no-untyped-call]

    def _refuse(self, request: Any, fault: Fault) -> bytes:
        request.setResponseCode(fault.status)
        return _measured(request, fault.body, b"application/json")

    def _answer_preflight(self, request: Any) -> bytes:
        request.setResponseCode(204)
        _answer_with(request, b"Access-Control-Allow-Methods", b"GET, POST")
        _answer_with(request, b"Access-Control-Allow-Headers", b"Content-Type")
        _answer_with(request, b"Access-Control-Max-Age", b"%d" % _PREFLIGHT_SECONDS)
        return b""

    def _is_own_page(self, request: Any) -> bool | None:
        """Whether a page that may use its visitor's cookies asks; None where the request does not say."""
        origins = _headers(request, b"Origin")
        if origins:
            door, host = self._factory.door, request.getHeader("Host") or ""
            return len(origins) == 1 and door.origins.same_origin(origins[0], host, self._is_secure(request))
        # Browsers name no Origin when a page reads from its own server.
        site = request.getHeader("Sec-Fetch-Site")
        return site in ("same-origin", "none") if site else None

    def _is_secure(self, request: Any) -> bool:
        return self._factory.door.is_https or bool(request.isSecure())

    def _visit(self, request: Any, query: dict[str, str]) -> Visit:
        cookies = _headers(request, b"Cookie")
        is_old = query["EIO"] == "3"
        given = self._greet(request, cookies, self._is_secure(request)) if self._greet and is_old else None
        forwarded = _headers(request, b"X-Forwarded-For")
        peer = getattr(request.client, "host", None)
        return Visit(
            version=int(query["EIO"]),
            path=request.path.decode("ascii").rstrip("/"),
            query=query,
            # As with any other GET: a page of another site cannot read the answer, and so has no use for the session.
            cookies=(*cookies, given) if given is not None else tuple(cookies),
            cookie_token=session_token(cookies, self._is_secure(request)),
            is_own_page=self._is_own_page(request) is True,
            address=client_address(peer, forwarded, self._factory.door.trusted_proxies),
            agent=printable(request.getHeader("User-Agent") or "")[:AGENT_LIMIT],
        )


def _query(target: bytes) -> dict[str, str]:
    """The query behind a path: of each name the first value; nothing if it cannot be read."""
    try:
        text = target.partition(b"?")[2].decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _headers(request: Any, name: bytes) -> list[str]:
    return [value.decode("latin-1") for value in request.requestHeaders.getRawHeaders(name, [])]


def _answer_with(request: Any, name: bytes, value: bytes) -> None:
    request.responseHeaders.setRawHeaders(name, [value])


def _measured(request: Any, body: bytes, kind: bytes) -> bytes:
    _answer_with(request, b"Content-Type", kind)
    _answer_with(request, b"Content-Length", b"%d" % len(body))
    return body


def _text(request: Any, body: bytes) -> bytes:
    return _measured(request, body, b"text/plain; charset=UTF-8")


def _finish(request: Any, body: bytes, kind: bytes = b"text/plain; charset=UTF-8") -> None:
    request.write(_measured(request, body, kind))
    request.finish()
