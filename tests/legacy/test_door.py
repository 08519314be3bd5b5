"""The door for older clients: open, closed, and to whom it listens."""

from __future__ import annotations

from twisted.web.test.requesthelper import DummyRequest

from tests.http.scene import SceneCase, rows
from tests.http.wire import HOST, Wire
from tests.legacy.scene import PASSWORD, LegacyScene
from tests.support import images
from webchat.http.site import MOST_LARGE
from webchat.legacy.door import FAMILIES, endpoints_of, greeting

FOREIGN = "https://evil.example"
DEVICE = "__Host-webchat-device"


class Open(SceneCase):
    def test_families(self) -> None:
        """Each family is served if the operator wants it; what is not served is not there."""
        for families in ((), ("laravel",), ("express",), ("laravel", "express")):
            old = LegacyScene(self.fresh(), families=families)
            served = {(one.method, one.path) for one in endpoints_of(families)}
            for endpoint in (one for family in FAMILIES.values() for one in family):
                status = old.page().ask(endpoint.method, endpoint.path).status
                wanted = (endpoint.method, endpoint.path) in served
                self.assertEqual(status not in (404, 405), wanted, f"{endpoint.path} {families} {status}")

    def test_our_own(self) -> None:
        """Our own API is where it was, and its refusals look as they did."""
        old = LegacyScene(self.fresh())
        self.assertEqual(old.page().get("/api/v1/server").status, 200)
        self.assertEqual(old.page().get("/api/nothing").json["code"], "not_found")
        answer = old.page().ask("DELETE", "/api/login")
        self.assertEqual((answer.status, answer.json["code"]), (405, "method_not_allowed"))

    def test_large(self) -> None:
        """A body that is too large is not read, except for pictures."""
        old = LegacyScene(self.fresh())
        self.assertEqual(old.page().form("/api/login", name="x" * 70_000, password="x").status, 413)
        self.assertEqual(old.page().upload("/api/file/avatar", b"x" * (9 << 20)).status, 413)

    def test_many_large(self) -> None:
        """Strangers' large bodies take so much of the disk and no more; small ones are taken all the time."""
        old = LegacyScene(self.fresh())
        page, token = old.laravel()
        head = f"POST /api/file/avatar HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        wires = [Wire(old.site, f"192.0.2.{number}") for number in range(MOST_LARGE)]
        for wire in wires:
            wire.send(f"{head}Content-Length: 5000000\r\n\r\n".encode() + b"x" * 10)
        png = images.picture("PNG", (9, 9))
        self.assertEqual(page.upload("/api/file/avatar", b"x" * 100_000, api_token=token).status, 503)
        self.assertEqual(page.upload("/api/file/avatar", png, api_token=token).json["errno"], 0)
        wires.pop().hang_up()
        self.assertEqual(page.upload("/api/file/avatar", png + b"x" * 100_000, api_token=token).status, 200)
        for wire in wires:
            wire.hang_up()
        self.assertEqual(old.site.large_bodies, 0)

    def test_bug(self) -> None:
        """A bug is told without its reasons, and logged."""
        old = LegacyScene(self.fresh())
        page, _, _ = old.express()
        old.chat.people = None  # type: ignore[assignment]
        body = page.get("/api/user/search?name=x").json
        self.assertEqual((body["errno"], body["msg"]), (1, "服务器繁忙，请稍后再试"))
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)


