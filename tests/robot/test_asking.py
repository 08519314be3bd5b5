"""What of a question is read, in which language it is, and what is repeated of it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.robot.scene import FACTS, asked, first, question
from webchat.robot.asking import ECHO_LIMIT, QUESTION_LIMIT, SetReminder, echo, language_of, zone_called
from webchat.robot.brain import Brain


class Reading(SynchronousTestCase):
    def test_heart(self) -> None:
        """The robot's names and what is only polite are left out, unless nothing else was said."""
        for text, said in (
            ("@大白 掷骰子", "掷骰子"),
            ("大白，掷骰子！", "掷骰子"),
            ("掷骰子，@大白", "掷骰子"),
            ("Baymax: roll a die, please.", "roll a die"),
            ("@baymax, could you please tell me what time it is?", "what time it is"),
            ("请问现在几点了？谢谢你", "现在几点了"),
            ("能不能帮我算一下1+1呢", "算一下1+1"),
            ("Hi 大白! Can you remind me in 5 minutes to eat? Thanks!", "remind me in 5 minutes to eat"),
            ("你好，现在几点", "现在几点"),
            ("hello, what time is it?", "what time is it"),
            ("Hello 大白!", "Hello"),
            ("hello", "hello"),
            ("please", "please"),
            ("谢谢", "谢谢"),
            ("大白", "大白"),
            ("tell me a joke", "tell me a joke"),
            ("baymaxes are many", "baymaxes are many"),
            ("5!", "5!"),
            ("", ""),
            (" \n", ""),
        ):
            self.assertEqual(asked(text).said, said, text)

    def test_plain(self) -> None:
        """Signs of full width are read as ordinary ones; what was written stays as it was, sign by sign."""
        found = asked("（１＋２）×３，“ok”\tＡ　b")
        self.assertEqual(found.plain, '(1+2)×3,"ok" A b')
        self.assertEqual(len(found.plain), len(found.said))

    def test_traditional(self) -> None:
        """Traditional Chinese is understood, and repeated as it was written."""
        found = asked("請問現在幾點了？")
        self.assertEqual((found.said, found.plain), ("現在幾點了", "现在几点了"))
        for text, kind in (
            ("東京現在幾點", "time"), ("三天後是幾號", "time"), ("提醒我明天下午兩點開會", "reminder"),
            ("擲骰子", "chance"), ("拋硬幣", "chance"), ("吃飯還是吃麵", "chance"), ("三萬減兩千等於多少", "sum"),
            ("五公里是多少英里", "unit"), ("怎麼邀請朋友", "help"), ("謝謝", "talk"), ("你是誰", "talk"),
            ("羅馬數字XIV是多少", "number"),
        ):  # fmt: skip
            self.assertEqual(Brain(FACTS, first).answer(question(text)).kind, kind, text)
        reminder = Brain(FACTS, first).answer(question("明天早上九點提醒我開會")).action
        assert isinstance(reminder, SetReminder)
        self.assertEqual(reminder.text, "開會")

    def test_limit(self) -> None:
        """What stands behind the limit is not read."""
        self.assertLessEqual(len(asked("x" * 10_000).said), QUESTION_LIMIT)
        self.assertFalse(asked("x" * 10_000).is_short)

    def test_language(self) -> None:
        """That of the question, by its majority; that of the speaker where it has neither."""
        for text, locale, language in (
            ("hello", "zh-CN", "en"),
            ("你好", "en", "zh"),
            ("用 Python 怎么写循环", "en", "zh"),
            ("remind me to call 林晓月 tomorrow", "zh-CN", "en"),
            ("1+1", "zh-CN", "zh"),
            ("1+1", "zh", "zh"),
            ("1+1", "en", "en"),
            ("1+1", "", "en"),
            ("🎉", "fr", "en"),
        ):
            self.assertEqual(language_of(text, locale), language, text)

    def test_zone(self) -> None:
        """A name that is no zone of the database is none, whatever it looks like."""
        self.assertIsNotNone(zone_called("Asia/Shanghai"))
        for name in (None, "", "Nowhere", "Asia", "../zoneinfo/UTC", "/etc/localtime", "a\x00b", "x" * 5_000):
            self.assertIsNone(zone_called(name), name)


class Repeating(SynchronousTestCase):
    def test_echo(self) -> None:
        """One line, no Markdown, no mention, no longer than allowed."""
        self.assertEqual(echo("a\n  b\tc"), "a b c")
        self.assertEqual(echo("**x** _y_ `z` ||q||"), "\\*\\*x\\*\\* \\_y\\_ \\`z\\` \\|\\|q\\|\\|")
        self.assertEqual(echo("@all ＠here [a](b) <c> #d"), "\\@all \\@here \\[a\\](b) \\<c\\> \\#d")
        self.assertEqual(len(echo("好" * 500)), ECHO_LIMIT)
        self.assertEqual(echo("好" * 500)[-1], "…")
