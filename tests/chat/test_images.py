"""Decoding in a process of its own, and the files that come of it."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support import images
from tests.support.house import Threads
from webchat.chat.images import AT_ONCE, MAX_WAITING, Images, decode
from webchat.model.refusals import BadPicture, Busy, Refusal
from webchat.store.pictures import SIZES, PictureFiles

NAME = "0123456789abcdef" * 2


class Decoding(SynchronousTestCase):
    """The process itself, with its limits."""

    def test_decoded(self) -> None:
        """A picture comes back in all sizes, as WebP, without where it was taken."""
        made = decode(images.with_place())
        self.assertEqual(tuple(made), SIZES)
        for size, data in made.items():
            image = Image.open(io.BytesIO(data))
            self.assertEqual((image.format, image.size), ("WEBP", (size, size)))
            self.assertNotIn(b"SECRET CAMERA", data)

    def test_hostile(self) -> None:
        """What is no picture, says it is enormous, ends early, or is something else too, harms nobody."""
        whole = images.picture("PNG", (300, 200))
        for data in (
            images.huge_header(),
            images.huge_header(2**31 - 1, 1),
            whole[: len(whole) // 2],
            b"\x89PNG\r\n\x1a\n" + bytes(2_000_000),
            b"\xff\xd8\xff" + b"\xff" * 3_000_000,
            b"GIF89a" + bytes(3_000_000),
            b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(3_000_000),
            images.SVG,
            images.HTML,
            images.POSTSCRIPT,
        ):
            self.assertRaises(BadPicture, decode, data)

    def test_polyglot(self) -> None:
        """Of a picture that is a page too only the picture is left."""
        for data in (images.picture() + images.HTML, images.picture("GIF") + images.HTML):
            self.assertNotIn(b"script", b"".join(decode(data).values()))

    def test_frames(self) -> None:
        """Ten thousand frames cost no more than one."""
        self.assertEqual(tuple(decode(images.many_frames())), SIZES)


class Keeping(SynchronousTestCase):
    """Off the reactor, a few at a time."""

    def setUp(self) -> None:
        self.threads = Threads()
        self.images = Images(PictureFiles(Path(self.mktemp())), self.threads, self.threads)  # type: ignore[arg-type]

    def take(self, data: bytes, name: str = NAME) -> Deferred[None]:
        return Deferred.fromCoroutine(self.images.take(data, name))

    def run_threads(self) -> None:
        while self.threads.step():
            pass

    def test_kept(self) -> None:
        """What was taken can be read until it is removed."""
        taken = self.take(images.picture())
        self.run_threads()
        self.assertIsNone(self.successResultOf(taken))
        read = Deferred.fromCoroutine(self.images.read(NAME, 48))
        self.run_threads()
        self.assertEqual((self.successResultOf(read) or b"")[8:12], b"WEBP")
        Deferred.fromCoroutine(self.images.remove(NAME))
        Deferred.fromCoroutine(self.images.remove(None))
        self.run_threads()
        self.assertIsNone(self.images.files.read(NAME, 48))

    def test_turns(self) -> None:
        """Two are decoded at a time, some wait, the others are told to come again; then it goes on."""
        taken = [self.take(b"nonsense", f"{number:032x}") for number in range(AT_ONCE + MAX_WAITING)]
        self.assertEqual(len(self.threads.waiting), AT_ONCE)
        self.failureResultOf(self.take(b"nonsense"), Busy)
        self.run_threads()
        for one in taken:
            self.failureResultOf(one, BadPicture)
        again = self.take(b"nonsense")
        self.run_threads()
        self.failureResultOf(again, BadPicture)

    def test_no_place(self) -> None:
        """Where nothing can be written it is said that it cannot be done now."""
        self.images.files.folder.write_text("this is no folder")
        taken = self.take(images.picture())
        self.run_threads()
        self.assertEqual(self.failureResultOf(taken, Refusal).value.code, "unavailable")
