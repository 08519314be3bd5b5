"""Arithmetic, exact and bounded: what is written with signs, in English words or in Chinese."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

from webchat.robot.asking import Answer, Asked
from webchat.robot.numerals import CHINESE, ENGLISH, number
from webchat.robot.phrases import any_of

SUM_LIMIT = 300
"""How long a sum may be."""
BITS_MAX = 512
"""How big the numerator and the denominator of a number may grow: about 150 digits."""
DEPTH_MAX = 40
"""How many brackets may stand in each other."""
FACTORIAL_MAX = 90
PLACES = 12


class NotASum(Exception):
    """What was written is no sum."""


class TooBig(Exception):
    """A number outgrew BITS_MAX."""


_ASKS = re.compile(
    r"(?:what(?:'s| is| are| does)|how much (?:is|are|does)|how many (?:is|are)|calculate|compute|work out|solve"
    r"|evaluate|计算一?下?|算一?下?|算算|求)[:,]?\s*",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\s*(?:=|equals?|make|的?(?:结果|得数)?(?:等于|是|得|=)(?:多少|几)?|的?(?:结果|值)是?(?:多少|几)?|多少)\s*\Z",
    re.IGNORECASE,
)
_LONGEST_END = 12
# Words of a sum, and the signs that stand for them, in the order in which they are replaced.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), sign)
    for pattern, sign in (
        (r"²", "^2"),
        (r"³", "^3"),
        (r"½", "(1/2)"),
        (r"¼", "(1/4)"),
        (r"¾", "(3/4)"),
        (r"(?P<n>[0-9.]+) ?(?:%|percent|per cent) off (?P<of>[0-9.]+)", r"\g<of>*(1-\g<n>%)"),
        (r"(?<=[0-9)]) ?(?:percent|per cent)\b", "%"),
        (r"% (?:of|from) ", "%*"),
        (r"\b(half|a third|a quarter) of ", r" \1*"),
        (r"\bhalf(?=\*)", "(1/2)"),
        (r"\ba third(?=\*)", "(1/3)"),
        (r"\ba quarter(?=\*)", "(1/4)"),
        (r"\b(?:to the power of|raised to(?: the power of)?)\b", "^"),
        (r"\bsquared\b", "^2"),
        (r"\bcubed\b", "^3"),
        (r"\bplus\b", "+"),
        (r"\bminus\b", "-"),
        (r"\b(?:times|multiplied by)\b", "*"),
        (r"\b(?:divided by|over)\b", "/"),
        (r"\b(?:mod|modulo)\b", "mod"),
        (r"\b(?:the )?(?:square root of|sqrt(?: of)?)(?![a-z])", "√"),
        (r"\b(?:the )?factorial of (?P<f>[0-9]+)", r"\g<f>!"),
        (r"(?<=[0-9)]) ?[x×·✕✖] ?(?=[0-9(√.-])", "*"),
        (r"÷", "/"),
        (r"\*\*", "^"),
        (r"(?:100|百)分之(?P<p>[0-9.]+)", r"\g<p>%"),
        (r"(?P<d>[0-9]+)分之(?P<u>[0-9]+)", r"(\g<u>/\g<d>)"),
        (r"(?<=[0-9)])(?:元|块钱?)", ""),
        (r"[打的]([0-9])\.?([0-9]?)折", r"*0.\1\2"),
        (r"加上?", "+"),
        (r"减去?", "-"),
        (r"乘以?|乘上", "*"),
        (r"除以", "/"),
        (r"点(?=[0-9])", "."),
        (r"的(?P<e>[0-9]+)次方", r"^\g<e>"),
        (r"(?P<r>[0-9.]+|\([^()]*\))的平方根", r"√\g<r>"),
        (r"的平方", "^2"),
        (r"的[立三]方", "^3"),
        (r"的阶乘", "!"),
        (r"根号", "√"),
        (r"(?<=[%)])的(?=[0-9(])", "*"),
        (r"(?<=[0-9)])的(?P<q>[0-9.]+)%", r"*\g<q>%"),
        (r"的一半", "/2"),
    )
)
_ZH_NUMBER = re.compile(f"{CHINESE}+")
_EN_NUMBER = re.compile(rf"\b(?<!the ){ENGLISH}\b", re.IGNORECASE)
_PIECE = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|"
    r"(?P<sign>mod|pi\b|π|[-+*/^()%!√]))"
)
_OPERATORS = re.compile(r"[-+*/^%!√]|mod")
_TELEPHONE = re.compile(r"\+?[0-9]{1,5}(?:[- ][0-9]{2,})*-[0-9]{4,}")
_SHARE = any_of(
    r"(?:what )?(?:percent|percentage|%)(?: is)? ([0-9.]{1,15}) of ([0-9.]{1,15})",
    r"([0-9.]{1,15}) is what (?:percent|percentage|%) of ([0-9.]{1,15})",
    r"([0-9.]{1,15})(?:是|占)([0-9.]{1,15})的(?:百分之(?:几|多少)|多少%)",
)


def calculate(asked: Asked) -> Answer | None:
    """The answer to a sum; None where it is none."""
    if not 0 < len(asked.plain) <= SUM_LIMIT:
        return None
    if _TELEPHONE.fullmatch(asked.plain):
        return None
    if found := _SHARE.fullmatch(asked.plain):
        return _share(asked, *(group for group in found.groups() if group is not None))
    text = _with_signs(asked.plain)
    if text is None:
        return None
    try:
        value, is_exact = _Reader(text).read()
    except NotASum:
        return None
    except TooBig:
        return Answer(asked.say("That number is too big for me.", "这个数太大了，我算不过来。"), "sum")
    except ZeroDivisionError:
        return Answer(asked.say("Nothing can be divided by zero.", "零不能做除数。"), "sum")
    shown, is_whole = written(value)
    sign = "=" if is_exact and is_whole else "≈"
    return Answer(f"{_pretty(text)} {sign} **{shown}**", "sum")


def _share(asked: Asked, part: str, whole: str) -> Answer | None:
    try:
        value = 100 * Fraction(part) / Fraction(whole)
    except (ValueError, ZeroDivisionError):
        return None
    shown, is_exact = written(value, 6)
    sign = "" if is_exact else asked.say("about ", "约 ")
    return Answer(
        asked.say(f"{part} is {sign}**{shown}%** of {whole}.", f"{part} 是 {whole} 的{sign}**{shown}%**。"), "sum"
    )


def _with_signs(text: str) -> str | None:
    """*text* with the words of a sum as signs; None where nothing of one is in it."""
    text = _ASKS.sub("", text, count=1) if _ASKS.match(text) else text
    if end := _ENDS.search(text, max(1, len(text) - _LONGEST_END)):
        text = text[: end.start()]
    text = _ZH_NUMBER.sub(_digits, text)
    text = _EN_NUMBER.sub(_digits, text)
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    text = text.strip()
    return text if re.search("[0-9]|pi|π", text) and _OPERATORS.search(text) else None


def _digits(found: re.Match[str]) -> str:
    value = number(found[0])
    return found[0] if value is None else str(value)


def _pretty(text: str) -> str:
    """*text* as one writes a sum: blanks around what joins two numbers, and the signs of school."""
    shown = re.sub(r"%(?=[0-9(])", "mod", re.sub(r"\s+", "", text)).replace("mod", " mod ")
    shown = re.sub(r"(?<![*/^(+-])(?<!\A)([-+*/])", r" \1 ", shown)
    return shown.replace("*", "×").replace("/", "÷").strip()


def written(value: Fraction, digits: int = 10) -> tuple[str, bool]:
    """*value* in decimal, and whether it is exact; thousands are parted from five digits on.

    What does not end within PLACES is rounded to about *digits* significant digits.
    """
    is_exact = (value * 10**PLACES).denominator == 1
    if not is_exact and abs(value) < Fraction(1, 10**4):
        return f"{float(value):.{digits}g}", False
    places = PLACES if is_exact else max(2, digits - len(str(abs(int(value)))))
    scaled = round(abs(value) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    shown = f"{whole:,}" if whole >= 10_000 else str(whole)
    decimals = f"{rest:0{places}d}".rstrip("0")
    return ("-" if value < 0 and scaled else "") + shown + (f".{decimals}" if decimals else ""), is_exact


_FINE = 10**20
"""To what part of one a number is kept that is not exact."""


class _Reader:
    """Reads one sum from left to right, by recursive descent: sum, product, sign, power, postfix, atom."""

    def __init__(self, text: str) -> None:
        self._pieces = list(self._split(text))
        self._at = 0
        self._depth = 0
        self._operators = 0
        self._is_exact = True

    def read(self) -> tuple[Fraction, bool]:
        """The value, and whether it is exact.  Raises NotASum, TooBig, ZeroDivisionError."""
        value, _ = self._sum()
        if self._at < len(self._pieces) or not self._operators:
            raise NotASum
        return value, self._is_exact

    @staticmethod
    def _split(text: str) -> list[str]:
        pieces, at = [], 0
        while at < len(text):
            found = _PIECE.match(text, at)
            if found is None:
                raise NotASum
            piece = (found["number"] or found["sign"]).replace(",", "")
            # 01 is the part of a date or of a telephone number.
            if len(piece) > 1 and piece[0] == "0" and piece[1].isdigit():
                raise NotASum
            pieces.append(piece)
            at = found.end()
        return pieces

    def _peek(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def _take(self, *signs: str) -> str | None:
        sign = self._peek()
        if sign not in signs:
            return None
        self._at += 1
        return sign

    def _checked(self, value: Fraction) -> Fraction:
        if not self._is_exact:
            value = Fraction(round(value * _FINE), _FINE)
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > BITS_MAX:
            raise TooBig
        return value

    def _sum(self) -> tuple[Fraction, bool]:
        """The value, and whether it is a bare percentage."""
        value, is_share = self._product()
        while sign := self._take("+", "-"):
            self._operators += 1
            other, is_part = self._product()
            # 200 + 10% is 220, as on every pocket calculator.
            if is_part and not is_share:
                other *= value
            value, is_share = self._checked(value + other if sign == "+" else value - other), is_share and is_part
        return value, is_share

    def _product(self) -> tuple[Fraction, bool]:
        value, is_share = self._signed()
        while sign := self._take("*", "/", "mod"):
            self._operators += 1
            other, _ = self._signed()
            value = self._checked(value * other if sign == "*" else value / other if sign == "/" else value % other)
            is_share = False
        return value, is_share

    def _signed(self) -> tuple[Fraction, bool]:
        sign = self._take("+", "-")
        if sign is None:
            return self._power()
        value, is_share = self._deeper(self._signed)
        return (-value if sign == "-" else value), is_share

    def _power(self) -> tuple[Fraction, bool]:
        value, is_share = self._postfix()
        if self._take("^"):
            self._operators += 1
            exponent, _ = self._deeper(self._signed)
            return self._raised(value, exponent), False
        return value, is_share

    def _raised(self, value: Fraction, exponent: Fraction) -> Fraction:
        if exponent == Fraction(1, 2):
            return self._root(value)
        if exponent.denominator != 1:
            raise NotASum
        if value == 0:
            return value ** max(-1, min(int(exponent), 1))
        if abs(value) == 1:
            return value ** int(exponent % 2)
        if not self._is_exact:
            return self._raised_roughly(value, int(exponent))
        # Before the work: what it would grow to.
        bits = max(value.numerator.bit_length(), value.denominator.bit_length()) - 1
        if max(bits, 1) * abs(exponent) > BITS_MAX:
            raise TooBig
        return self._checked(value ** int(exponent))

    def _raised_roughly(self, value: Fraction, exponent: int) -> Fraction:
        try:
            return self._checked(Fraction(float(value) ** exponent))
        except OverflowError:
            raise TooBig from None

    def _root(self, value: Fraction) -> Fraction:
        if value < 0:
            raise NotASum
        top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if Fraction(top * top, bottom * bottom) == value:
            return Fraction(top, bottom)
        self._is_exact = False
        return Fraction(math.isqrt(value.numerator * _FINE**2 // value.denominator), _FINE)

    def _postfix(self) -> tuple[Fraction, bool]:
        value, is_share = self._atom(), False
        while sign := self._take("%", "!"):
            # `100%` alone is no sum.
            self._operators += sign == "!"
            if sign == "%" and (self._peek()[:1].isdigit() or self._peek() == "("):
                # 17 % 5 is a remainder: behind a percentage stands no number.
                self._operators += 1
                other, _ = self._postfix()
                value = value % other
            elif sign == "%":
                value, is_share = value / 100, True
            elif value.denominator == 1 and 0 <= value <= FACTORIAL_MAX:
                value = Fraction(math.factorial(int(value)))
            elif value.denominator == 1 and value > 0:
                raise TooBig
            else:
                raise NotASum
        return value, is_share

    def _atom(self) -> Fraction:
        piece = self._peek()
        self._at += 1
        if piece == "(":
            value, _ = self._deeper(self._sum)
            if not self._take(")"):
                raise NotASum
            return value
        if piece == "√":
            self._operators += 1
            value, _ = self._deeper(self._atom_alone)
            return self._root(value)
        if piece in ("pi", "π"):
            self._is_exact = False
            return Fraction(math.pi)
        if not piece or not (piece[0].isdigit() or piece[0] == ".") or piece == ".":
            raise NotASum
        return self._checked(Fraction(piece.rstrip(".") or "0"))

    def _atom_alone(self) -> tuple[Fraction, bool]:
        return self._atom(), False

    def _deeper(self, read: Callable[[], tuple[Fraction, bool]]) -> tuple[Fraction, bool]:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise NotASum
        found = read()
        self._depth -= 1
        return found
