"""What an endpoint answers, in pieces of any size."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.completions import LINE_LIMIT, Failed, Reader, Strange


def chunk(text: str | None, **more: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}, **more}]}, ensure_ascii=False).encode()


STREAM = b"\n\n".join(
    (
        b": keep-alive\nevent: completion\nid: 1\nretry: 5\n" + chunk(None),
        chunk("你好"),
        b"data:{}",
        chunk(", 🤖"),
        b'data: {"choices": [],\ndata:  "usage": {}, "error": null}',
        chunk("!", finish_reason="stop"),
        b"data: [DONE]\n\n",
    )
)


class Reading(SynchronousTestCase):
    def read(self, *pieces: bytes, is_stream: bool = True) -> tuple[str, Reader]:
        reader = Reader(is_stream)
        text = "".join(map(reader.feed, pieces))
        return text + reader.close(), reader

    def test_pieces(self) -> None:
        """Wherever a piece ends, within a sign, a line or an event, the text is the same; for each kind of line end."""
        for end in (b"\n", b"\r\n", b"\r"):
            stream = STREAM.replace(b"\n", end)
            for cut in range(len(stream)):
                text, reader = self.read(stream[:cut], stream[cut:])
                self.assertEqual((text, reader.is_done, reader.is_cut), ("你好, 🤖!", True, False), (end, cut))
            text, _ = self.read(*(bytes((byte,)) for byte in stream))
            self.assertEqual(text, "你好, 🤖!")

    def test_growing(self) -> None:
        """What has come is known before the rest comes."""
        reader = Reader(is_stream=True)
        self.assertEqual(reader.feed(chunk("Hel") + b"\n\n" + chunk("lo")), "Hel")
        self.assertEqual((reader.feed(b"\n\n"), reader.is_done), ("lo", False))

    def test_no_last_word(self) -> None:
        """An end that is not announced is one; a last event counts without the empty line that should follow it."""
        text, reader = self.read(chunk("Hello"))
        self.assertEqual((text, reader.is_done), ("Hello", False))

    def test_limit(self) -> None:
        """An answer that ends where it must says so."""
        self.assertTrue(self.read(chunk("x", finish_reason="length"))[1].is_cut)

    def test_at_once(self) -> None:
        """An endpoint that streams nothing answers in one piece."""
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Hello"}}]}).encode()
        text, reader = self.read(body[:9], body[9:], is_stream=False)
        self.assertEqual((text, reader.is_done), ("Hello", True))
        self.assertEqual(self.read(b'{"choices": [{"message": {}}]}', is_stream=False)[0], "")

    def test_strange(self) -> None:
        """What is no completion is refused, and none of it repeated."""
        for event in (b"secret", b"[1]", b'{"choices": 1}', b'{"choices": [{"delta": {"content": 5}}]}', b"\xff",
                      b'"\\', b"[" * 5_000, b'{"choices": [{"delta": "x"}]}'):  # fmt: skip
            for is_stream in (True, False):
                with self.assertRaises(Strange) as caught:
                    self.read((b"data: " if is_stream else b"") + event + b"\n\n", is_stream=is_stream)
                self.assertEqual(str(caught.exception), "it is no completion")

    def test_failed(self) -> None:
        """An endpoint may fail in the middle, and say so in the stream."""
        with self.assertRaises(Failed):
            self.read(chunk("Hel") + b'\n\ndata: {"error": {"message": "secret"}}\n\n')

    def test_long_lines(self) -> None:
        """A line that does not end is not kept for ever; one that does may be too long as well."""
        for tail in (b"", b"\n\n"):
            with self.assertRaises(Strange) as caught:
                self.read(b"data: " + b"x" * LINE_LIMIT + tail)
            self.assertEqual(str(caught.exception), "a line is too long")
