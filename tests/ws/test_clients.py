"""One client of Socket.IO and her handler: order, answers, refusals, bugs."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.support.house import House
from tests.ws.engine import Echo, EchoCase, Poller
from webchat.model.ids import RoomId
from webchat.ws.clients import MAX_ASKED, Client, encode, write_all


class Coming(EchoCase):
    """How a client comes in, and who does not."""

    def test_greeted(self) -> None:
        """What a dialect says while she comes in is heard after she is in."""
        socket = self.socket(4)
        socket.told()
        socket.say('40{"wish":"greet"}')
        self.assertEqual(socket.told(), [f'40{{"sid":"{self.echo.client.sid}"}}', r'42["hello","\u4f60\u597d"]'])
        socket = self.socket(3, "&wish=greet")
        self.assertEqual(socket.told()[1:], ["40", r'42["hello","\u4f60\u597d"]'])

    def test_waiting(self) -> None:
        """While she comes in nothing of hers is handled, and nothing told too early."""
        for version, query in ((3, "&wish=wait"), (4, "")):
            socket = self.socket(version, query)
            socket.told()
            socket.say(*(['40{"wish":"wait"}'] if version == 4 else []), '42["a"]', '42["b"]')
            self.assertEqual((socket.told(), self.echo.heard), ([], []))
            assert self.echo.gate is not None
            self.echo.gate.callback(None)
            told = socket.told()
            self.assertEqual((told[0][:2], told[1:]), ("40", ['42["early"]', '42["a"]', '42["b"]']))

    def test_refused(self) -> None:
        """Who is refused is told why in her revision's way; clients 4.x may try again, older ones are sent off."""
        socket = self.socket(4)
        socket.told()
        socket.say('40{"wish":"no"}')
        self.assertEqual(socket.told(), ['44{"message":"Sign in first.","data":{"code":"unauthenticated"}}'])
        self.assertTrue(self.echo.is_gone)
        socket.say("40")
        self.assertEqual(socket.told()[0][:2], "40")
        old = self.socket(3, "&wish=no")
        self.assertEqual((old.told()[1:], old.closed_with), (['44"Sign in first."'], 1011))
        poller = self.poller(3, query="&wish=no")
        self.assertEqual(poller.poll(), ["1"])
        self.assertEqual(poller.ask("GET").json["code"], 1)

    def test_bug(self) -> None:
        """A dialect that breaks while she comes in is logged, and she is told of an incident."""
        socket = self.socket(4)
        socket.told()
        socket.say('40{"wish":"bug"}')
        self.assertEqual(
            socket.told(), ['44{"message":"Something went wrong (incident i-1).","data":{"code":"internal"}}']
        )
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_leaving_meanwhile(self) -> None:
        """Who leaves while she comes in is not let in."""
        socket = self.socket(4)
        socket.say('40{"wish":"wait"}')
        socket.lose()
        assert self.echo.gate is not None
        self.echo.gate.callback(None)
        self.assertTrue(self.echo.is_gone)
        self.assertFalse(self.echo.client.is_open)


class Events(EchoCase):
    """What a client sends."""

    def test_one_after_the_other(self) -> None:
        """An event waits for the one before."""
        socket = self.client()
        socket.say('42["wait"]', '42["a"]', '421["b"]')
        self.assertEqual((socket.told(), self.echo.heard), ([], [["wait"]]))
        assert self.echo.gate is not None
        self.echo.gate.callback(None)
        self.assertEqual(socket.told(), ['42["a"]', "431[]"])

    def test_others_do_not_wait(self) -> None:
        """One client's slow event holds nobody else up."""
        slow, quick = self.client(), self.client()
        slow.say('42["wait"]')
        quick.say('42["a"]')
        self.assertEqual(quick.told(), ['42["a"]'])

    def test_refusal(self) -> None:
        """A refusal is told by the dialect, to the event or without; the connection goes on."""
        socket = self.client()
        socket.say('42["forbidden"]', '425["forbidden"]', '42["on"]')
        self.assertEqual(
            socket.told(), ['42["refused","forbidden","forbidden"]', '435[{"code":"forbidden"}]', '42["on"]']
        )

    def test_bug(self) -> None:
        """A bug in a handler is logged with an incident, and told as one; the connection goes on."""
        socket = self.client()
        socket.say('42["bug"]', '42["on"]')
        self.assertEqual(socket.told(), ['42["refused","bug","internal"]', '42["on"]'])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_broken_dialect(self) -> None:
        """A dialect that breaks while it refuses, or when somebody leaves, breaks nothing else."""
        socket = self.client()

        def broken(*args: Any) -> None:
            raise KeyError("broken")

        self.echo.refused = self.echo.gone = broken  # type: ignore[method-assign]
        socket.say('42["forbidden"]', '42["on"]')
        self.assertEqual(socket.told(), ['42["on"]'])
        socket.lose()
        self.assertEqual((len(self.flushLoggedErrors(KeyError)), self.places), (2, 0))

    def test_unfit_json(self) -> None:
        """JSON that cannot be kept is refused to her who sent it, by number, and nobody else notices."""
        socket = self.client()
        for value in ('"\\ud800"', '"\\u0000"', "1" * 30, "[" * 40 + "]" * 40):
            socket.say(f'428["a",{value}]')
            self.assertEqual(socket.told(), ['438[{"code":"bad_request"}]'])
        socket.say('42["a","\\ud800"]', '42["on"]')
        self.assertEqual(socket.told(), ['42["refused",null,"bad_request"]', '42["on"]'])
        self.assertEqual(self.echo.heard, [["on"]])

    def test_answers_once(self) -> None:
        """An acknowledgement is sent once."""
        socket = self.client()
        event = self.echo.event

        async def twice(name: str, args: list[Any], ack: Any) -> None:
            await event(name, args, ack)
            ack("again")

        self.echo.event = twice  # type: ignore[method-assign]
        socket.say('421["a","b"]')
        self.assertEqual(socket.told(), ['431["b"]'])


