"""The older client of Laravel's family: every endpoint, as its page asks and as it reads the answers."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

from tests.http.scene import SceneCase, rows
from tests.legacy.scene import PASSWORD, LegacyScene, signed
from tests.support import images
from webchat.live.limits import Rate
from webchat.model.commands import LeaveRoom

PNG = images.picture("PNG", (40, 30))


class LaravelCase(SceneCase):
    def setUp(self) -> None:
        self.scene = self.fresh()
        self.old = LegacyScene(self.scene)
        self.page = self.old.page()


class Registering(LaravelCase):
    def test_by_address(self) -> None:
        """Who gives only an address is shown by what stands before its @, with a picture, and gets a token."""
        body = signed(self.page.form("/api/register", name="zhang@example.com", password=PASSWORD, src="//x/1.jpeg"))
        user = body["user"]
        self.assertEqual((user["name"], user["email"]), ("zhang", "zhang@example.com"))
        self.assertTrue(user["avatar"].startswith("/storage/avatars/"))
        self.assertNotIn("?", user["avatar"])
        self.assertEqual(body["message"], "用户注册成功")
        self.assertEqual(body["data"], user)
        self.assertTrue({"api_token", "created_at", "updated_at", "id"} <= set(user))
        self.assertTrue(user["created_at"].endswith("Z"))

    def test_by_name_and_address(self) -> None:
        """Name and address may come apart; as JSON, as a form and as multipart alike."""
        body = self.page.post("/api/register", {"name": "Li Si", "email": "li@example.com", "password": PASSWORD}).json
        self.assertEqual((body["user"]["name"], body["user"]["email"]), ("Li Si", "li@example.com"))
        body = self.page.upload("/api/register", None, name="wang@example.com", password=PASSWORD).json
        self.assertEqual(body["user"]["name"], "wang")

    def test_address_is_taken(self) -> None:
        """A second registration with one address gets a clear text, and nothing of the database."""
        self.old.laravel("zhang@example.com")
        body = self.page.form("/api/register", name="ZHANG@example.com", password=PASSWORD).json
        self.assertEqual(body, {"errno": 1, "message": "该邮箱已被注册", "data": "该邮箱已被注册"})

    def test_two_with_one_shown_name(self) -> None:
        """Two people may be shown by one name; each has an account name of her own."""
        self.old.laravel("zhang@example.com")
        self.old.laravel("zhang@example.org")
        names = [row["name"] for row in rows(self.scene, "users") if row["display_name"] == "zhang"]
        self.assertEqual(names, ["zhang", "zhang-2"])

    def test_no_outside_request(self) -> None:
        """The picture that is offered is not taken over: another host's address is told to nobody."""
        _, token = self.old.laravel(src="//s3.example.com/avatar/3.jpeg")
        self.assertNotIn("s3.example", self.page.get(f"/api/user?api_token={token}").body.decode())

    def test_refusals(self) -> None:
        """Short passwords, no address, wrong types: a text, in both members."""
        for fields in (
            {"name": "zhang@example.com", "password": "12345"},
            {"name": "zhang", "password": PASSWORD},
            {"name": {"$gt": ""}, "password": PASSWORD},
            {"name": ["a@b.cc"], "password": PASSWORD},
            {"name": None, "password": PASSWORD},
            {"name": 5, "password": PASSWORD},
            {"name": "a@b.cc", "password": {"$ne": 1}},
            {"name": "a@b.cc\0", "password": PASSWORD},
            {},
        ):
            body = self.page.post("/api/register", fields).json
            self.assertEqual(body["errno"], 1, fields)
            self.assertTrue(body["message"] and body["message"] == body["data"], fields)

    def test_language(self) -> None:
        """Why a password will not do is told in English to whose browser asks for that, else in Chinese."""
        fields = urlencode({"name": "wang@example.com", "password": "sixsix"}).encode()
        for asked, text in (
            ("en-GB,en;q=0.9", "The password must have 8 to 128 characters and not be a common one."),
            ("zh-CN", "密码至少 8 个字符，且不能太简单"),
            ("de", "密码至少 8 个字符，且不能太简单"),
        ):
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": asked}
            answer = self.page.ask("POST", "/api/register", raw=fields, headers=kind)
            self.assertEqual((answer.status, answer.json), (200, {"errno": 1, "message": text, "data": text}), asked)

    def test_closed(self) -> None:
        """Where an invitation is needed, a client that knows none is told so."""
        old = LegacyScene(self.fresh(registration="invitation"))
        body = old.page().form("/api/register", name="zhang@example.com", password=PASSWORD).json
        self.assertEqual((body["errno"], body["message"]), (1, "本站需要邀请才能注册"))


