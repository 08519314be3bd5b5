"""Requests to strangers' servers: only over the open internet, to an address that was looked at, and not for long."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from typing import Any
from urllib.parse import SplitResult, urlsplit

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.ssl import optionsForClientTLS
from twisted.internet.task import Cooperator
from twisted.python.failure import Failure
from twisted.web.client import Agent, FileBodyProducer, ResponseDone
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH

PORTS = {"http": 80, "https": 443}
# The last label of a name begins with a letter: what is all digits (or 0x7f) is another spelling of an address.
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
# They carry an IPv4 address inside, or stand for one of another network: what they reach is not what they say.
_DISGUISED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a host name; none where there is no such host."""

Connect = Callable[[str, int, str | None], Any]
"""The IStreamClientEndpoint of an address and port; with TLS for the host that is named, if one is."""


class Unreachable(Exception):
    """The request was not made, or not answered as it should be; the text says why."""


class Forbidden(Unreachable):
    """Such a request is never made: the address is no public one, or the URL is of another kind."""


@attrs.frozen
class Answer:
    """What a server answered.  *headers* by lower-case name, the last of each."""

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)

    @property
    def retry_after(self) -> float | None:
        """Seconds for which the server wants to be left alone, if it says so.

        A date (RFC 9110, 10.2.3) is rare; the next pause of our own does as well.
        """
        told = self.headers.get("retry-after", "")
        return float(told) if told.isdigit() and len(told) < 7 else None


def is_public(address: str) -> bool:
    """Whether *address* lies in the open internet: no private, local, shared, multicast or disguised one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (found.ipv4_mapped or found.scope_id or found.is_site_local):
        return False
    if any(found in network for network in _DISGUISED if network.version == found.version):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def checked(url: str, allowed: frozenset[str] = frozenset()) -> SplitResult:
    """The parts of *url*, if it is one that may be asked: http(s), the usual port, a plain host.

    Of the hosts with ports that are *allowed* any port and name will do.  Raises Forbidden.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Forbidden("it is no URL") from None
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Forbidden("it is no URL")
    if parts.scheme not in PORTS or not host or "@" in parts.netloc:
        raise Forbidden("it is no plain http URL")
    if authority(parts) in allowed:
        return parts
    if port not in (None, PORTS[parts.scheme]):
        raise Forbidden("its port is not the usual one")
    if not (_NAME.fullmatch(host) or _is_address(host)):
        raise Forbidden("its host is none")
    return parts


def authority(parts: SplitResult) -> str:
    """Host and port of a URL, the port also where it is the usual one."""
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or PORTS.get(parts.scheme, 0)}"


def _is_address(host: str) -> bool:
    # Strict: no leading zeros, no fewer than four parts, no hexadecimal; and no zone of this machine's.
    if "%" in host:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@attrs.define(eq=False)
class Outside:
    """Asks other servers.  *resolve* and *connect* are the ways of the machine, or of a test.

    *allowed*: hosts with ports, like `ci.internal:8080`, that the operator lets it ask wherever they lie.
    """

    _reactor: Any
    _resolve: Resolve
    _connect: Connect
    _allowed: frozenset[str] = frozenset()

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limit: int,
        seconds: float,
        only: Callable[[int, Mapping[str, str]], bool] = lambda status, headers: True,
        each: Callable[[bytes], bool] | None = None,
    ) -> Answer:
        """The answer to one request, of which no more than *limit* bytes are read, all within *seconds*.

        Redirects are answers too.  *only*: whether the body is worth reading, by status and headers; else it is empty.
        *each*: is given the body piece by piece as it comes, instead of the answer, and says whether that is enough.
        Raises Forbidden, Unreachable.
        """
        work = Deferred.fromCoroutine(self._ask(method, url, headers or {}, body, limit, only, each))
        patience = self._reactor.callLater(seconds, work.cancel)
        try:
            return await work
        except Exception as error:
            if not patience.called:
                if isinstance(error, Unreachable | CancelledError):
                    raise
                # Of the many ways to fail that Twisted has, none makes a difference here.
                raise Unreachable(type(error).__name__) from error
            raise Unreachable("it took too long") from None
        finally:
            if patience.active():
                patience.cancel()

    async def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int,
        only: Callable[[int, Mapping[str, str]], bool],
        each: Callable[[bytes], bool] | None,
    ) -> Answer:
        parts = checked(url, self._allowed)
        is_allowed = authority(parts) in self._allowed
        way = _Way(self._connect, await self._addresses(parts.hostname or "", is_allowed))
        agent: Any = Agent.usingEndpointFactory(self._reactor, way)  # type: ignore[no-untyped-call]
        # No cookies, no credentials, nothing of this server but its kind.
        sent = Headers({name: [value] for name, value in {"User-Agent": "webchat", **headers}.items()})
        producer: Any = None
        if body is not None:
            # By itself it would take its turns from the global reactor.
            turns = Cooperator(scheduler=lambda turn: self._reactor.callLater(0, turn))
            producer = FileBodyProducer(BytesIO(body), turns)  # type: ignore[no-untyped-call]
        try:
            response = await agent.request(method.encode(), url.partition("#")[0].encode(), sent, producer)
            found = {
                name.decode("latin-1").lower(): values[-1].decode("latin-1")
                for name, values in response.headers.getAllRawHeaders()
            }
            if not only(response.code, found):
                return Answer(response.code, found, b"")
            # Nothing was asked for that is packed; who sends it all the same may mean to burst us.
            if found.get("content-encoding", "identity") != "identity":
                raise Unreachable("its answer is packed")
            if response.length is not UNKNOWN_LENGTH and response.length > limit:
                raise Unreachable("its answer is too long")
            collected = _Body(limit, each)
            response.deliverBody(collected)
            return Answer(response.code, found, await collected.done)
        finally:
            way.close()

    async def _addresses(self, host: str, is_allowed: bool) -> Sequence[str]:
        """Where to connect to: looked up once; every address must be a public one, unless the host *is_allowed*."""
        found = [host] if _is_address(host) else list(await self._resolve(host))
        if not found:
            raise Unreachable("its host is not known")
        if not is_allowed and not all(map(is_public, found)):
            raise Forbidden("its host is no public one")
        return found


