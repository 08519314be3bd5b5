"""Announcements over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase

PATH = "/api/v1/announcements"


class AnnouncementTests(SceneCase):
    """Made by admins, read by everybody."""

    def test_story(self) -> None:
        """Announced, read, changed, dismissed, ended; the archive keeps it."""
        scene = self.fresh()
        adele, mei = scene.client("adele"), scene.client("mei")
        self.assertEqual(mei.get(PATH).json, {"current": None, "announcements": [], "next": None})
        made = adele.post(PATH, {"text": "Tea at three", "link": "/rooms/1"})
        self.assertEqual((made.status, made.json["version"]), (201, 1))
        page = mei.get(PATH).json
        self.assertEqual((page["current"], page["announcements"]), (made.json, [made.json]))
        one = f"{PATH}/{made.json['id']}"
        self.assertEqual(adele.ask("PATCH", one, {"text": "Tea at four", "link": None}).json["link"], None)
        self.assertEqual(mei.ask("PUT", f"{one}/dismissed", {"version": 2}).status, 204)
        self.assertEqual(adele.ask("DELETE", one).status, 204)
        self.assertEqual((adele.ask("DELETE", one).status, adele.ask("DELETE", one).code), (404, "not_found"))
        page = mei.get(PATH).json
        self.assertEqual((page["current"], page["announcements"][0]["text"]), (None, "Tea at four"))
        self.assertEqual(mei.get(f"{PATH}?before=1").json["announcements"], [])

    def test_fields(self) -> None:
        """What is at fault is named."""
        client = self.fresh().client("adele")
        for body, code, field in (
            ({"text": "x" * 2_001}, "text_too_long", "text"),
            ({"text": " "}, "empty_text", "text"),
            ({"text": "x", "link": "javascript:alert(1)"}, "bad_text", "link"),
        ):
            answer = client.post(PATH, body)
            self.assertEqual((answer.status, answer.code, answer.json["field"]), (400, code, field))
