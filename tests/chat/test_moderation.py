"""Reports: made, seen, decided."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, FAST, PASSWORD, Connection, House
from webchat.chat.facade import Settings
from webchat.chat.moderation import MAX_OPEN_REPORTS
from webchat.model.commands import JoinRoom, LeaveRoom, PostMessage
from webchat.model.ids import RoomId, Seq

LOBBY = RoomId(1)


class Scene(SynchronousTestCase):
    """Anna runs the server; olga the garden, where mei and ola talk; otto is elsewhere."""

    def setUp(self) -> None:
        settings = Settings(
            registration="open", posts=FAST, changes=FAST, marks=FAST, typing=FAST, reads=FAST, reports=FAST
        )
        self.house = House(self, settings=settings)
        self.anna = self.house.set_up()
        self.olga, self.mei, self.ola, self.otto = (
            self.house.register(name) for name in ("olga", "mei", "ola", "otto")
        )
        self.room = self.house.wait(self.house.chat.rooms.create(self.olga, "Garden")).room
        for one in (self.mei, self.ola):
            self.house.wait(self.house.chat.rooms.join(one, JoinRoom(0, self.room)))
        for number in range(1, 10):
            self.post(self.ola, f"line {number}")
        self.moderation = self.house.chat.moderation

    def post(self, actor: Any, text: str, room: RoomId | None = None) -> Any:
        command = PostMessage(0, room or self.room, text, text.replace(" ", "-"))
        return self.house.wait(self.house.chat.messages.post(actor, command))

    def report(self, actor: Any = None, seq: int = 5, reason: str = "spam", room: RoomId | None = None) -> Any:
        return self.moderation.report_message(actor or self.mei, room or self.room, Seq(seq), reason)

    def made(self, *arguments: Any, **named: Any) -> int:
        return int(self.house.wait(self.report(*arguments, **named)))

    def queue(self, actor: Any = None, **more: Any) -> Any:
        return self.house.wait(self.moderation.page(actor or self.anna, **more))

    def decide(self, report: int, outcome: Any, by: Any = None, **more: Any) -> Any:
        return self.moderation.decide(by or self.anna, report, outcome, **more)


class Reporting(Scene):
    def test_message(self) -> None:
        """A report shows the message and what stands around it, who wrote it, and why it was reported."""
        self.made()
        self.made(self.olga, reason="广告")
        page = self.queue()
        (one,) = page.reports
        self.assertEqual((one.room, one.room_title, one.seq, one.user.name), (self.room, "Garden", 5, "ola"))
        self.assertEqual((one.reporters, one.reasons), (2, ("spam", "广告")))
        self.assertEqual([message.seq for message in one.context], [2, 3, 4, 5, 6, 7, 8])
        self.assertEqual(([card.name for card in page.users], page.open, page.next), (["ola"], 1, None))

    def test_at_the_edges(self) -> None:
        """The first and the last message have less around them."""
        self.made(seq=1)
        self.made(seq=9)
        last, first = self.queue().reports
        self.assertEqual([message.seq for message in first.context], [1, 2, 3, 4])
        self.assertEqual([message.seq for message in last.context], [6, 7, 8, 9])

    def test_person(self) -> None:
        """A person is reported as such."""
        self.house.wait(self.moderation.report_user(self.mei, self.otto.id, "writes to everybody"))
        (one,) = self.queue().reports
        self.assertEqual((one.room, one.user.name, one.context), (None, "otto", ()))

    def test_once(self) -> None:
        """Reporting again is answered with the report that waits; after a decision it is another."""
        first = self.made()
        self.assertEqual(self.made(reason="again"), first)
        self.assertEqual(self.queue().reports[0].reporters, 1)
        self.house.wait(self.decide(first, "dismissed"))
        self.assertNotEqual(self.made(), first)

    def test_refused(self) -> None:
        """One reports what others wrote where one is, with a reason."""
        self.post(self.mei, "my own")
        self.house.wait(self.decide(self.made(seq=3), "deleted"))
        for work, code in (
            (self.report(self.otto), "not_a_member"),
            (self.report(room=RoomId(99)), "no_such_room"),
            (self.report(seq=4711), "no_such_message"),
            (self.report(seq=3), "no_such_message"),
            (self.report(seq=10), "bad_request"),
            (self.report(reason=" "), "bad_text"),
            (self.report(reason="x" * 501), "text_too_long"),
            (self.moderation.report_user(self.mei, self.mei.id, "x"), "bad_request"),
            (self.moderation.report_user(self.mei, 4711, "x"), "no_such_user"),  # type: ignore[arg-type]
        ):
            self.assertEqual(self.house.refusal(work), code)

    def test_left(self) -> None:
        """Who has left reports nothing there any more."""
        self.house.wait(self.house.chat.rooms.leave(self.mei, LeaveRoom(0, self.room)))
        self.assertEqual(self.house.refusal(self.report()), "not_a_member")

    def test_too_many(self) -> None:
        """One person has so many reports open, and no more."""
        for number in range(MAX_OPEN_REPORTS):
            self.post(self.ola, f"more {number}")
            self.made(seq=10 + number)
        self.assertEqual(self.house.refusal(self.report(seq=1)), "too_many")
        self.made(self.olga, seq=1)

    def test_too_fast(self) -> None:
        """And reports only so fast."""
        house = House(self)
        house.set_up()
        mei, ola = house.register("mei"), house.register("ola")
        work = house.chat.moderation.report_user
        for _ in range(10):
            house.wait(work(mei, ola.id, "x"))
        self.assertEqual(house.refusal(work(mei, ola.id, "x")), "rate_limited")


class Deciding(Scene):
    def test_who_sees(self) -> None:
        """Admins see all; who looks after a room sees what was reported there; everybody else nothing."""
        here, person = self.made(), self.house.wait(self.moderation.report_user(self.mei, self.otto.id, "x"))
        self.post(self.ola, "in the lobby", LOBBY)
        there = self.made(room=LOBBY, seq=1)
        self.assertEqual([one.id for one in self.queue().reports], [there, person, here])
        page = self.queue(self.olga)
        self.assertEqual(([one.id for one in page.reports], page.open), ([here], 1))
        self.assertEqual(self.house.refusal(self.moderation.page(self.mei)), "forbidden")
        for report in (there, person):
            self.assertEqual(self.house.refusal(self.decide(report, "dismissed", self.olga)), "not_found")
        self.assertEqual(self.house.refusal(self.decide(here, "dismissed", self.mei)), "not_found")

    def test_about_herself(self) -> None:
        """Whoever looks after a room does not decide about herself; the server's admins do."""
        self.post(self.olga, "I am the law")
        connection = self.house.connect(self.olga)
        about_her, other = self.made(seq=10), self.made()
        self.assertEqual([one.id for one in self.queue(self.olga).reports], [other])
        self.assertEqual(self.house.refusal(self.decide(about_her, "dismissed", self.olga)), "not_found")
        self.house.wait(self.moderation.tell())
        self.assertEqual([event["open"] for event in connection.rest() if event["type"] == "report"], [1])
        self.house.wait(self.decide(about_her, "deleted"))

    def test_pages(self) -> None:
        """By page, the latest first."""
        ids = [self.made(seq=seq) for seq in (1, 2, 3)]
        page = self.queue(limit=2)
        self.assertEqual(([one.id for one in page.reports], page.next, page.open), (ids[:0:-1], ids[1], 3))
        page = self.queue(limit=2, before=page.next)
        self.assertEqual(([one.id for one in page.reports], page.next), (ids[:1], None))

    def test_deleted(self) -> None:
        """The message becomes a tombstone, which the room is told; all reports of it are closed."""
        connection = self.house.connect(self.mei)
        report = self.made()
        self.made(self.olga)
        self.house.wait(self.decide(report, "deleted", self.olga, reason="rule 3"))
        told = [event for event in connection.rest() if event["type"] == "message"]
        self.assertEqual([(event["seq"], event["text"]) for event in told], [(5, "")])
        self.assertEqual((self.queue().reports, self.queue().open), ((), 0))
        closed = self.queue(state="closed").reports
        self.assertEqual([(one.outcome, one.closed_by) for one in closed], [("deleted", self.olga.id)] * 2)
        (entry,) = self.house.wait(self.house.chat.administration.acts(self.anna, room=self.room)).entries
        self.assertEqual((entry.action, entry.user, entry.actor), ("report.deleted", self.ola.id, self.olga.id))
        self.assertEqual(entry.details, {"report": report, "seq": 5, "reason": "rule 3"})

    def test_gone_already(self) -> None:
        """A message that is gone is not deleted again."""
        report = self.made()
        self.house.wait(self.decide(report, "deleted"))
        rev = self.house.wait(self.house.chat.rooms.state(self.mei, self.room)).rev
        self.house.wait(self.decide(report, "deleted"))
        self.assertEqual(self.house.wait(self.house.chat.rooms.state(self.mei, self.room)).rev, rev)
        self.assertEqual(self.house.refusal(self.decide(report, "dismissed")), "conflict")

    def test_silenced(self) -> None:
        """An admin silences the author on the whole server, for so long."""
        report = self.made()
        self.house.wait(self.decide(report, "silenced", minutes=60))
        account = self.house.wait(self.house.chat.administration.account(self.anna, self.ola.id))
        self.assertEqual(account.state, "silenced")
        self.assertTrue(self.house.now.ms + 59 * 60_000 < account.silenced <= self.house.now.ms + 60 * 60_000)

    def test_removed(self) -> None:
        """An admin disables the account."""
        connection = self.house.connect(self.ola)
        self.house.wait(self.decide(self.made(), "removed"))
        self.assertFalse(connection.is_open)
        self.assertEqual(connection.close_code, 4003)

    def test_banned(self) -> None:
        """That somebody was banned from the room is noted."""
        self.house.wait(self.decide(self.made(), "banned", self.olga))
        self.assertEqual(self.queue(state="closed").reports[0].outcome, "banned")

    def test_refused(self) -> None:
        """A moderator's power ends at the room, an admin's at the owner; and a decision is whole."""
        report = self.made()
        self.post(self.anna, "welcome", LOBBY)
        about_owner = self.made(room=LOBBY, seq=1)
        person = self.house.wait(self.moderation.report_user(self.mei, self.otto.id, "x"))
        self.house.wait(self.house.chat.accounts.add_user("adele", "Adele", PASSWORD, None, "admin"))
        adele = self.house.wait(self.house.chat.accounts.sign_in("adele", PASSWORD, DEVICE)).actor
        for work, code in (
            (self.decide(report, "silenced", self.olga, minutes=5), "forbidden"),
            (self.decide(report, "removed", self.olga), "forbidden"),
            (self.decide(about_owner, "removed", adele), "forbidden"),
            (self.decide(about_owner, "silenced", adele, minutes=5), "forbidden"),
            (self.decide(report, "silenced"), "bad_request"),
            (self.decide(report, "dismissed", minutes=5), "bad_request"),
            (self.decide(person, "deleted"), "bad_request"),
            (self.decide(4711, "dismissed"), "not_found"),
        ):
            self.assertEqual(self.house.refusal(work), code)
        self.assertEqual(self.queue().open, 3)
        self.assertEqual(self.house.wait(self.house.chat.administration.acts(self.anna)).entries[0].action, "user.add")


class Telling(Scene):
    """How many reports wait, told to those they wait for."""

    def told(self, connection: Connection) -> list[int]:
        return [event["open"] for event in connection.rest() if event["type"] == "report"]

    def test_told(self) -> None:
        """Whoever decides is told when the number changes, and nobody else ever."""
        anna, olga, mei = (self.house.connect(one) for one in (self.anna, self.olga, self.mei))
        report = self.made()
        self.house.wait(self.moderation.report_user(self.mei, self.otto.id, "x"))
        for _ in range(2):
            self.house.wait(self.moderation.tell())
        self.assertEqual((self.told(anna), self.told(olga), self.told(mei)), ([2], [1], []))
        self.house.wait(self.decide(report, "dismissed"))
        self.assertEqual((self.told(anna), self.told(olga), self.told(mei)), ([1], [0], []))

    def test_nobody_there(self) -> None:
        """Where nobody is connected nothing is asked."""
        reads = self.house.chat.database.reads
        self.house.wait(self.moderation.tell())
        self.assertEqual(self.house.chat.database.reads, reads)
