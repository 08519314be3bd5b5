"""Whole numbers in other dress: bases, Roman numerals, Chinese numerals, and the writing on cheques."""

from __future__ import annotations

import re
from decimal import Decimal

from webchat.robot.asking import Answer, Asked
from webchat.robot.numerals import (
    CHINESE,
    CHINESE_MAX,
    ROMAN_MAX,
    chinese_number,
    roman_number,
    to_capital_amount,
    to_chinese,
    to_roman,
)
from webchat.robot.phrases import any_of, said_in

DIGITS_MAX = 64
"""How many digits a number in another base may have."""

_BASES = {
    name: base
    for base, names in {
        2: ("binary", "bin", "base 2", "二进制", "2进制"),
        8: ("octal", "oct", "base 8", "八进制", "8进制"),
        10: ("decimal", "dec", "base 10", "十进制", "10进制"),
        16: ("hexadecimal", "hex", "base 16", "十六进制", "16进制"),
    }.items()
    for name in names
}
_BASE = "(?:" + "|".join(sorted(_BASES, key=len, reverse=True)) + ")"
_FIGURES = (
    rf"(?:0x[0-9a-f]{{1,{DIGITS_MAX}}}|0b[01]{{1,{DIGITS_MAX}}}|0o[0-7]{{1,{DIGITS_MAX}}}|"
    rf"[0-9][0-9a-f]{{0,{DIGITS_MAX - 1}}}|[a-f]{{2,{DIGITS_MAX}}})"
)
_ASKS = r"(?:what(?:'s| is) |convert |write |把|将)?"
_ZH_TO = r"(?:(?:换算|转换|转化|转|换|写)(?:成|为)?|用|的|是|等于)"


_TO_BASE = any_of(
    rf"{_ASKS}(?:(?P<from>{_BASE}) )?(?P<n>{_FIGURES})(?: (?P<from2>{_BASE}))? (?:in|to|into|as) (?P<to>{_BASE})",
    rf"{_ASKS}(?:(?P<from3>{_BASE})(?:数|的)?)?(?P<n2>{_FIGURES})(?:\((?P<from4>{_BASE})\))?{_ZH_TO}(?P<to2>{_BASE})(?:数|"
    rf"表示)?(?:是什么|是多少|怎么写|等于多少|是|多少)?",
    rf"(?P<from5>{_BASE})(?:数|的)?(?P<n3>{_FIGURES})(?:是|等于)(?:十进制的?)?多少",
)
_ALONE = re.compile(r"0x[0-9a-f]{1,64}|0b[01]{1,64}|0o[0-7]{1,64}", re.IGNORECASE)
_TO_ROMAN = any_of(
    rf"{_ASKS}([0-9]{{1,5}}) (?:in|to|into|as) roman(?: numerals?)?",
    rf"{_ASKS}([0-9]{{1,5}}){_ZH_TO}罗马数字(?:是什么|是多少|怎么写)?",
    r"roman numerals? (?:for|of) ([0-9]{1,5})",
)
_FROM_ROMAN = any_of(
    rf"{_ASKS}(?:the )?(?:roman )?(?:numerals? |number )?([MDCLXVI]{{1,15}}) (?:in|to|into|"
    rf"as) (?:numbers?|digits|figures|arabic(?: numerals?)?|decimal)",
    rf"(?:{_ASKS})罗马数字\s?([MDCLXVI]{{1,15}})(?:是|等于)?(?:多少|几)",
    r"([MDCLXVI]{1,15})(?:是|等于)(?:多少|几)",
    r"roman (?:numeral )?([MDCLXVI]{1,15})",
    r"what(?:'s| is) roman ([MDCLXVI]{1,15})",
)
_TO_CHINESE = any_of(
    rf"{_ASKS}([0-9]{{1,16}}) (?:in|to|into|as) chinese(?: numerals?| characters?)?",
    rf"{_ASKS}([0-9]{{1,16}})(?:{_ZH_TO})(?:中文|汉字|小写)(?:数字)?(?:怎么写|是什么|怎么说|表示)?",
)
_FROM_CHINESE = any_of(
    rf"{_ASKS}({CHINESE}{{1,40}})(?:用阿拉伯数字怎么写|(?:换算|转换|转|换|写)?(?:成|为)?(?:阿拉伯)?数字|是多少|等于多少|是几)",
    rf"{_ASKS}({CHINESE}{{1,40}}) (?:in|to|into|as) (?:numbers?|digits|figures)",
)
_CAPITAL = any_of(
    r"(?:(?:人民币|金额)\s?)?[¥￥]?([0-9]{1,16}(?:\.[0-9]{1,2})?)元?(?:的|转成?|换成?|写成?|用)?(?:人民币|金额|中文|"
    r"财务)?大写(?:金额)?(?:是什么|怎么写|是多少)?",
    r"大写(?:金额)?[: ]?([0-9]{1,16}(?:\.[0-9]{1,2})?)元?",
    r"([0-9]{1,16}(?:\.[0-9]{1,2})?) (?:in|as) (?:chinese financial|capital chinese) (?:numerals?|"
    r"characters?)",
)


