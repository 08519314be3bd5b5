"""Arithmetic."""

from __future__ import annotations

from fractions import Fraction

from tests.robot.scene import Asking, asked
from webchat.robot.sums import calculate, written

ROWS = (
    ("2+2", "2 + 2 = **4**"),
    ("what is 2+2?", "2 + 2 = **4**"),
    ("what's 7 times 8", "7 × 8 = **56**"),
    ("compute 12*12", "12 × 12 = **144**"),
    ("calculate (1+2)*3/4", "(1 + 2) × 3 ÷ 4 = **2.25**"),
    ("two plus two", "2 + 2 = **4**"),
    ("twenty-five times four", "25 × 4 = **100**"),
    ("a hundred and twenty divided by 5", "120 ÷ 5 = **24**"),
    ("100 minus 1", "100 - 1 = **99**"),
    ("3 x 4", "3 × 4 = **12**"),
    ("12 ÷ 5", "12 ÷ 5 = **2.4**"),
    ("1/3", "1 ÷ 3 ≈ **0.333333333**"),
    ("0.1+0.2", "0.1 + 0.2 = **0.3**"),
    ("2^10", "2^10 = **1024**"),
    ("2**64", "2^64 = **18,446,744,073,709,551,616**"),
    ("2^-2", "2^-2 = **0.25**"),
    ("(-2)^3", "(-2)^3 = **-8**"),
    ("3 squared", "3^2 = **9**"),
    ("sqrt(16)", "√(16) = **4**"),
    ("square root of 2", "√2 ≈ **1.414213562**"),
    ("5!", "5! = **120**"),
    ("17 mod 5", "17 mod 5 = **2**"),
    ("17 % 5", "17 mod 5 = **2**"),
    ("-5+3", "-5 + 3 = **-2**"),
    ("1,000,000 * 3", "1,000,000 × 3 = **3,000,000**"),
    ("15% of 80", "15% × 80 = **12**"),
    ("20% off 80", "80 × (1 - 20%) = **64**"),
    ("200+10%", "200 + 10% = **220**"),
    ("200 - 25%", "200 - 25% = **150**"),
    ("half of 50", "(1 ÷ 2) × 50 = **25**"),
    ("what percent is 20 of 80", "20 is **25%** of 80."),
    ("7 is what percent of 9", "7 is about **77.7778%** of 9."),
    ("(1+2)=?", "(1 + 2) = **3**"),
    ("2*pi", "2 × pi ≈ **6.283185307**"),
    ("三加五等于几", "3 + 5 = **8**"),
    ("一百二十乘以三", "120 × 3 = **360**"),
    ("十减三是多少", "10 - 3 = **7**"),
    ("二十除以四", "20 ÷ 4 = **5**"),
    ("百分之十五的80", "15% × 80 = **12**"),
    ("80的15%", "80 × 15% = **12**"),
    ("20是80的百分之几", "20 是 80 的**25%**。"),
    ("2的10次方是多少", "2^10 = **1024**"),
    ("3的平方", "3^2 = **9**"),
    ("16的平方根", "√16 = **4**"),
    ("根号2", "√2 ≈ **1.414213562**"),
    ("三分之一加四分之一", "(1 ÷ 3) + (1 ÷ 4) ≈ **0.583333333**"),
    ("100打8折", "100 × 0.8 = **80**"),
    ("200打八五折", "200 × 0.85 = **170**"),
    ("算一下（12+8）×3", "(12 + 8) × 3 = **60**"),
    ("计算 1000/8", "1000 ÷ 8 = **125**"),
    ("3点5乘以2", "3.5 × 2 = **7**"),
    ("1/0", "Nothing can be divided by zero."),
    ("2^9999", "That number is too big for me."),
    ("9999999999999999999999999999^9", "That number is too big for me."),
    ("100!", "That number is too big for me."),
    ("(((((1)))))+1", "(((((1))))) + 1 = **2**"),
    ("what's 20 percent of 150", "20% × 150 = **30**"),
    ("how much is 3 + 4 * 2?", "3 + 4 × 2 = **11**"),
    ("1 + 1 = ?", "1 + 1 = **2**"),
    ("1+1等于几？", "1 + 1 = **2**"),
    ("12乘12", "12 × 12 = **144**"),
    ("(3+5)乘以2等于多少", "(3 + 5) × 2 = **16**"),
    ("what is the square root of 144", "√144 = **12**"),
    ("3 times 3", "3 × 3 = **9**"),
    ("100 / 7", "100 ÷ 7 ≈ **14.28571429**"),
    ("50块的八折是多少", "50 × 0.8 = **40**"),
    ("1000的5%是多少", "1000 × 5% = **50**"),
)


