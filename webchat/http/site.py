"""The HTTP site: what every request must satisfy and every answer carries, and which resource gets which path."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

from klein import Klein
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Site
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod
from werkzeug.routing import BaseConverter, ValidationError

from webchat.chat import Chat
from webchat.http.channel import SOCKET_PATH, ChatChannel, ChatRequest, Head, printable
from webchat.http.gate import Gate, shielded
from webchat.http.problem import encode_problem, headers_of, problem
from webchat.http.route import Route
from webchat.http.server import Probes
from webchat.http.settings import HttpSettings
from webchat.http.static import StaticFiles
from webchat.http.table import all_routes
from webchat.model.handshake import Handshake
from webchat.model.hosts import Identify
from webchat.model.ids import MAX_INT
from webchat.model.refusals import BadRequest, Busy, Internal, MethodNotAllowed, NotFound, Refusal, TooLarge
from webchat.model.web import is_local_name, is_proxy, throttle_key

# Trusted Types: no script of the page may turn text into markup or code.  One policy is that of Vue 3.5, which makes it
# when it starts, for the static parts of its compiled templates; the other lets the service worker start, and nothing
# else.  No second one of either name can be made.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vue webchat"
)

# Signs of which emoji are made, escaped as UTF-8; the # of a key is escaped too.
_EMOJI = (
    rb"(?:[0-9*]|%23|%C2%A[9E]|%EF%B8%8F|%E[23]%[89AB][0-9A-F]%[89AB][0-9A-F]"
    rb"|%F(?:0%9F|3%A0)%[89AB][0-9A-F]%[89AB][0-9A-F]){1,20}"
)
# Paths of the API and the probes: plain ASCII, nothing escaped, so that no other spelling of a path means the same; but
# for the emoji of a reaction, at the end.
_API_PATH = re.compile(rb"(?:/api|/healthz|/readyz|/metrics)(?:/[A-Za-z0-9._-]+)*(?:/reactions/" + _EMOJI + rb")?")
_PROBE_PATHS = (b"/healthz", b"/readyz", b"/metrics")
_SOCKET_PATHS = (SOCKET_PATH.encode(), SOCKET_PATH.encode() + b"/")
_REMEMBERED_PATHS = 2_048
MOST_LARGE = 32
"""Large bodies under way, above which no stranger's is taken."""
_SOCKETIO_PATHS = (b"/socket.io", b"/socket.io/")
_HAS_EIO = re.compile(rb"(?:\A|&)EIO=")
_RESERVED = re.compile(rb"/(?:api|ws|socket\.io|storage|healthz|readyz|metrics)(?:/|\Z)")


TakeOver = Callable[[Any, Handshake], bool]
"""Makes a WebSocket of a transport and the handshake that came over it, if it can."""


class Polling(Protocol):
    """Socket.IO over HTTP, up to where it becomes a WebSocket."""

    def body_limit(self, target: bytes) -> int:
        """The most bytes of a body that is sent to *target*, a path with its query."""

    def render(self, request: ChatRequest) -> Any: ...


class SideDoor(Protocol):
    """Another door under the same site, with paths of its own."""

    def serves(self, path: bytes) -> bool: ...

    def body_limit(self, path: bytes) -> int:
        """The most bytes of a body that is sent to *path*."""

    def render(self, request: ChatRequest) -> Any: ...


