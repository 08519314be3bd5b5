"""What the people who run the server tell everybody."""

from __future__ import annotations

import re

from msgspec import Struct

from webchat.model.ids import Millis
from webchat.model.refusals import BadText, TextTooLong
from webchat.model.text import message_text

ANNOUNCEMENT_LIMIT = 2_000
LINK_LIMIT = 500

# A page of another site, or of this one.  No white space, no control characters, nothing a browser would run.
_LINK = re.compile(r"(https?://[^/\s]|/(?![/\\]))[!-~\u00a1-\uffff]*")


class Announcement(Struct, frozen=True, tag_field="type", tag="announcement"):
    """An announcement as it is now.  *version* rises with each new text; *ended*: it is shown no more."""

    id: int
    version: int
    text: str
    link: str | None
    created: Millis
    changed: Millis
    ended: Millis | None


class Dismissed(Struct, frozen=True, tag_field="type", tag="dismissed"):
    """One has read this version of an announcement, on another of one's devices."""

    announcement: int
    version: int


def announcement_text(text: str) -> str:
    """*text* as it is stored.  Raises BadText, EmptyText, TextTooLong."""
    if len(text) > ANNOUNCEMENT_LIMIT:
        raise TextTooLong(f"An announcement has at most {ANNOUNCEMENT_LIMIT} characters.", field="text")
    return message_text(text.strip())


def announcement_link(link: str | None) -> str | None:
    """*link*, if it leads to a page; None for an empty one.  Raises BadText, TextTooLong."""
    link = (link or "").strip()
    if not link:
        return None
    if len(link) > LINK_LIMIT:
        raise TextTooLong(f"A link has at most {LINK_LIMIT} characters.", field="link")
    if not _LINK.fullmatch(link):
        raise BadText("A link begins with https://, http:// or /.", field="link")
    return link
