"""The command `webchat` as a whole."""

from __future__ import annotations

import argparse

from tests.cli.scene import CommandLine
from webchat import cli


def commands() -> set[str]:
    """Every command, as it is typed."""

    def below(parser: argparse.ArgumentParser, words: str) -> set[str]:
        groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        if not groups:
            return {words}
        return {one for name, child in groups[0].choices.items() for one in below(child, f"{words} {name}".strip())}

    return below(cli._parser(), "")


class Whole(CommandLine):
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
