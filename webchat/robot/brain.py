"""The robot's brain: a question goes past its skills, and the first that knows it answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from webchat.robot.asking import Answer, Asked, Chance, Facts, Question, ask
from webchat.robot.chances import leave_to_chance
from webchat.robot.clock import tell_time
from webchat.robot.figures import rewrite
from webchat.robot.help import called, guide
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
STOP = re.compile(
    r"/?(?:stop(?: it| that| now| talking| answering)?|停(?:下来?|止|一下)?|别说了|不用说了|够了)[.! ]*",
    re.IGNORECASE,
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

    def does(self, question: Question) -> Answer | None:
        """What to say where something is to be done, or help is called for; None for what a language model may answer.

        Only the robot itself can do something, and only it knows of this chat.
        """
        asked = ask(question, self.facts, self.chance)
        return mind(asked) or called(asked)

    def is_told_to_stop(self, question: Question) -> bool:
        """Whether it is to say no more of what it is saying."""
        return STOP.fullmatch(ask(question, self.facts, self.chance).plain) is not None
