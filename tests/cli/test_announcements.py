"""The commands `webchat announcement`."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql


class Announcements(CommandLine):
    def test_announcements(self) -> None:
        """Something is announced, and ends."""
        self.assertIn("no current announcement", self.refused("announcement", "end"))
        self.make_owner()
        self.ask("announcement", "post", "Tea at three", "--link=https://example.org")
        self.assertRegex(self.ask("announcement", "list"), "shown +Tea at three")
        self.ask("announcement", "end")
        self.assertRegex(self.ask("announcement", "list"), "ended +Tea at three")


class AnnouncementsOnPostgresql(OnPostgresql, Announcements):
    pass
