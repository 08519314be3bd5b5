"""The older clients are told of each new message once, in order, with its author."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import structs
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy.dialect import FRESH, MOST_CARDS, Cards, Dialect
from webchat.model.events import Message, Typing, UserChanged
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.refusals import Busy
from webchat.model.users import UserCard

ROOM = RoomId(1)


def said(seq: int, author: int = 7, **more: Any) -> Message:
    return Message(ROOM, Rev(more.pop("rev", seq)), Seq(seq), UserId(author), f"m{seq}", Millis(0), **more)


class Telling(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.asked: list[tuple[set[UserId], Deferred[list[UserCard]]]] = []
        self.told: list[tuple[tuple[Any, ...], list[str]]] = []
        self.cards = Cards(self.read, self.clock.seconds)
        self.dialect = Dialect(self.cards, self.say)

    async def read(self, users: Iterable[UserId]) -> list[UserCard]:
        answer: Deferred[list[UserCard]] = Deferred()
        self.asked.append((set(users), answer))
        return await answer

    def say(self, ports: Any, events: Any) -> None:
        texts = [f"{self.cards.of(one.author).name}: {one.text}" for one in events]
        self.told.append((ports, texts))

    def hear(self, *messages: Message, ports: tuple[str, ...] = ("p",)) -> None:
        self.dialect.write_all(ports, b"".join(self.dialect.encode(one) for one in messages))

    def test_known(self) -> None:
        """Where the author is known nothing waits; a batch is told at once, to all who hear it."""
        self.cards.put(UserCard(UserId(7), "anna", "Anna"))
        self.hear(said(1), said(2), ports=("p", "q"))
        self.assertEqual(self.told, [(("p", "q"), ["anna: m1", "anna: m2"])])
        self.assertEqual(self.asked, [])

    def test_unknown(self) -> None:
        """Who is not known is looked up once; what comes meanwhile waits, and the order stays."""
        self.cards.put(UserCard(UserId(7), "anna", "Anna"))
        self.hear(said(1, author=8))
        self.hear(said(2))
        self.assertEqual(self.told, [])
        wanted, answer = self.asked[0]
        answer.callback([UserCard(UserId(8), "mei", "Mei")])
        self.assertEqual((wanted, len(self.asked)), ({8}, 1))
        self.assertEqual([texts for _, texts in self.told], [["mei: m1"], ["anna: m2"]])

    def test_nobody_knows(self) -> None:
        """A message whose author cannot be looked up is told all the same."""
        self.hear(said(1))
        self.asked[0][1].errback(Busy())
        self.hear(said(2, author=7))
        self.asked[1][1].callback([])
        self.assertEqual([texts for _, texts in self.told], [[": m1"], [": m2"]])

    def test_new_ones(self) -> None:
        """Changes of messages are not told: not of one that was told, nor of one that is older than the listener."""
        self.cards.put(UserCard(UserId(7), "anna", "Anna"))
        self.dialect.begin(ROOM, Seq(5))
        self.hear(said(3, rev=9), said(6, rev=10), said(6, rev=11), said(7, rev=12, deleted=Millis(1)))
        self.assertEqual([texts for _, texts in self.told], [["anna: m6"]])
        self.dialect.begin(ROOM, Seq(9))
        self.hear(said(8, rev=13))
        self.assertEqual(len(self.told), 2, "it begins once")
        self.dialect.end(ROOM)
        self.dialect.begin(ROOM, Seq(20))
        self.hear(said(9, rev=30))
        self.assertEqual(len(self.told), 2)

    def test_other_events(self) -> None:
        """What is not wanted is nothing to write; a new name is noted in passing."""
        self.assertEqual(self.dialect.encode(Typing(ROOM, UserId(7))), b"")
        self.assertEqual(self.dialect.encode(UserChanged(UserCard(UserId(7), "anna", "An"))), b"")
        self.assertEqual(self.cards.of(UserId(7)).display_name, "An")
        self.hear()
        self.assertEqual(self.told, [])

    def test_it_goes_on(self) -> None:
        """A message that cannot be told keeps none after it from being told."""
        self.cards.put(UserCard(UserId(7), "anna", "Anna"))
        told, self.dialect._say = self.dialect._say, lambda ports, events: 1 // 0  # type: ignore[assignment]
        self.hear(said(1))
        self.dialect._say = told
        self.hear(said(2))
        self.assertEqual([texts for _, texts in self.told], [["anna: m2"]])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_growing(self) -> None:
        """A text that is still growing is told when it is complete, once, whatever has been told since."""
        self.cards.put(UserCard(UserId(7), "anna", "Anna"))
        for text, streaming in (("Te", True), ("Tea", True)):
            self.hear(structs.replace(said(1), text=text, streaming=streaming))
        self.hear(said(2))
        self.hear(structs.replace(said(3), streaming=True))
        for _ in range(2):
            self.hear(structs.replace(said(1), text="Tea.", rev=Rev(9)))
        self.hear(structs.replace(said(3), deleted=Millis(1)))
        self.assertEqual([texts for _, texts in self.told], [["anna: m2"], ["anna: Tea."]])

    def test_cards_age(self) -> None:
        """A card is believed for a minute, and no more of them are kept than there is room for."""
        self.cards.put(UserCard(UserId(7), "anna", "Anna"))
        self.assertEqual(self.cards.lacking([UserId(7), UserId(8)]), {8})
        self.clock.advance(FRESH)
        self.assertEqual(self.cards.lacking([UserId(7)]), {7})
        for number in range(MOST_CARDS):
            self.cards.put(UserCard(UserId(100 + number), "x", "X"))
        self.assertEqual(self.cards.of(UserId(7)).name, "")
