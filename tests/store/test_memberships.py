"""Who belongs to which room, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, Rev, Seq, UserId
from webchat.model.rooms import Membership
from webchat.store import memberships, places, rooms, users
from webchat.store.driver import execute


class Belonging(StoreTests):
    """Joined, left, come back."""

    def test_joined(self) -> None:
        """Who joins is a member from that change on; nobody else is."""
        anna, mei, room = self.user("anna"), self.user("mei"), self.room()
        rev = self.join(room, anna, "owner")
        found = self.read(memberships.maybe, room, anna)
        self.assertEqual(found, Membership(room, anna, "owner", Seq(0), "all", rev, None, rev))
        self.assertIsNone(self.read(memberships.maybe, room, mei))
        self.assertEqual(self.read(memberships.count, room), 1)

    def test_left_and_back(self) -> None:
        """Who leaves is remembered; who comes back has read everything, and begins at that change."""
        anna, mei, room = self.user("anna"), self.user("mei"), self.room()
        self.join(room, mei)
        first = self.join(room, anna, "moderator")
        left = self.leave(room, anna)
        found = self.read(memberships.maybe, room, anna)
        assert found is not None
        self.assertEqual((found.joined_rev, found.left_rev, found.rev, found.is_active), (first, left, left, False))
        self.assertEqual(self.read(memberships.count, room), 1)
        self.post(room, mei)
        again = self.join(room, anna)
        self.assertEqual(
            self.read(memberships.maybe, room, anna),
            Membership(room, anna, "member", Seq(1), "all", again, None, again),
        )

    def test_many(self) -> None:
        """Many memberships are looked up at once; those that never were are left out."""
        anna, mei, room, other = self.user("anna"), self.user("mei"), self.room(), self.room("Other")
        self.join(room, anna)
        self.join(other, mei)
        self.leave(other, mei)
        found = self.read(memberships.many, [(room, anna), (other, mei), (other, anna), (room, UserId(99))])
        self.assertEqual(set(found), {(room, anna), (other, mei)})
        self.assertFalse(found[other, mei].is_active)
        self.assertEqual(found[room, anna], self.read(memberships.maybe, room, anna))
        self.assertEqual(self.read(memberships.many, []), {})

    def test_places(self) -> None:
        """The rooms of many people are counted and named at once, without those they have left."""
        anna, mei, room, other = self.user("anna"), self.user("mei"), self.room(), self.room("Other")
        for one in (room, other):
            self.join(one, anna)
            self.join(one, mei)
        self.leave(other, mei)
        self.assertEqual(self.read(memberships.counts, [anna, mei, UserId(99)]), {anna: 2, mei: 1})
        self.assertEqual(self.read(memberships.places, [anna, mei, UserId(99)]), {anna: {room, other}, mei: {room}})

    def test_role(self) -> None:
        """A member gets another role, as a change of the room."""
        anna, mei, room = self.user("anna"), self.user("mei"), self.room()
        self.join(room, anna)
        self.join(room, mei)
        self.write(memberships.set_role, room, anna, "moderator", Rev(9))
        found = self.read(memberships.maybe, room, anna)
        assert found is not None
        self.assertEqual((found.role, found.rev, found.joined_rev), ("moderator", 9, 2))
        other = self.read(memberships.maybe, room, mei)
        assert other is not None
        self.assertEqual((other.role, other.rev), ("member", 3))

    def test_silenced(self) -> None:
        """Until when somebody may not post, here and everywhere, is known with her place."""
        anna, mei, room = self.user("anna"), self.user("mei"), self.room()
        for one in (anna, mei):
            self.join(room, one)
        self.write(memberships.silence, room, anna, NOW)
        self.write(users.change, anna, silenced=NOW + 5)
        found = self.read(memberships.many, [(room, anna), (room, mei)])
        self.assertEqual((found[room, anna].silenced, found[room, anna].silenced_everywhere), (NOW, NOW + 5))
        self.assertEqual((found[room, anna].silence(NOW), found[room, anna].silence(Millis(NOW + 9))), (5, 0))
        self.assertEqual(found[room, anna], self.read(memberships.maybe, room, anna))
        self.assertEqual((found[room, mei].silence(NOW), found[room, anna].rev), (0, 2))
        entries = self.read(memberships.members, room, None, ("", 0), 9)
        self.assertEqual([entry.silenced for entry, _ in entries], [NOW, None])

    def test_posted(self) -> None:
        """When somebody posted is noted for her place alone."""
        anna, room, other = self.user(), self.room(), self.room("Other")
        for one in (room, other):
            self.join(one, anna)
        self.write(memberships.posted, {(room, anna): NOW})
        found = self.read(memberships.many, [(room, anna), (other, anna)])
        self.assertEqual((found[room, anna].posted, found[other, anna].posted), (NOW, 0))

    def test_heir(self) -> None:
        """The longest-serving moderator follows the owner, else the longest-serving member who could act."""
        room = self.room()
        ids = {name: self.user(name) for name in ("anna", "bot", "guest", "gone", "mei", "mona", "max")}
        for name in ids:
            self.join(room, ids[name], "owner" if name == "anna" else "member")
        self.write(users.change, ids["bot"], kind="bot")
        self.write(users.change, ids["guest"], role="guest")
        self.write(users.change, ids["gone"], disabled=NOW)
        self.assertEqual(self.read(memberships.owners, room), [ids["anna"]])
        self.leave(room, ids["anna"])
        self.assertEqual((self.read(memberships.owners, room), self.read(memberships.heir, room)), ([], ids["mei"]))
        for name in ("max", "mona"):
            self.write(memberships.set_role, room, ids[name], "moderator", Rev(9))
        self.assertEqual(self.read(memberships.heir, room), ids["mona"])
        self.assertIsNone(self.read(memberships.heir, self.room("Other")))

    def test_gone_rooms(self) -> None:
        """A room that is gone counts for nobody, though it still has members."""
        anna, room, other = self.user(), self.room(), self.room("Other")
        for one in (room, other):
            self.join(one, anna)
        self.write(rooms.change, other, Rev(3), deleted=NOW)
        self.assertEqual(self.read(memberships.counts, [anna]), {anna: 1})
        self.assertEqual(self.read(memberships.places, [anna]), {anna: {room}})

    def test_read_mark(self) -> None:
        """The read mark only rises, in whatever order the devices write."""
        anna, mei, room = self.user("anna"), self.user("mei"), self.room()
        for who in (anna, mei):
            self.join(room, who)
        self.write(memberships.read_up_to, [(room, anna, Seq(5)), (room, anna, Seq(3)), (room, mei, Seq(1))])
        self.write(memberships.read_up_to, [(room, anna, Seq(4)), (room, mei, Seq(2))])
        self.write(memberships.read_up_to, [])
        found = self.read(memberships.many, [(room, anna), (room, mei)])
        self.assertEqual((found[room, anna].read, found[room, mei].read), (5, 2))
        self.assertEqual(found[room, anna].rev, 2)

    def test_spoke(self) -> None:
        """Who has posted has read up to her last post, and nothing unsent waits there; elsewhere all stays."""
        anna, mei, room, other = self.user("anna"), self.user("mei"), self.room(), self.room()
        for where, who in ((room, anna), (room, mei), (other, anna)):
            self.join(where, who)
            self.write(places.set_draft, where, who, NOW)
        self.write(memberships.spoke, [(room, anna, Seq(3)), (room, anna, Seq(4))])
        self.write(memberships.spoke, [])
        found = [
            self.write(places.set_level, where, who, "all", None)
            for where, who in ((room, anna), (room, mei), (other, anna))
        ]
        self.assertEqual([(place.read, place.draft) for place in found], [(4, None), (0, NOW), (0, NOW)])

    def test_members(self) -> None:
        """Members are listed by the name that is shown, page by page, without those who left."""
        room = self.room()
        ids = [self.user(f"u{number}", display_key=key) for number, key in enumerate(("b", "a", "b", "c", "a"))]
        for one in ids:
            self.join(room, one)
        self.leave(room, ids[3])
        walked, after = [], ("", 0)
        while page := self.read(memberships.members, room, None, after, 2):
            walked += [entry.user.id for entry, _ in page]
            after = (page[-1][1], page[-1][0].user.id)
        self.assertEqual(walked, [ids[1], ids[4], ids[0], ids[2]])

    def test_renamed(self) -> None:
        """Who takes another display name stands at her new place, also where she comes back after the change."""
        room, other = self.room(), self.room("Other")
        anna, bela, mei = self.user("anna"), self.user("bela"), self.user("mei")
        for one in (anna, bela, mei):
            self.join(room, one)
        self.join(other, anna)
        self.leave(other, anna)
        self.write(memberships.rename, anna, "zoe")
        self.join(other, mei)
        self.join(other, anna)
        for one, expected in ((room, [bela, mei, anna]), (other, [mei, anna])):
            found = self.read(memberships.members, one, None, ("", 0), 10)
            self.assertEqual([entry.user.id for entry, _ in found], expected)

    def test_no_sorting(self) -> None:
        """A page of a big room's members is read in the order of an index, never sorted."""
        if not self.engines.is_sqlite:
            return
        text = str(memberships._LIST.compile(self.engines.writer))
        plan = self.read(execute, f"EXPLAIN QUERY PLAN {text}", [1] * text.count("?"))
        self.assertNotIn("USE TEMP B-TREE", " ".join(row[-1] for row in plan))
        self.assertIn("ix_memberships_room_display_key_user", str(plan))

    def test_search(self) -> None:
        """Members are found by either of their names."""
        room = self.room()
        anna = self.user("anna", display_key="queen_bee")
        mei = self.user("mei", display_key="queenxbee")
        for one in (anna, mei):
            self.join(room, one)

        def found(like: str) -> list[int]:
            return [entry.user.id for entry, _ in self.read(memberships.members, room, like, ("", 0), 9)]

        self.assertEqual(found("ann%"), [anna])
        self.assertEqual(found("queen\\_%"), [anna])
        self.assertEqual(found("queen%"), [anna, mei])
        self.assertEqual(found("nobody%"), [])


on_each_engine(Belonging, globals())
