"""What the process that decodes pictures makes of them; it is run in this one here, without its limits."""

from __future__ import annotations

import io

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from tests.support import images
from webchat.chat import decoder


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


class Squares(SynchronousTestCase):
    """The squares of honest pictures."""

    def test_every_kind(self) -> None:
        """PNG, JPEG, GIF and WebP become WebPs of the sizes that are wanted."""
        for kind in ("PNG", "JPEG", "GIF", "WEBP"):
            made = decoder.squares(images.picture(kind), [96, 32])
            self.assertEqual(
                [(opened(one).format, opened(one).size) for one in made], [("WEBP", (96, 96)), ("WEBP", (32, 32))]
            )
            red, green, blue = opened(made[0]).convert("RGB").getpixel((48, 48))  # type: ignore[misc]
            self.assertTrue(red > 180 and green < 60 and blue < 60, kind)

    def test_middle(self) -> None:
        """What is too wide is cut at both ends."""
        square = opened(decoder.squares(images.halves(), [40])[0]).convert("RGB")
        left, right = square.getpixel((5, 20)), square.getpixel((35, 20))
        self.assertGreater(left[0], 200)  # type: ignore[index]
        self.assertGreater(right[2], 200)  # type: ignore[index]

    def test_turned(self) -> None:
        """It is the way up that the camera held it; of what else the camera wrote nothing is left."""
        data = images.with_place(orientation=6)
        self.assertIn(b"SECRET CAMERA", data)
        made = decoder.squares(data, [40])[0]
        square = opened(made).convert("RGB")
        above, below = square.getpixel((20, 5)), square.getpixel((20, 35))
        self.assertGreater(above[0], 200)  # type: ignore[index]
        self.assertGreater(below[2], 200)  # type: ignore[index]
        self.assertNotIn(b"SECRET CAMERA", made)
        self.assertNotIn(b"EXIF", made)
        self.assertEqual(dict(opened(made).getexif()), {})

    def test_clear(self) -> None:
        """What is transparent stays so."""
        written = io.BytesIO()
        Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
        self.assertEqual(opened(decoder.squares(written.getvalue(), [8])[0]).convert("RGBA").getpixel((4, 4))[3], 0)  # type: ignore[index]

    def test_one_frame(self) -> None:
        """Of a picture that moves the first frame is taken, however many follow."""
        made = decoder.squares(images.many_frames(), [8])
        self.assertEqual(getattr(opened(made[0]), "n_frames", 1), 1)


class Refused(SynchronousTestCase):
    """What is no picture, or too much of one."""

    def test_magic(self) -> None:
        """What it is, is told by its first bytes alone."""
        for data in (
            images.SVG,
            images.HTML,
            images.POSTSCRIPT,
            b"",
            b"BM" + bytes(60),
            b"8BPS" + bytes(60),
            b"RIFFxxxxWAVE",
        ):
            self.assertIsNone(decoder.kind_of(data), data[:8])
            self.assertRaises(ValueError, decoder.squares, data, [8])
        self.assertEqual(decoder.kind_of(images.picture("WEBP")), "WEBP")

    def test_too_many_pixels(self) -> None:
        """An enormous picture is refused by its header."""
        self.assertRaises(ValueError, decoder.squares, images.huge_header(), [8])

    def test_broken(self) -> None:
        """A picture that ends in the middle is none."""
        data = images.picture("JPEG", (600, 400), quality=95)
        self.assertRaises(OSError, decoder.squares, data[: len(data) // 2], [8])
