"""Who is here, as others see it; told seldom, in batches, and never to more than look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from webchat.live import presence as module
from webchat.live.hub import Hub
from webchat.live.pacing import Pace
from webchat.live.presence import GRACE, MOST_LISTED, MOST_TOLD, Attendance
from webchat.model.events import Block, Event, Member
from webchat.model.ids import Millis, Rev, RoomId, SessionId, UserId
from webchat.model.users import Status, User, UserCard

ROOM, OTHER_ROOM = RoomId(1), RoomId(2)
ANNA, MEI, LI = UserId(1), UserId(2), UserId(3)
NOBODY: frozenset[UserId] = frozenset()
FIRST = ("", UserId(0))


class Json:
    """A dialect that counts what it encodes."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, event: Event) -> bytes:
        self.encoded += 1
        return msgspec.json.encode(event)

    def write_all(self, ports: Iterable[Device], data: bytes) -> None:
        for port in ports:
            port.deliver(data)


class Device:
    """A connection that remembers the signs it was given."""

    def __init__(self, user: UserId, dialect: Json) -> None:
        self.user, self.session, self.dialect, self.port = user, SessionId(user), dialect, self
        self._lines: list[bytes] = []
        self._signs: list[Any] = []

    @property
    def signs(self) -> list[Any]:
        """What has come; read only when it is asked for, since crowds are told a lot."""
        lines, self._lines = self._lines, []
        self._signs += [msgspec.json.decode(line) for line in lines]
        return self._signs

    def deliver(self, data: bytes) -> None:
        """Rows of the room, which nobody here looks at."""

    def release(self) -> None:
        """Nothing is held."""

    def deliver_passing(self, data: bytes) -> None:
        self._lines.append(data)

    def introduce(self, room: RoomId, *, unless_heard: bool = False) -> None:
        """It follows no room by itself."""

    def dismiss(self, code: int, reason: str) -> None:
        """It is never sent away."""

    def told(self) -> list[Any]:
        """The states that came since, one after the other."""
        signs, self._signs = self.signs, []
        return [tuple(pair) for sign in signs for pair in sign["users"]]


def user(number: int, status: Status = "auto", name: str = "") -> User:
    shown = name or f"User {number:05}"
    return User(UserId(number), f"u{number}", shown, "human", "member", None, Millis(0), None, status=status)


