"""Rooms as files over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase
from webchat.http.transfer import JSONL


class Files(SceneCase):
    def test_there_and_back(self) -> None:
        """A room is a file to be saved, which brought in again is that room."""
        scene = self.fresh()
        owner, admin = scene.client("olga"), scene.client("adele")
        answer = owner.get(f"/api/v1/rooms/{scene.room}/export")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, JSONL))
        self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
        self.assertEqual(answer.headers["content-disposition"], 'attachment; filename="room-2.jsonl"')
        self.assertEqual(answer.body.count(b'"type":"end"'), 1)
        done = admin.ask("POST", "/api/v1/admin/imports", raw=answer.body, headers={"Content-Type": JSONL})
        self.assertEqual((done.status, done.json["created"], done.json["room"]), (200, False, scene.room))
        copy = answer.body.replace(b'"origin":"', b'"origin":"far/')
        done = admin.ask("POST", "/api/v1/admin/imports", raw=copy, headers={"Content-Type": JSONL})
        self.assertEqual((done.status, done.json["created"]), (201, True))

    def test_page(self) -> None:
        """The page to read is saved, not shown."""
        scene = self.fresh()
        answer = scene.client("olga").get(f"/api/v1/rooms/{scene.room}/export?format=html")
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        self.assertTrue(answer.headers["content-disposition"].startswith("attachment; "))
        self.assertTrue(answer.body.endswith(b"</html>\n"))

    def test_wrong(self) -> None:
        """What is wrong with a file is said, and in which line; other kinds of files are not looked at."""
        scene = self.fresh()
        admin = scene.client("adele")
        answer = admin.ask("POST", "/api/v1/admin/imports", raw=b"{}\n", headers={"Content-Type": JSONL})
        self.assertEqual((answer.status, answer.code, answer.json["field"]), (400, "bad_request", "line"))
        self.assertIn("Line 1", answer.json["detail"])
        answer = admin.ask("POST", "/api/v1/admin/imports", raw=b"{}\n", headers={"Content-Type": "text/plain"})
        self.assertEqual(answer.status, 415)
