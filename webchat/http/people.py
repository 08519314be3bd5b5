"""People over HTTP: who there is, and what one may know of them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.ids import UserId
from webchat.model.users import Profile, UserCard

Search = Annotated[str, Meta(max_length=200)]
Cursor = Annotated[str, Meta(max_length=500)]
PageSize = Annotated[int, Meta(ge=1, le=200)]


class FindPeople(Struct, frozen=True, forbid_unknown_fields=True):
    """*search* is looked for anywhere in names; *after* is the `next` of the page before."""

    search: Search = ""
    after: Cursor | None = None
    limit: PageSize = 50


class Directory(Struct, frozen=True):
    """People; *next* is null on the last page."""

    people: list[UserCard]
    next: str | None


class ActivePeople(Struct, frozen=True):
    """People who wrote lately, whoever did last first."""

    people: list[UserCard]


class FeaturedPeople(Struct, frozen=True):
    """People whom those who run the server show to everybody, who was chosen first at the top."""

    people: list[UserCard]


async def find(call: Call[Nothing, FindPeople]) -> Directory:
    """People by name."""
    found, following = await call.chat.people.find(call.actor, call.query.search, call.query.after, call.query.limit)
    return Directory(found, following)


async def active(call: Call[Nothing, Nothing]) -> ActivePeople:
    """People who wrote lately in rooms of mine."""
    return ActivePeople(await call.chat.people.active(call.actor))


async def featured(call: Call[Nothing, Nothing]) -> FeaturedPeople:
    """People to know, as those who run the server think."""
    return FeaturedPeople(await call.chat.people.featured(call.actor))


async def profile(call: Call[Nothing, Nothing]) -> Profile:
    """What I may know of somebody."""
    return await call.chat.people.profile(call.actor, UserId(call.id))


ROUTES = (
    Route("GET", f"{API}/people", find, answer=Directory, query=FindPeople, refusals=("forbidden",)),
    Route("GET", f"{API}/people/active", active, answer=ActivePeople, refusals=("forbidden",)),
    Route("GET", f"{API}/people/featured", featured, answer=FeaturedPeople, refusals=("forbidden",)),
    Route("GET", f"{API}/people/{{id}}", profile, answer=Profile, refusals=("no_such_user",)),
)
