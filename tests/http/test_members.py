"""Members of a room over HTTP."""

from __future__ import annotations

from tests.http.scene import START, SceneCase


class MemberTests(SceneCase):
    """Bringing people in, taking them out, roles, silence."""

    def setUp(self) -> None:
        self.scene = self.fresh()

    def test_story(self) -> None:
        """Somebody is brought in, made a moderator, silenced, and taken out."""
        olga, otto, id = self.scene.client("olga"), self.scene.client("otto"), self.scene.user_id("otto")
        self.assertEqual(olga.post("/api/v1/rooms/2/members", {"users": [id]}).status, 200)
        self.assertEqual(otto.get("/api/v1/rooms/2").json["role"], "member")
        self.assertEqual(olga.ask("PUT", f"/api/v1/rooms/2/members/{id}/role", {"role": "moderator"}).status, 200)
        until = START + 60_000
        self.assertEqual(olga.ask("PUT", f"/api/v1/rooms/2/members/{id}/silenced", {"until": until}).status, 200)
        refused = otto.post("/api/v1/rooms/2/messages", {"text": "hi"})
        self.assertEqual((refused.status, refused.code, refused.json["retry_after"]), (403, "silenced", 60.0))
        listed = olga.get("/api/v1/rooms/2/members?search=otto").json["members"]
        self.assertEqual((listed[0]["role"], listed[0]["silenced"]), ("moderator", until))
        self.assertEqual(olga.ask("PUT", f"/api/v1/rooms/2/members/{id}/silenced", {"until": None}).status, 200)
        self.assertEqual(otto.post("/api/v1/rooms/2/messages", {"text": "hi"}).status, 201)
        self.assertEqual(olga.ask("DELETE", f"/api/v1/rooms/2/members/{id}").status, 200)
        self.assertEqual(otto.get("/api/v1/rooms/2").code, "not_a_member")
        self.assertEqual(olga.ask("DELETE", f"/api/v1/rooms/2/members/{id}").code, "no_such_user")

    def test_bounds(self) -> None:
        """So many at once, with numbers that are some, and roles that exist."""
        olga = self.scene.client("olga")
        for users in ([], [0], [-1], list(range(1, 52)), ["5"], None):
            self.assertEqual(olga.post("/api/v1/rooms/2/members", {"users": users}).code, "bad_request")
        for role in ("", "admin", "OWNER", None):
            self.assertEqual(olga.ask("PUT", "/api/v1/rooms/2/members/5/role", {"role": role}).code, "bad_request")
        for until in (-1, 2**53 + 1, "x", 1.5):
            self.assertEqual(
                olga.ask("PUT", "/api/v1/rooms/2/members/5/silenced", {"until": until}).code, "bad_request"
            )

    def test_slow(self) -> None:
        """In a slow room one is told when to come back."""
        self.scene.client("mona").ask("PATCH", "/api/v1/rooms/2", {"slow": 30})
        mei = self.scene.client("mei")
        mei.post("/api/v1/rooms/2/messages", {"text": "hi"})
        refused = mei.post("/api/v1/rooms/2/messages", {"text": "hi again"})
        self.assertEqual((refused.status, refused.code), (429, "slow_mode"))
        self.assertGreaterEqual(int(refused.headers["retry-after"]), 30)
