"""Threads and single messages over HTTP."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.http.scene import populated

ROOM = "/api/v1/rooms/2"


class ThreadTests(SynchronousTestCase):
    """Mei's message 1, and what is said under it."""

    def setUp(self) -> None:
        self.scene = populated()
        self.addCleanup(self.scene.stop)
        self.mei = self.scene.client("mei")
        for text in ("a", "b", "c"):
            self.mei.post(f"{ROOM}/messages", {"text": text, "thread": 1, "reply": 2})

    def test_thread(self) -> None:
        """A thread is read page by page; what it quotes and who spoke comes with it."""
        page = self.mei.get(f"{ROOM}/threads/1?limit=2").json
        self.assertEqual((page["first"]["seq"], page["first"]["replies"]), (1, 3))
        self.assertEqual([one["text"] for one in page["messages"]], ["b", "c"])
        self.assertEqual((page["at_start"], page["at_end"]), (False, True))
        self.assertEqual([one["seq"] for one in page["quoted"]], [2])
        before = page["messages"][0]["seq"]
        older = self.mei.get(f"{ROOM}/threads/1?before={before}").json
        self.assertEqual(([one["text"] for one in older["messages"]], older["at_start"]), (["a"], True))
        self.assertEqual(self.mei.get(f"{ROOM}/threads/1?before=3&after=3").code, "bad_request")
        self.assertEqual(self.mei.get(f"{ROOM}/threads/3").code, "no_such_message")

    def test_threads(self) -> None:
        """The threads of a room are listed with a cursor."""
        self.mei.post(f"{ROOM}/messages", {"text": "d", "thread": 2})
        page = self.mei.get(f"{ROOM}/threads?limit=1").json
        self.assertEqual([one["seq"] for one in page["threads"]], [2])
        page = self.mei.get(f"{ROOM}/threads?limit=1&after={page['next']}").json
        self.assertEqual(([one["seq"] for one in page["threads"]], page["next"]), ([1], None))
        self.assertEqual(self.mei.get(f"{ROOM}/threads?after=x").code, "bad_request")

    def test_quoted(self) -> None:
        """A page of the room brings what its messages answer; one message can be asked for alone."""
        page = self.mei.get(f"{ROOM}/messages?limit=1").json
        self.assertEqual([one["seq"] for one in page["quoted"]], [2])
        one = self.mei.get(f"{ROOM}/messages/1").json
        self.assertEqual((one["type"], one["seq"]), ("message", 1))
        self.assertEqual(self.mei.get(f"{ROOM}/messages/99").code, "no_such_message")

    def test_revisions(self) -> None:
        """What a message said before its author and moderators see."""
        self.mei.ask("PATCH", f"{ROOM}/messages/1", {"text": "other"})
        for name in ("mei", "mona"):
            found = self.scene.client(name).get(f"{ROOM}/messages/1/revisions").json["revisions"]
            self.assertEqual([set(one) for one in found], [{"text", "written"}])
        self.assertEqual(self.scene.client("gus").get(f"{ROOM}/messages/1/revisions").code, "forbidden")

    def test_forward(self) -> None:
        """A message is passed on by naming it; half a name is none."""
        answer = self.mei.post(f"{ROOM}/messages", {"text": "", "forward": {"room": 2, "seq": 1}})
        self.assertEqual(answer.status, 201)
        for wrong in ({}, {"room": 2}, {"room": 2, "seq": 0}, {"room": 2, "seq": 1, "author": 5}, 1, []):
            answer = self.mei.post(f"{ROOM}/messages", {"text": "", "forward": wrong})
            self.assertEqual((answer.status, answer.code), (400, "bad_request"), wrong)
