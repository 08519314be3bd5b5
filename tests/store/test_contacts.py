"""Contacts, stored."""

from __future__ import annotations

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import Millis, UserId
from webchat.store import contacts


class Contacts(StoreTests):
    """One row for two people."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei = self.user("anna"), self.user("mei")

    def states(self) -> tuple[str, str]:
        """How it looks to anna and to mei."""
        found = self.read(contacts.maybe, self.mei, self.anna)
        assert found is not None
        return found.state_for(self.anna), found.state_for(self.mei)

    def test_asked_and_accepted(self) -> None:
        """Whoever asks, both see it, each from her side; accepted, they are contacts."""
        self.assertIsNone(self.read(contacts.maybe, self.anna, self.mei))
        self.write(contacts.ask, self.mei, self.anna, "hello", NOW)
        self.assertEqual(self.states(), ("asks", "asked"))
        self.write(contacts.accept, self.anna, self.mei, NOW)
        self.assertEqual(self.states(), ("accepted", "accepted"))
        self.write(contacts.remove, self.mei, self.anna)
        self.assertIsNone(self.read(contacts.maybe, self.anna, self.mei))

    def test_refused(self) -> None:
        """A refused request is none, and it is known when it was refused."""
        self.write(contacts.ask, self.anna, self.mei, "", NOW)
        self.write(contacts.refuse, self.mei, self.anna, Millis(NOW + 5))
        self.assertEqual(self.states(), ("none", "none"))
        found = self.read(contacts.maybe, self.anna, self.mei)
        assert found is not None
        self.assertEqual(found.refused, NOW + 5)
        self.assertEqual(self.read(contacts.of, self.anna, UserId(0), 9), [])
        self.assertEqual(self.read(contacts.count, self.anna), 0)

    def test_listed(self) -> None:
        """Contacts and requests of both sides are listed by id, and counted but for the requests of others."""
        others = [self.user(f"u{number}") for number in range(4)]
        self.write(contacts.ask, self.mei, self.anna, "", NOW)
        for one in others[:2]:
            self.write(contacts.ask, self.mei, one, "", NOW)
        for one in others[2:]:
            self.write(contacts.ask, one, self.mei, "", NOW)
        self.write(contacts.accept, self.mei, others[3], NOW)
        first = self.read(contacts.of, self.mei, UserId(0), 3)
        rest = self.read(contacts.of, self.mei, first[-1][0], 3)
        self.assertEqual([user for user, _ in [*first, *rest]], [self.anna, *others])
        self.assertEqual(self.read(contacts.count, self.mei), 4)
        self.write(contacts.remove_all, self.mei)
        self.assertEqual(self.read(contacts.of, self.mei, UserId(0), 9), [])


on_each_engine(Contacts, globals())
