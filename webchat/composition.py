"""Builds the server's parts from its settings, and gives them the clocks and the chance of the machine."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from webchat import __version__, startup
from webchat.config import Config, StartupError
from webchat.model.ids import Millis
from webchat.model.push import PUSH_SERVICES
from webchat.model.web import Origins

if TYPE_CHECKING:
    from webchat.chat import Chat
    from webchat.http.gate import Gate
    from webchat.http.settings import HttpSettings
    from webchat.jobs.completions import Completer
    from webchat.jobs.service import Jobs
    from webchat.jobs.vapid import Vapid
    from webchat.legacy.door import LegacyDoor
    from webchat.legacy.endpoint import Family, Services
    from webchat.live.limits import Rate
    from webchat.model.completions import Endpoint
    from webchat.model.hosts import Host
    from webchat.ws.carrier import SocketIoFactory
    from webchat.ws.clients import Dialect
    from webchat.ws.factory import ChatFactory
    from webchat.ws.native import Shared
    from webchat.ws.polling import Greet

STATIC = Path(__file__).parent / "static"
FILES = "files"
MIB = 1024 * 1024
DAY = 86_400_000


def now() -> Millis:
    """Wall-clock ms."""
    return Millis(time.time_ns() // 1_000_000)


def new_epoch() -> str:
    """A name for what a new database counts from."""
    return secrets.token_hex(8)


def phase(seconds: float) -> float:
    """Somewhere within *seconds*, so that several nodes do not ask the database at the same moment."""
    return random.uniform(0, seconds)  # noqa: S311


@attrs.frozen
class Parts:
    """The server's parts, put together and not yet started."""

    chat: Chat
    jobs: Jobs
    sockets: ChatFactory
    socketio: SocketIoFactory | None
    site: Any


def build(config: Config, reactor: Any, host: Host | None, ready: Callable[[], Awaitable[None]]) -> Parts:
    """All of the server.  *ready* raises while it cannot do its work."""
    vapid = make_vapid(config)
    endpoint, key = startup.endpoint(config) or (None, None)
    chat = build_chat(config, reactor, vapid, None if host is None else host.sign_in, endpoint)
    completer = None if endpoint is None else build_completer(config, chat, key, reactor)
    jobs = build_jobs(config, vapid, chat, reactor, completer)
    shared = build_shared(config, chat, reactor)
    sockets = build_sockets(config, shared, reactor)
    legacy = build_legacy(config, chat, reactor, completer)
    socketio = build_socketio(config, sockets, legacy, shared)
    site = build_site(config, chat, jobs, sockets, socketio, legacy, shared, reactor, host, ready)
    return Parts(chat, jobs, sockets, socketio, site)


def build_chat(
    config: Config,
    reactor: Any,
    vapid: Vapid | None,
    sign_in: str | None = None,
    endpoint: Endpoint | None = None,
) -> Chat:
    """The use cases over the configured database, with threads of their own, not yet started.

    *vapid*: who the server is to push services.  *sign_in*: where one signs in, if that is not here.  *endpoint*: what
    the robot asks.
    """
    from webchat.chat.facade import Chat, Settings, Sources, argon2id
    from webchat.chat.files import FilePolicy
    from webchat.chat.images import Images
    from webchat.chat.passwords import Passwords
    from webchat.chat.sessions import SessionLife
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
        endpoint=endpoint,
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
        key = load_or_make(config.data, startup.write_secret)
    except (OSError, ValueError, VapidException):
        raise StartupError(
            f"The key for pushes in {config.data} cannot be used; webchat rotate-push-key makes room for another."
        ) from None
    return Vapid(key, contact, now)


def build_completer(config: Config, chat: Chat, key: str | None, reactor: Any) -> Completer:
    """Who asks the endpoint of the robot, by its *key*: where it lies is the operator's choice, and nobody else's."""
    from webchat.jobs.completions import Completer
    from webchat.jobs.outside import Outside, authority, by_name, named_connect

    assert config.robot_url is not None
    allowed = frozenset((authority(urlsplit(config.robot_url)),))
    outside = Outside(reactor, by_name, named_connect(reactor), allowed)
    return Completer(
        chat.completions, outside, reactor, f"{config.robot_url}/chat/completions", key, config.robot_seconds
    )


def build_jobs(
    config: Config, vapid: Vapid | None, chat: Chat, reactor: Any, completer: Completer | None = None
) -> Jobs:
    """What leaves the house, not yet started."""
    from webchat.chat.completions import LEASE
    from webchat.jobs.completions import AT_ONCE
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
    if config.robot:
        ask = chat.completions.give_up if completer is None else completer.deliver
        workers.append(Worker("robot", ask, chat.database, now, random.uniform, AT_ONCE, LEASE))
        chat.completions.look = workers[-1].step
    if vapid is not None:
        from webchat.jobs.push import Pusher

        pusher = Pusher(chat.push, outside, vapid)
        workers.append(Worker("push", pusher.deliver, chat.database, now, random.uniform))
    return Jobs(workers)


def build_legacy(config: Config, chat: Chat, reactor: Any, completer: Completer | None = None) -> Services:
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
        _answering(chat, config, completer),
        befriends=config.legacy_friends == "at-once",
        shows_strangers="raw" in config.legacy,
    )


