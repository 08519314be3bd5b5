"""The older client of Express's family: every endpoint, as its page asks and as it reads the answers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from tests.http.scene import SceneCase, rows
from tests.legacy.scene import PASSWORD, LegacyScene, Page
from tests.support import images
from webchat.legacy import pictures as legacy_pictures
from webchat.legacy.ids import direct_name, user_id
from webchat.model.commands import PostMessage
from webchat.model.ids import UserId
from webchat.model.users import Actor

PNG = images.picture("PNG", (40, 30))
NO_TOKEN = {"errno": 1, "msg": "请先登录", "data": "请先登录"}
BAD_TOKEN = {"errno": 1, "msg": "token 校验错误", "data": "token 校验错误"}


class ExpressCase(SceneCase):
    def setUp(self) -> None:
        self.scene = self.fresh()
        self.old = LegacyScene(self.scene)
        self.page, self.token, self.me = self.old.express()

    def actor(self, token: str) -> Actor:
        return self.scene.wait(self.scene.chat.accounts.authenticate(token))

    def befriend(self, page: Page, mine: str, other: str) -> Any:
        return page.post("/api/friend/add", {"selfId": mine, "friendId": other}).json


class Signing(ExpressCase):
    def test_sign_up(self) -> None:
        """A new account is told its name, its picture and its id: 24 digits, as this client orders them."""
        body = self.old.page().post("/api/user/signup", {"name": "王五", "password": PASSWORD, "src": "//x/1"}).json
        self.assertEqual((body["errno"], body["data"], body["userInfo"]["name"]), (0, "注册成功", "王五"))
        self.assertRegex(body["userInfo"]["id"], r"\A[0-9a-f]{24}\Z")
        self.assertTrue(body["userInfo"]["src"].startswith("/storage/"))

    def test_refused(self) -> None:
        """What is wrong with a name or password is said; what is no text is wrong, and nothing breaks."""
        for name, password, text in (
            ("n" * 33, PASSWORD, "用户名过长"),
            ("wang", "p" * 129, "密码过长"),
            ("李四", PASSWORD, "用户名已存在"),
            ("wang", "short", "密码至少 8 个字符，且不能太简单"),
            ({"$ne": ""}, PASSWORD, "请求参数有误"),
            ("wang", ["x"], "请求参数有误"),
            (None, None, "请求参数有误"),
        ):
            body = self.old.page().post("/api/user/signup", {"name": name, "password": password})
            self.assertEqual((body.status, body.json["errno"], body.json["data"]), (200, 1, text))

    def test_language(self) -> None:
        """A page in a browser that asks for English is told in English why not."""
        for name, password, text in (
            ("n" * 33, PASSWORD, "The name is too long."),
            ("wang", "sixsix", "The password must have 8 to 128 characters and not be a common one."),
        ):
            given = {"name": name, "password": password}
            body = self.old.page().ask("POST", "/api/user/signup", given, headers={"Accept-Language": "en"}).json
            self.assertEqual((body["errno"], body["data"], body["msg"]), (1, text, text))

    def test_sign_in(self) -> None:
        """A good password gets another token, the first stays good; a wrong one and no such name get one answer."""
        body = self.old.page().post("/api/user/signin", {"name": "李四", "password": PASSWORD}).json
        self.assertEqual((body["errno"], body["data"], body["userInfo"]["id"]), (0, "登录成功", self.me))
        self.assertNotEqual(body["token"], self.token)
        self.assertEqual(self.page.post("/api/friend/list", {"selfId": self.me}).json["errno"], 0)
        wrong = [
            self.old.page().post("/api/user/signin", {"name": name, "password": "wrong password"}).json
            for name in ("李四", "nobody")
        ]
        self.assertEqual(wrong[0], wrong[1])
        self.assertEqual(wrong[0]["data"], "用户名或密码不正确")

    def test_never_another_status(self) -> None:
        """Without a token, or with a bad one, the answer has status 200: this client takes no other."""
        asked = (
            ("GET", f"/api/message/history/byUser?selfId={self.me}"),
            ("GET", "/api/message/v2/history?roomid=room1"),
            ("GET", "/api/message/history?roomid=room1&current=1"),
            ("POST", "/api/friend/add"),
            ("POST", "/api/friend/list"),
        )
        for method, path in asked:
            for token, wanted in ((None, NO_TOKEN), ("false", NO_TOKEN), ("x" * 40, BAD_TOKEN)):
                page = self.old.page()
                page.token = token
                answer = page.ask(method, path, {"selfId": self.me} if method == "POST" else None)
                self.assertEqual((answer.status, answer.json), (200, wanted), f"{path} {token}")
        answer = self.old.page().upload("/api/file/uploadimg", PNG)
        self.assertEqual((answer.status, answer.json["errno"], answer.json["data"]), (200, 500, "请先登录"))

    def test_token_in_the_query(self) -> None:
        """The token may stand in the query, too."""
        path = f"/api/message/v2/history?roomid=room1&token={self.token}"
        self.assertEqual(self.old.page().get(path).json["errno"], 0)


class People(ExpressCase):
    def test_info(self) -> None:
        """Somebody is found by her name, escaped once or twice; no such name is an error, not a silence."""
        for name in (quote("李四"), quote(quote("李四"))):
            body = self.page.get(f"/api/user/getInfo?id={name}").json
            self.assertEqual((body["errno"], body["data"]["name"], body["data"]["id"]), (0, "李四", self.me))
            self.assertTrue(body["data"]["src"])
        for path in ("/api/user/getInfo?id=nobody", "/api/user/getInfo", "/api/user/getInfo?id=%00"):
            self.assertEqual(self.page.get(path).json["errno"], 1, path)

    def test_info_is_for_who_may_know(self) -> None:
        """Without a sign-in nobody is found, and nobody learns whether there is such a name; a browser is known."""
        path = f"/api/user/getInfo?id={quote('李四')}"
        stranger = self.old.page()
        self.assertEqual(stranger.get(path).json, stranger.get("/api/user/getInfo?id=nobody").json)
        self.page.token = None
        self.assertEqual(self.page.get(path).json["data"]["id"], self.me)

    def test_search(self) -> None:
        """Names are found by any part of them, letter for letter; guests find nobody."""
        found = self.page.get("/api/user/search?name=me").json
        self.assertEqual([one["name"] for one in found["data"]], ["mei"])
        self.assertEqual(set(found["data"][0]), {"_id", "name", "src"})
        for name in ("", quote(".*"), quote("(a+)+$"), "%25", "_"):
            self.assertEqual(self.page.get(f"/api/user/search?name={name}").json, {"errno": 0, "data": []}, name)
        self.assertEqual(self.old.page().get("/api/user/search?name=me").json, {"errno": 0, "data": []})

    def test_featured(self) -> None:
        """Whom the operator has marked, those who are signed in are shown."""
        rosa = self.actor(self.scene.tokens["rosa"])
        self.scene.wait(self.scene.chat.administration.feature(rosa, self.scene.user_id("mei"), True))
        self.assertEqual([one["name"] for one in self.page.get("/api/user/vipuser").json["data"]], ["mei"])
        self.assertEqual(self.old.page().get("/api/user/vipuser").json, {"errno": 0, "data": []})

    def test_busiest(self) -> None:
        """Who wrote most in the public rooms, and not a word of other rooms."""
        for text in ("a", "b"):
            self.old.say("olga", text, room=2)
        self.old.say("mei", "a")
        body = self.page.get("/api/message/getHot").json
        self.assertEqual([(one["_id"], one["count"]) for one in body["data"]], [("olga", 2), ("mei", 1)])
        self.assertEqual(set(body["data"][0]["user"]), {"_id", "name", "src"})
        self.assertEqual(self.old.page().get("/api/message/getHot").json, {"errno": 0, "data": []})

    def test_friends(self) -> None:
        """An added friend is one at once, for both; a second time, oneself, strangers' ids are refused."""
        other, _, its = self.old.express("王五")
        self.assertEqual(self.befriend(self.page, self.me, its), {"errno": 0, "data": "添加成功"})
        for page, mine, name in ((self.page, self.me, "王五"), (other, its, "李四")):
            found = page.post("/api/friend/list", {"selfId": mine}).json["data"]
            self.assertEqual([one["friendId"]["name"] for one in found], [name])
            self.assertEqual(set(found[0]), {"_id", "selfId", "friendId", "time"})
        again = "您已经添加过该好友，请勿重复添加"
        self.assertEqual(self.befriend(self.page, self.me, its)["data"], again)
        self.assertEqual(self.befriend(other, its, self.me)["data"], again)
        itself = self.befriend(self.page, self.me, self.me)
        self.assertEqual((itself["errno"], itself["error"]), (1, "咱不开玩笑，放过自己吧🤣"))
        for id in (user_id(UserId(999)), "x", "", None, {"$gt": ""}, self.me + "0"):
            self.assertEqual(self.befriend(self.page, self.me, id)["errno"], 1)  # type: ignore[arg-type]
        self.assertEqual(len(rows(self.scene, "contacts")), 1)

    def test_for_somebody_else(self) -> None:
        """Nobody adds friends, reads friends or messages for somebody else."""
        _, _, its = self.old.express("王五")
        mei = user_id(self.scene.user_id("mei"))
        self.assertEqual(self.befriend(self.page, its, mei)["data"], "登录异常，请重新登录")
        self.assertEqual(self.page.post("/api/friend/list", {"selfId": its}).json["errno"], 1)
        self.assertEqual(self.page.get(f"/api/message/history/byUser?selfId={its}").json["errno"], 1)
        self.assertEqual(rows(self.scene, "contacts"), [])

    def test_asking(self) -> None:
        """Where the operator wants people to be asked, they are."""
        self.old.site = LegacyScene(self.scene, befriends=False).site
        page = self.old.page()
        page.token = self.token
        mei = user_id(self.scene.user_id("mei"))
        asked = self.befriend(page, self.me, mei)
        self.assertEqual((asked["errno"], asked["data"]), (0, "已发送好友请求，等待对方同意"))
        self.assertEqual(page.post("/api/friend/list", {"selfId": self.me}).json["data"], [])

    def test_blocked(self) -> None:
        """Who blocks somebody does not become her friend, and she is not told."""
        mei, chat = self.actor(self.scene.tokens["mei"]), self.scene.chat
        self.scene.wait(chat.contacts.block(mei, self.actor(self.token).id, True))
        self.assertEqual(self.befriend(self.page, self.me, user_id(mei.id))["errno"], 0)
        self.assertEqual(self.page.post("/api/friend/list", {"selfId": self.me}).json["data"], [])


