"""Builds the server from its settings: the only module that takes the reactor, clocks, chance and environment."""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from webchat import __version__, startup
from webchat.config import Config, Options, StartupError
from webchat.model.ids import Millis
from webchat.model.push import PUSH_SERVICES
from webchat.model.refusals import NoSuchRoom, Refusal
from webchat.model.web import Origins

if TYPE_CHECKING:
    from webchat.chat import Chat
    from webchat.http.gate import Gate
    from webchat.http.settings import HttpSettings
    from webchat.jobs.service import Jobs
    from webchat.jobs.vapid import Vapid
    from webchat.legacy.door import LegacyDoor
    from webchat.legacy.endpoint import Family, Services
    from webchat.live.limits import Rate
    from webchat.model.hosts import Host
    from webchat.ws.carrier import SocketIoFactory
    from webchat.ws.clients import Dialect
    from webchat.ws.factory import ChatFactory
    from webchat.ws.native import Shared
    from webchat.ws.polling import Greet

__all__ = ["Options", "Server", "build_chat", "makeService"]

STATIC = Path(__file__).parent / "static"
SETUP_FILE = "setup-code"
FILES = "files"
MIB = 1024 * 1024
DRAIN_SECONDS = 3.0
SWEEP_ROOMS, SWEEP_SESSIONS, KEEP_SEEN, TIDY = 5.0, 15.0, 60.0, 600.0
TELL_PRESENCE, DOUBT_PRESENCE = 1.0, 2.0
TAKE_IN = 0.5
LOOK_FOR_JOBS = 1.0
ANSWER, REMIND = 0.2, 1.0
DAY = 86_400_000


def makeService(options: Options) -> Service:
    """The server as a Twisted service; a start that fails ends the program with one sentence."""
    with startup.in_one_sentence():
        from twisted.internet import reactor

        config = options.config(os.environ)
        startup.data_folder(config.data)
        startup.database(config.database)
        found = startup.endpoints(reactor, config.listen)
        return Daemon(config, reactor, found)


