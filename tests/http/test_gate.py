"""Who asks: cookies, tokens, and pages of other sites; and how requests are read."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.testing import EventLoggingObserver
from twisted.logger import formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from tests.http.scene import COOKIE, PASSWORD, Scene, SceneCase, rows
from tests.http.wire import HOST, ORIGIN, Client
from webchat.http.gate import shielded
from webchat.live.limits import Rate
from webchat.model.web import Origins, networks

# What a page under a stranger's control could be called so that a careless comparison takes it for ours.
STRANGERS = (
    "https://evil.example",
    f"https://{HOST}.evil.example",
    f"https://evil-{HOST}",
    f"https://sub.{HOST}",
    f"http://{HOST}",
    f"https://{HOST}:8443",
    f"https://{HOST}@evil.example",
    f"https://{HOST}:443",
    "null",
    f"https://{HOST.upper()}",
    f"https://{HOST}.",
    f"{ORIGIN} {ORIGIN}",
    f"{ORIGIN}/",
    HOST,
)

SIGN_IN = {"login": "mei", "password": PASSWORD}


class GateCase(SceneCase):
    def setUp(self) -> None:
        self.scene = self.fresh()


class CookieTests(GateCase):
    """The session cookie."""

    def test_attributes(self) -> None:
        """Over https it is tied to the host, secure, out of scripts' reach, and not sent along by other sites."""
        answer = self.scene.client().post("/api/v1/session", SIGN_IN)
        (cookie,) = answer.cookies
        first, *others = cookie.split("; ")
        self.assertRegex(first, r"^__Host-webchat=wcb_[A-Za-z0-9_-]{43}$")
        self.assertEqual(
            {other.lower() for other in others}, {"path=/", "max-age=7776000", "secure", "httponly", "samesite=lax"}
        )
        self.assertNotIn("token", answer.json)

    def test_plain_http(self) -> None:
        """Over http it cannot be secure, and has a name of its own."""
        scene = self.fresh(is_https=False, origins=Origins.of(f"http://{HOST}"))
        client = Client(scene.site, origin=f"http://{HOST}")
        (cookie,) = client.post("/api/v1/session", SIGN_IN).cookies
        self.assertTrue(cookie.startswith("webchat=wcb_"))
        self.assertNotIn("secure", cookie.lower())
        self.assertEqual(client.get("/api/v1/session").status, 200)

    def test_sign_out(self) -> None:
        """Signing out takes it back, and its token is worth nothing."""
        client = self.scene.client("mei")
        answer = client.ask("DELETE", "/api/v1/session")
        (cookie,) = answer.cookies
        self.assertIn("Max-Age=0", cookie)
        self.assertEqual(client.cookies, {})
        self.assertEqual(self.scene.client("mei").get("/api/v1/session").status, 401)

    def test_two_cookies(self) -> None:
        """Two cookies of the name count as none."""
        token = self.scene.tokens["mei"]
        answer = self.scene.client().get("/api/v1/session", headers={"Cookie": f"{COOKIE}=x; {COOKIE}={token}"})
        self.assertEqual(answer.status, 401)

    def test_other_name(self) -> None:
        """The name without its prefix, which a neighbour could set, does not count over https."""
        answer = self.scene.client().get("/api/v1/session", headers={"Cookie": f"webchat={self.scene.tokens['mei']}"})
        self.assertEqual(answer.status, 401)


