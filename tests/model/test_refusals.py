"""How webchat says no."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from webchat.model import refusals
from webchat.model.refusals import CATALOGUE, BadText, Busy, NotFound, Refusal


def kinds(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    found = []
    for child in kind.__subclasses__():
        if child.__module__ == refusals.__name__:
            found += [child, *kinds(child)]
    return found


class Refusals(SynchronousTestCase):
    def test_codes(self) -> None:
        """Every refusal has a code of its own that a program can compare."""
        self.assertGreater(len(kinds()), 20)
        codes = [kind.code for kind in kinds()]
        self.assertEqual(len(codes), len(set(codes)))
        for code in codes:
            self.assertTrue(re.fullmatch(r"[a-z]+(_[a-z]+)*", code), code)
            self.assertNotEqual(code, Refusal.code)

    def test_catalogue(self) -> None:
        """Every refusal can be looked up by its code."""
        self.assertEqual({kind.code: kind for kind in kinds()}, CATALOGUE)

    def test_sentences(self) -> None:
        """Every refusal says in a sentence what is wrong, and its class says when it happens."""
        for kind in kinds():
            self.assertTrue(re.fullmatch(r"[A-Z].*\.", kind.sentence), kind)
            self.assertTrue(kind.__doc__, kind)
            self.assertEqual(kind().message, kind.sentence)
            self.assertEqual(str(kind()), kind.sentence)

    def test_details(self) -> None:
        """A refusal may name the field, and say when to try again."""
        refusal = BadText("No.", field="title")
        self.assertEqual((refusal.message, refusal.field, refusal.retry_after), ("No.", "title", None))
        self.assertEqual((Busy(retry_after=1.5).retry_after, Busy().field), (1.5, None))

    def test_kinds_of_missing(self) -> None:
        """A missing room, message or person is a kind of missing thing."""
        for kind in (refusals.NoSuchRoom, refusals.NoSuchMessage, refusals.NoSuchUser):
            self.assertTrue(issubclass(kind, NotFound))
