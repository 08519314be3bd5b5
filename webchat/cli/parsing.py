"""What the commands' descriptions are made of: groups of sub-commands, and kinds of numbers."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from webchat.config import Config
from webchat.model.ids import MAX_INT

Act = Callable[[Config, argparse.Namespace], None]


class Commands:
    """Sub-commands of a parser, each with the function that carries it out."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str) -> None:
        self._commands = parser.add_subparsers(dest=dest, required=True, metavar="COMMAND")

    def add(self, name: str, help: str, act: Act | None = None, **more: Any) -> argparse.ArgumentParser:
        command = self._commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.", **more)
        if act is not None:
            command.set_defaults(act=act)
        return command

    def group(self, name: str, help: str) -> Commands:
        return Commands(self.add(name, help), "action")


def positive(text: str) -> int:
    """1 and more, as far as ids go."""
    if not text.isdecimal() or not 1 <= int(text) <= MAX_INT:
        raise argparse.ArgumentTypeError("must be a positive whole number")
    return int(text)


def as_minutes(text: str) -> int:
    """0 to a year of them."""
    if not text.isdecimal() or int(text) > 525_600:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 525600")
    return int(text)


def as_days(text: str) -> int:
    """1 to ten years of them."""
    if not text.isdecimal() or not 1 <= int(text) <= 3650:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 3650")
    return int(text)
