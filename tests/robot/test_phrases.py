"""Phrases, and the tables that hold them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.robot.phrases import any_of, said_in, table


class Phrases(SynchronousTestCase):
    def test_any_of(self) -> None:
        """Any of several patterns, in letters of either case; what it held is the group that matched."""
        pattern = any_of(r"how (old|big)", "几(岁)")
        self.assertIsNone(pattern.fullmatch("how"))
        for text, expected in (("How OLD", "OLD"), ("几岁", "岁")):
            found = pattern.fullmatch(text)
            assert found is not None
            self.assertEqual(said_in(found), expected)

    def test_tables(self) -> None:
        """The tables are part of the package, and complete."""
        for name, keys in (("help", {"names", "found_by", "en", "zh"}), ("talk", {"said", "en", "zh"})):
            for entry in table(name):
                self.assertEqual(set(entry), keys)
                self.assertTrue(all(entry.values()), entry)