class SigningIn(LaravelCase):
    def test_sign_in(self) -> None:
        """By address under either name, in any case; a device that signed in before stays signed in."""
        _, first = self.old.laravel("zhang@example.com")
        for fields in ({"name": "zhang@example.com"}, {"email": "Zhang@Example.com"}):
            body = signed(self.page.form("/api/login", password=PASSWORD, **fields))
            self.assertEqual(body["message"], "用户登录成功")
            self.assertIn("email_verified_at", body["user"])
            self.assertNotEqual(body["user"]["api_token"], first)
        self.assertEqual(self.page.get(f"/api/user?api_token={first}").status, 200)

    def test_wrong(self) -> None:
        """An unknown name and a wrong password get one answer."""
        self.old.laravel("zhang@example.com")
        answers = [
            self.page.form("/api/login", name=name, password="wrong password").json
            for name in ("zhang@example.com", "nobody@example.com")
        ]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0]["message"], "用户名和密码不匹配，请重新输入")

    def test_tries_are_limited(self) -> None:
        """Trying passwords is slowed down per account, apart from what else is asked."""
        self.old.laravel("zhang@example.com")
        texts = [
            self.page.form("/api/login", name="zhang@example.com", password=f"wrong {n}").json["message"]
            for n in range(8)
        ]
        self.assertEqual(texts[-1], "操作过于频繁，请稍后再试")
        self.assertEqual(self.page.get("/api/robot?info=hi").status, 200)

    def test_sign_out(self) -> None:
        """After signing out the token is nobody's, over every road."""
        page, token = self.old.laravel()
        self.assertEqual(page.form("/api/logout", api_token=token).json["message"], "用户退出成功")
        self.assertEqual(page.form("/api/logout", api_token=token).json["message"], "用户已退出")
        self.assertEqual(page.get(f"/api/user?api_token={token}").status, 401)
        self.assertEqual(page.get("/api/history/message?roomid=1&current=1").status, 401)

    def test_where_the_token_stands(self) -> None:
        """In the query, the body, as bearer, or as Basic's password; what means none is none."""
        _, token = self.old.laravel()
        basic = base64.b64encode(f"x:{token}".encode()).decode()
        for path, headers in (
            (f"/api/user?api_token={token}", {}),
            ("/api/user", {"Authorization": f"Bearer {token}"}),
            ("/api/user?api_token=false", {"Authorization": f"Bearer {token}"}),
            ("/api/user", {"Authorization": f"Basic {basic}"}),
        ):
            answer = self.page.get(path, headers=headers)
            self.assertEqual(answer.status, 200, path)
            self.assertNotIn(token, answer.body.decode())
        for value in ("", "false", "null", "undefined", "x" * 60):
            for path, headers in (
                (f"/api/user?api_token={value}", {}),
                ("/api/user", {"Authorization": f"Bearer {value}"}),
            ):
                answer = self.old.page().get(path, headers=headers)
                self.assertEqual((answer.status, answer.json), (401, {"message": "Unauthenticated."}))
        self.assertEqual(self.page.form("/api/logout", api_token=token).json["errno"], 0)

    def test_token_is_kept_hashed(self) -> None:
        """No table holds a token as it was told."""
        _, token = self.old.laravel()
        for table in ("sessions", "devices", "users", "meta"):
            self.assertNotIn(token, str(rows(self.scene, table)))


