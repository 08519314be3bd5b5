"""The conversation of webchat.v1: hello first, requests in order, and what happens to those in a hurry."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, FAST, HOST, PASSWORD, Connection, House
from webchat.chat.facade import Settings
from webchat.chat.reading import Reading
from webchat.live.limits import Rate
from webchat.model.refusals import BadRequest, RateLimited
from webchat.ws.native import decode, error, id_of, ok

SAME = f"http://{HOST}"


class Shapes(SynchronousTestCase):
    """Frames in and out."""

    def test_decode(self) -> None:
        """A frame becomes the command that it names, or a refusal that says what is wrong."""
        self.assertEqual(type(decode(b'{"type":"ping","id":1}')).__name__, "Ping")
        self.assertIn("nme", self.assertRaises(BadRequest, decode, b'{"type":"ping","id":1,"nme":2}').message)

    def test_id_of(self) -> None:
        """The id of a wrong request is found where it is one."""
        found = [id_of(p) for p in (b'{"id":0}', b'{"id":-1}', b'{"id":true}', b'{"id":1.5}', b"[1]", b"{", b"\xff")]
        self.assertEqual(found, [0, None, None, None, None, None, None])

    def test_answers(self) -> None:
        """Answers carry the id they belong to; a refusal says when to try again."""
        self.assertEqual(ok(3)[2:], b'{"type":"ok","id":3}')
        refusal = error(3, RateLimited("Slowly.", retry_after=0.5))
        self.assertEqual(
            refusal[2:], b'{"type":"error","id":3,"code":"rate_limited","message":"Slowly.","retry_after":0.5}'
        )
        self.assertNotIn(b'"id"', error(None, RateLimited()))


class Hello(SynchronousTestCase):
    """Who one is, said first and once."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()

    def code(self, connection: Connection) -> int | None:
        connection.rest()
        return connection.close_code

    def test_first(self) -> None:
        """Anything before hello is refused as unauthenticated, and nothing of it is carried out."""
        connection = self.house.connect()
        for kind, more in (("ping", {}), ("post", {"room": 1, "text": "hi"}), ("join", {"room": 1})):
            self.assertEqual(connection.ask(kind, **more)["code"], "unauthenticated", kind)
        connection.send(type="hello", token=self.house.token(self.anna))
        self.assertEqual(connection.next("welcome")["rooms"][0]["seq"], 0)

    def test_in_time(self) -> None:
        """Who does not say hello within five seconds is closed with 4001."""
        connection = self.house.connect()
        self.house.clock.advance(4.9)
        self.assertTrue(connection.is_open)
        self.house.clock.advance(0.2)
        self.assertEqual(self.code(connection), 4001)

    def test_chatter_is_no_hello(self) -> None:
        """Other frames do not prolong the five seconds."""
        connection = self.house.connect()
        for number in range(6):
            self.house.clock.advance(1)
            connection.send(type="ping", id=number)
        self.assertEqual(self.code(connection), 4001)

    def test_who_said_hello_stays(self) -> None:
        """Who has said hello is not closed by the five seconds."""
        connection = self.house.connect(self.anna)
        self.house.clock.advance(6)
        self.assertTrue(connection.is_open)

    def test_wrong_token(self) -> None:
        """A token that is none is refused, and the connection closed with 4001."""
        for token in ("", "x", "wct_" + "A" * 43, "\x00", "世"):
            connection = self.house.connect()
            connection.send(type="hello", token=token)
            self.assertEqual(connection.next("error")["code"], "unauthenticated")
            self.assertEqual(self.code(connection), 4001, token)

    def test_no_token(self) -> None:
        """Without a token, and without a cookie, one is nobody."""
        connection = self.house.connect()
        connection.send(type="hello")
        self.assertEqual(connection.next("error")["code"], "unauthenticated")
        self.assertEqual(self.code(connection), 4001)

    def test_bad_hello(self) -> None:
        """A hello that cannot be read is refused, and may be said again."""
        connection = self.house.connect()
        token = self.house.token(self.anna)
        for wrong in (
            {"rooms": {"0": 1}},
            {"rooms": {"x": 1}},
            {"rooms": {"1": -1}},
            {"rooms": [1]},
            {"password": "x"},
        ):
            connection.send(type="hello", token=token, **wrong)
            self.assertEqual(connection.next("error")["code"], "bad_request", wrong)
        connection.send(type="hello", token=token, rooms={str(room): 0 for room in range(1, 2_002)})
        self.assertEqual(connection.next("error")["code"], "bad_request")
        connection.send(type="hello", token=token)
        connection.next("welcome")

    def test_twice(self) -> None:
        """hello is said once: the second is refused, and the connection goes on."""
        connection = self.house.connect(self.anna)
        connection.send(type="hello", token=self.house.token(self.anna))
        self.assertEqual(connection.next("error")["code"], "bad_request")
        self.assertEqual(connection.ask("ping")["type"], "ok")
        self.assertEqual(self.house.chat.hub.listeners, 1)

    def cookie(self) -> str:
        signed = self.house.wait(self.house.chat.accounts.sign_in("anna", PASSWORD, DEVICE))
        return f"webchat={signed.token}"

    def test_cookie(self) -> None:
        """A browser on the server's own page is known by its cookie."""
        connection = Connection(self.house, {"Origin": SAME, "Cookie": self.cookie()})
        connection.send(type="hello")
        self.assertEqual(connection.next("welcome")["user"]["name"], "anna")

    def test_cookie_without_origin(self) -> None:
        """Without an Origin the cookie says nothing."""
        connection = Connection(self.house, {"Cookie": self.cookie()})
        connection.send(type="hello")
        self.assertEqual(connection.next("error")["code"], "unauthenticated")

    def test_cookie_foreign(self) -> None:
        """With the Origin of another site the cookie does not even get in."""
        self.assertEqual(Connection(self.house, {"Origin": "http://evil.example", "Cookie": self.cookie()}).status, 403)

    def test_two_cookies(self) -> None:
        """Of two cookies that differ neither counts."""
        connection = Connection(self.house, {"Origin": SAME, "Cookie": f"{self.cookie()}; webchat=planted"})
        connection.send(type="hello")
        self.assertEqual(connection.next("error")["code"], "unauthenticated")

    def test_token_before_cookie(self) -> None:
        """A token in hello comes before the cookie."""
        mei = self.house.register("mei")
        connection = Connection(self.house, {"Origin": SAME, "Cookie": self.cookie()})
        connection.send(type="hello", token=self.house.token(mei))
        self.assertEqual(connection.next("welcome")["user"]["name"], "mei")

    def test_token_in_the_address(self) -> None:
        """A token in the address, where logs would keep it, is not looked at."""
        connection = Connection(self.house, path=f"/ws?token={self.house.token(self.anna)}")
        if connection.status == 101:
            connection.send(type="hello")
            self.assertEqual(connection.next("error")["code"], "unauthenticated")
        self.assertEqual(self.house.chat.hub.listeners, 0)

    def test_session_ended_meanwhile(self) -> None:
        """A session that ends while its hello is answered gets no welcome."""
        token, view = self.house.wait(self.house.chat.accounts.make_token(self.anna, "x", None))
        connection = self.house.connect()
        self.house.reader.hold()
        connection.send(type="hello", token=token)
        self.house.reader.step()
        self.house.wait(self.house.chat.accounts.revoke(self.anna, view.id))
        self.house.reader.release()
        self.house.turn()
        self.assertNotIn("welcome", [event["type"] for event in connection.rest()])
        self.assertEqual(connection.close_code, 4001)
        connection.lose()
        self.assertEqual(self.house.chat.hub.listeners, 0)


