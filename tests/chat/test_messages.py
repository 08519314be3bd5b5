"""Messages: said, changed, taken back, and read page by page."""

from __future__ import annotations

from typing import Any

import attrs
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.model.commands import DeleteMessage, EditMessage, JoinRoom, LeaveRoom, PostMessage
from webchat.model.users import Actor
from webchat.store import audit, driver, memberships


class Scene(SynchronousTestCase):
    """Anna, the owner, and Mei in the lobby."""

    def setUp(self) -> None:
        self.house = House(self)
        self.messages = self.house.chat.messages
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")

    def post(self, text: str = "hi", nonce: str | None = None, actor: Actor | None = None) -> Any:
        return self.messages.post(actor or self.mei, PostMessage(1, 1, text, nonce))

    def edit(self, seq: int = 1, text: str = "new", if_rev: int | None = None, actor: Actor | None = None) -> Any:
        return self.messages.edit(actor or self.mei, EditMessage(1, 1, seq, text, if_rev))

    def delete(self, seq: int = 1, actor: Actor | None = None) -> Any:
        return self.messages.delete(actor or self.mei, DeleteMessage(1, 1, seq))

    def say(self, count: int) -> None:
        for number in range(1, count + 1):
            self.house.wait(self.post(f"m{number}"))

    def page(self, **given: Any) -> Any:
        return self.house.wait(self.messages.page(self.mei, 1, **given))


