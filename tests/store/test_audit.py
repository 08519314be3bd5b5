"""What was done by whoever has power over others, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, RoomId, UserId
from webchat.store import audit


class Acts(StoreTests):
    """Noted, and found again."""

    def test_found(self) -> None:
        """Acts are found newest first, page by page, of a room or towards a person."""
        anna, room = UserId(7), RoomId(3)
        self.write(audit.record, NOW, anna, "room.ban", room=room, user=UserId(8), until=None, reason_given=True)
        self.write(audit.record, Millis(NOW + 1), None, "user.disable", user=UserId(8))
        self.write(audit.record, Millis(NOW + 2), anna, "room.settings", room=room)
        found = self.read(audit.entries, 10**9, 9)
        self.assertEqual([entry.action for entry in found], ["room.settings", "user.disable", "room.ban"])
        self.assertEqual((found[2].actor, found[2].room, found[2].user, found[2].created), (anna, room, UserId(8), NOW))
        self.assertEqual((found[2].details, found[0].details), ({"until": None, "reason_given": True}, {}))
        self.assertIsNone(found[1].actor)
        self.assertEqual(self.read(audit.entries, found[0].id, 1), found[1:2])
        self.assertEqual(self.read(audit.entries, 10**9, 9, room), [found[0], found[2]])
        self.assertEqual(self.read(audit.entries, 10**9, 9, None, UserId(8)), found[1:])


on_each_engine(Acts, globals())
