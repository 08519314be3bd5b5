"""Devices that are told, over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase, rows

POINT, SECRET = "B" + "A" * 86, "A" * 22
BODY = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "p256dh": POINT, "auth": SECRET}


class PushTests(SceneCase):
    def test_story(self) -> None:
        """The key is asked for, the device signs up, and goes with its session."""
        scene = self.fresh()
        mei = scene.client("mei")
        self.assertEqual(mei.get("/api/v1/push/key").json, {"key": "a key"})
        self.assertEqual(mei.ask("PUT", "/api/v1/push", BODY).status, 204)
        self.assertEqual(mei.ask("PUT", "/api/v1/push", {**BODY, "endpoint": BODY["endpoint"] + "2"}).status, 204)
        self.assertEqual([row["endpoint"] for row in rows(scene, "push_subscriptions")], [BODY["endpoint"] + "2"])
        self.assertEqual(mei.ask("DELETE", "/api/v1/push").status, 204)
        self.assertEqual(mei.ask("DELETE", "/api/v1/push").status, 204)
        self.assertEqual(rows(scene, "push_subscriptions"), [])
        mei.ask("PUT", "/api/v1/push", BODY)
        mei.ask("DELETE", "/api/v1/session")
        self.assertEqual(rows(scene, "push_subscriptions"), [])

    def test_refused(self) -> None:
        """What is no push service, or no key, is said to be none."""
        mei = self.fresh().client("mei")
        for field, value in (
            ("endpoint", "https://127.0.0.1/x"),
            ("endpoint", "http://fcm.googleapis.com/x"),
            ("p256dh", "x"),
            ("auth", "x"),
        ):
            answer = mei.ask("PUT", "/api/v1/push", {**BODY, field: value})
            self.assertEqual((answer.status, answer.code, answer.json["field"]), (400, "bad_request", field))
        self.assertEqual(mei.ask("PUT", "/api/v1/push", {**BODY, "more": 1}).code, "bad_request")
