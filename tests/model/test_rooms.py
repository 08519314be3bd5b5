"""Rooms, and somebody's place in one."""

from __future__ import annotations

import attrs
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.ids import Rev, RoomId, Seq, UserId
from webchat.model.rooms import Membership

MEMBER = Membership(RoomId(1), UserId(7), "member", Seq(0), "all", Rev(2), None, Rev(2))


class Places(SynchronousTestCase):
    def test_active(self) -> None:
        """Who has left is no member, though the room remembers her."""
        self.assertTrue(MEMBER.is_active)
        self.assertFalse(attrs.evolve(MEMBER, left_rev=Rev(3)).is_active)

    def test_may_moderate(self) -> None:
        """The room's owner and moderators may moderate, until they leave."""
        for role, may in (("owner", True), ("moderator", True), ("member", False)):
            self.assertEqual(attrs.evolve(MEMBER, role=role).may_moderate, may)
            self.assertFalse(attrs.evolve(MEMBER, role=role, left_rev=Rev(3)).may_moderate)
