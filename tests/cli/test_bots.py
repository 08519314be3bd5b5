"""The commands `webchat bot`."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql


class Bots(CommandLine):
    def test_bots(self) -> None:
        """A bot is somebody's or the server's, and its token is told once."""
        self.make_owner()
        self.assertEqual(self.ask("bot", "add", "weather", "--owner=mei"), "Bot weather is made.\n")
        self.assertRegex(self.ask("bot", "add", "clock", "--token").strip(), r"^wct_[\w-]{43}$")
        listed = [line.split() for line in self.ask("bot", "list").splitlines()]
        self.assertEqual(listed[1][:6], ["clock", "the", "server", "member", "active", "1"])
        self.assertEqual(listed[2][:5], ["weather", "mei", "member", "active", "0"])
        self.assertIn("no account", self.refused("bot", "add", "other", "--owner=nobody"))


class BotsOnPostgresql(OnPostgresql, Bots):
    pass
