"""Reports, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, Millis, RoomId, Seq, UserId
from webchat.store import reports as store
from webchat.store.reports import Scope, Thing


class Reports(StoreTests):
    """Kept, gathered, closed."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei, self.ola = self.user(role="owner"), self.user("mei"), self.user("ola")
        self.lobby, self.garden = self.room(), self.room("Garden")
        self.first, self.second = Thing(self.lobby, Seq(1), self.ola), Thing(self.garden, Seq(1), self.ola)
        self.person = Thing(None, None, self.ola)

    def report(self, reporter: int, thing: Thing, reason: str = "spam") -> int:
        return self.write(store.add, reporter, thing, reason, NOW)

    def scope(self, *rooms: RoomId, herself: UserId = UserId(0)) -> Scope:  # noqa: B008
        return Scope(frozenset(rooms), herself)

    def test_gathered(self) -> None:
        """Several reports of one thing are one line, the latest first; a person is another thing than her message."""
        self.report(self.anna, self.first, "rude")
        person = self.report(self.mei, self.person)
        elsewhere = self.report(self.mei, self.second)
        latest = self.report(self.mei, self.first, "very rude")
        found = self.read(store.open_ones, None, MAX_INT, 10)
        self.assertEqual([one.id for one in found], [latest, elsewhere, person])
        self.assertEqual((found[0].reporters, found[0].reasons), (2, ("rude", "very rude")))
        self.assertEqual(found[2].thing, self.person)
        self.assertEqual([one.id for one in self.read(store.open_ones, None, latest, 1)], [elsewhere])
        self.assertEqual(
            [one.id for one in self.read(store.open_ones, self.scope(self.garden), MAX_INT, 9)], [elsewhere]
        )
        self.assertEqual(self.read(store.open_ones, self.scope(self.garden, herself=self.ola), MAX_INT, 9), [])
        self.assertEqual(self.read(store.open_ones, self.scope(), MAX_INT, 9), [])
        self.assertEqual(len(self.read(store.open_things)), 3)
        self.assertEqual(self.read(store.open_things, self.scope(self.lobby)), [self.first])
        self.assertEqual(self.read(store.open_of, self.anna, 9), {self.first: latest - 3})

    def test_closed(self) -> None:
        """Closing ends all reports of the thing and no others."""
        number = self.report(self.anna, self.first)
        self.report(self.mei, self.first)
        other = self.report(self.mei, self.person)
        self.assertEqual(self.write(store.close, self.first, self.anna, "dismissed", Millis(NOW + 1)), 2)
        self.assertEqual(self.write(store.close, self.first, self.anna, "deleted", Millis(NOW + 2)), 0)
        self.assertEqual([one.id for one in self.read(store.open_ones, None, MAX_INT, 9)], [other])
        closed = self.read(store.closed_ones, None, MAX_INT, 9)
        self.assertEqual([(one.id, one.outcome) for one in closed], [(number + 1, "dismissed"), (number, "dismissed")])
        self.assertEqual(
            [one.id for one in self.read(store.closed_ones, self.scope(self.lobby), number + 1, 9)], [number]
        )
        self.assertEqual(self.read(store.closed_ones, self.scope(self.garden), MAX_INT, 9), [])
        self.assertEqual(self.read(store.open_of, self.anna, 9), {})
        found = self.read(store.maybe, number)
        assert found is not None
        self.assertEqual((found.closed, found.closed_by, found.thing), (NOW + 1, self.anna, self.first))
        self.assertIsNone(self.read(store.maybe, 4711))

    def test_who_decides(self) -> None:
        """The server's staff, and for a room those who look after it while they belong to it."""
        self.join(self.garden, self.mei, "moderator")
        self.join(self.garden, self.ola)
        self.assertEqual(self.read(store.staff), {self.anna})
        self.assertEqual(self.read(store.moderators, {self.garden, self.lobby}), {self.garden: {self.mei}})
        self.assertEqual(self.read(store.moderated, self.mei), self.scope(self.garden, herself=self.mei))
        self.assertEqual(self.read(store.moderated, self.ola).rooms, frozenset())
        direct = self.room("", "direct")
        self.join(direct, self.mei, "owner")
        self.assertEqual(self.read(store.moderated, self.mei).rooms, {self.garden})
        self.assertEqual(self.read(store.moderators, {direct}), {})
        self.leave(self.garden, self.mei)
        self.assertEqual(self.read(store.moderated, self.mei).rooms, frozenset())
        self.assertEqual(self.read(store.moderators, {self.garden}), {})


on_each_engine(Reports, globals())
