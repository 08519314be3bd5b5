"""The commands `webchat report`."""

from __future__ import annotations

import argparse

from webchat.cli.opening import at_once, opened
from webchat.cli.parsing import Commands, as_minutes, positive
from webchat.cli.printing import moment, print_table
from webchat.config import Config, StartupError
from webchat.model.refusals import Refusal


def add_commands(commands: Commands) -> None:
    """Describes them to the command line."""
    reports = commands.group("report", "what people have reported")
    listed = reports.add("list", "list what is to be decided", _list)
    listed.add_argument("--closed", action="store_true", help="what has been decided instead")
    close = reports.add("close", "decide about a report, and all others of the same thing", _close)
    close.add_argument("id", type=positive, help="the number in `webchat report list`")
    close.add_argument("outcome", choices=("dismissed", "deleted", "silenced", "removed"))
    close.add_argument("--minutes", type=as_minutes, metavar="N", help="how long the author is silenced; default: 60")
    close.add_argument("--reason", default="", metavar="TEXT", help="for the audit log")


def _list(config: Config, said: argparse.Namespace) -> None:
    with opened(config) as chat:
        page = at_once(chat.moderation.page(None, "closed" if said.closed else "open", None, 50))
    rows = []
    for one in page.reports:
        where = "a person" if one.room is None else f"{one.room_title} #{one.seq}"
        rows.append(
            (str(one.id), moment(one.created), where, one.user.name, str(one.reporters), one.outcome or "open",
             " / ".join(one.reasons))
        )  # fmt: skip
    print_table(("id", "when", "where", "who", "reports", "state", "reasons"), rows)


def _close(config: Config, said: argparse.Namespace) -> None:
    minutes = (said.minutes or 60) if said.outcome == "silenced" else None
    with opened(config) as chat:
        try:
            at_once(chat.moderation.decide(None, said.id, said.outcome, minutes, said.reason))
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            raise StartupError(f"There is no report {said.id}.") from None
    print(f"Report {said.id} is closed: {said.outcome}.")