def rewrite(asked: Asked) -> Answer | None:
    """The answer to how a number is written otherwise; None where that is not asked."""
    if not asked.is_short:
        return None
    text = asked.plain
    if found := _TO_BASE.fullmatch(text):
        return _in_base(asked, found)
    if _ALONE.fullmatch(text):
        return _equal(text.lower(), str(int(text, 0)))
    if found := _TO_ROMAN.fullmatch(text):
        value = int(said_in(found))
        if not 1 <= value <= ROMAN_MAX:
            return _answer(asked, f"Roman numerals go from 1 to {ROMAN_MAX}.", f"罗马数字只能表示 1 到 {ROMAN_MAX}。")
        return _equal(str(value), to_roman(value))
    if (found := _FROM_ROMAN.fullmatch(text)) and (value_of := roman_number(said_in(found))) is not None:
        return _equal(said_in(found).upper(), str(value_of))
    if (found := _TO_CHINESE.fullmatch(text)) and int(said_in(found)) <= CHINESE_MAX:
        return _equal(str(int(said_in(found))), to_chinese(int(said_in(found))))
    if (found := _FROM_CHINESE.fullmatch(text)) and (read := chinese_number(said_in(found))) is not None:
        return _equal(said_in(found), f"{read:,}" if read >= 10_000 else str(read))
    if found := _CAPITAL.fullmatch(text):
        return _equal(said_in(found), to_capital_amount(Decimal(said_in(found))))
    return None


def _answer(asked: Asked, en: str, zh: str) -> Answer:
    return Answer(asked.say(en, zh), "number")


def _equal(one: str, other: str) -> Answer:
    return Answer(f"{one} = **{other}**", "number")


def _in_base(asked: Asked, found: re.Match[str]) -> Answer | None:
    groups = found.groupdict()
    digits = (groups["n"] or groups["n2"] or groups["n3"]).lower()
    target = _BASES[(groups["to"] or groups["to2"] or "decimal").lower()]
    named = next((groups[key] for key in ("from", "from2", "from3", "from4", "from5") if groups[key]), None)
    source = {"0x": 16, "0b": 2, "0o": 8}.get(digits[:2]) or (_BASES[named.lower()] if named else 10)
    bare = digits[2:] if digits[:2] in ("0x", "0o") or (digits[:2] == "0b" and source == 2) else digits
    try:
        value = int(bare, source)
    except ValueError:
        if named is None:
            return None
        return _answer(asked, f"{digits} is no number in base {source}.", f"{digits} 不是{source}进制数。")
    shown = {2: f"{value:#b}", 8: f"{value:#o}", 10: str(value), 16: f"{value:#x}"}[target]
    return _equal(digits, shown)
