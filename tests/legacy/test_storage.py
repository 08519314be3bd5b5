"""Pictures by address: everybody's, and those that are not for everybody."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.http.scene import SceneCase
from tests.legacy.scene import LegacyScene
from tests.support import images
from webchat.legacy.door import endpoints_of
from webchat.legacy.shapes import BUILT_IN
from webchat.legacy.storage import built_in
from webchat.model.commands import DeleteMessage, LeaveRoom


class Storage(SceneCase):
    def setUp(self) -> None:
        self.scene = self.fresh()
        self.old = LegacyScene(self.scene)

    def test_built_in(self) -> None:
        """Each built-in picture is an image of its own, in which nothing can run."""
        drawn = {built_in(number) for number in range(1, BUILT_IN + 1)}
        self.assertGreater(len(drawn), BUILT_IN * 0.9)
        for data in drawn:
            ElementTree.fromstring(data)  # noqa: S314
        answer = self.old.page().get(f"/storage/avatars/{BUILT_IN}.svg?imageView2/2/w/120/h/120")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/svg+xml"))
        self.assertEqual(answer.headers["content-security-policy"], "sandbox; default-src 'none'")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")

    def test_nothing_else(self) -> None:
        """Whatever else is asked for there is not, and no path leads out."""
        for path in (
            "/storage/avatars/0.svg",
            f"/storage/avatars/{BUILT_IN + 1}.svg",
            "/storage/avatars/01.svg",
            f"/storage/avatars/{'0' * 32}.webp",
            f"/storage/files/{'0' * 32}.png",
            "/storage/files/../../etc/passwd",
            "/storage/files/%2e%2e%2fpasswd",
            "/storage/avatars/",
            "/storage/",
            "/storage",
        ):
            self.assertEqual(self.old.page().get(path).status, 404, path)
        self.assertEqual(self.old.page().post("/storage/avatars/1.svg").status, 405)

    def test_conditions_and_parts(self) -> None:
        """A picture that is known is not sent again; a part of it may be asked for."""
        page, token = self.old.laravel()
        address = page.upload("/api/file/uploadimg", images.picture("PNG", (9, 9)), api_token=token, roomid="1")
        url = address.json["data"]
        answer = page.get(url)
        self.assertEqual(page.get(url, headers={"If-None-Match": answer.headers["etag"]}).status, 304)
        part = page.get(url, headers={"Range": "bytes=0-3"})
        self.assertEqual((part.status, part.body), (206, b"\x89PNG"))
        self.assertEqual(page.ask("HEAD", url).status, 200)

    def test_members_only(self) -> None:
        """Where strangers hear nothing, a picture is for the room's members: by the browser's cookie, or the token."""
        old = LegacyScene(self.scene, shows_strangers=False)
        page, token = old.laravel()
        url = page.upload("/api/file/uploadimg", images.picture("PNG", (9, 9)), api_token=token, roomid="1").json[
            "data"
        ]
        self.assertEqual(page.get(url).status, 200)
        self.assertEqual(old.page().get(f"{url}?api_token={token}").status, 200)
        self.assertEqual(old.page().get(url).status, 404)
        actor = self.scene.wait(self.scene.chat.accounts.authenticate(token))
        self.scene.wait(self.scene.chat.rooms.leave(actor, LeaveRoom(0, self.scene.chat.accounts.lobby)))
        self.assertEqual(page.get(url).status, 404)

    def test_strangers_make_nothing(self) -> None:
        """Whatever somebody asks who is not signed in, no second room comes of it; a sign-in makes it."""
        scene = self.fresh()
        old = LegacyScene(scene)
        for endpoint in endpoints_of(("laravel", "express")):
            if endpoint.path not in ("/api/register", "/api/user/signup"):
                old.page().ask(
                    endpoint.method, f"{endpoint.path}?roomid=1&current=1", {} if endpoint.method == "POST" else None
                )
        old.page().get(f"/storage/files/{'0' * 32}.png")
        self.assertEqual(len(scene.wait(scene.chat.legacy.known())), 1)
        old.laravel()
        self.assertEqual(len(scene.wait(scene.chat.legacy.known())), 2)

    def test_gone(self) -> None:
        """A picture goes with its message, and with the room that is no longer public."""
        page, token = self.old.laravel()
        png = images.picture("PNG", (9, 9))
        url = page.upload("/api/file/uploadimg", png, api_token=token, roomid="2").json["data"]
        chat, scene = self.scene.chat, self.scene
        room = scene.wait(chat.legacy.numbered(2))
        rosa = scene.wait(chat.accounts.authenticate(scene.tokens["rosa"]))
        self.assertEqual(self.old.page().get(url).status, 200)
        scene.wait(chat.rooms.change(rosa, room, kind="private"))
        self.assertEqual(self.old.page().get(url).status, 404)
        self.assertEqual(page.get(url).status, 200, "its members see it")
        actor = scene.wait(chat.accounts.authenticate(token))
        scene.wait(chat.messages.delete(actor, DeleteMessage(0, room, scene.wait(chat.legacy.stored(room)).seq)))
        self.assertEqual(page.get(url).status, 404)
