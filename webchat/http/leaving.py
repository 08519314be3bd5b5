"""Over HTTP: taking along what is one's own, and giving an account up."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from webchat.http.route import API, Call, Nothing, Reply, Route


class GiveUp(Struct, frozen=True, forbid_unknown_fields=True):
    """End my account for good."""

    password: Annotated[str, Meta(max_length=4_000)]


async def export(call: Call[Nothing, Nothing]) -> Reply:
    """All that the server keeps of me, as a file."""
    headers = ((b"Content-Disposition", b'attachment; filename="webchat.json"'),)
    return Reply(await call.chat.leaving.export(call.actor), headers=headers)


async def give_up(call: Call[GiveUp, Nothing]) -> Reply:
    """Delete my account."""
    await call.chat.leaving.give_up(call.actor, call.body.password)
    return Reply(token="")


ROUTES = (
    Route("GET", f"{API}/me/export", export, answer=dict[str, Any], refusals=("busy",), scope="all"),
    # Not DELETE, whose body means nothing by HTTP's own rules (RFC 9110, 9.3.5).
    Route(
        "POST",
        f"{API}/me/delete",
        give_up,
        body=GiveUp,
        status=204,
        refusals=("wrong_credentials", "forbidden", "busy"),
        scope="all",
    ),
)
