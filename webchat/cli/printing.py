"""How commands print: tables, days, moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from webchat.model.ids import Millis


def moment(at: Millis) -> str:
    """Date and time of day, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def day(at: Millis | None) -> str:
    """The date, in UTC."""
    return "never" if at is None else datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Columns as wide as what is in them, under the *head*."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        # Titles and names may hold anything printable; a control character must not reach the terminal.
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        print("".join(sign if sign.isprintable() else "?" for sign in line))