class Reading(ExpressCase):
    def newest(self) -> Any:
        return self.page.get(f"/api/message/history/byUser?selfId={self.me}").json["data"]

    def older(self, room: str, msgid: str = "") -> Any:
        return self.page.get(f"/api/message/v2/history?roomid={room}&msgid={msgid}").json

    def test_start(self) -> None:
        """A page begins with the newest twenty of each room, ascending; friends have their conversations."""
        for n in range(25):
            self.old.say("mei", f"m{n}")
        self.old.say("rosa", "<i>", room=2)
        _, other, its = self.old.express("王五")
        self.befriend(self.page, self.me, its)
        me, her = self.actor(self.token), self.actor(other)
        room = self.scene.wait(self.scene.chat.legacy.direct(me, her.id, may_make=True))
        self.scene.wait(self.scene.chat.messages.post(her, PostMessage(0, room, "just us")))
        found = self.newest()
        both = direct_name(me.id, her.id)
        self.assertEqual(set(found), {"room1", "room2", both})
        self.assertEqual([one["msg"] for one in found["room1"]], [f"m{n}" for n in range(5, 25)])
        self.assertEqual([one["msg"] for one in found["room2"]], ["&lt;i>"])
        message = found[both][0]
        self.assertEqual(
            set(message),
            {"_id", "username", "src", "msg", "img", "roomid", "roomType", "type", "clientId", "time"},
        )
        self.assertEqual((message["roomid"], message["roomType"], message["username"]), (both, "single", "王五"))

    def test_back(self) -> None:
        """One pages back by the first message that is shown, to an empty page; no message comes twice."""
        for n in range(45):
            self.old.say("mei", f"m{n}")
        found, page = [], self.older("room1")["data"]["data"]
        while page:
            found = [one["msg"] for one in page] + found
            page = self.older("room1", page[0]["_id"])["data"]["data"]
        self.assertEqual(found, [f"m{n}" for n in range(45)])

    def test_nonsense(self) -> None:
        """A message of another room, or none at all, begins no page."""
        self.old.say("mei", "x", room=2)
        other = self.older("room2")["data"]["data"][0]["_id"]
        for msgid in (other, "x", "g" * 24):
            self.assertEqual(self.older("room1", msgid), {"errno": 1, "data": {}})

    def test_conversations_of_others(self) -> None:
        """Of a conversation only the two in it read anything; unknown rooms look the same."""
        mei, olga = self.actor(self.scene.tokens["mei"]), self.actor(self.scene.tokens["olga"])
        room = self.scene.wait(self.scene.chat.directs.open(mei, [olga.id])).state.room
        self.scene.wait(self.scene.chat.messages.post(mei, PostMessage(0, room, "secret")))
        for name in (direct_name(mei.id, olga.id), direct_name(self.actor(self.token).id, mei.id), "room3", "x", "1-2"):
            body = self.older(name)
            self.assertEqual((body["errno"], body["msg"]), (1, "你暂无权限"), name)

    def test_old_history(self) -> None:
        """The older page of history is by number."""
        for n in range(22):
            self.old.say("mei", f"m{n}")
        body = self.page.get("/api/message/history?roomid=room1&current=2&total=22").json["data"]
        self.assertEqual(([one["msg"] for one in body["data"]], body["total"], body["current"]), (["m0", "m1"], 22, 2))
        self.assertEqual(self.page.get("/api/message/history?roomid=room9").json["errno"], 1)

    def test_robot(self) -> None:
        """The robot answers here, too."""
        self.assertEqual(json.loads(self.old.page().get("/api/message/robotapi?info=x").json["data"])["code"], 100000)


