"""What may be told of what the server says: each change once, in order, whatever comes twice, early or never."""

from __future__ import annotations

from typing import Any

import attrs
from twisted.trial.unittest import SynchronousTestCase

from webchat.client.positions import KINDS, Gone, Positions, read
from webchat.model.answers import Welcome
from webchat.model.events import Joined, Member, Message, Reset, Synced, Syncing
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.users import UserCard

ROOM, OTHER = RoomId(1), RoomId(2)


def room(number: int, rev: int) -> dict[str, Any]:
    fields = {"room": number, "rev": rev, "kind": "public", "title": f"Room {number}", "topic": "", "created": 1}
    place = {"archived": None, "changed": 1, "seq": 0, "read": 0, "level": "all", "role": "member", "joined_rev": 1}
    return fields | place | {"posting": "all", "inviting": "all", "slow": 0, "mentioning": "all"}


def welcome(**revs: int) -> Welcome:
    """`welcome` to rooms r1, r2 ... at these revs."""
    user = {"id": 7, "name": "mei", "display_name": "Mei", "kind": "human", "role": "member", "email": None}
    user |= {"created": 1, "avatar": None, "about": "", "locale": None, "status": "auto"}
    session = {"id": 1, "kind": "api", "label": "", "created": 1, "seen": 1, "expires": None, "agent": ""}
    limits = dict.fromkeys(
        ("message", "title", "topic", "display_name", "name", "password_min", "password_max", "frame_bytes", "page"), 1
    )
    server = {"title": "", "version": "", "build": "", "registration": "open", "needs_setup": False, "limits": limits}
    rooms = [room(int(name[1:]), rev) for name, rev in revs.items()]
    session |= {"address": "", "current": True}
    frame = {"type": "welcome", "user": user, "session": session, "epoch": "e", "rooms": rooms, "server": server}
    found = read(frame | {"now": 1})
    assert isinstance(found, Welcome)
    return found


def message(rev: int, where: RoomId = ROOM) -> Message:
    return Message(where, Rev(rev), Seq(rev), UserId(8), f"rev {rev}", Millis(1))


@attrs.define
class Reader:
    """Positions, and what they have told."""

    positions: Positions = attrs.field(factory=Positions)
    told: list[Any] = attrs.field(factory=list)

    def take(self, *events: Any) -> None:
        for event in events:
            self.told += self.positions.take(event)

    @property
    def revs(self) -> list[int]:
        return [event.rev for event in self.told if isinstance(event, Message)]


class Order(SynchronousTestCase):
    def setUp(self) -> None:
        self.reader = Reader()
        self.reader.take(welcome(r1=5, r2=3))

    def test_in_step(self) -> None:
        """The next change is told, one that is known already is not, of another room neither."""
        self.reader.take(message(6), message(6), message(5), message(7), message(9, RoomId(99)))
        self.assertEqual(self.reader.revs, [6, 7])
        self.assertEqual(self.reader.positions.hello(), {"1": 7, "2": 3})

    def test_gap(self) -> None:
        """What comes behind a gap waits until the block has filled it; it is asked for once."""
        self.reader.take(message(8), message(9))
        self.assertEqual(self.reader.positions.missed(), [(ROOM, 5)])
        self.assertEqual(self.reader.positions.missed(), [])
        self.reader.take(Syncing(ROOM), message(7), message(8), Synced(ROOM, Rev(8)), message(10))
        self.assertEqual(self.reader.revs, [7, 8, 9, 10])

    def test_block_is_whole(self) -> None:
        """A block that is not finished when the line breaks is told of only when it comes again."""
        self.reader.take(Syncing(ROOM), message(7), message(3, OTHER), message(4, OTHER))
        self.assertEqual(self.reader.revs, [4])
        self.reader.positions.broken()
        self.assertEqual(self.reader.positions.hello(), {"1": 5, "2": 4})
        self.reader.take(welcome(r1=8, r2=4), Syncing(ROOM), message(7), message(8), Synced(ROOM, Rev(8)))
        self.assertEqual(self.reader.revs, [4, 7, 8])

    def test_jump_in_a_block(self) -> None:
        """The position is that of the block's end, whatever its last row."""
        self.reader.take(Syncing(ROOM), message(6), Synced(ROOM, Rev(9)), message(10))
        self.assertEqual(self.reader.revs, [6, 10])

    def test_reset(self) -> None:
        """After a reset it goes on from there."""
        self.reader.take(message(8), Reset(ROOM, Rev(20)), message(9), message(21))
        self.assertEqual(self.reader.told[1:], [Reset(ROOM, Rev(20)), message(21)])

    def test_rooms_come_and_go(self) -> None:
        """What happened to one's rooms while the line was broken is told behind `welcome`."""
        self.reader.positions.hello()
        self.reader.take(welcome(r2=3, r3=1))
        joined, gone = self.reader.told[2:]
        assert isinstance(joined, Joined)
        self.assertEqual((joined.room.room, gone), (3, Gone(ROOM)))
        self.assertEqual(self.reader.positions.hello(), {"2": 3, "3": 1})

    def test_unnamed(self) -> None:
        """A room that `hello` had no place for begins anew."""
        self.reader.positions.hello()
        self.reader.positions._named.discard(ROOM)
        self.reader.take(welcome(r1=9, r2=3), message(10))
        self.assertEqual(self.reader.told[2:], [Reset(ROOM, Rev(9)), message(10)])

    def test_not_understood(self) -> None:
        """A row that this version cannot read is counted: what follows is no gap; behind a gap it is one."""
        self.reader.positions.skip(ROOM, Rev(6))
        self.reader.take(message(7))
        self.assertEqual((self.reader.revs, self.reader.positions.missed()), ([7], []))
        self.reader.positions.skip(ROOM, Rev(9))
        self.assertEqual(self.reader.positions.missed(), [(ROOM, 7)])
        self.reader.take(Syncing(ROOM))
        self.reader.positions.skip(ROOM, Rev(8))
        self.reader.take(message(9), Synced(ROOM, Rev(9)))
        self.assertEqual((self.reader.revs, self.reader.positions.hello()["1"]), ([7, 9], 9))

    def test_left(self) -> None:
        """After one's own last row nothing of the room is told; somebody else's changes nothing."""

        def left(user: int, rev: int) -> Member:
            card = UserCard(UserId(user), "x", "X", "human", None)
            return Member(ROOM, Rev(rev), card, "member", Rev(1), left=True)

        self.reader.take(left(8, 6), message(7), left(7, 8), message(9))
        self.assertEqual([event.rev for event in self.reader.told[1:]], [6, 7, 8])
        self.assertNotIn("1", self.reader.positions.hello())


class Unknown(SynchronousTestCase):
    def test_of_tomorrow(self) -> None:
        """New members are ignored; an event of a new kind is, as a whole."""
        self.assertEqual(read({"type": "typing", "room": 1, "user": 2, "how": "fast"}).user, 2)  # type: ignore[union-attr]
        self.assertIsNone(read({"type": "thunder"}))
        self.assertIsNone(read({"type": "typing", "room": "one"}))
        self.assertIn("message", KINDS)
