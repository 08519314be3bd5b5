"""Who may do what in a room."""

from __future__ import annotations

import attrs
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat import permission
from webchat.model.commands import LeaveRoom
from webchat.model.rooms import Membership
from webchat.model.users import Actor


class Permission(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")

    def place(self, actor: Actor) -> Membership:
        return self.house.wait(  # type: ignore[no-any-return]
            self.house.chat.database.read(lambda db: permission.member(db, 1, actor))
        )[1]

    def test_member(self) -> None:
        """A member is found with her place in the room."""
        self.assertEqual((self.place(self.anna).role, self.place(self.mei).role), ("owner", "member"))

    def test_outsider(self) -> None:
        """Who is outside learns that a public room exists, and of no other."""
        room = self.house.wait(self.house.chat.database.read(lambda db: permission.member(db, 1, self.mei)))[0]
        self.assertEqual(permission.refuse_outsider(room).code, "not_a_member")
        for kind in ("private", "direct"):
            self.assertEqual(permission.refuse_outsider(attrs.evolve(room, kind=kind)).code, "no_such_room")
        self.assertEqual(permission.refuse_outsider(None).code, "no_such_room")

    def test_left(self) -> None:
        """Who has left is outside."""
        self.house.wait(self.house.chat.rooms.leave(self.mei, LeaveRoom(1, 1)))
        work = self.house.chat.database.read(lambda db: permission.member(db, 1, self.mei))
        self.assertEqual(self.house.refusal(work), "not_a_member")

    def test_writer(self) -> None:
        """In an archived room a member reads and does not write."""
        self.house.wait(self.house.chat.rooms.archive(self.anna, 1, True))
        self.assertEqual(self.place(self.mei).role, "member")
        work = self.house.chat.database.read(lambda db: permission.writer(db, 1, self.mei))
        self.assertEqual(self.house.refusal(work), "room_archived")

    def test_moderators(self) -> None:
        """The room's owner and moderators moderate, and the server's admins where they are members."""
        place = self.place(self.mei)
        admin = attrs.evolve(self.mei, user=attrs.evolve(self.mei.user, role="admin"))
        self.assertFalse(permission.may_moderate(self.mei, place))
        self.assertTrue(permission.may_moderate(admin, place))
        for role in ("moderator", "owner"):
            mine = attrs.evolve(place, role=role)
            self.assertTrue(permission.may_moderate(self.mei, mine))
            self.assertFalse(permission.may_moderate(self.mei, attrs.evolve(mine, left_rev=9)))
        self.assertFalse(permission.may_moderate(admin, attrs.evolve(place, left_rev=9)))
