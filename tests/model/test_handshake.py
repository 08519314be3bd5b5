"""Plain handshakes are recognised; whatever could be read in two ways is not."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.handshake import Handshake, plain_handshake

KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
LINES = (
    "Host: chat.example.org",
    "Upgrade: websocket",
    "Connection: keep-alive, Upgrade",
    f"Sec-WebSocket-Key: {KEY}",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: webchat.v1, other",
)


def head(*lines: str, first: str = "GET /ws HTTP/1.1") -> bytes:
    return "\r\n".join([first, *lines, "", ""]).encode()


class Plain(SynchronousTestCase):
    def read(self, data: bytes) -> Handshake | None:
        return plain_handshake(data, "/ws")

    def test_plain(self) -> None:
        """A browser's handshake is read, with all its headers."""
        more = ("User-Agent: Mozilla/5.0 (X11; Linux)", "Origin: https://chat.example.org", "Cookie: a=b; c=d",
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", "Pragma:no-cache")  # fmt: skip
        found = self.read(head(*LINES, *more))
        assert found
        self.assertEqual((found.protocols, found.key), (["webchat.v1", "other"], KEY))
        self.assertEqual(found.headers["cookie"], "a=b; c=d")
        self.assertEqual(found.headers["pragma"], "no-cache")
        self.assertEqual(found.headers["origin"], "https://chat.example.org")

    def test_in_pieces(self) -> None:
        """Only a whole one is taken, and only alone: what follows it would be lost."""
        whole = head(*LINES)
        for cut in range(len(whole)):
            self.assertIsNone(self.read(whole[:cut]))
        self.assertIsNone(self.read(whole + b"\x81\x80abcd"))
        self.assertIsNone(self.read(whole + whole))

    def test_missing(self) -> None:
        """Without any of its parts it is none."""
        for missing in range(len(LINES)):
            self.assertIsNone(self.read(head(*LINES[:missing], *LINES[missing + 1 :])), LINES[missing])

    def test_twice(self) -> None:
        """No header may stand in it twice, however it is written."""
        for line in LINES:
            self.assertIsNone(self.read(head(*LINES, line)))
            self.assertIsNone(self.read(head(*LINES, line.upper())))

    def test_odd(self) -> None:
        """Nor anything that proxies and servers are known to read differently."""
        for line in (
            "Content-Length: 0", "Transfer-Encoding: chunked", "Expect: 100-continue", " folded", "\tfolded: x",
            "No colon", ": no name", "Name : blank", "Na me: x", "X: \x00", "X: a\rb", "X: a\nb", "X: é", "X:",
            "TE: trailers",
        ):  # fmt: skip
            self.assertIsNone(self.read(head(*LINES, line)), line)

    def test_first_line(self) -> None:
        """The first line is this one, to the letter."""
        for first in (
            "GET /ws HTTP/1.0", "GET /ws/ HTTP/1.1", "GET /ws?token=x HTTP/1.1", "get /ws HTTP/1.1",
            "POST /ws HTTP/1.1", "GET  /ws HTTP/1.1", "GET /ws HTTP/1.1 ", "GET http://chat.example.org/ws HTTP/1.1",
            "GET /WS HTTP/1.1",
        ):  # fmt: skip
            self.assertIsNone(self.read(head(*LINES, first=first)), first)

    def test_values(self) -> None:
        """Another version, a key of another length, a protocol twice: judged elsewhere."""
        for place, line in (
            (1, "Upgrade: websocket, h2c"),
            (2, "Connection: close"),
            (2, "Connection: upgraded"),
            (3, "Sec-WebSocket-Key: short"),
            (3, "Sec-WebSocket-Key: " + KEY[:-2]),
            (3, "Sec-WebSocket-Key: " + KEY + "AA=="),
            (4, "Sec-WebSocket-Version: 8"),
            (4, "Sec-WebSocket-Version: 13, 8"),
            (5, "Sec-WebSocket-Protocol: webchat.v1, webchat.v1"),
            (5, "Sec-WebSocket-Protocol: webchat.v1,"),
            (5, "Sec-WebSocket-Protocol: web chat"),
        ):
            self.assertIsNone(self.read(head(*LINES[:place], line, *LINES[place + 1 :])), line)

    def test_long(self) -> None:
        """A very long one is left to those who count."""
        self.assertIsNone(self.read(head(*LINES, "X: " + "x" * 4_096)))
