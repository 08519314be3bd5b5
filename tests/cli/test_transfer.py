"""A room taken along, and brought in."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql


class Transfer(CommandLine):
    def test_transfer(self) -> None:
        """A room is written to a file that nobody else may read, and made of it again where it is not known."""
        self.make_owner()
        self.ask("room", "add", "茶 Tea")
        file = self.folder / "tea.jsonl"
        self.assertIn("Room 1 is in", self.ask("export-room", "1", str(file)))
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertIn("Cannot write", self.refused("export-room", "1", str(file)))
        self.assertIn("room 1 already", self.ask("import-room", str(file)))
        self.ask("export-room", "1", str(self.folder / "tea.html"), "--html", "--language", "zh-CN")
        self.assertIn("茶 Tea", (self.folder / "tea.html").read_text(encoding="utf-8"))
        content = file.read_text(encoding="utf-8")
        far = self.folder / "far.jsonl"
        far.write_text(content.replace('"origin":"', '"origin":"far/').replace('"mei"', '"kim"'), encoding="utf-8")
        self.assertIn("Room 2 is there: 0 messages of 1 people, for 1 of", self.ask("import-room", str(far)))
        self.assertRegex(self.ask("user", "list"), r"kim +member +disabled")
        far.write_text(content[:-20].replace('"origin":"', '"origin":"afar/'), encoding="utf-8")
        self.assertIn("Line ", self.refused("import-room", str(far)))
        self.assertIn("Cannot read", self.refused("import-room", str(self.folder / "none")))
        self.assertIn("no such room", self.refused("export-room", "99"))


class TransferOnPostgresql(OnPostgresql, Transfer):
    pass
