"""The commands that look after the installation."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql
from webchat.chat.search import Search
from webchat.cli.opening import acting_as, at_once, user_named
from webchat.model.commands import PostMessage
from webchat.model.ids import RoomId


class Installation(CommandLine):
    def test_setup_link(self) -> None:
        """There is a link as long as there is no owner."""
        self.assertRegex(self.ask("setup-link"), r"^http://localhost:8080/setup#[\w-]{20}\n$")
        self.make_owner()
        self.assertIn("owner already", self.refused("setup-link"))

    def test_reindex(self) -> None:
        """All messages are taken in, and again from the beginning."""
        self.make_owner()
        self.ask("room", "add", "Tea")

        async def found() -> int:
            mei = acting_as(user_named(chat, "mei"))
            await chat.messages.post(mei, PostMessage(0, RoomId(1), "tea"))
            return len((await chat.searching.find(mei, Search("tea"))).hits)

        for before in range(2):
            with self.opened() as chat:
                self.assertEqual(at_once(found()), before)
            self.assertEqual(self.ask("reindex"), f"Messages taken in: {before + 1}.\n")

    def test_migrate(self) -> None:
        """The schema is made, and made once."""
        self.assertIn("schema of the database: none yet", self.ask("info"))
        first = self.ask("migrate")
        self.assertEqual(self.ask("migrate"), first)
        self.assertNotIn("none yet", self.ask("info"))


class InstallationOnPostgresql(OnPostgresql, Installation):
    pass


class Elsewhere(CommandLine):
    def test_info(self) -> None:
        """`info` tells versions and settings, and no secret."""
        self.settings = ["--database", "postgresql://u:swordfish@127.0.0.1:1/n"]
        status, output = self.call("info")
        self.assertIn("postgresql+psycopg2://u:***@127.0.0.1:1/n cannot be used", str(status))
        self.assertIn("webchat 0.", output)
        self.assertNotIn("swordfish", output + str(status))
