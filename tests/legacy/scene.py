"""A server whose door for older clients is open, and pages of both families."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import attrs

from tests.http.scene import Scene
from tests.http.wire import ORIGIN, Answer, Client
from tests.support.house import Server
from webchat.http.site import ChatSite, make_site
from webchat.legacy.dialect import Cards
from webchat.legacy.door import LegacyDoor
from webchat.legacy.endpoint import Services
from webchat.legacy.pictures import Pictures
from webchat.legacy.robot import nobody_in
from webchat.legacy.shapes import Shapes
from webchat.model.commands import PostMessage

PASSWORD = "correct horse battery"


def services_of(server: Server, befriends: bool = True, shows_strangers: bool = True) -> Services:
    """What the doors for older clients of *server* work with."""
    seconds, chat = server.clock.seconds, server.chat
    cards = Cards(chat.legacy.cards, seconds)
    return Services(chat, Pictures(chat, seconds), Shapes(ORIGIN), cards, nobody_in, befriends, shows_strangers)


def site_of(server: Server, families: Any = ("laravel", "express"), **more: bool) -> ChatSite:
    """The site of *server*, with the door for older clients."""
    services = services_of(server, **more)
    return make_site(
        chat=server.chat,
        config=server.http,
        websocket=server.websocket or server.sockets.mounted(),  # type: ignore[arg-type]
        metrics=server.metrics,
        ready=server.ready,
        clock=server.clock,  # type: ignore[arg-type]
        wall_clock=lambda: server.now() / 1000,
        token_bytes=server.chance,
        static_folder=server.files_folder,
        side_door=lambda gate: LegacyDoor(families, services, gate, server.http, lambda: server.chance(8).hex()),
    )


@attrs.define
class Page(Client):
    """A page of an older client in a browser."""

    origin: str | None = ORIGIN

    def form(self, path: str, **fields: str) -> Answer:
        """Sends a form, as Laravel's page does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, raw=urlencode(fields).encode(), headers=kind)

    def upload(self, path: str, file: bytes | None, *, bearer: str | None = None, **fields: str) -> Answer:
        """Sends a picture."""
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        if file is not None:
            head = '--x\r\nContent-Disposition: form-data; name="file"; filename="../../evil.html"\r\n'
            parts.append(head.encode() + b"Content-Type: text/html\r\n\r\n" + file + b"\r\n")
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        return self.ask("POST", path, raw=b"".join([*parts, b"--x--\r\n"]), headers=headers)


def signed(answer: Answer) -> dict[str, Any]:
    """What a good sign-in of Laravel's answers."""
    assert answer.status == 200, answer
    body: dict[str, Any] = json.loads(answer.body)
    assert body["errno"] == 0, body
    return body


class LegacyScene:
    """A populated scene, its site, and somebody of each family."""

    def __init__(self, scene: Scene, **more: Any) -> None:
        self.scene = scene
        self.chat = scene.chat
        self.site = site_of(scene, **more)

    def page(self, peer: str = "192.0.2.7") -> Page:
        return Page(self.site, peer=peer)

    def laravel(self, email: str = "zhang@example.com", **more: str) -> tuple[Page, str]:
        """Somebody who has just registered with an address, on her page: its token too."""
        page = self.page()
        body = signed(page.form("/api/register", name=email, password=PASSWORD, **more))
        return page, str(body["user"]["api_token"])

    def express(self, name: str = "李四") -> tuple[Page, str, str]:
        """Somebody who has just registered with a name, on her page: its token and her id too."""
        page = self.page()
        body = page.post("/api/user/signup", {"name": name, "password": PASSWORD, "src": "//s3/avatar/1.jpeg"}).json
        assert body["errno"] == 0, body
        page.token = str(body["token"])
        return page, page.token, str(body["userInfo"]["id"])

    def say(self, who: str, text: str, room: int = 1) -> None:
        """One of the scene's people says something in room 1 or 2, by our own client."""

        async def work() -> None:
            actor = await self.chat.accounts.authenticate(self.scene.tokens[who])
            id = await self.chat.legacy.numbered(room)
            await self.chat.legacy.enter(actor, id)
            await self.chat.messages.post(actor, PostMessage(0, id, text))

        self.scene.wait(work())
