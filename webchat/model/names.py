"""Account names: what they may look like, and when two of them are the same.

The rules follow the idea of PRECIS UsernameCaseMapped (RFC 8265) and of Unicode's advice on confusables
(UTS #39), narrowed: letters of one script, digits, and '.', '_', '-' between them.
"""

from __future__ import annotations

import re
import unicodedata

from webchat.model.refusals import BadEmail, BadName
from webchat.model.text import folded

NAME_MIN, NAME_MAX = 2, 32
EMAIL_MAX = 254

RESERVED = frozenset(
    "admin administrator all bot channel everyone guest here me moderator nobody null owner root room "
    "support system undefined webchat 所有人 在线".split()
)

# Han, kana and the bopomofo letters are written together; so are Hangul and Han.
_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL"})

# Scripts that people write today (UAX #31, table 5): among the others are whole alphabets that look like capitals.
_WRITTEN = frozenset(
    "ARABIC ARMENIAN BENGALI CYRILLIC DEVANAGARI ETHIOPIC GEORGIAN GREEK GUJARATI GURMUKHI HEBREW KANNADA KHMER LAO "
    "LATIN MALAYALAM MYANMAR ORIYA SINHALA TAMIL TELUGU THAANA THAI TIBETAN".split()
) | {"EAST ASIAN"}

# Latin letters outside of the usual blocks in which languages are written; the rest there are phonetic signs, small
# capitals and mediaeval ligatures.
_RARE_LATIN = frozenset("ɓɔɖɗəɛɠɣɨɲʉʋʌʒ")
_CLICKS = frozenset("ǀǁǂǃ")

# Letters that look like a plain Latin one (from Unicode's confusables.txt, lower case).
_LOOKALIKES = str.maketrans(
    "абвгдезікмнорсстухьѕіјԁԛԝһӏѡγαβεηικνορτυχωϲօսոցհյıƨƽƅĸ",
    "a6brdezikmhopcctyxbsijdqwhlwyabenikvoptuxwcounghjissbk",
)

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.]+(\.[^@\s\x00-\x1f\x7f.]+)*")


def account_name(name: str) -> str:
    """*name* in NFC, checked.  Raises BadName."""
    name = unicodedata.normalize("NFC", name)
    if not NAME_MIN <= len(name) <= NAME_MAX:
        raise BadName(field="name")
    scripts = set()
    for place, sign in enumerate(name):
        if sign in "._-":
            if place in (0, len(name) - 1):
                raise BadName(field="name")
        elif sign.isdecimal():
            if not sign.isascii():
                raise BadName(field="name")
        elif unicodedata.category(sign) in ("Ll", "Lu", "Lo", "Lm") and sign == unicodedata.normalize("NFKC", sign):
            scripts.add(_script(sign))
            if sign in _CLICKS or not (sign < "\u0250" or "\u1e00" <= sign <= "\u1eff" or _is_written(sign)):
                raise BadName(field="name")
        else:
            raise BadName(field="name")
    if len(scripts) > 1 or not scripts <= _WRITTEN:
        raise BadName(field="name")
    if name_key(name) in RESERVED:
        raise BadName("This name is reserved.", field="name")
    return name


def name_key(name: str) -> str:
    """What is unique among accounts: two names with one key are one name to a reader's eye."""
    return folded(name).translate(_LOOKALIKES)


def email_key(email: str) -> str:
    """The address as it is compared.  Raises BadEmail for what is not an address (a plain check, RFC 5321 sizes)."""
    email = email.strip()
    if len(email) > EMAIL_MAX or not _EMAIL.fullmatch(email):
        raise BadEmail(field="email")
    return folded(email)


def _is_written(sign: str) -> bool:
    """Whether *sign*, which is beyond the common Latin blocks, is more than a phonetic sign."""
    return _script(sign) != "LATIN" or sign.lower() in _RARE_LATIN


def _script(sign: str) -> str:
    script = unicodedata.name(sign, "UNKNOWN").split()[0]
    if script in ("IDEOGRAPHIC", "KATAKANA-HIRAGANA", "HALFWIDTH", "FULLWIDTH"):
        script = "CJK"
    return "EAST ASIAN" if script in _TOGETHER else script
