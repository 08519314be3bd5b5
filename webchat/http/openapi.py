"""The API described for programs: OpenAPI 3.1, made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec

from webchat import __version__
from webchat.http.problem import MEDIA_TYPE, STATUS, Problem
from webchat.http.route import API, Call, Nothing, Reply, Route
from webchat.model.ids import MAX_INT

_REF = "#/components/schemas/{name}"


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The description of *routes*, ready for JSON."""
    kinds = _kinds(routes)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    schema_of = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "webchat",
            "version": __version__,
            "description": "What is live comes over the WebSocket at /ws. Times are milliseconds since 1970, UTC. "
            "New members may be added to answers: ignore what you do not know.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token made by POST /api/v1/tokens."},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "webchat",
                    "description": "The session cookie of a browser (`__Host-webchat` over https). Changes need "
                    "the server's own Origin.",
                },
            },
        },
    }


def route(routes: Sequence[Route]) -> Route:
    """The route that serves the description of *routes* and of itself."""

    @cache
    def encoded() -> bytes:
        return msgspec.json.encode(document([*routes, described]))

    async def describe(call: Call[Nothing, Nothing]) -> Reply:
        """This description."""
        return Reply(encoded())

    described = Route("GET", f"{API}/openapi.json", describe, answer=dict[str, Any], who="public")
    return described


def _kinds(routes: Sequence[Route]) -> list[Any]:
    found: dict[Any, None] = {Problem: None}
    for each in routes:
        for kind in (each.body, each.answer):
            if kind is not None and kind is not bytes:
                found[kind] = None
    return list(found)


def _operation(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}{route.path.removeprefix(API)}").rstrip("_"),
        "summary": route.summary,
        "parameters": [*_numbers(route), *_query(route)],
        # Of schemes that know no scopes OpenAPI 3.1 lists the roles that are needed.
        "security": [] if route.needs is None else [{"token": [route.needs]}, {"cookie": []}],
        "responses": _responses(route, schema_of),
    }
    if route.who == "admin":
        operation["description"] = "For the server's owner and admins."
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema_of[route.body]}},
        }
    if route.takes:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(route.takes, binary)}
    return operation


def _numbers(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "integer", "minimum": 1, "maximum": MAX_INT}
    texts = {
        "picture": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "file": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "secret": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "emoji": {"type": "string", "minLength": 1, "maxLength": 64},
    }
    return [{"name": name, "in": "path", "required": True, "schema": texts.get(name, schema)} for name in route.numbers]


def _query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    (_,), components = msgspec.json.schema_components([route.query])
    schema = components[route.query.__name__]
    return [
        {"name": name, "in": "query", "required": name in schema["required"], "schema": kind}
        for name, kind in schema["properties"].items()
    ]


def _responses(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status in (route.status, *route.statuses):
        answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if route.answer is bytes:
            answer["content"] = {route.media_type: {"schema": {"type": "string"}}}
        elif route.answer is not None:
            answer["content"] = {route.media_type: {"schema": schema_of[route.answer]}}
        responses[str(status)] = answer
    for status, codes in sorted(_refusals(route).items()):
        responses[str(status)] = {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
            "content": {MEDIA_TYPE: {"schema": schema_of[Problem]}},
        }
    return responses


def _refusals(route: Route) -> dict[int, list[str]]:
    codes = ["bad_request", *route.refusals]
    if not route.is_probe:
        codes.append("rate_limited")
    if route.who != "public":
        codes += ["unauthenticated", "insufficient_scope"]
    if route.who == "admin":
        codes.append("forbidden")
    if route.method != "GET":
        codes.append("foreign_origin")
    if route.body is not None or route.takes:
        codes += ["too_large", "unsupported_media_type"]
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(STATUS[code], []).append(code)
    return found
