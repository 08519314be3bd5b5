"""A site in memory: raw connections for hostile bytes, and a client for ordinary requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import attrs
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.resource import IResource, Resource

from tests.support.house import Numbers
from webchat.chat import Chat
from webchat.http.gate import Gate
from webchat.http.route import Call, Nothing, Route
from webchat.http.settings import HttpSettings
from webchat.http.site import ChatSite, Door
from webchat.http.static import StaticFiles
from webchat.live.limits import Buckets, Rate
from webchat.model.web import Origins

HOST = "chat.example.com"
ORIGIN = f"https://{HOST}"


@attrs.frozen
class Answer:
    """One HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The refusal's code."""
        return str(self.json["code"])


class Wire:
    """One connection to *site*, from *peer* (None: a UNIX socket)."""

    def __init__(self, site: ChatSite, peer: str | None = "192.0.2.7") -> None:
        address: Any = UNIXAddress(None)
        if peer is not None:
            address = (IPv6Address if ":" in peer else IPv4Address)("TCP", peer, 4711)
        self.transport = StringTransport(peerAddress=address)
        self.protocol = site.buildProtocol(address)
        self.protocol.makeConnection(self.transport)

    def send(self, data: bytes | str) -> None:
        """Bytes arrive at the server, unless it has closed the connection."""
        if not self.transport.disconnecting:
            self.protocol.dataReceived(data.encode("latin-1") if isinstance(data, str) else data)

    @property
    def is_closed(self) -> bool:
        return bool(self.transport.disconnecting)

    def hang_up(self) -> None:
        """The peer goes away."""
        self.protocol.connectionLost(Failure(ConnectionDone()))

    def answers(self, method: str = "GET") -> list[Answer]:
        """Everything the server has said so far, as responses (to *method*)."""
        found = []
        rest = self.transport.value()
        while rest:
            answer, rest = _parse(rest, method)
            found.append(answer)
        return found


def _parse(data: bytes, method: str) -> tuple[Answer, bytes]:
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    assert first.startswith("HTTP/1."), first
    status = int(first.split()[1])
    headers: dict[str, str] = {}
    cookies = []
    for line in lines:
        name, _, value = line.partition(": ")
        if name.lower() == "set-cookie":
            cookies.append(value)
        else:
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value
    if method == "HEAD" or status in (204, 304) or status < 200:
        return Answer(status, headers, b"", tuple(cookies)), rest
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while True:
            size, _, rest = rest.partition(b"\r\n")
            piece, rest = rest[: int(size, 16)], rest[int(size, 16) + 2 :]
            if not piece:
                return Answer(status, headers, body, tuple(cookies)), rest
            body += piece
    length = int(headers["content-length"])
    assert len(rest) >= length, "the body is cut"
    return Answer(status, headers, rest[:length], tuple(cookies)), rest[length:]


def request_bytes(
    method: str, path: str, headers: Mapping[str, str], body: bytes = b"", host: str | None = HOST
) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


@attrs.define
class Client:
    """Somebody who asks *site*: a browser if she keeps cookies and sends *origin*, else a program."""

    site: ChatSite
    origin: str | None = None
    token: str | None = None
    peer: str | None = "192.0.2.7"
    host: str = HOST
    cookies: dict[str, str] = attrs.field(factory=dict)
    agent: str = "test"
    turn: Callable[[], object] = lambda: None
    """Has the server do what waits, where that is not done at once."""

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """One request on a connection of its own.

        *body* is sent as JSON, *raw* as it stands; a header None is left out.
        """
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        all_headers: dict[str, str | None] = {"User-Agent": self.agent, "Origin": self.origin}
        if content:
            all_headers["Content-Type"] = "application/json"
        if self.token:
            all_headers["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            all_headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        all_headers.update(headers or {})
        sent = {name: value for name, value in all_headers.items() if value is not None}
        wire = Wire(self.site, self.peer)
        wire.send(request_bytes(method, path, sent, content, sent.pop("Host", self.host)))
        self.turn()
        answers = wire.answers(method)
        wire.hang_up()
        assert len(answers) == 1, f"{method} {path}: {len(answers)} answers"
        self._keep(answers[0].cookies)
        return answers[0]

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.ask("POST", path, body, **more)

    def _keep(self, cookies: tuple[str, ...]) -> None:
        if self.origin is None:
            return
        for cookie in cookies:
            found = re.match(r"([^=]+)=([^;]*)", cookie)
            assert found is not None
            if found[2] and "Max-Age=0" not in cookie:
                self.cookies[found[1]] = found[2]
            else:
                self.cookies.pop(found[1], None)


def public_settings(**more: Any) -> HttpSettings:
    """The settings of a server at ORIGIN."""
    return HttpSettings(**{"origins": Origins.of(ORIGIN), "is_https": True, **more})


def small_site(
    *routes: Route,
    clock: Clock | None = None,
    static: Path | None = None,
    websocket: IResource | None = None,
    **settings: Any,
) -> ChatSite:
    """A site with *routes*, which must be public, and nothing of the chat behind it but the limit for strangers."""
    found = public_settings(**settings)
    numbers = Numbers()
    limits = SimpleNamespace(strangers=Buckets(Rate(1000, 1000), (clock or Clock()).seconds))
    gate = Gate(cast(Chat, limits), found, numbers)
    files = StaticFiles(static or Path("there is no such folder"))
    door = Door(routes, gate, found, websocket or Resource(), files, lambda: numbers(8).hex())
    return ChatSite(door, found, cast(Any, clock or Clock()), lambda: 1_700_000_000.0)


async def say_hello(call: Call[Any, Any]) -> dict[str, str]:
    """Says hello."""
    return {"hello": "world"}


HELLO = Route("GET", "/api/v1/hello", say_hello, answer=dict[str, str], who="public")
ECHO = Route("POST", "/api/v1/echo", say_hello, answer=dict[str, str], body=Nothing, who="public")