class ForeignPageTests(GateCase):
    """A page of another site can do nothing with its visitor's cookie."""

    def post(self, client: Client, **headers: str | None) -> int:
        """Say something in mei's room."""
        path = f"/api/v1/rooms/{self.scene.room}/messages"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.post(path, {"text": "hi"}, headers=named)
        if answer.status == 403:
            self.assertEqual(answer.code, "foreign_origin")
        return answer.status

    def test_strangers(self) -> None:
        """Whatever the stranger is called, the request is refused, and nothing is stored."""
        for origin in STRANGERS:
            self.assertEqual(self.post(self.scene.client("mei"), Origin=origin), 403, origin)
        self.assertEqual(len(rows(self.scene, "messages")), 2)

    def test_own(self) -> None:
        """Our own page may."""
        self.assertEqual(self.post(self.scene.client("mei")), 201)

    def test_reading(self) -> None:
        """Nor does a stranger's page read anything: to it the visitor is not signed in."""
        for origin in STRANGERS:
            answer = self.scene.client("mei").get("/api/v1/session", headers={"Origin": origin})
            self.assertEqual(answer.status, 401, origin)
            self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_two_origins(self) -> None:
        """Two Origin headers are none of ours."""
        client = self.scene.client("mei")
        self.assertEqual(self.post(client, Origin=f"{ORIGIN}\r\nOrigin: https://evil.example"), 403)

    def test_silent_browser(self) -> None:
        """Without Origin a cookie changes nothing, unless the browser says by other means that the page is ours."""
        client = self.scene.client("mei")
        self.assertEqual(self.post(client, Origin=None), 403)
        for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 201), ("none", 201), ("x", 403)):
            self.assertEqual(self.post(client, Origin=None, Sec_Fetch_Site=site), status, site)
        self.assertEqual(self.post(client, Sec_Fetch_Site="cross-site"), 201)

    def test_reading_silently(self) -> None:
        """A GET without Origin is what our own page sends; one that is marked as a stranger's is not signed in."""
        client = self.scene.client("mei")
        for site, status in ((None, 200), ("same-origin", 200), ("none", 200), ("same-site", 401), ("cross-site", 401)):
            answer = client.get("/api/v1/session", headers={"Origin": None, "Sec-Fetch-Site": site})
            self.assertEqual(answer.status, status, site)

    def test_every_change(self) -> None:
        """Every method that changes something is guarded, on every path, public ones too."""
        client = self.scene.client("mei")
        foreign: dict[str, str | None] = {"Origin": "https://evil.example"}
        for method, path, body in (
            ("DELETE", "/api/v1/session", None),
            ("DELETE", "/api/v1/sessions", None),
            ("PATCH", "/api/v1/me", {}),
            ("PUT", "/api/v1/rooms/2/read", {"seq": 1}),
            ("POST", "/api/v1/rooms/2/leave", None),
            ("POST", "/api/v1/session", SIGN_IN),
            ("POST", "/api/v1/register", {}),
            ("POST", "/api/v1/setup", {}),
        ):
            self.assertEqual(client.ask(method, path, body, headers=foreign).code, "foreign_origin", path)
            self.assertEqual(client.ask(method, path, body, headers={"Origin": None}).code, "foreign_origin", path)

    def test_form(self) -> None:
        """What a form can send is not read, wherever it comes from."""
        client = self.scene.client("mei")
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "application/json; charset=latin-1",
            "application/jsonx",
            "text/json",
            "application/json, text/plain",
        ):
            answer = client.ask(
                "POST", "/api/v1/rooms/2/messages", raw=b'{"text": "hi"}', headers={"Content-Type": kind}
            )
            self.assertEqual((answer.status, answer.code), (415, "unsupported_media_type"), kind)
        for kind in ("application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'):
            answer = client.ask(
                "POST", "/api/v1/rooms/2/messages", raw=b'{"text": "hi"}', headers={"Content-Type": kind}
            )
            self.assertEqual(answer.status, 201, kind)

    def test_no_public_url(self) -> None:
        """A server without a public URL knows its own page by the address it was asked at."""
        scene = self.fresh(is_https=False, origins=Origins.of(None))
        client = Client(scene.site, origin="http://127.0.0.1:8080", host="127.0.0.1:8080")
        self.assertEqual(client.post("/api/v1/session", SIGN_IN).status, 200)
        self.assertEqual(client.post("/api/v1/rooms/2/messages", {"text": "hi"}).status, 201)
        client.origin = "http://127.0.0.1:8081"
        self.assertEqual(client.post("/api/v1/rooms/2/messages", {"text": "hi"}).status, 403)


class TokenTests(GateCase):
    """Programs say who they are by a token."""

    def test_bearer(self) -> None:
        """A token needs no Origin, and does not care about one."""
        program = self.scene.program("mei")
        self.assertEqual(program.post("/api/v1/rooms/2/messages", {"text": "hi"}).status, 201)
        program.origin = "https://evil.example"
        self.assertEqual(program.post("/api/v1/rooms/2/messages", {"text": "hi"}).status, 201)

    def test_spellings(self) -> None:
        """The scheme in any case; nothing else, not twice, not in the query."""
        token = self.scene.tokens["mei"]
        for value, status in (
            (f"Bearer {token}", 200),
            (f"bearer {token}", 200),
            (f"Token {token}", 401),
            (token, 401),
            (f"Bearer {token}, Bearer x", 401),
            ("Bearer", 401),
            ("Bearer ", 401),
            ("", 401),
            (f"Bearer {token}\r\nAuthorization: Bearer {token}", 401),
            (f"Bearer {token} x", 401),
        ):
            answer = Client(self.scene.site).get("/api/v1/session", headers={"Authorization": value})
            self.assertEqual(answer.status, status, value)
        for name in ("token", "access_token", "api_token"):
            self.assertEqual(Client(self.scene.site).get(f"/api/v1/session?{name}={token}").status, 401)

    def test_token_before_cookie(self) -> None:
        """A token that is none is not made good by a cookie."""
        client = self.scene.client("mei")
        self.assertEqual(client.get("/api/v1/session", headers={"Authorization": "Bearer x"}).status, 401)

    def test_unauthenticated(self) -> None:
        """Who is not signed in is told how one can be."""
        answer = self.scene.client().get("/api/v1/session")
        self.assertEqual((answer.status, answer.code), (401, "unauthenticated"))
        self.assertEqual(answer.headers["www-authenticate"], 'Bearer realm="webchat"')


class AddressTests(GateCase):
    """The limits count the true client."""

    def address(self, scene: Scene, peer: str | None, **headers: str) -> str:
        """What a session made from there says of where it was made."""
        client = Client(scene.site, origin=ORIGIN, peer=peer, agent="Fire\x1bfox \u202e" + "x" * 300)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.assertEqual(client.post("/api/v1/session", SIGN_IN, headers=named).status, 200)
        session = client.get("/api/v1/session").json["session"]
        self.assertTrue(session["agent"].isprintable() and len(session["agent"]) <= 200)
        return str(session["address"])

    def test_direct(self) -> None:
        """A stranger's X-Forwarded-For says nothing."""
        self.assertEqual(self.address(self.scene, "192.0.2.9", X_Forwarded_For="6.6.6.6"), "192.0.2.9")

    def test_proxied(self) -> None:
        """A trusted proxy's says who is behind it, whatever that one claims."""
        scene = self.fresh(trusted_proxies=networks(["127.0.0.1", "::1"]))
        self.assertEqual(self.address(scene, "127.0.0.1", X_Forwarded_For="6.6.6.6, 192.0.2.9"), "192.0.2.9")
        self.assertEqual(self.address(scene, "::1", X_Forwarded_For="2001:db8::9"), "2001:db8::9")
        self.assertEqual(self.address(scene, None, X_Forwarded_For="192.0.2.9"), "192.0.2.9")

    def test_throttled(self) -> None:
        """Rotating the header does not help to guess passwords."""
        codes = []
        for number in range(12):
            answer = self.scene.client().post(
                "/api/v1/session",
                {"login": "mei", "password": f"wrong {number}"},
                headers={"X-Forwarded-For": f"10.0.0.{number}"},
            )
            codes.append(answer.code)
        self.assertEqual(codes[:4], ["wrong_credentials"] * 4)
        self.assertEqual(codes[-1], "rate_limited")
        self.assertIn("retry-after", answer.headers)
        self.assertGreater(answer.json["retry_after"], 0)


class RateTests(GateCase):
    """Who only asks is limited too: by account, and strangers by address."""

    def setUp(self) -> None:
        super().setUp()
        self.slow = self.fresh(reads=Rate(1.0, 3.0))

    def codes(self, client: Client, path: str, times: int) -> list[int]:
        return [client.get(path).status for _ in range(times)]

    def test_reads(self) -> None:
        """An account has so many questions, from wherever it asks them; others are not slowed."""
        self.assertEqual(self.codes(self.slow.client("mei"), "/api/v1/me/rooms", 2), [200, 200])
        elsewhere = self.slow.client("mei", peer="198.51.100.1")
        self.assertEqual(self.codes(elsewhere, "/api/v1/rooms/2/messages", 2), [200, 429])
        answer = elsewhere.get("/api/v1/rooms")
        self.assertEqual((answer.code, answer.headers["retry-after"]), ("rate_limited", "2"))
        self.assertEqual(self.codes(self.slow.client("olga"), "/api/v1/me/rooms", 1), [200])
        self.slow.clock.advance(1.1)
        self.assertEqual(self.codes(elsewhere, "/api/v1/rooms", 2), [200, 429])

    def test_strangers(self) -> None:
        """An address has so many requests of nobody, whatever they ask for; who is signed in there is not slowed."""
        client = self.slow.client()
        self.assertEqual(self.codes(client, "/api/v1/server", 2), [200, 200])
        self.assertEqual(self.codes(client, "/api/v1/me/rooms", 2), [401, 429])
        self.assertEqual(self.codes(client, "/api/v1/openapi.json", 1), [429])
        self.assertEqual(self.codes(self.slow.client(peer="198.51.100.1"), "/api/v1/server", 1), [200])
        self.assertEqual(self.codes(self.slow.client("mei"), "/api/v1/me/rooms", 1), [200])

    def test_wrong_tokens(self) -> None:
        """An address has so many wrong tokens: each costs a question to the database."""
        before = self.slow.database.reads
        for number in range(6):
            answer = Client(self.slow.site, token=f"wct_{number}" + "x" * 40).get("/api/v1/me/rooms")
        self.assertEqual((answer.code, self.slow.database.reads - before), ("rate_limited", 3))
        self.slow.client("mei").get("/api/v1/me/rooms")
        self.assertEqual(Client(self.slow.site, token="wrong", peer="198.51.100.1").get("/api/v1/me/rooms").status, 401)

    def test_probes(self) -> None:
        """Monitoring may ask as often as it likes."""
        self.assertEqual(set(self.codes(self.slow.client(), "/healthz", 20)), {200})


class SecretsInLogsTests(GateCase):
    """No log line holds a password, token, code or message."""

    def test_everything(self) -> None:
        """A busy hour, mistakes and bugs included, leaves no trace of what must stay secret."""
        observer = EventLoggingObserver()
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        scene = self.scene
        client = scene.client()
        client.post("/api/v1/session", {"login": "mei", "password": "CANARY wrong password"})
        client.post("/api/v1/register", {"name": "nina", "display_name": "n", "password": "CANARY password"})
        client.post("/api/v1/password", {"current": "CANARY password", "new": "CANARY new password"})
        secrets = [*scene.tokens.values(), client.cookies[COOKIE], "CANARY"]
        secrets.append(client.post("/api/v1/tokens", {"label": "CANARY"}).json["token"])
        secrets.append(scene.client("adele").post("/api/v1/invites", {}).json["code"])
        client.post("/api/v1/rooms", {"title": "CANARY room"})
        client.post("/api/v1/rooms/2/messages", {"text": "CANARY text"})
        client.get("/api/v1/rooms?search=CANARY")
        client.get(f"/api/v1/session?token={secrets[0]}")
        client.get(f"/invite/{secrets[-1]}", headers={"Accept": "text/html"})
        # A bug in the middle of a transaction.
        with scene.engines.writer.begin() as db:
            db.exec_driver_sql(
                "CREATE TRIGGER broken BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )
        answer = scene.client("mei").post("/api/v1/rooms/2/messages", {"text": "CANARY lost"})
        self.assertGreaterEqual(answer.status, 500)
        self.assertNotIn(b"CANARY", answer.body)
        self.flushLoggedErrors()
        said = "\n".join(
            (formatEvent(event) or "") + (event["log_failure"].getTraceback() if "log_failure" in event else "")
            for event in observer
        )
        self.assertGreater(len(said.splitlines()), 10)
        for secret in secrets:
            self.assertNotIn(secret, said)


class BugTests(GateCase):
    """A bug behind the door."""

    def test_incident(self) -> None:
        """It is told as an incident number only."""

        async def broken(*args: Any) -> None:
            raise ValueError("INSERT INTO secrets")

        self.patch(self.scene.chat.rooms.__class__, "state", broken)
        answer = self.scene.client("mei").get("/api/v1/rooms/2")
        self.assertEqual((answer.status, answer.code), (500, "internal"))
        self.assertNotIn(b"INSERT", answer.body)
        self.assertIn(answer.json["request_id"], answer.json["detail"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)


class ShieldedTests(SynchronousTestCase):
    """Work that outlives who asked for it."""

    def test_cancelled(self) -> None:
        """Cancelling the answer leaves the work alone, and its result falls on no deaf ears."""
        work: Deferred[bytes] = Deferred()
        outer = shielded(work)
        outer.cancel()
        self.failureResultOf(outer)
        work.callback(b"done")
        self.assertEqual(self.successResultOf(work), None)

    def test_answered(self) -> None:
        """Otherwise the answer is the work's."""
        work: Deferred[bytes] = Deferred()
        outer = shielded(work)
        work.callback(b"done")
        self.assertEqual(self.successResultOf(outer), b"done")
