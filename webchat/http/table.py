"""The table of all routes: what the site serves, the documentation describes and the tests go through."""

from __future__ import annotations

from webchat.http import accounts, admin, announcements, messages, openapi, reports, rooms, server
from webchat.http.route import Route
from webchat.http.server import Probes

ROUTES: tuple[Route, ...] = (
    *server.ROUTES,
    *accounts.ROUTES,
    *rooms.ROUTES,
    *messages.ROUTES,
    *reports.ROUTES,
    *announcements.ROUTES,
    *admin.ROUTES,
)
"""The API's routes."""


def all_routes(probes: Probes) -> tuple[Route, ...]:
    """The API's routes, those of *probes*, and the description of them all."""
    routes = (*ROUTES, *probes.routes())
    return (*routes, openapi.route(routes))
