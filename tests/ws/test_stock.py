"""Stock clients of Socket.IO with our own events: commands with acknowledgements, rows as events, coming back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import HOST, House
from tests.ws.engine import PATH, Poller, Socket
from webchat.model.ids import RoomId
from webchat.model.users import Actor
from webchat.ws.clients import Client
from webchat.ws.stock import EVENTS, Stock


class StockSocket(Socket):
    """One such client over a WebSocket."""

    def __init__(
        self, house: House, token: str | None, version: int = 4, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(house, f"{PATH}?EIO={version}&transport=websocket", dict(headers or {}))
        self._number = 0
        if version == 4:
            self.say("40" + (json.dumps({"token": token}) if token is not None else ""))
        self.entry = [text for text in self.told() if text.startswith("4")]

    def ask(self, name: str, **members: Any) -> dict[str, Any]:
        """Emits a command; its acknowledgement.  What else has come stays."""
        self._number += 1
        self.say(f"42{self._number}" + json.dumps([name, members]))
        self.house.turn()
        self._read()
        head = f"43{self._number}["
        for text in self.texts:
            if text.startswith(head):
                self.texts.remove(text)
                answer: dict[str, Any] = json.loads(text[len(head) - 1 :])[0]
                return answer
        raise AssertionError(f"no acknowledgement of {name} in {self.texts}")

    def news(self) -> list[tuple[str, dict[str, Any]]]:
        return [tuple(json.loads(text[2:])) for text in self.told() if text.startswith("42")]


class StockCase(SynchronousTestCase):
    """anna, who owns the server; and mei."""

    def setUp(self) -> None:
        self.house = House(self, dialect=self._come)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")

    def _come(self, client: Client) -> Stock:
        return Stock(client, self.house.sockets.shared)

    def client(self, actor: Actor, **more: Any) -> StockSocket:
        return StockSocket(self.house, self.house.token(actor), **more)


class Coming(StockCase):
    def test_token(self) -> None:
        """A good token lets in; a bad one is refused with a code; without one, she may still say hello with it."""
        self.assertEqual(self.client(self.mei).entry[0][:8], '40{"sid"')
        for token in ("", "x", "x" * 300):
            self.assertEqual(StockSocket(self.house, token).entry[0][:2], "44", token)
        late = StockSocket(self.house, None)
        answer = late.ask("hello", token=self.house.token(self.mei))
        self.assertEqual((answer["ok"], answer["user"]["name"]), (True, "mei"))

    def test_nobody(self) -> None:
        """Who shows nothing is told so at her first command, and sent away for good."""
        for name, members in (("hello", {}), ("post", {"room": 1, "text": "x"})):
            socket = StockSocket(self.house, None)
            self.assertEqual(socket.ask(name, **members)["code"], "unauthenticated")
            self.assertEqual((socket.told(), socket.closed_with), (["41"], 1000))

    def test_cookie(self) -> None:
        """A page of ours is known by its visitor's session; a page of no origin is not."""
        token = self.house.register_signed("page").token
        headers = {"Cookie": f"webchat={token}", "Origin": f"http://{HOST}"}
        self.assertEqual(StockSocket(self.house, None, headers=headers).ask("hello")["ok"], True)
        del headers["Origin"]
        self.assertEqual(StockSocket(self.house, None, headers=headers).ask("hello")["code"], "unauthenticated")

    def test_older(self) -> None:
        """Clients 1.x and 2.x, which show nothing when they connect, say hello with a token."""
        old = StockSocket(self.house, None, version=3)
        self.assertTrue(old.ask("hello", token=self.house.token(self.mei))["ok"])

    def test_welcome(self) -> None:
        """`hello` is answered as in our own protocol, as an event and in the acknowledgement."""
        socket = self.client(self.mei)
        answer = socket.ask("hello")
        native = self.house.connect(self.mei).welcome
        name, welcome = socket.news()[0]
        self.assertEqual((name, {"ok": True, **welcome}), ("welcome", answer))
        self.assertEqual(set(welcome), set(native) - {"type"})
        self.assertEqual(welcome["rooms"], native["rooms"])


