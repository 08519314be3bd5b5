"""Slash commands over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase


class SlashTests(SceneCase):
    def test_given(self) -> None:
        """What a command posts and what it tells the caller stand in its answer."""
        mei = self.fresh().client("mei")
        posted = mei.post("/api/v1/rooms/2/commands", {"text": "/me waves", "nonce": "n9"}).json["posted"]
        message = mei.get(f"/api/v1/rooms/2/messages/{posted['seq']}").json
        self.assertEqual((message["text"], message["action"]), ("waves", True))
        notice = mei.post("/api/v1/rooms/2/commands", {"text": "/topic", "language": "zh-CN"}).json["notice"]
        self.assertEqual(notice, {"code": "topic", "text": "这个房间还没有简介。"})

    def test_unknown(self) -> None:
        """A refusal names what may have been meant."""
        answer = self.fresh().client("mei").post("/api/v1/rooms/2/commands", {"text": "/hlep"})
        self.assertEqual((answer.status, answer.code, answer.json["suggestions"]), (404, "no_such_command", ["help"]))

    def test_listed(self) -> None:
        """The list is in the language that is asked for."""
        found = self.fresh().client("mei").get("/api/v1/commands?room=2&language=zh-CN").json
        self.assertEqual(found["commands"][0]["description"], "显示这里可用的命令")
        self.assertIsNone(found["next"])

    def test_bot(self) -> None:
        """A bot registers, its owner sees and removes; a token that is none answers nothing."""
        scene = self.fresh()
        bot = scene.bot_of("mei")
        scene.tokens["bot"] = scene.token_of(bot)
        program, mei = scene.program("bot"), scene.client("mei")
        made = program.ask("PUT", "/api/v1/commands", {"name": "Rain", "url": "https://a.example"}).json
        self.assertEqual((made["command"]["name"], made["secret"][:6]), ("rain", "whsec_"))
        (seen,) = mei.get(f"/api/v1/bots/{bot}/commands").json["commands"]
        self.assertNotIn("secret", seen)
        answer = program.post("/api/v1/commands/replies", {"token": "0" * 32, "text": "Rain"})
        self.assertEqual((answer.status, answer.code), (404, "not_found"))
        self.assertEqual(mei.ask("DELETE", f"/api/v1/commands/{seen['id']}").status, 204)
        self.assertEqual(mei.get(f"/api/v1/bots/{bot}/commands").json["commands"], [])
