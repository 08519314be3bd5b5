"""The commands `webchat settings`."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql


class Settings(CommandLine):
    def test_retention(self) -> None:
        """How long messages are kept is one of the settings."""
        self.ask("settings", "set", "--retention", "30")
        self.assertIn("retention = 30 days", self.ask("settings", "show"))
        self.assertIn("7 to", self.refused("settings", "set", "--retention", "3"))
        self.ask("settings", "set", "--retention", "0")
        self.assertIn("retention = none", self.ask("settings", "show"))

    def test_settings(self) -> None:
        """What is decided is shown; what is not is as configured."""
        self.assertIn("registration = invitation", self.ask("settings", "show"))
        self.assertIn("Nothing is to be set", self.refused("settings", "set"))
        file = self.folder / "terms.txt"
        file.write_text("Be kind.", encoding="utf-8")
        self.ask("settings", "set", "--title=茶室", "--registration=open", "--guests=yes", "--creating=admins",
                 f"--terms={file}")  # fmt: skip
        shown = self.ask("settings", "show")
        for line in ("title = 茶室", "registration = open", "guests = yes", "creating = admins", "8 characters"):
            self.assertIn(line, shown)
        self.ask("settings", "set", "--registration=configured", "--terms=-", stdin="")
        shown = self.ask("settings", "show")
        self.assertIn("registration = invitation", shown)
        self.assertIn("terms = none", shown)
        self.assertIn("cannot be read", self.refused("settings", "set", "--terms=/nowhere/at/all"))


class SettingsOnPostgresql(OnPostgresql, Settings):
    pass
