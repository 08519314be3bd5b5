"""Numbers written otherwise."""

from __future__ import annotations

from tests.robot.scene import Asking, asked
from webchat.robot.figures import rewrite

ROWS = (
    ("255 to hex", "255 = **0xff**"),
    ("0xff to decimal", "0xff = **255**"),
    ("what is 1010 binary in decimal", "1010 = **10**"),
    ("0b1011 in hex", "0b1011 = **0xb**"),
    ("hex ff to binary", "ff = **0b11111111**"),
    ("64 in octal", "64 = **0o100**"),
    ("255的十六进制", "255 = **0xff**"),
    ("二进制1010是多少", "1010 = **10**"),
    ("十六进制ff转十进制", "ff = **255**"),
    ("binary 102 to decimal", "102 is no number in base 2."),
    ("2026 in roman numerals", "2026 = **MMXXVI**"),
    ("what is 1994 in Roman numerals?", "1994 = **MCMXCIV**"),
    ("2026的罗马数字", "2026 = **MMXXVI**"),
    ("5000 in roman numerals", "Roman numerals go from 1 to 3999."),
    ("XIV in numbers", "XIV = **14**"),
    ("roman numeral MCMXCIV", "MCMXCIV = **1994**"),
    ("MMXXVI是多少", "MMXXVI = **2026**"),
    ("一千二百三十四是多少", "一千二百三十四 = **1234**"),
    ("二〇二六是多少", "二〇二六 = **2026**"),
    ("两万五是多少", "两万五 = **25,000**"),
    ("一亿零三百万是多少", "一亿零三百万 = **103,000,000**"),
    ("1234 in Chinese", "1234 = **一千二百三十四**"),
    ("10086用中文怎么写", "10086 = **一万零八十六**"),
    ("1234.56大写", "1234.56 = **壹仟贰佰叁拾肆元伍角陆分**"),
    ("金额100200大写", "100200 = **壹拾万零贰佰元整**"),
    ("0.05元大写", "0.05 = **伍分**"),
    ("255 in binary", "255 = **0b11111111**"),
    ("convert 255 to binary", "255 = **0b11111111**"),
    ("0xFF", "0xff = **255**"),
    ("XIV是多少", "XIV = **14**"),
    ("2026 to roman", "2026 = **MMXXVI**"),
    ("一百二十三转成数字", "一百二十三 = **123**"),
    ("三千五百是多少", "三千五百 = **3500**"),
    ("88.8元大写", "88.8 = **捌拾捌元捌角整**"),
    ("123大写", "123 = **壹佰贰拾叁元整**"),
)


class Figures(Asking):
    def test_rows(self) -> None:
        """Bases, Roman and Chinese numerals, and the writing on cheques."""
        self.compare("number", ROWS)

    def test_bounds(self) -> None:
        """Digits that a base does not have, and numbers that a way of writing does not reach."""
        self.assertIn("no number in base 8", self.answer("octal 99 to decimal").text)
        self.assertIn("3999", self.answer("0 in roman numerals").text)
        self.assertEqual(self.answer("0x" + "f" * 64 + " to decimal").text.count("*"), 4)
        self.assertIsNone(rewrite(asked("0x" + "f" * 65 + " to decimal")))
        self.assertIsNone(rewrite(asked("IIII in numbers")))

    def test_not_asked(self) -> None:
        """Words that could be numerals are none alone."""
        for text in ("mix", "I", "2026", "face", "一百", "decade", "bad to the bone"):
            self.assertIsNone(rewrite(asked(text)), text)
