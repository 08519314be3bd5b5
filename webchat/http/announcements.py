"""Announcements over HTTP: reading and dismissing them, and, for admins, making them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.announcements import Announcement
from webchat.model.ids import MAX_INT

# Longer than any limit, so that what is a little too long gets the refusal that says so.
Text = Annotated[str, Meta(max_length=10_000)]
Link = Annotated[str, Meta(max_length=4_000)]
Number = Annotated[int, Meta(ge=1, le=MAX_INT)]
PageSize = Annotated[int, Meta(ge=1, le=100)]


class Announce(Struct, frozen=True, forbid_unknown_fields=True):
    """Tell everybody something; *link* leads to more of it."""

    text: Text
    link: Link | None = None


class ChangeAnnouncement(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is; *link* null takes the link away.  A change is shown to everybody again."""

    text: Text | UnsetType = UNSET
    link: Link | UnsetType | None = UNSET


class Dismiss(Struct, frozen=True, forbid_unknown_fields=True):
    """I have read this *version*."""

    version: Annotated[int, Meta(ge=1, le=1_000_000_000)]


class EarlierAnnouncements(Struct, frozen=True, forbid_unknown_fields=True):
    """*before* is the `next` of the page before."""

    before: Number | None = None
    limit: PageSize = 20


class AnnouncementPage(Struct, frozen=True):
    """Announcements, newest first; *current* is the one that is shown now.  *next* is null on the last page."""

    current: Announcement | None
    announcements: list[Announcement]
    next: int | None


async def announcements(call: Call[Nothing, EarlierAnnouncements]) -> AnnouncementPage:
    """Announcements, newest first."""
    found, following = await call.chat.announcements.page(call.query.before, call.query.limit)
    return AnnouncementPage(call.chat.announcements.current, found, following)


async def announce(call: Call[Announce, Nothing]) -> Announcement:
    """Announce something to everybody."""
    return await call.chat.announcements.post(call.actor, call.body.text, call.body.link)


async def change_announcement(call: Call[ChangeAnnouncement, Nothing]) -> Announcement:
    """Change the current announcement."""
    return await call.chat.announcements.change(call.actor, call.id, call.body.text, call.body.link)


async def end_announcement(call: Call[Nothing, Nothing]) -> None:
    """End the current announcement."""
    await call.chat.announcements.end(call.actor, call.id)


async def dismiss(call: Call[Dismiss, Nothing]) -> None:
    """Put an announcement away, on all my devices."""
    await call.chat.announcements.dismiss(call.actor, call.id, call.body.version)


_TEXT = ("bad_text", "empty_text", "text_too_long", "rate_limited")

ROUTES = (
    Route("GET", f"{API}/announcements", announcements, answer=AnnouncementPage, query=EarlierAnnouncements),
    Route(
        "POST",
        f"{API}/announcements",
        announce,
        answer=Announcement,
        body=Announce,
        status=201,
        who="admin",
        refusals=_TEXT,
    ),
    Route(
        "PATCH",
        f"{API}/announcements/{{id}}",
        change_announcement,
        answer=Announcement,
        body=ChangeAnnouncement,
        who="admin",
        refusals=("not_found", *_TEXT),
    ),
    Route(
        "DELETE",
        f"{API}/announcements/{{id}}",
        end_announcement,
        status=204,
        who="admin",
        refusals=("not_found",),
    ),
    Route(
        "PUT",
        f"{API}/announcements/{{id}}/dismissed",
        dismiss,
        body=Dismiss,
        status=204,
        refusals=("not_found", "rate_limited"),
        scope="read",
    ),
)
