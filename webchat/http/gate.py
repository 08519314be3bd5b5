"""Who asks, what she asks for, how she is answered: from cookie or token to actor, from refusal to status."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from io import SEEK_END, BytesIO
from typing import IO, Any, BinaryIO
from urllib.parse import parse_qsl

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web.http_headers import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod

from webchat.chat import Chat
from webchat.chat.files import Opened
from webchat.chat.incidents import loggable
from webchat.chat.sessions import Device
from webchat.http.channel import ChatRequest, printable
from webchat.http.content import pour, send
from webchat.http.problem import encode_problem, headers_of, problem
from webchat.http.route import Call, Nothing, Reply, Route
from webchat.http.settings import HttpSettings
from webchat.model.hosts import Identify, Person
from webchat.model.refusals import (
    BadRequest,
    BadText,
    Busy,
    Forbidden,
    ForeignOrigin,
    Internal,
    MethodNotAllowed,
    NotFound,
    Refusal,
    Unauthenticated,
    UnsupportedMediaType,
)
from webchat.model.users import Actor
from webchat.model.web import (
    client_address,
    cookie_name,
    is_local_name,
    is_loopback,
    session_token,
    throttle_key,
)

SAFE_METHODS = frozenset({b"GET", b"HEAD", b"OPTIONS"})

_JSON = re.compile(r'application/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?', re.IGNORECASE)
# What is text may name its charset; a picture has none.
_WITH_CHARSET = re.compile(
    r'(application/json|application/x-www-form-urlencoded|text/plain)[ \t]*;[ \t]*charset="?utf-8"?'
)
_BEARER = re.compile(r"Bearer +([!-~]{1,200})", re.IGNORECASE)
_PROXY_HEADERS = (b"X-Forwarded-For", b"Forwarded", b"X-Real-IP", b"Via")
_AGENT_LIMIT = 200
_QUERY_LIMIT = 8_192
_PIECE = 65_536

_encode = msgspec.json.Encoder().encode


class Gate:
    """Stands before every route: one for the site, for as long as it lives."""

    _log = Logger()

    def __init__(
        self,
        chat: Chat,
        settings: HttpSettings,
        token_bytes: Callable[[int], bytes],
        identify: Identify | None = None,
    ) -> None:
        """*identify*: how the program around the server, if it vouches for its people, knows who asks."""
        self._chat = chat
        self._settings = settings
        self._identify = identify
        self._token_bytes = token_bytes

    async def answer(self, route: Route, request: ChatRequest, numbers: Mapping[str, int | str]) -> bytes:
        """Carry out *request*, whatever comes of it: the body of the answer; its status and headers are set."""
        try:
            reply = await self._carry_out(route, request, numbers)
            if isinstance(reply.value, Opened):
                return await send(request, reply.value)
        except Exception as error:  # An edge: only a Refusal is shown.
            return self.refuse(request, error)
        if reply.file is not None:
            return await self._send(route, request, reply, reply.file)
        return self._write(route, request, reply)

    async def recognise(self, request: ChatRequest) -> Actor | None:
        """Who asks: by bearer token, else by the session cookie; None without either.

        A cookie goes along with whatever request a page of another site makes, so it counts only if the browser
        says that the page is ours, and for an unsafe method it must say so.  Raises Unauthenticated for a token
        that is none (any more), ForeignOrigin.
        """
        if request.requestHeaders.hasHeader(b"Authorization"):
            bearer = _bearer(request)
            if bearer is None:
                raise Unauthenticated
            return await self._chat.accounts.authenticate(bearer, self.client(request))
        own = self.is_own_page(request)
        token = session_token(request.headers(b"Cookie"), self._settings.is_https)
        if request.method not in SAFE_METHODS and (own is False or ((token or self._identify) and not own)):
            raise ForeignOrigin
        if own is False:
            return None
        if self._identify is not None:
            return await self._vouched_for(request, token)
        if not token:
            return None
        return await self._chat.accounts.authenticate(token, self.client(request))

    async def _vouched_for(self, request: ChatRequest, token: str | None) -> Actor | None:
        """Whom the host names, whatever the cookie says; she gets another one where it is not hers."""
        person = await self._named(request)
        if person is None:
            return None
        found = await self._chat.vouching.sign_in(person, token, self.device(request))
        if isinstance(found, Actor):
            return found
        self._set_cookie(request, found.token)
        return found.actor

    async def _named(self, request: ChatRequest) -> Person | None:
        assert self._identify is not None
        named = self._identify(request)
        if isinstance(named, Awaitable):
            named = await named
        return Person(named) if isinstance(named, str) else named

    @property
    def has_host(self) -> bool:
        """Whether the program around the server says who its people are."""
        return self._identify is not None

    async def keep_to_host(self, request: ChatRequest) -> None:
        """Before a WebSocket is made of *request*: takes its cookie away where it is not of whom the host names."""
        token = session_token(request.headers(b"Cookie"), self._settings.is_https)
        actor, person = None, await self._named(request)
        if person is not None:
            with suppress(Refusal):
                actor = await self._chat.vouching.holder(person, token, self.client(request))
        if actor is None:
            request.requestHeaders.removeHeader(b"Cookie")

    def let_in(self, headers: Headers) -> None:
        """Raises Unauthenticated without a token, and Busy with one that nobody was known by lately.

        Whoever that is, she is looked up meanwhile, and let in when she asks again.
        """
        bearers, cookies = (
            [value.decode("latin-1") for value in headers.getRawHeaders(name, [])]
            for name in (b"Authorization", b"Cookie")
        )
        token = _token_of(bearers) if bearers else session_token(cookies, self._settings.is_https)
        if not token:
            raise Unauthenticated
        if not self._chat.accounts.knows(token):
            Deferred.fromCoroutine(self._look_up(token))
            raise Busy(retry_after=1.0)

    async def _look_up(self, token: str) -> None:
        with suppress(Refusal):
            await self._chat.accounts.authenticate(token)

    def client(self, request: ChatRequest) -> str:
        """The address of who asks, proxies seen through; '' if unknown."""
        if request.sender is None:
            forwarded = request.headers(b"X-Forwarded-For")
            request.sender = client_address(request.peer, forwarded, self._settings.trusted_proxies)
        return request.sender

    def refuse(self, request: ChatRequest, error: BaseException) -> bytes:
        """The problem that tells of *error*; status and headers are set.  What is no Refusal is logged, not told."""
        request_id = self._token_bytes(8).hex()
        found = problem(self.as_refusal(request, error, request_id), request_id)
        request.setResponseCode(found.status)
        for name, value in headers_of(found):
            request.answer_with(name, value)
        return _measured(request, encode_problem(found))

    def as_refusal(self, request: ChatRequest, error: BaseException, request_id: str) -> Refusal:
        """What is told of *error*: what is no Refusal is logged as incident *request_id*."""
        if isinstance(error, Refusal):
            return error
        if isinstance(error, NoSuchMethod):
            request.answer_with(b"Allow", ", ".join(sorted(error.valid_methods or ())).encode())
            return MethodNotAllowed()
        if isinstance(error, HTTPException):
            return NotFound() if error.code != 400 else BadRequest()
        # The path only: a query may hold what people typed.
        self._log.failure(
            "Incident {incident}: {method} {path} failed",
            failure=loggable(error),
            incident=request_id,
            method=request.method.decode("ascii", "replace"),
            path=printable(request.path),
        )
        return Internal(f"Something went wrong on the server (incident {request_id}).")

    async def _carry_out(self, route: Route, request: ChatRequest, numbers: Mapping[str, int | str]) -> Reply:
        caller = await self._caller(route, request)
        call = Call(
            chat=self._chat,
            caller=caller,
            device=self.device(request),
            numbers={name: number for name, number in numbers.items() if isinstance(number, int)},
            picture=str(numbers.get("picture", "")),
            emoji=str(numbers.get("emoji", "")),
            file=str(numbers.get("file", "")),
            secret=str(numbers.get("secret", "")),
            body=take_stream(route, request) if route.is_upload else read_body(route, request),
            query=read_query(route, request),
            bearer=_bearer(request) if route.who == "public" else None,
            is_local=_is_local(request),
        )
        try:
            value = await route.handler(call)
        finally:
            if route.is_upload:
                call.body.close()
        return value if isinstance(value, Reply) else Reply(value)

    async def _caller(self, route: Route, request: ChatRequest) -> Actor | None:
        if route.who == "public":
            self._keep_strangers_out(request)
            if not route.is_probe:
                self.count_stranger(request)
            return None
        caller = await self.recognise(request)
        if caller is None:
            self.count_stranger(request)
            raise Unauthenticated
        request.caller = caller.id
        if request.method in SAFE_METHODS:
            (self._chat.glances if route.is_glance else self._chat.reads).take(caller.id)
        if route.who == "admin" and not caller.may_administer:
            raise Forbidden
        if route.needs is not None:
            caller.need(route.needs)
        return caller

    def count_stranger(self, request: ChatRequest) -> None:
        """One more request by nobody known from where this one comes from.  Raises RateLimited."""
        self._chat.strangers.take(throttle_key(self.client(request)))

    def _keep_strangers_out(self, request: ChatRequest) -> None:
        """On a public route nobody is recognised; but another site's page signs nobody in or out."""
        own = self.is_own_page(request)
        if request.method in SAFE_METHODS or own or request.requestHeaders.hasHeader(b"Authorization"):
            return
        if own is False or session_token(request.headers(b"Cookie"), self._settings.is_https):
            raise ForeignOrigin

    def is_own_page(self, request: ChatRequest) -> bool | None:
        """Whether a page of ours makes the request; None if the request does not say."""
        origins = request.headers(b"Origin")
        if origins:
            return len(origins) == 1 and self._settings.origins.same_origin(
                origins[0], request.header(b"Host"), self._settings.is_https or request.is_encrypted
            )
        site = request.header(b"Sec-Fetch-Site")
        # "none": typed into the address bar, which no page can do.
        return site in ("same-origin", "none") if site else None

    def device(self, request: ChatRequest) -> Device:
        """Where the request comes from."""
        agent = printable(request.header(b"User-Agent"))[:_AGENT_LIMIT]
        return Device(address=self.client(request), agent=agent)

    def _write(self, route: Route, request: ChatRequest, reply: Reply) -> bytes:
        status = reply.status or route.status
        request.setResponseCode(status)
        if reply.token is not None:
            self._set_cookie(request, reply.token)
        for name, value in reply.headers:
            request.answer_with(name, value)
        if not request.responseHeaders.hasHeader(b"Cache-Control"):
            request.answer_with(b"Cache-Control", b"no-store")
        if status == 204:
            return b""
        request.answer_with(b"Content-Type", (reply.media_type or route.media_type).encode())
        return _measured(request, reply.value if isinstance(reply.value, bytes) else _encode(reply.value))

    async def _send(self, route: Route, request: ChatRequest, reply: Reply, file: IO[bytes]) -> bytes:
        """Sends *file* as fast as the client reads it; the last of the body is what this answers."""
        with file:
            size = file.seek(0, SEEK_END)
            file.seek(0)
            self._write(route, request, reply)
            request.answer_with(b"Content-Length", b"%d" % size)
            if request.method == b"HEAD" or request._disconnected:
                return b""
            await pour(file, size, request)
        return b""

    def _set_cookie(self, request: ChatRequest, token: str) -> None:
        secure = self._settings.is_https
        seconds = self._settings.cookie_days * 86_400 if token else 0
        request.addCookie(  # type: ignore[no-untyped-call]
            cookie_name(secure), token, path="/", max_age=str(seconds), secure=secure, httpOnly=True, sameSite="lax"
        )