class Saying(Scene):
    def test_bad_nonce(self) -> None:
        """A nonce that holds anything but visible ASCII is refused, and nothing is stored."""
        for nonce in ("a b", "\x00", "中"):
            self.assertEqual(self.house.refusal(self.post("hi", nonce)), "bad_request")
        self.assertEqual(self.house.wait(self.post("hi", "n")).seq, 1)

    def test_numbers(self) -> None:
        """Messages are numbered 1, 2, 3, and refused ones leave no hole."""
        seqs = [self.house.wait(self.post()).seq]
        self.house.refusal(self.post(""))
        seqs.append(self.house.wait(self.post()).seq)
        self.assertEqual(seqs, [1, 2])

    def test_text(self) -> None:
        """A text has something visible, at most 10,000 characters, and no control characters."""
        for text, code in (
            ("", "empty_text"),
            (" \n\t\u200b\u3000", "empty_text"),
            ("x" * 10_001, "text_too_long"),
            ("a\0", "bad_text"),
            ("a\x1b[2J", "bad_text"),
            ("a\ud800", "bad_text"),
            ("a\x85", "bad_text"),
        ):
            self.assertEqual(self.house.refusal(self.post(text)), code, repr(text[:20]))
        for text in ("x" * 10_000, "👩‍👩‍👧", "\u202eabc", "a\tb"):
            self.house.wait(self.post(text))
        self.house.wait(self.post("a\r\nb\rc"))
        self.assertEqual(self.page().messages[-1].text, "a\nb\nc")

    def test_nonces_are_ones_own(self) -> None:
        """Two people may use the same nonce, and one person in two rooms."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Tea")).room
        posted = [
            self.house.wait(self.post("a", "n")),
            self.house.wait(self.post("b", "n", self.anna)),
            self.house.wait(self.messages.post(self.mei, PostMessage(1, room, "c", "n"))),
        ]
        self.assertEqual([(one.room, one.seq, one.duplicate) for one in posted], [
            (1, 1, False), (1, 2, False), (room, 1, False)
        ])  # fmt: skip

    def test_outsider(self) -> None:
        """Who has left neither posts nor reads nor edits, until she joins again."""
        self.say(1)
        self.house.wait(self.house.chat.rooms.leave(self.mei, LeaveRoom(1, 1)))
        for work in (
            self.post(),
            self.edit(),
            self.delete(),
            self.messages.page(self.mei, 1),
            self.messages.changes(self.mei, 1, 0),
        ):
            self.assertEqual(self.house.refusal(work), "not_a_member")
        self.house.wait(self.house.chat.rooms.join(self.mei, JoinRoom(1, 1)))
        self.house.wait(self.edit())


class Changing(Scene):
    def setUp(self) -> None:
        super().setUp()
        self.say(1)

    def test_edit(self) -> None:
        """An edited message keeps its number and time, and shows that it was edited."""
        before = self.page().messages[0]
        changed = self.house.wait(self.edit())
        after = self.page().messages[0]
        self.assertEqual((after.text, after.rev, after.seq, after.created), ("new", changed.rev, 1, before.created))
        self.assertGreater(after.edited, before.created)

    def test_only_the_author(self) -> None:
        """Not even the server's owner puts words into somebody's mouth."""
        self.assertEqual(self.house.refusal(self.edit(actor=self.anna)), "forbidden")
        self.assertEqual(self.house.refusal(self.edit(seq=9)), "no_such_message")

    def test_only_if_unchanged(self) -> None:
        """An edit of an older state is refused; one that took place already is not."""
        rev = self.page().messages[0].rev
        first = self.house.wait(self.edit(if_rev=rev))
        self.assertEqual(self.house.refusal(self.edit(text="newer", if_rev=rev)), "conflict")
        self.assertEqual(self.house.wait(self.edit(if_rev=rev)), first)

    def test_delete(self) -> None:
        """Nothing of the text of a deleted message is left, and it cannot be edited; deleting twice is once."""
        first = self.house.wait(self.delete())
        self.assertEqual(self.house.wait(self.delete()), first)
        message = self.page().messages[0]
        self.assertEqual((message.text, message.deleted is not None), ("", True))
        self.assertEqual(self.house.refusal(self.edit()), "conflict")
        with self.house.engines.reader.connect() as db:
            import sqlalchemy as sa

            rows = db.execute(sa.text("select * from messages")).all()
        self.assertNotIn("m1", str(rows))

    def test_who_deletes(self) -> None:
        """A moderator deletes what others wrote, another member does not."""
        tom = self.house.register("tom")
        self.assertEqual(self.house.refusal(self.delete(actor=tom)), "forbidden")
        self.house.wait(self.delete(actor=self.anna))
        self.assertEqual(self.house.refusal(self.delete(seq=9)), "no_such_message")


class Pages(Scene):
    def assert_page(self, wanted: tuple[list[int], bool, bool], **given: Any) -> None:
        page = self.page(**given)
        self.assertEqual(([m.seq for m in page.messages], page.at_start, page.at_end), wanted, given)

    def test_empty(self) -> None:
        """An empty room is at its start and its end."""
        for given in ({}, {"after": 0}, {"around": 1}):
            self.assert_page(([], True, True), **given)

    def test_stretches(self) -> None:
        """History is read from its end, onwards, or around a message, and says where it ends."""
        self.say(10)
        self.assert_page(([8, 9, 10], False, True), limit=3)
        self.assert_page((list(range(1, 11)), True, True))
        self.assert_page(([5, 6, 7], False, False), before=8, limit=3)
        self.assert_page(([1, 2, 3], True, False), before=4, limit=3)
        self.assert_page(([1, 2, 3], True, False), before=4)
        self.assert_page(([1, 2, 3], True, False), after=0, limit=3)
        self.assert_page(([4, 5, 6], False, False), after=3, limit=3)
        self.assert_page(([8, 9, 10], False, True), after=7, limit=3)
        self.assert_page(([4, 5, 6, 7], False, False), around=6, limit=4)
        self.assert_page(([1, 2, 3, 4], True, False), around=1, limit=4)
        self.assert_page(([9, 10], False, True), around=11, limit=4)
        self.assert_page(([10], False, True), limit=0)

    def test_beyond(self) -> None:
        """Beyond both ends there is nothing, and that is said."""
        self.say(3)
        self.assert_page(([], True, False), before=1)
        self.assert_page(([], False, True), after=3)
        self.assert_page(([], False, True), after=99)
        self.assert_page(([1, 2, 3], True, True), before=2**53)

    def test_one_place(self) -> None:
        """One place at a time."""
        work = self.messages.page(self.mei, 1, before=1, after=1)
        self.assertEqual(self.house.refusal(work), "bad_request")

    def test_authors(self) -> None:
        """A page names its authors, each once, also those who have left."""
        self.say(2)
        self.house.wait(self.post("hello", actor=self.anna))
        tom = self.house.register("tom")
        self.house.wait(self.post("bye", actor=tom))
        self.house.wait(self.house.chat.rooms.leave(tom, LeaveRoom(1, 1)))
        self.assertEqual(sorted(card.name for card in self.page().users), ["anna", "mei", "tom"])

    def test_largest(self) -> None:
        """A page has at most 200 messages."""
        self.say(201)
        self.assertEqual(len(self.page(limit=10**6).messages), 200)


class Changes(Scene):
    def changes(self, rev: int) -> Any:
        return self.messages.changes(self.mei, 1, rev)

    def test_what_changed(self) -> None:
        """What changed since a rev is told once for each row, in its latest state."""
        self.say(2)
        self.house.wait(self.edit())
        found = self.house.wait(self.changes(3))
        self.assertEqual([(row.seq, row.rev, row.text) for row in found.rows], [(2, 5, "m2"), (1, 6, "new")])
        self.assertEqual((found.rev, found.epoch), (6, "epoch-1"))
        self.assertEqual(self.house.wait(self.changes(6)).rows, ())
        self.assertEqual(len(self.house.wait(self.changes(0)).rows), 5)

    def test_reset(self) -> None:
        """More than 500 rows, or a rev the room never had, are answered by asking to begin anew."""
        self.say(500)
        self.assertEqual(len(self.house.wait(self.changes(3)).rows), 500)
        self.assertEqual(self.house.refusal(self.changes(2)), "reset")
        self.assertEqual(self.house.refusal(self.changes(504)), "reset")


class Rights(Scene):
    """What a room's settings let its members say."""

    def setUp(self) -> None:
        super().setUp()
        self.tom = self.house.register("tom")
        self.house.wait(self.house.chat.members.set_role(self.anna, 1, self.tom.id, "moderator"))

    def set(self, **given: Any) -> None:
        self.house.wait(self.house.chat.rooms.change(self.anna, 1, **given))

    def test_posting(self) -> None:
        """Where only moderators post, others neither post nor change what they have said."""
        self.say(1)
        self.set(posting="moderators")
        self.assertEqual(self.house.refusal(self.post()), "forbidden")
        self.assertEqual(self.house.refusal(self.edit()), "forbidden")
        for actor in (self.tom, self.anna):
            self.house.wait(self.post(actor=actor))
        self.house.wait(self.delete())
        admin = attrs.evolve(self.mei, user=attrs.evolve(self.mei.user, role="admin"))
        self.house.wait(self.post(actor=admin))

    def test_slow(self) -> None:
        """In a slow room each member posts once in a while, moderators as they like; a repetition is no second post."""
        self.set(slow=60)
        first = self.house.wait(self.post("one", "n1"))
        self.assertTrue(self.house.wait(self.post("one", "n1")).duplicate)
        tries = self.post("two", "n2")
        self.house.turn()
        refusal = self.failureResultOf(tries).value
        self.assertEqual(refusal.code, "slow_mode")
        self.assertTrue(50 < refusal.retry_after <= 60.1, refusal.retry_after)
        for actor in (self.tom, self.tom, self.anna, self.anna):
            self.house.wait(self.post(actor=actor))
        self.house.wait(self.edit(first.seq, "one, edited"))
        self.house.now.ms += 60_000  # type: ignore[attr-defined]
        self.house.wait(self.post("two", "n2"))

    def test_slow_at_once(self) -> None:
        """Nor does she post twice by posting both at the same moment; in another room she may."""
        self.set(slow=60)
        other = self.house.wait(self.house.chat.rooms.create(self.mei, "Tea")).room
        tries = [self.post("one"), self.post("two"), self.messages.post(self.mei, PostMessage(1, other, "three"))]
        self.house.turn()
        self.assertEqual(self.successResultOf(tries[0]).seq, 1)
        self.assertEqual(self.failureResultOf(tries[1]).value.code, "slow_mode")
        self.assertEqual(self.successResultOf(tries[2]).seq, 1)

    def test_not_written_elsewhere(self) -> None:
        """When somebody last posted is written down in slow rooms only."""
        for slow, noted in ((0, False), (5, True)):
            self.set(slow=slow)
            self.house.wait(self.post())
            place = self.house.wait(self.house.chat.database.read(lambda db: memberships.maybe(db, 1, self.mei.id)))
            self.assertEqual(place.posted > 0, noted)

    def test_no_more_statements(self) -> None:
        """A post costs as many statements as ever."""
        counted: list[str] = []
        real = driver.execute

        def execute(db: Any, text: str, parameters: Any) -> Any:
            counted.append(text.split("(")[0])
            return real(db, text, parameters)

        self.patch(driver, "execute", execute)
        self.house.wait(self.post("hi", "n1"))
        self.assertEqual(len(counted), 6, counted)

    def test_noted(self) -> None:
        """That a moderator deleted somebody's message is noted; that one deleted one's own is not."""
        self.say(2)
        self.house.wait(self.delete(1))
        self.house.wait(self.delete(2, self.tom))
        found = self.house.wait(self.house.chat.database.read(lambda db: audit.entries(db, 10**9, 9, room=1)))
        acts = [(one.actor, one.user, one.details) for one in found if one.action == "message.delete"]
        self.assertEqual(acts, [(self.tom.id, self.mei.id, {"seq": 2})])
