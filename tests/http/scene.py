"""A whole server behind the HTTP door, over a database in memory, with people in every position."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from argon2 import PasswordHasher
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import IResource, Resource

from tests.http.wire import ORIGIN, Client, Numbers, public_settings
from webchat.chat import Chat
from webchat.chat.accounts import Device
from webchat.chat.facade import Settings, Sources
from webchat.chat.passwords import Passwords
from webchat.http.settings import HttpSettings
from webchat.http.site import ChatSite, make_site
from webchat.live.limits import Rate
from webchat.model.answers import RegistrationPolicy
from webchat.model.commands import JoinRoom, LeaveRoom, PostMessage
from webchat.model.ids import Millis, RoomId, UserId
from webchat.model.users import Actor
from webchat.store import memberships, rooms
from webchat.store.database import Database
from webchat.store.engines import open_engines
from webchat.store.upgrade import upgrade

T = TypeVar("T")

PASSWORD = "correct horse battery"
START = 1_700_000_000_000
PEOPLE = ("rosa", "adele", "olga", "mona", "mei", "otto", "dora", "xenia")
"""The server's owner, an admin, the room's owner, its moderator, a member, an outsider, somebody disabled, and
somebody who has left the room."""

COOKIE = "__Host-webchat"
UNHURRIED = Rate(1000, 1000)


class InlineThreads:
    """A thread pool that has done the work before it returns."""

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def callInThreadWithCallback(self, onResult: Any, func: Any, *args: Any, **kw: Any) -> None:
        try:
            result = func(*args, **kw)
        except Exception:
            onResult(False, Failure())
        else:
            onResult(True, result)


class InlineReactor:
    """The other half of it."""

    def callFromThread(self, function: Any, *args: Any, **kw: Any) -> None:
        function(*args, **kw)


def now(work: Coroutine[Deferred[Any], Any, T] | Deferred[T]) -> T:
    """What *work* answers; it must not have to wait."""
    results: list[Any] = []
    (work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)).addBoth(results.append)
    assert results, "the work has not been done"
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return cast(T, results[0])


class Scene:
    """A server with PEOPLE in a room "Garden" (number 2) of two messages: the first by mei, the second by olga.

    Everybody but otto belongs to the room, xenia no more; everybody is signed in as with a browser, see `client`.
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
        websocket: IResource | None = None,
        **settings: Any,
    ) -> None:
        self.clock = Clock()
        self.numbers = numbers or Numbers()
        self.engines = open_engines("sqlite://")
        if content is not None:
            self._driver().deserialize(content)
        else:
            upgrade(self.engines)
        threads, reactor = InlineThreads(), cast(Any, InlineReactor())
        self.database = Database(self.engines, reactor, threads, threads)
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), reactor, threads)
        self.database.start()
        passwords.start()
        sources = Sources(self.clock.seconds, self.wall_clock, self.numbers)
        self.chat = Chat(
            Settings(registration=registration, changes=changes, posts=posts, reads=reads),
            self.database,
            passwords,
            sources,
            "0.0",
            "build",
        )
        now(self.chat.load("epoch"))
        self.is_ready: Exception | None = None
        self.settings: HttpSettings = public_settings(**settings)
        self.site: ChatSite = make_site(
            chat=self.chat,
            config=self.settings,
            websocket=websocket or Resource(),
            metrics=lambda: b"up 1\n",
            ready=self._ready,
            clock=cast(Any, self.clock),
            wall_clock=lambda: self.wall_clock() / 1000,
            token_bytes=self.numbers,
            static_folder=Path("there is no such folder"),
        )
        self.room = RoomId(2)
        self.tokens: dict[str, str] = {}

    def wall_clock(self) -> Millis:
        """START, and what has passed on the clock."""
        return Millis(START + int(self.clock.seconds() * 1000))

    async def _ready(self) -> None:
        if self.is_ready is not None:
            raise self.is_ready

    def _driver(self) -> Any:
        return self.engines.writer.raw_connection().driver_connection

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
        signed = now(self.chat.accounts.sign_in(name, PASSWORD, Device("192.0.2.7", "scene")))
        self.tokens[name] = signed.token
        return signed.actor

    def populate(self) -> None:
        """Let PEOPLE take their places."""
        accounts, device = self.chat.accounts, Device("192.0.2.7", "scene")
        code = now(accounts.open_set_up())
        assert code is not None
        now(accounts.set_up(code, "rosa", "Rosa", PASSWORD, None, "Lobby", device))
        now(accounts.add_user("adele", "Adele", PASSWORD, None, "admin"))
        for name in ("olga", "mona", "mei", "otto", "dora", "xenia"):
            now(accounts.add_user(name, name.title(), PASSWORD, None, "member"))
        people = {name: self.sign_in(name) for name in PEOPLE}
        room = now(self.chat.rooms.create(people["olga"], "Garden", "")).room
        assert room == self.room
        for name in ("rosa", "adele", "mona", "mei", "dora"):
            now(self.chat.rooms.join(people[name], JoinRoom(0, room)))
        self._write(
            lambda db: memberships.set_role(
                db, room, people["mona"].id, "moderator", rooms.raise_counters(db, room, 0, 1)[1]
            )
        )
        now(self.chat.messages.post(people["mei"], PostMessage(0, room, "one", "n1")))
        now(self.chat.messages.post(people["olga"], PostMessage(0, room, "two", "n2")))
        now(accounts.disable(people["dora"].id, True))
        now(self.chat.rooms.join(people["xenia"], JoinRoom(0, room)))
        now(self.chat.rooms.leave(people["xenia"], LeaveRoom(0, room)))

    def user_id(self, name: str) -> UserId:
        """The number of an account: they were made in this order."""
        return UserId(PEOPLE.index(name) + 1)

    def _write(self, work: Any) -> None:
        async def write() -> None:
            await self.database.write(self.room, work)

        now(write())

    def serialized(self) -> bytes:
        """The whole database."""
        return bytes(self._driver().serialize())


@cache
def _template() -> tuple[bytes, dict[str, str]]:
    scene = Scene()
    scene.populate()
    content = scene.serialized()
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
