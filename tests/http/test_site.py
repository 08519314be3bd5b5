"""What every answer carries, which hosts are answered, what is logged, and which path goes where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.testing import EventLoggingObserver
from twisted.logger import formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from tests.http.wire import ECHO, HELLO, HOST, Answer, Client, Wire, request_bytes, small_site
from webchat.http.route import Call, Route
from webchat.http.site import CONTENT_SECURITY_POLICY, ChatSite
from webchat.model.refusals import Busy
from webchat.model.web import Origins

EVERYWHERE = {
    "server": "webchat",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "strict-transport-security": "max-age=31536000",
}


async def _break(call: Call[Any, Any]) -> None:
    """Breaks."""
    raise RuntimeError("SELECT secret FROM users")


async def _be_busy(call: Call[Any, Any]) -> None:
    """Has no time."""
    raise Busy(retry_after=2.5)


BREAK = Route("GET", "/api/v1/break", _break, who="public")
BUSY = Route("GET", "/api/v1/busy", _be_busy, who="public")
NUMBERED = Route("GET", "/api/v1/things/{id}", HELLO.handler, answer=dict[str, str], who="public")


class FakeSocket(Resource):
    """Where WebSockets would be."""

    isLeaf = True  # noqa: N815

    def render(self, request: Any) -> bytes:
        return b"upgraded"


class SiteCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.observer = EventLoggingObserver()
        globalLogPublisher.addObserver(self.observer)
        self.addCleanup(globalLogPublisher.removeObserver, self.observer)
        self.static = Path(self.mktemp())
        (self.static / "assets").mkdir(parents=True)
        (self.static / "index.html").write_text("<!doctype html><title>webchat</title>")
        (self.static / "assets" / "a-1.js").write_text("1")
        self.site = self.make()

    def make(self, **settings: Any) -> ChatSite:
        return small_site(HELLO, ECHO, BREAK, BUSY, NUMBERED, static=self.static, websocket=FakeSocket(), **settings)

    def lines(self) -> list[str]:
        """What was logged, as text."""
        return [formatEvent(event) or "" for event in self.observer]


class HeaderTests(SiteCase):
    """Every answer carries the headers that keep a browser from harm."""

    def test_everywhere(self) -> None:
        """Answers, refusals, files, errors of ours and of strangers: all of them."""
        client = Client(self.site)
        answers: dict[str, Answer] = {
            path: client.get(path)
            for path in (
                "/api/v1/hello",
                "/api/v1/nowhere",
                "/api",
                "/api/v1/busy",
                "/",
                "/rooms/5",
                "/assets/a-1.js",
                "/a.php",
                "/assets/none.js",
                "/ws",
                "/ws/",
                "/ws/x",
                "/api/v1/hello?x=1",
                "/%00",
                "/api/v1/break",
            )
        }
        self.flushLoggedErrors(RuntimeError)
        answers["POST"] = client.post("/api/v1/hello")
        answers["HEAD"] = client.ask("HEAD", "/api/v1/hello")
        answers["OPTIONS"] = client.ask("OPTIONS", "/api/v1/hello")
        answers["host"] = client.get("/", headers={"Host": "evil.example"})
        answers["body"] = client.ask("POST", "/api/v1/echo", raw=b"nonsense")
        for name, answer in answers.items():
            for header, value in EVERYWHERE.items():
                self.assertEqual(answer.headers.get(header), value, f"{name}: {header}")
            self.assertIn("cache-control", answer.headers, name)
            self.assertNotIn("access-control-allow-origin", answer.headers, name)
        self.assertEqual(answers["/api/v1/hello"].headers["cache-control"], "no-store")

    def test_policy(self) -> None:
        """Scripts come from here only, and none of them turns text into markup or code."""
        policy = Client(self.site).get("/").headers["content-security-policy"]
        directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
        self.assertEqual(directives["default-src"], "'none'")
        self.assertEqual(directives["script-src"], "'self'")
        self.assertEqual(directives["style-src"], "'self'")
        self.assertEqual(directives["require-trusted-types-for"], "'script'")
        self.assertEqual(directives["trusted-types"], "vue webchat")

    def test_plain_http(self) -> None:
        """Without TLS browsers are not told to insist on it."""
        answer = Client(self.make(is_https=False)).get("/api/v1/hello")
        self.assertNotIn("strict-transport-security", answer.headers)


class HostTests(SiteCase):
    """Exactly one Host header, which names this server."""

    def test_hosts(self) -> None:
        """None, two, a stranger's: refused."""
        get = "GET /api/v1/hello HTTP/1.1\r\n"
        for hosts, status in (
            ([HOST], 200),
            ([HOST.upper()], 200),
            ([HOST + ":443"], 200),
            ([], 400),
            ([""], 400),
            ([HOST, HOST], 400),
            ([HOST, "evil.example"], 400),
            (["evil.example"], 400),
            ([HOST + ".evil.example"], 400),
            ([HOST + ":80"], 400),
            ([f"u@{HOST}"], 400),
            ([HOST + "."], 400),
            (["127.0.0.1"], 400),
            (["localhost"], 400),
            (["..."], 400),
            ([f"{HOST}, {HOST}"], 400),
            (["\xe9"], 400),
            (["a" * 300], 400),
        ):
            wire = Wire(self.site)
            wire.send(get + "".join(f"Host: {host}\r\n" for host in hosts) + "\r\n")
            self.assertEqual([answer.status for answer in wire.answers()], [status], hosts)
            wire.hang_up()

    def test_rebinding(self) -> None:
        """A server without a public URL answers to addresses, not to a name somebody made point to it."""
        site = self.make(origins=Origins.of(None), is_https=False)
        for host, status in (
            ("127.0.0.1:8080", 200),
            ("[::1]:8080", 200),
            ("localhost", 200),
            ("evil.example", 400),
            ("127.0.0.1.evil.example:8080", 400),
        ):
            self.assertEqual(Client(site, host=host).get("/api/v1/hello").status, status, host)


