"""The whole server in memory: real site, real doors, real database; threads, time and sockets are the test's own."""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Callable, Coroutine
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

import attrs
import txaio
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import IResource

from webchat.chat.facade import Chat, Settings, Sources, argon2id
from webchat.chat.images import Images
from webchat.chat.passwords import Passwords
from webchat.chat.sessions import Device, SignedIn
from webchat.chat.shelf import Shelf
from webchat.http.settings import HttpSettings
from webchat.http.site import ChatSite, make_site
from webchat.live.limits import Rate
from webchat.model.ids import Millis
from webchat.model.users import Actor
from webchat.model.web import Origins
from webchat.store.database import Database
from webchat.store.engines import Engines, open_engines
from webchat.store.files import Contents
from webchat.store.pictures import PictureFiles
from webchat.store.upgrade import upgrade
from webchat.ws.carrier import SocketIoFactory
from webchat.ws.clients import Dialect
from webchat.ws.factory import ChatFactory, WebSocketSettings
from webchat.ws.native import Shared
from webchat.ws.polling import Polling

PASSWORD = "correct horse 9"
HOST = "localhost:8080"
DEVICE = Device("192.0.2.7", "trial")
FAST = Rate(1e6, 1e6)

T = TypeVar("T")
_servers = count()


class Threads:
    """Stands for thread pool and reactor: work waits for the end of the turn, as it does for a thread.

    *inline*: it is done before the call returns instead.
    """

    def __init__(self, inline: bool = False) -> None:
        self.waiting: deque[Callable[[], None]] = deque()
        self.arriving: deque[Callable[[], None]] = deque()
        """What the threads have done and the reactor has not heard of, while `is_late`."""
        self.is_held = self.is_late = False
        self._inline = inline
        self.clock = Clock()

    def callLater(self, delay: float, callable: Callable[..., object], *args: Any, **kw: Any) -> Any:
        return self.clock.callLater(delay, callable, *args, **kw)

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def callFromThread(self, f: Callable[..., object], *args: Any, **kw: Any) -> None:
        if self.is_late:
            self.arriving.append(lambda: (f(*args, **kw), None)[1])
        else:
            f(*args, **kw)

    def callInThreadWithCallback(self, onResult: Any, func: Callable[..., Any], *args: Any, **kw: Any) -> None:
        def run() -> None:
            try:
                ok, result = True, func(*args, **kw)
            except BaseException:
                ok, result = False, Failure()
            onResult(ok, result)

        if self._inline:
            run()
        else:
            self.waiting.append(run)

    def hold(self) -> None:
        """Work waits until it is released, whatever the turn."""
        self.is_held = True

    def release(self) -> None:
        self.is_held = False

    def step(self) -> bool:
        """Does one piece of work, and what comes of it; False if none waits."""
        if self.waiting:
            self.waiting.popleft()()
            return True
        return False

    def arrive(self) -> bool:
        """The reactor hears of one piece of work that is done; False if there is none."""
        if self.arriving:
            self.arriving.popleft()()
            return True
        return False


