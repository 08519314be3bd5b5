"""Frames on the wire: their length is written in the shortest of three ways."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.ws.frames import payloads_of, text_frame


class TextFrame(SynchronousTestCase):
    def test_lengths(self) -> None:
        """A frame tells its length in 7, 16 or 64 bits, as short as it can."""
        for size, head in (
            (0, b"\x81\x00"),
            (125, b"\x81\x7d"),
            (126, b"\x81\x7e\x00\x7e"),
            (65_535, b"\x81\x7e\xff\xff"),
            (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
        ):
            frame = text_frame(b"x" * size)
            self.assertEqual((frame[: len(head)], len(frame)), (head, len(head) + size), size)

    def test_bytes_unchanged(self) -> None:
        """What is in a frame is what was put into it, unmasked."""
        self.assertEqual(text_frame("世".encode()), b"\x81\x03\xe4\xb8\x96")

    def test_taken_out_again(self) -> None:
        """Frames in a row give back what was put into them, whatever its length."""
        payloads = [b"x" * size for size in (0, 1, 125, 126, 65_535, 65_536, 3)]
        self.assertEqual(list(payloads_of(b"".join(map(text_frame, payloads)))), payloads)

    def test_on_the_wire(self) -> None:
        """Short and long messages reach a reader whole."""
        house = House(self)
        anna = house.connect(house.set_up())
        for size in (1, 100, 126, 9_999):
            anna.ask("post", room=1, text="x" * size)
            self.assertEqual(len(anna.next("message")["text"]), size)
