"""Who may do what by the endpoints of older clients: every endpoint, everybody."""

from __future__ import annotations

import json
from typing import Any

from tests.http.scene import SceneCase
from tests.http.wire import Answer
from tests.legacy.scene import PASSWORD, LegacyScene
from tests.support import images
from webchat.legacy.door import endpoints_of
from webchat.legacy.ids import user_id

WHO = ("anonymous", "member", "admin", "guest", "disabled")
NAMES = dict(zip(WHO, (None, "mei", "adele", "gus", "dora"), strict=True))

# What each answers to whom, in the order of WHO: the `errno`, or else the status.
EXPECTED: dict[str, tuple[int, ...]] = {
    "POST /api/register": (0, 0, 0, 0, 0),
    "POST /api/login": (0, 0, 0, 0, 0),
    "POST /api/logout": (1, 0, 0, 0, 1),
    "GET /api/user": (401, 200, 200, 200, 401),
    "GET /api/robot": (200, 200, 200, 200, 200),
    "GET /api/history/message": (401, 0, 0, 0, 401),
    "POST /api/user/signup": (0, 0, 0, 0, 0),
    "POST /api/user/signin": (0, 0, 0, 0, 0),
    "GET /api/user/getInfo": (1, 0, 0, 0, 1),
    "GET /api/user/vipuser": (0, 0, 0, 0, 0),
    "GET /api/user/search": (0, 0, 0, 0, 0),
    "GET /api/message/history/byUser": (1, 0, 0, 0, 1),
    "GET /api/message/v2/history": (1, 0, 0, 0, 1),
    "GET /api/message/history": (1, 0, 0, 0, 1),
    "GET /api/message/getHot": (0, 0, 0, 0, 0),
    "GET /api/message/robotapi": (200, 200, 200, 200, 200),
    "POST /api/friend/add": (1, 0, 0, 1, 1),
    "POST /api/friend/list": (1, 0, 0, 0, 1),
    "POST /api/file/uploadimg": (500, 0, 0, 0, 500),
    "POST /api/file/avatar": (500, 0, 0, 0, 500),
}
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/register": {"name": "new@example.com", "password": PASSWORD},
    "POST /api/login": {"name": "mei", "password": PASSWORD},
    "POST /api/user/signup": {"name": "newcomer", "password": PASSWORD},
    "POST /api/user/signin": {"name": "mei", "password": PASSWORD},
}
QUERIES = {
    "GET /api/history/message": "?roomid=1&current=1",
    "GET /api/user/getInfo": "?id=olga",
    "GET /api/user/search": "?name=olga",
    "GET /api/message/v2/history": "?roomid=room1",
    "GET /api/message/history": "?roomid=room1",
}


class Table(SceneCase):
    def test_complete(self) -> None:
        """Every endpoint has its row."""
        found = [f"{one.method} {one.path}" for one in endpoints_of(("laravel", "express"))]
        self.assertEqual(sorted(found), sorted(EXPECTED))

    def test_everybody(self) -> None:
        """What each of them answers to whom."""
        for who, name in NAMES.items():
            old = LegacyScene(self.fresh())
            # Those that sign out come last.
            for endpoint in sorted(EXPECTED, key=lambda one: one == "POST /api/logout"):
                answer = self.ask(old, endpoint, name)
                wanted = EXPECTED[endpoint][WHO.index(who)]
                self.assertEqual(_outcome(answer), wanted, f"{endpoint} by {who}: {answer.body.decode()}")

    def ask(self, old: LegacyScene, endpoint: str, name: str | None) -> Answer:
        method, path = endpoint.split()
        page = old.page()
        page.origin = None
        page.token = None if name is None else old.scene.tokens[name]
        if path.startswith("/api/file/"):
            return page.upload(path, images.picture("PNG", (9, 9)), bearer=page.token)
        own = user_id(old.scene.user_id(name or "mei"))
        body = None
        if method == "POST":
            body = BODIES.get(endpoint, {"selfId": own, "friendId": user_id(old.scene.user_id("olga"))})
        query = QUERIES.get(endpoint, f"?selfId={own}" if path.endswith("byUser") else "")
        return page.ask(method, path + query, body)


def _outcome(answer: Answer) -> int:
    if answer.status != 200:
        return answer.status
    body = json.loads(answer.body)
    if "errno" not in body and isinstance(body.get("data"), dict):
        body = body["data"]
    return int(body.get("errno", 200))
