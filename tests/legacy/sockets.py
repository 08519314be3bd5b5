"""A server whose sockets older clients use, in memory; and such clients, event by event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.legacy.scene import PASSWORD, Page, services_of, signed
from tests.support.house import HOST, House
from tests.ws.engine import PATH, Socket
from webchat.http.site import make_site
from webchat.legacy.choice import Newcomer
from webchat.legacy.door import LegacyDoor, greeting
from webchat.legacy.endpoint import Family
from webchat.legacy.socket import Sockets
from webchat.model.commands import PostMessage
from webchat.model.ids import RoomId
from webchat.model.users import Actor
from webchat.ws.clients import Client, Handler
from webchat.ws.polling import Polling
from webchat.ws.stock import Stock

ORIGIN = f"http://{HOST}"
UA = {"browser": "Chrome", "os": "Linux", "ua": "Mozilla/5.0"}


class OldCase(SynchronousTestCase):
    """anna, who owns the server and uses our own client; the doors of both families are open."""

    families: tuple[Family, ...] = ("laravel", "express")

    def setUp(self) -> None:
        self.house = House(self, dialect=self._come)
        self.anna = self.house.set_up()
        services = services_of(self.house)
        self.chat = self.house.chat
        shared = self.house.sockets.shared
        self.sockets = Sockets(services, shared, self.house.chance)
        assert self.house.socketio is not None
        self.house.__dict__["site"] = make_site(
            chat=self.chat,
            config=self.house.http,
            websocket=self.house.sockets.mounted(),  # type: ignore[arg-type]
            metrics=self.house.metrics,
            ready=self.house.ready,
            clock=self.house.clock,  # type: ignore[arg-type]
            wall_clock=lambda: self.house.now() / 1000,
            token_bytes=self.house.chance,
            static_folder=Path("there is no such folder"),
            side_door=lambda gate: LegacyDoor(self.families, services, gate, self.house.http, lambda: "i-1"),
            socketio=Polling(self.house.socketio, greeting(self.chat.legacy.new_cookie)),
        )

    def _come(self, client: Client) -> Handler:
        stock = self.house.sockets.shared
        return Newcomer(client, lambda one: Stock(one, stock), self.sockets, self.families)

    def page(self) -> Page:
        """A page of an older client, in a browser of its own."""
        return Page(self.house.site, origin=ORIGIN, host=HOST, turn=self.turn)

    def laravel(self, email: str = "zhang@example.com", **more: Any) -> Laravel:
        """Somebody who has just registered with an address, and her page's socket."""
        page = self.page()
        token = str(signed(page.form("/api/register", name=email, password=PASSWORD))["user"]["api_token"])
        return Laravel(self, page, email, token, **more)

    def express(self, name: str = "李四") -> Express:
        """Somebody who has just registered with a name, and her page's socket."""
        page = self.page()
        body = page.post("/api/user/signup", {"name": name, "password": PASSWORD, "src": ""}).json
        assert body["errno"] == 0, body
        page.token = str(body["token"])
        return Express(self, page, name, str(body["userInfo"]["id"]))

    def post(self, text: str, room: int = 1, actor: Actor | None = None) -> int:
        """anna says something by our own client."""

        async def work() -> int:
            who = actor or self.anna
            id = await self.chat.legacy.numbered(room)
            await self.chat.legacy.enter(who, id)
            return (await self.chat.messages.post(who, PostMessage(0, id, text))).seq

        seq = self.house.wait(work())
        self.house.clock.advance(0)
        return seq

    def texts(self, room: int = 1) -> list[str]:
        """What is stored in the room."""
        page = self.house.wait(self.chat.messages.page(self.anna, RoomId(room)))
        return [message.text for message in page.messages]

    def turn(self) -> None:
        """Everything that waits is done."""
        self.house.turn()
        self.house.clock.advance(0)
        self.house.turn()


class Old(Socket):
    """A socket of an older client over a WebSocket."""

    def __init__(
        self, case: OldCase, page: Page, query: str = "", path: str = PATH, origin: str | None = ORIGIN
    ) -> None:
        self.case = case
        self.page = page
        cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        headers = {"Cookie": cookies, **({"Origin": origin} if origin else {})}
        super().__init__(case.house, f"{path}?EIO=3&transport=websocket{query}", headers)
        self.told()

    def emit(self, name: str, *args: Any, id: int | str = "") -> None:
        self.say(f"42{id}" + json.dumps([name, *args]))
        self.case.turn()

    def news(self, *names: str) -> list[list[Any]]:
        """What has come since the last time: events, of these names only if any are given."""
        found = [json.loads(text[2:]) for text in self.told() if text.startswith("42")]
        return [one for one in found if not names or one[0] in names]

    def messages(self) -> list[dict[str, Any]]:
        return [args[0] for _, *args in self.news("message")]


class Laravel(Old):
    """One of nonfu's: a token in each event, rooms by number."""

    def __init__(self, case: OldCase, page: Page, email: str, token: str, **more: Any) -> None:
        self.email, self.token = email, token
        super().__init__(case, page, **{"query": f"&api_token={token}", **more})

    def log_in(self) -> list[list[Any]]:
        self.emit("login", {"name": self.email, "api_token": self.token})
        return self.news()

    def come_in(self, room: int = 1, **more: Any) -> list[list[Any]]:
        self.emit("room", {"name": self.email, "src": "", "roomid": str(room), "api_token": self.token, **more})
        return self.news()

    def go_out(self, room: int = 1) -> None:
        self.emit("roomout", {"name": self.email, "roomid": str(room), "api_token": self.token})

    def send_text(self, text: str, room: int = 1, **more: Any) -> None:
        said = {
            "username": self.email,
            "src": "//x/1.jpg",
            "img": "",
            "msg": text,
            "roomid": str(room),
            "time": "2099-1-1",
        }
        self.emit("message", {**said, "api_token": self.token, **more})


class Express(Old):
    """One of hua1995116's: known by its browser, both rooms at once, friends."""

    def __init__(self, case: OldCase, page: Page, name: str, id: str, **more: Any) -> None:
        self.name, self.id = name, id
        super().__init__(case, page, **more)

    def log_in(self) -> list[list[Any]]:
        self.emit("login", {"name": self.name, "id": self.id, **UA})
        return self.news()

    def come_in(self) -> list[list[Any]]:
        """What its page does after each connect."""
        told = self.log_in()
        for room in ("room1", "room2"):
            self.emit("room", {"name": self.name, "src": "", "roomid": room})
        return told + self.news()

    def send_text(self, text: str, room: str = "room1", client_id: str = "c-1", **more: Any) -> None:
        said = {"username": self.name, "src": "", "msg": text, "img": "", "roomid": room, "type": "text"}
        kind = "group" if room.startswith("room") else "single"
        time = f"2020-01-01T00:00:00.{client_id}"
        self.emit("message", {**said, "roomType": kind, "time": time, "clientId": client_id, **more})

    def befriend(self, other: Express) -> None:
        body = self.page.post("/api/friend/add", {"selfId": self.id, "friendId": other.id}).json
        self.case.assertEqual(body["errno"], 0, body)
        self.case.turn()

    def with_(self, other: Express) -> str:
        """How their conversation is called."""
        return "-".join(sorted((self.id, other.id), reverse=True))
