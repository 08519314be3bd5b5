"""The door's HTTP side: which path is which endpoint, who asks, and how the answer looks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import attrs
import msgspec
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod

from webchat.chat.files import Opened
from webchat.http.channel import ChatRequest
from webchat.http.content import send
from webchat.http.gate import SAFE_METHODS, Gate, shielded
from webchat.http.settings import HttpSettings
from webchat.legacy import express, laravel, storage, uploads
from webchat.legacy.endpoint import Answer, Asked, Endpoint, Family, Services
from webchat.legacy.forms import Form, read_form, read_query
from webchat.legacy.shapes import STORAGE
from webchat.legacy.tokens import COOKIE_DAYS, device_cookie, device_cookie_name
from webchat.model.refusals import (
    Forbidden,
    ForeignOrigin,
    Internal,
    NotFound,
    RateLimited,
    Refusal,
    Unauthenticated,
)
from webchat.model.users import Actor
from webchat.model.web import throttle_key

FAMILIES: Mapping[Family, Sequence[Endpoint]] = {"laravel": laravel.ENDPOINTS, "express": express.ENDPOINTS}
_PREFLIGHT_SECONDS = b"600"
_STORED = re.compile(rb"%s/(avatars|files)/[0-9a-z.]{1,40}" % STORAGE.encode())

_encode = msgspec.json.Encoder().encode


def endpoints_of(families: Sequence[Family]) -> tuple[Endpoint, ...]:
    """The endpoints of *families*."""
    own = [endpoint for family in families for endpoint in FAMILIES[family]]
    return (*own, *uploads.ENDPOINTS) if families else ()


class LegacyDoor:
    """The endpoints of the families that the operator has switched on; under the site, for as long as that lives."""

    def __init__(
        self,
        families: Sequence[Family],
        services: Services,
        gate: Gate,
        settings: HttpSettings,
        new_id: Callable[[], str],
    ) -> None:
        self._services = services
        self._chat = services.chat
        self._gate = gate
        self._settings = settings
        self._new_id = new_id
        endpoints = endpoints_of(families)
        self._paths = {endpoint.path.encode() for endpoint in endpoints}
        self._uploads = {endpoint.path.encode() for endpoint in endpoints if endpoint.is_upload}
        self._app = self._make_app(endpoints)
        self._resource = self._app.resource()

    def serves(self, path: bytes) -> bool:
        """Whether *path* is one of this door's."""
        return path in self._paths or _STORED.fullmatch(path) is not None

    def body_limit(self, path: bytes) -> int:
        """The most bytes of a body that is sent to *path*.

        Who brings a picture says in the body who she is.  So it is not asked before, as elsewhere; it lies in a file
        until it is whole, the site takes only so many at once, and connections from one address are counted.
        """
        return uploads.UPLOAD_LIMIT if path in self._uploads else self._settings.body_limit

    def render(self, request: ChatRequest) -> Any:
        """Answers *request*, which is for a path of this door."""
        return self._resource.render(request)  # type: ignore[arg-type]

    def _make_app(self, endpoints: Sequence[Endpoint]) -> Klein:
        app = Klein()
        app.url_map.strict_slashes = False
        app.url_map.merge_slashes = False
        by_path: dict[str, list[Endpoint]] = {}
        for endpoint in endpoints:
            by_path.setdefault(endpoint.path, []).append(endpoint)
            app.route(endpoint.path, methods=[endpoint.method], endpoint=f"{endpoint.method} {endpoint.path}")(
                self._handler(endpoint)
            )
        for path in by_path:
            app.route(path, methods=["OPTIONS"], endpoint=f"OPTIONS {path}")(self._preflight)
        for kind in ("avatars", "files"):
            app.route(f"{STORAGE}/{kind}/<name>", methods=["GET"], endpoint=kind)(self._stored(kind))

        @app.handle_errors(Exception)
        def refused(request: ChatRequest, failure: Failure) -> bytes:
            error = failure.value
            if isinstance(error, NoSuchMethod):
                return self._gate.refuse(request, error)
            return self._gate.refuse(request, NotFound() if isinstance(error, HTTPException) else error or Internal())

        return app

    def _handler(self, endpoint: Endpoint) -> Callable[[ChatRequest], Deferred[bytes]]:
        def handle(request: ChatRequest) -> Deferred[bytes]:
            return shielded(Deferred.fromCoroutine(self._answer(endpoint, request)))

        return handle

    async def _answer(self, endpoint: Endpoint, request: ChatRequest) -> bytes:
        """Carries out *request*: the body of the answer, its status and headers are set."""
        asked: Asked | None = None
        refusal: Refusal | None = None
        try:
            if not self._allow_page(request):
                return self._gate.refuse(request, ForeignOrigin())
            asked = self._read(request)
            asked = attrs.evolve(asked, caller=await self._caller(endpoint, asked, request))
            reply = await endpoint.handler(asked)
            answer = reply if isinstance(reply, Answer) else Answer(reply)
            await self._know_browser(asked, answer, request)
            status, body = 200, answer.value
        except Exception as error:  # An edge: only a Refusal is told.
            refusal = self._gate.as_refusal(request, error, self._new_id())
            status, body = endpoint.refuse(asked, refusal)
        request.setResponseCode(status)
        if status == 429 and refusal is not None:
            _name_limit(request, refusal)
        return _measured(request, _encode(body))

    def _read(self, request: ChatRequest) -> Asked:
        is_ours = self._gate.is_own_page(request) is not False
        # A signed-in stranger is found out only afterwards; what she sends is read within limits.
        form = Form()
        if request.content is not None and request.method not in SAFE_METHODS:
            form = read_form(request.content, request.header(b"Content-Type"))
        cookies = request.headers(b"Cookie") if is_ours else []
        return Asked(
            self._services,
            self._gate.device(request),
            read_query(request.uri),
            form.fields,
            form.file,
            tuple(request.headers(b"Authorization")),
            device_cookie(cookies, self._settings.is_https),
            "en" if request.header(b"Accept-Language").lower().startswith("en") else "zh-CN",
        )

    async def _caller(self, endpoint: Endpoint, asked: Asked, request: ChatRequest) -> Actor | None:
        """Who asks.  Raises Unauthenticated, RateLimited."""
        token = asked.token(endpoint.family)
        try:
            if token is not None:
                caller = await self._chat.legacy.holder(token, asked.device.address)
            elif endpoint.caller == "known by browser" and asked.cookie is not None:
                caller = await self._chat.legacy.behind(asked.cookie, asked.device.address)
            else:
                raise Unauthenticated
        except Unauthenticated:
            self._gate.count_stranger(request)
            if endpoint.caller != "anybody":
                raise
            return None
        if not caller.may("read" if request.method in SAFE_METHODS else "write"):
            raise Forbidden
        request.caller = caller.id
        self._chat.reads.take(caller.id)
        return caller

    async def _know_browser(self, asked: Asked, answer: Answer, request: ChatRequest) -> None:
        """Notes whom the browser's cookie stands for; gives it one at a sign-in, if it has none.

        Not before: a page's first requests are under way together with the handshake of its socket, which gives it one.
        """
        actor = answer.signed.actor if answer.signed is not None else asked.caller
        cookie = asked.cookie
        if answer.forgets:
            if cookie is not None:
                await self._chat.legacy.unbind(cookie)
            return
        if cookie is None:
            if answer.signed is None or self._gate.is_own_page(request) is False:
                return
            cookie = self._chat.legacy.new_cookie()
            give_cookie(request, cookie, self._settings.is_https)
        if actor is not None:
            await self._chat.legacy.bind(cookie, actor)

    def _allow_page(self, request: ChatRequest) -> bool:
        """Lets a page of an origin that the operator has named read the answer.

        Answers whether *request* may be carried out.
        """
        own = self._gate.is_own_page(request)
        origins = request.headers(b"Origin")
        if own and origins:
            # Exactly the page that asks, never "*": it comes with its visitor's cookie.
            request.answer_with(b"Access-Control-Allow-Origin", origins[0].encode("latin-1"))
            request.answer_with(b"Access-Control-Allow-Credentials", b"true")
            request.answer_with(b"Vary", b"Origin")
        return own is not False or request.method in SAFE_METHODS - {b"OPTIONS"}

    def _preflight(self, request: ChatRequest) -> bytes:
        if not self._allow_page(request):
            return self._gate.refuse(request, ForeignOrigin())
        request.answer_with(b"Access-Control-Allow-Methods", b"GET, POST")
        request.answer_with(b"Access-Control-Allow-Headers", b"Authorization, Content-Type, X-Requested-With")
        request.answer_with(b"Access-Control-Max-Age", _PREFLIGHT_SECONDS)
        request.setResponseCode(204)
        return b""

    def _stored(self, kind: str) -> Callable[..., Deferred[bytes]]:
        async def answer(request: ChatRequest, name: str) -> bytes:
            try:
                opened = await self._open(request, kind, name)
                # Pages of other ports of this host, as developers have them, may show it.
                request.answer_with(b"Cross-Origin-Resource-Policy", b"same-site")
                return await send(request, opened)
            except Exception as error:  # An edge: only a Refusal is told.
                return self._gate.refuse(request, error)

        def handle(request: ChatRequest, name: str) -> Deferred[bytes]:
            return shielded(Deferred.fromCoroutine(answer(request, name)))

        return handle

    async def _open(self, request: ChatRequest, kind: str, name: str) -> Opened:
        # A page shows them by the dozen, so they are counted apart from what else is asked.
        self._chat.glances.take(("legacy", throttle_key(self._gate.client(request))))
        if kind == "avatars":
            return await storage.avatar(self._services, name)
        actor = None
        with suppress(Unauthenticated):
            actor = await self._viewer(request)
        return await storage.file(self._services, name, actor)

    async def _viewer(self, request: ChatRequest) -> Actor:
        asked = self._read(request)
        token = asked.token(None)
        if token is not None:
            return await self._chat.legacy.holder(token, asked.device.address)
        if asked.cookie is None:
            raise Unauthenticated
        return await self._chat.legacy.behind(asked.cookie, asked.device.address)


