"""Rooms and their counters, stored."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import NoSuchRoom
from webchat.model.rooms import Room
from webchat.store import bans, invites, memberships, messages, rooms


class Places(StoreTests):
    """Made, counted, listed."""

    def test_made(self) -> None:
        """A new room is empty, and its own row is its first change."""
        room = self.room("Lobby", "private")
        found = self.read(rooms.one, room)
        self.assertEqual(found, Room(room, "private", "Lobby", "", 0, 1, 1, NOW, None))  # type: ignore[arg-type]
        self.assertEqual(self.read(rooms.maybe, room), found)

    def test_unknown(self) -> None:
        """A room that does not exist is missing, not empty."""
        self.assertIsNone(self.read(rooms.maybe, RoomId(99)))
        self.assertRaises(NoSuchRoom, self.read, rooms.one, RoomId(99))
        self.assertRaises(NoSuchRoom, self.write, rooms.raise_counters, RoomId(99), 1, 1)

    def test_counters(self) -> None:
        """Counters rise by what happened, in this room alone."""
        room, other = self.room(), self.room("Other")
        self.assertEqual(self.write(rooms.raise_counters, room, 3, 5), (3, 6))
        self.assertEqual(self.write(rooms.raise_counters, room, 0, 1), (3, 7))
        self.assertEqual(self.read(rooms.revs, [room, other, RoomId(99)]), {room: 7, other: 1})
        self.assertEqual(self.read(rooms.revs, []), {})

    def test_locked(self) -> None:
        """Rooms that are held are told as they stand; unknown ones are left out."""
        ids = [self.room(f"r{number}") for number in range(3)]
        found = self.write(rooms.lock, [ids[2], ids[0], RoomId(99), ids[2]])
        self.assertEqual(list(found), [ids[0], ids[2]])
        self.assertEqual(found[ids[0]], self.read(rooms.one, ids[0]))
        self.assertEqual(self.write(rooms.lock, []), {})

    def test_changed(self) -> None:
        """A new title is a change of the room's own row."""
        room = self.room()

        def work(db: sa.Connection) -> None:
            _, rev = rooms.raise_counters(db, room, 0, 1)
            rooms.change(db, room, rev, title="大厅", title_key="大厅", archived=NOW)

        self.write(rooms.raise_counters, room, 1, 1)
        self.write(work)
        found = self.read(rooms.one, room)
        self.assertEqual((found.title, found.archived, found.changed, found.rev, found.seq), ("大厅", NOW, 3, 3, 1))

    def test_states(self) -> None:
        """Somebody's rooms are those she belongs to now, each with her place in it."""
        anna, mei = self.user("anna"), self.user("mei")
        lobby, second, third = self.room(), self.room("Second", "private"), self.room("Third")
        self.join(lobby, anna)
        self.join(second, anna, "owner")
        self.join(third, anna)
        self.join(third, mei)
        self.leave(third, anna)
        for _ in range(3):
            self.post(lobby, anna)
        self.write(memberships.read_up_to, [(lobby, anna, 2)])
        states = self.read(rooms.states, anna)
        self.assertEqual(
            [(one.room, one.seq, one.rev, one.read, one.role, one.joined_rev) for one in states],
            [(lobby, 3, 5, 2, "member", 2), (second, 0, 2, 0, "owner", 2)],
        )
        self.assertEqual(self.read(rooms.maybe_state, second, anna), states[1])
        self.assertIsNone(self.read(rooms.maybe_state, third, anna))
        self.assertIsNone(self.read(rooms.maybe_state, second, mei))

    def test_public(self) -> None:
        """Public rooms are listed by title, page by page, each once, also those with the same title."""
        anna, mei = self.user("anna"), self.user("mei")
        ids = {}
        for number, title in enumerate(("b", "a", "c", "a", "d")):
            ids[number] = self.room(title, "private" if title == "d" else "public")
        self.join(ids[1], anna)
        self.join(ids[1], mei)
        self.join(ids[2], mei)
        self.leave(ids[2], mei)
        walked, after = [], ("", 0)
        while page := self.read(rooms.public, anna, None, after, 2):
            walked += [(listing.room, listing.members, listing.joined) for listing, _ in page]
            after = (page[-1][1], page[-1][0].room)
        self.assertEqual(walked, [(ids[1], 2, True), (ids[3], 0, False), (ids[0], 0, False), (ids[2], 0, False)])

    def test_search(self) -> None:
        """A search takes the signs of the pattern language as plain signs when they are escaped."""
        anna = self.user()
        for title in ("100% sure", "1000 sure", "a_b", "axb", "中文聊天"):
            self.room(title)

        def found(like: str) -> list[str]:
            return [listing.title for listing, _ in self.read(rooms.public, anna, like, ("", 0), 9)]

        self.assertEqual(found("100\\%%"), ["100% sure"])
        self.assertEqual(found("%a\\_b%"), ["a_b"])
        self.assertEqual(found("%聊%"), ["中文聊天"])
        self.assertEqual(len(found("%")), 5)

    def test_purge(self) -> None:
        """A room that is gone is cleared away a few rows at a time; its own row stays, nameless."""
        anna, mei = self.user("anna"), self.user("mei")
        room, other = self.room(), self.room("Other")
        for one in (room, other):
            self.join(one, anna)
            self.join(one, mei)
            for _ in range(5):
                self.post(one, anna)
            self.write(bans.put, one, mei, anna, "", NOW, None)
            self.write(invites.add, bytes((one,)) * 32, anna, NOW, Millis(NOW + 9), 1, one)
        self.write(rooms.change, room, Rev(9), deleted=NOW)
        steps = 1
        while not self.write(rooms.purge, room, 2):
            steps += 1
        # 5 messages, 2 places, a ban and a link, two at a time; the last step finds nothing.
        self.assertEqual(steps, 5)
        self.assertTrue(self.write(rooms.purge, room, 2))
        for query, left in (
            (lambda one: self.read(messages.after, one, Seq(0), 9), 5),
            (lambda one: self.read(memberships.members, one, None, ("", 0), 9), 2),
            (lambda one: self.read(bans.of_room, one, NOW, UserId(0), 9), 1),
            (lambda one: self.read(invites.of_room, one, NOW, 9), 1),
        ):
            self.assertEqual((len(query(room)), len(query(other))), (0, left))
        gone = self.read(rooms.one, room)
        self.assertEqual((gone.title, gone.deleted, gone.rev), ("", NOW, 8))
        self.assertNotEqual(self.room("New"), room)


on_each_engine(Places, globals())