class ChatSite(Site):
    """The site, for as long as the server lives.  *answered* counts answers by status."""

    protocol = ChatChannel  # type: ignore[assignment]
    reactor: IReactorTime
    _log = Logger()

    def __init__(
        self,
        door: Door,
        settings: HttpSettings,
        clock: IReactorTime,
        wall_clock: Callable[[], float],
        take_over: TakeOver | None = None,
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            door,
            requestFactory=ChatRequest,
            reactor=clock,
            timeout=settings.idle_seconds,
            parsePOSTFormSubmission=False,
        )
        self.settings = settings
        self.answered: Counter[int] = Counter()
        self._door = door
        self._wall_clock = wall_clock
        self._take_over = take_over
        self._headers = _headers_of_every_answer(settings)
        self._by_address: Counter[str] = Counter()
        self.refused = 0
        self.large_bodies = 0

    def startFactory(self) -> None:
        """Nothing to start: Twisted's own access log reads the reactor's clock, which is not the time of day."""

    def stopFactory(self) -> None:
        """Nothing to stop."""

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """A connection's channel; None, which closes it, for an address that has too many already.

        A proxy's connections are everybody's: it must count them itself.
        """
        peer = getattr(addr, "host", None)
        channel = super().buildProtocol(addr)  # type: ignore[no-untyped-call]
        if not is_proxy(peer, self.settings.trusted_proxies):
            key = throttle_key(str(peer))
            if self._by_address[key] >= self.settings.connections_per_address:
                self.refused += 1
                return None
            self._by_address[key] += 1
            channel.counted_by = key
        return channel

    def hand_over(self, channel: ChatChannel, handshake: Handshake) -> bool:
        """Makes a WebSocket of a connection whose first bytes are a plain handshake; False if it must go the long way.

        That way a request is made, routed, written out again and parsed anew: three times the work of all the rest.
        """
        if self._take_over is None or not self._allows_host(handshake.headers["host"].encode(), b""):
            return False
        if not self._take_over(channel.transport, handshake):
            return False
        self.gone(channel)
        return True

    def gone(self, channel: ChatChannel) -> None:
        """*channel* has ended, or speaks HTTP no more.  Harmless the second time."""
        key, channel.counted_by = channel.counted_by, None
        if key is not None:
            self._by_address[key] -= 1
            if not self._by_address[key]:
                del self._by_address[key]

    def admit(self, head: Head) -> int:
        """The most bytes the body may have.  Raises a Refusal for what must not come in (RFC 9112, 3.2, 6.1, 6.3)."""
        if not head.target.startswith(b"/"):
            raise BadRequest("The request target must be a path.")
        hosts = head.headers.getRawHeaders(b"Host", [])
        path = head.target.partition(b"?")[0]
        if len(hosts) != 1 or not self._allows_host(hosts[0], path):
            raise BadRequest("The request does not name this server in its Host header.")
        coding = head.headers.getRawHeaders(b"Transfer-Encoding")
        if coding is not None and (
            [value.lower() for value in coding] != [b"chunked"]
            or head.version != b"HTTP/1.1"
            or head.headers.hasHeader(b"Content-Length")
        ):
            raise BadRequest("The length of the body is told in a way that can be misread.")
        if head.length == 0:
            return 0
        limit = self._door.side_limit(head.target)
        if limit is not None:
            if head.length is not None and head.length > limit:
                raise TooLarge(f"The body has more than {limit} bytes.")
            if self._is_large(head, limit) and self.large_bodies >= MOST_LARGE:
                # Who sends it is found out only in it: as much of the disk as all strangers together may take.
                raise Busy("Too many large requests are under way.", retry_after=5.0)
            return limit
        limit = self._door.body_limit(head.method, path)
        if head.length is not None and head.length > limit:
            raise TooLarge(f"The body has more than {limit} bytes.")
        if self._is_large(head, limit):
            # It is held in memory until it is whole: that much not for strangers.
            self._door.gate.let_in(head.headers)
        return limit

    def _is_large(self, head: Head, limit: int) -> bool:
        """Whether the body may be larger than most requests' bodies."""
        common = self.settings.body_limit
        return limit > common and (head.length is None or head.length > common)

    def refusal_of(self, refusal: Refusal) -> tuple[bytes, bytes, Headers, bytes]:
        """*refusal* as (status, reason, headers, body)."""
        found = problem(refusal, self._door.new_id())
        body = encode_problem(found)
        headers = Headers()
        for name, value in [*headers_of(found), (b"Content-Length", b"%d" % len(body))]:
            headers.addRawHeader(name, value)
        return b"%d" % found.status, found.title.encode(), headers, body

    def dress(self, headers: Headers) -> None:
        """Give an answer the headers that every answer has; one that set its own keeps them."""
        headers.setRawHeaders(b"Server", [b"webchat"])
        for name, value in self._headers:
            if not headers.hasHeader(name):
                headers.setRawHeaders(name, [value])

    def fail(self, request: ChatRequest, reason: Failure) -> None:
        """Answer a request whose processing raised outside of any route."""
        if not request.finished and not request._disconnected:
            body = self._door.gate.refuse(request, reason.value or Internal())
            request.write(body)  # type: ignore[no-untyped-call]
            request.finish()  # type: ignore[no-untyped-call]

    def log(self, request: ChatRequest) -> None:  # type: ignore[override]
        """The access log's line, without the query: it may hold what people search for."""
        self.answered[request.code] += 1
        self._write_line(
            self._door.gate.client(request),
            str(request.caller or "-"),
            request.method.decode("ascii", "replace"),
            _loggable(request.path),
            request.code,
            request.sentLength,
            request.header(b"User-Agent") or "-",
        )

    def note_refused(
        self, request: ChatRequest | None, peer: str, first_line: tuple[bytes, bytes], status: int
    ) -> None:
        """The line of a request that was refused before it was read."""
        self.answered[status] += 1
        client = self._door.gate.client(request) if request is not None else peer
        method, target = first_line
        path = _loggable(target.partition(b"?")[0])
        self._write_line(client, "-", printable(method)[:20], path, status, 0, "-")

    def _write_line(self, client: str, caller: str, method: str, path: str, status: int, size: int, agent: str) -> None:
        path = path.replace('"', "'")
        agent = printable(agent)[:200].replace('"', "'")
        client = client or "-"
        when = datetime.fromtimestamp(self._wall_clock(), UTC).isoformat(timespec="milliseconds")
        self._log.info(
            # Twisted takes a format apart for every line, field by field: one field costs a sixth of eight.
            "{line}",
            line=f'{client} {caller} [{when}] "{method} {path}" {status} {size} "{agent}"',
            client=client,
            caller=caller,
            method=method,
            path=path,
            status=status,
            size=size,
            agent=agent,
            when=when,
        )

    def _allows_host(self, value: bytes, path: bytes) -> bool:
        host = value.decode("latin-1")
        # Monitoring asks this machine by its address, whatever the server is called.
        return self.settings.origins.allows_host(host) or (path in _PROBE_PATHS and is_local_name(host))