class Reading(LaravelCase):
    def setUp(self) -> None:
        super().setUp()
        self.mine, self.token = self.old.laravel()

    def history(self, **query: object) -> dict[str, object]:
        words = "&".join(f"{name}={value}" for name, value in query.items())
        body = self.mine.get(f"/api/history/message?api_token={self.token}&{words}").json["data"]
        return dict(body)

    def texts(self, **query: object) -> list[str]:
        found = self.history(**query)
        self.assertEqual(found["errno"], 0)
        return [row["msg"] for row in found["data"]]  # type: ignore[attr-defined]

    def test_pages(self) -> None:
        """Page 1 is the newest twenty, page 2 the twenty before, ascending inside; then there is nothing more."""
        for n in range(45):
            self.old.say("rosa", f"m{n}")
        self.assertEqual(self.texts(roomid=1, current=1), [f"m{n}" for n in range(25, 45)])
        self.assertEqual(self.texts(roomid=1, current=2, total=45), [f"m{n}" for n in range(5, 25)])
        self.assertEqual(self.texts(roomid=1, current=3, total=45), [f"m{n}" for n in range(5)])
        self.assertEqual(self.texts(roomid=1, current=4, total=45), [])
        found = self.history(roomid=1, current=2, total=45)
        self.assertEqual((found["total"], found["current"]), (45, 2))

    def test_messages_that_came_since(self) -> None:
        """What was said after the client began moves no page: nothing is shown twice, nothing is left out."""
        for n in range(30):
            self.old.say("rosa", f"m{n}")
        self.old.say("rosa", "since")
        self.assertEqual(self.texts(roomid=1, current=2, total=30), [f"m{n}" for n in range(10)])

    def test_second_visit(self) -> None:
        """The first page again, of a client that holds it, is empty."""
        self.old.say("rosa", "hello")
        self.assertEqual(self.texts(roomid=1, current=1, total=1), [])

    def test_row(self) -> None:
        """A message as the page shows it: who wrote it by an address only if that was herself."""
        self.old.say("mei", "hi")
        row = self.history(roomid=1)["data"][0]  # type: ignore[index]
        self.assertEqual(set(row), {"id", "_id", "userid", "username", "src", "msg", "img", "roomid", "time"})
        self.assertEqual((row["username"], row["img"], row["roomid"]), ("Mei", "", 1))
        self.assertTrue(row["src"] and row["time"].endswith("Z"))
        self.assertNotIn("@", row["userid"])

    def test_own(self) -> None:
        """One's own messages bear the address that signing in told."""
        png = PNG
        self.mine.upload("/api/file/uploadimg", png, api_token=self.token, roomid="1")
        self.assertEqual(self.history(roomid=1)["data"][0]["userid"], "zhang@example.com")  # type: ignore[index]

    def test_markup(self) -> None:
        """A text looks the same as it was typed, and no markup runs."""
        self.old.say("mei", """a & b < c &amp; <b>"'""")
        self.assertEqual(self.texts(roomid=1), ["""a & b &lt; c &amp;amp; &lt;b>"'"""])

    def test_second_room(self) -> None:
        """The second room is there from the beginning, public, and apart from the first."""
        self.old.say("mei", "in two", room=2)
        self.assertEqual((self.texts(roomid=1), self.texts(roomid=2)), ([], ["in two"]))

    def test_no_such_room(self) -> None:
        """Other rooms, and what is no number, give nothing but an error."""
        for roomid in ("3", "0", "-1", "x", "", "1e3", "99999999999"):
            self.assertEqual(self.history(roomid=roomid, current=1), {"errno": 1}, roomid)
        self.assertEqual(self.history(roomid=1, current=0), {"errno": 1})
        self.assertEqual(self.history(roomid=1, total="x"), {"errno": 1})

    def test_private(self) -> None:
        """A room that was made private shows nothing to those outside."""
        rosa = self.scene.wait(self.scene.chat.accounts.authenticate(self.scene.tokens["rosa"]))
        second = self.scene.wait(self.scene.chat.legacy.numbered(2))
        outsider = self.old.page()
        body = signed(outsider.form("/api/register", name="wang@example.com", password=PASSWORD))
        actor = self.scene.wait(self.scene.chat.accounts.authenticate(body["user"]["api_token"]))
        self.scene.wait(self.scene.chat.rooms.leave(actor, LeaveRoom(0, second)))
        self.scene.wait(self.scene.chat.rooms.change(rosa, second, kind="private"))
        answer = outsider.get(f"/api/history/message?roomid=2&api_token={body['user']['api_token']}")
        self.assertEqual(answer.json, {"data": {"errno": 1}})

    def test_by_browser(self) -> None:
        """After a reconnect the page asks without its token: the browser is known, to pages of ours alone."""
        self.old.say("mei", "hi")
        answer = self.mine.get("/api/history/message?roomid=1&current=1")
        self.assertEqual(len(answer.json["data"]["data"]), 1)
        foreign = {"Origin": "https://evil.example"}
        answer = self.mine.get("/api/history/message?roomid=1&current=1", headers=foreign)
        self.assertEqual(answer.status, 401)
        self.assertEqual(self.mine.get("/api/user").status, 401, "for this one request only")
        self.assertEqual(self.old.page().get("/api/history/message?roomid=1").status, 401)

    def test_banned(self) -> None:
        """Who was banned from the room reads nothing of it."""
        chat, scene = self.scene.chat, self.scene
        rosa = scene.wait(chat.accounts.authenticate(scene.tokens["rosa"]))
        actor = scene.wait(chat.accounts.authenticate(self.token))
        lobby = scene.wait(chat.legacy.numbered(1))
        scene.wait(chat.bans.put(rosa, lobby, actor.id))
        self.assertEqual(self.history(roomid=1), {"errno": 1})


