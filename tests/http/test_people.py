"""People over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase


class PeopleTests(SceneCase):
    """Finding somebody, and looking at her."""

    def test_directory(self) -> None:
        """Everybody by name, page by page; the one who is shut out is not there."""
        client = self.fresh().client("mei")
        first = client.get("/api/v1/people?limit=4").json
        rest = client.get(f"/api/v1/people?limit=4&after={first['next']}").json
        names = [card["name"] for card in (*first["people"], *rest["people"])]
        self.assertEqual(names, ["adele", "gus", "mei", "mona", "olga", "otto", "rosa", "xenia"])
        self.assertIsNone(rest["next"])
        self.assertEqual(
            [card["name"] for card in client.get("/api/v1/people?search=O").json["people"]][:2], ["otto", "olga"]
        )
        self.assertEqual(client.get("/api/v1/people?after=nonsense").json["field"], "after")

    def test_profile(self) -> None:
        """A profile says which rooms both are in, and nothing of the other's."""
        scene = self.fresh()
        olga = scene.client("mei").get(f"/api/v1/people/{scene.user_id('olga')}").json
        self.assertEqual([room["title"] for room in olga["rooms"]], ["Lobby", "Garden"])
        seen = scene.client("otto").get(f"/api/v1/people/{scene.user_id('olga')}").json
        self.assertEqual([room["title"] for room in seen["rooms"]], ["Lobby"])
        self.assertEqual(scene.client("mei").get(f"/api/v1/people/{scene.user_id('dora')}").code, "no_such_user")

    def test_active(self) -> None:
        """Who wrote lately in a room of mine."""
        scene = self.fresh()
        people = scene.client("mona").get("/api/v1/people/active").json["people"]
        self.assertEqual([card["name"] for card in people], ["olga", "mei"])
        self.assertEqual(scene.client("otto").get("/api/v1/people/active").json["people"], [])

    def test_profile_of_mine(self) -> None:
        """What others see of me is changed bit by bit; what is none of the choices is refused."""
        client = self.fresh().client("mei")
        me = client.ask("PATCH", "/api/v1/me", {"about": "Grows pears", "locale": "zh-CN", "status": "away"}).json[
            "user"
        ]
        self.assertEqual((me["about"], me["locale"], me["status"]), ("Grows pears", "zh-CN", "away"))
        self.assertIsNone(client.ask("PATCH", "/api/v1/me", {"locale": None}).json["user"]["locale"])
        for wrong in ({"status": "here"}, {"locale": "fr"}, {"avatar": "x"}):
            self.assertEqual(client.ask("PATCH", "/api/v1/me", wrong).code, "bad_request", wrong)
