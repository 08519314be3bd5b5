"""What outgoing webhooks tell: each thing once, in order, and nothing that is no longer so."""

from __future__ import annotations

import json
from typing import Any

from tests.chat.test_hooks import HookScene
from tests.support.house import House
from webchat.chat import hook_events
from webchat.chat.hook_events import HookEvents, Parcel
from webchat.chat.hooks import HookChanges, Made, speaking
from webchat.model.commands import DeleteMessage, EditMessage, JoinRoom, LeaveRoom, Pin, PostMessage, React
from webchat.model.hooks import EVENTS
from webchat.model.ids import SERVER, Seq
from webchat.model.users import Actor
from webchat.store import outbox, users
from webchat.store.outbox import Job

URL = "https://ci.example/hook"


class OutScene(HookScene):
    """The room tells a URL of all there is."""

    kind = "public"

    def setUp(self) -> None:
        super().setUp()
        self.house.wait(self.chat.settings.change(None, webhooks=True))
        self.hook = self.make_out()
        self.house.wait(self.chat.hook_events.look_round())

    def make_out(self, events: Any = EVENTS, word: str = "", bots: bool = False) -> Made:
        hooks = self.chat.hooks
        return self.house.wait(hooks.make_outgoing(self.mona, self.room, "CI", URL, events, word, bots))

    def say(self, text: str, actor: Actor | None = None, **more: Any) -> Seq:
        return self.house.wait(self.chat.messages.post(actor or self.mei, PostMessage(0, self.room, text, **more))).seq

    def edit(self, seq: Seq, text: str) -> None:
        self.house.wait(self.chat.messages.edit(self.mei, EditMessage(0, self.room, seq, text)))

    def delete(self, seq: Seq) -> None:
        self.house.wait(self.chat.messages.delete(self.mei, DeleteMessage(0, self.room, seq)))

    def react(self, seq: Seq, on: bool = True) -> None:
        self.house.wait(self.chat.reactions.react(self.mona, React(0, self.room, seq, "🍵", on)))

    def jobs(self) -> list[Job]:
        """All that waits; it is done with then."""
        self.house.wait(self.chat.hook_events.decide())
        found: list[Job] = []
        while True:
            at = self.house.now()
            some = self.house.wait(
                self.chat.database.write(None, lambda db, at=at: outbox.take(db, "hook", at, at, 99))
            )
            if not some:
                return found
            found += some
            for job in some:
                self.house.wait(self.chat.database.write(None, lambda db, job=job: outbox.done(db, job)))

    def parcels(self) -> list[Parcel]:
        found = [self.house.wait(self.chat.hook_events.compose(job)) for job in self.jobs()]
        return [one for one in found if one is not None]

    def told(self) -> list[Any]:
        """The types of what is told, with the message's text or the name of who came or left."""
        bodies = [json.loads(one.body) for one in self.parcels()]
        return [
            (
                body["type"],
                body["data"]["message"]["text"] if "message" in body["data"] else body["data"]["user"]["name"],
            )
            for body in bodies
        ]


