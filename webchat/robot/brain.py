"""The robot's brain: a question goes past its skills, and the first that knows it answers."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from webchat.robot.asking import Answer, Asked, Chance, Facts, Question, ask
from webchat.robot.chances import leave_to_chance
from webchat.robot.clock import tell_time
from webchat.robot.figures import rewrite
from webchat.robot.help import guide
from webchat.robot.reminders import mind
from webchat.robot.sums import calculate
from webchat.robot.talk import admit, chat
from webchat.robot.units import convert

# In this order: what asks for something to be done first, what is found by mere words last.
SKILLS: tuple[Callable[[Asked], Answer | None], ...] = (
    mind,
    leave_to_chance,
    tell_time,
    convert,
    rewrite,
    calculate,
    chat,
    guide,
)


@attrs.frozen
class Brain:
    """Answers questions by rules alone: the same question, moment and chance have the same answer."""

    facts: Facts
    chance: Chance

    def answer(self, question: Question) -> Answer:
        """What to say to *question*, in its language; where nothing is known, that and what is."""
        asked = ask(question, self.facts, self.chance)
        for skill in SKILLS:
            answer = skill(asked)
            if answer is not None:
                return answer
        return admit(asked)
