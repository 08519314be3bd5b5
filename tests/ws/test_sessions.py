"""A session of Engine.IO: signs of life in both directions, and the change from polling to a WebSocket."""

from __future__ import annotations

from tests.ws.engine import EchoCase, Poller, Socket


class Heartbeats(EchoCase):
    """Signs of life in both directions."""

    def test_client_pings(self) -> None:
        """A client 2.x pings and is answered; 45 seconds without a sign are too many."""
        socket = self.socket(3)
        socket.told()
        for _ in range(4):
            self.house.clock.pump([1] * 25)
            socket.say("2")
            self.assertEqual(socket.told(), ["3"])
        self.house.clock.pump([1] * 45)
        self.assertIsNone(socket.closed_with)
        self.house.clock.pump([1] * 2)
        self.assertEqual(socket.closed_with, 1001)

    def test_server_pings(self) -> None:
        """A client 4.x is pinged every 25 seconds, and has 20 to answer."""
        socket = self.socket()
        socket.say("40")
        socket.told()
        for _ in range(4):
            self.house.clock.pump([1] * 26)
            self.assertEqual(socket.told(), ["2"])
            socket.say("3")
        self.house.clock.pump([1] * 40)
        self.assertEqual((socket.told(), socket.closed_with), (["2"], None))
        self.house.clock.pump([1] * 4)
        self.assertEqual(socket.closed_with, 1001)

    def test_by_polling(self) -> None:
        """The same by polling, in both directions."""
        old, new = self.poller(3), self.poller()
        new.post("40")
        new.poll()
        for _ in range(3):
            old.hold()
            new.hold()
            self.house.clock.pump([1] * 26)
            self.assertEqual(new.held_answer(), ["2"])
            new.post("3")
            old.post("2")
            self.assertEqual(old.held_answer(), ["3"])
        self.house.clock.pump([1] * 48)
        self.assertEqual([echo.is_gone for echo in self.echoes], [True, True])
        self.assertEqual(self.places, 0)

    def test_no_autobahn_pings(self) -> None:
        """WebSocket pings are not sent besides."""
        socket = self.socket(3)
        for _ in range(4):
            socket.say("2")
            socket.told()
            self.house.clock.pump([1] * 20)
        self.assertEqual(socket.transport.value(), b"")

    def test_nobody_connects(self) -> None:
        """A session in which nobody connects ends after 20 seconds."""
        socket, poller = self.socket(), self.poller()
        self.house.clock.pump([1] * 22)
        self.assertEqual((socket.closed_with, poller.poll()), (1000, ["1"]))
        self.assertEqual(poller.ask("GET").json["code"], 1)


class Upgrades(EchoCase):
    """From polling to a WebSocket."""

    def upgrading(self, version: int) -> tuple[Poller, Socket]:
        poller = self.poller(version)
        if version == 4:
            poller.post("40")
            poller.poll()
        return poller, self.socket(version, f"&sid={poller.sid}")

    def test_upgrade(self) -> None:
        """Probe, answer, end of the held poll, upgrade: and nothing is lost or comes twice or out of order."""
        for version in (3, 4):
            poller, socket = self.upgrading(version)
            client = self.echo.client
            poller.hold()
            self.assertEqual(socket.told(), [])
            socket.say("2probe")
            self.assertEqual((socket.told(), poller.held_answer()), (["3probe"], ["6"]))
            poller.post('42["by-post"]')
            client.emit("between")
            socket.say("5", '42["by-socket"]')
            self.assertEqual(socket.told(), ['42["by-post"]', '42["between"]', '42["by-socket"]'])
            self.assertEqual(self.echo.heard, [["by-post"], ["by-socket"]])
            client.emit("after")
            self.assertEqual(socket.told(), ['42["after"]'])

    def test_polls_meanwhile(self) -> None:
        """Between probe and upgrade polls are answered at once, with what there is or with a NOOP."""
        poller, socket = self.upgrading(3)
        socket.say("2probe")
        self.assertEqual(poller.poll(), ["6"])
        self.echo.client.emit("a")
        self.assertEqual(poller.poll(), ['42["a"]'])
        poller.post('42["b"]')
        self.assertEqual(poller.poll(), ['42["b"]'])

    def test_after(self) -> None:
        """After the upgrade neither polls, nor posts, nor another WebSocket touch the session."""
        poller, socket = self.upgrading(4)
        socket.say("2probe", "5")
        socket.told()
        for answer in (poller.ask("GET"), poller.post('42["late"]')):
            self.assertEqual((answer.status, answer.json["code"]), (400, 3))
        second = self.socket(4, f"&sid={poller.sid}")
        self.assertEqual(second.status, 400)
        socket.say('42["on"]')
        self.assertEqual((socket.told(), self.echo.heard), (['42["on"]'], [["on"]]))

    def test_held_at_the_end(self) -> None:
        """A poll that is still held at the upgrade is ended."""
        poller, socket = self.upgrading(3)
        socket.say("2probe")
        wire = poller.send("GET")
        socket.say("5")
        self.assertEqual([poller.packets(answer) for answer in wire.answers()], [["6"]])

    def test_no_probe(self) -> None:
        """A WebSocket that says anything else is closed; the session goes on by polling, and may try again."""
        poller, socket = self.upgrading(3)
        for payload in ('42["early"]', "5", "2", "x"):
            socket.say(payload)
            self.assertEqual(socket.closed_with, 1002, payload)
            socket.lose()
            socket = self.socket(3, f"&sid={poller.sid}")
            self.assertEqual(socket.status, 101)
        poller.post('42["on"]')
        self.assertEqual((poller.poll(), self.echo.heard), (['42["on"]'], [["on"]]))

    def test_never_finished(self) -> None:
        """Ten seconds without an upgrade, and the WebSocket is closed; polling goes on, and polls are held again."""
        poller, socket = self.upgrading(3)
        socket.say("2probe")
        self.house.clock.pump([1] * 12)
        self.assertEqual(socket.closed_with, 1000)
        poller.hold()
        self.echo.client.emit("on")
        self.assertEqual(poller.held_answer(), ['42["on"]'])

    def test_probe_lost(self) -> None:
        """A probe whose line breaks changes nothing."""
        poller, socket = self.upgrading(3)
        socket.say("2probe")
        socket.lose()
        poller.hold()
        self.assertEqual((self.echo.is_gone, self.places), (False, 1))
        self.assertEqual(self.socket(3, f"&sid={poller.sid}").status, 101)

    def test_two_probes(self) -> None:
        """Only one WebSocket at a time may offer itself."""
        poller, _ = self.upgrading(3)
        self.assertEqual(self.socket(3, f"&sid={poller.sid}").status, 400)

    def test_session_ends(self) -> None:
        """When the session ends, a WebSocket that has offered itself is closed."""
        poller, socket = self.upgrading(3)
        poller.post("1")
        self.assertEqual(socket.closed_with, 1000)
        self.assertEqual(self.places, 0)