class Telling(OutScene):
    def test_story(self) -> None:
        """What happens is told as it happens, and nothing twice."""
        seq = self.say("Tea?")
        self.assertEqual(self.told(), [("message.posted", "Tea?")])
        self.edit(seq, "Tea!")
        self.react(seq)
        self.assertEqual(self.told(), [("message.edited", "Tea!"), ("message.reactions", "Tea!")])
        self.react(seq, False)
        self.assertEqual(self.told(), [("message.reactions", "Tea!")])
        self.delete(seq)
        self.house.wait(self.chat.rooms.join(self.tom, JoinRoom(0, self.room)))
        self.house.wait(self.chat.rooms.leave(self.mei, LeaveRoom(0, self.room)))
        self.assertEqual(self.told(), [("message.deleted", ""), ("member.joined", "tom"), ("member.left", "mei")])
        self.assertEqual(self.told(), [])

    def test_body(self) -> None:
        """The body says where, by whom and what, in a shape of its own; the signature is over these very bytes."""
        root = self.say("Tea", nonce="private")
        self.say("@mona at three", reply=root, thread=root)
        parcel = self.parcels()[-1]
        body = json.loads(parcel.body)
        self.assertEqual(set(body), {"type", "timestamp", "data"})
        self.assertEqual(body["data"]["room"], {"id": self.room, "title": "Tea"})
        message = body["data"]["message"]
        self.assertEqual(set(message), {"seq", "author", "text", "created", "reply", "thread", "mentions"})
        self.assertEqual((message["author"]["name"], message["mentions"]), ("mei", [self.mona.id]))
        self.assertNotIn(b"private", parcel.body)
        self.assertEqual(parcel.headers["webhook-id"], parcel.told.id)
        self.assertTrue(parcel.headers["webhook-signature"].startswith("v1,"))

    def test_together(self) -> None:
        """What happened to a message before it was told is told as one: its newest words; nothing, if it is gone."""
        seq, gone = self.say("Tee"), self.say("Oops")
        self.edit(seq, "Tea")
        self.react(seq)
        self.delete(gone)
        self.assertEqual(self.told(), [("message.posted", "Tea")])

    def test_growing(self) -> None:
        """What a bot says bit by bit is told when it is complete, as new."""
        self.make_out(bots=True)
        self.house.wait(self.chat.hook_events.look_round())
        self.jobs()
        bot = self.house.wait(self.chat.database.read(lambda db: users.maybe(db, self.hook.hook.bot.id)))
        assert bot is not None
        actor = speaking(bot, self.house.now())
        seq = self.house.wait(self.chat.messages.begin(actor, PostMessage(0, self.room, "Te"))).seq
        self.assertEqual(self.told(), [])
        for text, is_complete, told in (("Tea", False, []), ("Tea!", True, [("message.posted", "Tea!")])):
            self.house.wait(self.chat.messages.grow(actor, self.room, seq, text, is_complete))
            self.assertEqual(self.told(), told)

    def test_gone_meanwhile(self) -> None:
        """What was deleted while its delivery waited leaves the house no more."""
        seq = self.say("secret")
        jobs = self.jobs()
        self.delete(seq)
        self.assertEqual([self.house.wait(self.chat.hook_events.compose(job)) for job in jobs], [None])
        self.assertEqual(self.told(), [("message.deleted", "")])

    def test_other_changes(self) -> None:
        """Pins, replies, roles and the room's own row are not told."""
        seq = self.say("Tea")
        self.told()
        self.house.wait(self.chat.pins.pin(self.mona, Pin(0, self.room, seq, True)))
        self.role(self.olga, self.mei, "moderator")
        self.house.wait(self.chat.rooms.change(self.mona, self.room, topic="cups"))
        self.assertEqual(self.told(), [])
        self.delete(seq)
        self.told()
        self.say("late", thread=seq)
        self.assertEqual(self.told(), [("message.posted", "late")])

    def test_chosen(self) -> None:
        """Each webhook is told what it asked for: these events, messages that begin with its word."""
        self.house.wait(self.chat.hooks.remove(self.mona, self.room, self.hook.hook.id))
        self.make_out(("message.posted", "message.edited"), word="!build")
        seq = self.say("!Build main")
        self.say("what is !build?")
        self.react(seq)
        self.assertEqual(self.told(), [("message.posted", "!Build main")])
        self.edit(seq, "never mind")
        self.assertEqual(self.told(), [])

    def test_no_loops(self) -> None:
        """Never what it says itself; what other bots say only where that is asked for."""
        other = self.house.wait(self.chat.hooks.make_incoming(self.mona, self.room, "Other"))
        self.told()
        self.house.wait(self.tell(other, "beep"))
        self.assertEqual(self.told(), [])
        self.house.wait(self.change(self.hook, bots=True))
        self.house.wait(self.tell(other, "boop"))
        (parcel,) = self.parcels()
        self.assertIn(b"boop", parcel.body)
        self.house.wait(self.chat.hook_events.reply(parcel, "pong"))
        self.assertEqual(self.told(), [])

    def test_after_a_kill(self) -> None:
        """What was committed and heard by nobody is found by looking at the room's log: also in the next process."""
        events = HookEvents(
            self.chat.database, self.chat.messages, self.chat.settings, self.house.now, self.chat.hook_events._changes
        )
        self.say("one")
        self.say("two")
        self.house.wait(events.look_round())
        self.chat.hook_events = events
        self.assertEqual(self.told(), [("message.posted", "one"), ("message.posted", "two")])

    def test_much(self) -> None:
        """More than is looked at in one transaction is told in order, and what is too much waits in the log."""
        self.patch(hook_events, "AT_ONCE", 3)
        self.patch(hook_events, "MOST_WAITING", 4)
        for number in range(10):
            self.say(str(number))
        decide = self.chat.hook_events.decide
        for _ in range(9):
            self.house.wait(decide())
        count = self.house.wait(self.chat.database.read(lambda db: outbox.count(db, "hook")))
        self.assertEqual(count, 6)
        texts = [text for _, text in self.told()]
        for _ in range(3):
            self.house.wait(self.chat.hook_events.look_round())
            texts += [text for _, text in self.told()]
        self.assertEqual(texts, [str(number) for number in range(10)])

    def test_resting(self) -> None:
        """Who rests, or is switched off for all, is told nothing, and later not what happened meanwhile."""
        for rest, wake in (
            (self.change(self.hook, resting=True), self.change(self.hook, resting=False)),
            (self.chat.settings.change(None, webhooks=False), self.chat.settings.change(None, webhooks=True)),
        ):
            self.say("before")
            (job,) = self.jobs()
            self.house.wait(rest)
            self.assertIsNone(self.house.wait(self.chat.hook_events.compose(job)))
            self.say("meanwhile")
            self.assertEqual(self.told(), [])
            self.house.wait(wake)
            self.say("after")
            self.assertEqual(self.told(), [("message.posted", "after")])

    def test_ends(self) -> None:
        """With its bot's place in the room, and with the room, whatever waits."""
        self.say("one")
        (job,) = self.jobs()
        self.house.wait(self.chat.members.remove(self.mona, self.room, self.hook.hook.bot.id))
        self.assertIsNone(self.house.wait(self.chat.hook_events.compose(job)))
        second = self.make_out()
        self.say("two")
        jobs = self.jobs()
        self.assertEqual([one.target for one in jobs], [second.hook.id])
        self.house.wait(self.chat.rooms.delete(self.olga, self.room, "Tea"))
        self.assertIsNone(self.house.wait(self.chat.hook_events.compose(jobs[0])))
        self.assertEqual(self.jobs(), [])

    def test_given_up(self) -> None:
        """Three deliveries given up in a row, or one word that no more are wanted, and it rests until it is woken."""
        for failures, resting in ((1, False), (2, False), (3, True)):
            self.say("x")
            (parcel,) = self.parcels()
            self.house.wait(self.chat.hook_events.failed(parcel, "status 500"))
            (view,) = self.listed()
            self.assertEqual(
                (view.failures, view.failure, view.disabled is not None), (failures, "status 500", resting)
            )
        self.assertIn(("hook.rest", SERVER, self.hook.hook.bot.id), self.acts())
        view = self.house.wait(self.change(self.hook, resting=False))
        self.assertEqual((view.failures, view.failure, view.disabled), (0, None, None))
        self.house.wait(self.chat.hook_events.failed(parcel, "status 500"))
        self.house.wait(self.chat.hook_events.succeeded(parcel))
        self.assertEqual(self.listed()[0].failures, 0)
        self.house.wait(self.chat.hook_events.failed(parcel, "status 410", is_gone=True))
        self.assertIsNotNone(self.listed()[0].disabled)

    def test_reply(self) -> None:
        """What is answered stands as an answer to the message, in its thread, once; not what cannot be posted."""
        root = self.say("Tea")
        seq = self.say("!build", thread=root)
        parcel = self.parcels()[-1]
        for _ in range(2):
            self.house.wait(self.chat.hook_events.reply(parcel, "done"))
        message = self.house.wait(self.chat.messages.one(self.mei, self.room, Seq(seq + 1)))
        self.assertEqual((message.text, message.reply, message.thread), ("done", seq, root))
        self.assertEqual(message.author, self.hook.hook.bot.id)
        self.assertEqual(self.house.wait(self.chat.messages.page(self.mei, self.room)).seq, seq + 1)
        self.house.wait(self.chat.hook_events.reply(parcel, "x" * 10_001))
        self.assertIn("not posted", self.listed()[0].failure)

    def test_try_out(self) -> None:
        """A test says only that it is one; a failure of it counts for nothing; also while the webhook rests."""
        self.house.wait(self.change(self.hook, resting=True))
        self.house.wait(self.chat.hook_events.try_out(self.mona, self.room, self.hook.hook.id))
        (parcel,) = self.parcels()
        self.assertEqual(json.loads(parcel.body)["type"], "test")
        self.house.wait(self.chat.hook_events.failed(parcel, "status 500"))
        self.assertEqual((self.listed()[0].failures, self.listed()[0].failure), (0, "status 500"))
        incoming = self.make()
        for actor, id, code in (
            (self.mei, self.hook.hook.id, "forbidden"),
            (self.mona, incoming.hook.id, "not_found"),
            (self.mona, 99, "not_found"),
        ):
            self.assertEqual(self.house.refusal(self.chat.hook_events.try_out(actor, self.room, id)), code)

    def test_switched_off(self) -> None:
        """Where the server tells nobody, none are made or tried out."""
        self.house.wait(self.chat.settings.change(None, webhooks=False))
        make = self.chat.hooks.make_outgoing(self.mona, self.room, "CI", URL, EVENTS, "", False)
        for work in (make, self.chat.hook_events.try_out(self.mona, self.room, self.hook.hook.id)):
            self.assertEqual(self.house.refusal(work), "forbidden")

    def test_bounds(self) -> None:
        """A URL that is one, some events, a short word."""
        for changes in ({"url": "ftp://x"}, {"events": ()}, {"word": "x" * 41}, {"label": ""}):
            self.assertIn(
                self.house.refusal(
                    self.chat.hooks.change(self.mona, self.room, self.hook.hook.id, HookChanges(**changes))
                ),
                ("bad_request", "text_too_long", "bad_text"),
            )


class Costs(HookScene):
    def test_nobody_told(self) -> None:
        """Where no room tells anybody, what is said is not even noted."""
        house: House = self.house
        house.wait(self.post(self.mei))
        self.assertEqual(self.chat.hook_events._stirred, set())
