"""Taking one's things along, and going."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from tests.chat.test_people import LOBBY, PeopleCase
from tests.support import images
from tests.support.house import DEVICE, PASSWORD
from webchat.chat import leaving as leaving_module
from webchat.chat.leaving import Leaving
from webchat.model.commands import DeleteMessage, JoinRoom, PostMessage, React
from webchat.model.ids import Millis, Seq, UserId
from webchat.store import meta, reminders, users
from webchat.store.reminders import NewReminder


class LeavingCase(PeopleCase):
    def setUp(self) -> None:
        super().setUp()
        self.leaving: Leaving = self.house.chat.leaving

    def say(self, who: Any, text: str) -> None:
        self.wait(self.house.chat.messages.post(who, PostMessage(0, LOBBY, text, None)))


class Exporting(LeavingCase):
    """All that the server keeps of somebody."""

    def export(self, who: Any) -> Any:
        return json.loads(self.wait(self.leaving.export(who)))

    def test_everything(self) -> None:
        """Profile, preferences, devices, rooms, contacts, blocks, own messages; nothing of others, and no secret."""
        self.patch(leaving_module, "PIECE", 2)
        self.wait(self.house.chat.accounts.edit_profile(self.mei, email="mei@example.org", about="Harbour"))
        self.wait(self.house.chat.preferences.change(self.mei, {"theme": "dark"}))
        token = self.house.token(self.mei)
        self.wait(self.house.chat.contacts.ask(self.anna, self.mei.id, "private words of anna"))
        self.wait(self.house.chat.contacts.ask(self.mei, self.li.id, "hello"))
        self.wait(self.house.chat.contacts.block(self.mei, self.anna.id, True))
        for number in range(5):
            self.say(self.mei, f"mine {number}")
            self.say(self.anna, "something of anna's")
        self.wait(self.house.chat.messages.delete(self.mei, DeleteMessage(0, LOBBY, Seq(1))))
        for who, emoji in ((self.mei, "👍"), (self.mei, "🎉"), (self.mei, "🍵"), (self.anna, "👎")):
            self.wait(self.house.chat.reactions.react(who, React(0, LOBBY, Seq(2), emoji, True)))
        for who, text in ((self.mei, "Water the plants"), (self.anna, "something of anna's own")):
            new = NewReminder(who.id, LOBBY, text, "en", Millis(1), Millis(2**50))
            self.wait(self.house.database.write(None, lambda db, new=new: reminders.add(db, new)))
        whole = self.export(self.mei)
        self.assertEqual((whole["account"]["email"], whole["account"]["about"]), ("mei@example.org", "Harbour"))
        self.assertEqual(whole["preferences"], {"theme": "dark"})
        self.assertEqual([room["title"] for room in whole["rooms"]], ["Lobby"])
        self.assertEqual(
            [(one["user"]["name"], one["state"]) for one in whole["contacts"]], [("anna", "asks"), ("li", "asked")]
        )
        self.assertEqual([one["user"]["name"] for one in whole["blocks"]], ["anna"])
        self.assertEqual([one["text"] for one in whole["messages"]], [f"mine {number}" for number in range(1, 5)])
        self.assertEqual({(one["seq"], one["emoji"]) for one in whole["reactions"]}, {(2, "👍"), (2, "🎉"), (2, "🍵")})
        self.assertEqual(set(whole["reactions"][0]), {"room", "seq", "emoji", "created"})
        self.assertEqual(whole["reminders"], [{"room": LOBBY, "text": "Water the plants", "created": 1, "due": 2**50}])
        self.assertEqual({session["kind"] for session in whole["sessions"]}, {"browser", "api"})
        text = json.dumps(whole)
        for secret in (token, "argon2", "sha256", "something of anna", "private words"):
            self.assertNotIn(secret, text)

    def test_not_too_often(self) -> None:
        """Twice, then not for a while; and one at a time."""
        first = self.leaving.export(self.mei)
        self.export(self.mei)
        self.export(self.mei)
        self.assertEqual(self.house.refusal(first), "rate_limited")
        self.assertTrue(self.export(self.anna)["account"])


class GivingUp(LeavingCase):
    """The end of an account."""

    def rows(self, table: str, user: UserId, column: str = '"user"') -> int:
        query = sa.text(f"SELECT count(*) FROM {table} WHERE {column} = :user")
        return int(self.wait(self.house.database.read(lambda db: db.execute(query, {"user": user}).scalar_one())))

    def test_gone(self) -> None:
        """Her devices are out at once, her rooms are told, all that was hers is gone but what she wrote."""
        self.say(self.mei, "I was here")
        self.wait(self.house.chat.accounts.edit_profile(self.mei, email="mei@example.org", about="Harbour"))
        self.wait(self.house.chat.contacts.ask(self.mei, self.anna.id, ""))
        self.wait(self.house.chat.contacts.block(self.mei, self.li.id, True))
        self.wait(self.house.chat.contacts.block(self.li, self.mei.id, True))
        self.wait(self.house.chat.preferences.change(self.mei, {"theme": "dark"}))
        self.wait(self.house.chat.pictures.set_avatar(self.mei, images.picture()))
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        anna.rest(), mei.rest()
        self.wait(self.leaving.give_up(self.mei, PASSWORD))
        self.assertEqual([event["type"] for event in mei.rest()], [])
        self.assertEqual((mei.is_open, mei.close_code), (False, 4003))
        card = {"id": self.mei.id, "name": "", "display_name": "", "kind": "human", "avatar": None}
        self.assertEqual(anna.next(), {"type": "user", "user": card})
        member = anna.next("member")
        self.assertEqual((member["user"], member["left"]), (card, True))
        for table, column in (
            ("sessions", '"user"'), ("name_parts", '"user"'), ("preferences", '"user"'), ("contacts", "high"),
            ("blocks", '"user"'), ("blocks", "other"),
        ):  # fmt: skip
            self.assertEqual(self.rows(table, self.mei.id, column), 0, table)
        found = self.wait(self.house.database.read(lambda db: users.maybe(db, self.mei.id)))
        self.assertEqual((found.email, found.about, found.avatar, found.name), (None, "", None, ""))
        assert self.house.chat.images is not None
        self.assertEqual(list(self.house.chat.images.files.folder.iterdir()), [])
        page = self.wait(self.house.chat.messages.page(self.anna, LOBBY))
        self.assertEqual([message.text for message in page.messages], ["I was here"])

    def test_heir(self) -> None:
        """A room whose only owner gives her account up has another owner, as when she leaves it."""
        room = self.wait(self.house.chat.rooms.create(self.mei, "Harbour")).room
        self.wait(self.house.chat.rooms.join(self.anna, JoinRoom(0, room)))
        self.wait(self.leaving.give_up(self.mei, PASSWORD))
        self.assertEqual(self.wait(self.house.chat.rooms.state(self.anna, room)).role, "owner")

    def test_name_stays_taken(self) -> None:
        """Nobody can take her name, nor get in by it, nor is she let in again by the operator."""
        self.wait(self.leaving.give_up(self.mei, PASSWORD))
        accounts = self.house.chat.accounts
        taken = accounts.register("mei", "Mei", PASSWORD, None, None, DEVICE)
        self.assertEqual(self.house.refusal(taken), "name_taken")
        self.assertEqual(self.house.refusal(accounts.sign_in("mei", PASSWORD, DEVICE)), "wrong_credentials")
        let_in = self.house.chat.administration.disable(None, self.mei.id, False)
        self.assertEqual(self.house.refusal(let_in), "conflict")
        self.assertEqual(self.house.refusal(accounts.set_password(self.mei.id, PASSWORD)), "no_such_user")
        self.assertEqual(self.house.refusal(self.people.profile(self.anna, self.mei.id)), "no_such_user")

    def test_wrong_password(self) -> None:
        """Without the password nothing happens, and tries become slow."""
        for _ in range(5):
            self.assertEqual(self.house.refusal(self.leaving.give_up(self.mei, "not it")), "wrong_credentials")
        self.assertEqual(self.house.refusal(self.leaving.give_up(self.mei, PASSWORD)), "rate_limited")
        self.assertEqual(self.wait(self.people.profile(self.anna, self.mei.id)).user.name, "mei")

    def test_last_owner(self) -> None:
        """The server's last owner stays; of two owners one may go."""
        self.assertEqual(self.house.refusal(self.leaving.give_up(self.anna, PASSWORD)), "forbidden")
        self.wait(self.house.database.write(None, lambda db: users.change(db, self.mei.id, role="owner")))
        self.wait(self.leaving.give_up(self.anna, PASSWORD))
        self.assertEqual(self.house.refusal(self.leaving.give_up(self.mei, PASSWORD)), "forbidden")

    def test_goes_on(self) -> None:
        """What a stop of the server has left half done is done later."""

        def half(db: sa.Connection) -> None:
            users.give_up(db, self.mei.id, self.house.now())
            meta.put(db, f"leaving:{self.mei.id}", str(self.mei.id))

        self.wait(self.house.database.write(None, half))
        anna = self.house.connect(self.anna)
        anna.rest()
        self.wait(self.leaving.go_on())
        self.assertTrue(anna.next("member")["left"])
        self.wait(self.leaving.go_on())
        self.assertEqual(anna.rest(), [])
        self.assertEqual(self.wait(self.house.database.read(lambda db: meta.starting(db, "leaving:"))), {})
