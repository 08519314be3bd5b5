"""What a client asks over HTTP: pages of history, and bringing files."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from twisted.internet.defer import TimeoutError
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.web.client import (
    Agent,
    BrowserLikePolicyForHTTPS,
    FileBodyProducer,
    HTTPConnectionPool,
    PartialDownloadError,
    ResponseFailed,
    readBody,
)
from twisted.web.http_headers import Headers

from webchat import __version__
from webchat.client.refusing import refusal_of
from webchat.model.answers import Page
from webchat.model.extras import File
from webchat.model.ids import RoomId

ANSWER_SECONDS = 30.0
UPLOAD_SECONDS = 600.0

T = TypeVar("T")

_NO_ANSWER = (ConnectError, ConnectionClosed, DNSLookupError, PartialDownloadError, ResponseFailed, TimeoutError)


class Web:
    """The HTTP side of one client; see `Dialler` for *origin* and *trust_root*."""

    def __init__(self, reactor: Any, origin: str, token: str, trust_root: Any = None) -> None:
        self._reactor = reactor
        self._api = f"{origin}/api/v1"
        self._token = token
        self._pool = HTTPConnectionPool(reactor)  # type: ignore[no-untyped-call]
        policy = BrowserLikePolicyForHTTPS(trust_root)  # type: ignore[no-untyped-call]
        self._agent = Agent(reactor, policy, connectTimeout=10, pool=self._pool)  # type: ignore[no-untyped-call]

    async def page(self, room: RoomId, where: Mapping[str, int]) -> Page:
        """A page of *room*'s history: the newest, or *before*, *after* or *around* a seq.  Raises Refusal, OSError."""
        return await self._ask("GET", f"/rooms/{room}/messages?{urlencode(where)}", Page)

    async def upload(self, room: RoomId, name: str, content: bytes) -> File:
        """Brings a file to *room*; a post names its id.  Raises Refusal."""
        path = f"/rooms/{room}/files?name={quote(name, safe='')}"
        return await self._ask("POST", path, File, content, UPLOAD_SECONDS)

    async def close(self) -> None:
        """Ends the connections that are kept open."""
        await self._pool.closeCachedConnections()  # type: ignore[no-untyped-call]

    async def _ask(
        self, method: str, path: str, kind: type[T], content: bytes | None = None, seconds: float = ANSWER_SECONDS
    ) -> T:
        headers = {"Authorization": f"Bearer {self._token}", "User-Agent": f"webchat-client/{__version__}"}
        body = None
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
            body = FileBodyProducer(BytesIO(content))  # type: ignore[no-untyped-call]
        asked = self._agent.request(
            method.encode(),
            (self._api + path).encode(),
            Headers({name: [value] for name, value in headers.items()}),
            body,  # type: ignore[arg-type]
        )
        try:
            response = await asked.addTimeout(seconds, self._reactor)
            answer = await readBody(response).addTimeout(seconds, self._reactor)
        except _NO_ANSWER as error:
            raise OSError(f"The server does not answer: {error!r}.") from error
        if response.code >= 400:
            raise refusal_of(_read(answer), f"The server answered {response.code}.")
        return msgspec.convert(_read(answer), kind)


def _read(answer: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    return found if isinstance(found, dict) else {}
