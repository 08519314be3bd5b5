"""The use cases under one roof, as the doors see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
from argon2 import PasswordHasher

from webchat.chat.accounts import Accounts
from webchat.chat.administration import Administration
from webchat.chat.announcements import Announcements
from webchat.chat.bans import Bans
from webchat.chat.bots import Bots
from webchat.chat.completions import Completions
from webchat.chat.contacts import Contacts
from webchat.chat.directs import Directs
from webchat.chat.files import FilePolicy, Files
from webchat.chat.hook_events import HookEvents
from webchat.chat.hook_notices import HookNotices
from webchat.chat.hooks import Hooks
from webchat.chat.images import Images
from webchat.chat.indexing import Indexing
from webchat.chat.leaving import Leaving
from webchat.chat.legacy import Legacy
from webchat.chat.links import Links
from webchat.chat.log import RoomLog
from webchat.chat.members import Members
from webchat.chat.mentions import Inbox
from webchat.chat.messages import PAGE_LIMIT, Messages
from webchat.chat.moderation import Moderation
from webchat.chat.passwords import PASSWORD_MAX, PASSWORD_MIN, Passwords
from webchat.chat.people import People
from webchat.chat.pictures import Pictures
from webchat.chat.pins import Pinning
from webchat.chat.places import Places
from webchat.chat.preferences import Preferences
from webchat.chat.presence import Presence
from webchat.chat.previews import Previews
from webchat.chat.push import Push
from webchat.chat.reactions import Reactions
from webchat.chat.reading import Reading
from webchat.chat.registered import BotCommands
from webchat.chat.resets import Resets
from webchat.chat.retention import Retention
from webchat.chat.robot import Robot
from webchat.chat.rooms import Rooms
from webchat.chat.search import Searching
from webchat.chat.sessions import SessionLife
from webchat.chat.settings import ServerSettings
from webchat.chat.shelf import Shelf
from webchat.chat.slash import Slash
from webchat.chat.standing import Standing
from webchat.chat.sweeping import Sweeping
from webchat.chat.syncing import Syncing
from webchat.chat.threads import RoomThreads
from webchat.chat.transfer import Transfer
from webchat.chat.vouching import Vouching
from webchat.live.bus import MemoryBus
from webchat.live.hub import Hub
from webchat.live.limits import Buckets, Clock, Rate, Throttle
from webchat.live.pacing import Pace
from webchat.live.presence import Attendance
from webchat.live.sessions import SessionCache
from webchat.model.answers import Limits, RegistrationPolicy, Server
from webchat.model.completions import Endpoint
from webchat.model.events import Row
from webchat.model.files import FILES_PER_MESSAGE
from webchat.model.ids import Millis
from webchat.model.names import NAME_MAX
from webchat.model.push import PUSH_SERVICES
from webchat.model.text import DISPLAY_NAME_LIMIT, MESSAGE_LIMIT, TITLE_LIMIT, TOPIC_LIMIT
from webchat.store.database import Database, Threads

FRAME_BYTES = 65_536


@attrs.frozen
class Settings:
    """What the operator decides about the chat itself."""

    title: str = "webchat"
    registration: RegistrationPolicy = "invitation"
    posts: Rate = Rate(5.0, 30.0)
    bot_posts: Rate = Rate(5.0, 50.0)
    changes: Rate = Rate(2.0, 30.0)
    marks: Rate = Rate(5.0, 50.0)
    typing: Rate = Rate(0.5, 3.0)
    signs: Rate = Rate(1.0, 20.0)
    """Of one account: where somebody sits, and whom she watches."""
    reads: Rate = Rate(20.0, 100.0)
    """Questions of one account, and, from one address, requests of those who are not signed in."""
    glances: Rate = Rate(100.0, 1_000.0)
    """Pictures that one account looks at: a page shows them by the hundred."""
    uploads: Rate = Rate(0.1, 10.0)
    """Pictures that one account brings."""
    files: Rate = Rate(0.5, 30.0)
    """Files that one account brings."""
    file_policy: FilePolicy = FilePolicy()
    exports: Rate = Rate(1 / 600, 2.0)
    room_exports: Rate = Rate(1 / 60, 10.0)
    """Rooms that one account takes along as files."""
    newcomers: Rate = Rate(1 / 30, 60.0)
    """Accounts that are registered from one address."""
    reports: Rate = Rate(1 / 30, 10.0)
    """Reports of one account."""
    searches: Rate = Rate(1.0, 20.0)
    """Of one account."""
    commands: Rate = Rate(0.5, 20.0)
    """Slash commands of one account, but for what they post."""
    session_life: SessionLife = SessionLife()
    sign_in: str | None = None
    """Where one signs in, if that is not here."""
    push_key: str | None = None
    """The public key of what this server pushes; None: it pushes nothing."""
    push_services: tuple[str, ...] = PUSH_SERVICES
    robot: bool | None = None
    """Whether there is a robot that answers; None: none does from here, and its account is left alone."""
    answers: Rate = Rate(50.0, 500.0)
    """What the robot says in all."""
    endpoint: Endpoint | None = None
    """Where it asks what it does not answer itself."""
    questions: Rate = Rate(0.2, 6.0)
    """Of one account, to that."""


@attrs.frozen
class Sources:
    """What only the composition may take from the machine: time and chance."""

    clock: Clock
    """Monotonic seconds."""
    now: Callable[[], Millis]
    """Wall-clock ms."""
    token_bytes: Callable[[int], bytes]


class Chat:
    """Everything that people can do; born with the service, over one database and one hub."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        passwords: Passwords,
        sources: Sources,
        version: str,
        build: str,
        images: Images | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        clock = sources.clock
        self.database = database
        self.passwords = passwords
        self.syncing: Syncing
        # The hub asks for the rows of a gap, and syncing needs the hub: one of the two has to wait for the other.
        pace = Pace(clock)
        self.hub = Hub(lambda room, rev: self.syncing.gap(room, rev), pace)  # noqa: PLW0108
        self.bus = MemoryBus(self.hub.deliver, self.hub.pass_on)
        database.after_batch = self.hub.flush
        database.rest = pace.rest
        self.cache = SessionCache()
        self.syncing = Syncing(database, self.hub)
        log = RoomLog(database, self.bus)
        self.reads = Buckets(settings.reads, clock)
        """By account; the doors take from it for what is only asked, which no use case limits."""
        self.glances = Buckets(settings.glances, clock)
        """By account; for pictures, apart from what else is asked."""
        self.strangers = Buckets(settings.reads, clock)
        """By address; for requests of nobody, and for tokens that are nobody's."""
        changes = Buckets(settings.changes, clock)

        def epoch() -> str:
            return self.syncing.epoch

        self.settings = ServerSettings(database, sources.now, changes, settings.title, settings.registration)
        self.accounts = Accounts(
            log,
            database,
            self.hub,
            self.cache,
            passwords,
            sources.now,
            sources.token_bytes,
            self.settings,
            settings.session_life,
            Throttle(clock),
            # Addresses are shared by many people, so they have more tries.
            Throttle(clock, free=20, longest=60.0),
            changes,
            self.strangers,
            Buckets(settings.newcomers, clock),
        )
        self.vouching = Vouching(log, database, self.accounts, sources.now)
        self.posts = Buckets(settings.posts, clock)
        self.bot_posts = Buckets(settings.bot_posts, clock)
        self.shelf = shelf
        self.files = Files(
            database,
            shelf,
            sources.now,
            sources.token_bytes,
            Buckets(settings.files, clock),
            changes,
            settings.file_policy,
        )
        self.messages = Messages(
            log, database, epoch, sources.now, self.posts, self.bot_posts, changes, self.files.forget
        )
        self.threads = RoomThreads(database, epoch)
        self.reactions = Reactions(log, database, sources.now, Buckets(settings.marks, clock))
        self.pins = Pinning(log, database, sources.now, changes)
        self.inbox = Inbox(database)
        self.rooms = Rooms(log, database, epoch, sources.now, changes)
        self.members = Members(log, self.hub, sources.now, changes)
        self.bans = Bans(log, database, self.hub, sources.now, changes)
        self.links = Links(log, database, sources.now, sources.token_bytes, changes)
        self.directs = Directs(log, database, sources.now, changes)
        self.legacy = Legacy(log, database, self.accounts, self.rooms, self.directs, sources.now, sources.token_bytes)
        self.rooms.may_create = self.settings.may_create_rooms
        self.reading = Reading(log, self.hub, self.bus, Buckets(settings.marks, clock), Buckets(settings.typing, clock))
        self.attendance = Attendance(self.hub, clock, sources.now)
        self.hub.attendant = self.attendance
        self.presence = Presence(
            self.attendance, database, self.hub, self.cache, changes, Buckets(settings.signs, clock), self.reads
        )
        self.places = Places(database, self.hub, sources.now, changes)
        self.people = People(database)
        self.contacts = Contacts(database, self.hub, sources.now, changes)
        self.accounts.profiles.on_status = self.presence.status_changed
        self.contacts.on_change = self.presence.doubt
        self.preferences = Preferences(database, self.hub, changes)
        self.push = Push(database, self.attendance, sources.now, changes, settings.push_key, settings.push_services)
        self.previews = Previews(log, database, self.settings, sources.now, changes)
        self.hooks = Hooks(
            log,
            database,
            self.hub,
            self.cache,
            self.messages,
            self.settings,
            sources.now,
            sources.token_bytes,
            changes,
        )
        self.hook_events = HookEvents(database, self.messages, self.settings, sources.now, changes)
        self.hook_notices = HookNotices(database, self.directs, self.messages, sources.now)

        def heard(rows: Sequence[Row]) -> None:
            self.push.heard(rows)
            self.previews.heard(rows)
            self.indexing.heard(rows)
            self.hook_events.heard(rows)
            self.robot.heard(rows)
            self.completions.heard(rows)

        log.heard = heard
        self.images = images
        self.pictures = Pictures(
            log,
            database,
            self.hub,
            self.cache,
            images,
            sources.now,
            sources.token_bytes,
            changes,
            Buckets(settings.uploads, clock),
        )
        self.leaving = Leaving(
            log,
            database,
            self.hub,
            self.cache,
            self.accounts,
            self.pictures,
            self.files,
            sources.now,
            Buckets(settings.exports, clock),
        )
        self.searching = Searching(database, Buckets(settings.searches, clock))
        self.indexing = Indexing(database)
        self.bot_commands = BotCommands(
            database, self.hub, self.messages.post, sources.now, clock, sources.token_bytes, changes
        )
        self.slash = Slash(
            database,
            self.messages,
            self.members,
            self.rooms,
            self.presence,
            self.bot_commands,
            Buckets(settings.commands, clock),
        )
        self.sweeping = Sweeping(database, self.hub, self.cache)
        self.transfer = Transfer(database, epoch, sources.now, Buckets(settings.room_exports, clock), changes)
        self.retention = Retention(log, database, self.settings, sources.now)
        self.announcements = Announcements(database, self.hub, sources.now, changes)
        standing = Standing(self.hub, self.cache)
        self.moderation = Moderation(
            log, database, self.hub, standing, sources.now, Buckets(settings.reports, clock), changes, self.files.forget
        )
        self.administration = Administration(
            log, database, self.hub, self.cache, standing, sources.now, changes, version
        )
        self.bots = Bots(
            database,
            self.hub,
            self.cache,
            self.settings,
            self.accounts,
            self.pictures,
            self.leaving,
            standing,
            sources.now,
            changes,
        )
        self.resets = Resets(
            database,
            self.hub,
            self.cache,
            passwords,
            sources.now,
            sources.token_bytes,
            Throttle(clock, free=20, longest=60.0),
            changes,
        )
        self._sign_in = settings.sign_in
        answers = Buckets(settings.answers, clock)
        # What it says is limited apart from what others say, and by the same rules otherwise.
        spoken = Messages(log, database, epoch, sources.now, answers, answers, changes, self.files.forget)
        self.completions = Completions(
            settings.endpoint if settings.robot else None,
            log,
            database,
            spoken,
            self.settings,
            self.bus,
            sources.now,
            changes,
            Buckets(settings.questions, clock),
        )
        self.robot = Robot(
            settings.robot,
            database,
            spoken,
            self.settings,
            standing,
            sources.now,
            sources.token_bytes,
            version,
            self.completions,
        )
        self.administration.robot = self.robot
        self._version = version
        self._build = build

    async def load(self, new_epoch: str) -> None:
        """Reads what is kept in memory: the epoch (*new_epoch* in a new database), the lobby, what was decided."""
        await self.syncing.load(new_epoch)
        await self.accounts.load()
        await self.settings.load()
        await self.announcements.load()
        await self.push.load()
        await self.hook_events.look_round()
        await self.robot.load()

    def about(self) -> Server:
        """What anybody may know about the server."""
        return Server(
            title=self.settings.title,
            version=self._version,
            build=self._build,
            registration=self.settings.registration,
            needs_setup=not self.accounts.has_owner,
            limits=Limits(
                message=MESSAGE_LIMIT,
                title=TITLE_LIMIT,
                topic=TOPIC_LIMIT,
                display_name=DISPLAY_NAME_LIMIT,
                name=NAME_MAX,
                password_min=PASSWORD_MIN,
                password_max=PASSWORD_MAX,
                frame_bytes=FRAME_BYTES,
                page=PAGE_LIMIT,
                file=self.files.policy.largest if self.shelf is not None else 0,
                files=FILES_PER_MESSAGE,
            ),
            guests=self.settings.guests,
            terms=bool(self.settings.terms),
            creating=self.settings.creating,
            sign_in=self._sign_in,
            robot=self.robot.card,
            robot_asks=self.robot.endpoint is not None,
        )


def argon2id(memory_kib: int = 19 * 1024, time_cost: int = 2) -> PasswordHasher:
    """The hasher with OWASP's least parameters, or more."""
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)


__all__ = ["Chat", "Settings", "Sources", "Threads", "argon2id"]
