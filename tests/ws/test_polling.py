"""Socket.IO over HTTP: handshakes, polls, posts, and what is said to those who do it otherwise."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from tests.http.wire import Wire, request_bytes
from tests.support.house import HOST, House
from tests.ws.engine import PATH, EchoCase, Poller, Socket
from webchat.model.web import networks
from webchat.ws.engineio import MAX_PACKETS, STRANGERS_PAYLOAD
from webchat.ws.outgoing import HARD_LIMIT

SAME = f"http://{HOST}"


class Handshakes(EchoCase):
    """How a session begins."""

    def test_revision_3(self) -> None:
        """Clients 1.x and 2.x are told that they are in together with the handshake."""
        poller = Poller(self.house, 3)
        answer = poller.ask("GET")
        self.assertEqual(answer.headers["content-type"], "text/plain; charset=UTF-8")
        first, second = poller.packets(answer)
        told = json.loads(first[1:])
        self.assertEqual((first[0], second), ("0", "40"))
        self.assertRegex(told.pop("sid"), r"\A[A-Za-z0-9_-]{43}\Z")
        self.assertEqual(told, {"upgrades": ["websocket"], "pingInterval": 25000, "pingTimeout": 20000})

    def test_revision_4(self) -> None:
        """Clients 3.x and 4.x ask to be let in, with what they have to show, and are told their number."""
        poller = Poller(self.house)
        text = poller.open()
        self.assertEqual(json.loads(text[1:])["maxPayload"], 1_000_000)
        self.assertEqual(self.echoes, [])
        self.assertEqual(poller.post('40{"token":"TOK"}').body, b"ok")
        (told,) = poller.poll()
        sid = json.loads(told[2:])["sid"]
        self.assertEqual((told[:2], sid), ("40", self.echo.client.sid))
        self.assertNotEqual(sid, poller.sid)
        self.assertEqual(self.echo.client.auth, {"token": "TOK"})

    def test_greeted(self) -> None:
        """A handshake may have the browser keep a cookie, by which it is known at once."""
        seen: list[Any] = []

        def greet(request: Any, cookies: Any, secure: bool) -> str:
            request.addCookie("device", "d1", httpOnly=True)
            seen.append((list(cookies), secure))
            return "device=d1"

        self.patch(self.house.site.resource._socketio, "_greet", greet)
        poller = Poller(self.house, 3, headers={"Cookie": "a=b", "Origin": SAME})
        answer = poller.ask("GET")
        self.assertEqual((answer.cookies, seen), (("device=d1; HttpOnly",), [(["a=b"], False)]))
        self.assertEqual(list(self.echo.client.cookies), ["a=b", "device=d1"])

    def test_who_comes(self) -> None:
        """A dialect learns what the handshake said."""
        headers = {"User-Agent": "Agent/1", "Cookie": "webchat=tok; a=b", "Origin": SAME}
        poller = self.poller(3, query="&api_token=T%20K&api_token=x&b64=1&t=Q85", headers=headers)
        client = self.echo.client
        self.assertEqual((client.version, client.path, client.auth), (3, "/socket.io", None))
        self.assertEqual((client.query["api_token"], client.address, client.agent), ("T K", "192.0.2.7", "Agent/1"))
        self.assertEqual((list(client.cookies), client.cookie_token), (["webchat=tok; a=b"], "tok"))
        self.assertTrue(client.is_own_page)
        self.assertNotIn("sid", client.query)
        poller.post("41")
        self.assertTrue(self.echo.is_gone)

    def test_paths(self) -> None:
        """With and without the final slash, and at /ws where EIO is in the query."""
        for path in ("/socket.io", "/socket.io/", "/ws", "/ws/"):
            poller = self.poller(3, path=path)
            self.assertEqual(self.echo.client.path, path.rstrip("/"))
            poller.post('42["echo",1]')
            self.assertEqual(poller.poll(), ['42["echo",1]'])

    def test_elsewhere(self) -> None:
        """Other paths are not its own, and /ws without EIO is another door."""
        poller = Poller(self.house)
        query = "?EIO=4&transport=polling"
        for path in ("/socket.io/x", "/socket.iox"):
            self.assertEqual(poller.ask("GET", path=path + query).status, 404, path)
        self.assertEqual(poller.ask("GET", path="/ws?transport=polling&XEIO=4").status, 426)

    def test_wrong(self) -> None:
        """What is no handshake is answered as the reference server does."""
        poller = Poller(self.house)
        ws = "transport=websocket"
        for method, query, status, code, message in (
            ("GET", "", 400, 0, "Transport unknown"),
            ("GET", "EIO=4", 400, 0, "Transport unknown"),
            ("GET", "EIO=4&transport=constructor", 400, 0, "Transport unknown"),
            ("GET", "EIO=4&transport=%ff", 400, 0, "Transport unknown"),
            ("GET", "EIO=4&transport=polling&" + "a=b&" * 30, 400, 0, "Transport unknown"),
            ("GET", "EIO=4&transport=polling&sid=abc", 400, 1, "Session ID unknown"),
            ("POST", "EIO=4&transport=polling&sid=abc", 400, 1, "Session ID unknown"),
            ("GET", "EIO=4&transport=polling&sid=", 400, 1, "Session ID unknown"),
            ("GET", f"EIO=4&{ws}&sid=abc", 400, 1, "Session ID unknown"),
            ("POST", "EIO=4&transport=polling", 400, 2, "Bad handshake method"),
            ("PUT", "EIO=4&transport=polling", 400, 2, "Bad handshake method"),
            ("GET", f"EIO=4&{ws}", 400, 3, "Bad request"),
            ("GET", "EIO=4&transport=polling&j=0", 400, 3, "Bad request"),
            ("GET", "transport=polling", 400, 5, "Unsupported protocol version"),
            ("GET", "EIO=2&transport=polling", 400, 5, "Unsupported protocol version"),
            ("GET", "EIO=5&transport=polling", 400, 5, "Unsupported protocol version"),
            ("GET", "EIO=abc&transport=polling", 400, 5, "Unsupported protocol version"),
            ("GET", f"EIO=33&{ws}", 400, 5, "Unsupported protocol version"),
        ):
            answer = poller.ask(method, path=f"{PATH}?{query}")
            self.assertEqual((answer.status, answer.json), (status, {"code": code, "message": message}), query)
            self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(self.places, 0)

    def test_off(self) -> None:
        """Where it is switched off there is nothing."""
        house = House(self)
        for method in ("GET", "POST", "OPTIONS"):
            self.assertEqual(Poller(house).ask(method).status, 404)


class Origins(EchoCase):
    """Which pages may come."""

    def test_own(self) -> None:
        """The server's own page, by Origin or by what a browser says of a read."""
        for headers in ({"Origin": SAME}, {"Sec-Fetch-Site": "same-origin"}):
            self.poller(headers={**headers, "Cookie": "webchat=tok"}).post("40")
            self.assertEqual((self.echo.client.is_own_page, self.echo.client.cookie_token), (True, "tok"))

    def test_behind_a_proxy(self) -> None:
        """Only a trusted proxy says for whom it asks."""
        for trusted, address in (((), "192.0.2.7"), (networks(["192.0.2.0/24"]), "203.0.113.9")):
            self.house = House(self, dialect=self._echo, trusted_proxies=trusted)
            headers = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9"}
            self.poller(3, headers=headers)
            self.assertEqual(self.echo.client.address, address)
            Socket(self.house, f"{PATH}?EIO=3&transport=websocket", headers)
            self.assertEqual(self.echo.client.address, address)

    def test_program(self) -> None:
        """A program comes without saying a page."""
        self.poller().post("40")
        self.assertFalse(self.echo.client.is_own_page)

    def test_foreign(self) -> None:
        """Pages of other sites are refused, with every method, and get no permission to read it."""
        mine = self.poller()
        for headers in (
            {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"https://{HOST}"},
            {"Origin": f"{SAME}.evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
        ):  # fmt: skip
            for poller in (Poller(self.house), mine):
                for method in ("GET", "POST", "OPTIONS"):
                    answer = poller.ask(method, **headers)
                    self.assertEqual((answer.status, answer.json), (403, {"code": 4, "message": "Forbidden"}))
                    self.assertNotIn("access-control-allow-origin", answer.headers)
        self.assertEqual(self.places, 1)

    def test_configured(self) -> None:
        """A page of a configured origin may read the answers, with its visitor's cookie; also a preflight."""
        answer = Poller(self.house).ask("GET", Origin=SAME)
        told = {name: value for name, value in answer.headers.items() if name.startswith("access-control")}
        self.assertEqual(told, {"access-control-allow-origin": SAME, "access-control-allow-credentials": "true"})
        self.assertEqual(answer.headers["vary"], "Origin")
        asked = Poller(self.house).ask("OPTIONS", Origin=SAME, Access_Control_Request_Method="POST")
        self.assertEqual((asked.status, asked.headers["access-control-allow-origin"]), (204, SAME))
        self.assertIn("POST", asked.headers["access-control-allow-methods"])
        fault = Poller(self.house).ask("GET", path=f"{PATH}?EIO=9&transport=polling", Origin=SAME)
        self.assertEqual((fault.status, fault.headers["access-control-allow-origin"]), (400, SAME))

    def test_host(self) -> None:
        """A name that is not the server's is no way in."""
        self.assertEqual(Poller(self.house).ask("GET", Host="evil.example").status, 400)


class Talking(EchoCase):
    """Packets both ways."""

    def test_held(self) -> None:
        """A poll waits until there is something, and takes along what is said in the same turn."""
        for version in (3, 4):
            poller = self.poller(version)
            if version == 4:
                poller.post("40")
                poller.poll()
            poller.hold()
            self.echo.client.emit("a", 1)
            self.echo.client.emit("b", {"c": "你\U0001f600"})
            self.assertEqual(poller.held_answer(), ['42["a",1]', r'42["b",{"c":"\u4f60\ud83d\ude00"}]'])

    def test_sixteen_at_once(self) -> None:
        """An answer holds sixteen packets, since python-engineio takes no more; the rest comes with the next."""
        poller = self.poller(3)
        for number in range(40):
            self.echo.client.emit("n", number)
        told = [poller.poll() for _ in range(3)]
        self.assertEqual([len(packets) for packets in told], [16, 16, 8])
        self.assertEqual(
            [packet for packets in told for packet in packets], [f'42["n",{number}]' for number in range(40)]
        )

    def test_in_order(self) -> None:
        """The packets of a post, and of posts one after the other, are handled in their order."""
        for version in (3, 4):
            poller = self.poller(version)
            poller.post(*(["40"] if version == 4 else []), '42["a"]', '42["b"]', '42["c"]')
            poller.post('42["d"]')
            self.assertEqual(self.echo.heard, [["a"], ["b"], ["c"], ["d"]])

    def test_text(self) -> None:
        """Quotes, brackets, line ends, U+2028, CJK and emoji come and go unchanged, in both revisions."""
        text = '"\\[]{}\n\r\t\u2028\u2029 你好 \U0001f600 é <b>&amp;'
        for version in (3, 4):
            poller = self.poller(version)
            poller.post(*(["40"] if version == 4 else []), "42" + json.dumps(["say", text], ensure_ascii=False))
            self.assertEqual(self.echo.heard, [["say", text]])
            self.assertEqual(json.loads(poller.poll()[-1][2:]), ["say", text])

    def test_client_1(self) -> None:
        """What a client 1.x encodes twice arrives as it was meant, with a name in Chinese from the first packet on."""
        poller = self.poller(3)
        once = '42["login",{"name":"张三"}]'.encode()
        body = b"%d:" % len(once) + once.decode("latin-1").encode()
        self.assertEqual(poller.ask("POST", body).body, b"ok")
        self.assertEqual(self.echo.heard, [["login", {"name": "张三"}]])
        self.assertEqual(poller.poll(), [r'42["login",{"name":"\u5f20\u4e09"}]'])

    def test_binary(self) -> None:
        """Binary data is read away and refused, in each of its forms, and what follows is handled."""
        event = '451-7["pic",{"_placeholder":true,"num":0}]'
        as_bytes = (
            b"\x00" + bytes(map(int, str(len(event)))) + b"\xff" + event.encode() + b"\x01\x04\xff\x04\x01\x02\x03"
        )
        for version, body, kind in (
            (3, f"{len(event)}:{event}10:b4AQIDBA==".encode(), "text/plain;charset=UTF-8"),
            (3, as_bytes, "application/octet-stream"),
            (4, f"40\x1e{event}\x1ebAQIDBA==".encode(), "text/plain;charset=UTF-8"),
        ):
            poller = self.poller(version)
            self.assertEqual(poller.ask("POST", body, Content_Type=kind).body, b"ok", body)
            self.assertEqual(poller.poll()[-1], '437[{"code":"bad_request"}]')
            poller.post('42["echo"]')
            self.assertEqual(poller.poll(), ['42["echo"]'])

    def test_malformed(self) -> None:
        """What is no payload is answered with 400, and the session has ended."""
        for version, body in (
            (3, b"abc"), (3, b""), (3, b"5:42"), (3, b"3:2:40"), (3, b"999999999:4"), (3, b"-1:4"), (3, b"1:\xff"),
            (3, b"1:9"), (3, b"0:"), (3, "1:\U0001f600".encode()), (3, b"1:3"), (3, b"1:5"), (3, b'3:4{"'),
            (4, b"abc"), (4, b""), (4, b"\x1e"), (4, b"9"), (4, b"42{}"), (4, b"47"), (4, b"4\xff"), (4, b"2"),
            (4, b"5"), (4, b"40{}\x1e42[1]"), (4, b'42["before CONNECT"]'), (4, b"bAQ=="),
            (4, b"\x1e".join([b"6"] * 300)),
        ):  # fmt: skip
            poller = self.poller(version)
            answer = poller.ask("POST", body)
            self.assertEqual((answer.status, answer.json["code"]), (400, 3), body)
            # What waited when it ended; the end.
            while (answer := poller.ask("GET")).body != poller.payload("1"):
                self.assertEqual(answer.status, 200)
            self.assertEqual(poller.ask("GET").json["code"], 1, body)
        self.assertEqual(self.places, 0)

    def test_many_packets(self) -> None:
        """One body holds 256 packets at most."""
        poller = self.poller()
        self.assertEqual(poller.post(*["6"] * MAX_PACKETS).status, 200)
        self.assertEqual(poller.post(*["6"] * (MAX_PACKETS + 1)).status, 400)

    def test_wrong_session(self) -> None:
        """A session is spoken to in its own revision, by polling, with GET and POST."""
        poller = self.poller()
        for method, query in (("GET", "EIO=3"), ("POST", "EIO=3"), ("GET", "")):
            answer = poller.ask(method, path=f"{PATH}?{query}&transport=polling&sid={poller.sid}")
            self.assertEqual((answer.status, answer.json["code"]), (400, 3))
        self.assertEqual(poller.ask("PUT").json["code"], 2)
        self.assertEqual(poller.post("40").status, 200)

    def test_goodbye(self) -> None:
        """A client that leaves is gone at once; her waiting poll is ended."""
        for version, payload in ((3, "1"), (4, "1")):
            poller = self.poller(version)
            if version == 4:
                poller.post("40")
                poller.poll()
            poller.hold()
            self.assertEqual(poller.post(payload).body, b"ok")
            self.assertEqual(poller.held_answer(), ["6"])
            self.assertTrue(self.echo.is_gone)
            self.assertEqual((poller.ask("GET").json["code"], self.places), (1, 0))


class Anything(EchoCase):
    """Whatever comes has a defined answer, and touches nobody else."""

    PIECES = st.lists(
        st.one_of(
            st.sampled_from(
                ["40", "41", "2", "3", "5", "6", "1", "2probe", "42", '42["a"]', '421["a"]', "431[1]", "451-", "b", "4"]
            ),
            st.sampled_from(
                ['["a"]', "\x1e", "5:", ":", "/x,", "{}", "\u5f20", "\U0001f600", "\x00", "999", '"\\ud800"']
            ),
            st.text(max_size=4),
        ),
        max_size=8,
    )

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(PIECES, st.sampled_from([3, 4]), st.booleans(), st.booleans())
    def test_posts_and_frames(self, pieces: list[str], version: int, is_in: bool, is_binary: bool) -> None:
        """Pieces of packets in any order, posted and as frames: they are taken, or the session ends."""
        text = "".join(pieces)
        body = text.encode("utf-8", "replace")
        poller, socket = self.poller(version), self.socket(version)
        if is_in and version == 4:
            poller.post("40")
            socket.say("40")
        kind = "application/octet-stream" if is_binary else "text/plain;charset=UTF-8"
        self.assertIn(poller.ask("POST", body, Content_Type=kind).status, (200, 400))
        for piece in pieces:
            if socket.closed_with is None:
                socket.frame(piece.encode("utf-8", "replace"), opcode=2 if is_binary else 1)
        self.assertIn(socket.closed_with, (None, 1000, 1002))
        poller.post("1")
        socket.lose()
        self.house.clock.pump([1] * 12)
        self.assertEqual((self.places, self.house.chat.hub.listeners), (0, 0))
        self.assertTrue(all(echo.is_gone for echo in self.echoes))


class Overlaps(EchoCase):
    """Requests of one session that should not meet."""

    def test_two_polls(self) -> None:
        """The second of two polls at once is refused, and both have come to an end."""
        for version in (3, 4):
            poller = self.poller(version)
            poller.hold()
            self.assertEqual(poller.ask("GET").json["code"], 3)
            self.assertEqual(poller.held_answer(), ["1"])
            self.assertEqual(poller.ask("GET").json["code"], 1)

    def test_lost_poll(self) -> None:
        """A poll whose connection breaks ends the session: what it carried might be lost."""
        poller = self.poller(3)
        poller.hold()
        assert poller.held is not None
        poller.held.hang_up()
        self.assertTrue(self.echo.is_gone)
        self.assertEqual((poller.ask("GET").json["code"], self.places), (1, 0))

    def test_busy(self) -> None:
        """Who has many events under way is answered when they are done; nothing is lost, nothing overtakes."""
        poller = self.poller(3)
        poller.post('42["wait"]')
        events = [f'42["e",{number}]' for number in range(140)]
        wire = poller.send("POST", poller.payload(*events))
        self.assertEqual(wire.answers(), [])
        late = poller.send("GET")
        assert self.echo.gate is not None
        self.echo.gate.callback(None)
        self.turn()
        self.assertEqual([answer.body for answer in wire.answers()], [b"ok"])
        self.assertEqual(self.echo.heard, [["wait"], *(["e", number] for number in range(140))])
        told = poller.packets(late.answers()[0])
        while len(told) < len(events):
            told += poller.poll()
        self.assertEqual(told, events)

    def test_post_meanwhile(self) -> None:
        """A post that does not wait for the answer to the one before ends the session."""
        poller = self.poller(3)
        poller.post('42["wait"]')
        first = poller.send("POST", poller.payload(*['42["e"]'] * 128))
        self.assertEqual(poller.post('42["late"]').status, 400)
        self.turn()
        self.assertEqual([answer.body for answer in first.answers()], [b"ok"])
        self.assertEqual(self.echo.heard, [["wait"]])

    def test_answer_to_nobody(self) -> None:
        """Whose connection breaks while her post waits is not answered, and breaks nothing."""
        poller = self.poller(3)
        poller.post('42["wait"]')
        wire = poller.send("POST", poller.payload(*['42["e"]'] * 128))
        wire.hang_up()
        assert self.echo.gate is not None
        self.echo.gate.callback(None)
        self.assertEqual(len(self.echo.heard), 129)


class Limits(EchoCase):
    """What strangers may cost."""

    limits: ClassVar = {"connections_per_address": 3}

    def test_places(self) -> None:
        """Sessions take places like other connections, and give them back."""
        pollers = [self.poller(), self.poller()]
        self.house.connect()
        answer = Poller(self.house).ask("GET")
        self.assertEqual((answer.status, answer.json["message"]), (503, "Too many connections"))
        self.assertEqual(answer.headers["retry-after"], "5")
        pollers[0].post("1")
        self.poller()

    def test_large_bodies(self) -> None:
        """A stranger's body may have 64 KiB, more is refused before it is read; a dialect may allow more."""
        poller = self.poller(3)
        text = "x" * (STRANGERS_PAYLOAD - 30)
        self.assertEqual(poller.post(f'42["e","{text}"]').body, b"ok")
        poller.poll()
        head = request_bytes(
            "POST", f"{poller.path}&sid={poller.sid}", {"Content-Length": str(STRANGERS_PAYLOAD + 1)}, b"", HOST
        )
        head = head.replace(b"Content-Length: 0\r\n", b"")
        wire = Wire(self.house.site)
        wire.send(head)
        self.assertEqual(wire.answers()[0].status, 413)
        wire.hang_up()
        self.echo.client.allow()
        self.assertEqual(poller.post('42["e",1]', f'42["e","{text}","{text}"]').status, 200)
        self.echo.client.allow(8 * 1024 * 1024)
        image = "x" * 7_000_000
        self.assertEqual(poller.post(f'42["note","{image}"]').status, 200)
        self.assertEqual(self.echo.heard[-1], ["note", image])

    def test_without_a_session(self) -> None:
        """Bodies for nobody are limited too."""
        body = b"x" * (STRANGERS_PAYLOAD + 1)
        wire = Wire(self.house.site)
        wire.send(request_bytes("POST", f"{PATH}?EIO=4&transport=polling&sid=x", {}, body, HOST))
        self.assertEqual(wire.answers()[0].status, 413)

    def test_slow_body(self) -> None:
        """A body that comes byte by byte is not waited for."""
        wire = Wire(self.house.site)
        head = request_bytes("POST", f"{PATH}?EIO=4&transport=polling&sid=x", {"X": "1"}, b"y" * 20, HOST)
        wire.send(head[:-10])
        self.house.clock.pump([1] * 12)
        self.assertEqual([answer.status for answer in wire.answers()], [408])

    def test_never_asks(self) -> None:
        """Who lets a megabyte pile up is sent away."""
        poller = self.poller(3)
        for _ in range(HARD_LIMIT // 100_000 + 1):
            self.echo.client.emit("news", "x" * 100_000)
        self.assertTrue(self.echo.is_gone)
        self.assertEqual(self.house.sockets.closes[4008], 1)
        self.assertEqual((poller.ask("GET").json["code"], self.places), (1, 0))

    def test_backlog(self) -> None:
        """What may get lost is not sent to who is behind, and a long list waits for her."""
        poller = self.poller(3)
        client = self.echo.client
        client.emit("news", "x" * 300_000)
        client.send_passing(b"\x81\x022x")
        drained: list[Any] = []
        Deferred.fromCoroutine(client.drained()).addCallback(drained.append)
        self.assertEqual((drained, client.waiting > 300_000), ([], True))
        self.assertEqual(len(poller.poll()), 1)
        self.assertEqual((drained, client.waiting), ([None], 0))