class InAHurry(SynchronousTestCase):
    """Limits of speed."""

    def setUp(self) -> None:
        slow = Settings(registration="open", posts=Rate(1.0, 3.0), changes=FAST, marks=FAST, typing=Rate(0.5, 3.0))
        self.house = House(self, settings=slow)
        self.anna = self.house.connect(self.house.set_up())

    def post(self) -> dict[str, Any]:
        return self.anna.ask("post", room=1, text="hi")

    def test_told_when(self) -> None:
        """Who posts too fast is told when to go on, and can go on then."""
        self.assertEqual([self.post()["type"] for _ in range(3)], ["ok"] * 3)
        refused = self.post()
        self.assertEqual(refused["code"], "rate_limited")
        self.assertTrue(0 < refused["retry_after"] <= 1.1)
        self.house.clock.advance(refused["retry_after"])
        self.assertEqual(self.post()["seq"], 4)

    def test_other_requests(self) -> None:
        """The limit of posts is no limit of other requests."""
        for _ in range(4):
            self.post()
        self.assertEqual(self.anna.ask("ping")["type"], "ok")
        self.assertEqual(self.anna.ask("read", room=1, seq=1)["type"], "ok")

    def test_other_people(self) -> None:
        """One person's hurry does not slow another down."""
        mei = self.house.connect(self.house.register("mei"))
        for _ in range(4):
            self.post()
        self.assertEqual(mei.ask("post", room=1, text="hi")["type"], "ok")

    def test_other_connection(self) -> None:
        """A second connection of the same person gives her no more posts."""
        for _ in range(3):
            self.post()
        again = self.house.connect(self.house.wait(self.house.chat.accounts.sign_in("anna", PASSWORD, DEVICE)).actor)
        self.assertEqual(again.ask("post", room=1, text="hi")["code"], "rate_limited")

    def test_ignoring_it(self) -> None:
        """Who does not care is closed with 4029 after a hundred refusals in a row."""
        for _ in range(3):
            self.post()
        for number in range(100):
            self.assertEqual(self.post()["code"], "rate_limited", number)
        self.assertTrue(self.anna.is_open)
        self.anna.send(type="post", id=999, room=1, text="hi")
        self.assertFalse(self.anna.is_open)
        self.assertEqual(self.anna.close_code, 4029)

    def test_typing(self) -> None:
        """Signs of writing have a limit of their own."""
        codes = [self.anna.ask("typing", room=1).get("code") for _ in range(4)]
        self.assertEqual(codes, [None, None, None, "rate_limited"])