class Origins(SceneCase):
    def setUp(self) -> None:
        self.scene = self.fresh()
        self.old = LegacyScene(self.scene)

    def test_foreign_pages(self) -> None:
        """A page of another site signs nobody in, and reads nothing."""
        page = self.old.page()
        page.origin = FOREIGN
        answer = page.form("/api/register", name="a@b.cc", password=PASSWORD)
        self.assertEqual((answer.status, answer.code), (403, "foreign_origin"))
        for answer in (page.get("/api/robot?info=x"), page.ask("OPTIONS", "/api/login")):
            self.assertNotIn("access-control-allow-origin", answer.headers)
            self.assertEqual(answer.cookies, ())
        self.assertEqual(len(rows(self.scene, "users")), 9)

    def test_named_origins(self) -> None:
        """A page of an origin that the operator has named may read the answers: exactly that one, with its cookie."""
        page = self.old.page()
        asked_first = page.ask("OPTIONS", "/api/login")
        self.assertEqual(asked_first.status, 204)
        self.assertIn("Authorization", asked_first.headers["access-control-allow-headers"])
        for answer in (asked_first, page.get("/api/robot?info=x")):
            self.assertEqual(answer.headers["access-control-allow-origin"], page.origin)
            self.assertEqual(answer.headers["access-control-allow-credentials"], "true")

    def test_device_cookie(self) -> None:
        """Signing in gives a browser a cookie that scripts cannot read, once, by which it is known."""
        page = self.old.page()
        self.assertEqual(page.get("/api/robot?info=x").cookies, ())
        answer = page.form("/api/register", name="a@b.cc", password=PASSWORD)
        self.assertRegex(answer.cookies[0], rf"\A{DEVICE}=[\w-]{{43}}; (?=.*HttpOnly)(?=.*Secure)(?=.*SameSite=lax)")
        self.assertEqual(page.form("/api/login", name="a@b.cc", password=PASSWORD).cookies, ())
        self.assertEqual(len(rows(self.scene, "devices")), 1)

    def test_socket_first(self) -> None:
        """A socket's handshake gives the cookie to a page that has none; signing in there binds that very one."""
        request = DummyRequest([b""])
        cookies: list[str] = []
        request.addCookie = lambda name, value, **more: cookies.append(f"{name}={value}")  # type: ignore[attr-defined]
        greet = greeting(self.scene.chat.legacy.new_cookie)
        given = greet(request, [], True)
        assert given is not None
        self.assertEqual(cookies, [given])
        self.assertIsNone(greet(request, [given], True))
        page = self.old.page()
        page.cookies[DEVICE] = given.partition("=")[2]
        page.form("/api/register", name="a@b.cc", password=PASSWORD)
        actor = self.scene.wait(self.scene.chat.legacy.behind(given.partition("=")[2], ""))
        self.assertEqual(actor.user.email, "a@b.cc")

    def test_somebody_else_signs_in(self) -> None:
        """When somebody else signs in on the same page, the browser is known as hers."""
        page, first = self.old.laravel("a@b.cc")
        page.form("/api/logout", api_token=first)
        self.assertEqual(rows(self.scene, "devices"), [])
        page.form("/api/register", name="c@d.ee", password=PASSWORD)
        answer = page.get("/api/history/message?roomid=1")
        self.assertEqual(answer.status, 200)
        cookie = page.cookies[DEVICE]
        actor = self.scene.wait(self.scene.chat.legacy.behind(cookie, ""))
        self.assertEqual(actor.user.email, "c@d.ee")

    def test_no_mixing(self) -> None:
        """Requests of two people that follow each other on one site are each answered as who made them."""
        (one, first), (other, second) = self.old.laravel("a@b.cc"), self.old.laravel("c@d.ee")
        for _ in range(3):
            for page, token, email in ((one, first, "a@b.cc"), (other, second, "c@d.ee")):
                self.assertEqual(page.get(f"/api/user?api_token={token}").json["email"], email)
            self.assertEqual(self.old.page().get("/api/user").status, 401)

    def test_disabled(self) -> None:
        """Whoever was shut out is nobody, by token and by browser."""
        page, token = self.old.laravel("a@b.cc")
        user = self.scene.wait(self.scene.chat.accounts.authenticate(token)).id
        self.scene.wait(self.scene.chat.administration.disable(None, user, True))
        self.assertEqual(page.get(f"/api/user?api_token={token}").status, 401)
        self.assertEqual(page.get("/api/history/message?roomid=1").status, 401)