class Wall:
    """A wall clock that the test moves."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> Millis:
        self.ms += 1
        return Millis(self.ms)


class Numbers:
    """Random bytes that are not: each is the next number, the same in every run."""

    def __init__(self, first: int = 1) -> None:
        self._next = count(first)

    def __call__(self, length: int) -> bytes:
        return next(self._next).to_bytes(length, "big")


@attrs.define(eq=False, slots=False)
class Server:
    """The whole server as `composition.py` puts it together, over things that a test holds in its hands."""

    engines: Engines
    settings: Settings
    door: WebSocketSettings
    http: HttpSettings
    clock: Clock = attrs.field(factory=Clock)
    now: Callable[[], Millis] = attrs.field(factory=Wall)
    chance: Callable[[int], bytes] = attrs.field(factory=Numbers)
    inline: bool = False
    epoch: str = "epoch-1"
    version: str = "0"
    build: str = "b"
    metrics: Callable[[], bytes] = lambda: b""
    websocket: IResource | None = None
    dialect: Dialect | None = None
    writer: Threads = attrs.field(init=False)
    """Stands for the reactor too: what any thread of the database has done arrives here."""
    reader: Threads = attrs.field(init=False)
    hasher: Threads = attrs.field(init=False)
    painter: Threads = attrs.field(init=False)
    files_folder: Path = attrs.field(init=False)
    database: Database = attrs.field(init=False)
    chat: Chat = attrs.field(init=False)
    sockets: ChatFactory = attrs.field(init=False)
    socketio: SocketIoFactory | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.writer, self.reader, self.hasher, self.painter = (Threads(self.inline) for _ in range(4))
        self.database = Database(self.engines, self.writer, self.writer, self.reader)  # type: ignore[arg-type]
        passwords = Passwords(_FAST_HASHER, self.hasher, self.hasher)  # type: ignore[arg-type]
        passwords.start()
        sources = Sources(self.clock.seconds, self.now, self.chance)
        # In the folder of the test run; it is made when a picture comes.
        folder = Path(f"pictures-{next(_servers)}").absolute()
        images = Images(PictureFiles(folder), self.painter, self.painter)  # type: ignore[arg-type]
        self.files_folder = folder.with_name(f"files-{folder.name}")
        shelf = Shelf(Contents(self.files_folder), self.painter, self.painter)  # type: ignore[arg-type]
        self.chat = Chat(self.settings, self.database, passwords, sources, self.version, self.build, images, shelf)
        self.wait(self.chat.load(self.epoch))
        shared = Shared(self.chat, self.clock, self.now, lambda: "i-1", FAST, 20)
        self.sockets = ChatFactory(self.door, shared, self.clock, lambda low, high: 1.0)
        self.sockets.start()
        if self.dialect is not None:
            self.socketio = SocketIoFactory(self.sockets, self.dialect, self.chance)
            self.socketio.start()

    @cached_property
    def site(self) -> ChatSite:
        """Both doors; made when it is asked for, since its many routes take their time."""
        return make_site(
            chat=self.chat,
            config=self.http,
            websocket=self.websocket or self.sockets.mounted(),  # type: ignore[arg-type]
            metrics=self.metrics,
            ready=self.ready,
            clock=self.clock,  # type: ignore[arg-type]
            wall_clock=lambda: self.now() / 1000,
            token_bytes=self.chance,
            static_folder=Path("there is no such folder"),
            socketio=None if self.socketio is None else Polling(self.socketio),
        )

    async def ready(self) -> None:
        """Raises while the server cannot do its work."""
        await self.chat.syncing.check()

    def turn(self) -> None:
        """Lets the threads do what waits, until nothing does."""
        threads = (self.writer, self.reader, self.hasher, self.painter)
        while any(one.step() for one in threads if not one.is_held):
            pass

    def wait(self, work: Coroutine[Any, Any, T] | Deferred[T]) -> T:
        """What *work* answers, or raises; it must have ended by now."""
        deferred = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
        results: list[Any] = []
        deferred.addBoth(results.append)
        self.turn()
        assert results, "the work has not been done"
        if isinstance(results[0], Failure):
            results[0].raiseException()
        return cast(T, results[0])


@cache
def _empty_database() -> bytes:
    engines = open_engines("sqlite://")
    upgrade(engines)
    content = bytes(_driver(engines).serialize())
    engines.dispose()
    return content


def _driver(engines: Engines) -> Any:
    return engines.writer.raw_connection().driver_connection


def serialized(engines: Engines) -> bytes:
    """The whole of a database in memory."""
    return bytes(_driver(engines).serialize())


def in_memory(content: bytes | None = None) -> Engines:
    """A database in memory, with the tables of today and nothing in them, or with *content*."""
    engines = open_engines("sqlite://", 1)
    _driver(engines).deserialize(_empty_database() if content is None else content)
    return engines


class House(Server):
    """A server and its people."""

    def __init__(
        self,
        case: SynchronousTestCase,
        settings: Settings | None = None,
        engines: Engines | None = None,
        dialect: Dialect | None = None,
        **door: Any,
    ) -> None:
        self.case = case
        origins = Origins.of(None)
        if engines is None:
            engines = in_memory()
        else:
            upgrade(engines)
        case.addCleanup(engines.dispose)
        clock = Clock()
        # Autobahn's timers sit on the global reactor unless txaio is told another one.
        case.patch(txaio.tx.config, "loop", clock)
        super().__init__(
            engines,
            settings or Settings(registration="open", posts=FAST, changes=FAST, marks=FAST, typing=FAST, reads=FAST),
            WebSocketSettings(origins=origins, **door),
            HttpSettings(origins=origins),
            clock,
            dialect=dialect,
        )

    def refusal(self, work: Coroutine[Any, Any, Any] | Deferred[Any]) -> str:
        """The code with which *work* was refused."""
        deferred = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
        self.turn()
        return str(self.case.failureResultOf(deferred).value.code)

    def set_up(self, name: str = "anna") -> Actor:
        """The owner, with the room number 1, "Lobby"."""
        code = self.wait(self.chat.accounts.open_set_up())
        signed: SignedIn = self.wait(
            self.chat.accounts.set_up(code, name, name.title(), PASSWORD, None, "Lobby", DEVICE)
        )
        return signed.actor

    def register(self, name: str, **more: Any) -> Actor:
        """Somebody who has just registered, and is in the lobby."""
        return self.register_signed(name, **more).actor

    def register_signed(self, name: str, **more: Any) -> SignedIn:
        """As *register*, with the browser's token."""
        if not self.chat.accounts.has_owner:
            self.set_up()
        signed: SignedIn = self.wait(
            self.chat.accounts.register(name, name.title(), PASSWORD, None, None, more.get("device", DEVICE))
        )
        return signed

    def token(self, actor: Actor) -> str:
        """A token of *actor*, made by herself or, for a bot, by the operator."""
        if actor.user.kind == "bot":
            token, _ = self.wait(self.chat.bots.make_token(None, actor.id, "example", None))
        else:
            token, _ = self.wait(self.chat.accounts.make_token(actor, "example", None))
        return str(token)

    def connect(self, actor: Actor | None = None, hello: bool = True, **held: Any) -> Connection:
        """A WebSocket connection; signed in as *actor*, its `welcome` taken, unless told otherwise."""
        connection = Connection(self)
        if actor is not None and hello:
            connection.send(type="hello", token=self.token(actor), **held)
            connection.welcome = connection.next("welcome")
        return connection


