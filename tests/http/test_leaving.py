"""Taking along and going, over HTTP."""

from __future__ import annotations

from tests.http.scene import COOKIE, PASSWORD, SceneCase


class LeavingTests(SceneCase):
    """One's own things, and the end."""

    def test_export(self) -> None:
        """All in one file, without any secret."""
        scene = self.fresh()
        answer = scene.client("mei").get("/api/v1/me/export")
        self.assertEqual(answer.headers["content-disposition"], 'attachment; filename="webchat.json"')
        self.assertEqual(answer.json["account"]["name"], "mei")
        self.assertEqual([one["text"] for one in answer.json["messages"]], ["one"])
        self.assertNotIn(scene.tokens["mei"].encode(), answer.body)
        self.assertNotIn(b"argon2", answer.body)

    def test_gone(self) -> None:
        """After it the cookie is gone, and opens nothing any more."""
        scene = self.fresh()
        client = scene.client("mei")
        self.assertEqual(client.post("/api/v1/me/delete", {"password": "wrong"}).code, "wrong_credentials")
        self.assertEqual(client.post("/api/v1/me/delete", {"password": PASSWORD}).status, 204)
        self.assertNotIn(COOKIE, client.cookies)
        self.assertEqual(scene.client("mei").get("/api/v1/session").status, 401)
        cards = scene.client("olga").get(f"/api/v1/users?id={scene.user_id('mei')}").json["users"]
        self.assertEqual((cards[0]["name"], cards[0]["display_name"]), ("", ""))
