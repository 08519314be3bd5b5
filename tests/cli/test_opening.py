"""The database that commands open."""

from __future__ import annotations

import sqlite3

from tests.cli.scene import CommandLine


class Opening(CommandLine):
    def test_other_schema(self) -> None:
        """A database of another version is left alone."""
        self.ask("migrate")
        with sqlite3.connect(self.folder / "webchat.db") as db:
            db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.close()
        self.assertIn("9999", self.refused("user", "list"))
        self.assertIn("9999", self.refused("migrate"))