class PathTests(SiteCase):
    """Each path has one meaning, in one spelling."""

    def test_not_found(self) -> None:
        """Other spellings, traversal, NUL, bytes that are no text: not found, and nothing is logged as a mistake."""
        for path in (
            "/api/v1/hello/",
            "/api//v1/hello",
            "//api/v1/hello",
            "/api/v1/Hello",
            "/api/v1/hell%6f",
            "/api/v1/%2e%2e/hello",
            "/api/v1/hello%00",
            "/api/v1/hello%2f",
            "/api/v1/%ff",
            "/api/v1/hello;x",
            "/%00",
            "/%ff",
            "/%",
            "/..",
            "/../etc/passwd",
            "/assets/../index.htm",
            "/assets/%2e%2e/%2e%2e/etc/passwd",
            "/..;/x",
            "//evil.example",
            "/assets/",
            "/assets",
            "/assets/.",
            "/.vite/manifest.json",
            "/.git/config",
            "/index.html%00",
            "/index.html/",
            "/assets\\a-1.js",
            "/%c0%ae%c0%ae/x",
            "/api/v1/things/0",
            "/api/v1/things/01",
            "/api/v1/things/-1",
            "/api/v1/things/9007199254740993",
            "/api/v1/things/99999999999999999999",
            "/api/v1/things/1.0",
            "/apix.y",
            "/api/v1/things/x",
            "/metrics",
            "/healthz/x",
            "/ws/x",
            "/wp-login.php",
            "/.env",
            "/" + "a" * 4_000 + "!",
            "/" + "a/" * 2_000 + "!",
            "/api" + "/a" * 2_000 + "!",
        ):
            answer = Client(self.site).get(path)
            self.assertEqual((answer.status, answer.headers["content-type"]), (404, "application/problem+json"), path)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_numbers(self) -> None:
        """Numbers in a path go up to 2^53."""
        self.assertEqual(Client(self.site).get("/api/v1/things/9007199254740992").status, 200)

    def test_methods(self) -> None:
        """A path that exists says which methods it has; HEAD goes wherever GET does."""
        client = Client(self.site)
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"):
            answer = client.ask(method, "/api/v1/hello")
            self.assertEqual((answer.status, answer.code), (405, "method_not_allowed"), method)
            self.assertEqual(answer.headers["allow"], "GET, HEAD") if method == "DELETE" else None
        head = client.ask("HEAD", "/api/v1/hello")
        self.assertEqual((head.status, head.headers["content-length"]), (200, "17"))
        self.assertEqual(client.ask("DELETE", "/").headers["allow"], "GET, HEAD")

    def test_no_redirects(self) -> None:
        """Nothing ever redirects."""
        for path in (
            "//evil.example",
            "/\\evil.example",
            "/%2f%2fevil.example",
            "/https:evil.example",
            "/api",
            "/ws//",
            "/%0d%0aSet-Cookie:a=b",
        ):
            answer = Client(self.site).get(path)
            self.assertNotIn("location", answer.headers, path)
            self.assertEqual(answer.cookies, (), path)

    def test_websocket(self) -> None:
        """The WebSocket's resource gets requests to upgrade, with and without a final slash, and nothing else."""
        client = Client(self.site)
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        self.assertEqual(client.get("/ws", headers=upgrade).body, b"upgraded")
        self.assertEqual(client.get("/ws/", headers=upgrade).body, b"upgraded")
        self.assertEqual(client.get("/ws?token=x", headers=upgrade).body, b"upgraded")
        plain = client.get("/ws")
        self.assertEqual((plain.status, plain.headers["upgrade"]), (426, "websocket"))
        self.assertEqual(client.ask("DELETE", "/ws", headers=upgrade).status, 405)


