"""The events of `laravel`, as its page sends and hears them."""

from __future__ import annotations

import base64
import json

from tests.legacy.sockets import Laravel, OldCase
from tests.support import images
from webchat.legacy.laravel_socket import READ_SECONDS
from webchat.legacy.online import LOOK_SECONDS
from webchat.legacy.saying import SYSTEM
from webchat.legacy.socket import SIGN_IN_FIRST
from webchat.model.commands import LeaveRoom, MarkRead
from webchat.model.events import Notice
from webchat.model.ids import RoomId, Seq, UserId
from webchat.model.users import Actor, UserCard

REFUSED = [["login", SIGN_IN_FIRST]]


class SigningIn(OldCase):
    """Who somebody is: by the token of each event, else by what her socket and browser showed."""

    def test_login(self) -> None:
        """Who logs in hears how much is unread, of both rooms."""
        zhang = self.laravel()
        self.post("one")
        self.post("two", room=2)
        self.assertEqual(zhang.log_in(), [["count", {"room1": 1, "room2": 1}]])

    def test_other_name_of_the_token(self) -> None:
        """One of these servers called it `token`."""
        zhang = self.laravel(query="")
        zhang.emit("login", {"name": "x", "token": zhang.token})
        self.assertEqual(zhang.news()[0][0], "count")

    def test_strangers(self) -> None:
        """A handshake is never refused; a stranger's events are answered with one text, and do nothing."""
        page = self.page()
        for query in ("", "&api_token=", "&api_token=false", "&api_token=stale"):
            guest = Laravel(self, page, "nobody@example.com", "false", query=query)
            told = guest.come_in() + guest.log_in()
            guest.go_out()
            guest.send_text("hi")
            self.assertEqual((told + guest.news(), guest.is_open), (REFUSED * 4, True), query)
        self.assertEqual(self.texts(), [])

    def test_bad_token_does_not_fall_back(self) -> None:
        """An event with a bad token is nobody's, whoever's the socket is; without one it is the socket's."""
        zhang = self.laravel()
        zhang.come_in()
        zhang.send_text("bad", api_token="x" * 40)
        self.assertEqual(zhang.news(), REFUSED)
        zhang.send_text("good", api_token=None)
        self.assertEqual(self.texts(), ["good"])

    def test_someone_else(self) -> None:
        """Another person's token makes the socket hers, and takes it out of the first one's rooms."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        li.come_in()
        zhang.come_in()
        li.news()
        zhang.send_text("as li", api_token=li.token)
        self.assertEqual([(one["userid"], one["msg"]) for one in li.messages()], [("li@example.com", "as li")])
        self.assertEqual(len(self.sockets.online.people(RoomId(1))), 1)

    def test_signing_in_on_the_page(self) -> None:
        """Who signs in on a page whose socket knew nobody is known by her browser: no reload is needed."""
        page = self.laravel().page
        socket = Laravel(self, page, "zhang@example.com", "", query="&api_token=false")
        socket.emit("login", {"name": "ZHANG@example.com"})
        self.assertEqual(socket.news()[0][0], "count")
        socket.emit("room", {"name": "x", "src": "", "roomid": "1"})
        self.assertEqual({name for name, *_ in socket.news()}, {"room", "count"})

    def test_browsers(self) -> None:
        """The browser's cookie counts for her own name only, and for pages of ours only."""
        page = self.laravel().page
        for name, origin in (("li@example.com", page.origin), (None, page.origin), ("zhang@example.com", None)):
            socket = Laravel(self, page, "", "", query="", origin=origin)
            socket.emit("login", {"name": name})
            self.assertEqual(socket.news(), REFUSED, (name, origin))

    def test_foreign_page(self) -> None:
        """A page of another site is not let in."""
        self.assertEqual(Laravel(self, self.page(), "", "", query="", origin="https://evil.example").status, 403)

    def test_signing_out(self) -> None:
        """After signing out, the open socket is nobody's; whoever signs in there next speaks for herself."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        zhang.come_in()
        zhang.page.form("/api/logout", api_token=zhang.token)
        self.turn()
        self.assertEqual(zhang.news("login"), REFUSED)
        for again in (zhang.token, None):
            zhang.send_text("still me?", api_token=again)
            self.assertEqual(zhang.news(), REFUSED)
        self.post("unheard")
        self.assertEqual(zhang.news(), [])
        zhang.send_text("I am li", api_token=li.token)
        self.assertEqual(self.texts(), ["unheard", "I am li"])


class Rooms(OldCase):
    """Who is in a room, and who hears it."""

    def test_list(self) -> None:
        """Who comes in is told, as everybody there, who is in: by id, with no address, token or time of anybody."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        zhang.log_in()
        zhang.come_in()
        told = li.come_in()
        self.assertEqual({name for name, *_ in told}, {"room", "count"})
        rows = dict(told)["room"]
        self.assertEqual(len(rows), 2)
        for row in rows.values():
            self.assertEqual(set(row), {"id", "name", "avatar", "src"})
            self.assertTrue(row["avatar"].startswith("/storage/avatars/"))
        for secret in ("@", zhang.token, li.token):
            self.assertNotIn(secret, json.dumps(told))
        self.assertEqual([name for name, *_ in zhang.news()], ["room"])

    def test_one_name(self) -> None:
        """Two people with one shown name are two; two sockets of one person are one."""
        one, other = self.laravel("li@one.example"), self.laravel("li@two.example")
        again = Laravel(self, one.page, one.email, one.token)
        for socket in (one, other, again):
            socket.come_in()
        rows = one.news("room")[-1][1]
        self.assertEqual([row["name"] for row in rows.values()], ["li", "li"])
        again.lose()
        self.assertEqual(one.news(), [["roomout", rows]])
        self.assertEqual(other.news("roomout"), [["roomout", rows]])

    def test_leaving(self) -> None:
        """Who leaves, or whose line breaks, is off the list; nothing of the room reaches her any more."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        zhang.come_in()
        li.come_in()
        zhang.news()
        li.go_out()
        self.assertEqual([len(rows) for _, rows in zhang.news("roomout")], [1])
        zhang.send_text("alone")
        self.assertEqual(li.news(), [["count", {"room1": 1}]])
        li.come_in()
        li.lose()
        self.turn()
        self.assertEqual(len(zhang.news("roomout")[-1][1]), 1)

    def test_silence(self) -> None:
        """Who is not heard of any more is off the list when her time is up."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        zhang.come_in()
        li.come_in()
        for _ in range(46):
            zhang.say("2")
            self.house.clock.advance(1)
        self.assertEqual(len(zhang.news("roomout")[-1][1]), 1)

    def test_our_own_client(self) -> None:
        """Whoever is there with our own client is on the list, too, within some seconds."""
        zhang = self.laravel()
        self.assertEqual(len(dict(zhang.come_in())["room"]), 1)
        native = self.house.connect(self.anna)
        self.house.clock.advance(LOOK_SECONDS)
        self.turn()
        self.assertEqual([len(rows) for _, rows in zhang.news("room")], [2])
        native.lose()
        self.house.clock.advance(LOOK_SECONDS)
        self.turn()
        self.assertEqual([len(rows) for _, rows in zhang.news("roomout")], [1])

    def test_unknown(self) -> None:
        """A room that there is not, or is not open, is answered and not entered; the socket goes on."""
        zhang = self.laravel()
        zhang.log_in()
        second = self.house.wait(self.chat.legacy.numbered(2))
        self.house.wait(self.chat.rooms.leave(self._actor(zhang), LeaveRoom(0, second)))
        self.house.wait(self.chat.rooms.change(self.anna, second, kind="private"))
        zhang.news()
        for room in ("3", "x", "", None, 2, "2", ["1"], {"$ne": 1}, 1.5, True):
            zhang.emit("room", {"roomid": room, "api_token": zhang.token})
            zhang.emit("message", {"roomid": room, "msg": "psst", "img": "", "api_token": zhang.token})
        self.assertFalse(zhang.news("room", "count"))
        self.assertEqual((self.texts(2), zhang.is_open), ([], True))

    def test_banned(self) -> None:
        """Who is put out of a room hears nothing more of it at once, and cannot come back."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        zhang.come_in()
        li.come_in()
        self.house.wait(self.chat.bans.put(self.anna, RoomId(1), self._actor(li).id, "spam"))
        self.turn()
        self.assertEqual(len(zhang.news("roomout")[-1][1]), 1)
        li.news()
        zhang.send_text("gone?")
        self.assertEqual(li.news(), [])
        self.assertEqual([one["msg"] for one in _messages(li.come_in())], ["你已被移出该聊天室"])

    def _actor(self, socket: Laravel) -> Actor:
        return self.house.wait(self.chat.accounts.authenticate(socket.token))


class Talking(OldCase):
    """What is said."""

    def setUp(self) -> None:
        super().setUp()
        self.zhang, self.li = self.laravel(), self.laravel("li@example.com")
        for socket in (self.zhang, self.li):
            socket.log_in()
            socket.come_in()
        self.zhang.news()

    def test_message(self) -> None:
        """It comes back to its sender as her own, and to others under an id; `img` is an empty text."""
        self.zhang.send_text('你好 "\\[\n\u2028🎉')
        mine, others = self.zhang.messages(), self.li.messages()
        self.assertEqual((len(mine), len(others)), (1, 1))
        self.assertEqual(set(mine[0]), {"id", "_id", "userid", "username", "src", "msg", "img", "roomid", "time"})
        self.assertEqual((mine[0]["userid"], mine[0]["img"], mine[0]["roomid"]), ("zhang@example.com", "", 1))
        self.assertEqual(others[0]["msg"], '你好 "\\[\n\u2028🎉')
        self.assertNotIn("@", others[0]["userid"])
        self.assertTrue(others[0]["time"].endswith("Z") and not others[0]["time"].startswith("2099"))
        self.assertTrue(others[0]["src"].startswith("/storage/"))

    def test_author(self) -> None:
        """No name, id or picture in what is sent decides who says it."""
        self.zhang.send_text("me", username="li@example.com", userid="li@example.com", id=1, name="li", src="/x")
        self.assertEqual(self.li.messages()[0]["username"], "zhang")

    def test_history(self) -> None:
        """A message has one id, live and in the history."""
        self.zhang.send_text("once")
        live = self.li.messages()[0]
        page = self.li.page.ask("GET", f"/api/history/message?roomid=1&current=1&api_token={self.li.token}")
        self.assertEqual(page.json["data"]["data"][-1], live)

    def test_markup(self) -> None:
        """What these pages show as HTML is escaped once, and stored as it was typed."""
        self.zhang.send_text("a & b &lt; c &amp;amp; &lt;b>\"'")
        self.assertEqual(self.texts(), ["a & b < c &amp;amp; <b>\"'"])
        self.assertEqual(self.li.messages()[0]["msg"], "a & b &lt; c &amp;amp;amp; &lt;b>\"'")

    def test_order(self) -> None:
        """Everybody hears everything once, in the room's order, whoever speaks how."""
        for number in range(5):
            (self.zhang if number % 2 else self.li).send_text(f"m{number}")
            self.post(f"a{number}")
        wanted = [text for number in range(5) for text in (f"m{number}", f"a{number}")]
        for socket in (self.zhang, self.li):
            self.assertEqual([one["msg"] for one in socket.messages()], wanted)

    def test_mistakes(self) -> None:
        """What is not said is explained to its sender, as an object that her page can show, and to nobody else."""
        for more in ({"msg": ""}, {"msg": "x" * 60_001}, {"msg": None}, {"msg": {"a": 1}}, {"img": "data:text/html,x"}):
            self.zhang.emit("message", {"roomid": "1", "api_token": self.zhang.token, "img": "", "msg": "", **more})
            told = self.zhang.messages()
            self.assertEqual([one["username"] for one in told], [SYSTEM], more)
            self.assertTrue(told[0]["msg"])
        self.assertEqual((self.li.news(), self.texts()), ([], []))

    def test_commands(self) -> None:
        """A command is carried out as everywhere; what it tells her alone, her page shows as the system's message."""
        self.zhang.send_text("/me 挥挥手")
        self.assertEqual([one["msg"] for one in self.li.messages()], ["zhang 挥挥手"])
        self.assertEqual([one["username"] for one in self.zhang.messages()], ["zhang"])
        self.zhang.send_text("/who")
        (told,) = self.zhang.messages()
        self.assertEqual((told["username"], told["userid"], told["roomid"], told["img"]), (SYSTEM, "", 1, ""))
        self.assertTrue(told["msg"].startswith("现在在线"), told)
        self.zhang.send_text("/topic 茶 &lt;b>")
        self.assertEqual([one["username"] for one in self.zhang.messages()], [SYSTEM], "who may not is told so")
        for text in ("/etc/hosts", "/nonsense", "//me"):
            self.zhang.send_text(text)
        self.assertEqual([one["msg"] for one in self.li.messages()], ["/etc/hosts", "/nonsense", "//me"])
        self.assertEqual(self.texts(), ["挥挥手", "/etc/hosts", "/nonsense", "//me"])

    def test_what_a_bot_answers(self) -> None:
        """A bot's answer to whoever asked comes as the bot's message to those of her pages that show the room."""
        bot = UserCard(UserId(77), "rain", "Rain <b>")
        caller = self.house.wait(self.chat.accounts.authenticate(self.zhang.token)).id
        for number in (1, 2):
            room = self.house.wait(self.chat.legacy.numbered(number))
            self.chat.hub.tell_user(caller, Notice(room, "reply", "下雨 <b>", "weather", bot))
        self.turn()
        told = [(one["username"], one["msg"], one["roomid"]) for one in self.zhang.messages()]
        self.assertEqual(told, [("Rain &lt;b>", "下雨 &lt;b>", 1)])
        self.assertEqual(self.li.messages(), [])

    def test_nonsense(self) -> None:
        """What is no such event is refused, and nothing breaks: not for its sender, nor for others."""
        for args in ([], ["x"], [None], [[]], [5]):
            self.zhang.emit("message", *args)
        for name in ("nonsense", "__proto__", "connect"):
            self.zhang.emit(name, {"roomid": "1"})
        self.zhang.emit("message", "x", id=7)
        self.assertIn("437[", "".join(self.zhang.told()))
        self.zhang.send_text("fine")
        self.assertEqual([one["msg"] for one in self.li.messages()], ["fine"])

    def test_picture(self) -> None:
        """A picture that comes as a file and inside an event is one message with an address, in either order."""
        for is_first in (True, False):
            content = images.picture("PNG", (9, 9 + is_first))
            data = "data:image/png;base64," + base64.b64encode(content).decode()
            frame = {"roomid": "1", "msg": "", "img": data, "api_token": self.zhang.token}
            if is_first:
                self.zhang.emit("message", frame)
            body = self.zhang.page.upload("/api/file/uploadimg", content, roomid="1", api_token=self.zhang.token).json
            self.turn()
            if not is_first:
                self.zhang.emit("message", frame)
            for socket in (self.zhang, self.li):
                told = socket.messages()
                self.assertEqual([(one["msg"], one["img"]) for one in told], [("", body["data"])], is_first)
        self.assertEqual(len(self.texts()), 2)

    def test_large_picture(self) -> None:
        """A frame of some megabytes costs nobody the connection; what is no picture is told so."""
        self.zhang.emit("message", {"roomid": "1", "img": "data:image/png;base64," + "A" * 3_000_000, "msg": ""})
        self.assertEqual([one["msg"] for one in self.zhang.messages()], ["图片无效"])
        self.assertTrue(self.zhang.is_open)


