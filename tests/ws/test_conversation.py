"""Who connects and leaves in a session of Socket.IO, and what is too much."""

from __future__ import annotations

from tests.ws.engine import EchoCase
from webchat.live.limits import Rate
from webchat.ws.patience import MAX_REFUSED_IN_A_ROW


class Conversations(EchoCase):
    def test_once(self) -> None:
        """A second CONNECT changes nothing."""
        socket = self.client()
        socket.say("40", "40{}")
        self.assertEqual((socket.told(), len(self.echoes)), ([], 1))

    def test_other_namespaces(self) -> None:
        """There is one namespace; others are refused, and what is said in them is not heard."""
        for version, told in ((3, '44/other,"Invalid namespace"'), (4, '44/other,{"message":"Invalid namespace"}')):
            socket = self.client(version)
            socket.say("40/other,", '42/other,["a"]', '42/other,1["a"]', "41/other,", '42["b"]')
            self.assertEqual((socket.told(), self.echo.heard), ([told, '42["b"]'], [["b"]]))

    def test_leaving(self) -> None:
        """Who leaves with DISCONNECT is gone, is not heard, and may come again as long as her session lasts."""
        socket = self.client()
        socket.say("41", '42["late"]')
        self.assertEqual((self.echo.is_gone, self.echo.heard, socket.closed_with), (True, [], None))
        socket.say("40")
        self.assertEqual((socket.told()[0][:2], len(self.echoes)), ("40", 2))
        socket.say("41")
        self.house.clock.pump([1] * 22)
        self.assertEqual(socket.closed_with, 1000)

    def test_too_fast(self) -> None:
        """Events that come too fast are refused, and who does not heed it is sent away."""
        self.house.sockets.shared.requests = Rate(1.0, 3.0)
        socket = self.client()
        socket.say(*['42["a"]'] * 3)
        self.assertEqual(socket.told()[-1], '42["refused","a","rate_limited"]')
        self.house.clock.advance(2)
        socket.say('427["a"]')
        self.assertEqual(socket.told(), ["437[]"])
        socket.say(*['42["a"]'] * (MAX_REFUSED_IN_A_ROW + 3))
        self.assertEqual(socket.closed_with, 4029)

    def test_pings_count(self) -> None:
        """Signs of life without end are too fast, too."""
        self.house.sockets.shared.requests = Rate(1.0, 3.0)
        socket = self.client(3)
        socket.say(*["2"] * (MAX_REFUSED_IN_A_ROW + 5))
        self.assertEqual((socket.told(), socket.closed_with), (["3"] * 3, 4029))
