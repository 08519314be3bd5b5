"""Accounts, stored."""

from __future__ import annotations

import sqlalchemy as sa

from tests.contracts.engines import NOW, StoreTests, on_each_engine
from webchat.model.ids import UserId
from webchat.model.refusals import NameTaken
from webchat.model.users import User, UserCard
from webchat.store import users
from webchat.store.users import NewUser


class Accounts(StoreTests):
    """Found, made, changed."""

    def test_found(self) -> None:
        """An account is found by its number and by its name, as it was made."""
        anna = self.user("Anna", email="A@x.org", email_key="a@x.org", role="owner", kind="human")
        account = User(anna, "Anna", "Anna", "human", "owner", "A@x.org", NOW, None)
        self.assertEqual(self.read(users.maybe, anna), account)
        self.assertEqual(self.read(users.maybe_named, "anna"), account)
        self.assertIsNone(self.read(users.maybe_named, "Anna"))
        self.assertIsNone(self.read(users.maybe, UserId(999)))

    def test_name_taken(self) -> None:
        """Two accounts cannot have one name, nor one address; the second is told so, and can try another."""
        self.user("anna", email_key="a@x.org")
        self.assertRaises(NameTaken, self.user, "ANNA")
        self.assertRaises(NameTaken, self.user, "mei", email_key="a@x.org")
        self.user("mei")
        self.user("li")
        taken = [self.read(users.name_is_taken, name) for name in ("anna", "mei", "hans")]
        self.assertEqual(taken, [True, True, False])
        self.assertEqual([self.read(users.email_is_taken, key) for key in ("a@x.org", "b@x.org")], [True, False])

    def test_name_taken_in_a_batch(self) -> None:
        """A name that is taken does not spoil what else is done in the same commit."""
        self.user("anna")
        new = NewUser("anna", "anna", "A", "a", None, None, None, "human", "member", NOW)

        def work(db: sa.Connection) -> None:
            part = db.begin_nested()
            self.assertRaises(NameTaken, users.add, db, new)
            part.rollback()
            users.change(db, UserId(1), display_name="Still here")

        self.user("second")
        self.write(work)

    def test_password(self) -> None:
        """Who signs in is found by name or by address, with her password's hash."""
        anna = self.user("anna", email_key="a@x.org", password_hash="h1")
        self.user("mei", password_hash=None)
        for keys in (("anna", None), ("nobody", "a@x.org"), ("anna", "a@x.org")):
            found = self.read(users.with_password, *keys)
            assert found is not None
            self.assertEqual((found[0].id, found[1]), (anna, "h1"))
        self.assertIsNone(self.read(users.with_password, "nobody", None))
        found = self.read(users.with_password, "mei", None)
        assert found is not None
        self.assertIsNone(found[1])
        self.assertEqual(self.read(users.password_hash, anna), "h1")
        self.assertIsNone(self.read(users.password_hash, UserId(999)))

    def test_cards(self) -> None:
        """Cards come in order, each once; who does not exist is left out."""
        anna, mei = self.user("anna"), self.user("mei", kind="bot")
        self.assertEqual(
            self.read(users.cards, [mei, UserId(999), anna, mei]),
            [UserCard(anna, "anna", "Anna"), UserCard(mei, "mei", "Mei", "bot")],
        )
        self.assertEqual(self.read(users.cards, []), [])

    def test_many(self) -> None:
        """All accounts can be walked through, page by page."""
        ids = [self.user(f"u{number}") for number in range(5)]
        first = self.read(users.many, UserId(0), 3)
        self.assertEqual([user.id for user in first], ids[:3])
        self.assertEqual([user.id for user in self.read(users.many, first[-1].id, 3)], ids[3:])

    def test_owner(self) -> None:
        """The server knows whether it has been set up."""
        self.user("anna", role="admin")
        self.assertFalse(self.read(users.has_owner))
        self.user("mei", role="owner")
        self.assertTrue(self.read(users.has_owner))

    def test_who_owns(self) -> None:
        """Whoever owns the server, if anybody does."""
        self.user("anna")
        self.assertIsNone(self.read(users.owner))
        mei = self.user("mei", role="owner")
        self.assertEqual(self.read(users.owner), self.read(users.maybe, mei))

    def test_change(self) -> None:
        """An account is changed, and nobody else's."""
        anna, mei = self.user("anna"), self.user("mei")
        self.write(users.change, anna, display_name="安娜", disabled=NOW)
        found = self.read(users.maybe, anna)
        assert found is not None
        self.assertEqual((found.display_name, found.disabled), ("安娜", NOW))
        other = self.read(users.maybe, mei)
        assert other is not None
        self.assertEqual((other.display_name, other.disabled), ("Mei", None))

    def test_present(self) -> None:
        """Those who are neither shut out nor gone are told from the others."""
        anna, mei, li = self.user("anna"), self.user("mei"), self.user("li")
        self.write(users.change, mei, disabled=NOW)
        self.write(users.give_up, li, NOW)
        self.assertEqual([user.id for user in self.read(users.present, [li, mei, anna])], [anna])
        self.assertEqual(self.read(users.present, []), [])

    def test_given_up(self) -> None:
        """Of an account that is given up only the number and the folded name stay; it owns nothing any more."""
        anna = self.user("anna", email="a@x.org", email_key="a@x.org", password_hash="h", role="owner")
        self.user("mei", role="owner")
        self.assertEqual(self.read(users.owners), 2)
        self.write(users.give_up, anna, NOW)
        self.assertEqual(self.read(users.owners), 1)
        self.assertEqual(
            self.read(users.maybe, anna), User(anna, "", "", "human", "member", None, NOW, NOW, deleted=NOW)
        )
        self.assertIsNone(self.read(users.password_hash, anna))
        self.assertRaises(NameTaken, self.user, "anna")
        self.assertFalse(self.read(users.email_is_taken, "a@x.org"))


on_each_engine(Accounts, globals())
