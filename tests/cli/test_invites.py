"""The commands `webchat invite`."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql


class Invites(CommandLine):
    def test_invitations(self) -> None:
        """An invitation is a link, listed without its code, and revoked."""
        self.assertIn("no owner", self.refused("invite", "add"))
        self.make_owner()
        link = self.ask("invite", "add", "--days=3", "--uses=5").strip()
        self.assertRegex(link, r"^http://localhost:8080/invite/[\w-]{20}$")
        self.assertRegex(self.ask("invite", "list"), r"1 +\S+ +\S+ +5\n")
        self.ask("invite", "revoke", "1")
        self.assertIn("no invitation 1", self.refused("invite", "revoke", "1"))


class InvitesOnPostgresql(OnPostgresql, Invites):
    pass
