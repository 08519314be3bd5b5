"""Rooms as files over HTTP."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.http.scene import COOKIE, Scene, SceneCase
from tests.http.wire import HOST, ORIGIN, Answer, Wire, request_bytes
from webchat.http.transfer import JSONL
from webchat.model.commands import PostMessage


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


class Streamed(SceneCase):
    """A file that is larger than what is held in memory of a body."""

    def setUp(self) -> None:
        self.spool = Path(self.mktemp())
        self.spool.mkdir()
        self.scene = self.fresh(spool_folder=self.spool)
        olga = self.scene.sign_in("olga")
        for number in range(60):
            said = PostMessage(1, self.scene.room, f"{number} ".ljust(10_000, "x"))
            self.scene.wait(self.scene.chat.messages.post(olga, said))
        answer = self.scene.client("olga").get(f"/api/v1/rooms/{self.scene.room}/export")
        self.copy = answer.body.replace(b'"origin":"', b'"origin":"far/')

    def test_large(self) -> None:
        """It waits in a file until it is whole, and is read line by line from there."""
        made: list[Any] = []
        real = tempfile.SpooledTemporaryFile.rollover
        self.patch(tempfile.SpooledTemporaryFile, "rollover", lambda file: (made.append(file), real(file))[1])
        self.assertGreater(len(self.copy), 600_000)
        done = self.take_in(self.scene, self.copy)
        self.assertEqual((done.status, done.json["created"], done.json["messages"]), (201, True, 62))
        (file,) = made
        self.assertTrue(file.closed)
        self.assertEqual(list(self.spool.iterdir()), [])

    def test_too_large(self) -> None:
        """It may be as large as the files of messages may be."""
        scene = self.fresh(largest_file=500_000)
        answer = self.take_in(scene, self.copy)
        self.assertEqual((answer.status, answer.code), (413, "too_large"))

    def test_half(self) -> None:
        """What has come of a body that breaks off is gone, and no room was made."""
        self.assertEqual(self.scene.client("adele").get("/api/v1/rooms").status, 200)
        headers = {"Origin": ORIGIN, "Content-Type": JSONL, "Cookie": f"{COOKIE}={self.scene.tokens['adele']}"}
        whole = request_bytes("POST", "/api/v1/admin/imports", headers, self.copy, HOST)
        wire = Wire(self.scene.site)
        for start in range(0, len(whole) - 1_000, 65_536):
            wire.send(whole[start : min(start + 65_536, len(whole) - 1_000)])
        content = wire.protocol.requests[-1].content
        self.assertIsInstance(content, tempfile.SpooledTemporaryFile)
        self.assertGreater(content.tell(), 600_000)
        wire.hang_up()
        self.assertEqual(list(self.spool.iterdir()), [])
        self.assertEqual(wire.transport.value(), b"")
        self.assertTrue(self.take_in(self.scene, self.copy).json["created"])

    def take_in(self, scene: Scene, content: bytes) -> Answer:
        admin = scene.client("adele")
        # So much is taken only from somebody who is known.
        self.assertEqual(admin.get("/api/v1/rooms").status, 200)
        return admin.ask("POST", "/api/v1/admin/imports", raw=content, headers={"Content-Type": JSONL})
