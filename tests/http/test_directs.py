"""Direct conversations over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase


class DirectTests(SceneCase):
    """Opened and found again."""

    def test_story(self) -> None:
        """The first one to open it makes it, the other one finds it; what they say there is theirs."""
        scene = self.fresh()
        mei, otto = scene.client("mei"), scene.client("otto")
        made = mei.post("/api/v1/directs", {"users": [scene.user_id("otto")]})
        self.assertEqual((made.status, made.json["kind"], made.json["title"]), (201, "direct", ""))
        self.assertEqual([card["name"] for card in made.json["people"]], ["otto"])
        found = otto.post("/api/v1/directs", {"users": [scene.user_id("mei")]})
        self.assertEqual((found.status, found.json["room"]), (200, made.json["room"]))
        path = f"/api/v1/rooms/{made.json['room']}"
        self.assertEqual(otto.post(f"{path}/messages", {"text": "hi"}).status, 201)
        self.assertEqual(mei.get(f"{path}/messages").json["messages"][0]["text"], "hi")
        self.assertEqual(scene.client("rosa").get(f"{path}/messages").code, "no_such_room")
        self.assertEqual(mei.post(f"{path}/leave").code, "forbidden")

    def test_bad_input(self) -> None:
        """Nobody, too many, or people who are none."""
        mei = self.fresh().client("mei")
        for users in ([], [5], [0], list(range(10, 21)), ["1"], {"1": 1}):
            self.assertEqual(mei.post("/api/v1/directs", {"users": users}).code, "bad_request", users)
        self.assertEqual(mei.post("/api/v1/directs", {"users": [99]}).code, "no_such_user")
