"""Contacts: asked, accepted, refused; and people one wants to hear nothing of."""

from __future__ import annotations

from typing import Any

from tests.chat.test_people import PeopleCase
from webchat.chat import contacts as contacts_module
from webchat.chat.contacts import WEEK, Contacts
from webchat.model.ids import UserId
from webchat.model.users import Actor


class ContactsCase(PeopleCase):
    """anna, mei and li, each with a connection."""

    def setUp(self) -> None:
        super().setUp()
        self.contacts: Contacts = self.house.chat.contacts
        self.on_anna, self.on_mei = self.house.connect(self.anna), self.house.connect(self.mei)
        self.heard()

    def heard(self) -> tuple[list[Any], list[Any]]:
        """What anna's and mei's connections were told: (who, state, note, blocked)."""
        found = [
            [
                (event["user"]["name"], event["state"], event.get("note", ""), event.get("blocked", False))
                for event in connection.rest()
                if event["type"] == "contact"
            ]
            for connection in (self.on_anna, self.on_mei)
        ]
        return found[0], found[1]

    def listed(self, actor: Actor) -> list[tuple[str, str]]:
        views, _ = self.wait(self.contacts.mine(actor, UserId(0), 50))
        return [(view.user.name, view.state) for view in views]


class AtOnce(ContactsCase):
    """For clients that know no consent."""

    def test_befriended(self) -> None:
        """Both are contacts at once, and both are told; a second time nothing happens, from either side."""
        self.assertTrue(self.wait(self.contacts.befriend(self.anna, self.mei.id)))
        self.assertEqual(self.heard(), ([("mei", "accepted", "", False)], [("anna", "accepted", "", False)]))
        self.assertFalse(self.wait(self.contacts.befriend(self.anna, self.mei.id)))
        self.assertFalse(self.wait(self.contacts.befriend(self.mei, self.anna.id)))
        self.assertEqual(self.heard(), ([], []))
        self.assertEqual(self.listed(self.mei), [("anna", "accepted")])

    def test_after_a_request(self) -> None:
        """A request of either, also one that was refused, is answered by it."""
        self.wait(self.contacts.ask(self.mei, self.anna.id, "hello"))
        self.wait(self.contacts.remove(self.anna, self.mei.id))
        self.assertTrue(self.wait(self.contacts.befriend(self.anna, self.mei.id)))
        self.assertEqual(self.listed(self.anna), [("mei", "accepted")])

    def test_blocked(self) -> None:
        """Who blocks somebody does not become her friend, and hears nothing of it."""
        self.wait(self.contacts.block(self.mei, self.anna.id, True))
        self.heard()
        self.assertTrue(self.wait(self.contacts.befriend(self.anna, self.mei.id)))
        self.assertEqual((self.heard()[1], self.listed(self.anna)), ([], [("mei", "asked")]))
        self.assertEqual(self.house.refusal(self.contacts.befriend(self.mei, self.anna.id)), "forbidden")

    def test_refused(self) -> None:
        """Oneself, nobody, a guest, and more people than anybody may know."""
        for actor, other, code in (
            (self.anna, self.anna.id, "bad_request"),
            (self.anna, UserId(99), "no_such_user"),
            (self.guest(), self.anna.id, "forbidden"),
        ):
            self.assertEqual(self.house.refusal(self.contacts.befriend(actor, other)), code)
        self.patch(contacts_module, "MOST_CONTACTS", 1)
        self.wait(self.contacts.befriend(self.anna, self.li.id))
        zoe = self.house.register("zoe")
        self.assertEqual(self.house.refusal(self.contacts.befriend(zoe, self.anna.id)), "too_many")


