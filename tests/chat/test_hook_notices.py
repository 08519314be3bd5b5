"""A webhook that is paused after failing says so to those who look after its room: each of them once."""

from __future__ import annotations

from typing import Any

from tests.contracts.engines import StoreTests, on_each_engine
from tests.support.house import House
from webchat.chat.hooks import HookChanges, Made
from webchat.model.commands import LeaveRoom, PostMessage
from webchat.model.ids import SERVER, Millis, RoomId
from webchat.model.users import Actor
from webchat.store import audit, outbox
from webchat.store.outbox import Job


class Resting(StoreTests):
    """Olga's room Tea, whose moderator Mona has made a webhook; Mei is a member."""

    def setUp(self) -> None:
        super().setUp()
        case: Any = self
        self.house = House(case, engines=self.engines)
        self.chat = self.house.chat
        self.house.set_up()
        self.olga, self.mona, self.mei = (self.house.register(name) for name in ("olga", "mona", "mei"))
        self.house.wait(self.chat.accounts.edit_profile(self.mona, locale="zh-CN"))
        self.room = self.house.wait(self.chat.rooms.create(self.olga, "Tea *room*")).room
        self.house.wait(self.chat.members.invite(self.olga, self.room, [self.mona.id, self.mei.id]))
        self.house.wait(self.chat.members.set_role(self.olga, self.room, self.mona.id, "moderator"))
        self.house.wait(self.chat.settings.change(None, webhooks=True))
        self.hook: Made = self.house.wait(
            self.chat.hooks.make_outgoing(
                self.mona, self.room, "CI", "https://ci.example", ("message.posted",), "", False
            )
        )
        self.house.wait(self.chat.hook_events.look_round())

    def jobs(self, kind: Any) -> list[Job]:
        """What waits of this kind; it is done with then, one after the other."""
        found: list[Job] = []
        while True:
            at = Millis(self.house.now() + 1)
            some = self.house.wait(self.chat.database.write(None, lambda db, at=at: outbox.take(db, kind, at, at, 9)))
            if not some:
                return found
            found += some
            for job in some:
                self.house.wait(self.chat.database.write(None, lambda db, job=job: outbox.done(db, job)))

    def fail(self, is_gone: bool = True) -> None:
        """A delivery is given up; *is_gone*: for good."""
        self.house.wait(self.chat.messages.post(self.mei, PostMessage(0, self.room, "x")))
        self.house.wait(self.chat.hook_events.decide())
        for job in self.jobs("hook"):
            parcel = self.house.wait(self.chat.hook_events.compose(job))
            assert parcel is not None
            self.house.wait(self.chat.hook_events.failed(parcel, "status 410" if is_gone else "status 500", is_gone))

    def wake(self) -> None:
        change = self.chat.hooks.change(self.mona, self.room, self.hook.hook.id, HookChanges(resting=False))
        self.house.wait(change)

    def tell(self, jobs: list[Job]) -> None:
        for job in jobs:
            self.house.wait(self.chat.hook_notices.deliver(job))

    def heard(self, actor: Actor) -> list[str]:
        """What the webhook's bot has written to somebody."""
        _, states = self.house.wait(self.chat.rooms.mine(actor))
        talks: list[RoomId] = [one.room for one in states if one.kind == "direct"]
        pages = [self.house.wait(self.chat.messages.page(actor, room)) for room in talks]
        bot = self.hook.hook.bot.id
        return [message.text for page in pages for message in page.messages if message.author == bot]

    def test_story(self) -> None:
        """Its maker and the room's owner are told, in their languages, whatever is done twice; nobody else is."""
        case: Any = self
        for _ in range(2):
            self.fail(is_gone=False)
            case.assertEqual(self.jobs("notice"), [])
        self.fail(is_gone=False)
        jobs = self.jobs("notice")
        self.tell(jobs * 2)
        (english,), (chinese,) = self.heard(self.olga), self.heard(self.mona)
        case.assertIn("paused, since what happens in **Tea \\*room\\*** could not be delivered", english)
        case.assertIn("我已被暂停：**Tea \\*room\\***", chinese)
        case.assertEqual(self.heard(self.mei), [])
        entries = self.house.wait(self.chat.database.read(lambda db: audit.entries(db, 10**9, 1, room=self.room)))
        case.assertEqual([(one.action, one.actor) for one in entries], [("hook.rest", SERVER)])
        self.wake()
        self.fail()
        self.tell(self.jobs("notice"))
        case.assertEqual((len(self.heard(self.olga)), len(self.heard(self.mona))), (2, 2))

    def test_one_of_both(self) -> None:
        """An owner who made it herself is told once."""
        case: Any = self
        self.house.wait(self.chat.members.set_role(self.olga, self.room, self.mona.id, "owner"))
        self.fail()
        case.assertEqual(len(self.jobs("notice")), 1)

    def test_no_more_so(self) -> None:
        """Nothing is told of one that was woken or removed, nor to who left, or looks after the room no more."""
        case: Any = self
        self.fail()
        self.wake()
        self.tell(self.jobs("notice"))
        self.fail()
        self.house.wait(self.chat.members.set_role(self.olga, self.room, self.mona.id, "member"))
        jobs = self.jobs("notice")
        self.house.wait(self.chat.rooms.leave(self.olga, LeaveRoom(0, self.room)))
        self.tell(jobs)
        case.assertEqual((self.heard(self.olga), self.heard(self.mona)), ([], []))

    def test_blocked(self) -> None:
        """Who blocks the bot hears nothing of it, and nobody waits for her."""
        case: Any = self
        self.house.wait(self.chat.contacts.block(self.mona, self.hook.hook.bot.id, True))
        self.fail()
        self.tell(self.jobs("notice"))
        case.assertEqual((len(self.heard(self.olga)), self.heard(self.mona)), (1, []))


on_each_engine(Resting, globals())
del Resting
