"""An OpenAI-compatible endpoint that says what a test has it say, byte by byte, over a real socket."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.protocol import Factory, Protocol

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def event(text: str, **more: Any) -> bytes:
    """One event of a stream."""
    chunk = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None, **more}]}
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def chunked(data: bytes) -> bytes:
    """*data* as one chunk of a body (RFC 9112, 7.1)."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def response(status: int, body: bytes = b"", kind: str = "application/json") -> bytes:
    """A whole answer."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Talk(Protocol):
    """One request to it."""

    factory: Any

    def connectionMade(self) -> None:
        self.asked = b""
        self.is_open = True
        self.factory.talks.append(self)

    def dataReceived(self, data: bytes) -> None:
        self.asked += data

    def connectionLost(self, reason: Any = None) -> None:
        self.is_open = False

    @property
    def is_whole(self) -> bool:
        """Whether all of the request has come."""
        head, _, body = self.asked.partition(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return bool(length) and len(body) >= int(length[0].split(b":")[1])

    @property
    def body(self) -> dict[str, Any]:
        """What it was asked."""
        found: dict[str, Any] = json.loads(self.asked.partition(b"\r\n\r\n")[2])
        return found

    def write(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)

    def begin(self) -> None:
        """Begins a stream."""
        self.write(HEAD)

    def say(self, *words: str, **more: Any) -> None:
        """Some words of the stream."""
        for word in words:
            self.write(chunked(event(word, **more)))

    def finish(self) -> None:
        """The end of the stream."""
        self.write(chunked(b"data: [DONE]\n\n") + END)

    def drop(self) -> None:
        """The line breaks."""
        assert self.transport is not None
        self.transport.loseConnection()


class Endpoint(Factory):
    """All requests to it, in order."""

    noisy = False
    protocol = Talk

    def __init__(self) -> None:
        self.talks: list[Talk] = []
