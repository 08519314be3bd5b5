"""Bans over HTTP."""

from __future__ import annotations

from tests.http.scene import START, SceneCase


class BanTests(SceneCase):
    """Put, listed, lifted."""

    def test_story(self) -> None:
        """A moderator bans a member, sees it in the list, and lifts it."""
        scene = self.fresh()
        mona, mei = scene.client("mona"), scene.client("mei")
        ban = "/api/v1/rooms/2/bans/5"
        self.assertEqual(mona.ask("PUT", ban, {"reason": "spam", "until": START + 9}).status, 204)
        page = mona.get("/api/v1/rooms/2/bans?limit=1").json
        self.assertEqual(
            (page["bans"][0]["user"]["name"], page["bans"][0]["reason"], page["next"]), ("mei", "spam", None)
        )
        self.assertEqual((page["bans"][0]["moderator"], page["bans"][0]["until"]), (scene.user_id("mona"), START + 9))
        refused = mei.post("/api/v1/rooms/2/join")
        self.assertEqual((refused.status, refused.code), (403, "banned"))
        self.assertEqual(mona.ask("DELETE", ban).status, 204)
        self.assertEqual(mona.ask("DELETE", ban).code, "not_found")
        self.assertEqual(mei.post("/api/v1/rooms/2/join").status, 200)

    def test_bad_input(self) -> None:
        """Reasons and times that will not do."""
        mona = self.fresh().client("mona")
        for body, code in (
            ({"reason": "x" * 201}, "text_too_long"),
            ({"reason": "a\u202e"}, "bad_text"),
            ({"reason": 5}, "bad_request"),
            ({"until": START - 1}, "bad_request"),
            ({"forever": True}, "bad_request"),
        ):
            self.assertEqual(mona.ask("PUT", "/api/v1/rooms/2/bans/5", body).code, code, body)
        self.assertEqual(mona.get("/api/v1/rooms/2/bans?after=x").code, "bad_request")
