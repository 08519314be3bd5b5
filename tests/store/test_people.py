"""People, found and listed."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, UserId
from webchat.model.users import SharedRoom
from webchat.store import people, users


class Searching(StoreTests):
    """Finding people by any part of a name."""

    def found(self, term: str, after: tuple[str, int] = ("", 0), limit: int = 50) -> list[UserId]:
        """The ids of who is found."""
        return [card.id for card, _, _ in self.read(people.search, term, after, limit)]

    def test_anywhere(self) -> None:
        """What stands at the beginning, in the middle or at the end of either name is found, and nothing else."""
        xiaoyue = self.user("lin", display_key="林晓月")
        anna = self.user("anna", display_key="anna berg")
        for term, who in (
            ("林", [xiaoyue]), ("晓", [xiaoyue]), ("晓月", [xiaoyue]), ("林晓月", [xiaoyue]), ("in", [xiaoyue]),
            ("月林", []), ("berg", [anna]), ("a b", [anna]), ("na", [anna]), ("x", []), ("%", []), ("_", []),
        ):  # fmt: skip
            self.assertEqual(self.found(term), who, term)

    def test_once(self) -> None:
        """Who has the text in several places is found once, page after page."""
        people_ = [self.user(name) for name in ("anna", "hannah", "susanna", "nina", "otto")]
        seen: list[UserId] = []
        after = ("", 0)
        while page := self.read(people.search, "n", after, 2):
            seen += [card.id for card, _, _ in page]
            after = page[-1][1]
        self.assertEqual(sorted(seen), people_[:4])

    def test_whole(self) -> None:
        """It is known whose whole name begins with the text."""
        anna, hannah = self.user("anna"), self.user("hannah")
        begins = {card.id: whole for card, _, whole in self.read(people.search, "an", ("", 0), 9)}
        self.assertEqual(begins, {anna: True, hannah: False})

    def test_gone(self) -> None:
        """Who is shut out, or has given up her account, is not found, nor listed."""
        dora, gone, here = self.user("dora"), self.user("dolly"), self.user("don")
        self.write(users.change, dora, disabled=NOW)
        self.write(users.give_up, gone, NOW)
        self.assertEqual(self.found("do"), [here])
        self.assertEqual([card.id for card, _ in self.read(people.listed, ("", 0), 9)], [here])

    def test_listed(self) -> None:
        """All are listed by display name, page by page."""
        names = ("mei", "anna", "zoe", "li")
        ids = {name: self.user(name) for name in names}
        first = self.read(people.listed, ("", 0), 3)
        rest = self.read(people.listed, (first[-1][1], first[-1][0].id), 3)
        self.assertEqual([card.id for card, _ in [*first, *rest]], [ids[name] for name in sorted(names)])

    def test_by_index(self) -> None:
        """Looking for a name reads a stretch of an index, not everybody."""
        if not self.engines.is_sqlite:
            return
        statement = people._SEARCH.compile(self.engines.reader)
        values = {name: value.value for name, value in statement.binds.items()}
        values.update(from_="a", to_="b", part_="", after_=0, limit_=5)
        with self.engines.reader.connect() as db:
            order = [values[name] for name in statement.positiontup or ()]
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(order)).all()
        self.assertFalse([line for *_, line in plan if line.startswith("SCAN")], plan)


class Meeting(StoreTests):
    """Rooms that people share."""

    def test_shared(self) -> None:
        """Rooms both belong to, not those one of them has left, and no direct ones."""
        anna, mei = self.user("anna"), self.user("mei")
        lobby, den, old, direct = (
            self.room("Lobby"),
            self.room("Den", "private"),
            self.room("Old"),
            self.room("", "direct"),
        )
        for room in (lobby, den, old, direct):
            self.join(room, anna)
            self.join(room, mei)
        self.leave(old, mei)
        self.assertEqual(
            self.read(people.shared_rooms, anna, mei, 9),
            (SharedRoom(lobby, "Lobby", "public"), SharedRoom(den, "Den", "private")),
        )
        self.assertEqual(self.read(people.rooms_of, mei), [lobby, den, direct])

    def test_active(self) -> None:
        """Who wrote lately in rooms of somebody, in whichever room."""
        anna, mei, li, far = (self.user(name) for name in ("anna", "mei", "li", "far"))
        lobby, den, elsewhere = self.room("Lobby"), self.room("Den"), self.room("Elsewhere")
        self.join(lobby, anna)
        self.join(den, anna)
        self.post(lobby, mei)
        self.post(den, li)
        self.post(elsewhere, far)
        self.assertEqual(self.read(people.active, anna), [mei, li])
        self.assertEqual(self.read(people.active, far), [])

    def test_only_the_latest(self) -> None:
        """Who wrote long ago is not active."""
        anna, mei, li = self.user("anna"), self.user("mei"), self.user("li")
        lobby = self.room("Lobby")
        self.join(lobby, anna)
        self.post(lobby, mei)
        for _ in range(people.ACTIVE_MESSAGES):
            self.post(lobby, li)
        self.assertEqual(self.read(people.active, anna), [li])

    def test_own(self) -> None:
        """What somebody wrote is read piece by piece, each message once, whether it had a nonce or not."""
        anna, mei = self.user("anna"), self.user("mei")
        lobby = self.room("Lobby")
        for number in range(7):
            self.post(lobby, anna, f"text {number}", None if number % 2 else f"n{number}")
            self.post(lobby, mei, "something else")
        seen: list[str] = []
        last: people.OwnMessage | None = None
        while page := self.read(people.own_messages, lobby, anna, last, 2):
            seen += [text for _, _, text, _, _ in page]
            last = page[-1]
        self.assertEqual(sorted(seen), [f"text {number}" for number in range(7)])
        self.assertIsInstance(last[3] if last else None, int)
        self.assertEqual(Millis(NOW), last[3] if last else None)

    def test_featured(self) -> None:
        """Who was chosen first comes first; who has gone is left out, and so is who was never chosen."""
        chosen = [self.user(name) for name in ("anna", "mei", "li", "gone")]
        self.user("other")
        for place, user in enumerate(reversed(chosen)):
            self.write(users.change, user, featured=Millis(NOW + place))
        self.write(users.change, chosen[3], disabled=NOW)
        self.assertEqual([card.name for card in self.read(people.featured, 10)], ["li", "mei", "anna"])
        self.assertEqual([card.name for card in self.read(people.featured, 1)], ["li"])


on_each_engine(Searching, globals())
on_each_engine(Meeting, globals())