class Pictures(ExpressCase):
    def test_upload(self) -> None:
        """A picture is kept until it is said, and says its size in the history."""
        body = self.page.upload("/api/file/uploadimg", PNG, bearer=self.token).json
        self.assertEqual((body["errno"], body["msg"]), (0, "保存成功!"))
        self.assertEqual(self.old.page().get(body["data"]).status, 404, "nobody has said it")
        self.assertEqual(self.page.get(f"{body['data']}?width=40&height=30").status, 200, "its owner sees it")
        actor = self.actor(self.token)
        lobby = self.scene.wait(self.scene.chat.legacy.numbered(1))
        id = body["data"].split("/")[-1].split(".")[0]
        self.scene.wait(self.scene.chat.messages.post(actor, PostMessage(0, lobby, "", files=(id,))))
        found = self.page.get("/api/message/v2/history?roomid=room1").json["data"]["data"][0]
        self.assertEqual((found["type"], found["img"]), ("img", f"{body['data']}?width=40&height=30"))
        self.assertEqual(self.old.page().get(found["img"]).status, 200)

    def test_private(self) -> None:
        """A picture in a conversation is for the two in it alone."""
        other, token, its = self.old.express("王五")
        self.befriend(self.page, self.me, its)
        me, her = self.actor(self.token), self.actor(token)
        room = self.scene.wait(self.scene.chat.legacy.direct(me, her.id, may_make=True))
        body = self.page.upload("/api/file/uploadimg", PNG, bearer=self.token).json
        id = body["data"].split("/")[-1].split(".")[0]
        self.scene.wait(self.old_pictures().say_kept(me, room, id))
        address = self.page.get(f"/api/message/v2/history?roomid={direct_name(me.id, her.id)}").json
        address = address["data"]["data"][0]["img"]
        self.assertEqual(self.old.page().get(address).status, 404)
        self.assertEqual(other.get(address, headers={"Authorization": None}).status, 200, "her browser is known")
        foreign = {"Authorization": None, "Origin": "https://evil.example"}
        self.assertEqual(other.get(address, headers=foreign).status, 404)

    def old_pictures(self) -> Any:
        return legacy_pictures.Pictures(self.scene.chat, self.scene.clock.seconds)

    def test_avatar(self) -> None:
        """The token decides whose picture it is, whatever name is sent."""
        body = self.page.upload("/api/file/avatar", PNG, bearer=self.token, username="mei").json
        self.assertEqual((body["errno"], body["msg"]), (0, "保存成功!"))
        info = self.page.get(f"/api/user/getInfo?id={quote('李四')}").json["data"]
        self.assertEqual(info["src"], body["data"]["url"])
        body = self.page.upload("/api/file/avatar", b"<html>", bearer=self.token).json
        self.assertEqual((body["errno"], body["data"]), (500, "保存异常!"))

    def test_refused(self) -> None:
        """What is no picture leaves nothing, and the client is shown why."""
        for file in (None, b"<svg/>", PNG + b"x" * (5 << 20)):
            body = self.page.upload("/api/file/uploadimg", file, bearer=self.token).json
            self.assertEqual(body, {"errno": 500, "msg": "上传失败!", "data": "上传失败!"})
        self.assertEqual(rows(self.scene, "uploads"), [])
