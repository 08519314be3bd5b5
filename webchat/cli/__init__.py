"""The command `webchat`: starts the server, and administers its database while the server runs or rests."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NoReturn

from webchat import __version__, talk
from webchat.cli import (
    announcements,
    audit,
    bots,
    installation,
    invites,
    reports,
    rooms,
    settings,
    tokens,
    transfer,
    users,
)
from webchat.cli.parsing import Commands
from webchat.composition import now
from webchat.config import ConfigError, Options, StartupError, load
from webchat.model.refusals import Refusal

_SETTINGS = ("config", "data", "database")
_FEATURES = (
    installation, users, rooms, transfer, tokens, bots, invites, reports, announcements, settings, audit
)  # fmt: skip


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> NoReturn:
    """Carry out the command line; exit status 0, or 1 with one sentence, or 2 for a line that is not understood."""
    parser = _parser()
    said, rest = parser.parse_known_args(sys.argv[1:] if arguments is None else list(arguments))
    if rest and said.command != "run":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    given = {name: [getattr(said, name)] for name in _SETTINGS if getattr(said, name) is not None}
    try:
        if said.command in talk.COMMANDS:
            talk.carry_out(said, environ, time.monotonic, now, secrets.randbelow)
        if said.command == "run":
            _run([*(f"--{name}={value[0]}" for name, value in given.items()), *rest], environ)
        said.act(load(given, environ), said)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads, such as `head`, has enough; what is left must not be tried again when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except (ConfigError, StartupError) as error:
        raise SystemExit(f"webchat: {error}") from None
    except Refusal as refusal:
        raise SystemExit(f"webchat: {refusal.message}") from None
    except KeyboardInterrupt:
        raise SystemExit("webchat: interrupted.") from None
    raise SystemExit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webchat", description=__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"webchat {__version__}")
    for name in _SETTINGS:
        parser.add_argument(f"--{name}", help=f"the setting {name}, as the server has it", metavar=name.upper())
    commands = Commands(parser, "command")
    # What stands behind `run`, --help included, is for the server's own options.
    commands.add("run", "start the server in the foreground; run --help lists its options", add_help=False)
    talk.add_commands(commands.add)
    for feature in _FEATURES:
        feature.add_commands(commands)
    return parser


def _run(words: list[str], environ: Mapping[str, str]) -> NoReturn:
    options = Options()
    options.synopsis = "Usage: webchat run [options]"
    options.parseOptions(words)
    config = options.config(environ)
    # The same process goes on as `twist`: systemd hands its sockets to a process id.
    log = [f"--log-format={config.log_format}", f"--log-level={config.log_level}"]
    os.execv(sys.executable, [sys.executable, "-P", "-m", "twisted", *log, "webchat", *words])  # noqa: S606
