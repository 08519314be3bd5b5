"""Accounts over HTTP, as a person goes through them."""

from __future__ import annotations

from typing import Any

from tests.http.scene import PASSWORD, Scene, SceneCase
from tests.http.wire import ORIGIN, Client

NINA = {"name": "nina", "display_name": "Nina", "password": PASSWORD}


class AccountsCase(SceneCase):
    def setUp(self) -> None:
        self.scene = self.fresh()

    def code(self, answer: Any) -> tuple[int, str]:
        return answer.status, answer.code


class SetUpTests(AccountsCase):
    """The first visit to a fresh server."""

    def test_set_up(self) -> None:
        """With the code from the log the owner makes her account and the first room; the code is good once."""
        scene = Scene()
        self.addCleanup(scene.stop)
        client = Client(scene.site, origin=ORIGIN)
        self.assertTrue(client.get("/api/v1/server").json["needs_setup"])
        code = scene.wait(scene.chat.accounts.open_set_up())
        body = {**NINA, "code": code, "room_title": "Hall", "server_title": "Ours"}
        self.assertEqual(self.code(client.post("/api/v1/setup", {**body, "code": "x"})), (403, "bad_setup_code"))
        answer = client.post("/api/v1/setup", body)
        self.assertEqual((answer.status, answer.json["user"]["role"]), (201, "owner"))
        self.assertEqual(client.get("/api/v1/me/rooms").json["rooms"][0]["title"], "Hall")
        self.assertFalse(client.get("/api/v1/server").json["needs_setup"])
        self.assertEqual(self.code(client.post("/api/v1/setup", {**body, "name": "eve"})), (409, "already_set_up"))


class RegistrationTests(AccountsCase):
    """Newcomers."""

    def test_open(self) -> None:
        """Whoever registers is signed in at once, and belongs to the lobby."""
        client = self.scene.client()
        answer = client.post("/api/v1/register", {**NINA, "email": "nina@example.com"})
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.json["user"]["email"], "nina@example.com")
        self.assertEqual(client.get("/api/v1/session").json["user"]["name"], "nina")
        self.assertEqual([room["title"] for room in client.get("/api/v1/me/rooms").json["rooms"]], ["Lobby"])

    def test_refused(self) -> None:
        """Names, passwords and addresses that will not do, each by its field."""
        for change, code, field in (
            ({"name": "x"}, "bad_name", "name"),
            ({"name": "admin"}, "bad_name", "name"),
            ({"name": "mei"}, "name_taken", "name"),
            ({"password": "short"}, "weak_password", "password"),
            ({"password": "x" * 129}, "weak_password", "password"),
            ({"email": "nowhere"}, "bad_email", "email"),
        ):
            answer = self.scene.client().post("/api/v1/register", {**NINA, **change})
            self.assertEqual((answer.code, answer.json.get("field")), (code, field), change)
            self.assertEqual(answer.cookies, ())

    def test_closed(self) -> None:
        """Where nobody may register, nobody does."""
        scene = self.fresh(registration="closed")
        self.assertEqual(self.code(scene.client().post("/api/v1/register", NINA)), (403, "registration_closed"))

    def test_invitation(self) -> None:
        """An invitation lets in as many as it says."""
        scene = self.fresh(registration="invitation")
        admin = scene.client("adele")
        self.assertEqual(self.code(scene.client().post("/api/v1/register", NINA)), (403, "bad_invitation"))
        made = admin.post("/api/v1/invites", {"days": 1, "uses": 1})
        self.assertEqual((made.status, made.json["invite"]["uses_left"]), (201, 1))
        body = {**NINA, "invitation": made.json["code"]}
        self.assertEqual(scene.client().post("/api/v1/register", body).status, 201)
        self.assertEqual(
            self.code(scene.client().post("/api/v1/register", {**body, "name": "nora"})), (403, "bad_invitation")
        )

    def test_withdrawn(self) -> None:
        """Invitations are listed without their code, and can be withdrawn."""
        admin = self.scene.client("adele")
        made = admin.post("/api/v1/invites", {}).json
        listed = admin.get("/api/v1/invites")
        self.assertEqual(listed.json["invites"], [made["invite"]])
        self.assertNotIn(made["code"].encode(), listed.body)
        path = f"/api/v1/invites/{made['invite']['id']}"
        self.assertEqual(admin.ask("DELETE", path).status, 204)
        self.assertEqual(self.code(admin.ask("DELETE", path)), (404, "not_found"))
        self.assertEqual(admin.get("/api/v1/invites").json, {"invites": []})


