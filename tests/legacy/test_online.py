"""Who is in a room, told to the sockets in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy.dialect import Cards
from webchat.legacy.online import EASILY_TOLD, LOOK_SECONDS, MOST_LISTED, Change, Online
from webchat.model.ids import RoomId, UserId
from webchat.model.refusals import Busy
from webchat.model.users import UserCard

ROOM = RoomId(1)


class Page:
    """A socket that notes what it is told."""

    def __init__(self, user: int) -> None:
        self.user = UserId(user)
        self.told: list[str] = []

    def listed(self, change: Change, room: RoomId, people: Sequence[UserCard]) -> bytes:
        return f"{change} {' '.join(card.name or '?' for card in people)}".encode()

    def tell(self, frames: bytes) -> None:
        self.told.append(frames.decode())


class Audience:
    """The hub, as far as it is asked."""

    def __init__(self) -> None:
        self.users: set[UserId] = set()

    def users_in(self, room: RoomId, without: Collection[Any] = ()) -> set[UserId]:
        return set(self.users)


class Telling(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.hub = Audience()
        self.is_busy = False
        cards = Cards(self.read, self.clock.seconds)
        self.online = Online(self.hub, cards, self.clock, lambda: ())  # type: ignore[arg-type]

    async def read(self, users: Iterable[UserId]) -> list[UserCard]:
        if self.is_busy:
            raise Busy
        return [UserCard(user, f"u{user}", f"U{user}") for user in users]

    def test_coming_and_going(self) -> None:
        """Everybody in the room is told, also who has come; who has gone is told nothing."""
        one, other = Page(1), Page(2)
        self.online.join(one, ROOM)
        self.online.join(other, ROOM)
        self.online.leave(one, ROOM)
        self.online.leave(one, ROOM)
        self.assertEqual((one.told, other.told), (["room u1", "room u1 u2"], ["room u1 u2", "roomout u2"]))
        self.assertTrue(self.online.has(UserId(2), ROOM))
        self.assertFalse(self.online.has(UserId(1), ROOM))

    def test_several_sockets(self) -> None:
        """Who has two sockets is there until both have gone."""
        one, again, other = Page(1), Page(1), Page(2)
        for page in (one, again, other):
            self.online.join(page, ROOM)
        self.online.leave(one, ROOM)
        self.online.leave(again, ROOM)
        self.assertEqual(other.told, ["room u1 u2", "roomout u1 u2", "roomout u2"])

    def test_by_another_protocol(self) -> None:
        """Who comes or goes by another protocol is found out after some seconds; nobody number 0 is listed."""
        page = Page(1)
        self.online.join(page, ROOM)
        self.hub.users = {UserId(0), UserId(5)}
        self.clock.advance(LOOK_SECONDS)
        self.hub.users = set()
        self.clock.advance(LOOK_SECONDS)
        self.clock.advance(LOOK_SECONDS)
        self.assertEqual(page.told, ["room u1", "room u1 u5", "roomout u1"])

    def test_nobody_left(self) -> None:
        """Where no sockets are any more, nothing is looked at, and nothing is remembered."""
        page = Page(1)
        self.online.join(page, ROOM)
        self.online.leave(page, ROOM)
        self.clock.advance(LOOK_SECONDS)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_crowds(self) -> None:
        """In a crowd changes are told together, after a while, and the list has an end."""
        self.hub.users = {UserId(number) for number in range(1, MOST_LISTED + 100)}
        page, other = Page(1), Page(2)
        self.online.join(page, ROOM)
        self.assertEqual(len(page.told[0].split()), 1 + MOST_LISTED)
        self.assertGreater(MOST_LISTED, EASILY_TOLD)
        for _ in range(10):
            self.online.join(other, ROOM)
            self.online.leave(other, ROOM)
        self.assertEqual(len(page.told), 1)
        self.clock.advance(MOST_LISTED / 100 + 1)
        self.assertEqual(len(page.told), 2)

    def test_nobody_knows(self) -> None:
        """If nobody can be looked up, the list is told without names."""
        self.is_busy = True
        page = Page(1)
        self.online.join(page, ROOM)
        self.assertEqual(page.told, ["room ?"])
