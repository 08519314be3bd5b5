"""Which kind of client somebody is who connects by Socket.IO: it shows in the first thing that she says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from webchat.legacy.endpoint import Family
from webchat.legacy.express_socket import ExpressSocket
from webchat.legacy.laravel_socket import LaravelSocket
from webchat.legacy.socket import Socket, Sockets
from webchat.model.refusals import BadRequest, Refusal
from webchat.ws.clients import Ack, Client, Handler
from webchat.ws.stock import EVENTS, Stock, refuse

_OLD_EVENTS = frozenset({"login", "room", "roomout", "message"})


class Newcomer:
    """A client whose kind is found out with her first event, and held to once she is known."""

    def __init__(
        self, client: Client, stock: Callable[[Client], Stock], sockets: Sockets, families: Collection[Family]
    ) -> None:
        self._client = client
        self._stock = stock
        self._sockets = sockets
        self._families = families
        self._handler: Handler | None = None

    async def connected(self) -> None:
        if "laravel" in self._families and "api_token" in self._client.query:
            await self._take(LaravelSocket(self._client, self._sockets))
        elif isinstance(self._client.auth, dict) and "token" in self._client.auth and not self._is_old():
            await self._take(self._stock(self._client))

    async def event(self, name: str, args: list[Any], ack: Ack | None) -> None:
        handler = self._handler
        if handler is None or not _is_settled(handler):
            kind = self._kind(name, args)
            if handler is None or type(handler) is not kind:
                made = self._stock(self._client) if kind is Stock else kind(self._client, self._sockets)
                handler = await self._take(made)
        await handler.event(name, args, ack)

    def refused(self, name: str | None, refusal: Refusal, ack: Ack | None) -> None:
        if self._handler is not None:
            self._handler.refused(name, refusal, ack)
        else:
            refuse(self._client, name, refusal, ack)

    def gone(self) -> None:
        if self._handler is not None:
            self._handler.gone()

    async def _take(self, handler: Handler) -> Handler:
        before, self._handler = self._handler, handler
        if before is not None:
            before.gone()
        await handler.connected()
        return handler

    def _is_old(self) -> bool:
        return bool(self._families) and self._client.version == 3

    def _kind(self, name: str, args: list[Any]) -> Any:
        """Raises BadRequest for an event that nobody knows who is served here."""
        if name in EVENTS:
            return Stock
        given = args[0] if args and isinstance(args[0], dict) else {}
        if name in _OLD_EVENTS and self._families:
            return self._old_kind(name, given)
        raise BadRequest(f"There is no event {name[:40]!r}.")

    def _old_kind(self, name: str, given: dict[str, Any]) -> type[LaravelSocket | ExpressSocket]:
        if len(self._families) == 1:
            return LaravelSocket if "laravel" in self._families else ExpressSocket
        room = str(given.get("roomid", ""))
        if self._client.path == "/ws" or "api_token" in given or room.isdecimal():
            return LaravelSocket
        is_express = name != "login" or ("id" in given and "ua" in given)
        return ExpressSocket if is_express else LaravelSocket


def _is_settled(handler: Handler) -> bool:
    """Whether it is known who she is, and so whose client."""
    if isinstance(handler, Stock):
        return handler.has_begun
    return isinstance(handler, Socket) and handler.actor is not None
