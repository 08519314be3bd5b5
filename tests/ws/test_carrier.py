"""Socket.IO over WebSockets: handshakes, frames, and the end of the server."""

from __future__ import annotations

import json
from typing import ClassVar

from twisted.internet.defer import Deferred

from tests.support.house import HOST
from tests.ws.engine import PATH, EchoCase, Poller, Socket
from webchat.ws.engineio import MAX_PAYLOAD, STRANGERS_PAYLOAD

SAME = f"http://{HOST}"


class Handshakes(EchoCase):
    """How a session begins on a WebSocket."""

    limits: ClassVar = {"connections_per_address": 3}

    def test_revision_3(self) -> None:
        """Clients 1.x and 2.x are told that they are in right after the handshake, which offers nothing more."""
        socket = self.socket(3)
        first, second = socket.told()
        self.assertEqual((json.loads(first[1:])["upgrades"], second), ([], "40"))
        socket.say('42["a",1]')
        self.assertEqual(socket.told(), ['42["a",1]'])

    def test_revision_4(self) -> None:
        """Clients 3.x and 4.x ask to be let in."""
        socket = self.socket()
        self.assertEqual(len(socket.told()), 1)
        socket.say('40{"token":"x"}', '420["a",1]')
        self.assertEqual(socket.told(), [f'40{{"sid":"{self.echo.client.sid}"}}', "430[1]"])

    def test_paths(self) -> None:
        """Also at /ws, with and without the slash, where EIO is in the query; with a subprotocol asked for or not."""
        for path in ("/ws", "/ws/", "/socket.io"):
            for protocol in ({}, {"Sec-WebSocket-Protocol": "webchat.v1"}):
                socket = Socket(self.house, f"{path}?EIO=3&transport=websocket&api_token=TOK", dict(protocol))
                self.assertEqual((socket.status, self.echo.client.path), (101, path.rstrip("/")))
                self.assertEqual(self.echo.client.query["api_token"], "TOK")
                self.assertNotIn("sec-websocket-protocol", socket.head.lower())
                self.assertNotIn("sec-websocket-extensions", socket.head.lower())
                socket.lose()

    def test_native_stays(self) -> None:
        """Without EIO /ws is the native door."""
        self.assertEqual(self.house.connect().status, 101)
        self.assertEqual(self.echoes, [])

    def test_who_comes(self) -> None:
        """A page of ours comes with its cookies; a program is none, and its cookie says nothing."""
        self.socket(3, Origin=SAME, Cookie="webchat=tok; a=b", User_Agent="Agent/1")
        client = self.echo.client
        self.assertEqual((list(client.cookies), client.cookie_token), (["webchat=tok; a=b"], "tok"))
        self.assertEqual((client.is_own_page, client.address, client.agent), (True, "192.0.2.7", "Agent/1"))
        self.socket(3, Cookie="webchat=tok")
        client = self.echo.client
        self.assertEqual((list(client.cookies), client.cookie_token, client.is_own_page), ([], None, False))

    def test_foreign_page(self) -> None:
        """A page of another site does not get in, also not with a session that is not its own."""
        poller = self.poller()
        for origin in ("http://evil.example", "null", f"{SAME}.evil.example", f"https://{HOST}"):
            for query in ("", f"&sid={poller.sid}"):
                self.assertEqual(self.socket(4, query, Origin=origin).status, 403, origin)
        self.assertEqual(self.places, 1)

    def test_refused(self) -> None:
        """What is no handshake is answered as by polling."""
        poller = self.poller()
        for query, status, code in (
            ("EIO=2&transport=websocket", 400, 5),
            ("transport=websocket", 400, 5),
            ("EIO=4&transport=websocket&sid=x", 400, 1),
            ("EIO=4", 400, 0),
        ):
            socket = Socket(self.house, f"{PATH}?{query}")
            self.assertEqual((socket.status, json.loads(socket.body)["code"]), (status, code), query)
        self.assertEqual(self.socket(4, Upgrade="h2c").status, 400)
        self.assertIn(self.socket(4, Sec_WebSocket_Version="8").status, (400, 426))
        self.assertEqual(poller.post("40").status, 200)
        self.assertEqual(self.places, 1)

    def test_places(self) -> None:
        """WebSockets take places, and give them back; the change from polling takes none."""
        sockets = [self.socket(3), self.socket(3)]
        poller = self.poller(3)
        self.assertEqual(self.socket(3).status, 503)
        self.assertEqual(self.socket(3, f"&sid={poller.sid}").status, 101)
        sockets[0].lose()
        self.assertEqual(self.socket(3).status, 101)
        self.assertEqual(self.places, 3)
        self.assertEqual([echo.is_gone for echo in self.echoes], [True, False, False, False])


