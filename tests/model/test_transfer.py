"""Rooms as files: what a line must be, and what the lines must be together."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.transfer import (
    LINE_LIMIT,
    End,
    Head,
    Line,
    Order,
    Person,
    Place,
    Said,
    Wrong,
    lines_of,
    read,
    written,
)

HEAD = Head(
    *("webchat-room", 1, "e/1", "public", "Tea", "", 1, None, "all", "all", "moderators"),
    *(0, None, 2, 5, 5, 0, 0),
)
MEI = Person(1, "mei", "梅", "human")
PLACE = Place(1, "owner", 2, 2, None)
ONE, TWO = Said(1, 3, 3, 1, 10, "one"), Said(2, 4, 4, 1, 11, "two", reply=1)
END = End(1, 1, 2)
ALL: tuple[Line, ...] = (HEAD, MEI, PLACE, ONE, TWO, END)


def replaced(line: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(line, **changes)


class Lines(SynchronousTestCase):
    def test_there_and_back(self) -> None:
        """What was written is read, and written alike."""
        for line in ALL:
            text = written(line)
            self.assertEqual((text.count(b"\n"), text[-1:]), (1, b"\n"))
            self.assertEqual(read(1, text), line)
            self.assertEqual(written(read(1, text)), text)

    def test_wrong(self) -> None:
        """What is no line of ours is refused, with its number."""
        good = msgspec.to_builtins(HEAD)
        for text in (
            *(b"", b"[]", b"null", b"{}", b'{"type":"x"}', b"\xff", b"[" * 5_000, b"x" * (LINE_LIMIT + 1)),
            msgspec.json.encode({**good, "title": 1}),
            msgspec.json.encode({**good, "more": 1}),
            msgspec.json.encode({**good, "kind": "direct"}),
            msgspec.json.encode({**good, "seq": -1}),
            msgspec.json.encode({**good, "rev": 2**63}),
            written(replaced(ONE, text="x" * 10_001)),
            written(replaced(ONE, text="a\0")),
            written(replaced(ONE, hash="0")),
        ):
            error = self.assertRaises(Wrong, read, 7, text)
            self.assertTrue(error.message.startswith("Line 7: "), error.message)
            self.assertLess(len(error.message), 300)

    def test_stream(self) -> None:
        """A stream is read line by line, and no line is held that is far too long."""
        self.assertEqual(list(lines_of(BytesIO(b"a\nb\n\nc"))), [b"a", b"b", b"", b"c"])
        first = next(lines_of(BytesIO(b"x" * (3 * LINE_LIMIT))))
        self.assertEqual(len(first), LINE_LIMIT + 2)


class Orders(SynchronousTestCase):
    def refused(self, *lines: Line) -> str:
        order = Order()

        def go() -> None:
            for number, line in enumerate(lines, 1):
                order.take(number, line)
            order.finish()

        return str(self.assertRaises(Wrong, go).message)

    def test_whole(self) -> None:
        """All of it, in order."""
        order = Order()
        for number, line in enumerate(ALL, 1):
            order.take(number, line)
        self.assertEqual(order.finish(), HEAD)
        self.assertEqual((order.people, order.members, order.messages), (1, 1, 2))

    def test_every_line_is_needed(self) -> None:
        """Nothing can be left out, or stand twice."""
        for place, line in enumerate(ALL):
            self.refused(*ALL[:place], *ALL[place + 1 :])
            self.refused(*ALL[: place + 1], line, *ALL[place + 1 :])
            self.refused(*ALL[:place])

    def test_contradictions(self) -> None:
        """Counters, people and what was deleted must fit."""
        for number, wrong in (
            (0, replaced(HEAD, floor=3)),
            (0, replaced(HEAD, changed=6)),
            (0, replaced(HEAD, floor_rev=6)),
            (0, replaced(HEAD, seq=3)),
            (0, replaced(HEAD, changed=3)),
            (1, replaced(MEI, number=2)),
            (2, replaced(PLACE, person=2)),
            (2, replaced(PLACE, joined_rev=3)),
            (2, replaced(PLACE, rev=6)),
            (3, replaced(ONE, seq=2)),
            (3, replaced(ONE, rev=2)),
            (3, replaced(ONE, rev=9)),
            (3, replaced(ONE, author=2)),
            (3, replaced(ONE, posted_rev=4)),
            (3, replaced(ONE, deleted=5)),
            (4, replaced(TWO, reply=2)),
            (4, replaced(TWO, thread=9)),
            (5, replaced(END, messages=3)),
        ):
            self.refused(*ALL[:number], wrong, *ALL[number + 1 :])
