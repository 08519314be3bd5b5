"""Whatever older clients send has an answer of its dialect, breaks nothing, and touches nobody else."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.scene import SceneCase
from tests.legacy.scene import LegacyScene
from tests.legacy.sockets import Express, Laravel, OldCase
from tests.legacy.test_raw import Raw, RawCase
from webchat.legacy.door import endpoints_of

# Values that mean something somewhere, and such as mean nothing anywhere.
TEXTS = st.one_of(
    st.sampled_from(
        [
            "1",
            "2",
            "room1",
            "room3",
            "text",
            "image",
            "false",
            "null",
            "/me x",
            "/help",
            "/topic",
            "data:image/png;base64,",
        ]
    ),
    st.sampled_from(["\0", "%00", "%25", "\u2028", "\U0001f600", "-1", "9" * 30, f"{'0' * 24}-{'f' * 24}"]),
    st.sampled_from(["/storage/files/x", f"/storage/files/{'0' * 32}.png", "__proto__", "a@b.cc", ".*", "' OR 1=1"]),
    st.text(max_size=5),
)
VALUES = st.recursive(
    st.one_of(
        TEXTS, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=2)),
    max_leaves=4,
)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


def some(*names: str) -> Any:
    """Objects with some of these members, of whatever kind."""
    return st.dictionaries(st.sampled_from(names), VALUES, max_size=len(names))


class Events(OldCase):
    """Events of both kinds of pages."""

    NAMES = st.sampled_from(["login", "room", "roomout", "message", "count", "friend"])
    GIVEN = some("roomid", "msg", "img", "name", "id", "ua", "type", "time", "clientId", "to", "src", "username")

    def setUp(self) -> None:
        super().setUp()
        self.people = self.laravel(), self.express(), self.laravel("wang@example.com")
        for socket in self.people:
            socket.lose()

    @FEW
    @given(st.lists(st.tuples(NAMES, st.one_of(GIVEN, VALUES)), max_size=4), st.booleans())
    def test_events(self, events: list[tuple[str, Any]], with_ack: bool) -> None:
        """The socket goes on, an acknowledgement that is wanted comes, and others hear what was said afterwards."""
        zhang, li, wang = self.people
        zhang, wang = (Laravel(self, one.page, one.email, one.token) for one in (zhang, wang))
        # Had she signed out, her browser would be known by this again.
        li.page.get("/api/user/vipuser")
        li = Express(self, li.page, li.name, li.id)
        wang.come_in()
        for socket in (zhang, li):
            socket.log_in()
            for name, sent in events:
                socket.emit(name, sent, id=7 if with_ack else "")
                answered = [text for text in socket.told() if text.startswith("437[")]
                self.assertEqual((socket.is_open, len(answered) if with_ack else 1), (True, 1), (name, sent))
        zhang.come_in()
        wang.news()
        zhang.send_text("fine")
        self.assertEqual([one["msg"] for one in wang.messages()], ["fine"])
        for socket in (zhang, li, wang):
            socket.lose()
        self.house.clock.pump([1] * 12)
        self.assertEqual(self.house.chat.hub.listeners, 0)


class Objects(RawCase):
    """Plain objects."""

    @FEW
    @given(st.lists(some("name", "room_id", "type", "content", "image", "avatar", "extra"), max_size=4))
    def test_objects(self, objects: list[dict[str, Any]]) -> None:
        """The sender is told why not, or everybody what was said; the connection goes on."""
        one, other = Raw(self.house), Raw(self.house)
        for sent in objects:
            one.frame(json.dumps({"token": self.mei_token, **sent}).encode())
            self.assertEqual(len(one.heard()), 1, sent)
        other.heard()
        wanted = one.say(self.token, "fine")
        self.assertEqual((one.heard(), other.heard()), ([wanted], [wanted]))
        for connection in (one, other):
            connection.lose()
        self.house.clock.pump([1] * 10)


class Requests(SceneCase):
    """Requests for every endpoint."""

    FIELDS = some(
        "name", "email", "password", "roomid", "current", "total", "msgid", "id", "selfId", "friendId", "info"
    )

    def setUp(self) -> None:
        self.old = LegacyScene(self.fresh())
        _, self.token = self.old.laravel()

    @FEW
    @given(st.sampled_from(endpoints_of(("laravel", "express"))), FIELDS, st.booleans())
    def test_requests(self, endpoint: Any, fields: dict[str, Any], is_known: bool) -> None:
        """The answer is JSON of the family's, and never that something went wrong inside."""
        page = self.old.page()
        page.token = self.token if is_known and endpoint.path != "/api/logout" else None
        texts = "&".join(f"{name}={quote(str(value))}" for name, value in fields.items())
        answer = page.ask(endpoint.method, f"{endpoint.path}?{texts}", fields if endpoint.method == "POST" else None)
        self.assertIn(answer.status, (200, 401, 429), answer)
        self.assertIsInstance(answer.json, dict)
        self.assertNotIn("服务器繁忙", answer.body.decode())
        self.old.scene.clock.advance(10)
