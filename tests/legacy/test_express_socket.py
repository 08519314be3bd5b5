"""The events of `express`, as its page sends and hears them."""

from __future__ import annotations

import json

from tests.legacy.sockets import Express, OldCase
from tests.support import images
from webchat.legacy.express_socket import HOLD_SECONDS
from webchat.legacy.saying import SYSTEM
from webchat.legacy.socket import SIGN_IN_FIRST

REFUSED = [["login", SIGN_IN_FIRST]]
COUNT = ["count", {"room1": 0, "room2": 0}]


class SigningIn(OldCase):
    """Who somebody is: her browser knows."""

    def test_login(self) -> None:
        """Who signed in on this browser is known by her id; the counts are nought."""
        self.assertEqual(self.express().log_in(), [COUNT])

    def test_other_ids(self) -> None:
        """Nobody is somebody else, whatever her page says; names decide nothing."""
        li, wang = self.express(), self.express("王五")
        wang.come_in()
        li.emit("login", {"name": wang.name, "id": wang.id, "browser": "", "os": "", "ua": "x"})
        self.house.clock.advance(HOLD_SECONDS)
        self.turn()
        self.assertEqual(li.news(), REFUSED)
        for given in ({}, {"id": wang.id}, {"id": {"$ne": 1}, "ua": "x"}, {"id": 5, "ua": ""}, {"name": wang.name}):
            li.emit("login", given)
            self.house.clock.advance(HOLD_SECONDS)
            self.turn()
            self.assertEqual(li.news(), REFUSED, given)

    def test_waiting(self) -> None:
        """A login that comes before the browser is known waits for it, and the rooms after it."""
        li = self.express()
        page = self.page()
        page.cookies = {"webchat-device": "x" * 43}
        late = Express(self, page, li.name, li.id)
        self.assertEqual(late.come_in(), [])
        page.ask(
            "GET", f"/api/message/history/byUser?selfId={li.id}", headers={"Authorization": f"Bearer {li.page.token}"}
        )
        self.turn()
        self.assertEqual([name for name, *_ in late.news()], ["count", "room", "room"])

    def test_waiting_in_vain(self) -> None:
        """It waits ten seconds, and no longer."""
        li = self.express()
        page = self.page()
        page.cookies = {"webchat-device": "x" * 43}
        late = Express(self, page, li.name, li.id)
        late.come_in()
        self.house.clock.advance(HOLD_SECONDS - 0.1)
        self.assertEqual(late.news(), [])
        self.house.clock.advance(0.2)
        self.turn()
        self.assertEqual(late.news(), REFUSED * 3)
        late.log_in()
        late.lose()
        self.house.clock.advance(HOLD_SECONDS + 1)

    def test_strangers(self) -> None:
        """A script that says a name only is a guest, and is told so."""
        guest = Express(self, self.page(), "x", "")
        guest.emit("login", {"name": "x"})
        guest.emit("room", {"name": "x", "roomid": "room1"})
        guest.emit("message", {"username": "x", "msg": "hi", "roomid": "room1"})
        guest.emit("roomout")
        self.assertEqual((guest.news(), self.texts(), guest.is_open), (REFUSED * 4, [], True))

    def test_foreign_page(self) -> None:
        """A browser's cookie counts only where a page of ours has opened the socket."""
        li = self.express()
        self.assertEqual(Express(self, li.page, li.name, li.id, origin=None).log_in(), REFUSED)
        self.assertEqual(Express(self, li.page, li.name, li.id, origin="https://evil.example").status, 403)

    def test_signing_out(self) -> None:
        """`roomout`, which says nothing, ends it: both rooms are left, the browser is known no more."""
        li, wang = self.express(), self.express("王五")
        wang.come_in()
        li.come_in()
        wang.news()
        li.emit("roomout")
        self.assertEqual(
            [(name, sorted(told["onlineUsers"]), told["roomid"]) for name, told in wang.news()],
            [("roomout", ["王五"], "room1"), ("roomout", ["王五"], "room2")],
        )
        wang.send_text("unheard")
        li.send_text("hi")
        self.assertEqual(li.news(), REFUSED)
        again = Express(self, li.page, li.name, li.id)
        again.log_in()
        self.house.clock.advance(HOLD_SECONDS)
        self.turn()
        self.assertEqual(again.news(), REFUSED)
        li.emit("roomout")
        self.assertTrue(li.is_open)

    def test_ended(self) -> None:
        """When her session ends elsewhere, her open socket is nobody's at once."""
        li = self.express()
        li.come_in()
        actor = self.house.wait(self.chat.accounts.authenticate(li.page.token or ""))
        self.house.wait(self.chat.accounts.sign_out(actor))
        self.turn()
        self.assertEqual(li.news("login"), REFUSED)
        self.post("unheard")
        self.assertEqual(li.news(), [])


