"""The commands `webchat invite`."""

from __future__ import annotations

import argparse

from webchat.cli.opening import at_once, opened, owner
from webchat.cli.parsing import Commands, as_days
from webchat.cli.printing import day, print_table
from webchat.config import Config, StartupError
from webchat.model.ids import InviteId
from webchat.model.refusals import Refusal


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    invites = commands.group("invite", "invitations to register")
    add = invites.add("add", "make an invitation", _add)
    add.add_argument("--days", type=as_days, default=7, metavar="N", help="how long it is good; default: 7")
    add.add_argument("--uses", type=as_days, default=1, metavar="N", help="how many people may use it; default: 1")
    invites.add("list", "list the invitations that can be used", _list)
    invites.add("revoke", "revoke an invitation", _revoke).add_argument("id", type=int)


def _add(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        code, _ = at_once(chat.accounts.make_invite(owner(chat), said.days, said.uses))
    print(f"{config.link}/invite/{code}")


def _list(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        found = at_once(chat.accounts.invites(owner(chat)))
    rows = [(str(one.id), day(one.created), day(one.expires), str(one.uses_left)) for one in found]
    print_table(("id", "made", "ends", "uses left"), rows)


def _revoke(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        try:
            at_once(chat.accounts.revoke_invite(owner(chat), InviteId(said.id)))
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            raise StartupError(f"There is no invitation {said.id}.") from None
    print(f"Invitation {said.id} is revoked.")