def give_cookie(request: Any, cookie: str, secure: bool) -> str:
    """Gives the browser that makes *request* this device cookie; answers how it will send it."""
    name = device_cookie_name(secure)
    request.addCookie(
        name, cookie, path="/", max_age=str(COOKIE_DAYS * 86_400), secure=secure, httpOnly=True, sameSite="lax"
    )
    return f"{name}={cookie}"


def greeting(new_cookie: Callable[[], str]) -> Callable[[Any, Sequence[str], bool], str | None]:
    """For the handshakes of Socket.IO: a page may open its socket before it has asked for anything else."""

    def greet(request: Any, cookies: Sequence[str], secure: bool) -> str | None:
        return None if device_cookie(cookies, secure) is not None else give_cookie(request, new_cookie(), secure)

    return greet


def _name_limit(request: ChatRequest, refusal: Refusal) -> None:
    """Says when to go on, and how many requests a minute are taken, as Laravel names it."""
    request.answer_with(b"Retry-After", b"%d" % max(1, math.ceil(refusal.retry_after or 1)))
    if isinstance(refusal, RateLimited) and refusal.per_minute is not None:
        request.answer_with(b"X-RateLimit-Limit", b"%d" % max(1, refusal.per_minute))
        request.answer_with(b"X-RateLimit-Remaining", b"0")


def _measured(request: ChatRequest, body: bytes) -> bytes:
    request.answer_with(b"Content-Type", b"application/json; charset=utf-8")
    request.answer_with(b"Content-Length", b"%d" % len(body))
    return body