class Door(Resource):
    """Gives each path to its resource: API and probes, WebSocket, or the browser interface's files."""

    isLeaf = True  # noqa: N815

    def __init__(
        self,
        routes: Sequence[Route],
        gate: Gate,
        settings: HttpSettings,
        websocket: IResource,
        files: StaticFiles,
        new_id: Callable[[], str],
        socketio: Polling | None = None,
        side_door: SideDoor | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.gate = gate
        self.new_id = new_id
        self._settings = settings
        self._websocket = websocket
        self._files = files
        self._socketio = socketio
        self._side_door = side_door
        self._api = Api.over(routes, gate)
        self._resource = self._api.app.resource()
        # Klein looks the route up once more.  The limit of a path that is asked for all the time is remembered.
        self._body_limit = lru_cache(maxsize=_REMEMBERED_PATHS)(self._find_body_limit)

    def body_limit(self, method: bytes, path: bytes) -> int:
        """The most bytes a body sent to *path* may have.  Raises NotFound and MethodNotAllowed."""
        return self._body_limit(method, path)

    def side_limit(self, target: bytes) -> int | None:
        """The most bytes of a body sent to *target*, a path with its query, that is none of the API's; None for those.

        Whoever sends it need not have been known before.
        """
        socketio = self.socketio_for(target)
        if socketio is not None:
            return socketio.body_limit(target)
        path = target.partition(b"?")[0]
        return (
            self._side_door.body_limit(path) if self._side_door is not None and self._side_door.serves(path) else None
        )

    def socketio_for(self, target: bytes) -> Polling | None:
        """Who answers what is asked of *target*, a path with its query, if it is Socket.IO."""
        path, _, query = target.partition(b"?")
        if path in _SOCKETIO_PATHS or (path in _SOCKET_PATHS and _HAS_EIO.search(query)):
            return self._socketio
        return None

    def _find_body_limit(self, method: bytes, path: bytes) -> int:
        if not _API_PATH.fullmatch(path):
            raise NotFound
        try:
            name, _ = self._api.app.url_map.bind("").match(path.decode("ascii"), method.decode("ascii"))
        except NoSuchMethod:
            raise MethodNotAllowed from None
        except HTTPException:
            raise NotFound from None
        limit = self._settings.largest_file if self._api.routes[name].is_upload else self._api.routes[name].body_limit
        return self._settings.body_limit if limit is None else limit

    def render(self, request: IRequest) -> Any:
        assert isinstance(request, ChatRequest)
        try:
            if self._side_door is not None and self._side_door.serves(request.path):
                return self._side_door.render(request)
            if _API_PATH.fullmatch(request.path):
                return self._resource.render(request)
            socketio = self.socketio_for(request.uri)
            if socketio is not None:
                return socketio.render(request)
            if request.path in _SOCKET_PATHS:
                return self._open_socket(request)
            if _RESERVED.match(request.path):
                raise NotFound
            return self._files.answer(request)
        except Refusal as refusal:
            return self.gate.refuse(request, refusal)

    def _open_socket(self, request: ChatRequest) -> Any:
        if request.method != b"GET":
            request.answer_with(b"Allow", b"GET")
            raise MethodNotAllowed
        if request.header(b"Upgrade").lower() != "websocket" or request.clientproto != b"HTTP/1.1":
            body = self.gate.refuse(request, BadRequest("Here only WebSockets are served."))
            request.setResponseCode(426)
            request.answer_with(b"Upgrade", b"websocket")
            return body
        if self.gate.has_host:
            opening = Deferred.fromCoroutine(self._open_with_host(request))
            opening.addErrback(lambda failure: request.channel.site.fail(request, failure))
            return NOT_DONE_YET
        return self._shake_hands(request)

    async def _open_with_host(self, request: ChatRequest) -> None:
        await self.gate.keep_to_host(request)
        if not request._disconnected:
            answer = self._shake_hands(request)
            if isinstance(answer, bytes):
                request.write(answer)  # type: ignore[no-untyped-call]
                request.finish()  # type: ignore[no-untyped-call]

    def _shake_hands(self, request: ChatRequest) -> Any:
        # From here on the WebSockets' own limits count it, and the channel will not hear of its end.
        request.channel.site.gone(request.channel)
        return self._websocket.render(request)  # type: ignore[no-untyped-call, call-arg, misc]


class _Number(BaseConverter):
    """A positive number in a path, in its one spelling."""

    regex = "[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        if int(value) > MAX_INT:
            raise ValidationError
        return int(value)


class _Picture(BaseConverter):
    """The name of a picture, the id of a file, or a secret, in a path."""

    regex = "[0-9a-f]{32}"


class _Emoji(BaseConverter):
    """An emoji in a path, if it is one: the use case looks at it closely."""

    # Escaped, where the path is looked up before it is read.
    regex = "[^/]{1,300}"


class Api:
    """The API's routes behind the gate, as an application of Klein."""

    app: Klein

    def __init__(self, routes: Sequence[Route], gate: Gate) -> None:
        self.routes = {route.name: route for route in routes}
        self.gate = gate

    @staticmethod
    def over(routes: Sequence[Route], gate: Gate) -> Api:
        """The API of *routes*."""
        return _compiled(tuple((route.name, route.method, route.path) for route in routes))(routes, gate)

    def refused(self, request: ChatRequest, failure: Failure) -> bytes:
        """What no route has answered."""
        return self.gate.refuse(request, failure.value or Internal())


@cache
def _compiled(table: tuple[tuple[str, str, str], ...]) -> type[Api]:
    """The API with *table*: the name, method and path of each route.

    Klein binds what belongs to a class to each of its instances, so that Werkzeug compiles a table once in a process:
    this one takes it a tenth of a second.
    """

    class Compiled(Api):
        app = Klein()

    app = Compiled.app
    app.url_map.converters |= {"number": _Number, "picture": _Picture, "emoji": _Emoji}
    # Otherwise Werkzeug would redirect //x and x/ to where it thinks they belong, on any host that was asked for.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    for name, method, path in table:
        texts = re.sub(r"{(picture|file|secret)}", r"<picture:\1>", path)
        texts = re.sub(r"{(emoji)}", r"<emoji:\1>", texts)
        rule = re.sub(r"{(\w+)}", r"<number:\1>", texts)
        app.route(rule, methods=[method], endpoint=name)(_handler(name))
    app.handle_errors(Exception)(Api.refused)
    return Compiled


def _handler(name: str) -> Callable[..., Deferred[bytes]]:
    def answer(api: Api, request: ChatRequest, **numbers: int | str) -> Deferred[bytes]:
        return shielded(Deferred.fromCoroutine(api.gate.answer(api.routes[name], request, numbers)))

    answer.__name__ = name
    return answer


def make_site(
    *,
    chat: Chat,
    config: HttpSettings,
    websocket: IResource,
    metrics: Callable[[], bytes],
    ready: Callable[[], Awaitable[None]],
    clock: IReactorTime,
    wall_clock: Callable[[], float],
    token_bytes: Callable[[int], bytes],
    static_folder: Path,
    take_over: TakeOver | None = None,
    socketio: Polling | None = None,
    identify: Identify | None = None,
    side_door: Callable[[Gate], SideDoor] | None = None,
) -> ChatSite:
    """The whole door.

    *metrics* gives Prometheus' text format; *ready* fails while the server cannot do its work; *clock* is
    monotonic, *wall_clock* gives seconds since 1970; *static_folder* holds the built browser interface, or nothing;
    *take_over* is the WebSockets' short way in, which is not taken where *identify* has to be asked: see `Gate`;
    *socketio* is None where clients of Socket.IO are not served; *side_door* makes another door behind the same gate.
    """
    gate = Gate(chat, config, token_bytes, identify)
    routes = all_routes(Probes(config, metrics, ready))
    door = Door(
        routes,
        gate,
        config,
        websocket,
        StaticFiles(static_folder),
        lambda: token_bytes(8).hex(),
        socketio,
        None if side_door is None else side_door(gate),
    )
    return ChatSite(door, config, clock, wall_clock, None if identify else take_over)


def _headers_of_every_answer(settings: HttpSettings) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"Cache-Control", b"no-store"),
        (b"Content-Security-Policy", CONTENT_SECURITY_POLICY.encode()),
        (b"Cross-Origin-Opener-Policy", b"same-origin"),
        (b"Cross-Origin-Resource-Policy", b"same-origin"),
        (b"Referrer-Policy", b"no-referrer"),
        (b"X-Content-Type-Options", b"nosniff"),
    ]
    if settings.is_https:
        headers.append((b"Strict-Transport-Security", b"max-age=31536000"))
    return headers


def _loggable(path: bytes) -> str:
    # The code in an invitation's link lets whoever reads it in, and a webhook's URL lets her post.
    return printable(re.sub(rb"^/(invite|reset|api/v1/hooks/[0-9]+)/.*", rb"/\1/...", path))[:500]