class Frames(EchoCase):
    """What may be sent over a WebSocket, and what ends it."""

    def test_malformed(self) -> None:
        """What is no packet ends this connection, and no other."""
        other = self.socket(3)
        for version, payload in (
            (3, "abc"), (3, ""), (3, "9"), (3, "42{}"), (3, "3"), (3, "5"), (3, "0"), (3, '44"x"'),
            (4, '42["before CONNECT"]'), (4, "2"), (4, "48"), (4, '42["a"'), (4, "451-[]"),
        ):  # fmt: skip
            socket = self.socket(version)
            socket.say(payload)
            self.assertEqual(socket.closed_with, 1002, payload)
            socket.lose()
        other.say('42["still"]')
        self.assertEqual(other.told()[-1], '42["still"]')
        self.assertEqual(self.places, 1)

    def test_binary(self) -> None:
        """Binary frames that belong to an event are read away, and the event is refused; others end the connection."""
        for version, data in ((3, b"\x04\x01\x02"), (4, b"\x01\x02")):
            socket = self.socket(version)
            socket.say(*(["40"] if version == 4 else []), '451-1["pic",{"_placeholder":true,"num":0}]')
            socket.frame(data, opcode=2)
            self.assertEqual(socket.told()[-1], '431[{"code":"bad_request"}]')
            socket.say('42["on"]')
            self.assertEqual(socket.told(), ['42["on"]'])
            socket.frame(data, opcode=2)
            self.assertEqual(socket.closed_with, 1002)

    def test_missing_attachment(self) -> None:
        """A text where binary data is due ends the connection."""
        socket = self.socket(3)
        socket.say('452-["pic"]')
        socket.frame(b"\x04", opcode=2)
        socket.say('42["x"]')
        self.assertEqual((socket.closed_with, self.echo.heard), (1002, []))

    def test_not_utf8(self) -> None:
        """Bytes that are no UTF-8 end the connection with 1007."""
        socket = self.socket(3)
        socket.frame(b'42["\xff"]')
        self.assertEqual(socket.closed_with, 1007)

    def test_size(self) -> None:
        """A stranger's message may have 64 KiB; of whom the dialect has recognised more is taken."""
        stranger = self.socket(3)
        stranger.frame(f'42["e","{"x" * (STRANGERS_PAYLOAD - 10)}"]'.encode())
        self.assertEqual(len(stranger.told()[-1]), STRANGERS_PAYLOAD)
        stranger.frame(f'42["e","{"x" * (STRANGERS_PAYLOAD - 9)}"]'.encode())
        self.assertEqual(stranger.closed_with, 1009)
        socket = self.socket(3)
        self.echo.client.allow()
        long = f'42["e","{"x" * (MAX_PAYLOAD - 10)}"]'
        socket.frame(long.encode())
        self.assertEqual(len(socket.told()[-1]), MAX_PAYLOAD)
        self.echo.client.allow(MAX_PAYLOAD + 1)
        socket.frame(long.replace("e", "ee", 1).encode())
        self.assertEqual(len(socket.told()[-1]), MAX_PAYLOAD + 1)
        socket.frame(long.replace("e", "eee", 1).encode())
        self.assertEqual(socket.closed_with, 1009)

    def test_dripping(self) -> None:
        """A message may take ten seconds, and longer if it may be longer; it is a sign of life meanwhile."""
        socket = self.socket(3)
        self.echo.client.allow()
        socket.told()
        frame = b"\x81\xfe\x10\x00\0\0\0\0" + b" " * 4_096
        for at in range(19):
            self.house.clock.advance(1)
            socket.raw(frame[at * 10 : at * 10 + 10])
        self.assertIsNone(socket.closed_with)
        self.house.clock.pump([1] * 3)
        self.assertEqual(socket.closed_with, 4008)

    def test_flood(self) -> None:
        """Pings without end are not answered without end."""
        socket = self.socket(3)
        for _ in range(11):
            socket.frame(b"", opcode=9)
        self.assertEqual(socket.closed_with, 4029)

    def test_line_lost(self) -> None:
        """A line that breaks ends the session."""
        socket = self.socket(3)
        socket.lose()
        self.assertEqual((self.echo.is_gone, self.places), (True, 0))

    def test_goodbye(self) -> None:
        """A client that says goodbye is closed in peace."""
        socket = self.socket(3)
        socket.say("1")
        self.assertEqual((self.echo.is_gone, socket.closed_with), (True, 1000))


class Stopping(EchoCase):
    """The server goes away."""

    def test_all_come_back(self) -> None:
        """Transports are closed, and nobody is told not to come back."""
        sockets = [self.socket(3), self.socket()]
        pollers = [self.poller(3), self.poller()]
        for poller in pollers:
            poller.hold()
        for socket in sockets:
            socket.told()
        self.house.sockets.finish()
        stopped = Deferred.fromCoroutine(self.house.sockets.stop(3.0))
        self.house.clock.pump([0.5] * 7)
        self.assertEqual([socket.closed_with for socket in sockets], [1012, 1012])
        self.assertEqual([socket.told() for socket in sockets], [[], []])
        self.assertEqual([poller.held_answer() for poller in pollers], [["1"], ["1"]])
        self.assertTrue(all(echo.is_gone for echo in self.echoes))
        for socket in sockets:
            socket.lose()
        self.successResultOf(stopped)
        self.assertEqual(self.places, 0)
        self.assertEqual(Poller(self.house).ask("GET").status, 503)

    def test_deaf(self) -> None:
        """Clients that never answer do not keep the server."""
        self.socket(3)
        poller = self.poller(3)
        self.echo.client.emit("unheard")
        stopped = Deferred.fromCoroutine(self.house.sockets.stop(0.0))
        self.house.clock.pump([0.5] * 8)
        self.successResultOf(stopped)
        self.assertEqual((self.places, poller.ask("GET").json["code"]), (0, 1))

    def test_finishing(self) -> None:
        """What has begun is finished; what comes then is not begun."""
        socket = self.socket(3)
        socket.say('421["wait"]', '422["later"]')
        self.house.sockets.finish()
        socket.say('423["latest"]')
        assert self.echo.gate is not None
        self.echo.gate.callback(None)
        self.assertEqual(self.echo.heard, [["wait"]])