class Rooms(OldCase):
    """Who is there."""

    def test_list(self) -> None:
        """The list has each person once, by her account name, with her picture and nothing else."""
        li, wang = self.express(), self.express("王五")
        self.assertEqual([name for name, *_ in li.come_in()], ["count", "room", "room"])
        told = [args for name, *args in wang.come_in() if name == "room"]
        for (one,), room in zip(told, ("room1", "room2"), strict=True):
            self.assertEqual((set(one["onlineUsers"]), one["roomid"]), ({"李四", "王五"}, room))
            self.assertTrue(all(set(row) == {"src"} and row["src"] for row in one["onlineUsers"].values()))
        wang.lose()
        self.turn()
        last = li.news("roomout")
        self.assertEqual([set(one["onlineUsers"]) for _, one in last], [{"李四"}, {"李四"}])

    def test_both_kinds(self) -> None:
        """People of both kinds of client see each other, each in her own shape."""
        li, zhang = self.express(), self.laravel()
        li.come_in()
        rows = dict(zhang.come_in())["room"]
        self.assertEqual({row["name"] for row in rows.values()}, {"李四", "zhang"})
        self.assertEqual(set(li.news("room")[-1][1]["onlineUsers"]), {"李四", "zhang"})

    def test_unknown(self) -> None:
        """Other rooms are not entered, and nothing breaks."""
        li = self.express()
        li.log_in()
        for room in ("room3", "", None, 5, ["room1"], "x-y", f"{li.id}-{li.id}", "0" * 24 + "-" + li.id):
            li.emit("room", {"roomid": room})
            li.emit("message", {"roomid": room, "msg": "psst", "img": "", "clientId": "c", "time": "t"})
        self.assertEqual((li.news(), li.is_open), ([], True))