def read_body(route: Route, request: ChatRequest) -> Any:
    """The body of *request* as *route* wants it.  Raises UnsupportedMediaType, BadRequest, BadText."""
    content = request.content.read() if request.content is not None else b""
    if not content and route.body is None and not route.takes:
        return Nothing()
    types = request.headers(b"Content-Type")
    if route.takes:
        return _bytes(content, types, route.takes)
    if len(types) != 1 or not _JSON.fullmatch(types[0].strip()):
        raise UnsupportedMediaType
    try:
        body = route.decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(error) from None
    _check_texts(body)
    return body


def take_stream(route: Route, request: ChatRequest) -> BinaryIO:
    """The body of *request*, which is the caller's from now on: the request's end does not close it.

    Raises UnsupportedMediaType, BadRequest.
    """
    types = request.headers(b"Content-Type")
    if len(types) != 1 or types[0].strip().lower() not in route.takes:
        raise UnsupportedMediaType(f"Send {', '.join(route.takes)}.")
    content = request.content
    if content is None or not content.seek(0, SEEK_END):
        raise BadRequest("The body is empty.")
    content.seek(0)
    request.content = BytesIO()
    return content  # type: ignore[no-any-return]


def _bytes(content: bytes, types: Sequence[str], takes: Collection[str]) -> bytes:
    if len(types) != 1 or _WITH_CHARSET.sub(r"\1", types[0].strip().lower()) not in takes:
        raise UnsupportedMediaType(f"Send one of {', '.join(takes)}.")
    if not content:
        raise BadRequest("The body is empty.")
    return content