class Unread(OldCase):
    """Counts."""

    def test_growing(self) -> None:
        """It grows by one for who is not in the room; not for the sender, nor for who sees it; nobody else is told."""
        zhang, li = self.laravel(), self.laravel("li@example.com")
        for socket in (zhang, li):
            socket.log_in()
        zhang.come_in()
        for number in range(3):
            zhang.send_text(f"m{number}")
        self.assertEqual(zhang.news("count"), [])
        self.assertEqual([count["room1"] for _, count in li.news("count")], [1, 2, 3])
        self.assertEqual(dict(li.come_in())["count"], {"room1": 0, "room2": 0})

    def test_other_pages(self) -> None:
        """All sockets of a person count alike: what one of them shows is read, on our own client too."""
        zhang = self.laravel()
        other = Laravel(self, zhang.page, zhang.email, zhang.token)
        native = self.house.connect(self.house.wait(self.chat.accounts.authenticate(zhang.token)))
        zhang.log_in()
        other.log_in()
        self.post("one")
        self.assertEqual(other.news("count"), [["count", {"room1": 1, "room2": 0}]])
        zhang.come_in()
        self.assertEqual(other.news("count"), [["count", {"room1": 0, "room2": 0}]])
        self.post("two")
        self.assertEqual(other.news("count"), [])
        native.rest()
        self.house.clock.advance(READ_SECONDS)
        self.turn()
        marks = [one["seq"] for one in native.rest() if one["type"] == "read"]
        self.assertEqual(marks, [2])

    def test_our_own_client(self) -> None:
        """What is read with our own client is read here."""
        zhang = self.laravel()
        zhang.log_in()
        self.post("one")
        zhang.news()
        me = self.house.wait(self.chat.accounts.authenticate(zhang.token))
        self.house.wait(self.chat.reading.mark(me, MarkRead(0, RoomId(1), Seq(1))))
        self.turn()
        self.assertEqual(zhang.news(), [["count", {"room1": 0, "room2": 0}]])

    def test_it_lasts(self) -> None:
        """What was seen before the line broke is read afterwards."""
        zhang = self.laravel()
        zhang.come_in()
        self.post("seen")
        zhang.lose()
        self.turn()
        self.post("missed")
        again = Laravel(self, zhang.page, zhang.email, zhang.token)
        self.assertEqual(again.log_in(), [["count", {"room1": 1, "room2": 0}]])


def _messages(events: list[list[object]]) -> list[dict[str, str]]:
    return [args[0] for name, *args in events if name == "message"]  # type: ignore[misc]
