"""What the robot answers where there is none."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy.robot import answering, nobody_in


class Knowing:
    """A robot that knows what 2+3 is."""

    def may_ask(self, text: str, locale: str) -> bool:
        return text != "2+3"

    def reply(self, text: str, locale: str) -> str:
        return "5" if text == "2+3" else "I do not know"


class Elsewhere(SynchronousTestCase):
    def ask(self, text: str, model: str | None) -> str:
        async def answer(text: str, locale: str) -> str | None:
            return model

        return str(self.successResultOf(Deferred.fromCoroutine(answering(Knowing(), answer)(text, "en"))))  # type: ignore[arg-type]

    def test_model(self) -> None:
        """The language model is asked where it may be; where it does not answer the robot does."""
        self.assertEqual([self.ask("tea?", "A drink"), self.ask("2+3", "6"), self.ask("tea?", None)],
                         ["A drink", "5", "I do not know"])  # fmt: skip


class Nobody(SynchronousTestCase):
    def test_both_languages(self) -> None:
        """Nobody is in, in the language of who asks."""
        found = [self.successResultOf(Deferred.fromCoroutine(nobody_in("hi", one))) for one in ("en", "zh-CN")]
        self.assertIn("Nobody", found[0])
        self.assertIn("没有", found[1])
