"""Reports over HTTP: making one, and deciding about those of others."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.ids import MAX_INT, RoomId, Seq, UserId
from webchat.model.refusals import BadRequest
from webchat.model.reports import Outcome, ReportMade, ReportPage, ReportState

# Longer than any limit, so that what is a little too long gets the refusal that says so.
Reason = Annotated[str, Meta(max_length=4_000)]
Number = Annotated[int, Meta(ge=1, le=MAX_INT)]
PageSize = Annotated[int, Meta(ge=1, le=50)]
Minutes = Annotated[int, Meta(ge=1, le=525_600)]


class ReportThing(Struct, frozen=True, forbid_unknown_fields=True):
    """Report message *seq* of *room*, or the person *user*."""

    reason: Reason
    room: Annotated[RoomId, Meta(ge=1, le=MAX_INT)] | None = None
    seq: Annotated[Seq, Meta(ge=1, le=MAX_INT)] | None = None
    user: Annotated[UserId, Meta(ge=1, le=MAX_INT)] | None = None


class Decide(Struct, frozen=True, forbid_unknown_fields=True):
    """What comes of it.  *minutes*: how long the author is silenced."""

    outcome: Outcome
    minutes: Minutes | None = None
    reason: Reason = ""


class FindReports(Struct, frozen=True, forbid_unknown_fields=True):
    """*before* is the `next` of the page before."""

    state: ReportState = "open"
    before: Number | None = None
    limit: PageSize = 20


async def report(call: Call[ReportThing, Nothing]) -> ReportMade:
    """Report a message or a person to those who look after the place."""
    body, moderation = call.body, call.chat.moderation
    if body.user is not None and body.room is None and body.seq is None:
        return ReportMade(await moderation.report_user(call.actor, body.user, body.reason))
    if body.room is None or body.seq is None or body.user is not None:
        raise BadRequest("Give room and seq, or user.")
    return ReportMade(await moderation.report_message(call.actor, body.room, body.seq, body.reason))


async def reports(call: Call[Nothing, FindReports]) -> ReportPage:
    """What was reported to me."""
    query = call.query
    return await call.chat.moderation.page(call.actor, query.state, query.before, query.limit)


async def decide(call: Call[Decide, Nothing]) -> None:
    """Decide about a report, and about all others of the same thing."""
    body = call.body
    await call.chat.moderation.decide(call.actor, call.id, body.outcome, body.minutes, body.reason)


ROUTES = (
    Route(
        "POST",
        f"{API}/reports",
        report,
        answer=ReportMade,
        body=ReportThing,
        status=201,
        refusals=(
            "not_a_member",
            "no_such_room",
            "no_such_message",
            "no_such_user",
            "bad_text",
            "text_too_long",
            "too_many",
            "rate_limited",
            "forbidden",
        ),
    ),
    Route("GET", f"{API}/reports", reports, answer=ReportPage, query=FindReports, refusals=("forbidden",)),
    Route(
        "PUT",
        f"{API}/reports/{{id}}",
        decide,
        body=Decide,
        status=204,
        refusals=("not_found", "forbidden", "conflict", "bad_text", "text_too_long", "rate_limited"),
        scope="rooms",
    ),
)
