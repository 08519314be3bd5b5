"""What messages quote."""

from __future__ import annotations

from typing import Any

from tests.chat.test_messages import Scene
from webchat.model.commands import PostMessage
from webchat.store import messages


class Quotes(Scene):
    """Messages of the lobby that answer others."""

    def say_in(self, text: str, **carried: Any) -> int:
        return int(self.house.wait(self.messages.post(self.mei, PostMessage(1, 1, text, None, **carried))).seq)

    def test_quoted(self) -> None:
        """A page brings what its messages answer and does not hold itself, deleted ones as tombstones."""
        self.say(3)
        self.house.wait(self.delete(2))
        for reply in (1, 2, 1):
            self.say_in("yes", reply=reply)
        page = self.page(limit=3)
        self.assertEqual([(one.seq, one.text) for one in page.quoted], [(1, "m1"), (2, "")])
        self.assertEqual(self.page(limit=5).quoted, page.quoted[:1])
        self.assertEqual(self.page(limit=6).quoted, ())

    def test_in_thread(self) -> None:
        """So does a stretch of a thread; what began the thread comes with it anyway."""
        self.say(3)
        for reply in (1, 3):
            self.say_in("in it", thread=3, reply=reply)
        found = self.house.wait(self.house.chat.threads.page(self.mei, 1, 3))
        self.assertEqual([one.seq for one in found.quoted], [1])

    def test_costs_nothing(self) -> None:
        """Where nothing is quoted nothing is asked."""
        self.say(2)
        real, asked = messages.some, []

        def some(db: Any, room: Any, seqs: Any) -> Any:
            asked.append(seqs)
            return real(db, room, seqs)

        self.patch(messages, "some", some)
        self.page()
        self.say_in("yes", reply=1)
        self.page()
        self.assertEqual(asked, [])
        self.page(limit=1)
        self.assertEqual(asked, [{1}])
