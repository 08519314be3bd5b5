"""Files looked at, off the reactor, the hostile ones too."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

from PIL import Image
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support import images
from tests.support.house import Threads
from webchat.chat.shelf import Shelf, Taken
from webchat.model.files import ALLOWED, GROUPS
from webchat.model.refusals import BadFile, BadPicture, Refusal
from webchat.store.files import Contents


class Taking(SynchronousTestCase):
    """The type comes from the content; what is no picture costs no picture's work."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        threads = Threads(inline=True)
        self.shelf = Shelf(Contents(self.folder), threads, threads)  # type: ignore[arg-type]
        self.count = 0

    def take(self, data: bytes, name: str, allowed: tuple[str, ...] = ALLOWED) -> Taken:
        self.count += 1
        work = self.shelf.take(io.BytesIO(data), name, f"{self.count:032x}", allowed)  # type: ignore[arg-type]
        return self.successResultOf(Deferred.fromCoroutine(work))

    def refused(self, data: bytes, name: str = "x.png", allowed: tuple[str, ...] = ALLOWED) -> type[Refusal]:
        work = self.shelf.take(io.BytesIO(data), name, "f" * 32, allowed)  # type: ignore[arg-type]
        failure = self.failureResultOf(Deferred.fromCoroutine(work), Refusal)
        self.assertEqual([path.name for path in self.folder.rglob("*")] if self.folder.exists() else [], [])
        return failure.type  # type: ignore[return-value]

    def test_picture(self) -> None:
        """Of a picture its true size is known, as it is shown, with a small one and a few colours."""
        taken = self.take(images.with_place(6), "IMG.JPG")
        self.assertEqual((taken.width, taken.height, taken.kind), (40, 80, "image"))
        assert taken.small is not None and taken.placeholder is not None
        small = Image.open(io.BytesIO(taken.small))
        self.assertEqual((small.format, small.size), ("WEBP", (40, 80)))
        self.assertRegex(taken.placeholder, "^[0-9a-f]{36}$")
        stored = taken.written.path.read_bytes()
        self.assertEqual(len(stored), taken.written.size)
        self.assertNotIn(b"SECRET CAMERA", stored)
        large = self.take(images.picture("PNG", (1600, 400)), "wide.png")
        assert large.small is not None
        self.assertEqual(Image.open(io.BytesIO(large.small)).size, (640, 160))
        self.assertEqual((large.width, large.height), (1600, 400))

    def test_polyglots(self) -> None:
        """Of a picture that is a page or an archive too only the picture is left."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("Evil.class", "x" * 100)
        for data in (
            images.picture("GIF") + written.getvalue(),
            images.picture() + images.HTML,
            images.halves(comment=images.HTML),
        ):
            taken = self.take(data, "x.html")
            stored = taken.written.path.read_bytes()
            self.assertNotIn(b"PK\x03\x04", stored)
            self.assertNotIn(b"<script", stored)
            self.assertIn(taken.name.rpartition(".")[2], ("gif", "png", "jpg"))

    def test_not_opened(self) -> None:
        """An archive that would fill the disk is a file like any other; nobody looks into it."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(30_000_000))
        taken = self.take(written.getvalue(), "bomb.zip")
        self.assertEqual((taken.type.mime, taken.written.size), ("application/zip", len(written.getvalue())))
        taken = self.take(b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj", "x.html")
        self.assertEqual((taken.type.mime, taken.name), ("application/pdf", "x.html.pdf"))

    def test_hostile(self) -> None:
        """What says that it is a picture and is none that can be shown is refused, and leaves nothing."""
        whole = images.picture("PNG", (300, 200))
        for data in (
            images.huge_header(),
            images.huge_header(2**31 - 1, 1),
            whole[: len(whole) // 2],
            b"\x89PNG\r\n\x1a\n" + bytes(2_000_000),
            b"\xff\xd8\xff" + b"\xff" * 1_000_000,
            b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b"\x3b",
        ):
            self.assertIs(self.refused(data), BadPicture, data[:20])

    def test_policy(self) -> None:
        """What the operator does not allow is refused, whatever it is called."""
        for data in (b"MZ\x90\0", b"8BPS\0\1\0\0", images.POSTSCRIPT + b"\xc5\xd0\xd3\xc6\0"):
            self.assertIs(self.refused(data, "cat.png"), BadFile)
        self.assertIs(self.refused(images.SVG, "cat.png", ("images",)), BadFile)
        self.assertIs(self.refused(images.picture(), "a.txt", ("text",)), BadFile)
        self.assertEqual(self.take(b"MZ\x90\0", "setup.exe", GROUPS).name, "setup.exe")
