"""Pins over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase

MESSAGE = "/api/v1/rooms/2/messages/1"


class PinTests(SceneCase):
    def test_pins(self) -> None:
        """A pinned message is in the list until it is taken down."""
        mona = self.fresh().client("mona")
        self.assertEqual(mona.ask("PUT", f"{MESSAGE}/pin").status, 200)
        found = mona.get("/api/v1/rooms/2/pins").json
        self.assertEqual(([one["text"] for one in found["messages"]], found["users"][0]["name"]), (["one"], "mei"))
        mona.ask("DELETE", f"{MESSAGE}/pin")
        self.assertEqual(mona.get("/api/v1/rooms/2/pins").json["messages"], [])
