"""The commands `webchat user`."""

from __future__ import annotations

from tests.cli.scene import PASSWORD, CommandLine, OnPostgresql


class Users(CommandLine):
    def test_users(self) -> None:
        """An account is made, listed, shut out and let in again."""
        self.make_owner()
        self.assertIn("bob has an account", self.ask("user", "add", "bob", stdin=PASSWORD))
        listed = self.ask("user", "list")
        self.assertRegex(listed, r"1 +mei +owner +active +\d{4}-\d\d-\d\d +梅\n")
        self.assertRegex(listed, r"2 +bob +member +active")
        self.ask("user", "disable", "Bob")
        self.assertRegex(self.ask("user", "list"), r"bob +member +disabled")
        self.ask("user", "enable", "bob")
        self.assertRegex(self.ask("user", "list"), r"bob +member +active")
        self.ask("user", "password", "bob", stdin="another good password\n")

    def test_wrong_users(self) -> None:
        """The rules of registering hold here too: names, passwords, one owner."""
        self.make_owner()
        self.assertIn("taken", self.refused("user", "add", "MEI", stdin=PASSWORD))
        self.assertIn("A name has", self.refused("user", "add", "a b", stdin=PASSWORD))
        self.assertIn("password", self.refused("user", "add", "eve", stdin="123456789"))
        self.assertIn("password", self.refused("user", "add", "eve"))
        self.assertIn("set up already", self.refused("user", "add", "eve", "--role=owner", stdin=PASSWORD))
        self.assertIn("no account named eve", self.refused("user", "disable", "eve"))
        self.assertIn("no account named eve", self.refused("user", "password", "eve", stdin=PASSWORD))

    def test_roles(self) -> None:
        """Another role; the server itself is handed over, and never left without an owner."""
        self.make_owner()
        self.ask("user", "add", "bob", stdin=PASSWORD)
        self.ask("user", "role", "bob", "admin")
        self.assertRegex(self.ask("user", "list"), r"bob +admin")
        self.assertIn("needs its owner", self.refused("user", "role", "mei", "member"))
        self.assertIn("owner", self.refused("user", "disable", "mei"))
        self.ask("user", "role", "bob", "owner")
        self.assertRegex(self.ask("user", "list"), r"mei +admin +active[^\n]*\n[^\n]*bob +owner")

    def test_silence(self) -> None:
        """Somebody is silenced, and may post again."""
        self.make_owner()
        self.ask("user", "add", "bob", stdin=PASSWORD)
        self.assertRegex(self.ask("user", "silence", "bob", "--minutes=90"), r"posts nowhere until \d{4}-\d\d-\d\d")
        self.assertIn("may post again", self.ask("user", "silence", "bob", "--minutes=0"))

    def test_sessions_and_reset(self) -> None:
        """Everybody can be signed out, and given a link for a new password."""
        self.make_owner()
        self.ask("token", "add", "mei")
        self.assertIn("1 sessions", self.ask("user", "sessions", "mei"))
        self.assertRegex(self.ask("user", "reset-link", "mei"), r"^http://localhost:8080/reset/1-[\w-]{32}\n$")

    def test_feature(self) -> None:
        """Somebody is shown to everybody, and no more."""
        self.make_owner()
        self.ask("user", "add", "bob", stdin=f"{PASSWORD}\n")
        self.assertIn("is shown to everybody.", self.ask("user", "feature", "bob"))
        self.assertIn("is shown to everybody no more.", self.ask("user", "unfeature", "bob"))
        self.assertRegex(self.ask("audit", "show", "--user=bob"), r"the operator +user.feature +bob")


class UsersOnPostgresql(OnPostgresql, Users):
    pass
