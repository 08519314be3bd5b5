"""The command `webchat audit show`: what those with power over others have done."""

from __future__ import annotations

import argparse

from webchat.cli.opening import at_once, opened, user_named
from webchat.cli.parsing import Commands, positive
from webchat.cli.printing import moment, print_table
from webchat.config import Config
from webchat.model.ids import SERVER, RoomId


def add_commands(commands: Commands) -> None:
    """Describes it to the command line."""
    audit = commands.group("audit", "what those with power over others have done")
    show = audit.add("show", "show the latest acts, newest first", _show)
    show.add_argument("--user", metavar="NAME", help="only what was done to this account")
    show.add_argument("--room", type=positive, metavar="ID", help="only what was done in this room")
    show.add_argument("--limit", type=positive, default=50, metavar="N", help="how many; default: 50")


def _show(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = None if said.user is None else user_named(chat, said.user).id
        room = None if said.room is None else RoomId(said.room)
        page = at_once(chat.administration.acts(None, None, room, user, said.limit))
    names = {SERVER: "the server"} | {card.id: card.name for card in page.users}
    rows = [
        (
            moment(one.created),
            "the operator" if one.actor is None else names.get(one.actor, str(one.actor)),
            one.action,
            "" if one.user is None else names.get(one.user, str(one.user)),
            "" if one.room is None else str(one.room),
            ", ".join(f"{name}: {value}" for name, value in one.details.items()),
        )
        for one in page.entries
    ]
    print_table(("when", "who", "did", "to", "room", "details"), rows)
