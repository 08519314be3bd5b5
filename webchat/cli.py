"""The command `webchat`: starts the server, and administers its database while the server runs or rests."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import NoReturn

from webchat import __version__, startup
from webchat.config import Config, ConfigError, Options, StartupError, load
from webchat.store.engines import open_engines
from webchat.store.upgrade import newest_version, schema_version

_SETTINGS = ("config", "data", "database")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Carry out the command line; exit status 0, or 1 with one sentence, or 2 for a line that is not understood."""
    parser = _parser()
    said, rest = parser.parse_known_args(sys.argv[1:] if arguments is None else list(arguments))
    if rest and said.command != "run":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    given = {name: [getattr(said, name)] for name in _SETTINGS if getattr(said, name) is not None}
    try:
        if said.command == "run":
            _run([*(f"--{name}={value[0]}" for name, value in given.items()), *rest], os.environ)
        said.act(load(given, os.environ), said)
    except (ConfigError, StartupError) as error:
        raise SystemExit(f"webchat: {error}") from None
    raise SystemExit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webchat", description=__doc__)
    parser.add_argument("--version", action="version", version=f"webchat {__version__}")
    for name in _SETTINGS:
        parser.add_argument(f"--{name}", help="as for the server", metavar=name.upper())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    help = "start the server in the foreground; run --help lists its options"
    commands.add_parser("run", add_help=False, allow_abbrev=False, help=help)
    _command(commands, "info", _info, "show versions, settings (secrets masked), database and schema")
    _command(commands, "migrate", _migrate, "bring the database to this version's schema")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    act: Callable[[Config, argparse.Namespace], None],
    help: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    command.set_defaults(act=act)
    return command


def _run(words: list[str], environ: Mapping[str, str]) -> NoReturn:
    options = Options()
    options.synopsis = "Usage: webchat run [options]"
    options.parseOptions(words)
    config = options.config(environ)
    # The same process goes on as `twist`: systemd hands its sockets to a process id.
    sys.stdout.flush()
    log = [f"--log-format={config.log_format}", f"--log-level={config.log_level}"]
    os.execv(sys.executable, [sys.executable, "-P", "-m", "twisted", *log, "webchat", *words])  # noqa: S606


def _info(config: Config, said: argparse.Namespace) -> None:
    print(f"webchat {__version__}")
    for package in ("Twisted", "autobahn", "SQLAlchemy"):
        print(f"{package} {version(package)}")
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print()
    for name, value in config.shown().items():
        print(f"{name} = {value}")
    print()
    print(f"schema of the database: {_schema(config)}")
    print(f"schema of this version: {newest_version()}")


def _schema(config: Config) -> str:
    engines = open_engines(config.database)
    try:
        if engines.is_sqlite and not os.path.exists(engines.reader.url.database or ""):
            return "none yet"
        return schema_version(engines) or "none yet"
    except startup.DATABASE_ERRORS as error:
        raise startup.database_unusable(config.database, error) from None
    finally:
        engines.dispose()


def _migrate(config: Config, said: argparse.Namespace) -> None:
    startup.data_folder(config.data)
    startup.database(config.database)
    print(f"The database has schema {newest_version()}.")
