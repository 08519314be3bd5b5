"""Which web pages may speak for a signed-in browser, and where a request really comes from: pure rules for both doors.

A browser attaches the cookie whatever page asks, and names that page in `Origin` (RFC 6454); so the cookie counts
only together with an Origin that is our own, compared exactly.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import attrs

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*")
# What stands in a Host header: a name or an address, and perhaps a port.
_HOST_HEADER = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


def origin_of(url: str) -> str:
    """The origin of *url* as a browser writes it: scheme, host and port, lower case, the default port left out.

    Raises ValueError unless *url* is http or https and has nothing behind the host (a final slash may stand).
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or parts.username is not None or parts.password is not None:
        raise ValueError(f"{url!r} is not an http:// or https:// address")
    if parts.path not in ("", "/") or parts.query or parts.fragment or url.rstrip("/").endswith(("?", "#")):
        raise ValueError(f"{url!r} has something behind the host")
    if _literal(host) is not None:
        host = f"[{host}]" if ":" in host else host
    elif not _HOST_NAME.fullmatch(host):
        raise ValueError(f"{url!r} does not name a host in ASCII (write an international name as xn--...)")
    port = parts.port
    return f"{parts.scheme}://{host}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


@attrs.frozen
class Origins:
    """The names of this server, and the origins whose pages may use it with their visitor's cookie.

    Without any (no public URL is configured) the server answers to IP addresses and `localhost` only, and the
    Origin must be that of the request itself: a name under a stranger's control, pointed at this machine (DNS
    rebinding), is then no way in.
    """

    origins: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, public_url: str | None, allowed_origins: Iterable[str] = ()) -> Origins:
        """The rules for a server at *public_url* and, besides, at *allowed_origins*.  Raises ValueError."""
        named = [public_url] if public_url else []
        origins = frozenset(origin_of(url) for url in [*named, *allowed_origins])
        hosts = set()
        for origin in origins:
            scheme, host = origin.split("://", 1)
            hosts.add(host)
            if urlsplit(origin).port is None:
                hosts.add(f"{host}:{_DEFAULT_PORTS[scheme]}")
        return cls(origins, frozenset(hosts))

    def allows_host(self, host: str) -> bool:
        """Whether a request may name *host* (the value of `Host`) as the server it wants."""
        if self.hosts:
            return host.isascii() and host.lower() in self.hosts
        return is_local_name(host)

    def same_origin(self, origin: str, host: str, secure: bool) -> bool:
        """Whether a page of *origin* may use a visitor's cookie in a request to *host*.

        *secure*: the connection is TLS.  `null`, a list, another spelling, an empty text: no.
        """
        if self.origins:
            return origin in self.origins
        return self.allows_host(host) and origin == f"{'https' if secure else 'http'}://{host}"


@lru_cache(maxsize=1_024)
def is_local_name(host: str) -> bool:
    """Whether *host* (the value of a `Host` header) is an IP address or `localhost`: nothing that needs DNS."""
    found = _HOST_HEADER.fullmatch(host.lower()) if host.isascii() else None
    if found is None or not 0 < int(found["port"] or 80) < 65_536:
        return False
    name = found["host"]
    return name == "localhost" or _literal(name.strip("[]")) is not None


def is_loopback(address: str) -> bool:
    """Whether *address* is this machine's own."""
    found = _literal(address)
    return found is not None and found.is_loopback


def cookie_name(secure: bool) -> str:
    """The session cookie's name; *secure*: people reach the server by https.

    With the prefix browsers take the cookie only from this very host, over TLS (RFC 6265bis, 4.1.3.2).
    """
    return "__Host-webchat" if secure else "webchat"


def session_token(cookies: Sequence[str], secure: bool) -> str | None:
    """The session token in the values of the `Cookie` headers; None without one, or with two that differ."""
    return cookie_of(cookies, cookie_name(secure))


def cookie_of(cookies: Sequence[str], name: str) -> str | None:
    """The value of the cookie *name* in the values of the `Cookie` headers; None without one, or with two that differ.

    Of two cookies with one name the other may have been planted by a neighbour; guessing would help her.
    """
    found = set()
    for header in cookies:
        for pair in header.split(";"):
            key, equals, value = pair.strip(" \t").partition("=")
            if equals and key == name:
                found.add(value.strip('"'))
    return found.pop() if len(found) == 1 else None


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks (`127.0.0.1`, `10.0.0.0/8`, `fd00::/8`) as networks.  Raises ValueError."""
    return tuple(ipaddress.ip_network(text.strip()) for text in texts)


def client_address(peer: str | None, forwarded_for: Sequence[str], trusted_proxies: Collection[Network]) -> str:
    """Whose request this is: the right-most hop that is no proxy of ours.

    *peer* is who holds the connection, None for a UNIX socket (whoever may open that is trusted like a proxy);
    *forwarded_for* the values of `X-Forwarded-For`, which only a trusted peer may set and everybody before it can
    forge.  An entry that is no address ends the search at the hop that sent it.  '' where nothing is known.
    """
    hop = _literal(peer) if peer is not None else None
    if peer is not None and (hop is None or not _is_trusted(hop, trusted_proxies)):
        return str(hop) if hop is not None else peer
    for text in reversed(",".join(forwarded_for).split(",")):
        address = _forwarded(text.strip())
        if address is None:
            break
        hop = address
        if not _is_trusted(hop, trusted_proxies):
            break
    return str(hop) if hop is not None else ""


def is_proxy(peer: str | None, trusted_proxies: Collection[Network]) -> bool:
    """Whether *peer*, who holds a connection, speaks for others: a trusted proxy, or whoever opened a UNIX socket."""
    hop = _literal(peer) if peer is not None else None
    return peer is None or (hop is not None and _is_trusted(hop, trusted_proxies))


@lru_cache(maxsize=4_096)
def throttle_key(address: str) -> str:
    """What attempts are counted by: an IPv4 address, or the /64 an IPv6 address lies in (one customer's line)."""
    found = _literal(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found) if found is not None else address


@lru_cache(maxsize=4_096)
def _literal(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A socket that listens on both families shows IPv4 peers as ::ffff:192.0.2.1.
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _forwarded(text: str) -> Address | None:
    """An entry of X-Forwarded-For: an address, which some proxies write with a port."""
    if text.startswith("["):
        return _literal(text[1:].partition("]")[0])
    if text.count(":") == 1:
        return _literal(text.partition(":")[0])
    return _literal(text)


def _is_trusted(address: Address, trusted_proxies: Collection[Network]) -> bool:
    return any(address in network for network in trusted_proxies)
