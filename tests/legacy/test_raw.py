"""Plain JSON objects over a WebSocket: each by its token, heard by everybody who is connected."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from tests.legacy.scene import services_of
from tests.support import images
from tests.support.house import FAST, Connection, House
from webchat.legacy.raw import OFFLINE, Gallery
from webchat.live.limits import Rate
from webchat.model.commands import DeleteMessage, EditMessage, JoinRoom, PostMessage
from webchat.model.ids import RoomId
from webchat.model.users import Actor


class Raw(Connection):
    """A raw connection."""

    def __init__(self, house: House, **more: Any) -> None:
        super().__init__(house, protocol="", path="/ws/", **more)

    def say(self, token: Any, content: Any = "hi", **more: Any) -> dict[str, Any]:
        """Sends an object; answers what others should get of it."""
        sent = {"name": "Anna", "room_id": 1, "type": "text", "content": content, "image": "", "avatar": "/a/1.png"}
        self.frame(json.dumps({"token": token, **sent, **more}).encode())
        return {**sent, **more}

    def heard(self) -> list[Any]:
        """Everything that has come since the last time: objects, or texts that are none."""
        found = []
        for payload in self.payloads():
            try:
                found.append(json.loads(payload))
            except ValueError:
                found.append(payload.decode())
        return found

    def payloads(self) -> list[bytes]:
        data, found = self.transport.value(), []
        self.transport.clear()
        while data:
            length, start = data[1], 2
            if length == 126:
                length, start = int.from_bytes(data[2:4], "big"), 4
            if data[0] == 0x81:
                found.append(data[start : start + length])
            data = data[start + length :]
        return found


class RawCase(SynchronousTestCase):
    """anna, who owns the server, and mei; two raw connections."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.open_door(FAST)
        signed = self.house.register_signed("mei")
        self.mei, self.mei_token = signed.actor, signed.token
        self.token = self.house.token(self.anna)
        self.one, self.other = Raw(self.house), Raw(self.house)

    def open_door(self, rate: Rate) -> None:
        gallery = Gallery(services_of(self.house), self.house.clock, self.house.chance, rate)
        self.house.sockets.plain = gallery.talk

    def post(self, actor: Actor, text: str, room: int = 1, **more: Any) -> int:
        id = self.house.wait(self.house.chat.legacy.numbered(room))
        return self.house.wait(self.house.chat.messages.post(actor, PostMessage(0, id, text, **more))).seq

    def messages(self) -> list[tuple[int, str]]:
        page = self.house.wait(self.house.chat.messages.page(self.anna, RoomId(1)))
        return [(message.author, message.text) for message in page.messages]


