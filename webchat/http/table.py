"""The table of all routes: what the site serves, the documentation describes and the tests go through."""

from __future__ import annotations

from webchat.http import (
    accounts,
    admin,
    announcements,
    bans,
    bots,
    completions,
    contacts,
    directs,
    files,
    hooks,
    leaving,
    links,
    members,
    mentions,
    messages,
    openapi,
    people,
    pictures,
    pins,
    places,
    preferences,
    presence,
    push,
    reactions,
    reports,
    rooms,
    search,
    server,
    slash,
    threads,
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
    *bots.ROUTES,
    *rooms.ROUTES,
    *members.ROUTES,
    *bans.ROUTES,
    *links.ROUTES,
    *hooks.ROUTES,
    *directs.ROUTES,
    *messages.ROUTES,
    *completions.ROUTES,
    *slash.ROUTES,
    *threads.ROUTES,
    *reactions.ROUTES,
    *pins.ROUTES,
    *mentions.ROUTES,
    *files.ROUTES,
    *places.ROUTES,
    *search.ROUTES,
    *presence.ROUTES,
    *push.ROUTES,
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
