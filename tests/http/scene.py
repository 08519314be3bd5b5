"""A whole server behind the HTTP door, over a database in memory, with people in every position."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from tests.http.wire import ORIGIN, Client, public_settings
from tests.support.house import Numbers, Server, in_memory, serialized
from webchat.chat.bots import make_bot
from webchat.chat.facade import Settings
from webchat.chat.sessions import Device
from webchat.live.limits import Rate
from webchat.model.answers import RegistrationPolicy
from webchat.model.commands import JoinRoom, LeaveRoom, PostMessage
from webchat.model.ids import Millis, RoomId, SessionId, UserId
from webchat.model.names import name_key
from webchat.model.users import Actor, Session
from webchat.store import memberships, rooms, slash, users
from webchat.ws.factory import WebSocketSettings

PASSWORD = "correct horse battery"
START = 1_700_000_000_000
PEOPLE = ("rosa", "adele", "olga", "mona", "mei", "otto", "dora", "xenia", "gus")
"""The server's owner, an admin, the room's owner, its moderator, a member, an outsider, somebody disabled, somebody who
has left the room, and a guest."""

COOKIE = "__Host-webchat"
UNHURRIED = Rate(1000, 1000)


class Scene(Server):
    """A server with PEOPLE in a room "Garden" (number 2) of two messages: the first by mei, the second by olga.

    Everybody but otto belongs to the room, xenia no more; everybody is signed in as with a browser, see `client`.  No
    WebSockets.
    """

    def __init__(
        self,
        *,
        content: bytes | None = None,
        registration: RegistrationPolicy = "open",
        changes: Rate = UNHURRIED,
        posts: Rate = UNHURRIED,
        reads: Rate = UNHURRIED,
        numbers: Numbers | None = None,
        **settings: Any,
    ) -> None:
        self.is_ready: Exception | None = None
        http, clock = public_settings(**settings), Clock()
        super().__init__(
            in_memory(content),
            Settings(
                registration=registration,
                changes=changes,
                posts=posts,
                reads=reads,
                reports=UNHURRIED,
                searches=UNHURRIED,
                push_key="a key",
            ),
            WebSocketSettings(origins=http.origins),
            http,
            clock,
            lambda: Millis(START + int(clock.seconds() * 1000)),
            numbers or Numbers(),
            inline=True,
            metrics=lambda: b"up 1\n",
            websocket=Resource(),
        )
        self.room = RoomId(2)
        self.tokens: dict[str, str] = {}

    async def ready(self) -> None:
        if self.is_ready is not None:
            raise self.is_ready

    def stop(self) -> None:
        """The database goes."""
        self.engines.dispose()

    def client(self, name: str | None = None, *, peer: str = "192.0.2.7") -> Client:
        """A browser, signed in as *name* unless that is None."""
        client = Client(self.site, origin=ORIGIN, peer=peer)
        if name is not None:
            client.cookies[COOKIE] = self.tokens[name]
        return client

    def program(self, name: str) -> Client:
        """A program that has somebody's token."""
        return Client(self.site, token=self.tokens[name])

    def sign_in(self, name: str) -> Actor:
        """Another session of *name*, whose token is kept."""
        signed = self.wait(self.chat.accounts.sign_in(name, PASSWORD, Device("192.0.2.7", "scene")))
        self.tokens[name] = signed.token
        return signed.actor

    def populate(self) -> None:
        """Let PEOPLE take their places."""
        accounts, device = self.chat.accounts, Device("192.0.2.7", "scene")
        code = self.wait(accounts.open_set_up())
        assert code is not None
        self.wait(accounts.set_up(code, "rosa", "Rosa", PASSWORD, None, "Lobby", device))
        self.wait(accounts.add_user("adele", "Adele", PASSWORD, None, "admin"))
        for name in ("olga", "mona", "mei", "otto", "dora", "xenia"):
            self.wait(accounts.add_user(name, name.title(), PASSWORD, None, "member"))
        # With a password, so that she can sign in again like everybody else here.
        self.wait(accounts.add_user("gus", "Gus", PASSWORD, None, "guest"))
        people = {name: self.sign_in(name) for name in PEOPLE}
        room = self.wait(self.chat.rooms.create(people["olga"], "Garden", "")).room
        assert room == self.room
        for name in ("rosa", "adele", "mona", "mei", "dora"):
            self.wait(self.chat.rooms.join(people[name], JoinRoom(0, room)))
        self._write(
            lambda db: memberships.set_role(
                db, room, people["mona"].id, "moderator", rooms.raise_counters(db, room, 0, 1)[1]
            )
        )
        self.wait(self.chat.messages.post(people["mei"], PostMessage(0, room, "one", "n1")))
        self.wait(self.chat.messages.post(people["olga"], PostMessage(0, room, "two", "n2")))
        self.wait(self.chat.administration.disable(None, people["dora"].id, True))
        self.wait(self.chat.rooms.join(people["xenia"], JoinRoom(0, room)))
        self.wait(self.chat.rooms.leave(people["xenia"], LeaveRoom(0, room)))
        self.wait(self.chat.rooms.join(people["gus"], JoinRoom(0, room)))
        self.wait(self.chat.settings.change(None, guests=True, webhooks=True))

    def user_id(self, name: str) -> UserId:
        """The number of an account: they were made in this order."""
        return UserId(PEOPLE.index(name) + 1)

    def bot_of(self, name: str) -> UserId:
        """A bot for which *name* answers; it is in no room."""
        called, owner, made = f"bot-of-{name}", self.user_id(name), self.now()

        def work(db: sa.Connection) -> UserId:
            known = users.maybe_named(db, name_key(called))
            return known.id if known is not None else make_bot(db, called, "Bot", owner, made).id

        return self.wait(self.database.write(None, work))

    def token_of(self, bot: UserId) -> str:
        """A token of a bot, for everything."""
        user = self.wait(self.database.read(lambda db: users.maybe(db, bot)))
        assert user is not None
        nobody = Session(SessionId(0), bot, "api", "", user.created, user.created, None, "", "")
        token, _ = self.wait(self.chat.accounts.make_token(Actor(user, nobody), "bot", None))
        return token

    def command_of(self, bot: UserId) -> int:
        """A command that *bot* has registered."""
        columns = {"name": "weather", "bot": bot, "hint": "[city]", "description": "Tells it", "created": self.now()}
        return self.wait(self.database.write(None, lambda db: slash.add(db, columns)))

    def _write(self, work: Any) -> None:
        self.wait(self.database.write(self.room, work))


@cache
def _template() -> tuple[bytes, dict[str, str]]:
    scene = Scene()
    scene.populate()
    content = serialized(scene.engines)
    scene.stop()
    return content, scene.tokens


def populated(**more: Any) -> Scene:
    """A fresh scene with PEOPLE in their places."""
    content, tokens = _template()
    # Its numbers begin where the template's have not come: or a token would be made twice.
    scene = Scene(content=content, numbers=Numbers(1_000_000), **more)
    scene.tokens.update(tokens)
    return scene


def rows(scene: Scene, table: str) -> list[dict[str, Any]]:
    """All that is stored in *table*."""
    with scene.engines.reader.connect() as db:
        return [dict(row) for row in db.execute(sa.text(f"SELECT * FROM {table}")).mappings()]


class SceneCase(SynchronousTestCase):
    """A test that makes scenes."""

    def fresh(self, **more: Any) -> Scene:
        """A populated scene, which ends with the test."""
        scene = populated(**more)
        self.addCleanup(scene.stop)
        return scene
