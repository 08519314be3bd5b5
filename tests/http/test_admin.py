"""Running the server over HTTP."""

from __future__ import annotations

from tests.http.scene import PASSWORD, START, SceneCase, rows
from tests.http.test_table import BODIES, TableCase, every_route
from webchat.http.route import Route

ADMIN = "/api/v1/admin"


def acts_on_others(route: Route) -> bool:
    """Whether the route is for those with power over others, and changes something."""
    return route.method != "GET" and (route.who == "admin" or route.name == "PUT /api/v1/reports/{id}")


class AuditTests(TableCase):
    """Nothing is done with power over others that is not written down."""

    def test_one_entry_each(self) -> None:
        """Each route that changes something leaves exactly one entry, which names who did it."""
        wrong, checked = [], 0
        for route in every_route():
            if not acts_on_others(route):
                continue
            scene = self.fresh()
            path = self.path(scene, route)
            before = len(rows(scene, "audit"))
            body = BODIES.get(route.name)
            if route.name == "PUT /api/v1/admin/users/disabled":
                body = {**(body or {}), "ids": [scene.user_id("mei")]}
            rosa = scene.client("rosa")
            if route.name == "POST /api/v1/admin/imports":
                # As if a room of another server had been taken along: one of this server is here already.
                here = scene.chat.syncing.epoch.encode()
                words = rosa.get(f"/api/v1/rooms/{scene.room}/export").body.replace(here, b"elsewhere", 1)
                before = len(rows(scene, "audit"))
                answer = rosa.ask("POST", path, raw=words, headers={"Content-Type": route.takes[0]})
            else:
                answer = rosa.ask(route.method, path, body)
            self.assertLess(answer.status, 300, (route.name, answer.body))
            new = rows(scene, "audit")[before:]
            checked += 1
            if [entry["actor"] for entry in new] != [scene.user_id("rosa")]:
                wrong.append(f"{route.name}: {[entry['action'] for entry in new]}")
        self.assertEqual(wrong, [])
        self.assertGreater(checked, 12)

    def test_none_where_refused(self) -> None:
        """What was refused leaves none."""
        for route in every_route():
            if acts_on_others(route):
                scene = self.fresh()
                path = self.path(scene, route)
                before = len(rows(scene, "audit"))
                self.assertGreaterEqual(
                    scene.client("mei").ask(route.method, path, BODIES.get(route.name)).status, 400, route.name
                )
                self.assertEqual(len(rows(scene, "audit")), before, route.name)

    def test_read(self) -> None:
        """By page, by room, by person; in a room by those who look after it."""
        scene = self.fresh()
        adele = scene.client("adele")
        adele.ask("PUT", f"{ADMIN}/rooms/{scene.room}/archived", {"archived": True})
        adele.ask("PUT", f"{ADMIN}/users/5/silenced", {"minutes": 5, "reason": "spam"})
        page = adele.get(f"{ADMIN}/audit?limit=1").json
        entry = page["entries"][0]
        self.assertEqual((entry["action"], entry["user"], entry["actor"]), ("user.silence", 5, scene.user_id("adele")))
        self.assertEqual(entry["details"]["reason"], "spam")
        self.assertEqual({card["name"] for card in page["users"]}, {"adele", "mei"})
        following = adele.get(f"{ADMIN}/audit?limit=1&before={page['next']}").json["entries"]
        self.assertEqual([one["action"] for one in following], ["room.archive"])
        self.assertEqual(len(adele.get(f"{ADMIN}/audit?user=5").json["entries"]), 2)
        self.assertEqual(len(adele.get(f"{ADMIN}/audit?room=2").json["entries"]), 1)
        here = scene.client("mona").get(f"/api/v1/rooms/{scene.room}/audit").json["entries"]
        self.assertEqual([one["action"] for one in here], ["room.archive"])


