"""Accounts, and what others see of them."""

from __future__ import annotations

import attrs
import msgspec
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.ids import Millis, SessionId, UserId
from webchat.model.users import Actor, Session, User

ANNA = User(UserId(7), "anna", "Anna", "human", "member", "anna@example.org", Millis(5), None)
DEVICE = Session(SessionId(3), ANNA.id, "browser", "", Millis(5), Millis(6), None, "agent", "192.0.2.1")


class Accounts(SynchronousTestCase):
    def test_card(self) -> None:
        """Others see the name and the kind of an account, and nothing else of it."""
        card = msgspec.json.decode(msgspec.json.encode(ANNA.card))
        self.assertEqual(card, {"id": 7, "name": "anna", "display_name": "Anna", "kind": "human", "avatar": None})

    def test_me(self) -> None:
        """She herself sees her address and her role too."""
        me = msgspec.json.decode(msgspec.json.encode(ANNA.me))
        self.assertEqual((me["email"], me["role"], me["created"]), ("anna@example.org", "member", 5))

    def test_may_administer(self) -> None:
        """The owner and the administrators may run the server, members may not."""
        may = [Actor(attrs.evolve(ANNA, role=role), DEVICE).may_administer for role in ("owner", "admin", "member")]
        self.assertEqual(may, [True, True, False])
        self.assertEqual(Actor(ANNA, DEVICE).id, 7)
