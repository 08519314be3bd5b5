"""Who hears what, in which order, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from webchat.live import hub as hub_module
from webchat.live.hub import RING_LENGTH, Hub
from webchat.live.pacing import Pace
from webchat.model.announcements import Dismissed
from webchat.model.events import Block, Event, Member, Message, ReadMark, Reset, RoomRow, Row, Typing, UserChanged
from webchat.model.ids import Millis, Rev, RoomId, Seq, SessionId, UserId
from webchat.model.refusals import Unavailable
from webchat.model.users import UserCard

ROOM = RoomId(1)
ANNA, MEI, LI = UserId(1), UserId(2), UserId(3)


def post(rev: int, seq: int | None = None, text: str = "hi", room: RoomId = ROOM) -> Message:
    return Message(room, Rev(rev), Seq(rev if seq is None else seq), ANNA, text, Millis(5))


def place(rev: int, user: UserId, left: bool = False, room: RoomId = ROOM) -> Member:
    return Member(room, Rev(rev), UserCard(user, f"u{user}", f"U{user}"), "member", Rev(rev), left)


def role(rev: int, user: UserId) -> Member:
    return Member(ROOM, Rev(rev), UserCard(user, f"u{user}", f"U{user}"), "moderator", Rev(0))


def gone(rev: int) -> RoomRow:
    return RoomRow(ROOM, Rev(rev), "public", "Tea", "", Millis(5), None, "all", "all", 0, "all", None, Millis(6))


class Words:
    """A dialect that can be read in a failure: `message:3 synced:9 typing`."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, event: Event) -> bytes:
        self.encoded += 1
        rev = getattr(event, "rev", None)
        name = type(event).__name__.lower()
        return f"{name}:{rev} ".encode() if rev is not None else f"{name} ".encode()

    def write_all(self, ports: Iterable[Ear], data: bytes) -> None:
        for port in ports:
            port.deliver(data)


class Ear:
    """A connection that remembers each write."""

    def __init__(self, user: UserId, dialect: Words, session: int = 0, hub: Hub | None = None) -> None:
        self.user = user
        self.session = SessionId(session or user)
        self.dialect = dialect
        self.writes: list[str] = []
        self.passing: list[str] = []
        self.introduced: list[RoomId] = []
        self.dismissed: list[tuple[int, str]] = []
        self.goes_from: Hub | None = None
        self._hub = hub
        self.port = self

    def deliver(self, data: bytes) -> None:
        self.writes.append(data.decode().strip())
        if self.goes_from is not None:
            self.goes_from.detach(self)

    def release(self) -> None:
        self.writes.append("released")

    def deliver_passing(self, data: bytes) -> None:
        self.passing.append(data.decode().strip())

    def introduce(self, room: RoomId, *, unless_heard: bool = False) -> None:
        self.introduced.append(room)

    def dismiss(self, code: int, reason: str) -> None:
        self.dismissed.append((code, reason))
        if self._hub is not None:
            self._hub.detach(self)


class Scene(SynchronousTestCase):
    """A hub over a database that answers when the test says so."""

    def setUp(self) -> None:
        self.words = Words()
        self.asked: list[tuple[RoomId, Rev, Deferred[Block | Reset]]] = []
        self.moved: list[Member] = []
        self.clock = Clock()
        self.hub = Hub(self.read_changes, Pace(self.clock.seconds))

    async def read_changes(self, room: RoomId, rev: Rev) -> tuple[Block | Reset, Sequence[Member]]:
        answer: Deferred[Block | Reset] = Deferred()
        self.asked.append((room, rev, answer))
        told = await answer
        inside = [row for row in told.rows if isinstance(row, Member)] if isinstance(told, Block) else []
        return told, inside or self.moved

    def answer(self, rev: int, rows: Sequence[Row]) -> None:
        """The database answers what was asked first."""
        room, _, waiting = self.asked.pop(0)
        waiting.callback(Block(room, tuple(rows), Rev(rev)))

    def ear(self, user: UserId, rev: int | None = 0, dialect: Words | None = None, session: int = 0) -> Ear:
        ear = Ear(user, dialect or self.words, session)
        self.hub.attach(ear)
        if rev is not None:
            self.assertTrue(self.hub.enter(ear, ROOM, Rev(rev)))
        return ear

    def tell(self, *rows: Row) -> None:
        self.hub.deliver(rows)
        self.hub.flush()