class Talking(OldCase):
    def setUp(self) -> None:
        super().setUp()
        self.li, self.wang = self.express(), self.express("王五")
        for socket in (self.li, self.wang):
            socket.come_in()
        self.li.news()

    def test_message(self) -> None:
        """Its sender gets it back under the name that her page gave it; others as a message like any other."""
        self.li.send_text("a &lt;b> \u2028🎉", client_id="c-9")
        (mine,), (others,) = self.li.messages(), self.wang.messages()
        fields = {"_id", "username", "src", "msg", "img", "roomid", "roomType", "type", "clientId", "time"}
        self.assertEqual((set(mine), mine["clientId"], mine["img"]), (fields, "c-9", ""))
        self.assertEqual(
            [others[one] for one in ("username", "msg", "img", "roomid", "roomType", "type")],
            ["李四", "a &lt;b> \u2028🎉", "", "room1", "group", "text"],
        )
        self.assertEqual(self.texts(), ["a <b> \u2028🎉"])
        history = self.wang.page.ask("GET", "/api/message/v2/history?roomid=room1").json["data"]["data"]
        self.assertEqual(history[-1]["_id"], others["_id"])

    def test_retry(self) -> None:
        """A second try has another name but the same time and text: one message, and the newest name comes back."""
        self.li.send_text("once", client_id="c-1", time="2020-01-01T00:00:00.000Z")
        self.li.messages()
        self.li.send_text("once", client_id="c-2", time="2020-01-01T00:00:00.000Z")
        self.assertEqual([one["clientId"] for one in self.li.messages()], ["c-2"])
        again = Express(self, self.li.page, self.li.name, self.li.id)
        again.come_in()
        again.send_text("once", client_id="c-3", time="2020-01-01T00:00:00.000Z")
        self.assertEqual([one["clientId"] for one in again.messages()], ["c-3"])
        self.assertEqual((self.texts(), len(self.wang.messages())), (["once"], 1))
        self.li.send_text("once", client_id="c-4", time="2020-01-01T00:00:09.000Z")
        self.assertEqual(self.texts(), ["once", "once"])

    def test_same_name(self) -> None:
        """Without a time, what has the same name is the same message."""
        for _ in range(2):
            self.li.send_text("once", client_id="c-1", time=None)
        self.li.send_text("once", client_id="", time=None)
        self.li.send_text("once", client_id="", time=None)
        self.assertEqual(self.texts(), ["once"] * 3)

    def test_own_elsewhere(self) -> None:
        """No page gets a message of its own person's that it does not know; other clients of hers do."""
        other = Express(self, self.li.page, self.li.name, self.li.id)
        other.come_in()
        actor = self.house.wait(self.chat.accounts.authenticate(self.li.page.token or ""))
        native = self.house.connect(actor)
        self.li.send_text("from a page")
        self.post("by our own client", actor=actor)
        self.assertEqual([one["msg"] for one in self.li.messages()], ["from a page"])
        self.assertEqual(other.messages(), [])
        heard = [one["text"] for one in native.rest() if one["type"] == "message"]
        self.assertEqual(heard, ["from a page", "by our own client"])
        self.assertEqual([one["msg"] for one in self.wang.messages()], heard)

    def test_author(self) -> None:
        """No field decides who says something."""
        self.li.send_text("me", username="王五", src="//x", to=self.wang.id, **{"from": self.wang.id})
        told = self.wang.messages()[0]
        self.assertEqual((told["username"], told["src"][:9]), ("李四", "/storage/"))

    def test_picture(self) -> None:
        """A picture that was brought is said by its address, and comes back as it was sent; no other is."""
        body = self.li.page.upload(
            "/api/file/uploadimg", images.picture("PNG", (40, 30)), bearer=self.li.page.token
        ).json
        sent = f"{body['data']}?width=400&height=300"
        self.li.send_text("", type="img", img=sent, client_id="p")
        (mine,), (others,) = self.li.messages(), self.wang.messages()
        self.assertEqual((mine["img"], mine["clientId"], mine["type"]), (sent, "p", "img"))
        self.assertEqual(others["img"], f"{body['data']}?width=40&height=30")
        for other in ("https://evil.example/a.png", "/storage/files/" + "0" * 32 + ".png", "data:image/png;base64,AA"):
            self.li.send_text("", type="img", img=other, client_id="q")
        self.assertEqual((self.li.messages(), self.wang.messages()), ([], []))

    def test_mistakes(self) -> None:
        """What cannot be said does not come back, which its page shows; the acknowledgement, if wanted, says why."""
        self.li.send_text("x" * 60_001)
        self.li.emit("message", {"roomid": "room1", "msg": {"a": 1}}, id=5)
        self.assertEqual((self.li.messages(), self.wang.messages()), ([], []))
        self.li.emit("message", {"roomid": "room1", "msg": ""}, id=6)
        answers = [json.loads(text[3:])[0] for text in self.li.told() if text.startswith("43")]
        self.assertEqual([one["errno"] for one in answers], [1])

    def test_commands(self) -> None:
        """A command is carried out; its line comes back, for which her page waits, and then the answer."""
        self.li.send_text("/me 挥挥手", client_id="c-1")
        self.assertEqual([(one["msg"], one["clientId"]) for one in self.li.messages()], [("李四 挥挥手", "c-1")])
        self.wang.messages()
        self.li.send_text("/topic", client_id="c-2")
        line, answer = self.li.messages()
        self.assertEqual((line["username"], line["msg"], line["clientId"]), ("李四", "/topic", "c-2"))
        self.assertEqual((answer["username"], answer["msg"]), (SYSTEM, "这个房间还没有简介。"))
        self.assertEqual(set(answer), set(line))
        self.assertEqual((self.wang.messages(), self.texts()), ([], ["挥挥手"]))

    def test_all_clients(self) -> None:
        """Everybody hears everything once, in order, whatever she speaks."""
        zhang = self.laravel()
        zhang.come_in()
        self.li.send_text("one", client_id="1")
        zhang.send_text("two")
        self.post("three")
        self.wang.send_text("four", client_id="4")
        for socket in (self.li, self.wang, zhang):
            self.assertEqual([one["msg"] for one in socket.messages()], ["one", "two", "three", "four"])


