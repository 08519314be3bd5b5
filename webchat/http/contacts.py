"""Contacts and blocks over HTTP."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Route
from webchat.model.ids import MAX_INT, UserId
from webchat.model.users import BlockView, ContactView

# Longer than any limit, so that what is a little too long gets the refusal that says so.
Line = Annotated[str, Meta(max_length=4_000)]


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask *user* to be my contact, with a line of text or none."""

    user: Annotated[UserId, Meta(ge=1, le=MAX_INT)]
    note: Line = ""


class Walk(Struct, frozen=True, forbid_unknown_fields=True):
    """*after* is the `next` of the page before."""

    after: Annotated[UserId, Meta(ge=0, le=MAX_INT)] = UserId(0)
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


class MyContacts(Struct, frozen=True):
    """Contacts and open requests; *next* is null on the last page."""

    contacts: list[ContactView]
    next: UserId | None


class MyBlocks(Struct, frozen=True):
    """Whom I block; *next* is null on the last page."""

    blocks: list[BlockView]
    next: UserId | None


async def contacts(call: Call[Nothing, Walk]) -> MyContacts:
    """My contacts, whom I have asked, and who asks me."""
    return MyContacts(*await call.chat.contacts.mine(call.actor, call.query.after, call.query.limit))


async def ask(call: Call[Ask, Nothing]) -> ContactView:
    """Ask somebody to be my contact."""
    return await call.chat.contacts.ask(call.actor, call.body.user, call.body.note)


async def accept(call: Call[Nothing, Nothing]) -> ContactView:
    """Accept somebody's request."""
    return await call.chat.contacts.accept(call.actor, UserId(call.id))


async def remove(call: Call[Nothing, Nothing]) -> None:
    """Refuse a request, take mine back, or end a contact."""
    await call.chat.contacts.remove(call.actor, UserId(call.id))


async def blocks(call: Call[Nothing, Walk]) -> MyBlocks:
    """Whom I block."""
    return MyBlocks(*await call.chat.contacts.blocked(call.actor, call.query.after, call.query.limit))


async def block(call: Call[Nothing, Nothing]) -> None:
    """Hear nothing more of somebody."""
    await call.chat.contacts.block(call.actor, UserId(call.id), True)


async def unblock(call: Call[Nothing, Nothing]) -> None:
    """Hear of somebody again."""
    await call.chat.contacts.block(call.actor, UserId(call.id), False)


ROUTES = (
    Route("GET", f"{API}/contacts", contacts, answer=MyContacts, query=Walk),
    Route(
        "POST",
        f"{API}/contacts",
        ask,
        answer=ContactView,
        body=Ask,
        status=201,
        refusals=("no_such_user", "forbidden", "too_many", "bad_text", "text_too_long"),
    ),
    Route(
        "PUT", f"{API}/contacts/{{id}}", accept, answer=ContactView, refusals=("not_found", "no_such_user", "too_many")
    ),
    Route("DELETE", f"{API}/contacts/{{id}}", remove, status=204, refusals=("not_found",)),
    Route("GET", f"{API}/blocks", blocks, answer=MyBlocks, query=Walk),
    Route("PUT", f"{API}/blocks/{{id}}", block, status=204, refusals=("no_such_user", "too_many")),
    Route("DELETE", f"{API}/blocks/{{id}}", unblock, status=204, refusals=("no_such_user",)),
)
