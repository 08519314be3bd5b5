"""The description of the API is whole, and says what the routes do."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from tests.http.wire import Client, public_settings, small_site
from webchat.http.openapi import document
from webchat.http.problem import STATUS
from webchat.http.route import Route
from webchat.http.server import Probes
from webchat.http.table import all_routes

METHODS = {"get", "put", "post", "delete", "patch"}
KEYWORDS = {
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "contentEncoding",
    "default",
    "description",
    "discriminator",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "title",
    "type",
}


async def _ready() -> None:
    """Always."""


def routes() -> tuple[Route, ...]:
    return all_routes(Probes(public_settings(), lambda: b"", _ready))


class OpenApiTests(SynchronousTestCase):
    """OpenAPI 3.1, made from the table."""

    def setUp(self) -> None:
        self.routes = routes()
        self.document = cast(dict[str, Any], json.loads(json.dumps(document(self.routes))))

    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (method.upper(), path, operation)
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
        ]

    def test_served(self) -> None:
        """It can be had from the server, and describes itself."""
        described = next(route for route in self.routes if route.path.endswith("/openapi.json"))
        answer = Client(small_site(described)).get("/api/v1/openapi.json")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
        self.assertEqual(answer.json, self.document)

    def test_every_route(self) -> None:
        """Each route is there, and nothing else."""
        described = {(method, path) for method, path, _ in self.operations()}
        self.assertEqual(described, {(route.method, route.path) for route in self.routes})
        self.assertEqual(len(self.routes), len(described), "two routes are the same")

    def test_structure(self) -> None:
        """What the specification asks for: version, info, paths, unique operation ids, described responses."""
        self.assertEqual(self.document["openapi"], "3.1.0")
        self.assertTrue(self.document["info"]["title"] and self.document["info"]["version"])
        ids = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))
        for method, path, operation in self.operations():
            self.assertIn(method.lower(), METHODS)
            self.assertTrue(path.startswith("/"))
            self.assertTrue(operation["summary"].endswith("."), operation)
            self.assertTrue(operation["responses"])
            for status, response in operation["responses"].items():
                self.assertRegex(status, r"^[2-5]\d\d$")
                self.assertTrue(response["description"])
            in_path = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
            self.assertEqual(in_path, re.findall(r"{(\w+)}", path))
            for requirement in operation["security"]:
                self.assertTrue(set(requirement) <= set(self.document["components"]["securitySchemes"]))

    def test_references(self) -> None:
        """Every reference leads somewhere, every schema is used, and is made of JSON Schema's words."""
        schemas = self.document["components"]["schemas"]
        used: set[str] = set()

        def walk(value: Any) -> None:
            if isinstance(value, dict):
                if "$ref" in value:
                    used.add(value["$ref"].removeprefix("#/components/schemas/"))
                for part in value.values():
                    walk(part)
            elif isinstance(value, list):
                for part in value:
                    walk(part)

        walk(self.document)
        self.assertEqual(used, set(schemas))
        for name, schema in schemas.items():
            self.assertTrue(set(schema) <= KEYWORDS, f"{name}: {set(schema) - KEYWORDS}")
            for part, kind in schema.get("properties", {}).items():
                self.assertTrue(set(kind) <= KEYWORDS, f"{name}.{part}: {set(kind) - KEYWORDS}")

    def test_bodies_are_closed(self) -> None:
        """No body takes members that are not described."""
        for route in self.routes:
            if route.body is not None:
                schema = self.document["components"]["schemas"][route.body.__name__]
                self.assertIs(schema["additionalProperties"], False, route.name)

    def test_codes(self) -> None:
        """The refusals a route names exist."""
        for route in self.routes:
            for code in route.refusals:
                self.assertIn(code, STATUS, route.name)

    def test_examples(self) -> None:
        """A route in full, as a reader sees it."""
        post = self.document["paths"]["/api/v1/rooms/{room}/messages"]["post"]
        self.assertEqual(
            set(post["responses"]), {"200", "201", "400", "401", "403", "404", "409", "413", "415", "429", "503"}
        )
        self.assertEqual(
            post["responses"]["201"]["content"]["application/json"]["schema"], {"$ref": "#/components/schemas/Posted"}
        )
        users = self.document["paths"]["/api/v1/users"]["get"]["parameters"][0]
        self.assertEqual((users["name"], users["in"], users["required"]), ("id", "query", True))
        self.assertEqual(self.document["paths"]["/api/v1/server"]["get"]["security"], [])