class Delivering(Scene):
    def test_joined_writes(self) -> None:
        """What is committed together reaches each listener in one write, in order."""
        anna, mei = self.ear(ANNA), self.ear(MEI)
        self.hub.deliver([post(1), post(2)])
        self.hub.deliver([post(3)])
        self.assertEqual(anna.writes, [])
        self.hub.flush()
        self.assertEqual((anna.writes, mei.writes), (["message:1 message:2 message:3"],) * 2)
        self.hub.flush()
        self.assertEqual(len(anna.writes), 1)
        self.assertEqual((self.hub.events, self.hub.delivered, self.hub.writes), (3, 6, 2))

    def test_encoded_once(self) -> None:
        """An event is encoded once for each kind of client, however many listen."""
        other = Words()
        for number in range(1, 21):
            self.ear(UserId(number), dialect=other if number % 2 else None)
        self.tell(post(1), post(2))
        self.assertEqual((self.words.encoded, other.encoded), (2, 2))

    def test_doubled_and_late(self) -> None:
        """News that come twice or late are told once."""
        anna = self.ear(ANNA)
        self.tell(post(1), post(2))
        self.tell(post(1))
        self.tell(post(2), post(3))
        self.assertEqual(anna.writes, ["message:1 message:2", "message:3"])

    def test_rooms_apart(self) -> None:
        """A listener hears the rooms it entered, and no other."""
        anna, mei = self.ear(ANNA), self.ear(MEI, None)
        self.hub.enter(mei, RoomId(2), Rev(0))
        self.tell(post(1), post(1, room=RoomId(2)), post(1, room=RoomId(3)))
        self.assertEqual((anna.writes, mei.writes), (["message:1"], ["message:1"]))
        self.assertEqual(self.hub.heard_rooms(), {1: 1, 2: 1})
        self.assertTrue(self.hub.hears(anna, ROOM))
        self.assertFalse(self.hub.hears(mei, ROOM))

    def test_passing(self) -> None:
        """Everybody but the writer herself sees that she writes."""
        anna, phone, mei = self.ear(ANNA), self.ear(ANNA), self.ear(MEI)
        self.hub.pass_on(Typing(ROOM, ANNA))
        self.hub.pass_on(Typing(RoomId(9), ANNA))
        self.assertEqual((anna.passing, phone.passing, mei.passing, mei.writes), ([], [], ["typing"], []))

    def test_tell_user(self) -> None:
        """A private word reaches all devices of one person but the one that said it."""
        phone, desk, mei = self.ear(ANNA, None), self.ear(ANNA, None), self.ear(MEI)
        self.hub.tell_user(ANNA, ReadMark(ROOM, Seq(3)), but=desk)
        self.assertEqual((phone.writes, desk.writes, mei.writes), (["readmark"], [], []))


