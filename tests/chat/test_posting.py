"""Posts that are stored together."""

from __future__ import annotations

from typing import Any

from tests.chat.test_messages import Scene
from webchat.model.commands import Forward, PostMessage


class Together(Scene):
    """Anna, the owner, and Mei; what they post while the writer is busy is one batch."""

    def be_busy(self) -> None:
        """The writer does something else first."""
        self.house.database.write(None, lambda db: None)

    def all_of(self, *posts: Any) -> list[Any]:
        """What became of each: the number and rev it got, or the code it was refused with."""
        self.house.turn()
        found = []
        for post in posts:
            answers: list[Any] = []
            post.addBoth(answers.append)
            (answer,) = answers
            found.append((answer.seq, answer.rev) if hasattr(answer, "seq") else answer.value.code)
        return found

    def carrying(self, text: str = "hi", room: int = 1, **given: Any) -> Any:
        return self.messages.post(self.mei, PostMessage(1, room, text, **given))

    def test_each_its_own(self) -> None:
        """What is refused takes no number, what is repeated gets the first one's, and each room counts by itself."""
        other = self.house.wait(self.house.chat.rooms.create(self.mei, "Tea")).room
        self.say(1)
        before = self.page().rev
        batches = self.house.database.batches
        self.be_busy()
        found = self.all_of(
            self.post("a", "n1"),
            self.carrying(reply=99, nonce="n2"),
            self.post("a", "n1"),
            self.post("another", "n1"),
            self.post("b", actor=self.anna),
            self.messages.post(self.anna, PostMessage(1, other, "not let in")),
            self.carrying("tea", other),
            self.post("c", "n2"),
        )
        self.assertEqual(self.house.database.batches - batches, 2)
        seqs = [one if isinstance(one, str) else one[0] for one in found]
        self.assertEqual(seqs, [2, "no_such_message", 2, "conflict", 3, "not_a_member", 1, 4])
        self.assertEqual([found[number][1] - before for number in (0, 4, 7)], [1, 2, 3])
        self.assertEqual([message.text for message in self.page().messages], ["m1", "a", "b", "c"])

    def test_threads(self) -> None:
        """The messages that began threads follow the posts, each told once with all its new replies."""
        self.say(2)
        line = self.house.connect(self.anna)
        before = self.page().rev
        self.be_busy()
        self.all_of(*(self.carrying(f"t{root}", thread=root) for root in (1, 2, 1)), self.post("aside"))
        told = line.rest()
        self.assertEqual([one["rev"] - before for one in told], [1, 2, 3, 4, 5, 6])
        self.assertEqual([(one["seq"], one.get("replies")) for one in told[4:]], [(1, 2), (2, 1)])

    def test_nobody_waits_for_a_refused_one(self) -> None:
        """In a slow room the time begins with what was posted, not with what was refused for what it should carry."""
        self.house.wait(self.house.chat.rooms.change(self.anna, 1, slow=60))
        wrong: list[dict[str, Any]] = [
            {"reply": 99},
            {"thread": 99},
            {"text": "", "forward": Forward(1, 99)},
            {"files": ("0" * 32,)},
        ]
        refused = ["no_such_message", "no_such_message", "no_such_message", "no_such_file"]
        # In batches of their own, then in one with what is posted.
        self.assertEqual([self.all_of(self.carrying(**given))[0] for given in wrong], refused)
        self.be_busy()
        found = self.all_of(*(self.carrying(**given) for given in wrong), self.post("one"), self.post("two"))
        self.assertEqual((found[:4], found[4][0], found[5]), (refused, 1, "slow_mode"))
