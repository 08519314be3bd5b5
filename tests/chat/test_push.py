"""Who is told while she is away, of what, and in which words."""

from __future__ import annotations

import time
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House
from webchat.chat.facade import Settings
from webchat.chat.push import LATE, MOST_DEVICES, WAIT, Pushed
from webchat.live.limits import Rate
from webchat.model.commands import DeleteMessage, LeaveRoom, MarkRead, PostMessage
from webchat.model.ids import Millis, RoomId, Seq
from webchat.model.users import Actor
from webchat.store import blocks, outbox, push
from webchat.store.outbox import Job

FAST = Rate(1e6, 1e6)
LOBBY = RoomId(1)
POINT, SECRET = "B" + "A" * 86, "A" * 22


class PushCase(SynchronousTestCase):
    """Anna writes; Mei has a device and is away."""

    def setUp(self) -> None:
        self.house = House(
            self,
            Settings(registration="open", posts=FAST, changes=FAST, marks=FAST, reads=FAST, push_key="key"),
        )
        self.chat = self.house.chat
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.subscribe(self.mei)

    def subscribe(self, actor: Actor, name: str = "") -> None:
        endpoint = f"https://fcm.googleapis.com/{name or actor.user.name}"
        self.house.wait(self.chat.push.subscribe(actor, endpoint, POINT, SECRET))

    def post(self, actor: Actor, text: str = "hi", room: RoomId = LOBBY) -> Seq:
        return self.house.wait(self.chat.messages.post(actor, PostMessage(0, room, text))).seq

    def prefer(self, actor: Actor, **changes: Any) -> None:
        dotted = {key.replace("_", "."): value for key, value in changes.items()}
        self.house.wait(self.chat.preferences.change(actor, dotted))

    def level(self, level: str, muted: int | None = None, room: RoomId = LOBBY) -> None:
        self.house.wait(self.chat.places.set_level(self.mei, room, level, muted))

    def jobs(self, after: int = WAIT) -> list[Job]:
        """What is due once the time to read it elsewhere is over."""
        self.house.wait(self.chat.push.decide())
        self.house.now.ms += after
        at = self.house.now()
        return self.house.wait(self.chat.database.write(None, lambda db: outbox.take(db, "push", at, at, 99)))

    def told(self) -> list[Pushed]:
        """What the devices would be told now."""
        found = []
        for job in self.jobs():
            one = self.house.wait(self.chat.push.compose(job))
            self.house.wait(self.chat.database.write(None, lambda db, job=job: outbox.done(db, job)))
            if one is not None:
                found.append(one[1])
        return found


