"""The commands that take a room along in a file, and bring it in."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from contextlib import nullcontext
from typing import Any

from webchat.cli.opening import at_once, opened
from webchat.cli.parsing import Commands, positive
from webchat.config import Config, StartupError
from webchat.model.ids import RoomId
from webchat.model.transfer import lines_of


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    taken = commands.add("export-room", "write a room to a file, or to standard output", _export_room)
    taken.add_argument("id", type=positive)
    taken.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: standard output")
    taken.add_argument("--html", action="store_true", help="a page to read, instead of lines for another server")
    taken.add_argument("--language", choices=("en", "zh-CN"), default="en", help="of the page; default: en")
    brought = commands.add("import-room", "make a room of a file that export-room has written", _import_room)
    brought.add_argument("file", metavar="FILE", help="- for standard input")


def _export_room(config: Config, said: argparse.Namespace) -> None:
    form: Any = "html" if said.html else "jsonl"
    with opened(config) as chat:
        file = at_once(chat.transfer.export(None, RoomId(said.id), form, said.language))
    with file:
        if said.file == "-":
            shutil.copyfileobj(file, sys.stdout.buffer)
            return
        try:
            # What people wrote to each other is for nobody else on this machine.
            with os.fdopen(os.open(said.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                shutil.copyfileobj(file, stream)
        except OSError as error:
            raise StartupError(f"Cannot write {said.file}: {error.strerror}.") from None
    print(f"Room {said.id} is in {said.file}.")


def _import_room(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        try:
            with nullcontext(sys.stdin.buffer) if said.file == "-" else open(said.file, "rb") as stream:
                done = at_once(chat.transfer.take_in(None, lines_of(stream)))
        except OSError as error:
            raise StartupError(f"Cannot read {said.file}: {error.strerror}.") from None
    if not done.created:
        print(f"Nothing was done: it is room {done.room} already.")
        return
    print(
        f"Room {done.room} is there: {done.messages} messages of {done.people} people, "
        f"for {done.placeholders} of whom an account was made that nobody can use."
    )
