"""The commands `webchat token`."""

from __future__ import annotations

import re

from tests.cli.scene import CommandLine, OnPostgresql


class Tokens(CommandLine):
    def test_tokens(self) -> None:
        """A token is told once, listed without itself, and revoked."""
        self.make_owner()
        token = self.ask("token", "add", "mei", "--label", "backup bot", "--days=30").strip()
        self.assertRegex(token, r"^wct_[\w-]{43}$")
        listed = self.ask("token", "list", "mei")
        self.assertNotIn(token, listed)
        found = re.search(r"^(\d+) .*backup bot$", listed, re.MULTILINE)
        assert found
        self.assertIn("no token 999", self.refused("token", "revoke", "mei", "999"))
        self.ask("token", "revoke", "mei", found[1])
        self.assertNotIn("backup bot", self.ask("token", "list", "mei"))


class TokensOnPostgresql(OnPostgresql, Tokens):
    pass
