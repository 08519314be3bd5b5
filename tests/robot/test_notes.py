"""What is said behind an answer that is not whole, and in its place."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.robot.notes import NOTE_LIMIT, NOTES, annotated, excuse, without_note


class Notes(SynchronousTestCase):
    def test_behind(self) -> None:
        """A note stands below the text, in the language of the question."""
        self.assertEqual(annotated("Tea is ", "stopped", "en"), "Tea is\n\n*(Stopped.)*")
        self.assertEqual(annotated("茶是", "interrupted", "zh"), "茶是\n\n（已中断。）")

    def test_alone(self) -> None:
        """Where there is no text it is a sentence of its own."""
        self.assertEqual(annotated(" \n", "busy", "zh"), excuse("busy", "zh"))

    def test_open_block(self) -> None:
        """A block of code that is still open is closed before it."""
        self.assertEqual(annotated("```\nx = 1", "stopped", "en"), "```\nx = 1\n```\n\n*(Stopped.)*")
        self.assertEqual(annotated("```\nx\n```", "stopped", "en"), "```\nx\n```\n\n*(Stopped.)*")

    def test_without(self) -> None:
        """What was said can be had again without it; of what was nothing else, nothing is left."""
        for why in NOTES:
            for language in ("en", "zh"):
                noted = annotated("Tea", why, language)  # type: ignore[arg-type]
                self.assertEqual(without_note(noted), "Tea")
                self.assertLessEqual(len(noted), len("Tea") + NOTE_LIMIT)
                self.assertEqual(without_note(excuse(why, language)), "")  # type: ignore[arg-type]
        self.assertEqual(without_note("Tea"), "Tea")
