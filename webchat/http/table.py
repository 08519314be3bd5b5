"""The table of all routes: what the site serves, the documentation describes and the tests go through."""

from __future__ import annotations

from webchat.http import (
    accounts,
    admin,
    announcements,
    bans,
    contacts,
    directs,
    leaving,
    links,
    members,
    messages,
    openapi,
    people,
    pictures,
    places,
    preferences,
    presence,
    reports,
    rooms,
    server,
    transfer,
)
from webchat.http.route import Route
from webchat.http.server import Probes

ROUTES: tuple[Route, ...] = (
    *server.ROUTES,
    *accounts.ROUTES,
    *people.ROUTES,
    *contacts.ROUTES,
    *pictures.ROUTES,
    *preferences.ROUTES,
    *leaving.ROUTES,
    *rooms.ROUTES,
    *members.ROUTES,
    *bans.ROUTES,
    *links.ROUTES,
    *directs.ROUTES,
    *messages.ROUTES,
    *places.ROUTES,
    *presence.ROUTES,
    *reports.ROUTES,
    *announcements.ROUTES,
    *admin.ROUTES,
    *transfer.ROUTES,
)
"""The API's routes."""


def all_routes(probes: Probes) -> tuple[Route, ...]:
    """The API's routes, those of *probes*, and the description of them all."""
    routes = (*ROUTES, *probes.routes())
    return (*routes, openapi.route(routes))
