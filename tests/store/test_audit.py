"""The audit log, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT
from webchat.store import audit


class Acts(StoreTests):
    """Written, and read by room, by person, by page."""

    def test_read(self) -> None:
        """Newest first, below a given one; of one room, or of what was done to one person."""
        anna, mei, room = self.user(), self.user("mei"), self.room()
        self.write(audit.record, NOW, anna, "room.archive", room=room)
        self.write(audit.record, NOW, None, "user.disable", user=mei, reason="广告")
        self.write(audit.record, NOW, anna, "report.deleted", room=room, user=mei, seq=3)
        every = self.read(audit.entries, MAX_INT, 10)
        self.assertEqual([one.action for one in every], ["report.deleted", "user.disable", "room.archive"])
        self.assertEqual((every[1].actor, every[1].details), (None, {"reason": "广告"}))
        self.assertEqual((every[0].details, every[2].details), ({"seq": 3}, {}))
        self.assertEqual([one.id for one in self.read(audit.entries, every[0].id, 1)], [every[1].id])
        self.assertEqual(len(self.read(audit.entries, MAX_INT, 10, room=room)), 2)
        self.assertEqual(len(self.read(audit.entries, MAX_INT, 10, user=mei)), 2)
        self.assertEqual(len(self.read(audit.entries, MAX_INT, 10, room=room, user=mei)), 1)


on_each_engine(Acts, globals())