class Commands(StockCase):
    def test_every_command(self) -> None:
        """Each command of our own protocol is an event, as strict as there."""
        self.assertIn("post", EVENTS)
        socket = self.client(self.mei)
        socket.ask("hello")
        for name in EVENTS - {"hello"}:
            self.assertEqual(socket.ask(name, nonsense=1)["code"], "bad_request", name)
        for args in ('"x"', "1", "null", "[]", '{"type":"x"}', '{"id":1}', '{"room":1,"text":"x"},2'):
            socket.say(f'4299["post",{args}]')
            self.assertIn("bad_request", socket.told()[-1], args)
        socket.say('4299["nonsense",{}]')
        self.assertIn("bad_request", socket.told()[-1])
        self.assertEqual(socket.ask("hello")["code"], "bad_request")
        self.assertEqual(socket.ask("ping"), {"ok": True})

    def test_post(self) -> None:
        """A post is acknowledged with its number; a row comes to everybody, the same as in our own protocol."""
        socket, other, native = self.client(self.mei), self.client(self.anna), self.house.connect(self.anna)
        socket.ask("hello")
        other.ask("hello")
        other.news()
        socket.news()
        answer = socket.ask("post", room=1, text="你好 \u2028🎉", nonce="n-1")
        self.assertEqual({key: answer[key] for key in ("ok", "seq")}, {"ok": True, "seq": 1})
        self.assertTrue(socket.ask("post", room=1, text="你好 \u2028🎉", nonce="n-1")["duplicate"])
        row = native.next("message")
        del row["type"]
        for one in (socket, other):
            self.assertEqual(one.news(), [("message", row)])

    def test_without_hello(self) -> None:
        """Who only speaks need not say hello: it is said for her."""
        socket = self.client(self.mei)
        self.assertTrue(socket.ask("post", room=1, text="hi")["ok"])
        self.assertEqual([name for name, _ in socket.news()], ["welcome", "message"])

    def test_refusals(self) -> None:
        """A refusal comes in the acknowledgement, or as an event where none is wanted."""
        socket = self.client(self.mei)
        socket.ask("hello")
        socket.news()
        self.assertEqual(socket.ask("post", room=99, text="x")["code"], "no_such_room")
        socket.say('42["post",{"room":99,"text":"x"}]')
        self.house.turn()
        name, told = socket.news()[0]
        self.assertEqual((name, told["event"], told["code"]), ("refused", "post", "no_such_room"))

    def test_rooms(self) -> None:
        """Joining, leaving, reading: what is told to native connections is told here."""
        room = self.house.wait(self.house.chat.rooms.create(self.anna, "Attic")).room
        socket = self.client(self.mei)
        socket.ask("hello")
        socket.news()
        self.assertTrue(socket.ask("join", room=room)["ok"])
        self.assertIn("joined", [name for name, _ in socket.news()])
        socket.ask("post", room=room, text="hi")
        self.assertTrue(socket.ask("read", room=room, seq=1)["ok"])
        socket.news()
        self.assertTrue(socket.ask("leave", room=room)["ok"])
        self.assertEqual([(name, row["left"]) for name, row in socket.news()], [("member", True)])
        self.house.connect(self.anna).ask("post", room=room, text="psst")
        self.assertEqual(socket.news(), [])

    def test_polling(self) -> None:
        """It is the same over polling."""
        poller = Poller(self.house)
        poller.open()
        poller.post("40" + json.dumps({"token": self.house.token(self.mei)}))
        poller.post('421["hello",{}]', '422["post",{"room":1,"text":"hi"}]')
        self.house.turn()
        packets = poller.poll()
        self.assertEqual(next(text for text in packets if text.startswith("432"))[:17], '432[{"ok":true,"r')
        self.assertIn('42["message",{"room":1', "".join(packets))


class ComingBack(StockCase):
    def test_resume(self) -> None:
        """Who says what she holds gets what she missed in a block, then what is live."""
        first = self.client(self.mei)
        welcome = first.ask("hello")
        rev = welcome["rooms"][0]["rev"]
        first.lose()
        native = self.house.connect(self.anna)
        for number in range(3):
            native.ask("post", room=1, text=f"m{number}")
        again = self.client(self.mei)
        again.ask("hello", epoch=welcome["epoch"], rooms={"1": rev})
        told = again.news()[1:]
        self.assertEqual([name for name, _ in told], ["syncing", "message", "message", "message", "synced"])
        native.ask("post", room=1, text="live")
        self.assertEqual([row["rev"] for _, row in again.news()], [told[-1][1]["rev"] + 1])

    def test_other_history(self) -> None:
        """Of another epoch nothing is held: reset."""
        again = self.client(self.mei)
        again.ask("hello", epoch="other", rooms={"1": 1})
        self.assertIn("reset", [name for name, _ in again.news()])

    def test_bad_hello(self) -> None:
        """What is no hello is refused, and may be said again."""
        socket = self.client(self.mei)
        for rooms in ({"x": 1}, {"1": -1}, [], 5):
            self.assertEqual(socket.ask("hello", rooms=rooms)["code"], "bad_request")
        self.assertTrue(socket.ask("hello")["ok"])


class Going(StockCase):
    def test_signed_out(self) -> None:
        """When the session ends, the client is sent away for good, and hears nothing more."""
        token = self.house.token(self.mei)
        socket = StockSocket(self.house, token)
        socket.ask("hello")
        socket.news()
        actor = self.house.wait(self.house.chat.accounts.authenticate(token))
        self.house.wait(self.house.chat.accounts.sign_out(actor))
        self.assertEqual((socket.told(), socket.closed_with), (["41"], 1000))
        self.assertEqual(StockSocket(self.house, token).entry[0][:2], "44")

    def test_disabled(self) -> None:
        """So is everybody who is shut out."""
        socket = self.client(self.mei)
        socket.ask("hello")
        socket.news()
        self.house.wait(self.house.chat.administration.disable(self.anna, self.mei.id, True))
        self.assertEqual((socket.told(), socket.closed_with), (["41"], 1000))

    def test_gone(self) -> None:
        """When she has gone, the hub knows nothing of her, whatever was under way."""
        before = self.house.chat.hub.listeners
        socket = self.client(self.mei)
        socket.ask("hello")
        self.house.writer.hold()
        socket.say('421["post",{"room":1,"text":"x"}]')
        socket.lose()
        self.house.writer.release()
        self.house.turn()
        self.assertEqual(self.house.chat.hub.listeners, before)
        self.assertEqual(len(self.house.wait(self.house.chat.messages.page(self.anna, RoomId(1))).messages), 1)