class Asking(ContactsCase):
    """From strangers to contacts."""

    def test_accepted(self) -> None:
        """Anna asks with a line of text, mei accepts: both are told, on all devices, at each step."""
        view = self.wait(self.contacts.ask(self.anna, self.mei.id, " We met  at the harbour "))
        self.assertEqual((view.state, view.note), ("asked", "We met at the harbour"))
        self.assertEqual(
            self.heard(),
            ([("mei", "asked", "We met at the harbour", False)], [("anna", "asks", "We met at the harbour", False)]),
        )
        self.assertEqual((self.listed(self.anna), self.listed(self.mei)), ([("mei", "asked")], [("anna", "asks")]))
        self.assertEqual(self.wait(self.contacts.accept(self.mei, self.anna.id)).state, "accepted")
        self.assertEqual(self.heard(), ([("mei", "accepted", "", False)], [("anna", "accepted", "", False)]))
        self.assertEqual(self.wait(self.people.profile(self.anna, self.mei.id)).contact, "accepted")
        self.wait(self.contacts.remove(self.anna, self.mei.id))
        self.assertEqual(self.heard(), ([("mei", "none", "", False)], [("anna", "none", "", False)]))
        self.assertEqual(self.listed(self.mei), [])

    def test_both(self) -> None:
        """Two who ask each other are contacts."""
        self.wait(self.contacts.ask(self.anna, self.mei.id, ""))
        self.assertEqual(self.wait(self.contacts.ask(self.mei, self.anna.id, "")).state, "accepted")

    def test_again(self) -> None:
        """Asking or accepting twice is like once, and tells nobody."""
        self.wait(self.contacts.ask(self.anna, self.mei.id, "one"))
        self.heard()
        self.assertEqual(self.wait(self.contacts.ask(self.anna, self.mei.id, "two")).note, "one")
        self.assertEqual(self.heard(), ([], []))
        self.wait(self.contacts.accept(self.mei, self.anna.id))
        self.heard()
        self.assertEqual(self.wait(self.contacts.accept(self.mei, self.anna.id)).state, "accepted")
        self.assertEqual(self.wait(self.contacts.ask(self.anna, self.mei.id, "")).state, "accepted")
        self.assertEqual(self.heard(), ([], []))

    def test_refused(self) -> None:
        """After a refusal one waits a week; she who refused may ask at any time."""
        self.wait(self.contacts.ask(self.anna, self.mei.id, ""))
        self.wait(self.contacts.remove(self.mei, self.anna.id))
        self.assertEqual(self.listed(self.anna), [])
        self.assertEqual(self.house.refusal(self.contacts.ask(self.anna, self.mei.id, "")), "rate_limited")
        self.assertEqual(self.house.refusal(self.contacts.remove(self.anna, self.mei.id)), "not_found")
        self.house.now.ms += WEEK
        self.assertEqual(self.wait(self.contacts.ask(self.anna, self.mei.id, "")).state, "asked")
        self.wait(self.contacts.remove(self.mei, self.anna.id))
        self.assertEqual(self.wait(self.contacts.ask(self.mei, self.anna.id, "")).state, "accepted")

    def test_withdrawn(self) -> None:
        """A request can be taken back, and then not be accepted."""
        self.wait(self.contacts.ask(self.anna, self.mei.id, ""))
        self.wait(self.contacts.remove(self.anna, self.mei.id))
        self.assertEqual(self.house.refusal(self.contacts.accept(self.mei, self.anna.id)), "not_found")

    def test_not(self) -> None:
        """Nobody accepts her own request, asks herself, a stranger, or as a guest; notes have their limits."""
        self.wait(self.contacts.ask(self.anna, self.mei.id, ""))
        self.assertEqual(self.house.refusal(self.contacts.accept(self.anna, self.mei.id)), "not_found")
        self.assertEqual(self.house.refusal(self.contacts.ask(self.anna, self.anna.id, "")), "bad_request")
        self.assertEqual(self.house.refusal(self.contacts.ask(self.anna, UserId(99), "")), "no_such_user")
        self.assertEqual(self.house.refusal(self.contacts.ask(self.anna, self.li.id, "x" * 201)), "text_too_long")
        self.assertEqual(self.house.refusal(self.contacts.ask(self.guest(), self.li.id, "")), "forbidden")
        self.assertEqual(self.house.refusal(self.contacts.remove(self.anna, self.li.id)), "not_found")

    def test_too_many(self) -> None:
        """Contacts have an end."""
        self.patch(contacts_module, "MOST_CONTACTS", 1)
        self.wait(self.contacts.ask(self.anna, self.mei.id, ""))
        self.assertEqual(self.house.refusal(self.contacts.ask(self.anna, self.li.id, "")), "too_many")
        self.wait(self.contacts.ask(self.li, self.anna.id, ""))
        self.assertEqual(self.house.refusal(self.contacts.accept(self.anna, self.li.id)), "too_many")

    def test_pages(self) -> None:
        """The list is read page by page."""
        for other in (self.mei, self.li):
            self.wait(self.contacts.ask(self.anna, other.id, ""))
        first, following = self.wait(self.contacts.mine(self.anna, UserId(0), 1))
        rest, end = self.wait(self.contacts.mine(self.anna, following, 1))
        self.assertEqual([view.user.name for view in (*first, *rest)], ["mei", "li"])
        self.assertIsNone(end)


