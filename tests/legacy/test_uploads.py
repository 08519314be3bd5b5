"""Whose client it is that brings a picture."""

from __future__ import annotations

from tests.http.scene import SceneCase
from tests.legacy.scene import LegacyScene
from tests.support import images

PNG = images.picture("PNG", (9, 9))


class Whose(SceneCase):
    def test_both(self) -> None:
        """Each family is answered in its own words, by where its token stands."""
        old = LegacyScene(self.fresh())
        page, token = old.laravel()
        for bearer, fields, wanted in (
            (None, {"api_token": token, "roomid": "1"}, "保存成功"),
            (token, {"roomid": "1"}, "保存成功"),
            (token, {}, "保存成功!"),
            (token, {"roomid": "room1"}, "保存成功!"),
        ):
            body = page.upload("/api/file/uploadimg", PNG, bearer=bearer, **fields).json
            self.assertEqual((body["errno"], body["msg"]), (0, wanted), fields)

    def test_announced_otherwise(self) -> None:
        """What arrives counts, whatever the page meant to announce."""
        old = LegacyScene(self.fresh())
        page, token = old.laravel()
        answer = page.post("/api/file/uploadimg", {"api_token": token, "roomid": 1, "file": "x"})
        self.assertEqual(answer.json, {"errno": 500, "msg": "无效的参数（房间号/图片文件为空或者无效）"})