class Audience(Scene):
    def test_leaver(self) -> None:
        """Who leaves gets her own row and nothing after it; the others get everything."""
        anna, mei = self.ear(ANNA), self.ear(MEI)
        self.tell(post(1), place(2, MEI, left=True), post(3), post(4))
        self.assertEqual(mei.writes, ["message:1 member:2"])
        self.assertEqual(anna.writes, ["message:1 member:2", "message:3 message:4"])
        self.assertEqual(mei.introduced, [])
        self.assertFalse(self.hub.hears(mei, ROOM))

    def test_joiner(self) -> None:
        """Who joins is introduced on every device, and hears from the next event on."""
        anna = self.ear(ANNA)
        phone, desk = self.ear(MEI, None), self.ear(MEI, None)
        self.tell(post(1), place(2, MEI))
        self.assertEqual((phone.introduced, desk.introduced, anna.introduced), ([ROOM], [ROOM], []))
        self.assertEqual(phone.writes, [])
        self.assertTrue(self.hub.enter(phone, ROOM, Rev(2)))
        self.tell(post(3))
        self.assertEqual((phone.writes, desk.writes), (["message:3"], []))

    def test_introduced_by_the_sweep(self) -> None:
        """Who belongs to more rooms than a connection of hers hears is brought into those."""
        mei, phone = self.ear(MEI), self.ear(MEI, None)
        self.assertEqual(self.hub.users(), [MEI])
        self.assertEqual(
            [self.hub.lacks(MEI, 1), self.hub.lacks(MEI, 0), self.hub.lacks(ANNA, 1)], [True, False, False]
        )
        self.hub.introduce(MEI, [ROOM])
        self.hub.introduce(ANNA, [ROOM])
        self.assertEqual((mei.introduced, phone.introduced), ([], [ROOM]))

    def test_another_role(self) -> None:
        """Who gets another role hears on as before, also where the news of it come in a block."""
        anna = self.ear(ANNA)
        self.tell(role(1, ANNA), post(2))
        self.tell(post(4))
        self.answer(4, [role(3, ANNA), post(4)])
        self.tell(post(5))
        self.assertEqual(anna.writes, ["member:1", "message:2", "syncing member:3 message:4 synced:4", "message:5"])
        self.assertEqual(anna.introduced, [])

    def test_room_gone(self) -> None:
        """The row that says that a room is gone is the last one anybody is told; nothing is remembered of it."""
        anna, early = self.ear(ANNA), self.ear(MEI, 2)
        self.hub.deliver([post(1), gone(2), post(3)])
        self.hub.flush()
        self.assertEqual((anna.writes, early.writes), (["message:1 roomrow:2"], []))
        self.assertEqual((self.hub.hears(anna, ROOM), self.hub.hears(early, ROOM)), (False, False))
        self.assertEqual((self.hub.heard_rooms(), self.hub.recent(ROOM, Rev(0))), ({}, None))

    def test_room_gone_inside_a_gap(self) -> None:
        """So it is when it comes in a block: who left before it gets her own row alone."""
        anna, mei = self.ear(ANNA), self.ear(MEI)
        self.tell(gone(3))
        room, _, waiting = self.asked.pop(0)
        self.moved = [place(2, MEI, left=True)]
        waiting.callback(Block(room, (gone(3),), Rev(3)))
        self.assertEqual(anna.writes, ["syncing roomrow:3 synced:3"])
        self.assertEqual(mei.writes, ["syncing member:2 synced:2"])
        self.assertFalse(self.hub.hears(anna, ROOM) or self.hub.hears(mei, ROOM))
        self.tell(post(4))
        self.assertEqual((len(anna.writes), len(mei.writes)), (1, 1))

    def test_ahead(self) -> None:
        """Who already holds what is yet to be told here gets nothing of it, and everything after it."""
        anna = self.ear(ANNA)
        mei = self.ear(MEI, 2)
        li = self.ear(LI, 3)
        self.assertTrue(self.hub.hears(mei, ROOM))
        self.tell(post(1), post(2), post(3), post(4))
        self.assertEqual(mei.writes, ["message:3", "message:4"])
        self.assertEqual(li.writes, ["message:4"])
        self.assertEqual(" ".join(anna.writes), "message:1 message:2 message:3 message:4")

    def test_ahead_leaves(self) -> None:
        """Who was ahead and goes before her turn hears nothing."""
        mei = self.ear(MEI, 2)
        self.hub.quit(mei, ROOM)
        self.tell(post(1), post(2), post(3))
        self.assertEqual((mei.writes, self.hub.heard_rooms()), ([], {}))

    def test_behind(self) -> None:
        """Who holds less than was told here is not let in before she has been given the rest."""
        self.ear(ANNA)
        self.tell(post(1), post(2))
        mei = self.ear(MEI, None)
        self.assertFalse(self.hub.enter(mei, ROOM, Rev(1)))
        self.assertFalse(self.hub.hears(mei, ROOM))
        self.tell(post(3))
        self.assertEqual(mei.writes, [])

    def test_detach(self) -> None:
        """Who is gone hears nothing, and leaves no trace; going twice does no harm."""
        anna, mei = self.ear(ANNA), self.ear(MEI)
        self.assertEqual((self.hub.listeners, self.hub.connections_of(MEI), self.hub.sessions()), (2, 1, [1, 2]))
        self.hub.deliver([post(1)])
        self.hub.detach(mei)
        self.hub.detach(mei)
        self.hub.flush()
        self.assertEqual((anna.writes, mei.writes), (["message:1"], []))
        self.assertEqual((self.hub.listeners, self.hub.connections_of(MEI), self.hub.sessions()), (1, 0, [1]))
        self.assertTrue(self.hub.enter(mei, ROOM, Rev(1)))
        self.tell(post(2))
        self.hub.tell_user(MEI, ReadMark(ROOM, Seq(1)))
        self.assertEqual(mei.writes, [])
        self.hub.detach(anna)
        self.assertEqual(self.hub.heard_rooms(), {})

    def test_gone_inside_a_write(self) -> None:
        """A listener that goes while the others are written to disturbs nobody."""
        anna = self.ear(ANNA)
        goers = [self.ear(UserId(number)) for number in range(2, 6)]
        for ear in goers:
            ear.goes_from = self.hub
        self.tell(post(1), post(2))
        self.tell(post(3))
        self.assertEqual([len(ear.writes) for ear in goers], [1] * 4)
        self.assertEqual((anna.writes, self.hub.listeners), (["message:1 message:2", "message:3"], 1))

    def test_all_gone_inside_a_write(self) -> None:
        """When every listener of a room goes while it is written to, the next room is still told."""
        goers = [self.ear(UserId(number)) for number in range(2, 6)]
        for ear in goers:
            ear.goes_from = self.hub
        anna = self.ear(ANNA, None)
        self.hub.enter(anna, RoomId(2), Rev(0))
        self.tell(post(1), post(1, room=RoomId(2)))
        self.assertEqual(([len(ear.writes) for ear in goers], anna.writes), ([1] * 4, ["message:1"]))

    def test_dismiss(self) -> None:
        """One device or one person is thrown out, and nobody else."""
        phone, desk = self.ear(ANNA, session=10), self.ear(ANNA, session=11)
        mei = self.ear(MEI)
        for ear in (phone, desk, mei):
            ear._hub = self.hub
        self.hub.dismiss_session(SessionId(10), 4001, "out")
        self.assertEqual((phone.dismissed, desk.dismissed, self.hub.connections_of(ANNA)), ([(4001, "out")], [], 1))
        self.hub.dismiss_user(ANNA, 4003, "disabled")
        self.assertEqual((desk.dismissed, mei.dismissed), ([(4003, "disabled")], []))
        self.assertEqual(self.hub.listeners, 1)


