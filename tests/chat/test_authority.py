"""Who may act on the server, and on whom."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat.authority import administer, id_of, own, refuse_guest, rule
from webchat.model.refusals import Forbidden
from webchat.model.users import UserRole


class Ranks(SynchronousTestCase):
    """Owner, admins, everybody else; and the operator at the machine itself."""

    def setUp(self) -> None:
        self.house = House(self)
        self.people = {"owner": self.house.set_up()}
        for name in ("admin", "colleague", "member", "guest"):
            roles: dict[str, UserRole] = {"colleague": "admin", "member": "member", "admin": "admin", "guest": "guest"}
            self.house.wait(self.house.chat.accounts.add_user(f"the-{name}", "", PASSWORD, None, roles[name]))
            signed = self.house.wait(self.house.chat.accounts.sign_in(f"the-{name}", PASSWORD, DEVICE))
            self.people[name] = signed.actor

    def outcome(self, question: Any, by: str | None, *rest: Any) -> str:
        """How *question*, asked in a transaction, is answered."""
        actor = None if by is None else self.people[by]
        try:
            self.house.wait(self.house.database.read(lambda db: question(db, actor, *rest)))
        except Exception as error:
            return str(getattr(error, "code", error))
        return "yes"

    def test_administer(self) -> None:
        """The server is run by its owner and admins; some things are the owner's alone."""
        for by, administers, owns in (
            (None, "yes", "yes"),
            ("owner", "yes", "yes"),
            ("admin", "yes", "forbidden"),
            ("member", "forbidden", "forbidden"),
            ("guest", "forbidden", "forbidden"),
        ):
            self.assertEqual((self.outcome(administer, by), self.outcome(own, by)), (administers, owns), by)

    def test_rule(self) -> None:
        """Nobody acts on herself or on the owner; on admins only the owner does."""
        for by, allowed in (
            (None, {"owner", "admin", "colleague", "member", "guest"}),
            ("owner", {"admin", "colleague", "member", "guest"}),
            ("admin", {"member", "guest"}),
            ("member", set()),
        ):
            for name, target in self.people.items():
                wanted = "yes" if name in allowed else "forbidden"
                self.assertEqual(self.outcome(rule, by, target.id), wanted, f"{by} on {name}")
        self.assertEqual(self.outcome(rule, "owner", 4711), "no_such_user")

    def test_as_it_is_now(self) -> None:
        """What counts is the role in the database, not the one that somebody came with."""
        house = self.house
        house.wait(house.chat.administration.set_role(self.people["owner"], self.people["admin"].id, "member"))
        self.assertEqual(self.outcome(administer, "admin"), "forbidden")
        house.wait(house.chat.administration.disable(self.people["owner"], self.people["colleague"].id, True))
        self.assertEqual(self.outcome(administer, "colleague"), "unauthenticated")

    def test_guests(self) -> None:
        """What guests may not do."""
        refuse_guest(self.people["member"])
        self.assertRaises(Forbidden, refuse_guest, self.people["guest"])

    def test_names(self) -> None:
        """The operator has no account."""
        self.assertEqual((id_of(None), id_of(self.people["owner"])), (None, 1))
