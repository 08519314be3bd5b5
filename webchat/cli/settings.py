"""The commands `webchat settings`: what is decided while the server runs."""

from __future__ import annotations

import argparse
import sys

from webchat.cli.opening import at_once, opened
from webchat.cli.parsing import Commands, as_days
from webchat.config import Config, StartupError


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    settings = commands.group("settings", "what is decided while the server runs")
    settings.add("show", "show them", _show)
    change = settings.add("set", "change some; a running server follows within seconds", _set)
    change.add_argument("--title", metavar="TEXT", help="the server's name")
    change.add_argument(
        "--registration",
        choices=("open", "invitation", "closed", "configured"),
        help="who may make an account; configured: as the option `registration` says",
    )
    change.add_argument("--guests", choices=("yes", "no"), help="whether one may look round without an account")
    change.add_argument("--creating", choices=("all", "admins"), help="who makes rooms")
    change.add_argument("--bots", choices=("all", "admins"), help="who makes bots")
    change.add_argument("--retention", type=_kept, metavar="DAYS", help="how long messages are kept; 0: for ever")
    change.add_argument(
        "--previews", choices=("yes", "no"), help="whether the server looks at the pages that messages link to"
    )
    change.add_argument(
        "--webhooks", choices=("yes", "no"), help="whether rooms may have other servers told of what happens in them"
    )
    change.add_argument("--terms", metavar="FILE", help="a text file with what one agrees to; - for standard input")


def _show(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        shown = chat.settings.shown()
    print(f"title = {shown.title}")
    print(f"registration = {shown.registration}")
    print(f"guests = {'yes' if shown.guests else 'no'}")
    print(f"creating = {shown.creating}")
    print(f"bots = {shown.bots}")
    print(f"retention = {f'{shown.retention} days' if shown.retention else 'none'}")
    print(f"previews = {'yes' if shown.previews else 'no'}")
    print(f"webhooks = {'yes' if shown.webhooks else 'no'}")
    print(f"terms = {len(shown.terms)} characters" if shown.terms else "terms = none")


def _set(config: Config, said: argparse.Namespace) -> None:
    names = ("title", "creating", "bots", "retention")
    given = {name: getattr(said, name) for name in names if getattr(said, name) is not None}
    if said.registration is not None:
        given["registration"] = None if said.registration == "configured" else said.registration
    for name in ("guests", "previews", "webhooks"):
        if getattr(said, name) is not None:
            given[name] = getattr(said, name) == "yes"
    if said.terms is not None:
        given["terms"] = _text_of(said.terms)
    if not given:
        raise StartupError("Nothing is to be set: see webchat settings set --help.")
    with opened(config) as chat:
        at_once(chat.settings.change(None, **given))
    print(f"Set: {', '.join(given)}.")


def _text_of(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"The file {file} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _kept(text: str) -> int:
    return 0 if text == "0" else as_days(text)