class Neighbours(Scene):
    """What concerns whoever shares a room with somebody."""

    def test_each_once(self) -> None:
        """Every connection that hears one of the rooms is told once, but not her own; and it may get lost."""
        anna, mei, li = self.ear(ANNA), self.ear(MEI), self.ear(LI, rev=None)
        other = RoomId(2)
        self.hub.enter(mei, other, Rev(0))
        self.hub.tell_neighbours(ANNA, UserChanged(UserCard(ANNA, "a", "A")), [ROOM, other, RoomId(99)])
        self.assertEqual((anna.passing, mei.passing, li.passing), ([], ["userchanged"], []))
        self.assertEqual(mei.writes, [])
        self.assertEqual(self.words.encoded, 1)

    def test_renewed(self) -> None:
        """Who comes back hears of the newest card, not of the one that was told then."""
        self.ear(ANNA)
        self.hub.deliver([place(1, MEI), place(2, LI)])
        self.hub.flush()
        card = UserCard(MEI, "mei", "梅")
        self.hub.renew(card, [ROOM, RoomId(99)])
        block = self.hub.recent(ROOM, Rev(0))
        assert block is not None
        self.assertEqual([row.user for row in block.rows if isinstance(row, Member)], [card, place(2, LI).user])
        self.assertEqual([row.rev for row in block.rows], [1, 2])