@attrs.define(eq=False)
class _Way:
    """Leads one request to the first of some addresses that answers, whatever the name in its URL means by now.

    It is what Twisted's Agent wants: an IAgentEndpointFactory, and the endpoint that this makes.
    """

    _connect: Connect
    _addresses: Sequence[str]
    _uri: Any = attrs.field(default=None, init=False)
    _connected: Any = attrs.field(default=None, init=False)

    def endpointForURI(self, uri: Any) -> Any:
        self._uri = uri
        return self

    def connect(self, factory: Any) -> Deferred[Any]:
        return Deferred.fromCoroutine(self._first(factory))

    async def _first(self, factory: Any) -> Any:
        host = self._uri.host.decode("ascii") if self._uri.scheme == b"https" else None
        *others, last = self._addresses
        for address in others:
            # A name of this machine often has two, and a service listens on one of them.
            with suppress(ConnectError):
                return await self._keep(address, host, factory)
        return await self._keep(last, host, factory)

    async def _keep(self, address: str, host: str | None, factory: Any) -> Any:
        self._connected = await self._connect(address, self._uri.port, host).connect(factory)
        return self._connected

    def close(self) -> None:
        """Ends the connection at once: to wait for the other side's goodbye, politely, is what a drip is meant for."""
        if self._connected is not None and self._connected.transport is not None:
            self._connected.transport.abortConnection()


def machine_connect(reactor: Any) -> Connect:
    """Connections as the machine makes them; certificates are checked against those it trusts."""

    def connect(address: str, port: int, host: str | None) -> Any:
        kind: Any = TCP6ClientEndpoint if ":" in address else TCP4ClientEndpoint
        plain = kind(reactor, address, port, timeout=5)
        return plain if host is None else wrapClientTLS(optionsForClientTLS(host), plain)

    return connect


def named_connect(reactor: Any) -> Connect:
    """As *machine_connect*, to a host by its name: whichever of its addresses answers (RFC 8305)."""

    def connect(name: str, port: int, host: str | None) -> Any:
        plain: Any = HostnameEndpoint(reactor, name, port, timeout=5)
        return plain if host is None else wrapClientTLS(optionsForClientTLS(host), plain)

    return connect


async def by_name(host: str) -> Sequence[str]:
    """A name as its own address, for *named_connect*."""
    return [host]


def machine_resolve(reactor: Any) -> Resolve:
    """Names as the machine looks them up."""

    def resolve(host: str) -> Deferred[list[str]]:
        done: Deferred[list[str]] = Deferred()
        reactor.nameResolver.resolveHostName(_Found(done), host)
        return done

    return resolve


class _Found:
    """Collects the addresses of a host (an IResolutionReceiver)."""

    def __init__(self, done: Deferred[list[str]]) -> None:
        self._done = done
        self._found: list[str] = []

    def resolutionBegan(self, resolution: Any) -> None:
        pass

    def addressResolved(self, address: Any) -> None:
        self._found.append(address.host)

    def resolutionComplete(self) -> None:
        # Whoever waited may have given up.
        if not self._done.called:
            self._done.callback(self._found)


class _Body(Protocol):
    """Collects a body up to a limit, or hands its pieces on."""

    def __init__(self, limit: int, each: Callable[[bytes], bool] | None) -> None:
        self.done: Deferred[bytes] = Deferred()
        self._limit = limit
        self._each = each
        self._parts: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:
        if self.done.called:
            return
        self._limit -= len(data)
        if self._limit < 0:
            self.done.errback(Unreachable("its answer is too long"))
        elif self._each is None:
            self._parts.append(data)
        else:
            self._hand_on(data, self._each)

    def _hand_on(self, data: bytes, each: Callable[[bytes], bool]) -> None:
        try:
            if each(data):
                self.done.callback(b"")
        except Exception:
            self.done.errback(Failure())  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.done.called:
            return
        if isinstance(reason.value, ResponseDone):
            self.done.callback(b"".join(self._parts))
        else:
            self.done.errback(Unreachable("its answer breaks off"))
