"""What people may write: messages, titles, topics and display names."""

from __future__ import annotations

import unicodedata

from webchat.model.refusals import BadRequest, BadText, EmptyText, TextTooLong

MESSAGE_LIMIT = 10_000
TITLE_LIMIT = 80
TOPIC_LIMIT = 500
DISPLAY_NAME_LIMIT = 64
LABEL_LIMIT = 80
ABOUT_LIMIT = 160
NOTE_LIMIT = 200

# Formatting characters that turn the text around them (UAX #9): a name or title that holds one can
# impersonate another, or reorder the line it stands in.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064"
    "\u206a\u206b\u206c\u206d\u206e\u206f\u3164\ufeff\uffa0"
)
_JOINER = "\u200d"
_ALLOWED_CONTROLS = frozenset("\n\t")
_BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})


def message_text(text: str, may_be_empty: bool = False) -> str:
    """*text* as it is stored: line ends as LF, nothing else changed; '' where nothing can be seen and that may be.

    Up to MESSAGE_LIMIT code points, at least one of them visible.  NUL, other control characters and lone
    surrogates cannot be stored alike on every engine.  Raises BadText, EmptyText, TextTooLong.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MESSAGE_LIMIT:
        raise TextTooLong(f"A message has at most {MESSAGE_LIMIT} characters.", field="text")
    # Nearly every message is plain and printable; only the others are looked at sign by sign.
    if not text.isprintable():
        for sign in text:
            if _is_control(sign) and sign not in _ALLOWED_CONTROLS:
                raise BadText("A message cannot hold control characters.", field="text")
    if not (text.strip() if text.isascii() else any(_is_visible(sign) for sign in text)):
        if may_be_empty:
            return ""
        raise EmptyText(field="text")
    return text


def acted(name: str, text: str) -> str:
    """What somebody called *name* does, by the *text* of an action, for where it stands alone: "Mei waves"."""
    return f"{name} {text}"


def check_nonce(nonce: str) -> None:
    """Raises BadRequest unless *nonce* is made of visible ASCII characters.

    Here and not by a pattern of its type: a regular expression takes longer than reading all the rest of a command.
    """
    if not (nonce.isascii() and nonce.isprintable()) or " " in nonce:
        raise BadRequest("A nonce has visible ASCII characters only.", field="nonce")


def line_of_text(text: str, limit: int, field: str, *, may_be_empty: bool = False) -> str:
    """*text* as one line (title, topic, display name): NFC, runs of white space folded to one blank.

    Raises BadText for control, invisible and direction-changing characters, TextTooLong above *limit*.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    for sign in text:
        if sign in _BIDI or (sign in _INVISIBLE and sign != _JOINER) or _is_control(sign) or _is_hidden(sign):
            raise BadText(f"The {field} holds characters that cannot be shown.", field=field)
    # The joiner is part of many emoji; between letters it only hides a difference.
    for before, sign, behind in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign == _JOINER and not (_joins(before) and _joins(behind)):
            raise BadText(f"The {field} holds characters that cannot be shown.", field=field)
    if len(text) > limit:
        raise TextTooLong(f"The {field} has at most {limit} characters.", field=field)
    if not may_be_empty and not any(_is_visible(sign) for sign in text):
        raise BadText(f"The {field} is empty.", field=field)
    return text


def folded(text: str) -> str:
    """*text* as it is compared and searched: compatibility forms and case folded away (UAX #15, NFKC)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def printable(text: bytes | str) -> str:
    """*text* from a stranger as it may stand in a log line: one line, no control or escape sequences."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)


def _joins(sign: str) -> bool:
    return unicodedata.category(sign) in ("So", "Sk", "Mn")


def _is_hidden(sign: str) -> bool:
    """Tags and annotation marks: they show nothing, and two names could differ by them alone."""
    return "\ufff9" <= sign <= "\ufffb" or "\U000e0000" <= sign <= "\U000e0fff"


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs")


def _is_visible(sign: str) -> bool:
    return sign not in _INVISIBLE and unicodedata.category(sign) not in _BLANK_CATEGORIES
