"""Settings that follow a person from device to device, over HTTP."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from webchat.http.route import API, Call, Nothing, Route


class ChangePreferences(Struct, frozen=True, forbid_unknown_fields=True):
    """Values, any JSON, under keys of letters a to z and dots; null forgets a key.  What is not named stays."""

    changes: dict[str, Any]


class MyPreferences(Struct, frozen=True):
    """All that somebody has set."""

    preferences: dict[str, Any]


async def preferences(call: Call[Nothing, Nothing]) -> MyPreferences:
    """What I have set."""
    return MyPreferences(await call.chat.preferences.mine(call.actor))


async def change_preferences(call: Call[ChangePreferences, Nothing]) -> MyPreferences:
    """Set something, on all my devices."""
    return MyPreferences(await call.chat.preferences.change(call.actor, call.body.changes))


ROUTES = (
    Route("GET", f"{API}/me/preferences", preferences, answer=MyPreferences),
    Route(
        "PATCH",
        f"{API}/me/preferences",
        change_preferences,
        answer=MyPreferences,
        body=ChangePreferences,
        refusals=("too_many",),
    ),
)
