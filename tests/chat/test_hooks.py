"""Webhooks: who makes them, what is posted by them, and when they are no more."""

from __future__ import annotations

import json
from typing import Any

from tests.chat.test_members import Scene
from webchat.chat.hooks import MAX_HOOKS, HookChanges, Made
from webchat.model.users import Actor


class HookScene(Scene):
    def make(self, actor: Actor | None = None, label: str = "Build") -> Made:
        return self.house.wait(self.chat.hooks.make_incoming(actor or self.mona, self.room, label))

    def tell(self, made: Made, text: str = "green", **more: Any) -> Any:
        _, _, _, _, id, secret = str(made.path).split("/")
        return self.chat.hooks.receive(int(id), secret, json.dumps({"text": text, **more}).encode())

    def change(self, made: Made, **changes: Any) -> Any:
        return self.chat.hooks.change(self.mona, self.room, made.hook.id, HookChanges(**changes))

    def listed(self) -> list[Any]:
        return self.house.wait(self.chat.hooks.of_room(self.mona, self.room))


class Incoming(HookScene):
    def test_story(self) -> None:
        """A moderator makes one; what a program posts by it all see at once, under the label, by a bot in the room."""
        mei = self.house.connect(self.mei)
        made = self.make()
        (came,) = mei.rest()
        self.assertEqual((came["user"]["display_name"], came["user"]["kind"]), ("Build", "bot"))
        self.assertRegex(came["user"]["name"], r"^hook-build-\d{4}$")
        posted = self.house.wait(self.tell(made, "<https://ci.example/7|#7> is green"))
        event = mei.next("message")
        self.assertEqual((event["seq"], event["author"]), (posted.seq, made.hook.bot.id))
        self.assertEqual(event["text"], "[#7](https://ci.example/7) is green")
        (view,) = self.listed()
        self.assertIsNotNone(view.used)
        self.assertEqual(view.created_by.name, "mona")
        self.assertIn(("hook.make", self.mona.id, made.hook.bot.id), self.acts())

    def test_once(self) -> None:
        """The same nonce again is the same message; an answer stands where it belongs."""
        made = self.make()
        first = self.house.wait(self.tell(made, nonce="n1"))
        again = self.house.wait(self.tell(made, nonce="n1"))
        self.assertEqual((again.seq, again.duplicate), (first.seq, True))
        self.assertEqual(self.house.refusal(self.tell(made, "red", nonce="n1")), "conflict")
        reply = self.house.wait(self.tell(made, reply=first.seq, thread=first.seq))
        message = self.house.wait(self.chat.messages.one(self.mei, self.room, reply.seq))
        self.assertEqual((message.reply, message.thread), (first.seq, first.seq))
        self.assertEqual(self.house.refusal(self.tell(made, reply=99)), "no_such_message")

    def test_refused(self) -> None:
        """What cannot be posted is refused as anybody's post is."""
        made = self.make()
        for text, code in (("", "empty_text"), ("x" * 10_001, "text_too_long"), ("\0", "bad_text")):
            self.assertEqual(self.house.refusal(self.tell(made, text)), code)
        self.house.wait(self.chat.rooms.change(self.olga, self.room, posting="moderators"))
        self.assertEqual(self.house.refusal(self.tell(made)), "forbidden")

    def test_nobody_is_meant(self) -> None:
        """A bot is no moderator: it calls everybody no more than a member could."""
        posted = self.house.wait(self.tell(self.make(), "<!channel> red"))
        message = self.house.wait(self.chat.messages.one(self.mei, self.room, posted.seq))
        self.assertEqual((message.text, message.everyone), ("@all red", None))

    def test_secret(self) -> None:
        """Only the whole URL is one, and only the newest."""
        one, two = self.make(), self.make()
        mixed = Made(one.hook, path=f"/api/v1/hooks/{one.hook.id}/{str(two.path).rsplit('/', 1)[1]}")
        self.assertEqual(self.house.refusal(self.tell(mixed)), "not_found")
        new = self.house.wait(self.chat.hooks.renew(self.mona, self.room, one.hook.id))
        self.assertEqual(self.house.refusal(self.tell(one)), "not_found")
        self.house.wait(self.tell(new))
        for made in (one, two, new):
            self.assertNotIn(str(made.path).rsplit("/", 1)[1], repr(made))

    def test_ends(self) -> None:
        """By removal, with its bot's place in the room, with the bot's account, by resting, and with the room."""
        removed, expelled, disabled, resting, left = (self.make() for _ in range(5))
        self.house.wait(self.chat.hooks.remove(self.mona, self.room, removed.hook.id))
        self.house.wait(self.chat.members.remove(self.mona, self.room, expelled.hook.bot.id))
        self.house.wait(self.chat.administration.disable(self.anna, disabled.hook.bot.id, True))
        self.house.wait(self.change(resting, resting=True))
        for made in (removed, expelled, disabled, resting):
            self.assertEqual(self.house.refusal(self.tell(made)), "not_found")
        self.assertEqual([view.id for view in self.listed()], [left.hook.id, resting.hook.id])
        self.house.wait(self.change(resting, resting=False))
        self.house.wait(self.tell(resting))
        self.assertNotIn(removed.hook.bot.name, self.roles())
        self.house.wait(self.chat.rooms.delete(self.olga, self.room, "Tea"))
        self.assertEqual(self.house.refusal(self.tell(left)), "not_found")
        self.house.wait(self.chat.hooks.sweep())

    def test_renamed(self) -> None:
        """Its bot is called what it is called, and who is there sees it at once."""
        made = self.make()
        mei = self.house.connect(self.mei)
        view = self.house.wait(self.change(made, label="Nightly"))
        self.assertEqual((view.label, view.bot.display_name), ("Nightly", "Nightly"))
        self.assertEqual(mei.next("user")["user"]["display_name"], "Nightly")
        self.assertEqual(self.house.refusal(self.change(made, url="https://ci.example")), "bad_request")

    def test_who(self) -> None:
        """Those who look after the room, nobody else; and only of their own room."""
        made = self.make()
        id = made.hook.id
        other = self.house.wait(self.chat.rooms.create(self.tom, "Other")).room
        hooks = self.chat.hooks
        for actor, room, code in (
            (self.mei, self.room, "forbidden"),
            (self.tom, self.room, "no_such_room"),
            (self.tom, other, "not_found"),
        ):
            for work in (
                hooks.renew(actor, room, id),
                hooks.remove(actor, room, id),
                hooks.change(actor, room, id, HookChanges(label="x")),
            ):
                self.assertEqual(self.house.refusal(work), code)
        self.assertEqual(self.house.refusal(hooks.of_room(self.mei, self.room)), "forbidden")
        self.house.wait(self.tell(made))

    def test_bounds(self) -> None:
        """A room has so many; a label is a line; an archived room gets none."""
        for label in ("", " ", "x" * 65, "a\0b", "\u202ex"):
            self.assertIn(
                self.house.refusal(self.chat.hooks.make_incoming(self.mona, self.room, label)),
                ("bad_text", "text_too_long"),
            )
        for number in range(MAX_HOOKS):
            self.make(label=f"构建 {number}")
        self.assertEqual(self.house.refusal(self.chat.hooks.make_incoming(self.mona, self.room, "x")), "too_many")
        self.house.wait(self.chat.rooms.archive(self.olga, self.room, True))
        self.assertEqual(self.house.refusal(self.chat.hooks.make_incoming(self.mona, self.room, "x")), "room_archived")