def read_query(route: Route, request: ChatRequest) -> Any:
    """The query of *request* as *route* wants it, read as strictly as a body.  Raises BadRequest, BadText."""
    raw = request.uri.partition(b"?")[2]
    if len(raw) > _QUERY_LIMIT:
        raise BadRequest("The query is too long.")
    kind = route.query or Nothing
    found: dict[str, Any] = {}
    try:
        for name, value in _pairs(raw.decode("ascii")):
            if name in route.lists:
                found.setdefault(name, []).append(value)
            elif name in found:
                raise BadRequest(f"The query names {name} twice.", field=name)
            else:
                found[name] = value
        query = msgspec.convert(found, kind, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        raise _bad(error) from None
    _check_texts(query)
    return query


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict") if query else []


def shielded(work: Deferred[bytes]) -> Deferred[bytes]:
    """What *work* comes to; cancelling this does not cancel *work*.

    Klein 24.8 cancels the handler's Deferred when the client goes away.  A change that is being committed must be
    told to the others all the same.  *work* must not fail: nobody might be left to hear it.
    """
    outer: Deferred[bytes] = Deferred()
    work.addCallback(outer.callback)
    return outer


def _bearer(request: ChatRequest) -> str | None:
    return _token_of(request.headers(b"Authorization"))


def _token_of(values: Sequence[str]) -> str | None:
    found = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
    return found[1] if found else None


def _is_local(request: ChatRequest) -> bool:
    """Whether a program on this machine asks: a proxy, too, connects from here, but says for whom, or to whom."""
    if request.peer is None or any(request.requestHeaders.hasHeader(name) for name in _PROXY_HEADERS):
        return False
    return is_loopback(request.peer) and is_local_name(request.header(b"Host"))


def _check_texts(value: Any) -> None:
    # NUL is valid JSON, and an error in PostgreSQL.
    for name in value.__struct_fields__:
        text = getattr(value, name)
        if isinstance(text, str) and "\0" in text:
            raise BadText(f"The {name} holds characters that cannot be shown.", field=name)


def _bad(error: Exception) -> BadRequest:
    # What is wrong inside of a member is named by the member.
    field = re.search(r"at `\$\.(\w{1,40})", str(error)) or re.search(
        r"(?:unknown field `|required field `)(\w{1,40})", str(error)
    )
    if isinstance(error, msgspec.ValidationError):
        return BadRequest(f"The request is not understood: {error}.", field=field[1] if field else None)
    return BadRequest(
        "The request is not understood: it is not valid JSON." if isinstance(error, msgspec.DecodeError) else None
    )


def _measured(request: ChatRequest, body: bytes) -> bytes:
    request.answer_with(b"Content-Length", b"%d" % len(body))
    return body
