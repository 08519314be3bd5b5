"""The commands `webchat bot`."""

from __future__ import annotations

import argparse

from webchat.cli.opening import at_once, opened, user_named
from webchat.cli.parsing import Commands
from webchat.cli.printing import day, print_table
from webchat.config import Config
from webchat.model.users import BotView


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    bots = commands.group("bot", "accounts behind which is a program")
    add = bots.add("add", "make a bot", _add)
    add.add_argument("name")
    add.add_argument("--display-name", default="", metavar="TEXT", help="how the name is shown; default: the name")
    add.add_argument("--owner", metavar="NAME", help="whose bot it is; default: the server's own")
    add.add_argument("--token", action="store_true", help="make a token for it, good for everything, and print it")
    bots.add("list", "list the bots", _list)


def _add(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        owner = None if said.owner is None else user_named(chat, said.owner).id
        bot = at_once(chat.bots.make(None, said.name, said.display_name, owner=owner)).user
        token = at_once(chat.bots.make_token(None, bot.id, "webchat bot add", None))[0] if said.token else None
    print(f"Bot {bot.name} is made." if token is None else token)


def _list(config: Config, said: argparse.Namespace) -> None:
    found: list[BotView] = []
    with opened(config) as chat:
        page, after = at_once(chat.bots.all(None))
        found += page
        while after is not None:
            page, after = at_once(chat.bots.all(None, after))
            found += page
    rows = [
        (
            one.user.name,
            "the server" if one.owner is None else one.owner.name,
            one.role,
            one.state,
            str(one.tokens),
            day(one.seen),
        )
        for one in found
    ]
    print_table(("name", "owner", "role", "state", "tokens", "used"), rows)