class AccountTests(SceneCase):
    """Everybody's accounts."""

    def test_listed(self) -> None:
        """What those who run the server see of an account, by page."""
        scene = self.fresh()
        adele = scene.client("adele")
        page = adele.get(f"{ADMIN}/users?limit=2").json
        self.assertEqual([one["name"] for one in page["accounts"]], ["gus", "xenia"])
        page = adele.get(f"{ADMIN}/users?limit=2&after={page['next']}").json
        self.assertEqual(next((one["name"], one["state"]) for one in page["accounts"]), ("dora", "disabled"))
        one = adele.get(f"{ADMIN}/users/5").json
        self.assertEqual(
            {**one, "seen": 0},
            {
                "id": 5,
                "name": "mei",
                "display_name": "Mei",
                "kind": "human",
                "role": "member",
                "state": "active",
                "created": START,
                "seen": 0,
                "devices": 1,
                "silenced": None,
                "avatar": None,
                "featured": False,
            },
        )
        self.assertEqual(adele.get(f"{ADMIN}/users/4711").code, "no_such_user")

    def test_shut_out(self) -> None:
        """At once, one or several."""
        scene = self.fresh()
        adele = scene.client("adele")
        self.assertEqual(adele.ask("PUT", f"{ADMIN}/users/5/disabled", {"disabled": True}).status, 204)
        self.assertEqual(scene.client("mei").get("/api/v1/session").status, 401)
        outcome = adele.ask("PUT", f"{ADMIN}/users/disabled", {"ids": [6, 1], "disabled": True})
        self.assertEqual(outcome.json, {"outcomes": [{"id": 6, "refused": None}, {"id": 1, "refused": "forbidden"}]})

    def test_new_password(self) -> None:
        """A link is made, told once, and used once."""
        scene = self.fresh()
        link = scene.client("adele").post(f"{ADMIN}/users/5/reset")
        self.assertEqual((link.status, link.json["expires"]), (201, scene.now() + 24 * 3_600_000))
        body = {"code": link.json["code"], "password": "another horse battery"}
        answer = scene.client().post("/api/v1/reset", {**body, "password": "short"})
        self.assertEqual((answer.status, answer.code, answer.json["field"]), (400, "weak_password", "password"))
        self.assertEqual(scene.client().post("/api/v1/reset", body).status, 204)
        self.assertEqual(scene.client("mei").get("/api/v1/session").status, 401)
        signed = scene.client().post("/api/v1/session", {"login": "mei", "password": "another horse battery"})
        self.assertEqual(signed.status, 200)
        self.assertEqual(scene.client().post("/api/v1/reset", body).code, "bad_reset_code")


class SettingsTests(SceneCase):
    """What is decided while the server runs."""

    def test_story(self) -> None:
        """Decided, in force at once, shown to strangers."""
        scene = self.fresh()
        adele = scene.client("adele")
        answer = adele.ask(
            "PATCH", f"{ADMIN}/settings", {"title": "茶室", "registration": "closed", "terms": "Be kind."}
        )
        self.assertEqual(answer.json, adele.get(f"{ADMIN}/settings").json)
        about = scene.client().get("/api/v1/server").json
        self.assertEqual((about["title"], about["registration"], about["terms"]), ("茶室", "closed", True))
        self.assertEqual(scene.client().get("/api/v1/terms").json, {"text": "Be kind."})
        self.assertEqual(adele.ask("PATCH", f"{ADMIN}/settings", {"registration": None}).json["registration"], "open")

    def test_guests(self) -> None:
        """A guest comes in without a password, and stays under a name of her own."""
        scene = self.fresh()
        browser = scene.client()
        entered = browser.post("/api/v1/session/guest", {"display_name": "Gretel"})
        self.assertEqual((entered.status, entered.json["user"]["role"]), (201, "guest"))
        self.assertEqual([room["room"] for room in browser.get("/api/v1/me/rooms").json["rooms"]], [1])
        self.assertEqual(browser.post("/api/v1/rooms", {"title": "Cellar"}).status, 403)
        registered = browser.post(
            "/api/v1/me/register", {"name": "gretel", "display_name": "Gretel", "password": PASSWORD}
        )
        self.assertEqual((registered.status, registered.json["user"]["role"]), (200, "member"))
        self.assertEqual(browser.get("/api/v1/session").json["user"]["name"], "gretel")
        self.assertEqual(browser.post("/api/v1/rooms", {"title": "Cellar"}).status, 201)

    def test_no_guests(self) -> None:
        """Where they are not wanted there are none."""
        scene = self.fresh()
        scene.client("adele").ask("PATCH", f"{ADMIN}/settings", {"guests": False})
        answer = scene.client().post("/api/v1/session/guest", {"display_name": "Gretel"})
        self.assertEqual((answer.status, answer.code), (403, "forbidden"))


class RoomTests(SceneCase):
    """Every room."""

    def test_listed(self) -> None:
        """Public or private, by page."""
        scene = self.fresh()
        adele = scene.client("adele")
        page = adele.get(f"{ADMIN}/rooms?limit=1").json
        self.assertEqual([room["title"] for room in page["rooms"]], ["Garden"])
        page = adele.get(f"{ADMIN}/rooms?after={page['next']}").json
        self.assertEqual(([room["title"] for room in page["rooms"]], page["next"]), (["Lobby"], None))
        self.assertEqual(adele.get(f"{ADMIN}/rooms?private=true").json["rooms"], [])
        self.assertEqual(adele.get(f"{ADMIN}/rooms?after=x").status, 400)

    def test_overview(self) -> None:
        """The server at a glance."""
        seen = self.fresh().client("adele").get(f"{ADMIN}/overview").json
        self.assertEqual((seen["accounts"], seen["rooms"], seen["database"]), (9, 2, "SQLite"))
