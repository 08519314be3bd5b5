"""How commands print."""

from __future__ import annotations

import io
import sys

from twisted.trial.unittest import SynchronousTestCase

from webchat.cli.printing import day, moment, print_table
from webchat.model.ids import Millis


class Printing(SynchronousTestCase):
    def test_table(self) -> None:
        """Columns are as wide as what is in them, and nothing that people write reaches the terminal as a command."""
        output = io.StringIO()
        self.patch(sys, "stdout", output)
        print_table(("id", "title"), [("1", "Tea\x1b[2J"), ("100", "")])
        self.assertEqual(output.getvalue(), "id   title\n1    Tea?[2J\n100\n")

    def test_times(self) -> None:
        """Days and moments are those of UTC; what never was is said so."""
        at = Millis(1_700_000_000_000)
        self.assertEqual((day(at), moment(at), day(None)), ("2023-11-14", "2023-11-14 22:13", "never"))
