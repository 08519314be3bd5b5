"""Bots over HTTP, from their making to their end."""

from __future__ import annotations

from typing import Any

from tests.http.scene import Scene, SceneCase
from tests.http.test_table import DOT
from tests.http.wire import Client


class BotTests(SceneCase):
    def setUp(self) -> None:
        self.scene: Scene = self.fresh()
        self.adele = self.scene.client("adele")
        made = self.adele.post("/api/v1/bots", {"name": "weather", "display_name": "Weather", "about": "Rain"})
        self.assertEqual(made.status, 201)
        self.path = f"/api/v1/bots/{made.json['user']['id']}"
        self.bot: dict[str, Any] = made.json

    def token(self, scopes: list[str] | None = None) -> tuple[Client, int]:
        made = self.adele.post(f"{self.path}/tokens", {"label": "p", "scopes": scopes}).json
        return Client(self.scene.site, token=made["token"]), made["session"]["id"]

    def test_shown(self) -> None:
        """Its owner sees it as it was made, and so does who runs the server; others see that it is a bot."""
        self.assertEqual(self.adele.get("/api/v1/bots").json, {"bots": [self.bot], "may_make": True})
        self.assertEqual(self.scene.client("rosa").get("/api/v1/admin/bots").json, {"bots": [self.bot], "next": None})
        self.assertEqual(self.scene.client("mei").get("/api/v1/bots").json, {"bots": [], "may_make": False})
        profile = self.scene.client("mei").get(f"/api/v1/people/{self.bot['user']['id']}").json
        self.assertEqual((profile["user"]["kind"], profile["about"]), ("bot", "Rain"))

    def test_picture(self) -> None:
        """Its owner gives it a picture, and takes it away; nobody else does."""
        about = {"Content-Type": "image/png"}
        answer = self.scene.client("mei").ask("PUT", f"{self.path}/picture", raw=DOT, headers=about)
        self.assertEqual(answer.status, 403)
        answer = self.adele.ask("PUT", f"{self.path}/picture", raw=DOT, headers=about)
        self.assertRegex(answer.json["user"]["avatar"], r"^[0-9a-f]{32}$")
        self.assertIsNone(self.adele.ask("DELETE", f"{self.path}/picture").json["user"]["avatar"])

    def test_life(self) -> None:
        """It speaks with its token, with the new one when that is renewed, and no more once it is deleted."""
        old, number = self.token(["write", "rooms"])
        self.assertEqual(old.post(f"/api/v1/rooms/{self.scene.room}/join", {}).status, 200)
        new = self.adele.post(f"{self.path}/tokens/{number}/rotate", {})
        self.assertEqual((new.status, new.json["session"]["scopes"]), (201, ["write", "rooms"]))
        said = {"text": "Rain at three"}
        self.assertEqual(old.post(f"/api/v1/rooms/{self.scene.room}/messages", said).status, 401)
        fresh = Client(self.scene.site, token=new.json["token"])
        self.assertEqual(fresh.post(f"/api/v1/rooms/{self.scene.room}/messages", said).status, 201)
        self.assertEqual(self.adele.ask("DELETE", self.path).status, 204)
        self.assertEqual(fresh.get("/api/v1/session").status, 401)
        self.assertEqual(self.adele.get(self.path).code, "no_such_user")
        written = self.scene.client("mei").get(f"/api/v1/rooms/{self.scene.room}/messages").json["messages"]
        self.assertEqual(written[-1]["text"], "Rain at three")
