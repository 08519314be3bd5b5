"""Origins, hosts, cookies and client addresses: the rules both doors share."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.web import (
    Origins,
    client_address,
    cookie_name,
    is_local_name,
    networks,
    origin_of,
    session_token,
    throttle_key,
)

PUBLIC = "https://chat.example.com"

TRICKS = (
    "https://chat.example.com.evil.example",
    "https://evil-chat.example.com",
    "https://evilchat.example.com",
    "https://sub.chat.example.com",
    "https://example.com",
    "http://chat.example.com",
    "https://chat.example.com:8443",
    "https://chat.example.com:443",
    "https://chat.example.com@evil.example",
    "https://evil.example/https://chat.example.com",
    "https://CHAT.example.com",
    "https://chat.example.com/",
    "https://chat.example.com.",
    "https://chat.example.com https://evil.example",
    "https://chat.example.com\t",
    "https://chat.example.c\u043em",
    "chat.example.com",
    "//chat.example.com",
    "wss://chat.example.com",
    "null",
    "",
)


class OriginTests(SynchronousTestCase):
    """A page may use the cookie only from our own origin, compared exactly."""

    def test_own(self) -> None:
        """The public URL's origin passes, however the URL was written."""
        for url in (PUBLIC, PUBLIC + "/", "https://Chat.Example.Com:443"):
            self.assertTrue(Origins.of(url).same_origin(PUBLIC, "chat.example.com", True))

    def test_tricks(self) -> None:
        """Suffixes, prefixes, ports, user names, other spellings, lists and null do not."""
        origins = Origins.of(PUBLIC)
        for origin in TRICKS:
            self.assertFalse(origins.same_origin(origin, "chat.example.com", True), origin)

    def test_allowed(self) -> None:
        """The operator may allow further origins."""
        origins = Origins.of(PUBLIC, ["http://localhost:5173"])
        self.assertTrue(origins.same_origin("http://localhost:5173", "chat.example.com", True))
        self.assertFalse(origins.same_origin("http://localhost:5174", "chat.example.com", True))

    def test_no_public_url(self) -> None:
        """Without a public URL the origin must be the request's own scheme and host."""
        origins = Origins.of(None)
        self.assertTrue(origins.same_origin("http://127.0.0.1:8080", "127.0.0.1:8080", False))
        self.assertTrue(origins.same_origin("https://[::1]:8080", "[::1]:8080", True))
        self.assertFalse(origins.same_origin("http://127.0.0.1:8080", "127.0.0.1:8081", False))
        self.assertFalse(origins.same_origin("http://127.0.0.1:8080", "127.0.0.1:8080", True))
        self.assertFalse(origins.same_origin("http://evil.example", "evil.example", False))

    @given(st.text(max_size=60))
    def test_anything_else(self, origin: str) -> None:
        """No other text whatever passes."""
        self.assertEqual(Origins.of(PUBLIC).same_origin(origin, "chat.example.com", True), origin == PUBLIC)

    def test_bad_urls(self) -> None:
        """A public URL that is no plain address of a server is refused at once."""
        for url in (
            "chat.example.com",
            "ftp://x.example",
            "https://x.example/chat",
            "https://x.example/?a",
            "https://x.example/#a",
            "https://u@x.example",
            "https://",
            "https://b\xfccher.example",
            "https://x.example:99999",
            "https://x.example?",
            "https://a b.example",
        ):
            with self.assertRaises(ValueError, msg=url):
                origin_of(url)


class HostTests(SynchronousTestCase):
    """The server answers to its own names only."""

    def test_public(self) -> None:
        """With a public URL: its host, with or without the default port, in any case."""
        origins = Origins.of(PUBLIC)
        for host in ("chat.example.com", "chat.example.com:443", "Chat.Example.com"):
            self.assertTrue(origins.allows_host(host), host)
        for host in (
            "chat.example.com:80",
            "chat.example.com:8443",
            "127.0.0.1",
            "localhost",
            "chat.example.com.",
            "evil.example",
            "",
            "chat.example.com@evil.example",
            "chat.example.com\u200b",
            "chat.example.com/x",
        ):
            self.assertFalse(origins.allows_host(host), host)

    def test_local(self) -> None:
        """Without one: IP addresses and localhost, so that no stranger's DNS name leads in."""
        for host in (
            "127.0.0.1",
            "127.0.0.1:8080",
            "192.168.1.20:8080",
            "[::1]",
            "[::1]:8080",
            "localhost",
            "LOCALHOST:1",
        ):
            self.assertTrue(is_local_name(host), host)
        for host in (
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.1",
            "0x7f000001",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:70000",
            "[::1",
            "::1",
            "",
            "127.0.0.1 ",
            "[::1]x",
        ):
            self.assertFalse(is_local_name(host), host)

    @given(st.text(max_size=40))
    def test_never_raises(self, host: str) -> None:
        """No text makes the rules stumble."""
        is_local_name(host)
        Origins.of(PUBLIC).allows_host(host)


