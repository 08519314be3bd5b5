"""Whole text frames are taken off the wire; everything else is left as it is."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.ws.incoming import LONGEST, may_become_text, take_texts


def frame(
    payload: bytes, first: int = 0x81, mask: bytes | None = b"\x01\x02\x03\x04", width: int | None = None
) -> bytes:
    """A frame as a client writes it; *width*: bytes of the extended length, if not the fewest."""
    size = len(payload)
    if width is None:
        width = 0 if size < 126 else 2 if size <= LONGEST else 8
    bit = 0x80 if mask is not None else 0
    head = bytes((first, bit | size)) if not width else bytes((first, bit | (126 if width == 2 else 127)))
    key = mask or b"\0\0\0\0"
    body = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
    return head + (size.to_bytes(width, "big") if width else b"") + (mask or b"") + body


class Taking(SynchronousTestCase):
    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.text(max_size=300), max_size=6), st.binary(min_size=4, max_size=4))
    def test_texts(self, texts: list[str], mask: bytes) -> None:
        """Any texts under any mask come out as they went in."""
        payloads = [text.encode() for text in texts]
        data = b"".join(frame(payload, mask=mask) for payload in payloads)
        self.assertEqual(take_texts(data), (payloads, len(data)))

    def test_sizes(self) -> None:
        """Where the encoding of the length changes, and at the longest."""
        for size in (0, 1, 125, 126, 127, 65_534, LONGEST):
            data = frame(b"x" * size)
            self.assertEqual(take_texts(data), ([b"x" * size], len(data)), size)

    def test_left_alone(self) -> None:
        """Whatever is no whole plain text is left, from its first byte on, and what stands before it is taken."""
        others = {
            "binary": frame(b"x", 0x82),
            "fragment": frame(b"x", 0x01),
            "continuation": frame(b"x", 0x80),
            "ping": frame(b"x", 0x89),
            "close": frame(b"\x03\xe8", 0x88),
            "reserved bit": frame(b"x", 0xC1),
            "unmasked": frame(b"x" * 10, mask=None),
            "not the shortest length": frame(b"x", width=2),
            "64 bits of length": frame(b"x" * 70_000),
            "not UTF-8": frame(b"\xff\xfe"),
            "a surrogate": frame(b"\xed\xa0\x80"),
        }
        before = frame(b"before")
        for name, other in others.items():
            self.assertEqual(take_texts(before + other + frame(b"after")), ([b"before"], len(before)), name)
            if name not in ("not UTF-8", "a surrogate"):
                self.assertFalse(may_become_text(other[:8]), name)

    def test_in_pieces(self) -> None:
        """The beginning of a text may become one, at whatever byte it ends; a whole one is not kept waiting."""
        for size in (0, 3, 125, 126, 500):
            data = frame(b"x" * size)
            for cut in range(len(data)):
                self.assertEqual(take_texts(data[:cut]), ([], 0))
                self.assertTrue(may_become_text(data[:cut]), (size, cut))
            self.assertFalse(may_become_text(data))

    def test_noise(self) -> None:
        """Noise is never taken for more than it is, and never raises."""
        chance = random.Random(5)  # noqa: S311
        for _ in range(20_000):
            data = bytes((0x81, chance.randrange(256))) + chance.randbytes(chance.randrange(40))
            payloads, taken = take_texts(data)
            self.assertLessEqual(taken, len(data))
            self.assertEqual(b"".join(payloads).decode().encode(), b"".join(payloads))
            may_become_text(data)
