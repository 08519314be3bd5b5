"""Mentions over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase


class MentionTests(SceneCase):
    def test_mentions(self) -> None:
        """What means somebody is in her list, and counted where it is unread."""
        scene = self.fresh()
        scene.client("olga").post("/api/v1/rooms/2/messages", {"text": "Pears, @mei?"})
        mei = scene.client("mei")
        found = mei.get("/api/v1/me/mentions").json
        self.assertEqual([one["text"] for one in found["messages"]], ["Pears, @mei?"])
        self.assertEqual(found["rooms"], [{"room": 2, "kind": "public", "title": "Garden", "picture": None}])
        self.assertEqual(mei.get("/api/v1/rooms/2").json["mentions"], 1)
