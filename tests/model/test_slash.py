"""How a line is read as a command."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.refusals import BadName
from webchat.model.slash import (
    BUILT_IN,
    DESCRIBED,
    WORDS,
    Line,
    command_name,
    is_said,
    read_line,
    said,
    suggestions,
    worded,
)


class Lines(SynchronousTestCase):
    def test_commands(self) -> None:
        """A stroke, a name, and what follows it, in whatever width and case."""
        for text, name, rest in (
            ("/help", "help", ""),
            ("/me  waves\nand bows ", "me", "waves\nand bows"),
            ("／Topic 茶", "topic", "茶"),
            (" /天气 北京", "天气", "北京"),
            ("/a-b_1\tc", "a-b_1", "c"),
        ):
            self.assertEqual(read_line(text), Line(name, rest), text)

    def test_no_commands(self) -> None:
        """Paths, fractions and strokes alone are texts."""
        for text in ("/etc/hosts", "/", "/ me", "1/2", "me /me", "/" + "a" * 33, "//me", "/é", "", "/a.b"):
            self.assertIsNone(read_line(text), text)

    def test_said(self) -> None:
        """Of two strokes one is said."""
        self.assertEqual([said(text) for text in ("//me", "／／me") if is_said(text)], ["/me", "／me"])
        self.assertFalse(is_said("/me"))

    def test_names(self) -> None:
        """A command has a plain name of its own."""
        self.assertEqual([command_name(name) for name in ("Weather", "天气", "a" * 32)], ["weather", "天气", "a" * 32])
        for name in ("", "a b", "a" * 33, "/a", "é", "a\n", *BUILT_IN, "Help"):
            self.assertRaises(BadName, command_name, name)

    def test_suggestions(self) -> None:
        """Who has mistyped is told what is near, and nothing that is not."""
        self.assertEqual(suggestions("hlep", BUILT_IN), ("help",))
        self.assertEqual(suggestions("xyz", BUILT_IN), ())


class Words(SynchronousTestCase):
    def test_complete(self) -> None:
        """Both languages describe every command, and say the same sentences of the same things."""
        for language in ("en", "zh-CN"):
            self.assertEqual(set(DESCRIBED[language]), set(BUILT_IN))
        self.assertEqual(WORDS["en"].keys(), WORDS["zh-CN"].keys())
        for key, words in WORDS["en"].items():
            named, other = (set(re.findall(r"{(\w+)}", text)) for text in (words, WORDS["zh-CN"][key]))
            self.assertEqual(named, other, key)

    def test_braces(self) -> None:
        """What people have written is put in as it stands."""
        self.assertEqual(worded("en", "topic", topic="{x} {0}"), "The topic: {x} {0}")
