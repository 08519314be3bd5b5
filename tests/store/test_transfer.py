"""Rooms as lines, and as rooms again, on each engine."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.extras import Extras, Forwarded, Reaction
from webchat.model.ids import Millis, RoomId, Seq, UserId
from webchat.model.transfer import Head, Line, Person, Place, Said, written
from webchat.store import memberships, messages, rooms, users
from webchat.store import transfer as store
from webchat.store.schema import reactions, revisions


class Files(StoreTests):
    """A room in which everything happened that can happen."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.room_id = self.user("anna"), self.user("mei"), self.room("Tea")
        self.join(self.room_id, self.anna, "owner")
        self.join(self.room_id, self.mei)
        for number in range(1, 6):
            self.post(self.room_id, self.anna if number % 2 else self.mei, f"m{number} 你好", f"n{number}")
        self.write(self.live)

    def live(self, db: sa.Connection) -> None:
        room = self.room_id
        _, rev = rooms.raise_counters(db, room, 0, 1)
        messages.edit(db, room, Seq(1), "edited", NOW, rev)
        db.execute(revisions.insert(), {"room": room, "seq": 1, "rev": 3, "text": "m1 你好", "written": NOW})
        _, rev = rooms.raise_counters(db, room, 0, 1)
        messages.delete(db, room, Seq(2), NOW, rev)
        _, rev = rooms.raise_counters(db, room, 0, 1)
        people = (self.mei, self.anna)
        extras = Extras(
            mentions=(self.mei,),
            reactions=(Reaction("👍", 2, people),),
            forwarded=Forwarded(self.anna, NOW, RoomId(9), Seq(9)),
        )
        messages.set_extras(db, room, Seq(3), extras, rev)
        for user in people:
            db.execute(reactions.insert(), {"room": room, "seq": 3, "emoji": "👍", "user": user, "created": NOW})
        _, rev = rooms.raise_counters(db, room, 0, 1)
        memberships.leave(db, room, self.mei, rev)

    def lines(self, room: RoomId, epoch: str = "e") -> list[Line]:
        return self.read(lambda db: list(store.lines(db, rooms.one(db, room), epoch)))

    def take_in(self, lines: list[Line]) -> RoomId:
        def work(db: sa.Connection) -> RoomId:
            head = lines[0]
            assert isinstance(head, Head)
            room = store.begin(db, head, NOW)
            ids = {one.number: store.account_for(db, one, NOW)[0] for one in lines if isinstance(one, Person)}
            store.add_messages(db, room, [one for one in lines if isinstance(one, Said)], ids)
            store.finish(db, room, head, [one for one in lines if isinstance(one, Place)], ids)
            return room

        return self.write(work)

    def test_identical(self) -> None:
        """A copy is written to the very same bytes, here with other ids for room and people."""
        before = self.lines(self.room_id)
        copy = self.take_in(before)
        self.assertNotEqual(copy, self.room_id)
        after = self.lines(copy, "another")
        self.assertEqual(b"".join(map(written, after)), b"".join(map(written, before)))

    def test_told(self) -> None:
        """Numbers stand for people; a tombstone holds nothing, and places in other rooms mean nothing elsewhere."""
        said = {one.seq: one for one in self.lines(self.room_id) if isinstance(one, Said)}
        self.assertEqual((said[2].text, said[2].hash, said[2].nonce), ("", None, "n2"))
        self.assertEqual([one.text for one in said[1].was], ["m1 你好"])
        extras = said[3].extras
        self.assertEqual((extras.mentions, extras.reactions[0].users), ((2,), (2, 1)))
        self.assertEqual(extras.forwarded, Forwarded(UserId(1), NOW))
        self.assertEqual([one.person for one in said[3].given], [1, 2])

    def test_pages(self) -> None:
        """It is read a page at a time, whatever stands where they meet."""
        before = self.lines(self.room_id)
        self.patch(store, "PAGE", 2)
        self.assertEqual(self.lines(self.room_id), before)

    def test_accounts(self) -> None:
        """Who has the name here is meant; for others an account is made that nobody can use."""

        def work(db: sa.Connection) -> tuple[UserId, bool]:
            return store.account_for(db, Person(1, "olga", "Olga", "human"), Millis(5))

        user, is_new = self.write(work)
        self.assertTrue(is_new)
        self.assertEqual(self.write(work), (user, False))
        account = self.read(users.maybe, user)
        assert account is not None
        self.assertEqual((account.disabled, account.role, account.display_name), (5, "member", "Olga"))
        self.assertIsNone(self.read(users.password_hash, user))

    def test_copies(self) -> None:
        """A room is found by what it was copied from, and by being it."""
        copy = self.take_in(self.lines(self.room_id, "e"))
        origin = store.origin_of(self.room_id, "e")
        self.assertEqual(self.read(store.copy_of, origin, "other"), (copy, False))
        self.write(store.forget_origin, copy)
        self.assertIsNone(self.read(store.copy_of, origin, "other"))
        self.assertEqual(self.read(store.copy_of, origin, "e"), (self.room_id, False))
        for wrong in ("e/0", "e/x", "e/²", "e/99999999999999999999", "e/", "e"):
            self.assertIsNone(self.read(store.copy_of, wrong, "e"), wrong)


on_each_engine(Files, globals())