def now() -> Millis:
    """Wall-clock ms."""
    return Millis(time.time_ns() // 1_000_000)


def build_chat(config: Config, reactor: Any, vapid: Vapid | None, sign_in: str | None = None) -> Chat:
    """The use cases over the configured database, with threads of their own, not yet started.

    *vapid*: who the server is to push services.  *sign_in*: where one signs in, if that is not here.
    """
    from webchat.chat.accounts import SessionLife
    from webchat.chat.facade import Chat, Settings, Sources, argon2id
    from webchat.chat.files import FilePolicy
    from webchat.chat.images import Images
    from webchat.chat.passwords import Passwords
    from webchat.chat.shelf import Shelf
    from webchat.http.static import build_id
    from webchat.live.limits import Rate
    from webchat.store.database import Database, new_threads
    from webchat.store.engines import open_engines
    from webchat.store.files import Contents
    from webchat.store.pictures import PictureFiles

    database = Database(
        open_engines(config.database, config.reader_threads),
        reactor,
        new_threads(1, "webchat writer"),
        new_threads(config.reader_threads, "webchat reader"),
        max_waiting=config.write_queue,
        max_reading=config.read_queue,
    )
    passwords = Passwords(
        argon2id(config.argon2_memory_kib, config.argon2_time_cost),
        reactor,
        new_threads(config.argon2_threads, "webchat passwords"),
        config.argon2_queue,
    )
    images = Images(PictureFiles(config.data / "pictures"), reactor, new_threads(4, "webchat pictures"))
    shelf = Shelf(Contents(config.data / FILES), reactor, new_threads(4, "webchat files"))
    requests = Rate(config.requests_per_second, config.request_burst)
    settings = Settings(
        title=config.title,
        registration=config.registration,
        posts=Rate(config.posts_per_second, config.post_burst),
        bot_posts=Rate(config.bot_posts_per_second, config.bot_post_burst),
        changes=requests,
        marks=requests,
        reads=requests,
        file_policy=FilePolicy(config.max_file * MIB, config.file_quota * MIB, config.file_types),
        session_life=SessionLife(config.session_idle_days * DAY, config.session_absolute_days * DAY),
        sign_in=sign_in,
        push_key=None if vapid is None else vapid.public,
        push_services=(*PUSH_SERVICES, *config.push_services),
        robot=config.robot,
    )
    sources = Sources(time.monotonic, now, secrets.token_bytes)
    return Chat(settings, database, passwords, sources, __version__, build_id(STATIC), images, shelf)


def make_vapid(config: Config) -> Vapid | None:
    """Who this server is to push services; None where the extra `push` is not installed: then nothing is pushed."""
    try:
        from py_vapid import VapidException

        from webchat.jobs.vapid import Vapid, load_or_make
    except ImportError:
        return None
    public_url = config.public_url or ""
    contact = config.push_contact or (public_url if public_url.startswith("https:") else "https://localhost")
    try:
        key = load_or_make(config.data, write_secret)
    except (OSError, ValueError, VapidException):
        raise StartupError(
            f"The key for pushes in {config.data} cannot be used; webchat rotate-push-key makes room for another."
        ) from None
    return Vapid(key, contact, now)


def build_jobs(config: Config, vapid: Vapid | None, chat: Chat, reactor: Any) -> Jobs:
    """What leaves the house, not yet started."""
    from webchat.jobs.hooks import Deliverer
    from webchat.jobs.outside import Outside, machine_connect, machine_resolve
    from webchat.jobs.previews import Fetcher
    from webchat.jobs.service import Jobs
    from webchat.jobs.slash import Caller
    from webchat.jobs.worker import Worker

    resolve, connect = machine_resolve(reactor), machine_connect(reactor)
    outside = Outside(reactor, resolve, connect)
    fetcher = Fetcher(chat.previews, outside, chat.images, secrets.token_bytes, now)
    # Programs that somebody has named: hosts of the operator's own network are among them where she says so.
    programs = Outside(reactor, resolve, connect, frozenset(config.webhook_hosts))
    deliverer = Deliverer(chat.hook_events, programs)
    caller = Caller(chat.bot_commands, programs, now)
    workers = [
        Worker("preview", fetcher.deliver, chat.database, now, random.uniform),
        Worker("hook", deliverer.deliver, chat.database, now, random.uniform),
        Worker("notice", chat.hook_notices.deliver, chat.database, now, random.uniform),
        Worker("command", caller.deliver, chat.database, now, random.uniform),
    ]
    if vapid is not None:
        from webchat.jobs.push import Pusher

        pusher = Pusher(chat.push, outside, vapid)
        workers.append(Worker("push", pusher.deliver, chat.database, now, random.uniform))
    return Jobs(workers)


def build_legacy(config: Config, chat: Chat, reactor: Any) -> Services:
    """What the doors for clients of older chat systems share."""
    from webchat.legacy.dialect import Cards
    from webchat.legacy.endpoint import Services
    from webchat.legacy.pictures import Pictures
    from webchat.legacy.shapes import Shapes

    return Services(
        chat,
        Pictures(chat, reactor.seconds),
        Shapes(config.public_url or ""),
        Cards(chat.legacy.cards, reactor.seconds),
        _answering(chat, config),
        befriends=config.legacy_friends == "at-once",
    )


def _answering(chat: Chat, config: Config) -> Callable[[str, str], Awaitable[str]]:
    """What older clients are answered on the page of their robot."""
    from webchat.legacy.robot import nobody_in

    async def reply(text: str, locale: str) -> str:
        return chat.robot.reply(text, locale)

    return reply if config.robot else nobody_in


def build_dialect(services: Services, shared: Shared, config: Config) -> Dialect:
    """How clients of Socket.IO are spoken to: stock ones by our own events, older ones by theirs."""
    from webchat.legacy.choice import Newcomer
    from webchat.legacy.socket import Sockets
    from webchat.ws.stock import Stock

    is_https = (config.public_url or "").startswith("https:")
    sockets = Sockets(services, shared, secrets.token_bytes, is_https)
    families: list[Family] = [one for one in config.legacy if one != "raw"]
    return lambda client: Newcomer(client, lambda one: Stock(one, shared), sockets, families)


class Server(Service):
    """The running server.  It starts and, above all, stops in order, which a MultiService would not.

    Reactor, interpreter and process are not its own: it leaves them as they are.
    """

    name = "webchat"
    _log = Logger()

    def __init__(
        self, config: Config, reactor: Any, endpoints: list[startup.Endpoint], host: Host | None = None
    ) -> None:
        """*host*: the program around the server, where that vouches for its people."""
        self._host = host
        self._config = config
        self._reactor = reactor
        self._endpoints = endpoints
        self._ports: list[Any] = []
        self._loops: list[LoopingCall] = []
        self._beginnings: list[Any] = []
        self._starting: Deferred[None] | None = None
        self._chat: Chat
        self._jobs: Jobs
        self._sockets: ChatFactory
        self._legacy: Services
        self._socketio: SocketIoFactory | None = None
        self._serving = False

    def startService(self) -> None:
        """Listens, then starts threads: a failure to listen must leave nothing behind."""
        vapid = make_vapid(self._config)
        self._chat = build_chat(self._config, self._reactor, vapid, None if self._host is None else self._host.sign_in)
        self._jobs = build_jobs(self._config, vapid, self._chat, self._reactor)
        site = self._build_doors()
        self._ports = startup.listen(self._endpoints, site)
        super().startService()  # type: ignore[no-untyped-call]
        self._loops, self._beginnings = [], []
        self._chat.database.start()
        self._chat.passwords.start()
        if self._chat.images is not None:
            self._chat.images.start()
        if self._chat.shelf is not None:
            self._chat.shelf.start()
        self._sockets.start()
        if self._socketio is not None:
            self._socketio.start()
        self._starting = Deferred.fromCoroutine(self._come_up())
        self._starting.addErrback(self._could_not_come_up)

    def stopService(self) -> Deferred[None]:
        """Stops accepting, finishes commits, closes connections with 1012, ends the threads."""
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._go_down())

    def _build_doors(self) -> Any:
        from webchat.http.settings import HttpSettings
        from webchat.http.site import make_site
        from webchat.live.limits import Rate
        from webchat.ws.carrier import SocketIoFactory
        from webchat.ws.factory import ChatFactory, WebSocketSettings
        from webchat.ws.native import Shared
        from webchat.ws.polling import Polling

        config = self._config
        origins = Origins.of(config.public_url, config.allowed_origins)
        is_https = (config.public_url or "").startswith("https:")
        frames = max(config.posts_per_second, config.bot_posts_per_second) + config.requests_per_second
        burst = max(config.post_burst, config.bot_post_burst) + config.request_burst
        shared = Shared(
            self._chat,
            self._reactor,
            now,
            lambda: secrets.token_hex(6),
            Rate(2 * frames, 2.0 * burst),
            config.connections_per_user,
        )
        self._sockets = ChatFactory(
            WebSocketSettings(
                origins=origins,
                is_https=is_https,
                trusted_proxies=config.trusted_proxies,
                max_connections=config.max_connections,
                connections_per_address=config.connections_per_address,
            ),
            shared,
            self._reactor,
            random.uniform,
        )
        settings = HttpSettings(
            origins=origins,
            is_https=is_https,
            trusted_proxies=config.trusted_proxies,
            metrics_token=config.metrics_token,
            cookie_days=config.session_absolute_days,
            connections_per_address=config.connections_per_address,
            largest_file=config.max_file * MIB,
            spool_folder=config.data,
        )
        self._legacy = build_legacy(config, self._chat, self._reactor)
        if config.socketio:
            dialect = build_dialect(self._legacy, shared, config)
            self._socketio = SocketIoFactory(self._sockets, dialect, secrets.token_bytes)
        return make_site(
            chat=self._chat,
            config=settings,
            websocket=self._sockets.mounted(),  # type: ignore[arg-type]
            metrics=self._metrics(),
            ready=self._ready,
            clock=self._reactor,
            wall_clock=time.time,
            token_bytes=secrets.token_bytes,
            static_folder=STATIC,
            take_over=self._sockets.take_over,
            side_door=self._open_legacy(settings, shared.requests),
            socketio=None if self._socketio is None else Polling(self._socketio, self._greet()),
            identify=None if self._host is None else self._host.identify,
        )

    def _greet(self) -> Greet | None:
        """Has pages of older clients, whose sockets show no token, be known by a cookie."""
        if "express" not in self._config.legacy and "laravel" not in self._config.legacy:
            return None
        from webchat.legacy.door import greeting

        return greeting(self._chat.legacy.new_cookie)

    def _open_legacy(self, settings: HttpSettings, requests: Rate) -> Callable[[Gate], LegacyDoor] | None:
        """Lets clients of older chat systems in, as the operator wants; None: none of them over HTTP."""
        if not self._config.legacy:
            return None
        from webchat.legacy.door import LegacyDoor
        from webchat.legacy.raw import Gallery

        # One for all of them: by whichever road a picture comes, it must be found again.
        services = self._legacy
        if "raw" in self._config.legacy:
            self._sockets.plain = Gallery(services, self._reactor, secrets.token_bytes, requests).talk
        families: list[Family] = [one for one in self._config.legacy if one != "raw"]
        return lambda gate: LegacyDoor(families, services, gate, settings, lambda: secrets.token_hex(8))

    def _metrics(self) -> Callable[[], bytes]:
        from webchat.metrics import Metrics

        return Metrics(self._chat, self._sockets, __version__, self._jobs.counts).text

    async def _ready(self) -> None:
        """Raises while the server cannot do its work."""
        if not self._serving:
            raise StartupError("The server is starting or stopping.")
        await self._chat.syncing.check()

    async def _come_up(self) -> None:
        await self._chat.load(secrets.token_hex(8))
        await self._offer_set_up()
        if self._config.legacy:
            with suppress(NoSuchRoom):
                await self._chat.legacy.both()
        if not self.running:
            return
        for seconds, sweep in (
            (SWEEP_ROOMS, self._chat.sweeping.rooms),
            (SWEEP_ROOMS, self._chat.sweeping.memberships),
            (SWEEP_ROOMS, self._chat.sweeping.gone_rooms),
            (SWEEP_SESSIONS, self._chat.sweeping.sessions),
            (SWEEP_SESSIONS, self._chat.accounts.notice_owner),
            (KEEP_SEEN, self._chat.accounts.keep_seen),
            (KEEP_SEEN, self._chat.presence.keep_seen),
            (TELL_PRESENCE, self._chat.presence.tell),
            (DOUBT_PRESENCE, self._chat.presence.ask_again),
            (TIDY, self._chat.pictures.sweep),
            (TIDY, self._chat.files.sweep),
            (TIDY, self._chat.leaving.go_on),
            (KEEP_SEEN, self._chat.retention.sweep),
            (TIDY, self._chat.transfer.go_on),
            (SWEEP_ROOMS, self._chat.moderation.tell),
            (SWEEP_SESSIONS, self._chat.settings.load),
            (SWEEP_SESSIONS, self._chat.announcements.refresh),
            (KEEP_SEEN, self._chat.administration.sweep_guests),
            (TAKE_IN, self._chat.indexing.step),
            (KEEP_SEEN, self._chat.indexing.look_round),
            (LOOK_FOR_JOBS, self._chat.push.decide),
            (LOOK_FOR_JOBS, self._chat.previews.decide),
            (LOOK_FOR_JOBS, self._chat.hook_events.decide),
            (SWEEP_ROOMS, self._chat.hook_events.look_round),
            (LOOK_FOR_JOBS, self._chat.bot_commands.tick),
            (LOOK_FOR_JOBS, self._jobs.step),
            (TIDY, self._chat.hooks.sweep),
            (TIDY, self._chat.previews.sweep),
            (ANSWER, self._chat.robot.step),
            (SWEEP_ROOMS, self._chat.robot.look_round),
            (REMIND, self._chat.robot.remind),
        ):
            self._repeat(seconds, sweep)
        self._serving = True
        for port in self._ports:
            self._log.info("Listening on {address}", address=port.getHost())
        self._log.info("webchat {version} is ready: {link}", version=__version__, link=self._config.link)

    async def _offer_set_up(self) -> None:
        if self._host is not None:
            await self._chat.vouching.make_owner(self._host.owner)
            return
        file = self._config.data / SETUP_FILE
        code = await self._chat.accounts.open_set_up()
        if code is None:
            file.unlink(missing_ok=True)
            return
        write_secret(file, code)
        self._log.warn(
            "This server has no owner yet.  Open {link}/setup#{code} within an hour (the code is also in {file}).",
            link=self._config.link,
            code=code,
            file=file,
        )

    def _repeat(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        def run() -> Deferred[None]:
            done: Deferred[None] = Deferred.fromCoroutine(work())  # type: ignore[arg-type]
            # A failed sweep is tried again the next time; the loop must not end.
            done.addErrback(lambda failure: self._log.warn("A sweep failed: {why}", why=failure.getErrorMessage()))
            return done

        loop = LoopingCall(run)
        loop.clock = self._reactor
        self._loops.append(loop)
        # The phase is random, so that several nodes do not ask the database at the same moment.
        pause = random.uniform(0, seconds)  # noqa: S311
        self._beginnings.append(self._reactor.callLater(pause, loop.start, seconds, now=True))

    def _could_not_come_up(self, failure: Any) -> None:
        self._log.failure("webchat cannot start", failure)

    async def _keep_seen(self) -> None:
        try:
            await self._chat.presence.keep_seen(everybody=True)
        except Refusal as refusal:
            self._log.warn("When people were here last was not written down: {why}", why=refusal.message)

    async def _go_down(self) -> None:
        self._serving = False
        if self._starting is not None:
            await self._starting
        for port in self._ports:
            await port.stopListening()
        for beginning in self._beginnings:
            if beginning.active():
                beginning.cancel()
        for loop in self._loops:
            if loop.running:
                loop.stop()
        await self._jobs.stop()
        self._sockets.finish()
        await self._keep_seen()
        await self._chat.database.settle()
        await self._sockets.stop(DRAIN_SECONDS)
        if self._socketio is not None:
            self._socketio.stop()
        await self._chat.database.stop()
        self._chat.passwords.stop()
        if self._chat.images is not None:
            self._chat.images.stop()
        if self._chat.shelf is not None:
            self._chat.shelf.stop()


class Daemon(Server):
    """The server as a process of its own, which it sets up for its work, and ends when it cannot start."""

    def __init__(self, config: Config, reactor: Any, endpoints: list[startup.Endpoint]) -> None:
        # Twisted's clock is the wall clock: a step of it would freeze every timer, or fire them all at once.
        reactor.seconds = time.monotonic
        super().__init__(config, reactor, endpoints)

    async def _come_up(self) -> None:
        await super()._come_up()
        if self._serving:
            startup.settle_interpreter()
            startup.tell_systemd(os.environ.get("NOTIFY_SOCKET"), "READY=1")

    async def _go_down(self) -> None:
        startup.tell_systemd(os.environ.get("NOTIFY_SOCKET"), "STOPPING=1")
        await super()._go_down()

    def _could_not_come_up(self, failure: Any) -> None:
        startup.give_up(self._config.database, failure)
        self._reactor.stop()


def write_secret(file: Path, text: str) -> None:
    """Writes *text* to *file*, which nobody else may read."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text + "\n")
