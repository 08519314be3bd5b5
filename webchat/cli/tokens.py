"""The commands `webchat token`: with a token a program acts for an account."""

from __future__ import annotations

import argparse

from webchat.cli.opening import acting_as, at_once, opened, user_named
from webchat.cli.parsing import Commands, as_days
from webchat.cli.printing import day, print_table
from webchat.config import Config, StartupError
from webchat.model.ids import SessionId


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    tokens = commands.group("token", "tokens for programs")
    add = tokens.add("add", "make a token with which a program acts for an account", _add)
    add.add_argument("name", help="the account")
    add.add_argument("--label", default="webchat token add", metavar="TEXT", help="what it is for")
    add.add_argument("--days", type=as_days, metavar="N", help="how long it is good; default: until it is revoked")
    tokens.add("list", "list an account's tokens", _list).add_argument("name", help="the account")
    revoke = tokens.add("revoke", "revoke a token", _revoke)
    revoke.add_argument("name", help="the account")
    revoke.add_argument("id", type=int, help="the number in `webchat token list`")


def _add(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        token, _ = at_once(chat.accounts.make_token(acting_as(user_named(chat, said.name)), said.label, said.days))
    print(token)


def _list(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        tokens = at_once(chat.accounts.sessions(acting_as(user_named(chat, said.name)), "api"))
    rows = [(str(token.id), day(token.created), day(token.seen), day(token.expires), token.label) for token in tokens]
    print_table(("id", "made", "used", "ends", "label"), rows)


def _revoke(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        tokens = at_once(chat.accounts.sessions(acting_as(user), "api"))
        if said.id not in {token.id for token in tokens}:
            raise StartupError(f"{user.name} has no token {said.id}.")
        at_once(chat.accounts.revoke(acting_as(user), SessionId(said.id)))
    print(f"Token {said.id} is revoked.")
