"""One's own place in a room over HTTP."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.http.scene import populated


class PlaceTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.scene = populated()
        self.addCleanup(self.scene.stop)
        self.mei = self.scene.client("mei")

    def test_level(self) -> None:
        """A level is set, and stands in one's own view of the room only."""
        answer = self.mei.ask("PUT", "/api/v1/rooms/2/level", {"level": "nothing", "muted": 2**53})
        self.assertEqual((answer.status, answer.json["level"], answer.json["muted"]), (200, "nothing", 2**53))
        self.assertEqual(self.mei.get("/api/v1/rooms/2").json["level"], "nothing")
        self.assertEqual(self.scene.client("mona").get("/api/v1/rooms/2").json["level"], "all")

    def test_nonsense(self) -> None:
        """A level that is none, and a time out of bounds, are refused."""
        for body in ({"level": "loud"}, {"level": "all", "muted": -1}, {"level": "all", "muted": 2**53 + 1}, {}):
            answer = self.mei.ask("PUT", "/api/v1/rooms/2/level", body)
            self.assertEqual((answer.status, answer.code), (400, "bad_request"), body)

    def test_read_all(self) -> None:
        """Everything is marked as read at once."""
        self.assertEqual(self.mei.post("/api/v1/me/read-all").json, {"rooms": 1})
        room = self.mei.get("/api/v1/rooms/2").json
        self.assertEqual(room["read"], room["seq"])
        self.assertEqual(self.mei.post("/api/v1/me/read-all").json, {"rooms": 0})

    def test_unread(self) -> None:
        """From a message on it counts as unread; one that is not there cannot."""
        mei = self.mei
        mei.ask("PUT", "/api/v1/rooms/2/read", {"seq": 2})
        self.assertEqual(mei.ask("PUT", "/api/v1/rooms/2/unread", {"seq": 1}).json["unread_from"], 1)
        self.assertEqual(mei.get("/api/v1/rooms/2").json["unread_from"], 1)
        self.assertEqual(mei.ask("PUT", "/api/v1/rooms/2/unread", {"seq": 9}).code, "no_such_message")