class CookieTests(SynchronousTestCase):
    """The session cookie's name and place."""

    def test_name(self) -> None:
        """Over https the name carries the prefix that ties it to the host."""
        self.assertEqual((cookie_name(True), cookie_name(False)), ("__Host-webchat", "webchat"))

    def test_found(self) -> None:
        """The token is found among other cookies, and only under the right name."""
        self.assertEqual(session_token(["a=1; webchat=wcs_x; b=2"], False), "wcs_x")
        self.assertEqual(session_token(["a=1", "__Host-webchat=wcs_y"], True), "wcs_y")
        self.assertIsNone(session_token(["webchat=wcs_x"], True))
        self.assertIsNone(session_token(["webchat", "=", ";;", ""], False))

    def test_two(self) -> None:
        """Two different cookies of the name count as none."""
        self.assertIsNone(session_token(["webchat=a; webchat=b"], False))
        self.assertEqual(session_token(["webchat=a; webchat=a"], False), "a")


class ClientAddressTests(SynchronousTestCase):
    """Who asks is the right-most hop that is no proxy of ours."""

    proxies = networks(["127.0.0.1", "10.0.0.0/8", "fd00::/8"])

    def test_direct(self) -> None:
        """A peer that is no proxy cannot speak for somebody else."""
        self.assertEqual(client_address("192.0.2.7", ["1.1.1.1"], self.proxies), "192.0.2.7")
        self.assertEqual(client_address("192.0.2.7", [], ()), "192.0.2.7")
        self.assertEqual(client_address("127.0.0.1", ["1.1.1.1"], ()), "127.0.0.1")

    def test_proxied(self) -> None:
        """Behind proxies of ours what their clients claim to have forwarded does not count."""
        for values in (
            ["6.6.6.6, 192.0.2.7"],
            ["6.6.6.6", "192.0.2.7"],
            ["192.0.2.7, 10.1.2.3"],
            ["192.0.2.7:4711"],
            ["6.6.6.6,192.0.2.7,10.0.0.1, 10.0.0.2"],
        ):
            self.assertEqual(client_address("127.0.0.1", values, self.proxies), "192.0.2.7", values)

    def test_ipv6(self) -> None:
        """IPv6, with brackets, ports and zones, and IPv4 in IPv6's dress."""
        self.assertEqual(client_address("fd00::1", ["[2001:db8::1]:443"], self.proxies), "2001:db8::1")
        self.assertEqual(client_address("::ffff:127.0.0.1", ["2001:db8::1"], self.proxies), "2001:db8::1")
        self.assertEqual(client_address("::ffff:192.0.2.7", ["1.1.1.1"], self.proxies), "192.0.2.7")
        self.assertEqual(client_address("fe80::1%eth0", [], self.proxies), "fe80::1")

    def test_unix(self) -> None:
        """Who connects through a UNIX socket is a proxy; without a header nothing is known."""
        self.assertEqual(client_address(None, ["6.6.6.6, 192.0.2.7"], ()), "192.0.2.7")
        self.assertEqual(client_address(None, [], ()), "")

    def test_garbage(self) -> None:
        """What is no address ends the search at the hop that sent it."""
        self.assertEqual(client_address("127.0.0.1", ["192.0.2.7, unknown"], self.proxies), "127.0.0.1")
        self.assertEqual(client_address("127.0.0.1", ["192.0.2.7, <x>, 10.0.0.9"], self.proxies), "10.0.0.9")
        self.assertEqual(client_address("127.0.0.1", [""], self.proxies), "127.0.0.1")

    def test_all_ours(self) -> None:
        """A request made by a proxy itself is the proxy's."""
        self.assertEqual(client_address("127.0.0.1", ["10.0.0.5"], self.proxies), "10.0.0.5")

    @given(st.lists(st.text(max_size=40), max_size=4), st.ip_addresses())
    def test_spoofing(self, claims: list[str], client: ipaddress.IPv4Address) -> None:
        """Whatever a client writes in front, the address our proxy saw is the one that counts."""
        shown = client_address(str(client), [], ())
        if not any(ipaddress.ip_address(shown) in network for network in self.proxies):
            claims = [claim.replace("\n", " ") for claim in claims]
            self.assertEqual(client_address("127.0.0.1", [*claims, shown], self.proxies), shown)


class ThrottleKeyTests(SynchronousTestCase):
    """Attempts are counted by line, not by every address of it."""

    def test_keys(self) -> None:
        """IPv4 by address, IPv6 by /64, anything else by itself."""
        self.assertEqual(throttle_key("192.0.2.7"), "192.0.2.7")
        self.assertEqual(throttle_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64")
        self.assertEqual(throttle_key("2001:db8:1:2::9"), throttle_key("2001:db8:1:2:ffff::"))
        self.assertEqual(throttle_key("::ffff:192.0.2.7"), "192.0.2.7")
        self.assertEqual(throttle_key(""), "")
