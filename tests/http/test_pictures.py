"""Pictures over HTTP."""

from __future__ import annotations

from typing import Any

from tests.http.scene import Scene, SceneCase
from tests.http.wire import HOST, ORIGIN, Answer, Client, Wire
from tests.support import images
from webchat.chat.pictures import BODY_LIMIT

AVATAR = "/api/v1/me/avatar"


class PicturesTests(SceneCase):
    """Sent, looked at, refused."""

    def setUp(self) -> None:
        self.scene: Scene = self.fresh()

    def send(self, data: bytes, kind: str = "image/png", path: str = AVATAR, who: str = "mei", **more: Any) -> Answer:
        return self.scene.client(who).ask("PUT", path, raw=data, headers={"Content-Type": kind, **more})

    def test_served(self) -> None:
        """Who is signed in sees the picture, as WebP, for a year, in a sandbox; nobody else does."""
        name = self.send(images.with_place(), "image/jpeg").json["user"]["avatar"]
        for size in (48, 128, 512):
            answer = self.scene.client("otto").get(f"/api/v1/pictures/{name}/{size}")
            self.assertEqual((answer.status, answer.body[8:12]), (200, b"WEBP"))
            self.assertEqual(answer.headers["content-type"], "image/webp")
            self.assertEqual(answer.headers["cache-control"], "private, max-age=31536000, immutable")
            self.assertEqual(answer.headers["content-security-policy"], "default-src 'none'; sandbox")
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
            self.assertNotIn(b"SECRET CAMERA", answer.body)
        self.assertEqual(self.scene.client().get(f"/api/v1/pictures/{name}/48").status, 401)
        self.assertEqual(self.scene.client("mei").ask("DELETE", AVATAR).json["user"]["avatar"], None)
        self.assertEqual(self.scene.client("mei").get(f"/api/v1/pictures/{name}/48").code, "not_found")

    def test_no_way_out(self) -> None:
        """No other spelling of the path leads to a file."""
        name = self.send(images.picture()).json["user"]["avatar"]
        for path in (
            f"{name}/49",
            f"{name}/48.webp",
            f"{name.upper()}/48",
            f"{name}/../48",
            "../../webchat.db/48",
            "%2e%2e/48",
            "..%2f..%2fwebchat.db/48",
            f"{name}%00/48",
            f"{'0' * 32}/48",
            f"{name}/048",
            f"{name}",
            "",
        ):
            self.assertEqual(self.scene.client("mei").get(f"/api/v1/pictures/{path}").status, 404, path)

    def test_refused(self) -> None:
        """What is no picture, too much, too little or of another kind is refused."""
        for data, kind, status, code in (
            (images.SVG, "image/png", 400, "bad_picture"),
            (images.HTML, "image/png", 400, "bad_picture"),
            (images.SVG, "image/svg+xml", 415, "unsupported_media_type"),
            (images.picture(), "application/json", 415, "unsupported_media_type"),
            (images.picture(), "image/png; charset=utf-8", 415, "unsupported_media_type"),
            (images.huge_header(), "image/png", 400, "bad_picture"),
            (b"x" * (BODY_LIMIT + 1), "image/png", 413, "too_large"),
        ):
            answer = self.send(data, kind)
            self.assertEqual((answer.status, answer.code), (status, code), data[:20])
        empty = self.scene.client("mei").ask("PUT", AVATAR, headers={"Content-Type": "image/png"})
        self.assertEqual(empty.code, "bad_request")

    def test_strangers(self) -> None:
        """What is large is not even read of a stranger; who is not known yet is asked to send it again."""
        large = images.picture("PNG", (300, 300)) + bytes(100_000)
        for client in (self.scene.client(), Client(self.scene.site, origin=ORIGIN, cookies={"else": "x"})):
            wire = Wire(self.scene.site)
            wire.send(f"PUT {AVATAR} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 200000\r\n\r\n")
            self.assertEqual([answer.status for answer in wire.answers()], [401])
            headers = {"Content-Type": "image/png"}
            self.assertEqual(client.ask("PUT", AVATAR, raw=large, headers=headers).code, "unauthenticated")
        self.assertEqual(self.send(large).code, "busy")
        self.assertEqual(self.send(large).status, 200)
        wrong = Client(self.scene.site, token="wct_" + "A" * 43)
        for _ in range(2):
            answer = wrong.ask("PUT", AVATAR, raw=large, headers={"Content-Type": "image/png"})
            self.assertEqual(answer.code, "busy")

    def test_other_limits_hold(self) -> None:
        """What is not a picture's route takes no more than before."""
        answer = self.scene.client("mei").ask("PATCH", "/api/v1/me", raw=b"x" * 70_000)
        self.assertEqual(answer.code, "too_large")

    def test_foreign(self) -> None:
        """A page of another site gives nobody a picture."""
        self.assertEqual(self.send(images.picture(), Origin="https://evil.example").code, "foreign_origin")

    def test_room(self) -> None:
        """A room's moderator gives it a picture."""
        path = f"/api/v1/rooms/{self.scene.room}/picture"
        self.assertEqual(self.send(images.picture(), path=path, who="mei").code, "forbidden")
        self.assertEqual(self.send(images.picture(), path=path, who="mona").status, 200)
        name = self.scene.client("mei").get(f"/api/v1/rooms/{self.scene.room}").json["picture"]
        self.assertEqual(self.scene.client("mei").get(f"/api/v1/pictures/{name}/48").status, 200)