class Speaking(EchoCase):
    """What a client is sent."""

    def test_many(self) -> None:
        """An event is made once for clients of all revisions and transports."""
        sockets = [self.client(3), self.client(4)]
        poller = self.poller(3)
        frames = encode("a", {"b": "张"}) + encode("c")
        write_all([echo.client for echo in self.echoes], frames)
        expected = [r'42["a",{"b":"\u5f20"}]', '42["c"]']
        self.assertEqual([*(socket.told() for socket in sockets), poller.poll()], [expected] * 3)

    def test_sent_away(self) -> None:
        """Who is sent away is told so, by polling too, and her connection ends."""
        socket = self.client()
        socket.say('42["leave"]')
        self.assertEqual((socket.told(), socket.closed_with, self.echo.is_gone), (["41"], 1000, True))
        held, late = self.poller(3), self.poller(3)
        held.hold()
        held.post('42["leave"]')
        late.post('42["leave"]')
        self.assertEqual((held.held_answer(), late.poll()), (["41"], ["41"]))
        # Alone: clients 4.x hear the end of the session first, whatever stands before it in one body.
        self.assertEqual((held.poll(), late.poll()), (["1"], ["1"]))
        self.assertEqual((held.ask("GET").status, late.ask("GET").status), (400, 400))

    def test_between_transports(self) -> None:
        """Who is sent away or closed while she changes to a WebSocket hears of it there."""
        for event, told in (("leave", ["3probe", "41"]), ("close", ["3probe"])):
            poller = self.poller(3)
            socket = self.socket(3, f"&sid={poller.sid}")
            socket.say("2probe")
            if event == "close":
                self.echo.client.close("a reason")
            else:
                poller.post('42["leave"]')
            socket.say("5")
            self.assertEqual((socket.told(), socket.closed_with, self.places), (told, 1000, 0))

    def test_sent_away_at_once(self) -> None:
        """A dialect may send somebody away as soon as she comes."""

        async def shut(echo: Echo) -> None:
            echo.client.disconnect()

        self.patch(Echo, "connected", shut)
        socket = self.socket(3)
        self.assertEqual((socket.told()[1:], socket.closed_with, self.echo.is_gone), (["41"], 1000, True))

    def test_never_fetched(self) -> None:
        """What is left to say is kept for ten seconds."""
        poller = self.poller(3)
        poller.post('42["leave"]')
        socket = self.socket(3, f"&sid={poller.sid}")
        self.assertEqual(socket.status, 400)
        self.assertEqual(poller.post('42["late"]').status, 200)
        self.house.clock.pump([1] * 12)
        self.assertEqual((poller.ask("GET").json["code"], self.places, self.echo.heard), (1, 0, [["leave"]]))

    def test_closed(self) -> None:
        """Who is closed comes back: she is not told DISCONNECT."""
        socket = self.client()
        self.echo.client.close("a reason")
        self.assertEqual((socket.told(), socket.closed_with), ([], 1011))
        self.echo.client.emit("late")
        self.assertEqual(socket.told(), [])

    def test_asked(self) -> None:
        """A client can be asked, and her acknowledgement comes back."""
        socket = self.client()
        answers = [Deferred.fromCoroutine(self.echo.client.ask("q", number)) for number in range(2)]
        self.assertEqual(socket.told(), ['420["q",0]', '421["q",1]'])
        socket.say('431["one"]', "430[]", '431["again"]', "439[1]")
        self.assertEqual([self.successResultOf(answer) for answer in answers], [[], ["one"]])

    def test_no_answer(self) -> None:
        """Who does not answer in time, answers with what cannot be taken, or leaves, gives an error."""
        socket = self.client()
        client = self.echo.client
        slow, odd, binary, gone = (Deferred.fromCoroutine(client.ask("q")) for _ in range(4))
        socket.say('431["\\ud800"]', '461-2[{"_placeholder":true,"num":0}]')
        socket.frame(b"x", opcode=2)
        self.assertEqual([self.failureResultOf(one).value.code for one in (odd, binary)], ["bad_request"] * 2)
        self.house.clock.advance(5)
        late = Deferred.fromCoroutine(client.ask("q"))
        self.house.clock.advance(5)
        self.assertEqual([self.failureResultOf(one).value.code for one in (slow, gone)], ["too_slow"] * 2)
        socket.lose()
        self.failureResultOf(late)
        self.failureResultOf(Deferred.fromCoroutine(client.ask("q")))

    def test_asked_too_much(self) -> None:
        """There is a limit to what one client is asked at once."""
        self.client()
        asked = [Deferred.fromCoroutine(self.echo.client.ask("q")) for _ in range(MAX_ASKED + 1)]
        self.assertEqual(self.failureResultOf(asked.pop()).value.code, "too_many")
        self.house.clock.advance(10)
        for one in asked:
            self.failureResultOf(one)


