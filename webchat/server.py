"""The running server: it starts in order, sweeps while it runs, and above all stops in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from webchat import __version__, composition, startup
from webchat.config import Config, StartupError
from webchat.model.refusals import NoSuchRoom, Refusal

if TYPE_CHECKING:
    from webchat.chat import Chat
    from webchat.jobs.service import Jobs
    from webchat.model.hosts import Host
    from webchat.ws.carrier import SocketIoFactory
    from webchat.ws.factory import ChatFactory

SETUP_FILE = "setup-code"
DRAIN_SECONDS = 3.0
SWEEP_ROOMS, SWEEP_SESSIONS, KEEP_SEEN, TIDY = 5.0, 15.0, 60.0, 600.0
TELL_PRESENCE, DOUBT_PRESENCE = 1.0, 2.0
TAKE_IN = 0.5
LOOK_FOR_JOBS = 1.0
ANSWER, REMIND = 0.2, 1.0


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
        self._socketio: SocketIoFactory | None = None
        self._serving = False

    def startService(self) -> None:
        """Listens, then starts threads: a failure to listen must leave nothing behind."""
        parts = composition.build(self._config, self._reactor, self._host, self._ready)
        self._chat, self._jobs = parts.chat, parts.jobs
        self._sockets, self._socketio = parts.sockets, parts.socketio
        self._ports = startup.listen(self._endpoints, parts.site)
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

    async def _ready(self) -> None:
        """Raises while the server cannot do its work."""
        if not self._serving:
            raise StartupError("The server is starting or stopping.")
        await self._chat.syncing.check()

    async def _come_up(self) -> None:
        await self._chat.load(composition.new_epoch())
        await self._offer_set_up()
        await self._chat.robot.show_face(self._chat.pictures)
        if self._config.legacy:
            # The second of their rooms is made when the first of them comes; who needs no sign-in finds both.
            with suppress(NoSuchRoom):
                await (self._chat.legacy.both() if "raw" in self._config.legacy else self._chat.legacy.known())
        if not self.running:
            return
        for seconds, sweep in self._sweeps():
            self._repeat(seconds, sweep)
        self._serving = True
        for port in self._ports:
            self._log.info("Listening on {address}", address=port.getHost())
        self._log.info("webchat {version} is ready: {link}", version=__version__, link=self._config.link)

    def _sweeps(self) -> Iterable[tuple[float, Callable[[], Awaitable[None]]]]:
        """What is done again and again, and after how many seconds."""
        chat = self._chat
        return (
            (SWEEP_ROOMS, chat.sweeping.rooms),
            (SWEEP_ROOMS, chat.sweeping.memberships),
            (SWEEP_ROOMS, chat.sweeping.gone_rooms),
            (SWEEP_SESSIONS, chat.sweeping.sessions),
            (SWEEP_SESSIONS, chat.accounts.notice_owner),
            (KEEP_SEEN, chat.accounts.keep_seen),
            (KEEP_SEEN, chat.presence.keep_seen),
            (TELL_PRESENCE, chat.presence.tell),
            (DOUBT_PRESENCE, chat.presence.ask_again),
            (TIDY, chat.pictures.sweep),
            (TIDY, chat.files.sweep),
            (TIDY, chat.leaving.go_on),
            (KEEP_SEEN, chat.retention.sweep),
            (TIDY, chat.transfer.go_on),
            (SWEEP_ROOMS, chat.moderation.tell),
            (SWEEP_SESSIONS, chat.settings.load),
            (SWEEP_SESSIONS, chat.announcements.refresh),
            (KEEP_SEEN, chat.administration.sweep_guests),
            (TAKE_IN, chat.indexing.step),
            (KEEP_SEEN, chat.indexing.look_round),
            (LOOK_FOR_JOBS, chat.push.decide),
            (LOOK_FOR_JOBS, chat.previews.decide),
            (LOOK_FOR_JOBS, chat.hook_events.decide),
            (SWEEP_ROOMS, chat.hook_events.look_round),
            (LOOK_FOR_JOBS, chat.bot_commands.tick),
            (LOOK_FOR_JOBS, self._jobs.step),
            (TIDY, chat.hooks.sweep),
            (TIDY, chat.previews.sweep),
            (ANSWER, chat.robot.step),
            (SWEEP_ROOMS, chat.robot.look_round),
            (REMIND, chat.robot.remind),
        )

    async def _offer_set_up(self) -> None:
        if self._host is not None:
            await self._chat.vouching.make_owner(self._host.owner)
            return
        file = self._config.data / SETUP_FILE
        code = await self._chat.accounts.open_set_up()
        if code is None:
            file.unlink(missing_ok=True)
            return
        startup.write_secret(file, code)
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
        pause = composition.phase(seconds)
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
