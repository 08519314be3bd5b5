"""Reactions, pins, mentions and what is unread again, over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase

THUMB = "%F0%9F%91%8D"
MESSAGE = "/api/v1/rooms/2/messages/1"


class MarkTests(SceneCase):
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
            ("1", 400), ("a", 404), ("%61", 404), ("%2E%2E", 404), ("%F0%9F%91%8D%2F", 404), ("%00", 404), ("%FF", 404),
            (THUMB * 2, 400), (THUMB * 30, 404), ("", 404),
        ):  # fmt: skip
            answer = mei.ask("PUT", f"{MESSAGE}/reactions/{emoji}")
            self.assertEqual(answer.status, status, (emoji, answer.body))

    def test_pins(self) -> None:
        """A pinned message is in the list until it is taken down."""
        mona = self.fresh().client("mona")
        self.assertEqual(mona.ask("PUT", f"{MESSAGE}/pin").status, 200)
        found = mona.get("/api/v1/rooms/2/pins").json
        self.assertEqual(([one["text"] for one in found["messages"]], found["users"][0]["name"]), (["one"], "mei"))
        mona.ask("DELETE", f"{MESSAGE}/pin")
        self.assertEqual(mona.get("/api/v1/rooms/2/pins").json["messages"], [])

    def test_mentions(self) -> None:
        """What means somebody is in her list, and counted where it is unread."""
        scene = self.fresh()
        scene.client("olga").post("/api/v1/rooms/2/messages", {"text": "Pears, @mei?"})
        mei = scene.client("mei")
        found = mei.get("/api/v1/me/mentions").json
        self.assertEqual([one["text"] for one in found["messages"]], ["Pears, @mei?"])
        self.assertEqual(found["rooms"], [{"room": 2, "kind": "public", "title": "Garden", "picture": None}])
        self.assertEqual(mei.get("/api/v1/rooms/2").json["mentions"], 1)

    def test_unread(self) -> None:
        """From a message on it counts as unread; one that is not there cannot."""
        mei = self.fresh().client("mei")
        mei.ask("PUT", "/api/v1/rooms/2/read", {"seq": 2})
        self.assertEqual(mei.ask("PUT", "/api/v1/rooms/2/unread", {"seq": 1}).json["unread_from"], 1)
        self.assertEqual(mei.get("/api/v1/rooms/2").json["unread_from"], 1)
        self.assertEqual(mei.ask("PUT", "/api/v1/rooms/2/unread", {"seq": 9}).code, "no_such_message")
