"""Reports over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase, rows

PATH = "/api/v1/reports"


class ReportTests(SceneCase):
    """Made by members, decided by those who look after the room or the server."""

    def test_story(self) -> None:
        """Reported by two, seen with what stands around it, deleted by the moderator."""
        scene = self.fresh()
        report = {"room": scene.room, "seq": 2, "reason": "spam"}
        first = scene.client("mei").post(PATH, report)
        self.assertEqual(first.status, 201)
        self.assertEqual(scene.client("mei").post(PATH, report).json, first.json)
        scene.client("gus").post(PATH, report)
        page = scene.client("mona").get(PATH).json
        (one,) = page["reports"]
        self.assertEqual((one["reporters"], one["user"]["name"], page["open"], page["next"]), (2, "olga", 1, None))
        self.assertEqual([message["text"] for message in one["context"]], ["one", "two"])
        self.assertEqual({card["name"] for card in page["users"]}, {"mei", "olga"})
        decided = scene.client("mona").ask("PUT", f"{PATH}/{one['id']}", {"outcome": "deleted"})
        self.assertEqual(decided.status, 204)
        self.assertEqual(scene.client("adele").get(PATH).json["open"], 0)
        closed = scene.client("adele").get(f"{PATH}?state=closed").json["reports"]
        self.assertEqual({one["outcome"] for one in closed}, {"deleted"})
        messages = scene.client("mei").get(f"/api/v1/rooms/{scene.room}/messages").json["messages"]
        self.assertEqual([message["text"] for message in messages], ["one", ""])

    def test_what(self) -> None:
        """A message or a person: not both, not half of one."""
        client = self.fresh().client("mei")
        for body in ({"room": 2}, {"seq": 1}, {"room": 2, "seq": 2, "user": 3}, {}, {"user": 3, "seq": 1}):
            answer = client.post(PATH, {"reason": "x", **body})
            self.assertEqual((answer.status, answer.code), (400, "bad_request"), body)
        self.assertEqual(client.post(PATH, {"reason": "x", "user": 3}).status, 201)
        self.assertEqual(client.post(PATH, {"reason": "x", "user": 4711}).status, 404)

    def test_silenced(self) -> None:
        """An admin silences for so many minutes, and says how many."""
        scene = self.fresh()
        made = scene.client("mona").post(PATH, {"room": scene.room, "seq": 1, "reason": "x"}).json["id"]
        adele = scene.client("adele")
        for body, status in (
            ({"outcome": "silenced"}, 400),
            ({"outcome": "silenced", "minutes": 0}, 400),
            ({"outcome": "dance"}, 400),
            ({"outcome": "silenced", "minutes": 60}, 204),
        ):
            self.assertEqual(adele.ask("PUT", f"{PATH}/{made}", body).status, status, body)
        silenced = next(row["silenced"] for row in rows(scene, "users") if row["name"] == "mei")
        self.assertEqual(silenced, scene.now() + 3_600_000)
