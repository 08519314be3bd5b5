"""The whole brain: everyday talk is no command, anything may be said, and an answer does not take long."""

from __future__ import annotations

import re
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.robot import (
    test_chances,
    test_clock,
    test_figures,
    test_help,
    test_reminders,
    test_sums,
    test_talk,
    test_units,
)
from tests.robot.scene import FACTS, NOW, Asking, first
from webchat.model.mentions import mentioned
from webchat.robot.asking import PHRASE_LIMIT, QUESTION_LIMIT, CancelReminders, Question, Reminder, SetReminder
from webchat.robot.brain import Brain
from webchat.robot.help import TOPICS
from webchat.robot.reminders import FARTHEST, TEXT_LIMIT
from webchat.robot.sums import SUM_LIMIT

TABLES = (test_chances, test_clock, test_figures, test_help, test_reminders, test_sums, test_talk, test_units)
QUESTIONS = [row[0] for table in TABLES for row in table.ROWS]
EVERYDAY = [
    line
    for line in (Path(__file__).parent / "everyday.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
ANSWER_LIMIT = 4_000
SECONDS = 0.02

# Words of every skill, to be put together in any way.
PARTS = st.sampled_from(
    (
        "remind me|in 5 minutes|tomorrow|at 9|to|every day|提醒我|明天|早上|9点|半|每天|取消|2|my reminders|roll|2d6"
        "|choose|a, b|or|还是|掷骰子|1|+|-|*|/|^|!|%|(|)|√|百分之|的|平方|三十二|a hundred|10 km|in|miles|斤|是多少"
        "|255|hex|XIV|大写|how do I|search|怎么|房间|what time is it|Tokyo|几点|days until|2027-01-01|2026-02-30|下周五"
        "|hello|谢谢|大白|@大白|please|请|吗|?|。|\n|🎉|\u202e|＠|**"
    ).split("|")
)
REMINDERS = (Reminder(1, NOW, "x"), Reminder(2, NOW, "@all"))


class Whole(Asking):
    def test_many(self) -> None:
        """The tables hold questions of every kind, in both languages."""
        self.assertGreater(len(set(QUESTIONS)), 350)
        self.assertGreater(sum(not text.isascii() for text in QUESTIONS), 150)
        kinds = {self.answer(text).kind for text in QUESTIONS}
        self.assertEqual(kinds, {"reminder", "chance", "unit", "number", "sum", "time", "help", "talk"})

    def test_everyday(self) -> None:
        """What people say of an evening is taken for no command."""
        self.assertGreater(len(EVERYDAY), 450)
        for text in EVERYDAY:
            self.assertEqual((self.answer(text).kind, text), ("unknown", text))

    def test_guide(self) -> None:
        """Every example of the guide is understood."""
        guide = (Path(__file__).parent.parent.parent / "docs" / "robot.md").read_text(encoding="utf-8")
        able, reminding = guide.partition("## What it can do")[2].split("\n## ")[:2]
        examples = re.findall("`([^`]+)`", able.partition("`please`")[0])
        examples += re.split(r" {4,}|\n", "\n".join(re.findall("^    (.+)$", reminding, re.MULTILINE)))
        self.assertGreater(len(examples), 40)
        for text in examples:
            self.assertNotEqual(self.answer(text).kind, "unknown", text)

    def test_language(self) -> None:
        """An answer is in the language of the question, whatever the speaker's is."""
        for text in ("what is 15% off", "你说什么呢朋友", "xyzzy", "随便说点什么"):
            for locale in ("en", "zh-CN"):
                answer = self.answer(text, locale=locale).text
                self.assertEqual("可以试试" in answer, not text.isascii(), text)

    def test_mentions_nobody(self) -> None:
        """No answer calls anybody: what others wrote is escaped, and an @ of the help's is code."""
        for text in (
            *QUESTIONS,
            "remind me tomorrow to ask @mei",
            "choose @all or @here",
            "time in @all",
            "提醒我明天@所有人",
        ):
            answer = self.answer(text, speaker="@all", reminders=REMINDERS).text
            self.assertIsNone(mentioned(answer), answer)
        for topic in TOPICS:
            self.assertIsNone(mentioned(topic.en) or mentioned(topic.zh), topic.en)

    def test_same_again(self) -> None:
        """The same question, moment and chance have the same answer."""
        for text in QUESTIONS:
            self.assertEqual(self.answer(text), self.answer(text))

    @settings(deadline=None)
    @given(
        st.one_of(st.text(), st.lists(PARTS, max_size=12).map(" ".join), st.lists(PARTS, max_size=12).map("".join)),
        st.sampled_from(["en", "zh-CN", ""]),
        st.sampled_from([None, "Asia/Shanghai", "America/New_York", "nonsense"]),
        st.text(max_size=20),
    )
    def test_anything(self, text: str, locale: str, zone: str | None, speaker: str) -> None:
        """Whatever is said has an answer of bounded length, and what is to be done is possible."""
        answer = Brain(FACTS, first).answer(Question(text, NOW, zone, locale, speaker, REMINDERS))
        self.assertTrue(answer.text.strip())
        self.assertLess(len(answer.text), ANSWER_LIMIT)
        self.assertIsNone(mentioned(answer.text), answer.text)
        match answer.action:
            case SetReminder(due, what):
                self.assertTrue(NOW < due <= NOW + FARTHEST * 1000)
                self.assertTrue(0 < len(what) <= TEXT_LIMIT)
            case CancelReminders(numbers):
                self.assertTrue(numbers)
                self.assertLessEqual(set(numbers), {1, 2})

    def test_hostile(self) -> None:
        """What is made to take long does not: less than 20 ms of work for each of many."""
        seeds = (
            "1|(|-|9^|9!|√|remind me |提醒我|提醒我明天|a or |a, |还是|吃面还是吃| |in |一|亿|@大白|please |tell me "
            "|谢谢|吗|!|明天|tomorrow |at 9 |in 5 minutes and |choose a, |1 to |10 km to |是多少|的|0x|x1|half of "
            "|的平方|百分之|1d|roll |what is |%|=|how do I |怎么|every day |每天|到|从|有多少天|days until |hundred "
            "|a hundred and |twenty |1点|上午|下周|🎉|取消1,|cancel 1, |1,000|how many cm in |time in |a b |哈|very "
            "|so |*|[x]("
        ).split("|")
        for seed in seeds:
            for start in ("", "remind me tomorrow to ", "提醒我", "帮我选：", "1+"):
                # The longest that a phrase, a sum and any question is found in.
                for length in (PHRASE_LIMIT, SUM_LIMIT, QUESTION_LIMIT):
                    text = (start + seed * length)[:length]
                    self.assertLess(self.seconds(text), SECONDS, text[:60])

    def seconds(self, text: str) -> float:
        """How long an answer takes this thread; the least of some, for other work disturbs."""
        least = 1.0
        for _ in range(5):
            began = time.thread_time()
            self.answer(text)
            least = min(least, time.thread_time() - began)
            if least < SECONDS:
                break
        return least
