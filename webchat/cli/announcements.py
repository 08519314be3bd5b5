"""The commands `webchat announcement`."""

from __future__ import annotations

import argparse

from webchat.cli.opening import at_once, opened
from webchat.cli.parsing import Commands
from webchat.cli.printing import moment, print_table
from webchat.config import Config, StartupError


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    announcements = commands.group("announcement", "what everybody is told")
    post = announcements.add("post", "tell everybody something; what was told before ends", _post)
    post.add_argument("text")
    post.add_argument("--link", metavar="URL", help="where there is more to read")
    announcements.add("end", "end the current announcement", _end)
    announcements.add("list", "list the latest announcements", _list)


def _post(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        made = at_once(chat.announcements.post(None, said.text, said.link))
    print(f"Announcement {made.id} is shown to everybody.")


def _end(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        current = chat.announcements.current
        if current is None:
            raise StartupError("There is no current announcement.")
        at_once(chat.announcements.end(None, current.id))
    print(f"Announcement {current.id} has ended.")


def _list(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        found, _ = at_once(chat.announcements.page(None, 50))
    rows = [(str(one.id), moment(one.created), "ended" if one.ended else "shown", one.text) for one in found]
    print_table(("id", "when", "state", "text"), rows)
