"""The server itself over HTTP: what anybody may know of it, and what monitoring asks."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from msgspec import Struct
from twisted.logger import Logger

from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.http.settings import HttpSettings
from webchat.model.answers import Server
from webchat.model.refusals import NotFound, Unavailable

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Health(Struct, frozen=True):
    """All is well."""

    status: str = "ok"


async def about(call: Call[Nothing, Nothing]) -> Server:
    """What anybody may know of the server."""
    return call.chat.about()


async def is_alive(call: Call[Nothing, Nothing]) -> Health:
    """Whether the process answers."""
    return Health()


class Probes:
    """The routes for monitoring.

    *metrics* gives Prometheus' text format, *ready* fails while the server cannot do its work.
    """

    _log = Logger()

    def __init__(
        self, settings: HttpSettings, metrics: Callable[[], bytes], ready: Callable[[], Awaitable[None]]
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._ready = ready

    async def is_ready(self, call: Call[Nothing, Nothing]) -> Health:
        """Whether the server can do its work.

        Raises Unavailable, which tells nothing of the reason.
        """
        try:
            await self._ready()
        except Exception as error:  # An edge: whatever is wrong, the answer is "not ready".
            self._log.warn("Not ready: {error}", error=repr(error)[:500])
            raise Unavailable from None
        return Health()

    async def metrics(self, call: Call[Nothing, Nothing]) -> Reply:
        """Counters in Prometheus' format: for this machine, or with the metrics token.

        Raises NotFound for everybody else: to them there are no metrics.
        """
        token = self._settings.metrics_token
        has_token = bool(token and call.bearer) and hmac.compare_digest(
            (token or "").encode(), (call.bearer or "").encode()
        )
        if not (call.is_local or has_token):
            raise NotFound
        return Reply(self._metrics(), media_type=PROMETHEUS)

    def routes(self) -> tuple[Route, ...]:
        """The routes, bound to this server."""
        return (
            Route("GET", "/healthz", is_alive, answer=Health, who="public", is_probe=True),
            Route(
                "GET", "/readyz", self.is_ready, answer=Health, who="public", refusals=("unavailable",), is_probe=True
            ),
            Route(
                "GET",
                "/metrics",
                self.metrics,
                answer=bytes,
                who="public",
                media_type=PROMETHEUS,
                refusals=("not_found",),
                is_probe=True,
            ),
        )


ROUTES = (Route("GET", f"{API}/server", about, answer=Server, who="public"),)