class Told:
    """How the listeners below are spoken to: the text of a message, as an event."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, event: Any) -> bytes:
        self.encoded += 1
        return encode("said", getattr(event, "text", None))

    def write_all(self, ports: Any, data: bytes) -> None:
        write_all(ports, data)


class Member(Echo):
    """A client who hears her rooms: a listener of the hub."""

    house: House
    dialect: Told

    async def connected(self) -> None:
        chat = self.house.chat
        actor = await chat.accounts.authenticate(self.client.query["api_token"], self.client.address)
        self.user, self.session = actor.id, actor.session.id
        self.port, self.deliver, self.deliver_passing = self.client, self.client.send, self.client.send_passing
        chat.hub.attach(self)
        for state in await chat.syncing.open(actor):
            chat.hub.enter(self, state.room, state.rev)

    def release(self) -> None:
        """Nothing is held back."""

    def introduce(self, room: RoomId, *, unless_heard: bool = False) -> None:
        """Whoever is here is in the lobby already."""

    def dismiss(self, code: int, reason: str) -> None:
        self.client.close(reason, code)

    def gone(self) -> None:
        super().gone()
        self.house.chat.hub.detach(self)


class Hearing(EchoCase):
    """Clients of Socket.IO in a room's audience, as a dialect puts them there; and out of it."""

    def _echo(self, client: Client) -> Echo:
        member = Member(client)
        member.house, member.dialect = self.house, self.told
        self.echoes.append(member)
        return member

    def test_a_room(self) -> None:
        """What is said in a room is encoded once, and heard by polling, by WebSocket, and in between."""
        self.told = Told()
        anna = self.house.set_up()
        author = self.house.connect(anna)
        query = f"&api_token={self.house.token(anna)}"
        self.house.turn()
        socket, poller, changing = self.socket(3, query), Poller(self.house, 3, query), Poller(self.house, 3, query)
        for one in (poller, changing):
            one.open()
        self.house.turn()
        socket.told()
        self.assertEqual((poller.poll(), changing.poll()), (["40"], ["40"]))
        author.ask("post", room=1, text="one")
        self.assertEqual(self.told.encoded, 1)
        said = ['42["said","one"]']
        self.assertEqual((socket.told(), poller.poll(), changing.poll()), (said, said, said))
        changed = self.socket(3, f"&sid={changing.sid}")
        changed.say("2probe")
        author.ask("post", room=1, text="two")
        changed.say("5")
        author.ask("post", room=1, text="three")
        self.assertEqual(changed.told(), ["3probe", '42["said","two"]', '42["said","three"]'])
        self.assertEqual(poller.poll(), ['42["said","two"]', '42["said","three"]'])
        poller.hold()
        assert isinstance(self.echo, Member)
        self.house.wait(self.house.chat.accounts.revoke(anna, self.echo.session))
        self.assertEqual((socket.closed_with, changed.closed_with, poller.held_answer()), (4001, 4001, ["1"]))
        self.assertEqual([echo.is_gone for echo in self.echoes], [True] * 3)