class Blocking(ContactsCase):
    """Hearing nothing of somebody."""

    def test_silent(self) -> None:
        """Only her own devices are told; she whom it is about goes on as before, unheard."""
        self.wait(self.contacts.block(self.mei, self.anna.id, True))
        self.assertEqual(self.heard(), ([], [("anna", "none", "", True)]))
        self.assertEqual(self.wait(self.contacts.ask(self.anna, self.mei.id, "hello?")).state, "asked")
        self.assertEqual(self.heard(), ([("mei", "asked", "hello?", False)], []))
        self.assertEqual((self.listed(self.anna), self.listed(self.mei)), ([("mei", "asked")], []))
        self.assertEqual(self.house.refusal(self.contacts.accept(self.mei, self.anna.id)), "not_found")
        self.assertTrue(self.wait(self.people.profile(self.mei, self.anna.id)).blocked)
        self.assertFalse(self.wait(self.people.profile(self.anna, self.mei.id)).blocked)

    def test_undone(self) -> None:
        """Undone, what came meanwhile is there."""
        self.wait(self.contacts.block(self.mei, self.anna.id, True))
        self.wait(self.contacts.ask(self.anna, self.mei.id, "hello?"))
        self.heard()
        self.wait(self.contacts.block(self.mei, self.anna.id, False))
        self.assertEqual(self.heard(), ([], [("anna", "asks", "hello?", False)]))
        self.assertEqual(self.listed(self.mei), [("anna", "asks")])

    def test_twice(self) -> None:
        """Once more is like once."""
        for blocked in (True, True, False, False):
            self.wait(self.contacts.block(self.mei, self.anna.id, blocked))
        self.assertEqual(self.heard()[1], [("anna", "none", "", True), ("anna", "none", "", False)])

    def test_not(self) -> None:
        """Nobody blocks herself or nobody, or asks whom she blocks; and there is an end to it."""
        self.assertEqual(self.house.refusal(self.contacts.block(self.mei, self.mei.id, True)), "bad_request")
        self.assertEqual(self.house.refusal(self.contacts.block(self.mei, UserId(99), True)), "no_such_user")
        self.patch(contacts_module, "MOST_BLOCKS", 1)
        self.wait(self.contacts.block(self.mei, self.anna.id, True))
        self.wait(self.contacts.block(self.mei, self.anna.id, True))
        self.assertEqual(self.house.refusal(self.contacts.block(self.mei, self.li.id, True)), "too_many")
        self.assertEqual(self.house.refusal(self.contacts.ask(self.mei, self.anna.id, "")), "forbidden")

    def test_listed(self) -> None:
        """Whom one blocks is listed page by page."""
        for other in (self.anna, self.li):
            self.wait(self.contacts.block(self.mei, other.id, True))
        first, following = self.wait(self.contacts.blocked(self.mei, UserId(0), 1))
        rest, end = self.wait(self.contacts.blocked(self.mei, following, 1))
        self.assertEqual([view.user.name for view in (*first, *rest)], ["anna", "li"])
        self.assertIsNone(end)
