"""What a token is good for, and what a bot may call: asked of every route there is."""

from __future__ import annotations

from tests.http.scene import Scene
from tests.http.test_table import EXPECTED, WHO, TableCase, every_route
from tests.http.wire import Client
from webchat.model.bots import SCOPES

MEMBER = WHO.index("member")

# A bot that belongs to the room gets what the member gets, but for what is the member's own, or asks for a password.
OTHERWISE = {
    "DELETE /api/v1/sessions/{id}": 404,
    "DELETE /api/v1/tokens/{id}": 404,
    "DELETE /api/v1/files/{file}": 404,
    "PATCH /api/v1/rooms/{room}/messages/{seq}": 403,
    "DELETE /api/v1/rooms/{room}/messages/{seq}": 403,
    "GET /api/v1/rooms/{room}/messages/{seq}/revisions": 403,
    "DELETE /api/v1/rooms/{room}/messages/{seq}/previews": 403,
    # These are about mei, who cannot do them to herself.
    "POST /api/v1/contacts": 201,
    "PUT /api/v1/blocks/{id}": 204,
    "DELETE /api/v1/blocks/{id}": 204,
    "POST /api/v1/reports": 201,
    # It has commands of its own, and those of others are not to be seen.
    "PUT /api/v1/commands": 200,
    "DELETE /api/v1/commands/{id}": 404,
    "POST /api/v1/commands/replies": 404,
    "GET /api/v1/bots/{id}/commands": 404,
    # It has no password, and makes no tokens.
    "POST /api/v1/password": 401,
    "POST /api/v1/me/delete": 401,
    "POST /api/v1/tokens": 403,
}


def token(scene: Scene, name: str, scopes: list[str] | None) -> Client:
    """A program with a token of *name* for *scopes*."""
    made = scene.client(name).post("/api/v1/tokens", {"label": "p", "scopes": scopes})
    return Client(scene.site, token=made.json["token"])


class ScopeTests(TableCase):
    def test_too_little(self) -> None:
        """A token that is good for everything but what the route needs gets no further."""
        scene = self.fresh()
        lacking = {
            (name, need): token(scene, name, [one for one in SCOPES if one != need])
            for name in ("mei", "adele")
            for need in (*SCOPES, "all")
        }
        for route in every_route():
            if route.needs is not None:
                client = lacking["adele" if route.who == "admin" else "mei", route.needs]
                answer = self.send(client, route, self.path(scene, route))
                self.assertEqual((answer.status, answer.code), (403, "insufficient_scope"), route.name)

    def test_enough(self) -> None:
        """A token that is good for what the route needs and for nothing else is answered as she is herself."""
        for route in every_route():
            if route.needs is None:
                continue
            scene = self.fresh()
            name = "adele" if route.who == "admin" else "mei"
            path = self.path(scene, route)
            answer = self.send(token(scene, name, None if route.needs == "all" else [route.needs]), route, path)
            who = WHO.index("admin" if route.who == "admin" else "member")
            self.assertEqual(answer.status, EXPECTED[route.name][who], (route.name, answer.body[:200]))

    def test_public(self) -> None:
        """What everybody may call needs no scope, and what needs one is not for everybody."""
        for route in every_route():
            self.assertEqual(route.needs is None, route.who == "public", route.name)

    def test_no_scope_is_no_token(self) -> None:
        """A token is for something; what it is for is told with it."""
        scene = self.fresh()
        mei = scene.client("mei")
        for wrong in ([], ["admin"], "read", [None], ["read"] * 4):
            answer = mei.post("/api/v1/tokens", {"label": "p", "scopes": wrong})
            self.assertEqual((answer.status, answer.code, answer.json["field"]), (400, "bad_request", "scopes"), wrong)
        made = mei.post("/api/v1/tokens", {"label": "p", "scopes": ["write", "read", "read"]}).json
        self.assertEqual(made["session"]["scopes"], ["read", "write"])
        self.assertEqual([one["scopes"] for one in mei.get("/api/v1/tokens").json["tokens"]], [["read", "write"]])


class BotTests(TableCase):
    def test_everything(self) -> None:
        """A bot that is a plain member of the room gets from every route what the table says."""
        wrong = []
        for route in every_route():
            if route.needs is None:
                continue
            scene = self.fresh()
            path = self.path(scene, route)
            bot = self.bot(scene)
            answer = self.send(bot, route, path)
            expected = OTHERWISE.get(route.name, EXPECTED[route.name][MEMBER])
            if answer.status != expected:
                wrong.append(f"{route.name}: {answer.status}, not {expected} {answer.body[:200]!r}")
        self.assertEqual(wrong, [], "\n".join(wrong))

    def bot(self, scene: Scene) -> Client:
        """A bot of adele's in the room, with a token for everything."""
        adele = scene.client("adele")
        made = adele.post("/api/v1/bots", {"name": "weather", "display_name": "Weather"}).json["user"]["id"]
        adele.post(f"/api/v1/rooms/{scene.room}/members", {"users": [made]})
        return Client(
            scene.site, token=adele.post(f"/api/v1/bots/{made}/tokens", {"label": "p", "scopes": None}).json["token"]
        )