class SigningInTests(AccountsCase):
    """Coming and going."""

    def test_in_and_out(self) -> None:
        """By name, in any case, with the right password; then out again."""
        client = self.scene.client()
        self.assertEqual(client.post("/api/v1/session", {"login": "MEI", "password": PASSWORD}).status, 200)
        answer = client.get("/api/v1/session").json
        self.assertEqual(
            (answer["user"]["name"], answer["session"]["kind"], answer["session"]["current"]), ("mei", "browser", True)
        )
        self.assertEqual(client.ask("DELETE", "/api/v1/session").status, 204)
        self.assertEqual(client.get("/api/v1/session").status, 401)

    def test_wrong(self) -> None:
        """A wrong password, an unknown name and a disabled account look the same."""
        bodies = set()
        for login, password in (("mei", "not it at all"), ("nobody", PASSWORD), ("dora", PASSWORD)):
            answer = self.scene.client().post("/api/v1/session", {"login": login, "password": password})
            self.assertEqual(answer.status, 401)
            bodies.add((answer.json["code"], answer.json["detail"]))
        self.assertEqual(len(bodies), 1)

    def test_password(self) -> None:
        """Changing the password ends every other session, and gives this browser a new one."""
        here, there = self.scene.client(), self.scene.client("mei")
        here.post("/api/v1/session", {"login": "mei", "password": PASSWORD})
        old = dict(here.cookies)
        body = {"current": PASSWORD, "new": "another horse battery"}
        self.assertEqual(self.code(here.post("/api/v1/password", {**body, "current": "x"})), (401, "wrong_credentials"))
        self.assertEqual(here.post("/api/v1/password", body).status, 204)
        self.assertNotEqual(here.cookies, old)
        self.assertEqual(here.get("/api/v1/session").status, 200)
        self.assertEqual(there.get("/api/v1/session").status, 401)
        old_client = Client(self.scene.site, origin=ORIGIN, cookies=old)
        self.assertEqual(old_client.get("/api/v1/session").status, 401)

    def test_expired(self) -> None:
        """A browser that has not been seen for two weeks must sign in again."""
        client = self.scene.client("mei")
        self.scene.clock.advance(14 * 86_400 + 1)
        self.assertEqual(client.get("/api/v1/session").status, 401)


class DeviceTests(AccountsCase):
    """Browsers and tokens."""

    def test_browsers(self) -> None:
        """They are listed, and can be signed out one by one or all but this one."""
        here = self.scene.client("mei")
        others = [self.scene.client() for _ in range(2)]
        for other in others:
            other.post("/api/v1/session", {"login": "mei", "password": PASSWORD})
        listed = here.get("/api/v1/sessions").json["sessions"]
        self.assertEqual((len(listed), sum(session["current"] for session in listed)), (3, 1))
        number = others[0].get("/api/v1/session").json["session"]["id"]
        self.assertEqual(here.ask("DELETE", f"/api/v1/sessions/{number}").status, 204)
        self.assertEqual([other.get("/api/v1/session").status for other in others], [401, 200])
        self.assertEqual(here.ask("DELETE", "/api/v1/sessions").status, 204)
        self.assertEqual(others[1].get("/api/v1/session").status, 401)
        self.assertEqual(here.get("/api/v1/session").status, 200)

    def test_tokens(self) -> None:
        """A token is told once, works, is listed without its secret, and can be revoked."""
        client = self.scene.client("mei")
        made = client.post("/api/v1/tokens", {"label": "my bot", "days": 2})
        self.assertEqual(made.status, 201)
        token, number = made.json["token"], made.json["session"]["id"]
        self.assertRegex(token, r"^wct_[A-Za-z0-9_-]{43}$")
        program = Client(self.scene.site, token=token)
        self.assertEqual(program.get("/api/v1/session").json["session"]["kind"], "api")
        listed = client.get("/api/v1/tokens")
        self.assertEqual([session["label"] for session in listed.json["tokens"]], ["my bot"])
        self.assertNotIn(token.encode(), listed.body)
        self.assertEqual(client.ask("DELETE", f"/api/v1/tokens/{number}").status, 204)
        self.assertEqual(program.get("/api/v1/session").status, 401)


class ProfileTests(AccountsCase):
    """What is known of people."""

    def test_edit(self) -> None:
        """What is absent stays; null takes the address away; others see the name only."""
        client = self.scene.client("mei")
        answer = client.ask("PATCH", "/api/v1/me", {"display_name": "梅 Mei", "email": "mei@example.com"})
        self.assertEqual(
            (answer.json["user"]["display_name"], answer.json["user"]["email"]), ("梅 Mei", "mei@example.com")
        )
        answer = client.ask("PATCH", "/api/v1/me", {})
        self.assertEqual(answer.json["user"]["email"], "mei@example.com")
        card = self.scene.client("otto").get("/api/v1/users/5")
        self.assertEqual(card.json, {"id": 5, "name": "mei", "display_name": "梅 Mei", "kind": "human", "avatar": None})
        answer = client.ask("PATCH", "/api/v1/me", {"email": None})
        self.assertEqual(answer.json["user"], {**answer.json["user"], "email": None, "display_name": "梅 Mei"})

    def test_people(self) -> None:
        """Several at once, unknown ones left out; one who is unknown is not found."""
        client = self.scene.client("mei")
        users = client.get("/api/v1/users?id=1&id=2&id=999").json["users"]
        self.assertEqual(sorted(user["id"] for user in users), [1, 2])
        self.assertEqual(self.code(client.get("/api/v1/users/999")), (404, "no_such_user"))
        self.assertEqual(client.get("/api/v1/users").status, 400)
        self.assertEqual(client.get("/api/v1/users?" + "&".join(f"id={n + 1}" for n in range(201))).status, 400)
