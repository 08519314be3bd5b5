"""Devices that are told of messages while nobody looks, over HTTP (RFC 8030, 8291, 8292)."""

from __future__ import annotations

from msgspec import Struct

from webchat.http.route import API, Call, Nothing, Route


class PushKey(Struct, frozen=True):
    """The server's public key, base64url: `applicationServerKey` of the browser's `pushManager.subscribe`."""

    key: str


class Subscribe(Struct, frozen=True, forbid_unknown_fields=True):
    """What `PushSubscription.toJSON()` holds: where the browser's push service takes messages, and its keys."""

    endpoint: str
    p256dh: str
    auth: str


async def push_key(call: Call[Nothing, Nothing]) -> PushKey:
    """The key to subscribe with."""
    return PushKey(call.chat.push.public_key())


async def subscribe(call: Call[Subscribe, Nothing]) -> None:
    """Have this device told of messages while nobody looks."""
    body = call.body
    await call.chat.push.subscribe(call.actor, body.endpoint, body.p256dh, body.auth)


async def unsubscribe(call: Call[Nothing, Nothing]) -> None:
    """Have this device told no more."""
    await call.chat.push.unsubscribe(call.actor)


ROUTES = (
    Route("GET", f"{API}/push/key", push_key, answer=PushKey, refusals=("unavailable",)),
    Route(
        "PUT", f"{API}/push", subscribe, body=Subscribe, status=204, refusals=("too_many", "unavailable"), scope="all"
    ),
    Route("DELETE", f"{API}/push", unsubscribe, status=204, scope="all"),
)