class Rings(Scene):
    def setUp(self) -> None:
        super().setUp()
        self.anna = self.ear(ANNA)

    def test_latest_state_only(self) -> None:
        """Who comes back gets each row once, in its latest state, in rising rev."""
        self.tell(post(1, 1, "unsaid"), post(2, 2, "two"), post(3, 1, "changed"), place(4, MEI), post(5, 3))
        block = self.hub.recent(ROOM, Rev(0))
        assert block is not None
        self.assertEqual([row.rev for row in block.rows], [2, 3, 4, 5])
        self.assertNotIn("unsaid", str(block))
        self.assertEqual(block.rev, 5)
        later = self.hub.recent(ROOM, Rev(3))
        assert later is not None
        self.assertEqual([row.rev for row in later.rows], [4, 5])
        self.assertEqual(self.hub.recent(ROOM, Rev(5)), Block(ROOM, (), Rev(5)))

    def test_unknown(self) -> None:
        """What memory does not know is not made up: a strange room, a rev to come."""
        self.tell(post(1))
        self.assertIsNone(self.hub.recent(RoomId(9), Rev(0)))
        self.assertIsNone(self.hub.recent(ROOM, Rev(2)))

    def test_floor(self) -> None:
        """The last 256 events are remembered; who is further behind is not served from memory."""
        self.assertEqual(RING_LENGTH, 256)
        self.tell(*(post(number) for number in range(1, 258)))
        self.assertIsNone(self.hub.recent(ROOM, Rev(0)))
        block = self.hub.recent(ROOM, Rev(1))
        assert block is not None
        self.assertEqual([row.rev for row in block.rows], list(range(2, 258)))
        self.tell(post(258))
        self.assertIsNone(self.hub.recent(ROOM, Rev(1)))
        self.assertIsNotNone(self.hub.recent(ROOM, Rev(2)))

    def test_first_heard_late(self) -> None:
        """Of a room first heard of in the middle of its life, nothing older is claimed."""
        self.tell(post(41, room=RoomId(5)))
        self.assertIsNone(self.hub.recent(RoomId(5), Rev(39)))
        self.assertEqual(self.hub.recent(RoomId(5), Rev(40)), Block(RoomId(5), (post(41, room=RoomId(5)),), Rev(41)))

    def test_trim(self) -> None:
        """When memory is short, the rooms quiet longest are forgotten first, and those listened to go on."""
        self.patch(hub_module, "RING_BYTES", 3_000)
        self.tell(post(1))
        for number in range(2, 12):
            self.tell(post(1, room=RoomId(number)))
        self.assertLessEqual(self.hub._ring_bytes, 3_000)
        self.assertIsNone(self.hub.recent(ROOM, Rev(0)))
        self.assertIsNone(self.hub.recent(RoomId(2), Rev(0)))
        self.assertIsNotNone(self.hub.recent(RoomId(11), Rev(0)))
        self.tell(post(2))
        self.assertEqual(self.anna.writes, ["message:1", "message:2"])

    def test_sizes_add_up(self) -> None:
        """What is counted as remembered is what the rooms hold, and falls to nothing with them."""
        for number in range(1, 600):
            self.tell(post(number, text="x" * (number % 50)))
        self.assertEqual(self.hub._ring_bytes, self.hub._rooms[ROOM].size)
        self.hub._forget(self.hub._rooms[ROOM])
        self.assertEqual((self.hub._ring_bytes, self.hub._rooms[ROOM].size), (0, 0))


