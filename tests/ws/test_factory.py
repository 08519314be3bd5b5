"""All connections together: how many there may be, and how the server sends them away."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, HOST, PASSWORD, Connection, House


class Limits(SynchronousTestCase):
    """How many connections there may be."""

    def test_of_an_address(self) -> None:
        """One address has its limit of connections, and a place is free again when one ends."""
        house = House(self, connections_per_address=2)
        first, second = house.connect(), house.connect()
        self.assertEqual([first.status, second.status, house.connect().status], [101, 101, 503])
        first.lose()
        self.assertEqual([house.connect().status, house.connect().status], [101, 503])

    def test_of_the_server(self) -> None:
        """The server has its limit too."""
        house = House(self, max_connections=3)
        self.assertEqual([house.connect().status for _ in range(5)], [101, 101, 101, 503, 503])
        self.assertEqual(house.sockets.refused, 2)

    def test_last_tenth(self) -> None:
        """The last tenth of the places is for browsers whose session is known; strangers cannot fill the house."""
        house = House(self, max_connections=20)
        house.set_up()
        signed = house.wait(house.chat.accounts.sign_in("anna", PASSWORD, DEVICE))

        def browser(token: str) -> int:
            return Connection(house, {"Origin": f"http://{HOST}", "Cookie": f"webchat={token}"}).status

        self.assertEqual({house.connect().status for _ in range(18)}, {101})
        self.assertEqual([house.connect().status, browser("made-up"), browser(signed.token)], [503] * 3)
        house.wait(house.chat.accounts.authenticate(signed.token))
        self.assertEqual([browser(signed.token) for _ in range(3)], [101, 101, 503])

    def test_of_a_person(self) -> None:
        """An account has its limit: the connection above it is told so and closed with 4029, the others stay."""
        house = House(self)
        anna = house.set_up()
        others = [house.connect(anna) for _ in range(20)]
        token = house.token(anna)
        late = house.connect()
        late.send(type="hello", token=token)
        self.assertEqual(late.next("error")["code"], "too_many")
        self.assertFalse(late.is_open)
        self.assertEqual(late.close_code, 4029)
        self.assertEqual(house.chat.hub.listeners, 20)
        others[0].lose()
        again = house.connect()
        again.send(type="hello", token=token)
        again.next("welcome")

    def test_refused_are_not_counted(self) -> None:
        """Handshakes that are refused take nobody's place."""
        house = House(self, connections_per_address=1)
        for _ in range(3):
            self.assertEqual(Connection(house, {"Origin": "http://evil.example"}).status, 403)
        self.assertEqual(house.connect().status, 101)


class Stopping(SynchronousTestCase):
    """The server goes away."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()

    def test_told(self) -> None:
        """Every client is told with 1012 that the server restarts, spread over the time that is given."""
        connections = [self.house.connect(self.anna) for _ in range(4)] + [self.house.connect()]
        stopped = Deferred.fromCoroutine(self.house.sockets.stop(3.0))
        self.house.clock.advance(0.1)
        self.assertIn(True, [connection.is_open for connection in connections])
        self.house.clock.pump([0.5] * 6)
        self.assertEqual([connection.is_open for connection in connections], [False] * 5)
        self.assertEqual([connection.close_code for connection in connections], [1012] * 5)
        self.assertNoResult(stopped)
        for connection in connections:
            connection.lose()
        self.successResultOf(stopped)
        self.assertEqual((len(self.house.sockets.connections), self.house.chat.hub.listeners), (0, 0))
        self.assertEqual(dict(self.house.sockets.closes), {1012: 5})

    def test_nobody_there(self) -> None:
        """Without connections nothing is waited for."""
        self.successResultOf(Deferred.fromCoroutine(self.house.sockets.stop(3.0)))

    def test_who_does_not_go(self) -> None:
        """A client that does not go is dropped: it cannot keep the server from stopping."""
        self.house.connect(self.anna)
        stopped = Deferred.fromCoroutine(self.house.sockets.stop(3.0))
        self.house.clock.pump([0.5] * 14)
        self.successResultOf(stopped)
        self.assertEqual(len(self.house.sockets.connections), 0)

    def test_no_new_ones(self) -> None:
        """While the server stops nobody new gets in."""
        self.house.connect(self.anna)
        stopped = Deferred.fromCoroutine(self.house.sockets.stop(3.0))
        self.assertEqual(self.house.connect().status, 503)
        self.house.clock.pump([0.5] * 14)
        self.successResultOf(stopped)

    def test_no_timer_left(self) -> None:
        """After the stop no timer of the connections is left."""
        self.house.connect(self.anna).lose()
        before = len(self.house.clock.getDelayedCalls())
        self.successResultOf(Deferred.fromCoroutine(self.house.sockets.stop(3.0)))
        self.assertEqual(len(self.house.clock.getDelayedCalls()), before - 1)


class Counts(SynchronousTestCase):
    def test_counts(self) -> None:
        """The operator sees how many connections there are, were accepted, and how they were closed."""
        house = House(self)
        anna = house.set_up()
        first = house.connect(anna)
        house.connect(anna)
        first.frame(b"", opcode=2)
        first.lose()
        door = house.sockets
        self.assertEqual((len(door.connections), door.accepted, door.refused, dict(door.closes)), (1, 2, 0, {1003: 1}))