_FAST_HASHER = argon2id(8, 1)


class Connection:
    """A WebSocket client of the test's own, over the real site."""

    def __init__(
        self, house: House, headers: dict[str, str] | None = None, protocol: str = "webchat.v1", path: str = "/ws"
    ) -> None:
        self.house = house
        self.welcome: dict[str, Any] = {}
        self.events: deque[dict[str, Any]] = deque()
        self.close_code: int | None = None
        self._ids = 0
        self._buffer = b""
        peer = IPv4Address("TCP", "192.0.2.7", 4711)
        self.transport = StringTransport(peerAddress=peer)
        self._channel = house.site.buildProtocol(peer)
        self.transport.protocol = self._channel  # type: ignore[attr-defined]
        self._channel.makeConnection(self.transport)
        lines = {
            "Host": HOST,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": protocol,
            **(headers or {}),
        }
        head = f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v) + "\r\n"
        self._channel.dataReceived(head.encode())
        answer, _, rest = self.transport.value().partition(b"\r\n\r\n")
        self.status = int(answer.split()[1])
        self.head = answer.decode("latin-1")
        self.body = rest if self.status != 101 else b""
        self._buffer = rest if self.status == 101 else b""
        self.transport.clear()
        house.clock.advance(0)

    @property
    def is_open(self) -> bool:
        self._read()
        return self.close_code is None and not self.transport.disconnecting

    def raw(self, data: bytes) -> None:
        """Bytes as they are, to whoever holds the connection now."""
        receiver = self.transport.protocol
        receiver.dataReceived(data)
        self.house.turn()

    def frame(self, payload: bytes, opcode: int = 1, fin: bool = True) -> None:
        """One masked frame (the mask is zero, so that the bytes stay readable)."""
        first = bytes(((0x80 if fin else 0) | opcode,))
        size = len(payload)
        if size < 126:
            length = bytes((0x80 | size,))
        elif size < 65_536:
            length = b"\xfe" + size.to_bytes(2, "big")
        else:
            length = b"\xff" + size.to_bytes(8, "big")
        self.raw(first + length + b"\0\0\0\0" + payload)

    def send(self, **command: Any) -> None:
        self.frame(json.dumps(command).encode())

    def ask(self, kind: str, **members: Any) -> dict[str, Any]:
        """Sends a request, and takes its answer out of what has come."""
        self._ids += 1
        self.send(type=kind, id=self._ids, **members)
        return self.answer(self._ids)

    def answer(self, number: int) -> dict[str, Any]:
        self._read()
        for event in self.events:
            if event.get("id") == number:
                self.events.remove(event)
                return event
        raise AssertionError(f"no answer to {number} in {list(self.events)}")

    def next(self, kind: str | None = None) -> dict[str, Any]:
        """The next event, which must be of *kind*."""
        self._read()
        if not self.events:
            raise AssertionError(f"nothing has come, not even {kind}")
        event = self.events.popleft()
        if kind is not None and event["type"] != kind:
            raise AssertionError(f"{kind} was due, and {event} came")
        return event

    def rest(self) -> list[dict[str, Any]]:
        """Everything that has come and was not taken."""
        self._read()
        events = list(self.events)
        self.events.clear()
        return events

    def heard(self, payload: bytes) -> None:
        """A text has come."""
        self.events.append(json.loads(payload))

    def lose(self) -> None:
        """The line breaks."""
        receiver = self.transport.protocol
        receiver.connectionLost(Failure(ConnectionDone()))

    def _read(self) -> None:
        self._buffer += self.transport.value()
        self.transport.clear()
        while len(self._buffer) >= 2:
            opcode, size, start = self._buffer[0] & 0x0F, self._buffer[1] & 0x7F, 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size, start = int.from_bytes(self._buffer[2 : 2 + width], "big"), 2 + width
            if len(self._buffer) < start + size:
                return
            payload, self._buffer = self._buffer[start : start + size], self._buffer[start + size :]
            if opcode == 1:
                self.heard(payload)
            elif opcode == 8:
                self.close_code = int.from_bytes(payload[:2], "big")