class Case(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock, self.dialect = Clock(), Json()
        self.hub = Hub(None, Pace(self.clock.seconds))  # type: ignore[arg-type]
        self.here = Attendance(self.hub, self.clock.seconds, lambda: Millis(int(self.clock.seconds() * 1000)))
        self.hub.attendant = self.here

    def come(self, number: int, *rooms: RoomId, **more: Any) -> Device:
        """A connection of this person, who hears these rooms."""
        device = Device(UserId(number), self.dialect)
        self.hub.attach(device)
        self.here.arrive(device, user(number, **more))
        for room in rooms or (ROOM,):
            self.hub.enter(device, room, Rev(1))
        return device

    def go(self, device: Device) -> None:
        self.here.depart(device)
        self.hub.detach(device)

    def leave(self, number: int, room: RoomId, rev: int) -> None:
        self.hub.deliver([Member(room, Rev(rev), UserCard(UserId(number), "", ""), "member", Rev(1), True)])
        self.hub.flush()

    def wait(self, seconds: float = 1.0) -> None:
        self.clock.advance(seconds)
        self.here.tick()

    def look(
        self, device: Device, *users: UserId, room: RoomId | None = None, hidden: frozenset[UserId] = NOBODY
    ) -> Any:
        return self.here.watch(device, room, frozenset(users), hidden)


class States(Case):
    """What others see of somebody."""

    def setUp(self) -> None:
        super().setUp()
        self.anna = self.come(ANNA)
        self.wait()

    def test_coming_and_going(self) -> None:
        """Who comes is told of at the next turn, who goes when she has not come back for a while."""
        self.assertEqual(self.look(self.anna, MEI).online, ())
        mei = self.come(MEI)
        self.assertEqual(self.anna.told(), [])
        self.wait()
        self.assertEqual(self.anna.told(), [(MEI, "online")])
        self.go(mei)
        self.wait(GRACE - 1)
        self.assertEqual((self.anna.told(), self.here.state(MEI)), ([], "online"))
        self.wait(2)
        self.assertEqual((self.anna.told(), self.here.state(MEI)), ([(MEI, "offline")], "offline"))

    def test_no_flicker(self) -> None:
        """A line that breaks and comes back is no news at all."""
        mei = self.come(MEI)
        self.wait()
        self.look(self.anna, MEI, room=ROOM)
        for _ in range(3):
            self.go(mei)
            self.wait(GRACE - 1)
            mei = self.come(MEI)
            self.wait(1)
        self.wait(3 * GRACE)
        self.assertEqual(self.anna.told(), [])

    def test_several_devices(self) -> None:
        """Several devices count once, and only when nobody sits at any of them is she away."""
        self.look(self.anna, MEI)
        one, other = self.come(MEI), self.come(MEI)
        self.wait()
        self.here.set_idle(one, True)
        self.wait()
        self.assertEqual(self.anna.told(), [(MEI, "online")])
        self.here.set_idle(other, True)
        self.wait()
        self.assertEqual(self.anna.told(), [(MEI, "away")])
        self.go(other)
        self.wait(2 * GRACE)
        self.assertEqual(self.anna.told(), [])
        self.here.set_idle(one, False)
        self.wait()
        self.assertEqual(self.anna.told(), [(MEI, "online")])

    def test_status(self) -> None:
        """What she wants to be seen as comes first; invisible looks like gone, to rooms as well."""
        self.look(self.anna, MEI, room=ROOM)
        mei = self.come(MEI, status="invisible")
        self.wait()
        self.assertEqual(self.anna.signs, [])
        for status, seen in (("busy", "busy"), ("away", "away"), ("auto", "online"), ("invisible", "offline")):
            self.here.set_status(MEI, status)  # type: ignore[arg-type]
            self.wait()
            # Once as a member of the room, once as somebody who is watched.
            self.assertEqual(self.anna.told(), [(MEI, seen)] * 2, status)
        self.go(mei)
        self.wait(2 * GRACE)
        self.assertEqual((self.anna.told(), self.here.take_seen()), ([], []))

    def test_seen(self) -> None:
        """When she was last here is known once she has gone, and for all at the end."""
        mei = self.come(MEI)
        self.wait(4)
        self.go(mei)
        self.assertEqual(self.here.take_seen(), [])
        self.wait(GRACE + 1)
        self.assertEqual(self.here.take_seen(), [(MEI, 5000)])
        self.assertEqual(self.here.take_seen(), [])
        self.assertEqual(self.here.take_seen(everybody=True), [(ANNA, int(self.clock.seconds() * 1000))])


class Rooms(Case):
    """Who of a room is here."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.mei = self.come(ANNA, ROOM, OTHER_ROOM), self.come(MEI)
        self.wait()

    def test_answer(self) -> None:
        """The answer holds who hears the room here, and how many they are."""
        self.come(LI, OTHER_ROOM)
        found = self.look(self.anna, room=ROOM)
        self.assertEqual((found.room, found.count, set(found.members)), (ROOM, 2, {(ANNA, "online"), (MEI, "online")}))
        self.assertEqual(self.look(self.anna).members, None)

    def test_changes(self) -> None:
        """Whoever comes into the room, goes or leaves it is told of, with the count; of other rooms nothing is."""
        self.look(self.mei, room=ROOM)
        li = self.come(LI, ROOM)
        self.come(4, OTHER_ROOM)
        self.wait()
        self.assertEqual(self.mei.signs, [{"type": "presence", "users": [[LI, "online"]], "room": ROOM, "count": 3}])
        self.mei.signs.clear()
        self.leave(LI, ROOM, 2)
        self.wait()
        self.assertEqual(self.mei.signs, [{"type": "presence", "users": [[LI, "offline"]], "room": ROOM, "count": 2}])
        self.go(li)
        self.go(self.anna)
        self.mei.signs.clear()
        self.wait(GRACE + 1)
        self.assertEqual(self.mei.signs, [{"type": "presence", "users": [[ANNA, "offline"]], "room": ROOM, "count": 1}])

    def test_followers(self) -> None:
        """Who is being brought up to date, and hears the room for a moment not, stays listed."""
        self.look(self.anna, room=ROOM)
        self.hub.quit(self.mei, ROOM)
        self.here.entered(MEI)
        self.wait(5)
        self.hub.enter(self.mei, ROOM, Rev(1))
        self.wait()
        self.assertEqual(self.anna.told(), [])

    def test_left(self) -> None:
        """Who has left the room is told nothing more of it, though she looked."""
        self.look(self.mei, room=ROOM)
        self.leave(MEI, ROOM, 2)
        self.come(LI)
        self.wait()
        self.assertEqual(self.mei.signs, [])

    def test_replaced(self) -> None:
        """Watching something replaces what was watched before; nothing is kept of whoever has gone."""
        self.look(self.mei, LI, room=ROOM)
        self.look(self.mei, ANNA)
        self.come(LI)
        self.wait()
        self.assertEqual(self.mei.told(), [])
        self.look(self.mei, LI, room=ROOM)
        self.go(self.mei)
        self.go(self.anna)
        self.wait(2 * GRACE)
        self.wait(2 * GRACE)
        here = self.here
        for index in (here._watches, here._watchers, here._rooms, here._unwatched, here._leaving, here._moved):
            self.assertEqual(len(index), 0)
        self.assertEqual(set(self.here._people), {LI})

    def test_hidden(self) -> None:
        """Of whom she must not see she is told nothing, nor that there is one more."""
        found = self.look(self.mei, room=ROOM, hidden=frozenset({ANNA, LI}))
        self.assertEqual((found.count, found.members), (1, ((MEI, "online"),)))
        self.come(LI)
        self.come(4)
        self.wait()
        self.assertEqual(self.mei.signs, [{"type": "presence", "users": [[4, "online"]], "room": ROOM, "count": 2}])
        self.mei.signs.clear()
        self.here.hide(MEI, LI, False)
        self.assertEqual(self.mei.signs, [{"type": "presence", "users": [[LI, "online"]], "room": ROOM, "count": 3}])

    def test_waited_for(self) -> None:
        """Who lost her line a moment ago is listed for whoever looks now."""
        self.go(self.mei)
        self.assertEqual(set(self.look(self.anna, room=ROOM).members), {(ANNA, "online"), (MEI, "online")})

    def test_doubt(self) -> None:
        """When somebody leaves a room, those who look at her are named, and those at whom she looks."""
        self.look(self.anna, MEI, LI)
        self.look(self.mei, LI)
        self.leave(MEI, ROOM, 2)
        self.assertEqual(self.here.doubtful(), ({(ANNA, MEI), (MEI, LI)}, set()))
        self.assertEqual(self.here.doubtful(), (set(), set()))
        self.here.part(ANNA, MEI)
        self.assertEqual(self.anna.told(), [(MEI, "offline")])
        self.here.set_idle(self.mei, True)
        self.wait()
        self.assertEqual(self.anna.told(), [])

    def test_present(self) -> None:
        """Those who are here are listed by name, a page at a time, whether somebody watches or not."""
        for number, name in ((11, "zoe"), (12, "Ärmel"), (13, "bea"), (14, "Zac")):
            self.come(number, name=name)
        self.here.set_idle(self.come(15, name="Yan"), True)
        for _ in range(2):
            states = frozenset({"online", "busy"})
            page = self.here.present(ROOM, states, FIRST, 3)  # type: ignore[arg-type]
            self.assertEqual([user for _, user in page], [13, ANNA, MEI])
            rest = self.here.present(ROOM, states, page[-1], 9)  # type: ignore[arg-type]
            self.assertEqual([user for _, user in rest], [14, 11, 12])
            away = self.here.present(ROOM, frozenset({"away"}), FIRST, 9)
            self.assertEqual([user for _, user in away], [15])
            self.look(self.anna, room=ROOM)
        zoe = self.come(11, name="Aaron")
        self.go(self.come(12, name="Ärmel"))
        self.here.set_idle(zoe, True)
        self.wait()
        page = self.here.present(ROOM, states | {"away"}, FIRST, 2)
        self.assertEqual([user for _, user in page], [11, 13])


class Gaps(Case):
    """What a node learns late."""

    def test_left_in_a_gap(self) -> None:
        """Who left while the news were lost is listed no more once the gap is filled, and told nothing."""
        row = Member(ROOM, Rev(3), UserCard(MEI, "", ""), "member", Rev(1), True)

        async def changes(room: RoomId, rev: Rev) -> tuple[Block, list[Member]]:
            return Block(ROOM, (row,), Rev(3)), [row]

        self.hub._read_changes = changes
        anna, mei = self.come(ANNA), self.come(MEI)
        self.wait()
        for device in (anna, mei):
            self.look(device, room=ROOM)
        self.hub.catch_up(ROOM, Rev(3))
        self.come(LI)
        self.hub.quit(anna, ROOM)
        self.hub.enter(anna, ROOM, Rev(3))
        self.wait()
        self.assertEqual((anna.told(), mei.told()), ([(MEI, "offline")], []))


class Crowds(Case):
    """What it costs is bounded, however many come."""

    def come_all(self, count: int) -> list[Device]:
        return [self.come(number) for number in range(1, count + 1)]

    def test_come_back(self) -> None:
        """Five thousand whose lines break and who come back within the grace make no news, though all look."""
        crowd = self.come_all(5_000)
        for _ in range(3):
            self.wait()
        for device in crowd:
            self.look(device, room=ROOM)
        self.wait()
        before = self.here.writes
        for device in crowd:
            self.go(device)
        self.wait(GRACE / 2)
        crowd = self.come_all(5_000)
        for device in crowd:
            found = self.look(device, room=ROOM)
            self.assertEqual((found.count, len(found.members)), (5_000, MOST_LISTED))
        for _ in range(30):
            self.wait()
        self.assertEqual(self.here.writes - before, 0)

    def test_start(self) -> None:
        """After a start they come one after the other, and all look: the writes of each second are bounded."""
        crowd: list[Device] = []
        worst = 0
        for second in range(10):
            for number in range(second * 200 + 1, second * 200 + 201):
                device = self.come(number)
                self.look(device, room=ROOM)
                crowd.append(device)
            before = self.here.writes
            self.wait()
            worst = max(worst, self.here.writes - before)
        self.assertLessEqual(worst, 2_000)
        told, writes = self.here.told, self.here.writes
        seconds = 60
        for _ in range(seconds):
            self.wait()
        self.assertLessEqual((self.here.writes - writes) / seconds, module.EASILY_TOLD)
        self.assertLessEqual((self.here.told - told) / seconds, module.EASILY_TOLD * MOST_TOLD)
        # And in the end everybody knows.
        self.assertEqual(self.look(crowd[0], room=ROOM).count, 2_000)
        self.assertEqual(len(self.here._moved), 0)

    def test_one_encoding(self) -> None:
        """What many are told alike is encoded once."""
        crowd = self.come_all(300)
        self.wait()
        for device in crowd[:100]:
            self.look(device, UserId(301), UserId(302), room=ROOM)
        self.wait()
        before = self.dialect.encoded
        self.come(301)
        self.come(302)
        self.wait()
        self.assertEqual(self.dialect.encoded - before, 2)
        self.assertEqual(crowd[0].told(), [(301, "online"), (302, "online")] * 2)

    def test_part_by_part(self) -> None:
        """Of a crowd a part is told at a time, none twice, none left out."""
        anna = self.come(9_999)
        self.wait()
        self.look(anna, room=ROOM)
        self.come_all(MOST_TOLD + 50)
        self.wait()
        first = anna.told()
        self.wait()
        rest = anna.told()
        self.assertEqual((len(first), len(rest), len({*first, *rest})), (MOST_TOLD, 50, MOST_TOLD + 50))
