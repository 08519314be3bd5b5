"""Numbers in words and signs: Chinese, financial Chinese, English and Roman, read and written."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = "零一二三四五六七八九"
CHINESE = "[零〇一二两三四五六七八九十百千万亿]"
"""A regular expression of one sign of a Chinese number."""

_VALUES = {sign: value for value, sign in enumerate(DIGITS)} | {"〇": 0, "两": 2}
_UNITS = (("亿", 10**8), ("万", 10**4), ("千", 1_000), ("百", 100), ("十", 10))

_UNDER_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: value for value, word in enumerate(_UNDER_TWENTY)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_ONES = "|".join(_UNDER_TWENTY[1:10])
ENGLISH = (
    rf"(?:(?:(?:{_ONES}|an?) hundred(?: and)? )?(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_ONES}))?|"
    rf"{'|'.join(_UNDER_TWENTY[::-1])})"
    rf"|(?:{_ONES}|an?) hundred)"
)
"""A regular expression of an English number below a thousand."""

_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
ROMAN_MAX = 3_999
_ROMAN_SHAPE = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", re.IGNORECASE)

_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
CHINESE_MAX = 10**16 - 1
_ASCII = re.compile(r"[0-9]{1,15}")


def number(text: str) -> int | None:
    """The whole number that *text* is: digits, Chinese, or English below a thousand; None where it is none."""
    text = text.strip().lower()
    if _ASCII.fullmatch(text):
        return int(text)
    found = chinese_number(text)
    return english_number(text) if found is None else found


def chinese_number(text: str) -> int | None:
    """Such as 三百二十一, 两万五, 一百零三, 二〇二六; None where it is no well-formed number."""
    if not re.fullmatch(f"{CHINESE}{{1,40}}", text):
        return None
    if all(sign in _VALUES for sign in text):
        return int("".join(str(_VALUES[sign]) for sign in text))
    return _with_units(text)


def _with_units(text: str) -> int | None:
    for unit, worth in _UNITS:
        if unit in text:
            high, _, low = text.rpartition(unit)
            # 十五 is 一十五; before 万 and 亿 stands a number, before the others one digit.
            count = 1 if unit == "十" and not high else _with_units(high)
            rest = _behind(low, worth)
            if not count or rest is None or count >= (worth if worth >= 10_000 else 10):
                return None
            return count * worth + rest
    return _VALUES[text] if len(text) == 1 else None


def _behind(text: str, worth: int) -> int | None:
    """What stands behind a unit: 两百五 is 250 and 一万二 12 000, where 零 does not say otherwise."""
    if not text:
        return 0
    if len(text) == 1 and text in _VALUES:
        return _VALUES[text] * worth // 10
    rest = _with_units(text[1:] if text[0] in "零〇" else text)
    return rest if rest is not None and rest < worth else None


def english_number(text: str) -> int | None:
    """Such as twelve, twenty-five, a hundred and three; None where it is no number below a thousand."""
    if not re.fullmatch(ENGLISH, text, re.IGNORECASE):
        return None
    total = 0
    for word in text.lower().replace("-", " ").split():
        if word == "hundred":
            total = (total or 1) * 100
        else:
            total += _WORDS.get(word, 0)
    return total


def roman_number(text: str) -> int | None:
    """The value of a well-formed Roman numeral, I to MMMCMXCIX; None where it is none."""
    if not text or not _ROMAN_SHAPE.fullmatch(text):
        return None
    rest, total = text.upper(), 0
    for value, letters in _ROMAN:
        while rest.startswith(letters):
            rest = rest[len(letters) :]
            total += value
    return total


def to_roman(value: int) -> str:
    """*value*, 1 to ROMAN_MAX, as a Roman numeral."""
    written = ""
    for worth, letters in _ROMAN:
        count, value = divmod(value, worth)
        written += letters * count
    return written


def to_chinese(value: int, digits: str = DIGITS, small: str = "十百千") -> str:
    """*value*, 0 to CHINESE_MAX, in Chinese."""
    if value == 0:
        return digits[0]
    sections = []
    while value:
        value, section = divmod(value, 10_000)
        sections.append(section)
    written, gap = "", False
    for place in range(len(sections) - 1, -1, -1):
        section = sections[place]
        if section == 0:
            gap = gap or bool(written)
            # 亿 stands for two places of four digits: 万亿 keeps it although nothing is in its own.
            written += "亿" if place == 2 and len(sections) > 3 else ""
            continue
        if written and (gap or section < 1_000):
            written += digits[0]
        written += _section(section, digits, small) + ("", "万", "亿", "万")[place]
        gap = False
    return written[1:] if written.startswith("一十") else written


def _section(value: int, digits: str, small: str) -> str:
    written, gap = "", False
    for power in (3, 2, 1, 0):
        digit, value = divmod(value, 10**power)
        if digit:
            written += (digits[0] if gap and written else "") + digits[digit] + (small[power - 1] if power else "")
            gap = False
        else:
            gap = True
    return written


def to_capital_amount(value: Decimal) -> str:
    """*value*, yuan from 0 to CHINESE_MAX with at most two places, as it is written on a cheque."""
    cents = int(value * 100)
    yuan, rest = divmod(cents, 100)
    tenths, hundredths = divmod(rest, 10)
    written = to_chinese(yuan, _CAPITALS, "拾佰仟") + "元" if yuan or not rest else ""
    if not rest:
        return written + "整"
    if tenths:
        written += _CAPITALS[tenths] + "角"
    elif written:
        written += _CAPITALS[0]
    return written + (_CAPITALS[hundredths] + "分" if hundredths else "整")
