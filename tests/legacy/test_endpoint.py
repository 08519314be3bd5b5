"""What a request of an older client is asked for."""

from __future__ import annotations

from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from webchat.chat.sessions import Device
from webchat.legacy.endpoint import Asked, Services
from webchat.model.refusals import BadRequest, Unauthenticated


def asked(query: dict[str, str] | None = None, fields: dict[str, Any] | None = None, bearer: str = "") -> Asked:
    authorization = (f"Bearer {bearer}",) if bearer else ()
    services = cast(Services, None)
    return Asked(services, Device("192.0.2.7", "x"), query or {}, fields or {}, None, authorization, None, "en")


class Asking(SynchronousTestCase):
    def test_texts(self) -> None:
        """A text stands in the body, else in the query; what is no text is refused, what is missing has a default."""
        self.assertEqual(asked({"a": "q"}, {"a": "b"}).text("a"), "b")
        self.assertEqual(asked({"a": "q"}).text("a"), "q")
        self.assertEqual(asked(fields={"a": None}).text("a", "d"), "d")
        for value in (5, 1.5, True, [], {}, None):
            self.assertRaises(BadRequest, asked(fields={"a": value}).text, "a")

    def test_numbers(self) -> None:
        """A number may be written as a text; signs, fractions and the like are none."""
        for value in (7, "7"):
            self.assertEqual(asked(fields={"n": value}).number("n"), 7)
        self.assertEqual(asked({"n": ""}).number("n", 3), 3)
        for value in (-1, "-1", "1.0", "x", "", "٣", True, 1.0, None, [], 2**31, "9" * 11):
            self.assertRaises(BadRequest, asked(fields={"n": value}).number, "n")

    def test_tokens(self) -> None:
        """Each family has its own places for a token; where both may ask, all of them count."""
        both = asked({"token": "e", "api_token": "l"})
        self.assertEqual((both.token("laravel"), both.token("express"), both.token(None)), ("l", "e", "e"))
        self.assertEqual(asked({"api_token": "l"}).token(None), "l")
        self.assertIsNone(asked({"api_token": "l"}).token("express"))
        self.assertEqual({asked(bearer="b").token(family) for family in ("laravel", "express", None)}, {"b"})  # type: ignore[arg-type]

    def test_nobody(self) -> None:
        """Without a caller there is no actor."""
        self.assertRaises(Unauthenticated, lambda: asked().actor)