class Gaps(Scene):
    def test_block(self) -> None:
        """News that were lost are fetched, and told as a block; then it goes on at the next rev."""
        anna = self.ear(ANNA)
        self.tell(post(1), post(4))
        self.assertEqual([(room, rev) for room, rev, _ in self.asked], [(ROOM, 1)])
        self.assertEqual(anna.writes, ["message:1"])
        self.tell(post(5))
        self.assertEqual((len(self.asked), anna.writes), (1, ["message:1"]))
        self.answer(4, [post(2), post(3), post(4)])
        self.assertEqual(anna.writes, ["message:1", "syncing message:2 message:3 message:4 synced:4", "message:5"])
        self.tell(post(6))
        self.assertEqual(anna.writes[-1], "message:6")
        self.assertEqual(self.hub.gaps, 1)

    def test_late_news_of_the_gap(self) -> None:
        """News that come after the block that held them are not told again."""
        anna = self.ear(ANNA)
        self.tell(post(3))
        self.tell(post(1), post(2))
        self.answer(3, [post(1), post(2), post(3)])
        self.tell(post(2), post(3), post(4))
        self.assertEqual(anna.writes, ["syncing message:1 message:2 message:3 synced:3", "message:4"])

    def test_reset(self) -> None:
        """Where too much was lost, everybody is told to load anew, and memory claims nothing older."""
        anna = self.ear(ANNA)
        self.tell(post(1), post(900))
        self.asked.pop()[2].callback(Reset(ROOM, Rev(900)))
        self.assertEqual(anna.writes, ["message:1", "reset:900"])
        self.assertIsNone(self.hub.recent(ROOM, Rev(1)))
        self.assertEqual(self.hub.recent(ROOM, Rev(900)), Block(ROOM, (), Rev(900)))
        self.tell(post(901))
        self.assertEqual(anna.writes[-1], "message:901")

    def test_reset_and_left_inside(self) -> None:
        """Where too much was lost to be told, who has left hears nothing more, and who has joined is brought in."""
        anna, mei, li = self.ear(ANNA), self.ear(MEI), self.ear(LI, None)
        self.tell(post(900))
        self.moved = [place(7, MEI, left=True), place(8, LI)]
        self.asked.pop()[2].callback(Reset(ROOM, Rev(900)))
        self.tell(post(901))
        self.assertEqual(anna.writes, ["reset:900", "message:901"])
        self.assertEqual(mei.writes, ["syncing member:7 synced:7"])
        self.assertEqual((li.introduced, li.writes), ([ROOM], []))

    def test_open_gap_is_not_remembered(self) -> None:
        """While a gap is open memory answers nobody: more has happened than it holds."""
        self.ear(ANNA)
        self.tell(post(1))
        self.assertIsNotNone(self.hub.recent(ROOM, Rev(0)))
        self.tell(post(3))
        self.assertIsNone(self.hub.recent(ROOM, Rev(0)))
        self.answer(3, [post(2), post(3)])
        self.assertEqual(self.hub.recent(ROOM, Rev(0)), Block(ROOM, (post(1), post(2), post(3)), Rev(3)))

    def test_held(self) -> None:
        """What a listener holds is what was delivered, or what it came with."""
        anna, mei, li = self.ear(ANNA), self.ear(MEI, 5), self.ear(LI, None)
        self.tell(post(1))
        self.assertEqual([self.hub.held(one, ROOM) for one in (anna, mei, li)], [1, 5, None])

    def test_catch_up(self) -> None:
        """The sweep finds what nobody told; asking for what is known asks nothing."""
        anna = self.ear(ANNA)
        self.tell(post(1))
        self.hub.catch_up(ROOM, Rev(1))
        self.hub.catch_up(RoomId(9), Rev(5))
        self.assertEqual(self.asked, [])
        self.hub.catch_up(ROOM, Rev(2))
        self.hub.catch_up(ROOM, Rev(2))
        self.assertEqual(len(self.asked), 1)
        self.answer(2, [post(2)])
        self.assertEqual(anna.writes, ["message:1", "syncing message:2 synced:2"])

    def test_left_inside(self) -> None:
        """Who left inside the gap gets her own row alone, none of what was said."""
        anna, mei = self.ear(ANNA), self.ear(MEI)
        self.tell(post(4))
        self.answer(4, [post(1), place(2, MEI, left=True), post(3), post(4)])
        self.assertEqual(mei.writes, ["syncing member:2 synced:2"])
        self.assertEqual(anna.writes, ["syncing message:1 member:2 message:3 message:4 synced:4"])
        self.tell(post(5))
        self.assertEqual(len(mei.writes), 1)

    def test_joined_inside(self) -> None:
        """Who joined inside the gap is introduced, and gets none of the block."""
        self.ear(ANNA)
        mei = self.ear(MEI, None)
        self.tell(post(3))
        self.answer(3, [post(1), place(2, MEI), post(3)])
        self.assertEqual((mei.introduced, mei.writes), ([ROOM], []))

    def test_entered_meanwhile(self) -> None:
        """Who comes in while the gap is open, and holds what closes it, gets only what follows."""
        anna = self.ear(ANNA)
        self.tell(post(3))
        mei = self.ear(MEI, 3)
        self.answer(3, [post(1), post(2), post(3)])
        self.tell(post(4))
        self.assertEqual(mei.writes, ["message:4"])
        self.assertEqual(len(anna.writes), 2)

    def test_entered_in_the_middle(self) -> None:
        """Who comes in while the gap is open, and holds less than closes it, gets her part of the block."""
        self.ear(ANNA)
        self.tell(post(1))
        self.tell(post(4))
        mei, li = self.ear(MEI, 1), self.ear(LI, 2)
        self.answer(4, [post(2), post(3), post(4)])
        self.tell(post(5))
        self.assertEqual(mei.writes, ["syncing message:2 message:3 message:4 synced:4", "message:5"])
        self.assertEqual(li.writes, ["syncing message:3 message:4 synced:4", "message:5"])

    def test_entered_after_joining_inside(self) -> None:
        """Who comes in while the gap is open, and holds her own joining, is not told it in a block."""
        self.ear(ANNA)
        self.tell(post(4))
        mei = self.ear(MEI, 3)
        self.answer(4, [post(1), place(2, MEI), post(3), post(4)])
        self.assertEqual((mei.introduced, mei.writes), ([ROOM], []))

    def test_second_gap(self) -> None:
        """A gap behind a gap is filled too."""
        anna = self.ear(ANNA)
        self.tell(post(2))
        self.tell(post(5))
        self.answer(2, [post(1), post(2)])
        self.assertEqual([rev for _, rev, _ in self.asked], [2])
        self.answer(5, [post(3), post(4), post(5)])
        self.assertEqual(
            anna.writes,
            ["syncing message:1 message:2 synced:2", "syncing message:3 message:4 message:5 synced:5"],
        )

    def test_database_fails(self) -> None:
        """When the database does not answer, the next news open the gap again, and nothing is lost."""
        anna = self.ear(ANNA)
        self.tell(post(2))
        self.asked.pop()[2].errback(RuntimeError("gone"))
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.tell(post(3))
        self.assertEqual([rev for _, rev, _ in self.asked], [0])
        self.answer(3, [post(1), post(2), post(3)])
        self.assertEqual(anna.writes, ["syncing message:1 message:2 message:3 synced:3"])

    def test_database_fails_and_nobody_speaks(self) -> None:
        """When the database did not answer, the sweep opens the gap again, whatever news wait behind it."""
        anna = self.ear(ANNA)
        self.tell(post(2))
        self.asked.pop()[2].errback(Unavailable())
        self.hub.catch_up(ROOM, Rev(2))
        self.assertEqual([rev for _, rev, _ in self.asked], [0])
        self.answer(2, [post(1), post(2)])
        self.assertEqual(anna.writes, ["syncing message:1 message:2 synced:2"])

    def test_sweep_between_news_and_flush(self) -> None:
        """News that were taken and not yet written are no gap."""
        anna = self.ear(ANNA)
        self.hub.deliver([post(1)])
        self.hub.catch_up(ROOM, Rev(1))
        self.assertEqual(self.asked, [])
        self.hub.flush()
        self.assertEqual(anna.writes, ["message:1"])


class Everybody(SynchronousTestCase):
    """What is told to all."""

    def test_told(self) -> None:
        """Every connection is told, whatever it listens to, of something that is encoded once for each dialect."""
        hub = Hub(lambda room, rev: None, Pace(Clock().seconds))  # type: ignore[arg-type, return-value]
        one, other = Words(), Words()
        ears = [Ear(ANNA, one), Ear(MEI, one, session=7), Ear(LI, other)]
        for ear in ears:
            hub.attach(ear)
        hub.detach(ears[1])
        hub.tell_everybody(Dismissed(1, 1))
        self.assertEqual([ear.passing for ear in ears], [["dismissed"], [], ["dismissed"]])
        self.assertEqual((one.encoded, other.encoded), (1, 1))