class Pictures(LaravelCase):
    def setUp(self) -> None:
        super().setUp()
        self.mine, self.token = self.old.laravel()

    def test_said(self) -> None:
        """A picture becomes one message with one file, whatever it is called, however often it comes."""
        for _ in range(2):
            body = self.mine.upload("/api/file/uploadimg", PNG, api_token=self.token, roomid="1").json
            self.assertEqual((body["errno"], body["msg"]), (0, "保存成功"))
        self.assertRegex(body["data"], r"\A/storage/files/[0-9a-f]{32}\.png\Z")
        page = self.mine.get(f"/api/history/message?roomid=1&api_token={self.token}").json["data"]
        self.assertEqual([(row["msg"], row["img"]) for row in page["data"]], [("", body["data"])])
        self.assertEqual(len(rows(self.scene, "uploads")), 1)
        answer = self.old.page().get(f"{body['data']}?imageView2/2/w/360")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/png"))
        self.assertIn("sandbox", answer.headers["content-security-policy"])

    def test_later_again(self) -> None:
        """After a minute the same picture is another message."""
        self.mine.upload("/api/file/uploadimg", PNG, api_token=self.token, roomid="1")
        self.scene.clock.advance(61)
        self.mine.upload("/api/file/uploadimg", PNG, api_token=self.token, roomid="1")
        self.assertEqual(len(rows(self.scene, "messages")), 4)

    def test_no_picture(self) -> None:
        """What is missing, or no picture by its content, is refused, and nothing is left of it."""
        missing = "无效的参数（房间号/图片文件为空或者无效）"
        for file, fields, text in (
            (None, {"roomid": "1"}, missing),
            (PNG, {"roomid": "9"}, missing),
            (PNG, {}, missing),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", {"roomid": "1"}, "文件上传失败，请重试"),
            (b"<script>alert(1)</script>", {"roomid": "1"}, "文件上传失败，请重试"),
            (PNG + b"x" * (5 << 20), {"roomid": "1"}, "文件上传失败，请重试"),
        ):
            body = self.mine.upload("/api/file/uploadimg", file, api_token=self.token, **fields).json
            self.assertEqual(body, {"errno": 500, "msg": text})
        self.assertEqual(rows(self.scene, "uploads"), [])
        self.assertEqual(len(rows(self.scene, "messages")), 2)

    def test_stranger(self) -> None:
        """Without a token nothing is taken."""
        answer = self.old.page().upload("/api/file/uploadimg", PNG, roomid="1", api_token="false")
        self.assertEqual((answer.status, answer.json), (401, {"message": "Unauthenticated."}))
        self.assertEqual(rows(self.scene, "uploads"), [])

    def test_avatar(self) -> None:
        """A picture of oneself has an address that everybody can look at."""
        body = self.mine.upload("/api/file/avatar", PNG, api_token=self.token, username="rosa").json
        self.assertEqual((body["errno"], body["msg"]), (0, "保存成功"))
        user = self.mine.get(f"/api/user?api_token={self.token}").json
        self.assertEqual(user["avatar"], body["data"]["url"])
        answer = self.old.page().get(f"{user['avatar']}?imageView2/2/w/120/h/120")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/webp"))
        body = self.mine.upload("/api/file/avatar", None, api_token=self.token).json
        self.assertEqual(body, {"errno": 500, "msg": "无效的参数（头像图片为空或者无效）"})


class TheRest(LaravelCase):
    def test_robot(self) -> None:
        """The robot answers guests too, with a text in JSON in JSON."""
        body = self.page.get("/api/robot?info=hello&id=1").json
        self.assertEqual(json.loads(body["data"])["code"], 100000)
        self.assertTrue(json.loads(body["data"])["text"])

    def test_throttle(self) -> None:
        """Sixty requests a minute are taken from one address; far more are refused as the client knows it."""
        old = LegacyScene(self.fresh(reads=Rate(1, 60)))
        answers = [old.page().get("/api/user") for _ in range(70)]
        self.assertEqual({answer.status for answer in answers[:60]}, {401})
        last = answers[-1]
        self.assertEqual((last.status, last.json), (429, {"message": "Too Many Attempts."}))
        self.assertTrue({"retry-after", "x-ratelimit-limit", "x-ratelimit-remaining"} <= set(last.headers))
        self.assertEqual(last.headers["x-ratelimit-limit"], "60", "as many a minute as are taken")
        old = LegacyScene(self.fresh(reads=Rate(0.5, 10)))
        last = [old.page().get("/api/user") for _ in range(12)][-1]
        self.assertEqual((last.status, last.headers["x-ratelimit-limit"]), (429, "30"))
