"""What people report to those who look after a room or the server."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from webchat.model.events import Message
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.text import line_of_text
from webchat.model.users import UserCard

REASON_LIMIT = 500

ReportState = Literal["open", "closed"]
Outcome = Literal["dismissed", "deleted", "silenced", "banned", "removed"]
"""What came of a report.  *banned*: the author was banned from the room; *removed*: the account was disabled."""


class ReportMade(Struct, frozen=True):
    """A report is kept."""

    id: int


class ReportView(Struct, frozen=True):
    """Something that was reported, for whoever decides about it.

    *id* is that of the latest report; *reporters* says how many there are, *reasons* what the first of them wrote.
    *message* and what stands around it (*context*, the message among it) are there while the room has them.
    """

    id: int
    created: Millis
    user: UserCard
    reporters: int
    reasons: tuple[str, ...]
    room: RoomId | None = None
    room_title: str | None = None
    seq: Seq | None = None
    context: tuple[Message, ...] = ()
    closed: Millis | None = None
    closed_by: UserId | None = None
    outcome: Outcome | None = None


class ReportPage(Struct, frozen=True):
    """Reports, newest first.  *open* counts what is to be decided, up to 100; *users* are the authors around them.

    *next* is null on the last page.
    """

    reports: tuple[ReportView, ...]
    users: tuple[UserCard, ...]
    open: int
    next: int | None


def report_reason(reason: str, *, may_be_empty: bool = False) -> str:
    """*reason* as it is stored, in one line.  Raises BadText, TextTooLong."""
    return line_of_text(reason, REASON_LIMIT, "reason", may_be_empty=may_be_empty)
