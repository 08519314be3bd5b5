"""Lines that are not understood."""

from __future__ import annotations

from tests.cli.scene import CommandLine


class Parsing(CommandLine):
    def test_not_understood(self) -> None:
        """A line that is not understood ends with status 2 and the usage."""
        for words in (["nope"], ["user"], ["user", "add"], ["token", "add", "mei", "--days=0"], ["info", "--nope"]):
            status, output = self.call(*words)
            self.assertEqual(status, 2)
            self.assertIn("usage: webchat", output)
