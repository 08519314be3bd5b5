"""Messages, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.events import Message
from webchat.model.extras import Extras
from webchat.model.ids import Millis, Rev, Seq
from webchat.store import messages
from webchat.store.messages import NewMessage, Sent


class Said(StoreTests):
    """Stored, found, changed."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.room_id = self.user("anna"), self.user("mei"), self.room()

    def test_stored(self) -> None:
        """A message comes back as it was said."""
        seq, rev = self.post(self.room_id, self.anna, "hi 😀", "n1")
        said = Message(self.room_id, rev, seq, self.anna, "hi 😀", NOW, "n1")
        self.assertEqual(self.read(messages.maybe, self.room_id, seq), said)
        self.assertIsNone(self.read(messages.maybe, self.room_id, Seq(2)))

    def test_many_at_once(self) -> None:
        """Many messages are stored in one go, with and without a nonce."""
        new = [
            NewMessage(self.room_id, Seq(n), Rev(n + 1), self.anna, f"n{n}" if n % 2 else None, b"x" * 32, f"m{n}", NOW)
            for n in range(1, 301)
        ]
        self.write(messages.add, new)
        self.write(messages.add, [])
        found = self.read(messages.after, self.room_id, Seq(0), 999)
        self.assertEqual([(one.seq, one.text, one.nonce) for one in found], [(o.seq, o.text, o.nonce) for o in new])

    def test_nonces(self) -> None:
        """A nonce that was used is known with its number and what was first said, also after an edit."""
        body = bytes(range(32))
        new = NewMessage(self.room_id, Seq(1), Rev(2), self.anna, "n1", body, "hi", NOW)
        self.write(messages.add, [new])
        self.write(messages.edit, self.room_id, Seq(1), "ho", Millis(NOW + 1), Rev(3))
        other = self.room("Other")
        key = (self.room_id, self.anna, "n1")
        asked = [key, (self.room_id, self.mei, "n1"), (other, self.anna, "n1"), (self.room_id, self.anna, "N1")]
        self.assertEqual(self.read(messages.sent, asked), {key: Sent(Seq(1), Rev(2), NOW, body)})
        self.assertEqual(self.read(messages.sent, []), {})

    def test_edited(self) -> None:
        """An edited message has its new text, keeps its number, and leaves its neighbours alone."""
        for _ in range(3):
            self.post(self.room_id, self.anna, "hi")
        self.write(messages.edit, self.room_id, Seq(2), "ho", Millis(NOW + 1), Rev(9))
        found = self.read(messages.after, self.room_id, Seq(0), 9)
        self.assertEqual(
            [(one.seq, one.rev, one.text, one.edited) for one in found],
            [(1, 2, "hi", None), (2, 9, "ho", NOW + 1), (3, 4, "hi", None)],
        )

    def test_grown(self) -> None:
        """A message that streams grows without being edited; when it is complete it counts as posted then."""
        seq, rev = self.post(self.room_id, self.anna, "Tea", "n1")
        self.write(messages.set_extras, self.room_id, seq, Extras(action=True, streaming=True), rev)
        for text, is_complete in (("Tea is", False), ("Tea is green", True)):
            rev = Rev(rev + 1)
            found = self.read(messages.maybe, self.room_id, seq)
            self.write(messages.grow, found, text, rev, is_complete)
            found = self.read(messages.maybe, self.room_id, seq)
            self.assertEqual((found.text, found.rev, found.edited), (text, rev, None))
            self.assertEqual((found.streaming, found.action), (not is_complete, True))
            key = (self.room_id, self.anna, "n1")
            self.assertEqual(self.read(messages.sent, [key])[key].rev, rev if is_complete else 2)

    def test_deleted(self) -> None:
        """A deleted message leaves its number and nothing of its text."""
        self.post(self.room_id, self.anna, "secret")
        self.write(messages.delete, self.room_id, Seq(1), Millis(NOW + 1), Rev(9))
        found = self.read(messages.maybe, self.room_id, Seq(1))
        assert found is not None
        self.assertEqual((found.text, found.deleted, found.rev, found.author), ("", NOW + 1, 9, self.anna))
        self.assertNotIn("secret", str(self.read(lambda db: db.exec_driver_sql("SELECT * FROM messages").all())))

    def test_pages(self) -> None:
        """History is read in both directions, always ascending, and of one room only."""
        other = self.room("Other")
        for _ in range(7):
            self.post(self.room_id, self.anna)
            self.post(other, self.anna)

        def seqs(found: list[Message]) -> list[int]:
            self.assertEqual({one.room for one in found} | {self.room_id}, {self.room_id})
            return [one.seq for one in found]

        self.assertEqual(seqs(self.read(messages.before, self.room_id, Seq(6), 3)), [3, 4, 5])
        self.assertEqual(seqs(self.read(messages.before, self.room_id, Seq(3), 9)), [1, 2])
        self.assertEqual(seqs(self.read(messages.before, self.room_id, Seq(1), 9)), [])
        self.assertEqual(seqs(self.read(messages.after, self.room_id, Seq(2), 3)), [3, 4, 5])
        self.assertEqual(seqs(self.read(messages.after, self.room_id, Seq(7), 3)), [])


on_each_engine(Said, globals())