class Sums(Asking):
    def test_rows(self) -> None:
        """Signs, English words, Chinese; percentages, powers, roots; and what cannot be calculated."""
        self.compare("sum", ROWS)

    def test_precedence(self) -> None:
        """As at school: powers from the right, before signs, products and sums."""
        for text, value in (
            ("2+3*4", "14"),
            ("(2+3)*4", "20"),
            ("2^3^2", "512"),
            ("-2^2", "-4"),
            ("2*-3", "-6"),
            ("2^-1", "0.5"),
            ("10-3-2", "5"),
            ("100/10/5", "2"),
            ("10%*50", "5"),
            ("50-10%", "45"),
            ("10%+5%", "0.15"),
            ("3!", "6"),
            ("-3+-4", "-7"),
            ("+5+1", "6"),
            ("7 mod 3 * 2", "2"),
            ("√9+1", "4"),
            ("√(9+16)", "5"),
            ("0.5*4", "2"),
            (".5*4", "2"),
        ):
            self.assertTrue(self.answer(text).text.endswith(f"= **{value}**"), (text, self.answer(text).text))

    def test_brackets(self) -> None:
        """Many may stand beside each other, and some in each other."""
        self.assertIn("= **51**", self.answer("(1)+" * 50 + "1").text)
        self.assertIn("= **2**", self.answer("(" * 30 + "1+1" + ")" * 30).text)

    def test_roots(self) -> None:
        """What is not exact is kept to twenty places, however long the sum."""
        for text, value in (
            ("√2^10", "32"),
            ("√2*√2*√2*√2*√2*√2*√2*√2*√2", "22.627417"),
            ("pi^2", "9.869604401"),
            ("(√2+1)/(√2-1)", "5.828427125"),
        ):
            self.assertIn(f"≈ **{value}", self.answer(text).text, text)
        self.assertEqual(self.answer("(10^50*pi)^9").text, "That number is too big for me.")

    def test_bounded(self) -> None:
        """What would grow too big is refused before it is calculated."""
        for text in ("9^9^9", "2^513", "99999999!", "(10^100)*(10^100)", "9^-9999", "1/7^300", "0.0000000001^99"):
            self.assertEqual(self.answer(text).text, "That number is too big for me.", text)
        self.assertIn("zero", self.answer("5 mod 0").text)
        self.assertIn("zero", self.answer("0^-1").text)
        self.assertIn("零", self.answer("5除以0").text)

    def test_no_sum(self) -> None:
        """Telephone numbers, dates, halves of sums, and numbers alone are none."""
        for text in (
            "555-1234",
            "010-12345678",
            "2026-10-01",
            "01-02",
            "1+",
            "*3",
            "(1+2",
            "1+2)",
            "5",
            "+",
            "1 2",
            "2^0.3",
            "√-4",
            "1.2.3+1",
            "(" * 60 + "1+1" + ")" * 60,
            "-" * 60 + "1",
            "一",
            "三心二意",
            "C++",
            "A/B",
            "100%",
            "+1",
            "-1",
            "50%-ish",
            "1e5+1",
        ):
            self.assertIsNone(calculate(asked(text)), text)

    def test_written(self) -> None:
        """Decimals that end are told in full, others are rounded."""
        for value, expected in (
            (Fraction(1, 8), ("0.125", True)),
            (Fraction(-1, 8), ("-0.125", True)),
            (Fraction(2, 3), ("0.666666667", False)),
            (Fraction(10**6, 7), ("142,857.1429", False)),
            (Fraction(1, 3 * 10**8), ("3.333333333e-09", False)),
            (Fraction(12_345), ("12,345", True)),
            (Fraction(0), ("0", True)),
        ):
            self.assertEqual(written(value), expected)