class Requests(SynchronousTestCase):
    """Questions and answers."""

    def setUp(self) -> None:
        self.house = House(self)
        self.owner = self.house.set_up()
        self.anna = self.house.connect(self.owner)

    def test_bug(self) -> None:
        """A bug in the server is an answer with an incident to ask about, and the connection goes on."""

        def broken(*_: object) -> None:
            raise ZeroDivisionError("the secret of the house")

        self.patch(Reading, "show_typing", broken)
        answer = self.anna.ask("typing", room=1)
        self.assertEqual(answer["code"], "internal")
        self.assertIn("i-1", answer["message"])
        self.assertNotIn("secret", str(answer))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.anna.ask("ping")["type"], "ok")

    def test_many_at_once(self) -> None:
        """Hundreds of requests sent at once are all answered, in the order of their effects."""
        self.house.writer.hold()
        for number in range(1_000, 1_300):
            self.anna.send(type="post", id=number, room=1, text=str(number))
        self.house.writer.release()
        self.house.turn()
        self.assertEqual([self.anna.answer(number)["seq"] for number in range(1_000, 1_300)], list(range(1, 301)))

    def test_queue_is_bounded(self) -> None:
        """A client with 128 waiting requests is not read until they have been done."""
        self.house.writer.hold()
        self.anna.send(type="leave", id=500, room=1)
        for number in range(128):
            self.assertEqual(self.anna.transport.producerState, "producing", number)
            self.anna.send(type="ping", id=1_000 + number)
        self.assertEqual(self.anna.transport.producerState, "paused")
        self.house.writer.release()
        self.house.turn()
        self.house.clock.advance(1)
        self.assertEqual(self.anna.transport.producerState, "producing")
        self.assertEqual(self.anna.answer(1_127)["type"], "ok")

    def test_unanswered(self) -> None:
        """A request without an id is carried out without an answer."""
        other = self.house.connect(self.house.register("mei"))
        self.anna.rest()
        self.anna.send(type="typing", room=1)
        self.assertEqual(self.anna.rest(), [])
        self.assertEqual(other.next("typing"), {"type": "typing", "room": 1, "user": self.owner.id})

    def test_users(self) -> None:
        """Names can be looked up; who does not exist is left out."""
        answer = self.anna.ask("users", ids=[self.owner.id, 999])
        self.assertEqual([(user["id"], user["name"]) for user in answer["users"]], [(self.owner.id, "anna")])
        self.assertEqual(self.anna.ask("users", ids=[])["code"], "bad_request")
        self.assertEqual(self.anna.ask("users", ids=list(range(1, 202)))["code"], "bad_request")

    def test_read_on_other_devices(self) -> None:
        """What one has read on one device is read on the others, and nobody else is told."""
        other, mei = self.house.connect(self.owner), self.house.connect(self.house.register("mei"))
        mei.ask("post", room=1, text="hi")
        for one in (self.anna, other, mei):
            one.rest()
        self.anna.ask("read", room=1, seq=1)
        self.assertEqual(other.rest(), [{"type": "read", "room": 1, "seq": 1}])
        self.assertEqual((self.anna.rest(), mei.rest()), ([], []))
