"""Reactions over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase

THUMB = "%F0%9F%91%8D"
MESSAGE = "/api/v1/rooms/2/messages/1"


class ReactionTests(SceneCase):
    def test_reactions(self) -> None:
        """An emoji stands in the path as it is sent by every client, whatever it is made of."""
        scene = self.fresh()
        mei = scene.client("mei")
        for emoji in (
            THUMB,
            "%E2%9D%A4%EF%B8%8F",
            "1%EF%B8%8F%E2%83%A3",
            "%23%EF%B8%8F%E2%83%A3",
            "%F0%9F%87%A8%F0%9F%87%B3",
        ):
            self.assertEqual(mei.ask("PUT", f"{MESSAGE}/reactions/{emoji}").status, 200, emoji)
        shown = mei.get("/api/v1/rooms/2/messages").json["messages"][0]["reactions"]
        self.assertEqual([one["emoji"] for one in shown], ["👍", "❤️", "1️⃣", "#️⃣", "🇨🇳"])
        givers = mei.get(f"{MESSAGE}/reactions/{THUMB}").json
        self.assertEqual(([card["name"] for card in givers["users"]], givers["next"]), (["mei"], None))
        mei.ask("DELETE", f"{MESSAGE}/reactions/{THUMB}")
        self.assertEqual(mei.get(f"{MESSAGE}/reactions/{THUMB}").json["users"], [])

    def test_other_spellings(self) -> None:
        """What is no emoji is refused, and no path is read in two ways."""
        mei = self.fresh().client("mei")
        for emoji, status in (
            ("1", 400), ("a", 400), ("%61", 404), ("%2E%2E", 404), ("%F0%9F%91%8D%2F", 404), ("%00", 404), ("%FF", 404),
            (THUMB * 2, 400), (THUMB * 30, 404), ("", 404),
        ):  # fmt: skip
            answer = mei.ask("PUT", f"{MESSAGE}/reactions/{emoji}")
            self.assertEqual(answer.status, status, (emoji, answer.body))
