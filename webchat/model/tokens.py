"""How texts are taken apart to be searched, and what a search asks for: one tokeniser for both engines and for marking.

A text is folded (compatibility forms and case, UAX #15 NFKC; the accents of Latin and Greek letters, and of ё) and
falls into tokens:

- of scripts that are written without blanks between words (Han, kana, Hangul, bopomofo, Thai, Lao, Khmer, Burmese)
  each sign is a token, and each emoji or other symbol is one;
- of every other script a run of letters and digits is a token, a word;
- all the rest separates, and is not looked for.

In a search, what stands between two blanks or in quotation marks is a phrase: its tokens, one behind the other.  So a
run of Chinese is found wherever it stands, `foo.bar_baz` where these three follow each other, and `"two words"` too.
A star behind a word of three letters or more stands for any ending.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import attrs

from webchat.model.refusals import BadRequest
from webchat.model.text import folded

QUERY_LIMIT = 200
"""Signs of a search."""
TOKEN_LIMIT = 16
"""Tokens of a search."""
WORD_LIMIT = 64
"""Words are told apart by so many signs."""
PREFIX_MIN = 3
"""Letters that have to stand before a star."""
TYPICAL_LENGTH = 20
"""Tokens of a message."""

_ASCII_WORD = re.compile(r"[a-z0-9]+")
_CHUNK = re.compile(r'["“”„＂]([^"“”„＂]*)["“”„＂]?|([^\s"“”„＂]+)')
_STARS = ("*", "＊")

# Signs of scripts that do not set words apart.
_ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff]"
)
# Variation selectors and the like choose how a sign is drawn, skin tones how an emoji is.
_DRAWING = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef\U0001f3fb-\U0001f3ff]")
_ZERO_WIDTH_SPACE = "\u200b"

Kind = Literal["word", "alone", "mark", "nothing", "gap"]


class Token(NamedTuple):
    """A token, and where it stands in the text: code points from *start* to before *end*."""

    text: str
    start: int
    end: int


@attrs.frozen
class Phrase:
    """Tokens one behind the other; *is_prefix*: of the last one only the beginning."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


def tokens(text: str) -> list[Token]:
    """The tokens of *text*, in their order."""
    if text.isascii():
        return [Token(m[0][:WORD_LIMIT], m.start(), m.end()) for m in _ASCII_WORD.finditer(text.lower())]
    found: list[Token] = []
    word, word_start, word_end = "", 0, 0
    for start, end in _clusters(text):
        for sign, kind in _signs(text[start:end]):
            if kind == "word" or (kind == "mark" and word):
                word_start = word_start if word else start
                word, word_end = word + sign if len(word) < WORD_LIMIT else word, end
                continue
            if kind == "nothing":
                continue
            if word:
                found.append(Token(word, word_start, word_end))
                word = ""
            if kind == "alone":
                found.append(Token(sign, start, end))
            elif kind == "mark" and found and found[-1].end == end and len(found[-1].text) < WORD_LIMIT:
                found[-1] = Token(found[-1].text + sign, found[-1].start, end)
    if word:
        found.append(Token(word, word_start, word_end))
    return found


def phrases(text: str) -> tuple[Phrase, ...]:
    """What the search *text* asks for, each once.  Raises BadRequest above QUERY_LIMIT and TOKEN_LIMIT."""
    if len(text) > QUERY_LIMIT:
        raise BadRequest(f"A search has at most {QUERY_LIMIT} characters.", field="q")
    found: dict[Phrase, None] = {}
    for chunk in _CHUNK.finditer(text):
        quoted, plain = chunk.groups()
        parts = tuple(token.text for token in tokens(quoted if plain is None else plain))
        if parts:
            found[Phrase(parts, plain is not None and plain.endswith(_STARS) and _may_begin(parts[-1]))] = None
    if sum(len(phrase.tokens) for phrase in found) > TOKEN_LIMIT:
        raise BadRequest(f"Look for at most {TOKEN_LIMIT} words or signs at once.", field="q")
    return tuple(found)


def places(wanted: Sequence[Phrase], within: Sequence[Token]) -> list[tuple[int, int]] | None:
    """Where the phrases stand in a text: rising (start, end), none touching the next; None unless each is there."""
    found: list[tuple[int, int]] = []
    for phrase in wanted:
        here = [
            (within[at].start, within[at + len(phrase.tokens) - 1].end)
            for at in range(len(within) - len(phrase.tokens) + 1)
            if _stands_at(phrase, within, at)
        ]
        if not here:
            return None
        found += here
    return _merged(found)


def weight(wanted: Sequence[Phrase], within: Sequence[Token]) -> int:
    """How much a text that holds the phrases is about them, in thousandths.

    It is BM25 (Robertson and Zaragoza 2009, with k1 = 1.2, b = 0.75) of texts that all hold every phrase: how rare
    these are does not tell such texts apart.
    """
    length = 1.2 * (0.25 + 0.75 * len(within) / TYPICAL_LENGTH)
    total = 0.0
    for phrase in wanted:
        times = sum(_stands_at(phrase, within, at) for at in range(len(within) - len(phrase.tokens) + 1))
        total += times * 2.2 / (times + length)
    return round(1000 * total)


def _stands_at(phrase: Phrase, within: Sequence[Token], at: int) -> bool:
    *first, last = phrase.tokens
    for offset, word in enumerate(first):
        if within[at + offset].text != word:
            return False
    text = within[at + len(first)].text
    return text.startswith(last) if phrase.is_prefix else text == last


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _may_begin(word: str) -> bool:
    return len(word) >= PREFIX_MIN and _kind(word[0]) == "word"


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """The text sign by sign, each with what is combined with it: these are folded for themselves."""
    start = 0
    for place in range(1, len(text)):
        sign = text[place]
        # Nearly all signs are below the first mark, or Han.
        if sign < "\u0300" or "\u3400" <= sign <= "\u9fff" or not _combines(sign):
            yield start, place
            start = place
    if text:
        yield start, len(text)


@lru_cache(maxsize=20_000)
def _combines(sign: str) -> bool:
    """Whether *sign* may become one with the sign before it when both are normalised."""
    first = unicodedata.normalize("NFKD", sign)[0]
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff" or "\ud7b0" <= first <= "\ud7fb"


@lru_cache(maxsize=20_000)
def _signs(cluster: str) -> tuple[tuple[str, Kind], ...]:
    """The folded signs of a cluster, each with what it is for."""
    return tuple((sign, _kind(sign)) for sign in _without_accents(folded(cluster)))


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    base = ""
    for sign in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(sign):
            base = sign
        elif base.isascii() or "\u0370" <= base <= "\u03ff" or (base == "е" and sign == "\u0308"):
            continue
        kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def _kind(sign: str) -> Kind:
    category = unicodedata.category(sign)
    if _DRAWING.match(sign) or category == "Me":
        return "nothing"
    if category[0] == "M":
        return "mark"
    if category[0] in "LN":
        return "alone" if _ALONE.match(sign) else "word"
    if category == "So":
        return "alone"
    return "nothing" if category == "Cf" and sign != _ZERO_WIDTH_SPACE else "gap"
