"""Numbers in words and signs."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.robot.numerals import (
    CHINESE_MAX,
    ROMAN_MAX,
    chinese_number,
    english_number,
    number,
    roman_number,
    to_capital_amount,
    to_chinese,
    to_roman,
)


class Reading(SynchronousTestCase):
    def test_chinese(self) -> None:
        """Units, zeros, what is left out in speech, and digit by digit."""
        for text, value in (
            ("零", 0),
            ("三", 3),
            ("十", 10),
            ("十五", 15),
            ("二十", 20),
            ("二十三", 23),
            ("一百", 100),
            ("两百", 200),
            ("一百零三", 103),
            ("一百一十", 110),
            ("一百一", 110),
            ("两百五", 250),
            ("三千二", 3_200),
            ("一千零二十", 1_020),
            ("一万二", 12_000),
            ("一万零二", 10_002),
            ("十万", 100_000),
            ("二十五万三千", 253_000),
            ("一亿", 10**8),
            ("一亿零三百万", 103_000_000),
            ("二〇二六", 2026),
            ("一九九九", 1999),
            ("三百二十一", 321),
            ("十二亿", 12 * 10**8),
        ):
            self.assertEqual(chinese_number(text), value, text)
        for text in ("", "百百", "十百", "万", "一十百", "三三十", "一万一亿亿", "abc", "一百x", "一" * 41):
            self.assertIsNone(chinese_number(text), text)

    def test_english(self) -> None:
        """Below a thousand, in one word or several."""
        for text, value in (
            ("zero", 0),
            ("seven", 7),
            ("seventeen", 17),
            ("seventy", 70),
            ("seventy-seven", 77),
            ("seventy seven", 77),
            ("a hundred", 100),
            ("two hundred and five", 205),
            ("Nine Hundred Ninety-Nine", 999),
        ):
            self.assertEqual(english_number(text), value, text)
        for text in ("", "sevens", "hundred", "one two", "a thousand", "seventy-seventy"):
            self.assertIsNone(english_number(text), text)

    def test_any(self) -> None:
        """Digits, Chinese or English."""
        for text, value in (
            ("42", 42),
            (" 四十二 ", 42),
            ("forty-two", 42),
            ("9" * 16, None),
            ("x", None),
            ("²", None),
        ):
            self.assertEqual(number(text), value, text)

    @given(st.integers(0, CHINESE_MAX))
    def test_chinese_and_back(self, value: int) -> None:
        """What is written in Chinese is read as the same number."""
        self.assertEqual(chinese_number(to_chinese(value)), value)

    @given(st.integers(1, ROMAN_MAX))
    def test_roman_and_back(self, value: int) -> None:
        """What is written as a Roman numeral is read as the same number."""
        self.assertEqual(roman_number(to_roman(value)), value)

    def test_roman(self) -> None:
        """Only well-formed numerals are read."""
        self.assertEqual(roman_number("mcmxciv"), 1994)
        for text in ("", "IIII", "VV", "IC", "MMMM", "ABC"):
            self.assertIsNone(roman_number(text), text)


class Writing(SynchronousTestCase):
    def test_chinese(self) -> None:
        """Zeros stand where they are heard."""
        for value, text in (
            (0, "零"),
            (10, "十"),
            (15, "十五"),
            (110, "一百一十"),
            (10_086, "一万零八十六"),
            (100_000, "十万"),
            (1_000_000, "一百万"),
            (100_000_001, "一亿零一"),
            (12_000_000_000, "一百二十亿"),
            (1_001_000, "一百万一千"),
            (10**12, "一万亿"),
            (20_030, "二万零三十"),
            (10**15 + 1, "一千万亿零一"),
        ):
            self.assertEqual(to_chinese(value), text)

    def test_capital(self) -> None:
        """As on a cheque: yuan, jiao, fen, or 整 where nothing follows."""
        for value, text in (
            ("0", "零元整"),
            ("10", "壹拾元整"),
            ("1234.56", "壹仟贰佰叁拾肆元伍角陆分"),
            ("100200", "壹拾万零贰佰元整"),
            ("0.5", "伍角整"),
            ("0.05", "伍分"),
            ("3.05", "叁元零伍分"),
            ("3.50", "叁元伍角整"),
        ):
            self.assertEqual(to_capital_amount(Decimal(value)), text)
