"""What an OpenAI-compatible endpoint is asked (`POST {url}/chat/completions`), and what it answers, in a stream or not.

https://platform.openai.com/docs/api-reference/chat, as Ollama, llama.cpp, vLLM and others speak it too.  A stream is
one of server-sent events (WHATWG HTML, 9.2), each of which holds some more of the text.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs
import msgspec
from msgspec import UNSET, Struct, UnsetType

LINE_LIMIT = 256 * 1024
"""Bytes of one line of a stream."""
DONE = b"[DONE]"

Role = Literal["system", "user", "assistant"]


@attrs.frozen
class Endpoint:
    """What may be told of where the robot asks.  *tokens*: the most that an answer may have; None: as it likes.

    *prompt*: what it is told of itself; None: the server's own words.
    """

    host: str
    model: str
    prompt: str | None = None
    tokens: int | None = None


class Turn(Struct, frozen=True):
    """What somebody has said in the conversation."""

    role: Role
    content: str


class Completion(Struct, frozen=True):
    """A request for what comes next in it."""

    model: str
    messages: tuple[Turn, ...]
    stream: bool
    max_tokens: int | UnsetType = UNSET


class _Text(Struct, frozen=True):
    content: str | None = None


class _Choice(Struct, frozen=True):
    """*delta*: of a stream; *message*: of an answer at once."""

    delta: _Text | None = None
    message: _Text | None = None
    finish_reason: str | None = None


class _Chunk(Struct, frozen=True):
    choices: tuple[_Choice, ...] = ()
    error: Any = None


_decoder = msgspec.json.Decoder(_Chunk)


class Strange(ValueError):
    """An answer that is not understood; the text says why, and holds none of it."""


class Failed(Strange):
    """An answer that says of itself that it failed."""


class Reader:
    """Reads one answer, as its bytes come in pieces of any size.

    *is_done*: the endpoint has said that it has said all.  *is_cut*: it stopped at the most that it may say.
    """

    def __init__(self, is_stream: bool) -> None:
        self.is_done = self.is_cut = False
        self._is_stream = is_stream
        self._rest = b""
        self._event: list[bytes] = []

    def feed(self, data: bytes) -> str:
        """What more of the text *data* brings, '' often.  Raises Strange."""
        self._rest += data
        if not self._is_stream:
            return ""
        *lines, self._rest = self._rest.splitlines(keepends=True) or [b""]
        # A line that has not ended, or may have ended with the first half of CR LF, waits for more.
        if self._rest.endswith(b"\n"):
            lines.append(self._rest)
            self._rest = b""
        if max(map(len, (self._rest, *lines))) > LINE_LIMIT:
            raise Strange("a line is too long")
        return "".join(map(self._line, lines))

    def close(self) -> str:
        """The last of the text, now that all bytes have come.  Raises Strange."""
        rest, self._rest = self._rest, b""
        if self._is_stream:
            return self._line(rest) + self._line(b"")
        self.is_done = True
        return self._text(rest)

    def _line(self, line: bytes) -> str:
        line = line.rstrip(b"\r\n")
        if not line:
            event, self._event = b"\n".join(self._event), []
            return self._text(event) if event else ""
        name, _, value = line.partition(b":")
        # Comments, which keep a connection alive, and fields that are not used here are passed over.
        if name == b"data":
            self._event.append(value.removeprefix(b" "))
        return ""

    def _text(self, event: bytes) -> str:
        if event.strip() == DONE:
            self.is_done = True
            return ""
        try:
            chunk = _decoder.decode(event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Strange("it is no completion") from None
        if chunk.error is not None:
            raise Failed("it reports an error")
        if not chunk.choices:
            # Figures of what was used, for example.
            return ""
        choice = chunk.choices[0]
        if choice.finish_reason is not None:
            self.is_done, self.is_cut = True, choice.finish_reason == "length"
        said = choice.delta or choice.message
        return (said.content if said is not None else None) or ""
