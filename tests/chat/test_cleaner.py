"""Pictures' files with nothing in them but the picture."""

from __future__ import annotations

import io

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from tests.support import images
from webchat.chat.cleaner import cleaned


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


class Cleaning(SynchronousTestCase):
    """Nothing of the picture is lost, and nothing else is left."""

    def test_jpeg(self) -> None:
        """Where it was taken, and by what, is gone; which way up it is stays; every pixel is as it was."""
        dirty = images.with_place(6) + images.HTML
        clean = cleaned(dirty, "JPEG", 6)
        for secret in (b"SECRET CAMERA", b"script"):
            self.assertIn(secret, dirty)
            self.assertNotIn(secret, clean)
        image = opened(clean)
        self.assertEqual(dict(image.getexif()), {0x0112: 6})
        self.assertEqual(image.tobytes(), opened(dirty).tobytes())
        self.assertEqual(dict(opened(cleaned(images.with_place(), "JPEG")).getexif()), {})
        progressive = images.halves(progressive=True, comment=b"SECRET")
        self.assertEqual(opened(cleaned(progressive, "JPEG")).tobytes(), opened(progressive).tobytes())
        self.assertNotIn(b"SECRET", cleaned(progressive, "JPEG"))

    def test_png(self) -> None:
        """Texts and what hangs on behind the end are gone."""
        written = io.BytesIO()
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Comment", "SECRET")
        Image.new("RGBA", (9, 7), (1, 2, 3, 4)).save(written, "PNG", pnginfo=info, exif=Image.Exif())
        clean = cleaned(written.getvalue() + images.HTML, "PNG", 3)
        self.assertNotIn(b"SECRET", clean)
        self.assertNotIn(b"script", clean)
        self.assertEqual(opened(clean).getpixel((0, 0)), (1, 2, 3, 4))
        self.assertEqual(opened(clean).getexif()[0x0112], 3)

    def test_gif(self) -> None:
        """An animation stays one, and goes on for ever; comments and an archive behind it do not."""
        written = io.BytesIO()
        frames = [Image.new("P", (8, 8), number) for number in range(3)]
        for number, frame in enumerate(frames):
            frame.putpalette([number * 40] * 768)
        frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], loop=0, comment=b"SECRET", duration=50)
        clean = cleaned(written.getvalue() + b"PK\x03\x04 an archive", "GIF")
        self.assertNotIn(b"SECRET", clean)
        self.assertNotIn(b"PK", clean)
        image = opened(clean)
        self.assertEqual((image.n_frames, image.info["loop"]), (3, 0))  # type: ignore[attr-defined]

    def test_webp(self) -> None:
        """What WebP keeps beside the picture is gone, and it says so no more."""
        exif = Image.Exif()
        exif[0x0112], exif[0x010F] = 8, "SECRET CAMERA"
        dirty = images.picture("WEBP", exif=exif, xmp=b"SECRET") + images.HTML
        clean = cleaned(dirty, "WEBP", 8)
        self.assertNotIn(b"SECRET", clean)
        self.assertNotIn(b"script", clean)
        self.assertEqual(dict(opened(clean).getexif()), {0x0112: 8})
        self.assertEqual(opened(clean).tobytes(), opened(dirty).tobytes())

    def test_broken(self) -> None:
        """What is cut off, anywhere, is refused or cleaned, and never anything else."""
        for kind, data in (
            ("JPEG", images.with_place()),
            ("PNG", images.picture()),
            ("GIF", images.picture("GIF")),
            ("WEBP", images.picture("WEBP")),
        ):
            for end in range(14, len(data), 7):
                try:
                    cleaned(data[:end], kind)
                except ValueError:
                    pass
