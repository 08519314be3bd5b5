"""Messages over HTTP."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.scene import populated
from tests.http.wire import Answer
from webchat.live.limits import Rate

MESSAGES = "/api/v1/rooms/2/messages"


class MessageTests(SynchronousTestCase):
    """History, posting, editing, deleting, reading."""

    def setUp(self) -> None:
        self.scene = populated()
        self.addCleanup(self.scene.stop)
        self.mei = self.scene.client("mei")

    def seqs(self, answer: Answer) -> list[int]:
        return [message["seq"] for message in answer.json["messages"]]

    def test_post(self) -> None:
        """A message gets the next number, and everybody in the room can read it."""
        answer = self.mei.post(MESSAGES, {"text": "Hello, 世界 👋", "nonce": "a-1"})
        self.assertEqual((answer.status, answer.json["seq"]), (201, 3))
        self.assertNotIn("duplicate", answer.json)
        page = self.scene.client("olga").get(MESSAGES).json
        self.assertEqual(page["messages"][-1]["text"], "Hello, 世界 👋")
        self.assertEqual({user["name"] for user in page["users"]}, {"mei", "olga"})

    def test_nonce(self) -> None:
        """The same nonce again is answered the same, with 200; with another text it is a conflict."""
        first = self.mei.post(MESSAGES, {"text": "hi", "nonce": "a-1"}).json
        again = self.mei.post(MESSAGES, {"text": "hi", "nonce": "a-1"})
        self.assertEqual((again.status, again.json), (200, {**first, "duplicate": True}))
        other = self.mei.post(MESSAGES, {"text": "ho", "nonce": "a-1"})
        self.assertEqual((other.status, other.code, other.json["field"]), (409, "conflict", "nonce"))
        self.assertEqual(self.seqs(self.mei.get(MESSAGES)), [1, 2, 3])

    def test_texts(self) -> None:
        """Empty, invisible, too long: refused with their own codes."""
        for text, code in (
            ("", "empty_text"),
            (" \n", "empty_text"),
            ("\u200b", "empty_text"),
            ("a\0b", "bad_text"),
            ("a\x1b", "bad_text"),
            ("x" * 10_001, "text_too_long"),
        ):
            answer = self.mei.post(MESSAGES, {"text": text})
            self.assertEqual((answer.status, answer.code), (400, code), repr(text[:5]))
        self.assertEqual(self.mei.post(MESSAGES, {"text": "x" * 10_000}).status, 201)
        self.assertEqual(
            self.mei.ask("POST", MESSAGES, raw=b'{"text":"' + b"\xf0\x9f\x98\x80" * 10_000 + b'"}').status, 201
        )

    def test_history(self) -> None:
        """The newest, those before, after and around a number; the ends are told."""
        for number in range(10):
            self.mei.post(MESSAGES, {"text": str(number)})
        for query, seqs, at_start, at_end in (
            ("?limit=3", [10, 11, 12], False, True),
            ("?before=3&limit=5", [1, 2], True, False),
            ("?after=10&limit=5", [11, 12], False, True),
            ("?after=0&limit=2", [1, 2], True, False),
            ("?around=6&limit=4", [4, 5, 6, 7], False, False),
            ("", list(range(1, 13)), True, True),
        ):
            answer = self.mei.get(MESSAGES + query)
            self.assertEqual(self.seqs(answer), seqs, query)
            self.assertEqual((answer.json["at_start"], answer.json["at_end"]), (at_start, at_end), query)
        self.assertEqual(self.mei.get(MESSAGES + "?before=3&after=1").status, 400)

    def test_edit_and_delete(self) -> None:
        """The author edits; what is deleted leaves a tombstone."""
        edited = self.mei.ask("PATCH", f"{MESSAGES}/1", {"text": "better"})
        self.assertEqual(edited.status, 200)
        message = self.mei.get(MESSAGES).json["messages"][0]
        self.assertEqual((message["text"], message["rev"]), ("better", edited.json["rev"]))
        stale = self.mei.ask("PATCH", f"{MESSAGES}/1", {"text": "best", "if_rev": edited.json["rev"] - 1})
        self.assertEqual((stale.status, stale.code), (409, "conflict"))
        self.assertEqual(self.scene.client("mona").ask("DELETE", f"{MESSAGES}/1").status, 200)
        message = self.mei.get(MESSAGES).json["messages"][0]
        self.assertEqual((message["text"], "deleted" in message), ("", True))
        missing = self.mei.ask("DELETE", f"{MESSAGES}/99")
        self.assertEqual((missing.status, missing.code), (404, "no_such_message"))

    def test_read(self) -> None:
        """The mark only rises."""
        for seq, mark in ((2, 2), (1, 2), (99, 2)):
            self.assertEqual(self.mei.ask("PUT", "/api/v1/rooms/2/read", {"seq": seq}).json, {"room": 2, "seq": mark})

    def test_changes(self) -> None:
        """What changed since a rev, in rising revs; too much of it is gone."""
        page = self.mei.get(MESSAGES).json
        self.mei.post(MESSAGES, {"text": "new"})
        changes = self.mei.get(f"/api/v1/rooms/2/changes?rev={page['rev']}").json
        self.assertEqual([(row["type"], row["text"]) for row in changes["rows"]], [("message", "new")])
        self.assertEqual((changes["rev"], changes["epoch"]), (page["rev"] + 1, page["epoch"]))
        ahead = self.mei.get("/api/v1/rooms/2/changes?rev=4711")
        self.assertEqual((ahead.status, ahead.code), (410, "reset"))

    def test_too_fast(self) -> None:
        """Who goes too fast is told when to go on."""
        scene = populated(posts=Rate(1.0, 2.0))
        self.addCleanup(scene.stop)
        answers: list[Any] = [scene.client("mei").post(MESSAGES, {"text": "hi"}) for _ in range(3)]
        self.assertEqual([answer.status for answer in answers], [201, 201, 429])
        self.assertEqual(answers[2].code, "rate_limited")
        self.assertGreaterEqual(int(answers[2].headers["retry-after"]), 1)
