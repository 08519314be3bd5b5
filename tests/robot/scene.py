"""A robot that is asked: on a Thursday evening in Shanghai, with chance that always takes the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.ids import Millis
from webchat.robot.asking import Answer, Asked, Facts, Question, ask
from webchat.robot.brain import Brain

FACTS = Facts("茶馆", "0.1.0", ("大白", "baymax"))
ZONE = "Asia/Shanghai"


def millis(year: int, month: int, day: int, hour: int = 0, minute: int = 0, zone: str = ZONE) -> Millis:
    """That moment by the clock of *zone*."""
    return Millis(int(datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).timestamp() * 1000))


NOW = millis(2026, 11, 26, 22, 37)


def first(_: int) -> int:
    """Chance that always takes the first."""
    return 0


def falls(*numbers: int) -> Callable[[int], int]:
    """Chance that falls so, one after the other."""
    rest = iter(numbers)
    return lambda below: next(rest) % below


def question(text: str, **changed: Any) -> Question:
    """*text* as Mei asks it, but for what is *changed*."""
    return Question(text, **{"now": NOW, "zone": ZONE, "locale": "en", "speaker": "Mei", **changed})


def asked(text: str, **changed: Any) -> Asked:
    """The question as the skills see it."""
    return ask(question(text, **changed), FACTS, first)


class Asking(SynchronousTestCase):
    """Asks the robot, and compares what it says."""

    def answer(self, text: str, chance: Callable[[int], int] = first, **changed: Any) -> Answer:
        """What the robot answers."""
        return Brain(FACTS, chance).answer(question(text, **changed))

    def compare(self, kind: str, rows: Iterable[Sequence[str]]) -> None:
        """Each of *rows* is a question, and how the answer of this kind begins."""
        for text, expected in rows:
            answer = self.answer(text)
            self.assertEqual((answer.kind, answer.text[: len(expected)]), (kind, expected), text)
