"""The commands that look after the installation itself: its versions, its database, its first owner, its key."""

from __future__ import annotations

import argparse
import platform
import sqlite3
import time
from importlib.metadata import version

from webchat import __version__, startup
from webchat.cli.opening import at_once, opened, schema_of
from webchat.cli.parsing import Commands
from webchat.config import Config, StartupError
from webchat.store.upgrade import newest_version

PUSH_KEY_FILE = "push-key.pem"


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    commands.add("info", "show versions, settings (secrets masked), database and schema", _info)
    commands.add("migrate", "bring the database to this version's schema", _migrate)
    commands.add("reindex", "take all messages into the search anew, while the server runs or rests", _reindex)
    commands.add("setup-link", "make a new one-time link for the first owner", _setup_link)
    commands.add("rotate-push-key", "make a new key for pushes; devices sign up again by themselves", _rotate_push_key)


def _info(config: Config, said: argparse.Namespace) -> None:
    print(f"webchat {__version__}")
    for package in ("Twisted", "autobahn", "SQLAlchemy"):
        print(f"{package} {version(package)}")
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print()
    for name, value in config.shown().items():
        print(f"{name} = {value}")
    print()
    print(f"schema of the database: {schema_of(config) or 'none yet'}")
    print(f"schema of this version: {newest_version()}")


def _migrate(config: Config, said: argparse.Namespace) -> None:
    startup.data_folder(config.data)
    startup.database(config.database)
    print(f"The database has schema {newest_version()}.")


def _reindex(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        at_once(chat.indexing.forget())
        while True:
            at_once(chat.indexing.look_round())
            if not chat.indexing.waiting:
                break
            before = chat.indexing.taken_in
            at_once(chat.indexing.step())
            if chat.indexing.taken_in == before:
                # A server that is running takes them in, too.
                time.sleep(0.1)
    print(f"Messages taken in: {chat.indexing.taken_in}.")


def _setup_link(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        code = at_once(chat.accounts.open_set_up())
    if code is None:
        raise StartupError("The server has an owner already.")
    print(f"{config.link}/setup#{code}")


def _rotate_push_key(config: Config, said: argparse.Namespace) -> None:
    (config.data / PUSH_KEY_FILE).unlink(missing_ok=True)
    with opened(config) as chat:
        count = at_once(chat.push.forget_all())
    # What was made with the old key is of no use to the new one.
    print(f"The next start makes a new key for pushes. {count} devices sign up again when the chat is opened on them.")
