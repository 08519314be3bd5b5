"""Settings: where they come from, which of them wins, and what is said about a wrong one."""

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from webchat.config import OPTIONS, Config, ConfigError, Options, load

OPERATIONS = Path(__file__).parent.parent / "docs" / "operations.md"


class Loading(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.folder = self.folder.absolute()

    def file(self, content: str, mode: int = 0o600) -> str:
        path = self.folder / "webchat.toml"
        path.write_text(content)
        path.chmod(mode)
        return str(path)

    def refused(self, content: str) -> str:
        with self.assertRaises(ConfigError) as caught:
            load({"config": [self.file(content)]}, {})
        return str(caught.exception)

    def test_defaults(self) -> None:
        """A server told nothing listens on this machine only, and lets in whoever has an invitation."""
        config = load({}, {"HOME": "/home/mei"})
        self.assertEqual(config.listen, ("tcp:8080:interface=127.0.0.1:backlog=1024",))
        self.assertEqual(config.registration, "invitation")
        self.assertIsNone(config.public_url)
        self.assertEqual(config.data, Path("/home/mei/.local/share/webchat"))
        self.assertEqual(config.database, "sqlite:////home/mei/.local/share/webchat/webchat.db")

    def test_data_folder(self) -> None:
        """systemd says where the data goes, else XDG, else the home folder; a service without one uses its own."""
        environ = {"STATE_DIRECTORY": "/var/lib/webchat:/var/lib/b", "XDG_DATA_HOME": "/x", "HOME": "/h"}
        self.assertEqual(load({}, environ).data, Path("/var/lib/webchat"))
        del environ["STATE_DIRECTORY"]
        self.assertEqual(load({}, environ).data, Path("/x/webchat"))
        self.assertEqual(load({}, {}).data, Path.cwd() / "webchat-data")

    def test_order(self) -> None:
        """The command line wins over the environment, that over the file, that over the default."""
        given = {"config": [self.file('title = "file"\nposts_per_second = 7\npost_burst = 3')], "title": ["line"]}
        environ = {"WEBCHAT_TITLE": "environment", "WEBCHAT_POSTS_PER_SECOND": "2.5"}
        config = load(given, environ)
        self.assertEqual((config.title, config.posts_per_second, config.post_burst), ("line", 2.5, 3))
        self.assertEqual(config.request_burst, Config().request_burst)

    def test_file_from_environment(self) -> None:
        """WEBCHAT_CONFIG names the file; the command line may name another."""
        name = self.file('title = "file"')
        self.assertEqual(load({}, {"WEBCHAT_CONFIG": name}).title, "file")
        self.assertEqual(load({"config": [name]}, {"WEBCHAT_CONFIG": "/nowhere"}).config, Path(name))

    def test_empty_variable(self) -> None:
        """An empty variable is as good as none."""
        self.assertEqual(load({}, {"WEBCHAT_TITLE": "", "WEBCHAT_CONFIG": ""}).title, "webchat")

    def test_lists(self) -> None:
        """A list is a flag given again, words in a variable, or a list in the file."""
        flags = load({"listen": ["tcp:1", "unix:/run/a b"]}, {}).listen
        self.assertEqual(flags, ("tcp:1", "unix:/run/a b"))
        networks = load({}, {"WEBCHAT_TRUSTED_PROXIES": "127.0.0.1  fd00::/8"}).trusted_proxies
        self.assertEqual([str(network) for network in networks], ["127.0.0.1/32", "fd00::/8"])
        self.assertEqual(load({"config": [self.file('listen = ["tcp:1", "tcp:2"]')]}, {}).listen, ("tcp:1", "tcp:2"))

    def test_older_clients(self) -> None:
        """Those that show who they are are served unless the operator says otherwise; `none` switches all off."""
        self.assertEqual(load({}, {}).legacy, ("laravel", "express"))
        self.assertEqual(load({}, {"WEBCHAT_LEGACY": "none"}).legacy, ())
        self.assertEqual(load({"legacy": ["none"]}, {}).legacy, ())
        self.assertEqual(load({"legacy": ["raw"]}, {"WEBCHAT_LEGACY": "none"}).legacy, ("raw",))
        with self.assertRaises(ConfigError):
            load({"legacy": ["none", "raw"]}, {})

    def test_switch(self) -> None:
        """A switch is true or false, written like this wherever it is set, and nothing else."""
        self.assertTrue(load({}, {}).socketio)
        self.assertFalse(load({"socketio": ["false"]}, {"WEBCHAT_SOCKETIO": "true"}).socketio)
        self.assertFalse(load({"config": [self.file("socketio = false")]}, {}).socketio)
        self.assertEqual(load({}, {"WEBCHAT_SOCKETIO": "false"}).shown()["socketio"], "false")
        for said in ("no", "0", "False"):
            with self.assertRaisesRegex(ConfigError, "--socketio must be true or false"):
                load({"socketio": [said]}, {})

    def test_relative_paths(self) -> None:
        """A relative path means the current folder, in the file the folder of the file."""
        name = self.file('data = "d"\ndatabase = "sqlite:///x.db"')
        config = load({"config": [name]}, {})
        self.assertEqual(config.data, self.folder / "d")
        self.assertEqual(config.database, f"sqlite:///{self.folder}/x.db")
        self.assertEqual(load({"data": ["d"]}, {}).data, Path.cwd() / "d")

    def test_odd_folder(self) -> None:
        """A folder with a question mark in its name does not break the database's URL."""
        config = load({"data": ["/srv/what?"]}, {})
        self.assertEqual(load({"database": [config.database]}, {}).database, config.database)

    def test_postgresql(self) -> None:
        """postgresql:// means psycopg2 here; SQLAlchemy alone would take it for another driver."""
        for said in ("postgresql://u:p@h/n", "postgres://u:p@h/n", "postgresql+psycopg2://u:p@h/n"):
            self.assertEqual(load({"database": [said]}, {}).database, "postgresql+psycopg2://u:p@h/n")

    def test_public_url(self) -> None:
        """The public address is written as browsers write an Origin."""
        for said, written in {
            "HTTPS://Chat.Example.org:443/": "https://chat.example.org",
            "http://chat.example.org:8080": "http://chat.example.org:8080",
            "http://[::1]:80": "http://[::1]",
        }.items():
            self.assertEqual(load({"public_url": [said]}, {}).public_url, written)

    def test_link(self) -> None:
        """The operator is shown the public address, else this machine's with the port that is listened on."""
        self.assertEqual(Config(public_url="https://chat.example.org").link, "https://chat.example.org")
        self.assertEqual(Config(listen=("tcp:9000:interface=127.0.0.1",)).link, "http://localhost:9000")
        self.assertEqual(Config(listen=("tcp:port=80",)).link, "http://localhost")
        self.assertEqual(Config(listen=("unix:/run/webchat/http",)).link, "http://localhost")

    def test_wrong_values(self) -> None:
        """Each wrong value is answered by one sentence that names the setting and says what it must be."""
        for name, value in {
            "listen": "8080",
            "database": "mysql://h/n",
            "public_url": "chat.example.org",
            "allowed_origins": "https://a.example/path",
            "trusted_proxies": "10.0.0.1/8",
            "registration": "maybe",
            "title": "a\nb",
            "log_format": "xml",
            "max_connections": "0",
            "posts_per_second": "-1",
            "argon2_memory_kib": "1024",
            "reader_threads": "four",
            "session_idle_days": "14.5",
            "robot_url": "http://user:password@127.0.0.1/v1",
            "robot_seconds": "0",
            "robot_tokens": "many",
        }.items():
            with self.assertRaises(ConfigError) as caught:
                load({}, {f"WEBCHAT_{name.upper()}": value})
            self.assertRegex(str(caught.exception), rf"^WEBCHAT_{name.upper()} must [^\n]+\.$")
            with self.assertRaises(ConfigError) as caught:
                load({name: [value]}, {})
            self.assertRegex(str(caught.exception), rf"^--{name.replace('_', '-')} must [^\n]+\.$")

    def test_wrong_value_is_not_repeated(self) -> None:
        """The sentence does not repeat the value, which may be a password."""
        with self.assertRaises(ConfigError) as caught:
            load({"database": ["oracle://scott:tiger@h/n"]}, {})
        self.assertNotIn("tiger", str(caught.exception))

    def test_robot_url(self) -> None:
        """What the robot asks is a base that paths are put behind."""
        for said in ("http://127.0.0.1:11434/v1", "https://model.example/v1/", "http://[::1]:8080"):
            self.assertEqual(load({"robot_url": [said]}, {}).robot_url, said.rstrip("/"))
        for said in (
            "ftp://a/v1",
            "http://",
            "http://a/v1?key=x",
            "http://a/v1#x",
            "http://a b/",
            "http://a:x/",
            "a/v1",
        ):
            with self.assertRaises(ConfigError):
                load({"robot_url": [said]}, {})

    def test_memory(self) -> None:
        """A database in memory would be another one for every thread."""
        for said in ("sqlite://", "sqlite:///:memory:"):
            with self.assertRaises(ConfigError):
                load({"database": [said]}, {})

    def test_wrong_types_in_file(self) -> None:
        """A number is a number in the file, and a list is a list."""
        self.assertIn("whole number", self.refused('post_burst = "5"'))
        self.assertIn("whole number", self.refused("post_burst = true"))
        self.assertIn("a list", self.refused('listen = "tcp:8080"'))
        self.assertIn("a text", self.refused("title = 5"))
        self.assertIn("a path", self.refused("data = 5"))
        self.assertIn("must be", self.refused("public_url = 5"))
        self.assertIn("must be", self.refused("database = []"))

    def test_unknown_setting(self) -> None:
        """A misspelt setting is not ignored."""
        self.assertIn("unknown setting: titel", self.refused('titel = "x"'))
        self.assertIn("unknown setting: config", self.refused('config = "x"'))

    def test_unreadable_file(self) -> None:
        """A file that is missing or no TOML is told in one sentence."""
        self.assertIn("is not TOML", self.refused("title"))
        with self.assertRaises(ConfigError) as caught:
            load({"config": [str(self.folder / "missing")]}, {})
        self.assertIn("cannot be read: No such file", str(caught.exception))

    def test_secrets_are_private(self) -> None:
        """A file with a password or a token must not be open to others; without one it may."""
        for content in ('metrics_token = "x"', 'database = "postgresql://u:secret@h/n"'):
            for mode in (0o644, 0o660, 0o602):
                with self.assertRaises(ConfigError) as caught:
                    load({"config": [self.file(content, mode)]}, {})
                self.assertIn("chmod 600", str(caught.exception))
            for mode in (0o600, 0o640, 0o400):
                load({"config": [self.file(content, mode)]}, {})
        load({"config": [self.file('database = "postgresql://u@h/n"', 0o644)]}, {})

    def test_secrets_are_not_shown(self) -> None:
        """Neither the list of settings nor a Config in a log line tells a secret."""
        config = Config(metrics_token="swordfish", database="postgresql+psycopg2://u:swordfish@h/n")
        self.assertNotIn("swordfish", f"{config} {config.shown()}")
        self.assertEqual(config.shown()["database"], "postgresql+psycopg2://u:***@h/n")


class CommandLine(SynchronousTestCase):
    def test_flags(self) -> None:
        """Flags are kept as they were said, repeated ones all of them."""
        options = Options()
        options.parseOptions(["--listen=tcp:1", "--listen", "tcp:2", "--post-burst=1", "--post-burst=2"])
        config = options.config({})
        self.assertEqual((config.listen, config.post_burst), (("tcp:1", "tcp:2"), 2))

    def test_mistakes(self) -> None:
        """A flag that does not exist, a value that is missing, a stray word: one sentence, and the program ends."""
        for line in (["--nope"], ["--title"], ["stray"]):
            with self.assertRaises(SystemExit) as caught:
                Options().parseOptions(line)
            self.assertRegex(str(caught.exception), r"^webchat: [^\n]+; see --help\.$")

    def test_help(self) -> None:
        """--help names every option with its default."""
        text = " ".join(str(Options()).split())
        for option in OPTIONS:
            self.assertIn(f"{option.flag}=", text)
            self.assertIn(f"Default: {option.default}.", text)


class Documentation(SynchronousTestCase):
    def test_table(self) -> None:
        """The table in docs/operations.md is the table of the program (`make docs` writes it)."""
        found = re.search(r"<!-- options -->\n(.*?)<!-- /options -->", OPERATIONS.read_text(), re.DOTALL)
        assert found, "docs/operations.md has no table of options"
        from tools.options_table import table

        self.assertEqual(found[1], table())
