"""All accounts and all rooms, as those who run the server see them."""

from __future__ import annotations

from typing import Any

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, Millis, UserId
from webchat.store import administration as store
from webchat.store import sessions, users

LATER = Millis(NOW + 1_000)


class Accounts(StoreTests):
    """Listed, found."""

    def session(self, user: UserId, number: int, kind: Any = "browser", seen: Millis = NOW) -> None:
        new = sessions.NewSession(user, bytes((number,)) * 32, kind, "", NOW, seen, None, "", "")
        self.write(sessions.add, new)

    def ids(self, before: int = MAX_INT, limit: int = 9, role: Any = None, state: Any = None) -> list[int]:
        return [one.id for one in self.read(store.accounts, LATER, before, limit, role, state)[0]]

    def test_listed(self) -> None:
        """Newest first, by page, by role and by state."""
        anna, mei, ola, gus = (self.user(name, role=role) for name, role in
                               (("anna", "owner"), ("mei", "member"), ("ola", "member"), ("gus", "guest")))  # fmt: skip
        self.write(users.change, mei, silenced=LATER + 5)
        self.write(users.change, ola, disabled=NOW, silenced=LATER + 5)
        self.write(users.change, gus, disabled=NOW, deleted=NOW)
        self.write(users.change, anna, silenced=LATER)
        self.assertEqual(self.ids(), [gus, ola, mei, anna])
        page, following = self.read(store.accounts, LATER, MAX_INT, 2, None, None)
        self.assertEqual(([one.state for one in page], following), (["deleted", "disabled"], ola))
        self.assertEqual(self.ids(before=ola), [mei, anna])
        self.assertEqual(self.ids(role="member"), [ola, mei])
        for state, wanted in (("active", [anna]), ("silenced", [mei]), ("disabled", [ola]), ("deleted", [gus])):
            self.assertEqual(self.ids(state=state), wanted)
        self.assertEqual(self.read(store.accounts, LATER, anna, 9, None, None), ([], None))

    def test_stretch(self) -> None:
        """However few are wanted, one page looks at so many accounts and no further, and says where to go on."""
        people = [self.user(f"p{number}", role="guest" if number == 0 else "member") for number in range(5)]
        self.patch(store, "STRETCH", 2)
        seen, before, pages = [], MAX_INT, 0
        while before is not None and pages < 9:
            page, before = self.read(store.accounts, LATER, before, 5, "guest", None)
            seen += [one.id for one in page]
            pages += 1
        self.assertEqual((seen, pages), ([people[0]], 3))

    def test_used(self) -> None:
        """With how many devices, and when it was last used."""
        mei = self.user("mei")
        self.session(mei, 1)
        self.session(mei, 2, seen=Millis(NOW + 7))
        self.session(mei, 3, kind="api", seen=Millis(NOW + 9))
        found = self.read(store.one, LATER, mei)
        assert found is not None
        self.assertEqual((found.devices, found.seen), (2, NOW + 9))
        self.write(users.change, mei, seen=NOW + 11)
        found = self.read(store.one, LATER, mei)
        assert found is not None
        self.assertEqual(found.seen, NOW + 11)
        self.assertIsNone(self.read(store.one, LATER, UserId(4711)))

    def test_named(self) -> None:
        """By the whole name, and by the beginning of a part of it."""
        mei, lin = self.user("xiaomei"), self.user("lin", display_name="Mei Lin", display_key="mei lin")
        self.assertEqual([one.id for one in self.read(store.named, LATER, "mei", "mei", 9)], [mei, lin])
        self.assertEqual([one.id for one in self.read(store.named, LATER, "mei l", "mei l", 9)], [lin])
        self.assertEqual([one.id for one in self.read(store.named, LATER, "omei", "omei", 9)], [mei])
        self.assertEqual(self.read(store.named, LATER, "%", "%", 9), [])

    def test_owner_and_counts(self) -> None:
        """Whose server it is, and how many accounts and rooms there have been."""
        self.assertEqual(self.read(store.made), (0, 0))
        anna = self.user(role="owner")
        self.user("mei", role="admin")
        self.room()
        self.assertEqual((self.read(store.owners), self.read(store.made)), ([anna], (2, 1)))

    def test_rooms(self) -> None:
        """Rooms of one kind by title, with their members; not what people say to each other directly."""
        garden, lobby, cellar = self.room("Garden"), self.room("Lobby"), self.room("Cellar", "private")
        self.room("", "direct")
        self.join(garden, self.user())
        found = self.read(store.room_list, "public", None, ("", 0), 9)
        self.assertEqual([(one.room, one.members) for one, _ in found], [(garden, 1), (lobby, 0)])
        self.assertEqual(
            [one.room for one, _ in self.read(store.room_list, "public", None, ("garden", garden), 9)], [lobby]
        )
        self.assertEqual([one.room for one, _ in self.read(store.room_list, "private", "%cell%", ("", 0), 9)], [cellar])

    def test_idle_guests(self) -> None:
        """Guests who were not here for long; not those who have registered, nor anybody else."""
        guests = [self.user(f"guest-{number}", role="guest") for number in range(4)]
        self.user("mei")
        self.user("gus", role="guest", password_hash="x")
        self.session(guests[1], 1, seen=LATER)
        self.session(guests[2], 2, seen=NOW)
        self.write(users.change, guests[3], disabled=NOW)
        idle, last = self.read(store.idle_guests, UserId(0), 100, LATER)
        self.assertEqual((sorted(idle), last), ([guests[0], guests[2]], 0))
        self.assertEqual(self.read(store.idle_guests, UserId(0), 1, LATER), ([guests[0]], guests[0]))
        self.assertEqual(self.read(store.idle_guests, UserId(0), 100, NOW), ([], 0))
        self.assertEqual(self.read(store.idle_guests, UserId(4711), 100, LATER), ([], 0))


on_each_engine(Accounts, globals())