class Saying(RawCase):
    def test_everybody(self) -> None:
        """What is sent with a good token everybody gets, the sender too, as it was sent but without the token."""
        wanted = self.one.say(self.token, extra={"n": 1})
        for connection in (self.one, self.other):
            self.assertEqual(connection.heard(), [wanted])
        self.assertEqual(self.messages(), [(self.anna.id, "hi")])

    def test_token_stays(self) -> None:
        """Nobody else gets a token, not even one that stands in another place of the object."""
        self.one.say(self.token, api_token=self.token)
        self.assertNotIn(self.token.encode(), b"".join(self.other.payloads()))

    def test_offline(self) -> None:
        """Without a good token only the sender is told, in a plain text, and nothing is kept."""
        for token in (None, "", "false", "x" * 60, 5, {"$ne": 1}):
            self.one.say(token)
            self.assertEqual(self.one.heard(), [OFFLINE], token)
        for payload in (b"hello", b"[]", b"5", b"null", b'{"name": "x"}', b"{" * 5_000, b"\xff\xfe" * 3):
            if payload.startswith(b"\xff"):
                continue
            self.one.frame(payload)
            self.assertEqual(self.one.heard(), [OFFLINE], payload)
        self.assertEqual((self.other.heard(), self.messages()), ([], []))
        self.assertTrue(self.one.is_open)

    def test_each_by_itself(self) -> None:
        """No earlier object, and no other connection's, stands in for a token."""
        self.one.say(self.token)
        self.one.say("")
        self.other.say(self.mei_token, "from mei")
        self.one.say(None, "mine?")
        self.assertEqual([text for _, text in self.messages()], ["hi", "from mei"])

    def test_who(self) -> None:
        """The token decides who somebody is, whatever names the object holds."""
        self.one.say(self.mei_token, name="Anna", userid=1, username="anna", src="//x", user_id=1)
        told = self.other.heard()[0]
        self.assertEqual(told["name"], "Mei")
        self.assertFalse({"userid", "username", "src", "user_id"} & set(told))
        self.assertEqual(self.messages(), [(self.mei.id, "hi")])

    def test_foreign_pictures(self) -> None:
        """No picture of another host is handed on."""
        for avatar in ("//evil.example/a.png", "https://evil.example/a.png", "/\\evil.example", 5):
            self.one.say(self.token, avatar=avatar)
            self.assertTrue(self.other.heard()[0]["avatar"].startswith("/storage/avatars/"), avatar)
        self.one.heard()
        self.one.say(self.token, type="image", image="https://evil.example/a.png")
        self.assertEqual((self.one.heard(), self.other.heard()), (["图片无效"], []))

    def test_picture(self) -> None:
        """A picture that was brought to this server is said by its address, and nothing else is kept."""
        file = self.house.wait(
            self.house.chat.files.bring(self.anna, RoomId(1), BytesIO(images.picture("PNG", (9, 9))), "x")
        )
        self.one.say(self.mei_token, type="image", image=f"/storage/files/{file.id}.png")
        self.assertEqual(self.one.heard(), ["图片不存在"], "a picture that she cannot see")
        self.one.say(self.token, "smuggled", type="image", image=f"http://localhost/storage/files/{file.id}.png?w=1")
        told = self.other.heard()[0]
        self.assertEqual((told["type"], told["content"]), ("image", ""))
        self.assertEqual(told["image"], f"/storage/files/{file.id}.png")
        self.assertEqual(self.messages(), [(self.anna.id, "")])

    def test_nothing_said(self) -> None:
        """Without a text or a picture, of no such kind or room, nothing is saved, and the sender is told."""
        for more in (
            {"content": ""},
            {"content": None},
            {"content": ["x"]},
            {"type": "video"},
            {"type": None},
            {"room_id": 3},
            {"room_id": "1"},
            {"room_id": True},
            {"room_id": None},
            {"type": "image", "image": ""},
        ):
            self.one.say(self.token, **more)
            heard = self.one.heard()
            self.assertTrue(len(heard) == 1 and isinstance(heard[0], str) and heard[0] != OFFLINE, more)
        self.assertEqual((self.other.heard(), self.messages()), ([], []))

    def test_commands(self) -> None:
        """A command is carried out; what it tells its sender comes to this connection alone, as a plain text."""
        self.one.say(self.mei_token, "/me waves")
        self.assertEqual([one["content"] for one in self.other.heard()], ["Mei waves"])
        self.one.heard()
        self.one.say(self.token, "/topic Tea")
        self.assertEqual((self.one.heard(), self.other.heard()), (["简介已改为：Tea"], []))
        self.one.say(self.mei_token, "/topic Coffee")
        self.assertEqual((self.one.heard(), self.other.heard()), (["你暂无权限"], []))
        self.one.say(self.token, "/nonsense")
        self.assertEqual([text for _, text in self.messages()], ["waves", "/nonsense"])

    def test_length(self) -> None:
        """What is longer than a message may be is refused as a whole, and the sender is told."""
        text = "字" * 200 + "🎉"
        self.one.say(self.token, text)
        self.one.heard()
        self.one.say(self.token, "x" * 10_001)
        self.assertEqual(self.one.heard(), ["内容过长"])
        self.assertEqual(self.messages(), [(self.anna.id, text)])

    def test_times_and_order(self) -> None:
        """Whatever time an object names, the server's order counts."""
        for number, time in enumerate(("2099-01-01", "1970-01-01", None)):
            self.one.say(self.token, f"m{number}", time=time)
        self.assertEqual([text for _, text in self.messages()], ["m0", "m1", "m2"])
        self.assertEqual([one["content"] for one in self.other.heard()], ["m0", "m1", "m2"])

    def test_signed_out(self) -> None:
        """After signing out, a token is nobody's at once."""
        mei = self.house.wait(self.house.chat.accounts.authenticate(self.mei_token))
        self.one.say(self.mei_token)
        self.house.wait(self.house.chat.accounts.sign_out(mei))
        self.one.say(self.mei_token, "again")
        self.assertEqual(self.one.heard()[1:], [OFFLINE])

    def test_too_fast(self) -> None:
        """Who sends too fast is told so, and the others hear nothing of it."""
        self.open_door(Rate(1, 3))
        hasty = Raw(self.house)
        for _ in range(5):
            hasty.say("nobody's")
        self.assertEqual(hasty.heard(), [OFFLINE] * 3 + ["操作过于频繁，请稍后再试"] * 2)


