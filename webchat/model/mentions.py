"""Who is meant by a text: `@name`, `@all`, `@here`."""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

from webchat.model.extras import Everyone
from webchat.model.names import NAME_MAX, NAME_MIN, name_key

PEOPLE_MAX = 50
"""How many people one message mentions."""

EVERYBODY: dict[str, Everyone] = {"all": "all", "所有人": "all", "here": "here", "在线": "here"}

# Scripts that are written without blanks: a name ends where it ends, not where the writing does.
_UNBROKEN = (
    "\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff々〆"
)
# Nothing that could be an address, an escaped sign or the middle of a word stands before, nor an address behind.
_AT = re.compile(rf"(?:(?<![\w.%+\-/@＠\\])|(?<=[{_UNBROKEN}]))[@＠]")
_RUN = re.compile(rf"(?:[{_UNBROKEN}][{_UNBROKEN}0-9._-]*+|[^\W_{_UNBROKEN}](?:[^\W{_UNBROKEN}]|[.-])*+)(?![@＠])")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_TICKS = re.compile("`+")


class Mentioned(Struct, frozen=True, gc=False):
    """What stands behind the `@`s of a text.

    *names*: for each of them the keys of the names that it may begin with, the longest first.
    """

    names: tuple[tuple[str, ...], ...] = ()
    everyone: Everyone | None = None


def mentioned(text: str) -> Mentioned | None:
    """Who may be meant by *text*, outside of its code; None for most texts, which hold no `@`."""
    if "@" not in text and "＠" not in text:
        return None
    text = unicodedata.normalize("NFC", text)
    if "```" in text or "~~~" in text:
        text = _FENCE.sub(" ", text)
    if "`" in text:
        text = _without_spans(text)
    names: dict[tuple[str, ...], None] = {}
    everyone: Everyone | None = None
    for at in _AT.finditer(text):
        found = _RUN.match(text, at.end())
        if found is None:
            continue
        run = found[0].rstrip("._-")
        meant = _everyone(run)
        if meant is not None:
            everyone = "all" if "all" in (meant, everyone) else meant
            continue
        keys = _keys(run)
        if keys and len(names) < PEOPLE_MAX:
            names[keys] = None
    return Mentioned(tuple(names), everyone) if names or everyone else None


def _everyone(run: str) -> Everyone | None:
    lowered = run.lower()
    for word, meant in EVERYBODY.items():
        if lowered == word or (not word.isascii() and run.startswith(word)):
            return meant
    return None


def _keys(run: str) -> tuple[str, ...]:
    """The keys of the names with which *run* may begin."""
    if not re.match(f"[{_UNBROKEN}]", run):
        return (name_key(run),) if NAME_MIN <= len(run) <= NAME_MAX else ()
    run = run[:NAME_MAX]
    whole = name_key(run)
    # Nearly always sign by sign; then the key of each beginning is a beginning of the key.
    is_even = len(whole) == len(run)
    lengths = (length for length in range(len(run), NAME_MIN - 1, -1) if run[length - 1] not in "._-")
    return tuple(whole[:length] if is_even else name_key(run[:length]) for length in lengths)


def _without_spans(text: str) -> str:
    """*text* without what stands between two runs of equally many backticks (CommonMark, 6.1), in one pass."""
    runs = [found.span() for found in _TICKS.finditer(text)]
    places: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        start, end = runs[number]
        places.setdefault(end - start, []).append(number)
    kept, done, number = [], 0, 0
    while number < len(runs):
        start, end = runs[number]
        later = places[end - start]
        while later and later[-1] <= number:
            later.pop()
        if later:
            kept.append(text[done:start])
            number = later[-1]
            done = runs[number][1]
        number += 1
    kept.append(text[done:])
    return " ".join(kept)
