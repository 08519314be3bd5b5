"""What messages said before, stored."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, Rev, Seq
from webchat.store import messages, revisions


class Kept(StoreTests):
    """Kept, counted, forgotten."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.room_id = self.user("anna"), self.room()
        self.post(self.room_id, self.anna, "first")
        self.post(self.room_id, self.anna, "beside")

    def edit(self, text: str, at: int, seq: int = 1, most: int = 3) -> None:
        def work(db: sa.Connection) -> None:
            message = messages.maybe(db, self.room_id, Seq(seq))
            assert message is not None
            revisions.keep(db, message, most)
            messages.edit(db, self.room_id, Seq(seq), text, Millis(NOW + at), Rev(100 + at))

        self.write(work)

    def texts(self, seq: int = 1) -> list[tuple[str, int]]:
        found = self.read(revisions.of_message, self.room_id, Seq(seq))
        return [(one.text, one.written - NOW) for one in found]

    def test_kept(self) -> None:
        """Each edit keeps what it replaces, and since when that stood there; of each message apart."""
        self.edit("second", 1)
        self.edit("third", 2)
        self.edit("beside, edited", 3, seq=2)
        self.assertEqual(self.texts(), [("first", 0), ("second", 1)])
        self.assertEqual(self.texts(2), [("beside", 0)])

    def test_the_latest(self) -> None:
        """Of a message that is edited again and again the latest texts are kept."""
        for number in range(1, 7):
            self.edit(f"text {number}", number)
        self.assertEqual(self.texts(), [("text 3", 3), ("text 4", 4), ("text 5", 5)])

    def test_dropped(self) -> None:
        """What one message said before is forgotten; that of others stays."""
        self.edit("second", 1)
        self.edit("beside, edited", 3, seq=2)
        self.write(messages.delete, self.room_id, Seq(1), NOW, Rev(9))
        self.assertEqual((self.texts(), len(self.texts(2))), ([], 1))


on_each_engine(Kept, globals())
