"""Dice, coins and choices."""

from __future__ import annotations

from tests.robot.scene import Asking, asked, falls
from webchat.robot.chances import leave_to_chance

ROWS = (
    ("roll 2d6+1", "🎲 2d6+1: 1 + 1 + 1 = **3**"),
    ("2d6", "🎲 2d6: 1 + 1 = **2**"),
    ("d20", "🎲 1d20: **1**"),
    ("roll d%", "🎲 1d100: **1**"),
    ("roll 3d8 - 2", "🎲 3d8-2: 1 + 1 + 1 - 2 = **1**"),
    ("throw a die", "🎲 1d6: **1**"),
    ("roll the dice", "🎲 1d6: **1**"),
    ("roll two dice", "🎲 2d6: 1 + 1 = **2**"),
    ("roll a 20-sided die", "🎲 1d20: **1**"),
    ("掷骰子", "🎲 1d6: **1**"),
    ("扔两个骰子", "🎲 2d6: 1 + 1 = **2**"),
    ("掷3d6", "🎲 3d6: 1 + 1 + 1 = **3**"),
    ("roll 51d6", "I have 50 dice, with 2 to 1000 sides. For example: roll 2d6+1."),
    ("2d1", "I have 50 dice, with 2 to 1000 sides. For example: roll 2d6+1."),
    ("flip a coin", "🪙 Heads."),
    ("heads or tails?", "🪙 Heads."),
    ("抛硬币", "🪙 正面。"),
    ("抛个硬币吧", "🪙 正面。"),
    ("random number", "1 to 100: **1**"),
    ("random number between 1 and 10", "1 to 10: **1**"),
    ("pick a number from 5 to 3", "3 to 5: **3**"),
    ("给我一个随机数", "1 到 100：**1**"),
    ("1到100随机一个数", "1 到 100：**1**"),
    ("从1到6随便选一个数", "1 到 6：**1**"),
    ("random number between 0 and 9999999999999", "That is too wide a range for me."),
    ("choose tea, coffee or water", "👉 tea"),
    ("choose between red and blue", "👉 red"),
    ("pick one: a, b", "👉 a"),
    ("tea or coffee?", "👉 tea"),
    ("pizza, pasta or salad?", "👉 pizza"),
    ("吃面还是吃饭", "👉 吃面"),
    ("今天吃火锅还是烧烤？", "👉 今天吃火锅"),
    ("帮我选：火锅、烧烤、面", "👉 火锅"),
    ("从苹果、香蕉、梨中选一个", "👉 苹果"),
    ("choose *a* or @all", "👉 \\*a\\*"),
    ("toss a coin for me", "🪙 Heads."),
    ("roll a dice", "🎲 1d6: **1**"),
    ("roll 4d6", "🎲 4d6: 1 + 1 + 1 + 1 = **4**"),
    ("roll d6", "🎲 1d6: **1**"),
    ("give me a random number from 1 to 6", "1 to 6: **1**"),
    ("pick one: red, green, blue", "👉 red"),
    ("tea, coffee or water?", "👉 tea"),
    ("帮我选一个：咖啡 茶", "👉 咖啡"),
    ("咖啡还是茶", "👉 咖啡"),
    ("去还是不去", "👉 去"),
    ("随机数1到10", "1 到 10：**1**"),
    ("丢个骰子", "🎲 1d6: **1**"),
    ("扔个硬币", "🪙 正面。"),
    ("抽一个：张三、李四、王五", "👉 张三"),
    ("帮我决定：吃饭还是睡觉", "👉 吃饭"),
)


class Chances(Asking):
    def test_rows(self) -> None:
        """Dice in words and in notation, coins, numbers of a range, and choices."""
        self.compare("chance", ROWS)

    def test_falls(self) -> None:
        """What chance says is what is told."""
        self.assertEqual(self.answer("roll 3d6-2", falls(5, 0, 2)).text, "🎲 3d6-2: 6 + 1 + 3 - 2 = **8**")
        self.assertEqual(self.answer("抛硬币", falls(1)).text, "🪙 反面。")
        self.assertEqual(self.answer("random number between -3 and 3", falls(6)).text, "-3 to 3: **3**")
        self.assertEqual(self.answer("choose tea, coffee or water", falls(2, 0)).text, "👉 water")
        self.assertEqual(self.answer("吃面还是吃饭", falls(1, 2)).text, "就它了：吃饭")

    def test_bounds(self) -> None:
        """As many dice, sides and points as there are, and no more."""
        self.assertEqual(self.answer("50d1000-9999").text[-12:], " = **-9949**")
        for text in ("51d6", "0d6", "2d1001", "d1", "2d6+10000", "2d6-99999", "roll 600 dice", "roll zero dice"):
            self.assertIn("50", self.answer(text).text, text)

    def test_options(self) -> None:
        """As many as are marked, in any way they are parted; one alone is no choice."""
        for text in (
            "choose a, b, c",
            "choose a; b; c",
            "choose between a and b and c",
            "pick one: a/b/c",
            "choose a or b or c",
        ):
            self.assertEqual(self.answer(text, falls(2, 0)).text, "👉 c", text)
        for text in (
            "选一个：红、黄、蓝",
            "帮我选 红 黄 蓝",
            "从红、黄、蓝里选一个",
            "红还是黄还是蓝？",
            "选：红，黄，还是蓝",
        ):
            self.assertEqual(self.answer(text, falls(2, 0)).text, "👉 蓝", text)
        self.assertIsNone(leave_to_chance(asked("choose wisely")))
        self.assertIn("20", self.answer("choose " + ", ".join(str(n) for n in range(30))).text)
        self.assertIn("80", self.answer("choose a, " + "b" * 100).text)

    def test_no_choice(self) -> None:
        """A question with an `or` in it is not for chance to answer."""
        for text in (
            "are you coming or not?",
            "do you want tea or coffee?",
            "to be or not to be?",
            "sooner or later",
            "is it a or b?",
            "你是学生还是老师",
            "还是算了吧",
            "我还是想去",
            "明天下雨还是晴天",
            "谁去还是都去",
        ):
            self.assertIsNone(leave_to_chance(asked(text)), text)

    def test_told_as_text(self) -> None:
        """An option is repeated as text: it mentions nobody and formats nothing."""
        self.assertEqual(self.answer("choose @all or **b**").text, "👉 \\@all")
