"""What posts carry besides their text."""

from __future__ import annotations

from typing import Any

from tests.chat.test_messages import Scene
from webchat.model.commands import PostMessage


class Threads(Scene):
    """Messages that answer others, and those that begin threads."""

    def say_in(self, text: str, nonce: str | None = None, **carried: Any) -> Any:
        return self.messages.post(self.mei, PostMessage(1, 1, text, nonce, **carried))

    def test_counted(self) -> None:
        """The message that began a thread counts those of it, each with a change of its own row."""
        self.say(1)
        line = self.house.connect(self.anna)
        base = line.welcome["rooms"][0]["rev"]
        posts = [self.say_in(f"t{number}", thread=1, reply=1) for number in range(3)]
        last = [self.house.wait(post) for post in posts][-1]
        rows = line.rest()
        self.assertEqual([row["rev"] for row in rows], list(range(base + 1, base + len(rows) + 1)))
        root = rows[-1]
        self.assertEqual((root["seq"], root["replies"], root["last_reply"]), (1, 3, last.created))
        first, *others = self.page().messages
        self.assertEqual((first.replies, first.rev), (3, root["rev"]))
        self.assertEqual({(one.thread, one.reply) for one in others}, {(1, 1)})

    def test_counted_in_one_batch(self) -> None:
        """Posts that are stored together change the row of each thread once, after all of them."""
        self.say(2)
        line = self.house.connect(self.anna)
        base = line.welcome["rooms"][0]["rev"]
        self.house.writer.hold()
        posts = [self.say_in(f"t{number}", thread=number % 2 + 1) for number in range(4)] + [self.post("aside")]
        self.house.writer.release()
        seqs = [self.house.wait(post).seq for post in posts]
        rows = line.rest()
        self.assertEqual(seqs, [3, 4, 5, 6, 7])
        # The first is written at once, and the other four, which waited for it, together.
        self.assertEqual([row["rev"] for row in rows], list(range(base + 1, base + 9)))
        self.assertEqual({row["seq"]: row["replies"] for row in rows if "replies" in row}, {1: 2, 2: 2})
        found = self.house.wait(self.messages.changes(self.anna, 1, base))
        latest = {row["seq"]: row["rev"] for row in rows}
        self.assertEqual([row.rev for row in found.rows], sorted(latest.values()))

    def test_nothing_there(self) -> None:
        """What is answered has to be there, and a thread begins with a message of none; else nothing is stored."""
        self.say(1)
        self.house.wait(self.say_in("in it", thread=1))
        for carried, code in (
            ({"reply": 9}, "no_such_message"),
            ({"thread": 9}, "no_such_message"),
            ({"thread": 2}, "bad_request"),
        ):
            self.assertEqual(self.house.refusal(self.say_in("no", **carried)), code, carried)
        self.assertEqual(self.page().seq, 2)

    def test_another_body(self) -> None:
        """The same text in answer to something else is not the same post."""
        self.say(2)
        self.house.wait(self.say_in("yes", "n", reply=1))
        self.assertTrue(self.house.wait(self.say_in("yes", "n", reply=1)).duplicate)
        self.assertEqual(self.house.refusal(self.say_in("yes", "n", reply=2)), "conflict")
        self.assertEqual(self.house.refusal(self.say_in("yes", "n")), "conflict")
