"""Mentions over HTTP: what means oneself."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.answers import Mentions


class FindMentions(Struct, frozen=True, forbid_unknown_fields=True):
    """*after* is the `next` of the page before."""

    after: Annotated[str, Meta(max_length=500)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


async def my_mentions(call: Call[Nothing, FindMentions]) -> Mentions:
    """Messages that mention me, in the rooms I am in."""
    return await call.chat.inbox.mine(call.actor, call.query.after, call.query.limit)


ROUTES = (Route("GET", f"{API}/me/mentions", my_mentions, answer=Mentions, query=FindMentions),)