class Telling(PushCase):
    def test_story(self) -> None:
        """One message, then more of them; each room is told at once."""
        self.post(self.anna, "Tea\nat three?")
        self.assertEqual(self.told(), [Pushed(LOBBY, Seq(1), 1, "Anna · # Lobby", "Tea at three?", "en", False)])
        self.post(self.anna, "Or four?")
        self.post(self.anna, "x" * 200)
        (told,) = self.told()
        self.assertEqual((told.seq, told.count), (3, 3))
        self.assertEqual(told.text, "x" * 119 + "…")
        self.assertEqual(self.told(), [])

    def test_not_at_once(self) -> None:
        """What is read within some seconds is not told, nor is what was deleted."""
        seq = self.post(self.anna)
        self.assertEqual(self.jobs(WAIT - 100), [])
        (job,) = self.jobs(200)
        self.house.wait(self.chat.reading.mark(self.mei, MarkRead(0, LOBBY, seq)))
        self.assertIsNone(self.house.wait(self.chat.push.compose(job)))
        seq = self.post(self.anna)
        self.house.wait(self.chat.messages.delete(self.anna, DeleteMessage(0, LOBBY, seq)))
        self.assertEqual(self.told(), [])

    def test_together(self) -> None:
        """What comes while something waits to be told is taken along; each device is told for itself."""
        other = self.house.wait(self.chat.accounts.sign_in("mei", PASSWORD, DEVICE)).actor
        self.subscribe(other, "other")
        self.post(self.anna)
        self.house.wait(self.chat.push.decide())
        self.post(self.anna)
        self.assertEqual([told.count for told in self.told()], [2, 2])

    def test_active(self) -> None:
        """Who sits at any of her devices sees for herself; who has left hers alone is told."""
        mei = self.house.connect(self.mei)
        self.post(self.anna)
        self.assertEqual(self.jobs(), [])
        mei.send(type="active", idle=True)
        self.post(self.anna)
        (job,) = self.jobs()
        mei.send(type="active", idle=False)
        self.assertIsNone(self.house.wait(self.chat.push.compose(job)))
        mei.lose()
        self.post(self.anna)
        self.assertEqual(len(self.told()), 1)

    def test_own(self) -> None:
        """Nobody is told what she says herself, nor what somebody says whom she blocks."""
        self.post(self.mei)
        self.assertEqual(self.told(), [])
        self.house.wait(self.chat.database.write(None, lambda db: blocks.add(db, self.mei.id, self.anna.id, Millis(1))))
        self.post(self.anna)
        self.assertEqual(self.told(), [])

    def test_levels(self) -> None:
        """Nothing of a muted room; of a quieter one only what is meant for her."""
        self.level("all", 2**52)
        self.post(self.anna)
        self.assertEqual(self.jobs(), [])
        self.level("nothing")
        self.post(self.anna)
        self.assertEqual(self.jobs(), [])
        self.level("mentions")
        self.post(self.anna)
        self.assertEqual(self.jobs(), [])
        seq = self.post(self.anna, "@mei, tea")
        (told,) = self.told()
        self.assertEqual((told.seq, told.count, told.text, told.mention), (seq, 1, "@mei, tea", True))

    def test_action(self) -> None:
        """What somebody does is told behind her name."""
        self.house.wait(self.chat.messages.post(self.anna, PostMessage(0, LOBBY, "waves", action=True)))
        self.assertEqual([told.text for told in self.told()], ["Anna waves"])

    def test_direct(self) -> None:
        """In a conversation of two the name alone is the title, and it calls."""
        room = self.house.wait(self.chat.directs.open(self.anna, [self.mei.id])).state.room
        self.level("mentions", None, room)
        self.post(self.anna, "psst", room)
        (told,) = self.told()
        self.assertEqual((told.title, told.text, told.mention), ("Anna", "psst", True))

    def test_hidden(self) -> None:
        """Who wants so has nothing of the text leave the server; and it is told in her language."""
        self.prefer(self.mei, notice_text="hidden")
        self.house.wait(self.chat.accounts.edit_profile(self.mei, locale="zh-CN"))
        self.post(self.anna, "secret")
        (told,) = self.told()
        self.assertEqual((told.text, told.lang), (None, "zh-CN"))

    def test_quiet(self) -> None:
        """In her quiet hours nobody is told; later neither of what was said then alone."""
        at = time.gmtime(self.house.now.ms / 1000)
        hour = f"{at.tm_hour:02}:00"
        self.prefer(self.mei, quiet={"from": hour, "to": f"{(at.tm_hour + 1) % 24:02}:00", "zone": "UTC"})
        self.post(self.anna)
        self.assertEqual(self.told(), [])
        self.prefer(self.mei, quiet="whatever")
        self.post(self.anna)
        self.assertEqual(len(self.told()), 1)

    def test_gone(self) -> None:
        """Who left is not told, though it was decided before; nor are old news."""
        self.post(self.anna)
        (job,) = self.jobs()
        self.house.wait(self.chat.rooms.leave(self.mei, LeaveRoom(0, LOBBY)))
        self.assertIsNone(self.house.wait(self.chat.push.compose(job)))
        self.house.now.ms += LATE
        self.assertIsNone(self.house.wait(self.chat.push.compose(job)))

    def test_signed_out(self) -> None:
        """With the session goes the device; and the one the push service does not know any more."""
        self.post(self.anna)
        (job,) = self.jobs()
        found = self.house.wait(self.chat.push.compose(job))
        assert found is not None
        self.house.wait(self.chat.push.forget(found[0]))
        self.assertIsNone(self.house.wait(self.chat.push.compose(job)))
        self.subscribe(self.mei)
        self.house.wait(self.chat.accounts.sign_out(self.mei))
        self.assertFalse(self.house.wait(self.chat.database.read(push.is_any)))

    def test_after_a_start(self) -> None:
        """What was said, and not looked at before the server ended, is looked at after its start, once."""
        self.post(self.anna)
        self.assertEqual(len(self.told()), 1)
        self.post(self.anna)
        self.chat.push._stirred.clear()
        self.house.wait(self.chat.push.load())
        self.assertEqual(len(self.told()), 1)
        self.house.wait(self.chat.push.load())
        self.assertEqual(self.told(), [])

    def test_edits_are_no_news(self) -> None:
        """A row that changes long after is not told again."""
        seq = self.post(self.anna)
        self.assertEqual(len(self.told()), 1)
        self.house.now.ms += 60_000
        self.house.wait(self.chat.messages.delete(self.anna, DeleteMessage(0, LOBBY, seq)))
        self.assertEqual(self.jobs(), [])

    def test_growing(self) -> None:
        """What takes minutes to be written is told once, when it is complete."""
        messages = self.chat.messages
        seq = self.house.wait(messages.begin(self.anna, PostMessage(0, LOBBY, "Tea"))).seq
        self.assertEqual(self.jobs(), [])
        self.house.now.ms += 5 * 60_000
        self.house.wait(messages.grow(self.anna, LOBBY, seq, "Tea is", is_complete=False))
        self.assertEqual(self.jobs(), [])
        self.house.wait(messages.grow(self.anna, LOBBY, seq, "Tea is a plant.", is_complete=True))
        (told,) = self.told()
        self.assertEqual((told.seq, told.text), (seq, "Tea is a plant."))
        self.house.now.ms += 60_000
        self.house.wait(messages.delete(self.anna, DeleteMessage(0, LOBBY, seq)))
        self.assertEqual(self.jobs(), [])

    def test_nobody(self) -> None:
        """Without a device nothing is noted."""
        self.house.wait(self.chat.push.unsubscribe(self.mei))
        self.house.wait(self.chat.push.decide())
        self.post(self.anna)
        self.assertEqual(self.chat.push._stirred, {})


class Devices(PushCase):
    def test_limit(self) -> None:
        """Ten devices."""
        for number in range(MOST_DEVICES - 1):
            actor = self.house.wait(self.chat.accounts.sign_in("mei", PASSWORD, DEVICE)).actor
            self.subscribe(actor, str(number))
        actor = self.house.wait(self.chat.accounts.sign_in("mei", PASSWORD, DEVICE)).actor
        refused = self.house.refusal(
            self.chat.push.subscribe(actor, "https://fcm.googleapis.com/one-more", POINT, SECRET)
        )
        self.assertEqual(refused, "too_many")
        # The same device again is none more.
        self.subscribe(self.mei, "again")

    def test_rotated(self) -> None:
        """With a new key all sign up anew."""
        self.assertEqual(self.house.wait(self.chat.push.forget_all()), 1)

    def test_off(self) -> None:
        """Without a key nothing is pushed."""
        house = House(self)
        anna = house.set_up()
        work = house.chat.push.subscribe(anna, "https://fcm.googleapis.com/x", POINT, SECRET)
        self.assertEqual(house.refusal(work), "unavailable")
        house.wait(house.chat.push.decide())
