"""What a route knows of itself, and a call of its request."""

from __future__ import annotations

from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from tests.http.wire import HELLO
from webchat.chat.sessions import Device
from webchat.http.accounts import WhichUsers
from webchat.http.route import Call, Nothing, Reply, Route
from webchat.model.refusals import Unauthenticated


class RouteTests(SynchronousTestCase):
    """Routes."""

    def test_numbers(self) -> None:
        """The names in the path, and a name and summary for the route."""
        route = Route("GET", "/a/{room}/b/{seq}", HELLO.handler)
        self.assertEqual(
            (route.numbers, route.name, route.summary), (("room", "seq"), "GET /a/{room}/b/{seq}", "Says hello.")
        )

    def test_lists(self) -> None:
        """Which members of the query may come several times."""
        self.assertEqual(Route("GET", "/a", HELLO.handler, query=WhichUsers).lists, {"id"})
        self.assertEqual(HELLO.lists, frozenset())


class CallTests(SynchronousTestCase):
    """Calls."""

    def call(self) -> Call[Any, Any]:
        return Call(
            chat=cast(Any, None),
            caller=None,
            device=Device("", ""),
            body=Nothing(),
            query=Nothing(),
            numbers={"room": 2, "seq": 3, "id": 4},
            bearer="wct_secret",
        )

    def test_numbers(self) -> None:
        """The numbers of the path by their names."""
        call = self.call()
        self.assertEqual((call.room, call.seq, call.id), (2, 3, 4))

    def test_nobody(self) -> None:
        """A handler that forgot to ask for a signed-in caller gets none."""
        with self.assertRaises(Unauthenticated):
            self.call().actor  # noqa: B018

    def test_secrets(self) -> None:
        """Neither a call nor a reply shows its token when it is printed."""
        self.assertNotIn("wct_secret", repr(self.call()))
        self.assertNotIn("wcb_secret", repr(Reply(token="wcb_secret")))
