"""The commands `webchat room`."""

from __future__ import annotations

from tests.cli.scene import CommandLine, OnPostgresql


class Rooms(CommandLine):
    def test_rooms(self) -> None:
        """A room is made for the owner or somebody else, and listed."""
        self.assertIn("no owner", self.refused("room", "add", "Tea"))
        self.make_owner()
        self.assertIn("Room 1", self.ask("room", "add", "茶 Tea", "--topic", "all about it"))
        self.assertRegex(self.ask("room", "list"), r"1 +open +1 +茶 Tea\n")
        self.assertNotIn("Tea", self.ask("room", "list", "--private"))
        self.ask("room", "archive", "1")
        self.assertRegex(self.ask("room", "list"), r"1 +archived +1 +茶 Tea\n")
        self.ask("room", "unarchive", "1")
        self.assertIn("no such room", self.refused("room", "archive", "99"))
        self.assertIn("not the room's title", self.refused("room", "delete", "1", "Coffee"))
        self.assertIn("gone", self.ask("room", "delete", "1", "茶 Tea"))
        self.assertNotIn("Tea", self.ask("room", "list"))
        self.assertIn("no such room", self.refused("room", "delete", "1", "茶 Tea"))
        self.assertIn("no account named eve", self.refused("room", "add", "Tea", "--owner=eve"))
        self.refused("room", "add", "")


class RoomsOnPostgresql(OnPostgresql, Rooms):
    pass
