"""Links into rooms over HTTP."""

from __future__ import annotations

from tests.http.scene import PASSWORD, SceneCase

NINA = {"name": "nina", "display_name": "Nina", "password": PASSWORD}


class LinkTests(SceneCase):
    """Made, looked at, used, revoked."""

    def test_story(self) -> None:
        """A member makes a link; a stranger looks where it leads, registers with it, and is there."""
        scene = self.fresh(registration="invitation")
        mei, olga = scene.client("mei"), scene.client("olga")
        made = mei.post("/api/v1/rooms/2/links", {"days": 1, "uses": 2})
        self.assertEqual((made.status, made.json["link"]["uses_left"]), (201, 2))
        code = made.json["code"]
        shown = scene.client().post("/api/v1/invitations/look", {"code": code}).json
        self.assertEqual((shown["title"], shown["members"], shown["invited_by"]["name"]), ("Garden", 7, "mei"))
        stranger = scene.client()
        self.assertEqual(stranger.post("/api/v1/register", {**NINA, "invitation": code}).status, 201)
        self.assertEqual([room["room"] for room in stranger.get("/api/v1/me/rooms").json["rooms"]], [1, 2])
        self.assertEqual(scene.client("otto").post("/api/v1/invitations/use", {"code": code}).json["room"], 2)
        self.assertEqual(scene.client("xenia").post("/api/v1/invitations/use", {"code": code}).code, "bad_invitation")
        self.assertEqual(olga.get("/api/v1/rooms/2/links").json["links"], [])

    def test_secret(self) -> None:
        """The list does not tell the codes, and a revoked link leads nowhere."""
        scene = self.fresh()
        olga = scene.client("olga")
        made = olga.post("/api/v1/rooms/2/links", {}).json
        listed = olga.get("/api/v1/rooms/2/links")
        self.assertNotIn(made["code"], listed.body.decode())
        self.assertEqual(listed.json["links"], [made["link"]])
        self.assertEqual(olga.ask("DELETE", f"/api/v1/rooms/2/links/{made['link']['id']}").status, 204)
        self.assertEqual(scene.client().post("/api/v1/invitations/look", {"code": made["code"]}).code, "bad_invitation")

    def test_bounds(self) -> None:
        """Days and uses have bounds."""
        olga = self.fresh().client("olga")
        for body in ({"days": 0}, {"days": 366}, {"uses": 0}, {"uses": 1_001}, {"uses": "1"}):
            self.assertEqual(olga.post("/api/v1/rooms/2/links", body).code, "bad_request")
