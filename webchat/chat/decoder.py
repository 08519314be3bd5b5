"""Makes WebPs of a picture from a stranger: run as a process of its own, which trusts neither it nor itself.

Reads the picture from standard input, and writes one square WebP for each size of the command line to standard output,
each after its length in four bytes.  With `whole` in place of sizes: what there is to know of the picture as JSON, a
small one, and the picture's own file with nothing else in it.  Ends with 2 for what is no picture that can be shown,
and with whatever the system ends it with when it wants too much.  It is run by its path, with `python -I`, and imports
nothing of webchat.
"""

from __future__ import annotations

import importlib.util
import io
import json
import resource
import sys
from pathlib import Path
from typing import Any

MAX_PIXELS = 40_000_000
CPU_SECONDS = 5
MEMORY = 512 * 1024 * 1024
NO_PICTURE = 2
WHOLE = "whole"
SMALL = 640
"""Pixels of the longer side of a small picture."""
COLUMNS, ROWS = 4, 3
"""Of a placeholder, which has one colour for each field: three hex digits."""

MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
)


def kind_of(data: bytes) -> str | None:
    """The format that the first bytes are of, as Pillow calls it; None for any other."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((name for magic, name in MAGIC if data.startswith(magic)), None)


def confine() -> None:
    """From now on this process may use so much time and memory, and may write no file."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def squares(data: bytes, sizes: list[int]) -> list[bytes]:
    """*data*'s first frame as square WebPs, what is too much cut off at both ends, with nothing but the pixels.

    Raises ValueError for what is no picture or too large; whatever Pillow raises for one that is broken.
    """
    # Only where it is wanted: the limits hold by then.
    from PIL import Image

    kind = kind_of(data)
    if kind is None:
        raise ValueError("no picture")
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        # Read from the header: nothing has been decoded yet.
        width, height = image.size
        if width * height > MAX_PIXELS or not width or not height:
            raise ValueError("too many pixels")
        largest = max(sizes)
        if kind == "JPEG":
            # Smaller while it is decoded, where it is much larger than what is wanted.
            image.draft("RGB", (2 * largest, 2 * largest))
        image.load()
        width, height = image.size
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
        plain = image.convert("RGBA" if has_alpha else "RGB")
        # A square turns and mirrors into the same square, so the camera's orientation can wait for the small one.
        orientation = image.getexif().get(0x0112, 1)
    square = plain.resize((largest, largest), Image.Resampling.LANCZOS, (left, top, left + side, top + side), 3.0)
    square = _turned(square, orientation)
    return [_webp(square.resize((size, size), Image.Resampling.LANCZOS)) for size in sizes]


def whole(data: bytes) -> list[bytes]:
    """(JSON of width, height and placeholder; a small WebP; *data* with nothing but the picture); raises as *squares*.

    Width and height are of the picture as it is shown, turned as the camera says.
    """
    from PIL import Image

    kind = kind_of(data)
    if kind is None:
        raise ValueError("no picture")
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        width, height = image.size
        if width * height > MAX_PIXELS or not width or not height:
            raise ValueError("too many pixels")
        factor = min(1.0, SMALL / max(width, height))
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        if kind == "JPEG":
            image.draft("RGB", (2 * size[0], 2 * size[1]))
        image.load()
        has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
        plain = image.convert("RGBA" if has_alpha else "RGB")
        orientation = image.getexif().get(0x0112, 1)
    if type(orientation) is not int or not 1 <= orientation <= 8:
        orientation = 1
    small = _turned(plain.resize(size, Image.Resampling.LANCZOS, None, 3.0), orientation)
    if orientation >= 5:
        width, height = height, width
    known = {"width": width, "height": height, "placeholder": _placeholder(small)}
    return [json.dumps(known).encode(), _webp(small), _cleaner().cleaned(data, kind, orientation)]


def _cleaner() -> Any:
    spec = importlib.util.spec_from_file_location("cleaner", Path(__file__).with_name("cleaner.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _placeholder(small: Any) -> str:
    from PIL import Image

    ground = Image.new("RGB", small.size, (136, 136, 136))
    ground.paste(small, mask=small if small.mode == "RGBA" else None)
    fields = ground.resize((COLUMNS, ROWS), Image.Resampling.BOX)
    return "".join(f"{round(part / 17):x}" for part in fields.tobytes())


def _turned(image: Any, orientation: object) -> Any:
    from PIL import Image

    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation)  # type: ignore[call-overload]
    return image if turn is None else image.transpose(turn)


def _webp(image: Any) -> bytes:
    from PIL import Image

    # Pasted into a new one, which has no metadata that could be written along.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    written = io.BytesIO()
    clean.save(written, "WEBP", quality=86, method=4)
    return written.getvalue()


def main() -> int:
    """The process's exit status."""
    confine()
    try:
        data = sys.stdin.buffer.read()
        made = whole(data) if sys.argv[1:] == [WHOLE] else squares(data, [int(size) for size in sys.argv[1:]])
    except ImportError:
        raise
    except Exception:  # Pillow raises many kinds for what is broken.
        return NO_PICTURE
    for part in made:
        sys.stdout.buffer.write(len(part).to_bytes(4, "big"))
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