class ProblemTests(SiteCase):
    """Refusals and bugs as problem details."""

    def test_refusal(self) -> None:
        """A refusal tells its code, and when to come back, in whole seconds for the header."""
        answer = Client(self.site).get("/api/v1/busy")
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.headers["retry-after"], "3")
        self.assertEqual(
            {key: value for key, value in answer.json.items() if key != "request_id"},
            {
                "type": "about:blank",
                "title": "Service Unavailable",
                "status": 503,
                "detail": "The server is busy.",
                "code": "busy",
                "retry_after": 2.5,
            },
        )

    def test_bug(self) -> None:
        """A bug is told as an incident number; what it was stands in the log under that number."""
        answer = Client(self.site).get("/api/v1/break?")
        self.assertEqual((answer.status, answer.code), (500, "internal"))
        self.assertNotIn(b"SELECT", answer.body)
        self.assertNotIn(b"Traceback", answer.body)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.assertTrue(
            [line for line in self.lines() if answer.json["request_id"] in line and "/api/v1/break" in line]
        )

    def test_bug_outside_of_routes(self) -> None:
        """So is one that no route is to blame for."""

        class Broken(Resource):
            isLeaf = True  # noqa: N815

            def render(self, request: Any) -> bytes:
                raise ZeroDivisionError("SELECT")

        site = small_site(HELLO, websocket=Broken())
        answer = Client(site).get("/ws", headers={"Upgrade": "websocket"})
        self.assertEqual((answer.status, answer.code), (500, "internal"))
        self.assertNotIn(b"SELECT", answer.body)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class AbsenceTests(SynchronousTestCase):
    """Somebody who hangs up does not undo what she asked for."""

    def test_work_goes_on(self) -> None:
        """The use case runs to its end after the client has gone."""
        commit: Deferred[None] = Deferred()
        done = []

        async def work(call: Call[Any, Any]) -> None:
            """Works."""
            await commit
            done.append(True)

        site = small_site(Route("GET", "/api/v1/work", work, status=204, who="public"))
        wire = Wire(site)
        wire.send(request_bytes("GET", "/api/v1/work", {}))
        wire.hang_up()
        self.assertEqual(done, [])
        commit.callback(None)
        self.assertEqual(done, [True])


class LogTests(SiteCase):
    """The access log: one line a request, nothing secret, nothing that could be taken for another line."""

    def test_line(self) -> None:
        """Who, when by the wall clock, what, how it ended."""
        Client(self.site).get("/api/v1/hello")
        self.assertEqual(
            self.lines(), ['192.0.2.7 - [2023-11-14T22:13:20.000+00:00] "GET /api/v1/hello" 200 17 "test"']
        )
        self.assertEqual(self.site.answered, {200: 1})

    def test_nothing_secret(self) -> None:
        """No query, no code of an invitation or for a new password, no cookie, no token, no body."""
        client = Client(self.site, token="wct_CANARY", cookies={"webchat": "CANARY"})
        client.get("/api/v1/hello?token=CANARY")
        client.get("/invite/CANARY")
        client.get("/invite/CANARY/more?x=CANARY")
        client.post("/api/v1/hooks/1/CANARY", {"text": "x"})
        client.get("/reset/7-CANARY")
        client.post("/api/v1/echo", {"password": "CANARY"})
        client.get("/x?CANARY", headers={"Referer": "https://x.example/?CANARY", "Host": "CANARY"})
        self.assertEqual(len(self.lines()), 7)
        self.assertEqual([line for line in self.lines() if "CANARY" in line], [])

    def test_nothing_forged(self) -> None:
        """Control characters and quotes are disarmed; braces mean nothing."""
        client = Client(self.site, agent='a" 200\x1b[2J\x7f {client} \u202e')
        client.get("/api/{client}/\x7f")
        line = self.lines()[0]
        self.assertTrue(line.isprintable(), line)
        self.assertIn("/api/{client}/\\x7f", line)
        self.assertEqual(line.count('"'), 4)

    def test_refused_early(self) -> None:
        """Also a request that was refused before it was read has its line."""
        for data, said in (
            ("GET / HTTP/9\r\n", '"- -" 400'),
            ("GET /x?CANARY HTTP/1.1\r\nHost: evil.example\r\n\r\n", '"GET /x" 400'),
            ('POST /a"b?CANARY HTTP/1.1\r\nContent-Length: x\r\nA: b\r\n', '"POST /a\'b" 400'),
        ):
            wire = Wire(self.site)
            wire.send(data)
            self.assertEqual(self.lines()[-1], f'192.0.2.7 - [2023-11-14T22:13:20.000+00:00] {said} 0 "-"')
            wire.hang_up()
