"""What the operator does is noted."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql
from tests.test_cli import commands
from webchat.cli.opening import acting_as, at_once, user_named


class Audit(CommandLine):
    def test_all_is_noted(self) -> None:
        """Each command that changes something leaves exactly one entry in the audit log."""
        self.make_owner()
        lines = {
            "user add": ["bob"], "user disable": ["bob"], "user enable": ["bob"], "user password": ["bob"],
            "user role": ["bob", "admin"], "user silence": ["bob"], "user reset-link": ["bob"],
            "user feature": ["bob"], "user unfeature": ["bob"],
            "user sessions": ["bob"], "export-room": ["1", "?"], "import-room": ["?"],
            "room archive": ["1"], "room unarchive": ["1"], "room delete": ["1", "Tea"],
            "bot add": ["weather", "--owner=bob"],
            "token add": ["bob"], "token revoke": ["bob", "?"], "invite add": [], "invite revoke": ["1"],
            "announcement post": ["Tea"], "announcement end": [], "settings set": ["--guests=yes"],
            "report close": ["?", "dismissed"], "rotate-push-key": [],
        }  # fmt: skip
        # What people could do without any power over others, and what changes nothing.
        others = {"run", "info", "migrate", "reindex", "setup-link", "user list", "room add", "room list", "token list",
                  "invite list", "report list", "announcement list", "settings show", "audit show",
                  "bot list", "tail", "say", "robot"}  # fmt: skip
        self.assertEqual(lines.keys() | others, commands())
        self.ask("room", "add", "Tea")
        for command, given in lines.items():
            words = list(given)
            if command == "token revoke":
                words = ["bob", self.ask("token", "list", "bob").splitlines()[1].split()[0]]
            elif command == "report close":
                with self.opened() as chat:
                    mei = acting_as(user_named(chat, "mei"))
                    number = at_once(chat.moderation.report_user(mei, user_named(chat, "bob").id, "x"))
                words = [str(number), "dismissed"]
            elif command == "export-room":
                words = ["1", str(self.folder / "tea.jsonl")]
            elif command == "import-room":
                # As if it came from another server: of this one the room is here already.
                here = (self.folder / "tea.jsonl").read_text(encoding="utf-8")
                there = here.replace('"origin":"', '"origin":"far/')
                (self.folder / "foreign.jsonl").write_text(there, encoding="utf-8")
                words = [str(self.folder / "foreign.jsonl")]
            before = len(self.ask("audit", "show", "--limit=200").splitlines())
            self.ask(*command.split(), *words, stdin="another good password\n")
            after = self.ask("audit", "show", "--limit=200").splitlines()
            self.assertEqual(len(after), before + 1, command)
            self.assertIn("the operator", after[1], command)


class AuditOnPostgresql(OnPostgresql, Audit):
    pass
