"""Who of a room is here, over HTTP."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.wire import Client
from tests.support.house import HOST, House


class PresentTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.people = [self.house.register(name) for name in ("mei", "bea", "zoe", "olga")]
        for person in self.people[:3]:
            self.house.connect(person)
        # The client reads its answer in the same turn.
        for threads in (self.house.reader, self.house.writer):
            threads._inline = True
        self.client = Client(self.house.site, token=self.house.token(self.anna), host=HOST)

    def present(self, query: str = "") -> Any:
        return self.client.get(f"/api/v1/rooms/1/present{query}").json

    def names(self, query: str = "") -> list[str]:
        return [entry["user"]["display_name"] for entry in self.present(query)["members"]]

    def test_pages(self) -> None:
        """Those who are here come by name, a page at a time, with role and state."""
        first = self.present("?limit=2")
        self.assertEqual(
            [(entry["user"]["name"], entry["role"], entry["state"]) for entry in first["members"]],
            [("bea", "member", "online"), ("mei", "member", "online")],
        )
        rest = self.present(f"?limit=2&after={first['next']}")
        self.assertEqual(([entry["user"]["name"] for entry in rest["members"]], rest["next"]), (["zoe"], None))

    def test_groups(self) -> None:
        """The busy are among those on line, the away are a group of their own, the invisible in none."""
        for person, status in zip(self.people, ("busy", "away", "invisible"), strict=False):
            self.house.wait(self.house.chat.presence.set_status(person, status))  # type: ignore[arg-type]
        self.assertEqual([self.names(f"?group={group}") for group in ("online", "away")], [["Mei"], ["Bea"]])
        self.assertEqual(self.names(), ["Bea", "Mei"])

    def test_by_id(self) -> None:
        """Members can be asked for by id, here or not; who is no member is left out."""
        entries = self.present("?id=1&id=2&id=99")["members"]
        self.assertEqual(
            [(entry["user"]["id"], entry["role"], entry["state"]) for entry in entries],
            [(1, "owner", "offline"), (2, "member", "online")],
        )

    def test_nonsense(self) -> None:
        """A group that is none, and a cursor that is none, are refused."""
        for query in ("group=offline", "after=x", "limit=0", "id=0"):
            self.assertEqual(self.client.get(f"/api/v1/rooms/1/present?{query}").status, 400, query)
