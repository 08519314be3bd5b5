"""Webhooks over HTTP: as other programs use them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.http.scene import Scene, SceneCase
from tests.http.wire import Answer, Client


class HookTests(SceneCase):
    """Made, posted to, removed."""

    def made(self, scene: Scene) -> str:
        return str(scene.client("mona").post("/api/v1/rooms/2/hooks/incoming", {"label": "Build"}).json["path"])

    def tell(self, scene: Scene, path: str, raw: bytes, kind: str = "application/json") -> Answer:
        return Client(scene.site).ask("POST", path, raw=raw, headers={"Content-Type": kind})

    def test_story(self) -> None:
        """A program needs the URL alone, whatever it calls what it sends; nothing secret is told twice."""
        scene = self.fresh()
        path = self.made(scene)
        bodies: tuple[tuple[bytes, str], ...] = (
            (b'{"text": "one"}', "application/json"),
            (b'{"text": "two"}', "application/json; charset=utf-8"),
            (b'{"text": "three"}', "text/plain;charset=UTF-8"),
            (b'{"text": "four"}', "application/x-www-form-urlencoded"),
            (urlencode({"payload": json.dumps({"text": "five"})}).encode(), "application/x-www-form-urlencoded"),
        )
        for number, (raw, kind) in enumerate(bodies, 3):
            answer = self.tell(scene, path, raw, kind)
            self.assertEqual((answer.status, answer.json["room"], answer.json["seq"]), (200, 2, number))
        page = scene.client("mei").get("/api/v1/rooms/2/messages").json
        self.assertEqual([one["text"] for one in page["messages"]][2:], ["one", "two", "three", "four", "five"])
        listed = scene.client("mona").get("/api/v1/rooms/2/hooks")
        self.assertNotIn(path.rsplit("/", 1)[1], listed.body.decode())
        self.assertEqual(listed.json["outgoing"], True)

    def test_refused(self) -> None:
        """Problem details, with a code."""
        scene = self.fresh()
        path = self.made(scene)
        wrong: tuple[tuple[bytes, str, int, Any], ...] = (
            (b"", "application/json", 400, "bad_request"),
            (b"{}", "application/json", 400, "empty_text"),
            (b'{"text": "%s"}' % (b"x" * 10_001), "application/json", 400, "text_too_long"),
            (b'{"text": "\\ud800"}', "application/json", 400, "bad_request"),
            (b"x", "image/png", 415, "unsupported_media_type"),
            (b"x" * 65_537, "application/json", 413, "too_large"),
        )
        for raw, kind, status, code in wrong:
            answer = self.tell(scene, path, raw, kind)
            self.assertEqual((answer.status, answer.code), (status, code), raw[:30])
        for other in (
            path[:-1],
            path[:-1] + "x",
            path.replace("/hooks/1/", "/hooks/2/"),
            "/api/v1/hooks/1/" + "0" * 32,
        ):
            answer = self.tell(scene, other, b'{"text": "x"}')
            self.assertEqual((answer.status, answer.code), (404, "not_found"), other)

    def test_outgoing(self) -> None:
        """The secret is told once; what is changed is told."""
        scene = self.fresh()
        mona = scene.client("mona")
        made = mona.post("/api/v1/rooms/2/hooks/outgoing", {"label": "CI", "url": "https://ci.example/"}).json
        self.assertTrue(made["secret"].startswith("whsec_"))
        self.assertEqual(made["hook"]["events"], ["message.posted"])
        path = f"/api/v1/rooms/2/hooks/{made['hook']['id']}"
        changed = mona.ask("PATCH", path, {"events": ["member.left"], "resting": True}).json
        self.assertEqual((changed["events"], changed["disabled"] is not None), (["member.left"], True))
        self.assertNotEqual(mona.post(f"{path}/secret").json["secret"], made["secret"])
        self.assertNotIn("whsec_", mona.get("/api/v1/rooms/2/hooks").body.decode())
        self.assertEqual(mona.ask("PATCH", path, {"events": ["nothing"]}).code, "bad_request")
        scene.client("rosa").ask("PATCH", "/api/v1/admin/settings", {"webhooks": False})
        answer = mona.post("/api/v1/rooms/2/hooks/outgoing", {"label": "CI", "url": "https://ci.example/"})
        self.assertEqual((answer.status, answer.code), (403, "forbidden"))