class Hearing(RawCase):
    def test_from_others(self) -> None:
        """What is said by other clients comes as an object, once, in order, its text as it is."""
        for text in ("<b> & 🎉", '\u2028"\\'):
            self.post(self.mei, text)
        heard = self.one.heard()
        self.assertEqual([one["content"] for one in heard], ["<b> & 🎉", '\u2028"\\'])
        self.assertEqual(set(heard[0]), {"id", "name", "avatar", "room_id", "type", "content", "image", "time"})
        self.assertEqual((heard[0]["name"], heard[0]["room_id"], heard[0]["image"]), ("Mei", 1, ""))

    def test_second_room(self) -> None:
        """Room 2 is heard as well, and no other room."""
        second = self.house.wait(self.house.chat.legacy.numbered(2))
        self.house.wait(self.house.chat.rooms.join(self.mei, JoinRoom(0, second)))
        self.post(self.mei, "two", room=2)
        other = self.house.wait(self.house.chat.rooms.create(self.anna, "Attic")).room
        self.house.wait(self.house.chat.messages.post(self.anna, PostMessage(0, other, "psst")))
        self.assertEqual([(one["room_id"], one["content"]) for one in self.one.heard()], [(2, "two")])

    def test_new_ones_only(self) -> None:
        """Edits, reactions and deletions are no messages, whoever was connected when."""
        seq = self.post(self.mei, "old")
        for connection in (self.one, self.other):
            connection.heard()
            connection.raw(b"\x88\x80\0\0\0\0")
            connection.transport.protocol.connectionLost(_done())
        late = Raw(self.house)
        chat = self.house.chat
        self.house.wait(chat.messages.edit(self.mei, EditMessage(0, RoomId(1), seq, "new")))
        self.house.wait(chat.messages.delete(self.mei, DeleteMessage(0, RoomId(1), seq)))
        self.post(self.mei, "next")
        self.assertEqual([one["content"] for one in late.heard()], ["next"])

    def test_private(self) -> None:
        """A room that is made private is heard here no more, until it is public again."""
        rooms = self.house.chat.rooms
        self.house.wait(rooms.change(self.anna, RoomId(1), kind="private"))
        self.one.say(self.token, "only us")
        self.assertEqual((self.one.heard(), self.messages()), ([], [(self.anna.id, "only us")]))
        late = Raw(self.house)
        self.post(self.anna, "still")
        self.assertEqual(late.heard(), [])
        self.house.wait(rooms.change(self.anna, RoomId(1), kind="public"))
        self.post(self.anna, "all")
        self.assertEqual([one["content"] for one in late.heard()], ["all"])

    def test_names_are_looked_up_once(self) -> None:
        """A new name is known within a minute; nothing is asked of the database in between."""
        self.post(self.mei, "one")
        self.house.wait(self.house.chat.accounts.edit_profile(self.mei, display_name="May"))
        self.house.clock.advance(61)
        self.post(self.mei, "two")
        self.assertEqual([one["name"] for one in self.one.heard()], ["Mei", "May"])

    def test_gone(self) -> None:
        """When the last of them has gone, the hub knows nothing of them."""
        before = self.house.chat.hub.listeners
        for connection in (self.one, self.other):
            connection.transport.protocol.connectionLost(_done())
        self.assertEqual(self.house.chat.hub.listeners, before - 1)


class Opening(RawCase):
    def test_our_own_protocol(self) -> None:
        """Whoever asks for our own protocol gets that, and nobody gets another one."""
        self.assertEqual(self.house.connect(self.anna).welcome["type"], "welcome")
        self.assertEqual(Connection(self.house, protocol="chat").status, 400)
        self.assertNotIn("Sec-WebSocket-Protocol", self.one.head)

    def test_foreign_page(self) -> None:
        """A page of another site is not let in."""
        self.assertEqual(Raw(self.house, headers={"Origin": "https://evil.example"}).status, 403)

    def test_closed(self) -> None:
        """Where this door is closed, a subprotocol is needed."""
        self.house.sockets.plain = None
        self.assertEqual(Raw(self.house).status, 400)


def _done() -> Any:
    return Failure(ConnectionDone())
