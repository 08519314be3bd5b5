"""The commands `webchat report`."""

from __future__ import annotations

from tests.cli.scene import PASSWORD, CommandLine, OnPostgresql
from webchat.cli.opening import acting_as, at_once, user_named


class Reports(CommandLine):
    def test_reports(self) -> None:
        """What people reported is listed and decided."""
        self.make_owner()
        self.ask("user", "add", "bob", stdin=PASSWORD)
        self.assertIn("no report 7", self.refused("report", "close", "7", "dismissed"))
        with self.opened() as chat:
            mei = acting_as(user_named(chat, "mei"))
            number = at_once(chat.moderation.report_user(mei, user_named(chat, "bob").id, "sells 茶"))
        self.assertRegex(self.ask("report", "list"), r"1 +\S+ \S+ +a person +bob +1 +open +sells 茶")
        self.ask("report", "close", str(number), "silenced", "--minutes=5", "--reason=rule 3")
        self.assertNotIn("bob", self.ask("report", "list"))
        self.assertRegex(self.ask("report", "list", "--closed"), "bob +1 +silenced")
        self.assertRegex(
            self.ask("audit", "show", "--user=bob"), r"the operator +report.silenced +bob .*reason: rule 3"
        )


class ReportsOnPostgresql(OnPostgresql, Reports):
    pass
