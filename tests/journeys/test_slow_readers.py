"""Who reads slowly is given time; who does not read at all is not waited for."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import Connection, House
from webchat.model.commands import PostMessage
from webchat.ws import outgoing

FULL = 65_536
"""Bytes above which a transport asks its producer to pause."""


class SlowReaders(SynchronousTestCase):
    """A line of 20 kB a second, as a transport of Twisted's would see it."""

    def set_up(self, **door: float) -> Connection:
        self.house = House(self, **door)
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.waiting, self.is_full = 0, False
        self.patch(outgoing, "queued", lambda transport: self.waiting)
        return self.house.connect(self.mei, hello=False)

    def narrow(self, connection: Connection) -> None:
        transport = connection.transport
        write = transport.write

        def write_and_count(data: bytes) -> None:
            write(data)
            self.waiting += len(data)
            if self.waiting > FULL and not self.is_full:
                self.is_full = True
                transport.producer.pauseProducing()

        transport.write = write_and_count  # type: ignore[method-assign]

    def pass_time(self, connection: Connection, seconds: int, rate: int = 20_000) -> None:
        for _ in range(seconds):
            self.waiting = max(0, self.waiting - rate)
            if self.is_full and not self.waiting:
                self.is_full = False
                connection.transport.producer.resumeProducing()
            self.house.clock.advance(1)
            self.house.turn()

    def say(self, count: int) -> None:
        for number in range(count):
            self.house.wait(self.house.chat.messages.post(self.anna, PostMessage(1, 1, f"{number} " + "x" * 9_900)))

    def test_block_larger_than_the_queue(self) -> None:
        """A block of 1.5 MB is written as it is read, so that a slow reader is not closed for what is meant for her."""
        mei = self.set_up(ping_seconds=0)
        self.say(150)
        self.narrow(mei)
        mei.send(type="hello", token=self.house.token(self.mei), rooms={"1": 3})
        self.assertTrue(self.is_full)
        self.pass_time(mei, 120)
        self.assertTrue(mei.is_open)
        mei.next("welcome")
        block = mei.rest()
        self.assertEqual((block[0]["type"], block[-1]), ("syncing", {"type": "synced", "room": 1, "rev": 153}))
        self.assertEqual([row["seq"] for row in block[1:-1]], list(range(1, 151)))
        self.say(1)
        self.assertEqual(mei.next("message")["rev"], 154)

    def test_live_larger_than_the_queue(self) -> None:
        """What is said while she does not read is not kept for ever: above 1 MiB she is closed with 4008."""
        mei = self.set_up(ping_seconds=0)
        mei.send(type="hello", token=self.house.token(self.mei))
        mei.next("welcome")
        self.narrow(mei)
        self.say(120)
        self.assertFalse(mei.is_open)
        mei.rest()
        self.assertEqual(mei.close_code, 4008)

    def test_no_ping_deadline_while_not_read(self) -> None:
        """Whose requests are not read cannot be heard to pong: as long as she takes bytes she stays."""
        mei = self.set_up()
        mei.send(type="hello", token=self.house.token(self.mei))
        mei.next("welcome")
        self.narrow(mei)
        self.say(95)
        self.assertEqual(mei.transport.producerState, "paused")
        self.pass_time(mei, 44, rate=15_000)
        self.assertEqual((mei.transport.producerState, mei.transport.disconnecting), ("paused", False))
        self.pass_time(mei, 20)
        self.assertEqual((mei.transport.producerState, mei.transport.disconnecting), ("producing", False))
