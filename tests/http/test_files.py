"""Files over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.http.scene import Scene, SceneCase
from tests.http.wire import HOST, Answer, Wire
from tests.support import images

OCTETS = {"Content-Type": "application/octet-stream"}
TEXT = b"0123456789" * 20_000


class FilesTests(SceneCase):
    """Brought, looked at, refused."""

    def setUp(self) -> None:
        self.scene: Scene = self.fresh(largest_file=300_000)
        # Tokens that are not known yet are asked to come back, above the common limit.
        self.scene.client("mei").get("/api/v1/session")

    def bring(self, data: bytes, name: str = "a.png", who: str = "mei", **headers: str) -> Answer:
        path = f"/api/v1/rooms/{self.scene.room}/files?name={quote(name)}"
        return self.scene.client(who).ask("POST", path, raw=data, headers={**OCTETS, **headers})

    def posted(self, data: bytes, name: str = "a.png") -> str:
        id = str(self.bring(data, name).json["id"])
        body = {"text": "", "files": [id]}
        answer = self.scene.client("mei").post(f"/api/v1/rooms/{self.scene.room}/messages", body)
        self.assertEqual(answer.status, 201)
        return id

    def get(self, path: str, who: str | None = "mona", method: str = "GET", **headers: str) -> Answer:
        return self.scene.client(who).ask(
            method, f"/api/v1/files/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    def test_served(self) -> None:
        """A picture is shown, in a sandbox, for ever, to members alone."""
        id = self.posted(images.with_place(), "猫.jpg")
        answer = self.get(id)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/jpeg"))
        self.assertNotIn(b"SECRET CAMERA", answer.body)
        self.assertEqual(answer.headers["cache-control"], "private, max-age=31536000, immutable")
        self.assertEqual(answer.headers["content-security-policy"], "sandbox; default-src 'none'")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertEqual(
            answer.headers["content-disposition"], "inline; filename=\"_.jpg\"; filename*=UTF-8''%E7%8C%AB.jpg"
        )
        small = self.get(f"{id}/thumb")
        self.assertEqual((small.status, small.body[8:12], small.headers["content-type"]), (200, b"WEBP", "image/webp"))
        self.assertNotEqual(small.headers["etag"], answer.headers["etag"])
        known = self.get(id, If_None_Match=answer.headers["etag"])
        self.assertEqual((known.status, known.body), (304, b""))
        head = self.get(id, method="HEAD")
        self.assertEqual((head.status, head.headers["content-length"]), (200, str(len(answer.body))))

    def test_saved(self) -> None:
        """What a browser could make a page of, or open in a program, is only ever saved."""
        for data, name, kind in (
            (images.HTML, "a.html", "application/octet-stream"),
            (images.SVG, "a.svg", "application/octet-stream"),
            (b"<?xml version='1.0'?><a/>", "a.xml", "application/octet-stream"),
            (b"%PDF-1.7 /JavaScript", "a.pdf", "application/pdf"),
            (b"plain", "a.txt", "text/plain"),
        ):
            answer = self.get(self.posted(data, name))
            self.assertEqual((answer.status, answer.headers["content-type"]), (200, kind))
            self.assertTrue(answer.headers["content-disposition"].startswith("attachment; "), name)
            self.assertEqual(answer.body, data)

    def test_parts(self) -> None:
        """A part is a part, also of a film; what lies outside is refused, and says how much there is."""
        id = self.posted(TEXT, "a.txt")
        part = self.get(id, Range="bytes=100005-")
        self.assertEqual((part.status, part.body), (206, TEXT[100_005:]))
        self.assertEqual(part.headers["content-range"], "bytes 100005-199999/200000")
        self.assertEqual(self.get(id, Range="bytes=-1").body, b"9")
        outside = self.get(id, Range="bytes=200000-")
        self.assertEqual((outside.status, outside.code), (416, "bad_range"))
        self.assertEqual(outside.headers["content-range"], "bytes */200000")
        other = self.get(id, Range="bytes=0-1", If_Range='"other"')
        self.assertEqual((other.status, len(other.body)), (200, len(TEXT)))
        self.assertEqual(self.get(id, Range="bytes=0-1", If_Range=part.headers["etag"]).body, b"01")

    def test_outside(self) -> None:
        """For whoever is not a member, or no more, there is no file: whole, in part, small; nor before it is posted."""
        waiting = str(self.bring(images.picture()).json["id"])
        posted = self.posted(images.picture("PNG", (70, 70)))
        for path in (posted, f"{posted}/thumb", waiting, f"{waiting}/thumb", "0" * 32):
            for who in ("otto", "xenia"):
                for more in ({}, {"Range": "bytes=0-1"}, {"If_None_Match": "*"}):
                    answer = self.get(path, who, **more)
                    self.assertEqual((answer.status, answer.code), (404, "no_such_file"), (path, who, more))
            self.assertEqual(self.get(path, None).status, 401)
        for who in ("mona", "gus", "rosa"):
            self.assertEqual(self.get(posted, who).status, 200)
            self.assertEqual(self.get(waiting, who).status, 404)
        self.assertEqual(self.get(waiting, "mei").status, 200)
        for path in (
            f"{posted.upper()}x",
            f"{posted}/../x",
            "..%2f..%2fwebchat.db",
            f"{posted}/thumb/x",
            f"{posted}%00",
        ):
            self.assertEqual(self.get(path).status, 404, path)
        seq = self.scene.client("mei").get(f"/api/v1/rooms/{self.scene.room}/files").json["files"][0]["seq"]
        self.scene.client("mei").ask("DELETE", f"/api/v1/rooms/{self.scene.room}/messages/{seq}")
        self.assertEqual(self.get(posted, "mei").status, 404)

    def test_limits(self) -> None:
        """What is too large is refused before it is read, in chunks too; a stranger's is not read at all."""
        path = f"/api/v1/rooms/{self.scene.room}/files?name=a.txt"
        wire = Wire(self.scene.site)
        cookie = f"__Host-webchat={self.scene.tokens['mei']}"
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nOrigin: https://{HOST}\r\nCookie: {cookie}\r\n"
        head += "Content-Type: application/octet-stream\r\n"
        wire.send(f"{head}Content-Length: 300001\r\n\r\n")
        self.assertEqual([answer.code for answer in wire.answers()], ["too_large"])
        wire = Wire(self.scene.site)
        wire.send(f"{head}Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(31):
            wire.send("2710\r\n" + "x" * 10_000 + "\r\n")
        self.assertEqual([answer.code for answer in wire.answers()], ["too_large"])
        wire = Wire(self.scene.site)
        wire.send(f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 200000\r\n\r\n")
        self.assertEqual([answer.status for answer in wire.answers()], [401])

    def test_refused(self) -> None:
        """Each refusal by its name."""
        for data, name, headers, status, code in (
            (b"MZ\x90\0", "a.png", {}, 400, "bad_file"),
            (images.huge_header(), "a.png", {}, 400, "bad_picture"),
            (b"text", "a\0b.txt", {}, 400, "bad_text"),
            (b"text", "x" * 1_001, {}, 400, "bad_request"),
            (b"text", "a.txt", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
            (b"text", "a.txt", {"Origin": "https://evil.example"}, 403, "foreign_origin"),
        ):
            answer = self.bring(data, name, **headers)  # type: ignore[arg-type]
            self.assertEqual((answer.status, answer.code), (status, code), name)
        self.assertEqual(self.bring(b"").code, "bad_request")

    def test_names(self) -> None:
        """Names come back clean."""
        for name, kept in (("../../x.txt", "x.txt"), ("CON.txt", "_CON.txt"), ("a\u202etxt.exe", "atxt.exe")):
            self.assertEqual(self.bring(b"text", name).json["name"], kept)
        self.assertEqual(len(self.bring(b"text", "名" * 300).json["name"]), 120)

    def test_many(self) -> None:
        """A message has at most ten."""
        body: dict[str, Any] = {"text": "", "files": ["0" * 32] * 11}
        answer = self.scene.client("mei").post(f"/api/v1/rooms/{self.scene.room}/messages", body)
        self.assertEqual((answer.status, answer.code), (400, "bad_request"))
