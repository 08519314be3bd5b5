"""Preferences over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase


class PreferencesTests(SceneCase):
    """Settings that follow somebody."""

    def test_there_and_gone(self) -> None:
        """What is set is there on another device, until it is null."""
        scene = self.fresh()
        path = "/api/v1/me/preferences"
        answer = scene.client("mei").ask("PATCH", path, {"changes": {"theme": "dark", "text.size": 18}})
        self.assertEqual(answer.json, {"preferences": {"text.size": 18, "theme": "dark"}})
        self.assertEqual(scene.program("mei").get(path).json, answer.json)
        scene.client("mei").ask("PATCH", path, {"changes": {"theme": None}})
        self.assertEqual(scene.client("mei").get(path).json, {"preferences": {"text.size": 18}})
        self.assertEqual(scene.client("otto").get(path).json, {"preferences": {}})

    def test_refused(self) -> None:
        """Keys and values that will not do."""
        client = self.fresh().client("mei")
        for changes in ({"Theme": 1}, {"a b": 1}, {"x": "y" * 2_050}, {"$ne": None}):
            answer = client.ask("PATCH", "/api/v1/me/preferences", {"changes": changes})
            self.assertEqual((answer.code, answer.json["field"]), ("bad_request", "changes"))
