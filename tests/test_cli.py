"""The command `webchat`, on both engines."""

from __future__ import annotations

import argparse
import io
import re
import sqlite3
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.support import postgres
from webchat import cli
from webchat.chat.search import Search
from webchat.config import load
from webchat.model.commands import PostMessage
from webchat.model.ids import RoomId

PASSWORD = "correct horse battery staple"


def commands() -> set[str]:
    """Every command, as it is typed."""

    def below(parser: argparse.ArgumentParser, words: str) -> set[str]:
        groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        if not groups:
            return {words}
        return {one for name, child in groups[0].choices.items() for one in below(child, f"{words} {name}".strip())}

    return below(cli._parser(), "")


class CommandLine(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.settings = ["--data", str(self.folder), "--database", self.database()]

    def database(self) -> str:
        return f"sqlite:///{self.folder}/webchat.db"

    def call(self, *words: str, stdin: str = "") -> tuple[object, str]:
        """The exit status (0, 2, or a sentence), and what was printed."""
        output = io.StringIO()
        self.patch(cli.sys, "stdout", output)
        self.patch(cli.sys, "stderr", output)
        self.patch(cli.sys, "stdin", io.StringIO(stdin))
        with self.assertRaises(SystemExit) as caught:
            cli.main([*self.settings, *words], {})
        return caught.exception.code, output.getvalue()

    def ask(self, *words: str, stdin: str = "") -> str:
        """What a command that succeeds prints."""
        status, output = self.call(*words, stdin=stdin)
        self.assertEqual(status, 0, output)
        return output

    def refused(self, *words: str, stdin: str = "") -> str:
        """The sentence of a command that fails."""
        status, output = self.call(*words, stdin=stdin)
        self.assertIsInstance(status, str, output)
        self.assertRegex(str(status), r"^webchat: [^\n]+\.$")
        return str(status)

    def make_owner(self) -> None:
        self.ask("user", "add", "mei", "--role", "owner", "--display-name", "梅", stdin=PASSWORD + "\n")


class OnSqlite(CommandLine):
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

    def test_retention(self) -> None:
        """How long messages are kept is one of the settings."""
        self.ask("settings", "set", "--retention", "30")
        self.assertIn("retention = 30 days", self.ask("settings", "show"))
        self.assertIn("7 to", self.refused("settings", "set", "--retention", "3"))
        self.ask("settings", "set", "--retention", "0")
        self.assertIn("retention = none", self.ask("settings", "show"))

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

    def test_invitations(self) -> None:
        """An invitation is a link, listed without its code, and revoked."""
        self.assertIn("no owner", self.refused("invite", "add"))
        self.make_owner()
        link = self.ask("invite", "add", "--days=3", "--uses=5").strip()
        self.assertRegex(link, r"^http://localhost:8080/invite/[\w-]{20}$")
        self.assertRegex(self.ask("invite", "list"), r"1 +\S+ +\S+ +5\n")
        self.ask("invite", "revoke", "1")
        self.assertIn("no invitation 1", self.refused("invite", "revoke", "1"))

    def test_setup_link(self) -> None:
        """There is a link as long as there is no owner."""
        self.assertRegex(self.ask("setup-link"), r"^http://localhost:8080/setup#[\w-]{20}\n$")
        self.make_owner()
        self.assertIn("owner already", self.refused("setup-link"))

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

    def test_reports(self) -> None:
        """What people reported is listed and decided."""
        self.make_owner()
        self.ask("user", "add", "bob", stdin=PASSWORD)
        self.assertIn("no report 7", self.refused("report", "close", "7", "dismissed"))
        with cli._opened(load({"data": [str(self.folder)], "database": [self.settings[3]]}, {})) as chat:
            mei = cli._acting_as(cli._user(chat, "mei"))
            number = cli._done(chat.moderation.report_user(mei, cli._user(chat, "bob").id, "sells 茶"))
        self.assertRegex(self.ask("report", "list"), r"1 +\S+ \S+ +a person +bob +1 +open +sells 茶")
        self.ask("report", "close", str(number), "silenced", "--minutes=5", "--reason=rule 3")
        self.assertNotIn("bob", self.ask("report", "list"))
        self.assertRegex(self.ask("report", "list", "--closed"), "bob +1 +silenced")
        self.assertRegex(
            self.ask("audit", "show", "--user=bob"), r"the operator +report.silenced +bob .*reason: rule 3"
        )

    def test_announcements(self) -> None:
        """Something is announced, and ends."""
        self.assertIn("no current announcement", self.refused("announcement", "end"))
        self.make_owner()
        self.ask("announcement", "post", "Tea at three", "--link=https://example.org")
        self.assertRegex(self.ask("announcement", "list"), "shown +Tea at three")
        self.ask("announcement", "end")
        self.assertRegex(self.ask("announcement", "list"), "ended +Tea at three")

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

    def test_feature(self) -> None:
        """Somebody is shown to everybody, and no more."""
        self.make_owner()
        self.ask("user", "add", "bob", stdin=f"{PASSWORD}\n")
        self.assertIn("is shown to everybody.", self.ask("user", "feature", "bob"))
        self.assertIn("is shown to everybody no more.", self.ask("user", "unfeature", "bob"))
        self.assertRegex(self.ask("audit", "show", "--user=bob"), r"the operator +user.feature +bob")

    def test_bots(self) -> None:
        """A bot is somebody's or the server's, and its token is told once."""
        self.make_owner()
        self.assertEqual(self.ask("bot", "add", "weather", "--owner=mei"), "Bot weather is made.\n")
        self.assertRegex(self.ask("bot", "add", "clock", "--token").strip(), r"^wct_[\w-]{43}$")
        listed = [line.split() for line in self.ask("bot", "list").splitlines()]
        self.assertEqual(listed[1][:6], ["clock", "the", "server", "member", "active", "1"])
        self.assertEqual(listed[2][:5], ["weather", "mei", "member", "active", "0"])
        self.assertIn("no account", self.refused("bot", "add", "other", "--owner=nobody"))

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
                  "bot list", "tail", "say"}  # fmt: skip
        self.assertEqual(lines.keys() | others, commands())
        self.ask("room", "add", "Tea")
        for command, given in lines.items():
            words = list(given)
            if command == "token revoke":
                words = ["bob", self.ask("token", "list", "bob").splitlines()[1].split()[0]]
            elif command == "report close":
                with cli._opened(load({"data": [str(self.folder)], "database": [self.settings[3]]}, {})) as chat:
                    mei = cli._acting_as(cli._user(chat, "mei"))
                    number = cli._done(chat.moderation.report_user(mei, cli._user(chat, "bob").id, "x"))
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

    def test_reindex(self) -> None:
        """All messages are taken in, and again from the beginning."""
        self.make_owner()
        self.ask("room", "add", "Tea")

        async def found() -> int:
            mei = cli._acting_as(cli._user(chat, "mei"))
            await chat.messages.post(mei, PostMessage(0, RoomId(1), "tea"))
            return len((await chat.searching.find(mei, Search("tea"))).hits)

        for before in range(2):
            with cli._opened(load({"data": [str(self.folder)], "database": [self.settings[3]]}, {})) as chat:
                self.assertEqual(cli._done(found()), before)
            self.assertEqual(self.ask("reindex"), f"Messages taken in: {before + 1}.\n")

    def test_migrate(self) -> None:
        """The schema is made, and made once."""
        self.assertIn("schema of the database: none yet", self.ask("info"))
        first = self.ask("migrate")
        self.assertEqual(self.ask("migrate"), first)
        self.assertNotIn("none yet", self.ask("info"))


