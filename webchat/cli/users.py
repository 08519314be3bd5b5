"""The commands `webchat user`: accounts, on the operator's word."""

from __future__ import annotations

import argparse
import getpass
import sys

from webchat.cli.opening import at_once, every_user, opened, user_named
from webchat.cli.parsing import Commands, as_minutes
from webchat.cli.printing import day, moment, print_table
from webchat.config import Config, StartupError


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    users = commands.group("user", "accounts")
    add = users.add("add", "make an account; its password is asked for, or read from standard input", _add)
    add.add_argument("name")
    add.add_argument("--display-name", default="", metavar="TEXT", help="how the name is shown; default: the name")
    add.add_argument("--email", metavar="ADDRESS")
    add.add_argument("--role", choices=("member", "admin", "owner"), default="member", help="default: member")
    users.add("list", "list the accounts", _list)
    disable = users.add("disable", "shut an account out and end its sessions", _disable)
    disable.add_argument("name")
    disable.add_argument("--reason", default="", metavar="TEXT", help="for the audit log")
    users.add("enable", "let a disabled account in again", _enable).add_argument("name")
    password = users.add("password", "set an account's password and end its sessions", _password)
    password.add_argument("name")
    role = users.add("role", "give an account another role; owner: hand the server over to it", _role)
    role.add_argument("name")
    role.add_argument("role", choices=("member", "admin", "owner", "guest"))
    silence = users.add("silence", "let somebody post nowhere for a time", _silence)
    silence.add_argument("name")
    silence.add_argument(
        "--minutes", type=as_minutes, default=60, metavar="N", help="how long; default: 60; 0: no more"
    )
    silence.add_argument("--reason", default="", metavar="TEXT", help="for the audit log")
    users.add("feature", "show somebody to everybody as somebody to know", _feature).add_argument("name")
    users.add("unfeature", "show somebody to everybody no more", _unfeature).add_argument("name")
    reset = users.add("reset-link", "make a link with which somebody sets a new password, once", _reset_link)
    reset.add_argument("name")
    users.add("sessions", "sign somebody out everywhere, programs too", _sessions).add_argument("name")


def _add(config: Config, said: argparse.Namespace) -> None:
    password = _asked_password()
    with opened(config) as chat:
        user = at_once(chat.accounts.add_user(said.name, said.display_name, password, said.email, said.role))
    print(f"{user.name} has an account now.")


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise StartupError("The two passwords differ.")
    return password


def _list(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        rows = [
            (str(user.id), user.name, user.role, "disabled" if user.disabled else "active", day(user.created),
             user.display_name)
            for user in every_user(chat)
        ]  # fmt: skip
    print_table(("id", "name", "role", "state", "since", "display name"), rows)


def _disable(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        at_once(chat.administration.disable(None, user.id, True, said.reason))
    print(f"{user.name} is shut out.")


def _enable(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        at_once(chat.administration.disable(None, user.id, False))
    print(f"{user.name} may sign in again.")


def _role(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        at_once(chat.administration.set_role(None, user.id, said.role))
    print(f"{user.name} has the role {said.role}.")


def _silence(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        until = at_once(chat.administration.silence(None, user.id, said.minutes or None, said.reason))
    print(f"{user.name} may post again." if until is None else f"{user.name} posts nowhere until {moment(until)}.")


def _feature(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        at_once(chat.administration.feature(None, user.id, True))
    print(f"{user.name} is shown to everybody.")


def _unfeature(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        at_once(chat.administration.feature(None, user.id, False))
    print(f"{user.name} is shown to everybody no more.")


def _reset_link(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        link = at_once(chat.resets.make(None, user_named(chat, said.name).id))
    print(f"{config.link}/reset/{link.code}")


def _sessions(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        ended = at_once(chat.administration.end_sessions(None, user.id))
    print(f"{user.name} is signed out: {ended} sessions have ended.")


def _password(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        user = user_named(chat, said.name)
        at_once(chat.accounts.set_password(user.id, _asked_password()))
    print(f"{user.name} has another password; every session has ended.")
