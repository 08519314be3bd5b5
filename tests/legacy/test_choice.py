"""Whose client somebody is shows in what she says first."""

from __future__ import annotations

import json

from tests.legacy.sockets import Express, Laravel, OldCase
from tests.ws.engine import PATH, Socket
from webchat.model.ids import RoomId


class Choosing(OldCase):
    """Whose client somebody is."""

    def test_path(self) -> None:
        """At `/ws` it is one of Laravel's, and so is what names a room by digits."""
        zhang = self.laravel(query="", path="/ws/")
        self.assertEqual(zhang.log_in()[0][0], "count")
        other = self.laravel("li@example.com", query="")
        self.assertEqual({name for name, *_ in other.come_in()}, {"room", "count"})

    def test_one_family(self) -> None:
        """Where one family is served, all are taken for its clients."""
        li = self.express()
        self.families = ("laravel",)
        again = Express(self, li.page, li.name, li.id)
        told = [args[0] for name, *args in again.come_in() if name == "room"]
        self.assertNotIn("onlineUsers", told[0])

    def test_none(self) -> None:
        """Where no older clients are served, their events are none."""
        zhang = self.laravel()
        self.families = ()
        again = Laravel(self, zhang.page, zhang.email, zhang.token)
        self.assertEqual(again.log_in()[0][0], "refused")
        self.assertEqual(self.house.chat.hub.users_in(RoomId(1)), set())

    def test_stock(self) -> None:
        """Who says one of our own commands is no older client, and stays what she is."""
        zhang = self.laravel(query="")
        zhang.emit("hello", {"token": zhang.token}, id=1)
        self.assertIn("welcome", [name for name, *_ in zhang.news()])
        zhang.emit("room", {"roomid": "1", "api_token": zhang.token})
        self.assertEqual([name for name, *_ in zhang.news()], ["refused"])

    def test_token_of_newer_clients(self) -> None:
        """A client 4.x may show the token when it connects, and speak as an older page does all the same."""
        zhang = self.laravel()
        socket = Socket(self.house, f"{PATH}?EIO=4&transport=websocket")
        socket.say("40" + json.dumps({"token": zhang.token}))
        socket.say('42["login",{"name":"x"}]')
        self.turn()
        self.assertEqual(socket.told()[-1], '42["count",{"room1":0,"room2":0}]')

    def test_once_known(self) -> None:
        """Who is known keeps her kind; a stranger may turn out to be another one."""
        li = self.express()
        socket = Express(self, li.page, li.name, li.id)
        socket.emit("login", {"name": "x"})
        self.assertEqual([name for name, *_ in socket.news()], ["login"])
        self.assertEqual([name for name, *_ in socket.come_in()], ["count", "room", "room"])
        socket.emit("room", {"roomid": "1"})
        self.assertEqual(socket.news(), [])