class OnPostgresql(OnSqlite):
    def database(self) -> str:
        reason = postgres.reason_missing()
        if reason:
            raise SkipTest(reason)
        return postgres.fresh_database()


class Elsewhere(CommandLine):
    def test_info(self) -> None:
        """`info` tells versions and settings, and no secret."""
        self.settings = ["--database", "postgresql://u:swordfish@127.0.0.1:1/n"]
        status, output = self.call("info")
        self.assertIn("postgresql+psycopg2://u:***@127.0.0.1:1/n cannot be used", str(status))
        self.assertIn("webchat 0.", output)
        self.assertNotIn("swordfish", output + str(status))

    def test_other_schema(self) -> None:
        """A database of another version is left alone."""
        self.ask("migrate")
        with sqlite3.connect(self.folder / "webchat.db") as db:
            db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.close()
        self.assertIn("9999", self.refused("user", "list"))
        self.assertIn("9999", self.refused("migrate"))

    def test_not_understood(self) -> None:
        """A line that is not understood ends with status 2 and the usage."""
        for words in (["nope"], ["user"], ["user", "add"], ["token", "add", "mei", "--days=0"], ["info", "--nope"]):
            status, output = self.call(*words)
            self.assertEqual(status, 2)
            self.assertIn("usage: webchat", output)

    def test_wrong_setting(self) -> None:
        """A wrong setting is one sentence."""
        self.settings = ["--database", "nonsense"]
        self.assertIn("--database must be", self.refused("info"))

    def test_help(self) -> None:
        """Every command has --help."""
        lines = [[], *(command.split() for command in commands() - {"run"})]
        lines += [[command.split()[0]] for command in commands() if " " in command]
        for words in lines:
            self.assertIn("usage: webchat", self.ask(*words, "--help"))
        self.assertIn("--public-url", self.ask("run", "--help"))