class Friends(OldCase):
    """Conversations of two."""

    def setUp(self) -> None:
        super().setUp()
        self.li, self.wang = self.express(), self.express("王五")
        for socket in (self.li, self.wang):
            socket.come_in()
        self.li.news()

    def test_added(self) -> None:
        """Who is added gets her whole list, as it is told over HTTP."""
        self.li.befriend(self.wang)
        listed = self.wang.page.post("/api/friend/list", {"selfId": self.wang.id}).json["data"]
        self.assertEqual(self.wang.news("friend"), [["friend", listed]])
        self.assertEqual(listed[0]["friendId"]["name"], "李四")

    def test_talking(self) -> None:
        """Both hear all of it from the first message on, on every socket of the other; nobody else does."""
        third = self.express("赵六")
        third.come_in()
        self.li.befriend(self.wang)
        second = Express(self, self.wang.page, self.wang.name, self.wang.id)
        second.come_in()
        for one in (self.li, self.wang, third):
            one.news()
        room = self.li.with_(self.wang)
        for number in range(3):
            self.li.send_text(f"m{number}", room, client_id=str(number))
        self.wang.send_text("answer", "-".join(reversed(room.split("-"))), client_id="a")
        told = self.li.messages()
        self.assertEqual([one["msg"] for one in told], ["m0", "m1", "m2", "answer"])
        self.assertEqual({(one["roomid"], one["roomType"]) for one in told}, {(room, "single")})
        self.assertEqual([one["msg"] for one in self.wang.messages()], ["m0", "m1", "m2", "answer"])
        self.assertEqual([one["msg"] for one in second.messages()], ["m0", "m1", "m2"])
        self.assertEqual(third.news(), [])
        late = Express(self, self.wang.page, self.wang.name, self.wang.id)
        late.come_in()
        late.messages()
        self.li.send_text("later", room, client_id="l")
        self.assertEqual([one["msg"] for one in late.messages()], ["later"])

    def test_strangers(self) -> None:
        """Who is no friend is not written to; and nobody writes in the conversation of others."""
        third = self.express("赵六")
        third.come_in()
        self.li.befriend(self.wang)
        for one in (self.li, self.wang, third):
            one.news()
        third.send_text("hello", third.with_(self.wang))
        third.send_text("hello", self.li.with_(self.wang))
        self.assertEqual((third.news(), self.wang.news(), self.li.news()), ([], [], []))

    def test_our_own_client(self) -> None:
        """What a friend says with our own client comes, too."""
        self.li.befriend(self.wang)
        wang = self.house.wait(self.chat.accounts.authenticate(self.wang.page.token or ""))
        native = self.house.connect(wang)
        self.li.send_text("hi", self.li.with_(self.wang))
        room = next(one["room"] for one in native.rest() if one["type"] == "joined")["room"]
        native.ask("post", room=room, text="hello")
        self.assertEqual([one["msg"] for one in self.li.messages()], ["hi", "hello"])
