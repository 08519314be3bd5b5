"""Bots, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import MAX_INT, Millis, UserId
from webchat.store import bots, sessions, users
from webchat.store.sessions import NewSession


class Answering(StoreTests):
    """Who answers for whom."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei = self.user("anna"), self.user("mei")
        self.one, self.two, self.free = (self.bot(name, owner) for name, owner in
                                         (("one", self.anna), ("two", self.anna), ("free", None)))  # fmt: skip

    def bot(self, name: str, owner: UserId | None) -> UserId:
        user = self.user(name, kind="bot")
        self.write(bots.add, user, owner, NOW)
        return user

    def token(self, user: UserId, secret: bytes, seen: int) -> None:
        at = Millis(NOW + seen)
        self.write(sessions.add, NewSession(user, secret * 32, "api", "", NOW, at, None, "", ""))

    def ids(self, found: list[bots.Bot]) -> list[UserId]:
        return [bot.user.id for bot in found]

    def test_lists(self) -> None:
        """Each has her own, newest first; all of them come in pages; deleted ones come no more."""
        self.assertEqual(self.ids(self.read(bots.of_owner, self.anna)), [self.two, self.one])
        self.assertEqual(self.read(bots.of_owner, self.mei), [])
        self.assertEqual(self.ids(self.read(bots.many, MAX_INT, 2)), [self.free, self.two])
        self.assertEqual(self.ids(self.read(bots.many, self.two, 2)), [self.one])
        self.assertEqual(
            [self.read(bots.owner, one) for one in (self.one, self.free, self.mei)], [self.anna, None, None]
        )
        self.write(users.give_up, self.one, NOW)
        self.assertEqual(self.ids(self.read(bots.of_owner, self.anna)), [self.two])
        self.assertEqual((self.read(bots.count, self.anna), self.read(bots.maybe, self.one)), (1, None))
        self.assertIsNone(self.read(bots.maybe, self.mei))

    def test_use(self) -> None:
        """Tokens are counted; one that was never used does not count as use."""
        self.token(self.one, b"a", 0)
        self.token(self.two, b"b", 0)
        self.token(self.two, b"c", 5)
        found = self.read(bots.use, [self.one, self.two, self.free])
        self.assertEqual(found, {self.one: (1, None), self.two: (2, NOW + 5)})

    def test_stopped_together(self) -> None:
        """Her bots stop with her, but for those that are disabled already, and lose their tokens."""
        self.token(self.one, b"a", 0)
        self.token(self.free, b"b", 0)
        self.write(users.change, self.two, disabled=Millis(NOW - 5))
        self.assertEqual(self.write(bots.stop_all, self.anna, NOW), [self.one])
        self.assertEqual(self.write(bots.stop_all, self.anna, NOW), [])
        stopped = [self.read(bots.is_stopped, one) for one in (self.one, self.two, self.free)]
        self.assertEqual(stopped, [True, False, False])
        self.assertEqual([self.read(sessions.count, one, "api") for one in (self.one, self.free)], [0, 1])
        self.write(bots.set_stopped, self.one, None)
        self.assertFalse(self.read(bots.is_stopped, self.one))

    def test_demoted(self) -> None:
        """Her bots run the server no longer; nobody else's change."""
        for bot in (self.one, self.free):
            self.write(users.change, bot, role="admin")
        self.assertEqual(self.write(bots.demote_all, self.anna), [self.one])
        roles = [user.role for user in self.read(users.present, [self.one, self.two, self.free])]
        self.assertEqual(roles, ["member", "member", "admin"])


on_each_engine(Answering, globals())