def _answering(chat: Chat, config: Config, completer: Completer | None) -> Callable[[str, str], Awaitable[str]]:
    """What older clients are answered on the page of their robot."""
    from webchat.legacy.robot import answering, nobody_in

    return answering(chat.robot, None if completer is None else completer.once) if config.robot else nobody_in


def build_shared(config: Config, chat: Chat, reactor: Any) -> Shared:
    """What all conversations share, by whichever door they come."""
    from webchat.live.limits import Rate
    from webchat.ws.native import Shared

    frames = max(config.posts_per_second, config.bot_posts_per_second) + config.requests_per_second
    burst = max(config.post_burst, config.bot_post_burst) + config.request_burst
    return Shared(
        chat,
        reactor,
        now,
        lambda: secrets.token_hex(6),
        Rate(2 * frames, 2.0 * burst),
        config.connections_per_user,
    )


def build_sockets(config: Config, shared: Shared, reactor: Any) -> ChatFactory:
    """The WebSocket door."""
    from webchat.ws.factory import ChatFactory, WebSocketSettings

    settings = WebSocketSettings(
        origins=Origins.of(config.public_url, config.allowed_origins),
        is_https=_is_https(config),
        trusted_proxies=config.trusted_proxies,
        max_connections=config.max_connections,
        connections_per_address=config.connections_per_address,
    )
    return ChatFactory(settings, shared, reactor, random.uniform)


def build_socketio(config: Config, sockets: ChatFactory, legacy: Services, shared: Shared) -> SocketIoFactory | None:
    """The door for clients of Socket.IO, among the other connections; None where the operator wants none."""
    from webchat.ws.carrier import SocketIoFactory

    if not config.socketio:
        return None
    return SocketIoFactory(sockets, build_dialect(legacy, shared, config), secrets.token_bytes)


def build_dialect(services: Services, shared: Shared, config: Config) -> Dialect:
    """How clients of Socket.IO are spoken to: stock ones by our own events, older ones by theirs."""
    from webchat.legacy.choice import Newcomer
    from webchat.legacy.socket import Sockets
    from webchat.ws.stock import Stock

    sockets = Sockets(services, shared, secrets.token_bytes, _is_https(config))
    families = _families(config)
    return lambda client: Newcomer(client, lambda one: Stock(one, shared), sockets, families)


def build_site(
    config: Config,
    chat: Chat,
    jobs: Jobs,
    sockets: ChatFactory,
    socketio: SocketIoFactory | None,
    legacy: Services,
    shared: Shared,
    reactor: Any,
    host: Host | None,
    ready: Callable[[], Awaitable[None]],
) -> Any:
    """The HTTP door, through which the others are reached."""
    from webchat.http.settings import HttpSettings
    from webchat.http.site import make_site
    from webchat.metrics import Metrics
    from webchat.ws.polling import Polling

    settings = HttpSettings(
        origins=Origins.of(config.public_url, config.allowed_origins),
        is_https=_is_https(config),
        trusted_proxies=config.trusted_proxies,
        metrics_token=config.metrics_token,
        cookie_days=config.session_absolute_days,
        connections_per_address=config.connections_per_address,
        largest_file=config.max_file * MIB,
        spool_folder=config.data,
    )
    return make_site(
        chat=chat,
        config=settings,
        websocket=sockets.mounted(),  # type: ignore[arg-type]
        metrics=Metrics(chat, sockets, __version__, jobs.counts).text,
        ready=ready,
        clock=reactor,
        wall_clock=time.time,
        token_bytes=secrets.token_bytes,
        static_folder=STATIC,
        take_over=sockets.take_over,
        side_door=_open_legacy(config, legacy, sockets, settings, shared.requests, reactor),
        socketio=None if socketio is None else Polling(socketio, _greet(config, chat)),
        identify=None if host is None else host.identify,
    )


def _is_https(config: Config) -> bool:
    return (config.public_url or "").startswith("https:")


def _families(config: Config) -> list[Family]:
    """The older chat systems whose clients are let in over HTTP."""
    return [one for one in config.legacy if one != "raw"]


def _greet(config: Config, chat: Chat) -> Greet | None:
    """Has pages of older clients, whose sockets show no token, be known by a cookie."""
    if not _families(config):
        return None
    from webchat.legacy.door import greeting

    return greeting(chat.legacy.new_cookie)


def _open_legacy(
    config: Config, services: Services, sockets: ChatFactory, settings: HttpSettings, requests: Rate, reactor: Any
) -> Callable[[Gate], LegacyDoor] | None:
    """Lets clients of older chat systems in, as the operator wants; None: none of them over HTTP."""
    if not config.legacy:
        return None
    from webchat.legacy.door import LegacyDoor
    from webchat.legacy.raw import Gallery

    # One for all of them: by whichever road a picture comes, it must be found again.
    if "raw" in config.legacy:
        sockets.plain = Gallery(services, reactor, secrets.token_bytes, requests).talk
    families = _families(config)
    return lambda gate: LegacyDoor(families, services, gate, settings, lambda: secrets.token_hex(8))
