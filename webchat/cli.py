"""The command `webchat`: starts the server, and administers its database while the server runs or rests."""

from __future__ import annotations

import argparse
import getpass
import os
import platform
import secrets
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, NoReturn, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from webchat import __version__, startup, talk
from webchat.chat.accounts import NO_SESSION
from webchat.chat.facade import Chat, Settings, Sources, argon2id
from webchat.chat.passwords import Passwords
from webchat.config import Config, ConfigError, Options, StartupError, load
from webchat.model.ids import MAX_INT, SERVER, InviteId, Millis, RoomId, SessionId, UserId
from webchat.model.names import name_key
from webchat.model.refusals import NoSuchUser, Refusal
from webchat.model.transfer import lines_of
from webchat.model.users import Actor, BotView, Session, User
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.engines import open_engines
from webchat.store.upgrade import newest_version, schema_version

T = TypeVar("T")

PUSH_KEY_FILE = "push-key.pem"
_SETTINGS = ("config", "data", "database")
_PAGE = 500
_ROOMS_AT_ONCE = 200


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> NoReturn:
    """Carry out the command line; exit status 0, or 1 with one sentence, or 2 for a line that is not understood."""
    parser = _parser()
    said, rest = parser.parse_known_args(sys.argv[1:] if arguments is None else list(arguments))
    if rest and said.command != "run":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    given = {name: [getattr(said, name)] for name in _SETTINGS if getattr(said, name) is not None}
    try:
        if said.command in talk.COMMANDS:
            talk.carry_out(said, environ, time.monotonic)
        if said.command == "run":
            _run([*(f"--{name}={value[0]}" for name, value in given.items()), *rest], environ)
        said.act(load(given, environ), said)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads, such as `head`, has enough; what is left must not be tried again when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except (ConfigError, StartupError) as error:
        raise SystemExit(f"webchat: {error}") from None
    except Refusal as refusal:
        raise SystemExit(f"webchat: {refusal.message}") from None
    except KeyboardInterrupt:
        raise SystemExit("webchat: interrupted.") from None
    raise SystemExit(0)


# The command line.

_Act = Callable[[Config, argparse.Namespace], None]


class _Commands:
    """Sub-commands of a parser, each with the function that carries it out."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str) -> None:
        self._commands = parser.add_subparsers(dest=dest, required=True, metavar="COMMAND")

    def add(self, name: str, help: str, act: _Act | None = None, **more: Any) -> argparse.ArgumentParser:
        command = self._commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.", **more)
        if act is not None:
            command.set_defaults(act=act)
        return command

    def group(self, name: str, help: str) -> _Commands:
        return _Commands(self.add(name, help), "action")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webchat", description=__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"webchat {__version__}")
    for name in _SETTINGS:
        parser.add_argument(f"--{name}", help=f"the setting {name}, as the server has it", metavar=name.upper())
    commands = _Commands(parser, "command")
    # What stands behind `run`, --help included, is for the server's own options.
    commands.add("run", "start the server in the foreground; run --help lists its options", add_help=False)
    talk.add_commands(commands.add)
    commands.add("info", "show versions, settings (secrets masked), database and schema", _info)
    commands.add("migrate", "bring the database to this version's schema", _migrate)
    commands.add("reindex", "take all messages into the search anew, while the server runs or rests", _reindex)
    commands.add("setup-link", "make a new one-time link for the first owner", _setup_link)
    commands.add("rotate-push-key", "make a new key for pushes; devices sign up again by themselves", _rotate_push_key)
    _user_commands(commands.group("user", "accounts"))
    _room_commands(commands.group("room", "rooms"))
    _transfer_commands(commands)
    _token_commands(commands.group("token", "tokens for programs"))
    _bot_commands(commands.group("bot", "accounts behind which is a program"))
    _invite_commands(commands.group("invite", "invitations to register"))
    _report_commands(commands.group("report", "what people have reported"))
    _announcement_commands(commands.group("announcement", "what everybody is told"))
    _settings_commands(commands.group("settings", "what is decided while the server runs"))
    audit = commands.group("audit", "what those with power over others have done").add(
        "show", "show the latest acts, newest first", _audit_show
    )
    audit.add_argument("--user", metavar="NAME", help="only what was done to this account")
    audit.add_argument("--room", type=_number, metavar="ID", help="only what was done in this room")
    audit.add_argument("--limit", type=_number, default=50, metavar="N", help="how many; default: 50")
    return parser


def _user_commands(users: _Commands) -> None:
    add = users.add("add", "make an account; its password is asked for, or read from standard input", _user_add)
    add.add_argument("name")
    add.add_argument("--display-name", default="", metavar="TEXT", help="how the name is shown; default: the name")
    add.add_argument("--email", metavar="ADDRESS")
    add.add_argument("--role", choices=("member", "admin", "owner"), default="member", help="default: member")
    users.add("list", "list the accounts", _user_list)
    disable = users.add("disable", "shut an account out and end its sessions", _user_disable)
    disable.add_argument("name")
    disable.add_argument("--reason", default="", metavar="TEXT", help="for the audit log")
    users.add("enable", "let a disabled account in again", _user_enable).add_argument("name")
    password = users.add("password", "set an account's password and end its sessions", _user_password)
    password.add_argument("name")
    role = users.add("role", "give an account another role; owner: hand the server over to it", _user_role)
    role.add_argument("name")
    role.add_argument("role", choices=("member", "admin", "owner", "guest"))
    silence = users.add("silence", "let somebody post nowhere for a time", _user_silence)
    silence.add_argument("name")
    silence.add_argument("--minutes", type=_minutes, default=60, metavar="N", help="how long; default: 60; 0: no more")
    silence.add_argument("--reason", default="", metavar="TEXT", help="for the audit log")
    users.add("feature", "show somebody to everybody as somebody to know", _user_feature).add_argument("name")
    users.add("unfeature", "show somebody to everybody no more", _user_unfeature).add_argument("name")
    reset = users.add("reset-link", "make a link with which somebody sets a new password, once", _user_reset_link)
    reset.add_argument("name")
    users.add("sessions", "sign somebody out everywhere, programs too", _user_sessions).add_argument("name")


def _room_commands(rooms: _Commands) -> None:
    add = rooms.add("add", "make a public room", _room_add)
    add.add_argument("title")
    add.add_argument("--topic", default="", metavar="TEXT")
    add.add_argument("--owner", metavar="NAME", help="whose room it is; default: the server's owner")
    listed = rooms.add("list", "list the public rooms", _room_list)
    listed.add_argument("--private", action="store_true", help="the private ones instead")
    rooms.add("archive", "make a room one that can only be read", _room_archive).add_argument("id", type=_number)
    rooms.add("unarchive", "open an archived room again", _room_unarchive).add_argument("id", type=_number)
    gone = rooms.add("delete", "end a room for everybody, for good", _room_delete)
    gone.add_argument("id", type=_number)
    gone.add_argument("title", help="its title, once more")


def _transfer_commands(commands: _Commands) -> None:
    taken = commands.add("export-room", "write a room to a file, or to standard output", _export_room)
    taken.add_argument("id", type=_number)
    taken.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: standard output")
    taken.add_argument("--html", action="store_true", help="a page to read, instead of lines for another server")
    taken.add_argument("--language", choices=("en", "zh-CN"), default="en", help="of the page; default: en")
    brought = commands.add("import-room", "make a room of a file that export-room has written", _import_room)
    brought.add_argument("file", metavar="FILE", help="- for standard input")


def _token_commands(tokens: _Commands) -> None:
    add = tokens.add("add", "make a token with which a program acts for an account", _token_add)
    add.add_argument("name", help="the account")
    add.add_argument("--label", default="webchat token add", metavar="TEXT", help="what it is for")
    add.add_argument("--days", type=_days, metavar="N", help="how long it is good; default: until it is revoked")
    tokens.add("list", "list an account's tokens", _token_list).add_argument("name", help="the account")
    revoke = tokens.add("revoke", "revoke a token", _token_revoke)
    revoke.add_argument("name", help="the account")
    revoke.add_argument("id", type=int, help="the number in `webchat token list`")


def _bot_commands(bots: _Commands) -> None:
    add = bots.add("add", "make a bot", _bot_add)
    add.add_argument("name")
    add.add_argument("--display-name", default="", metavar="TEXT", help="how the name is shown; default: the name")
    add.add_argument("--owner", metavar="NAME", help="whose bot it is; default: the server's own")
    add.add_argument("--token", action="store_true", help="make a token for it, good for everything, and print it")
    bots.add("list", "list the bots", _bot_list)


def _invite_commands(invites: _Commands) -> None:
    add = invites.add("add", "make an invitation", _invite_add)
    add.add_argument("--days", type=_days, default=7, metavar="N", help="how long it is good; default: 7")
    add.add_argument("--uses", type=_days, default=1, metavar="N", help="how many people may use it; default: 1")
    invites.add("list", "list the invitations that can be used", _invite_list)
    invites.add("revoke", "revoke an invitation", _invite_revoke).add_argument("id", type=int)


def _report_commands(reports: _Commands) -> None:
    listed = reports.add("list", "list what is to be decided", _report_list)
    listed.add_argument("--closed", action="store_true", help="what has been decided instead")
    close = reports.add("close", "decide about a report, and all others of the same thing", _report_close)
    close.add_argument("id", type=_number, help="the number in `webchat report list`")
    close.add_argument("outcome", choices=("dismissed", "deleted", "silenced", "removed"))
    close.add_argument("--minutes", type=_minutes, metavar="N", help="how long the author is silenced; default: 60")
    close.add_argument("--reason", default="", metavar="TEXT", help="for the audit log")


def _announcement_commands(announcements: _Commands) -> None:
    post = announcements.add("post", "tell everybody something; what was told before ends", _announcement_post)
    post.add_argument("text")
    post.add_argument("--link", metavar="URL", help="where there is more to read")
    announcements.add("end", "end the current announcement", _announcement_end)
    announcements.add("list", "list the latest announcements", _announcement_list)


def _settings_commands(settings: _Commands) -> None:
    settings.add("show", "show them", _settings_show)
    change = settings.add("set", "change some; a running server follows within seconds", _settings_set)
    change.add_argument("--title", metavar="TEXT", help="the server's name")
    change.add_argument(
        "--registration",
        choices=("open", "invitation", "closed", "configured"),
        help="who may make an account; configured: as the option `registration` says",
    )
    change.add_argument("--guests", choices=("yes", "no"), help="whether one may look round without an account")
    change.add_argument("--creating", choices=("all", "admins"), help="who makes rooms")
    change.add_argument("--bots", choices=("all", "admins"), help="who makes bots")
    change.add_argument("--retention", type=_kept, metavar="DAYS", help="how long messages are kept; 0: for ever")
    change.add_argument(
        "--previews", choices=("yes", "no"), help="whether the server looks at the pages that messages link to"
    )
    change.add_argument(
        "--webhooks", choices=("yes", "no"), help="whether rooms may have other servers told of what happens in them"
    )
    change.add_argument("--terms", metavar="FILE", help="a text file with what one agrees to; - for standard input")


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_INT:
        raise argparse.ArgumentTypeError("must be a positive whole number")
    return int(text)


def _minutes(text: str) -> int:
    if not text.isdecimal() or int(text) > 525_600:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 525600")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3650:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 3650")
    return int(text)


def _kept(text: str) -> int:
    return 0 if text == "0" else _days(text)


# Starting, and looking at the installation.


def _run(words: list[str], environ: Mapping[str, str]) -> NoReturn:
    options = Options()
    options.synopsis = "Usage: webchat run [options]"
    options.parseOptions(words)
    config = options.config(environ)
    # The same process goes on as `twist`: systemd hands its sockets to a process id.
    log = [f"--log-format={config.log_format}", f"--log-level={config.log_level}"]
    os.execv(sys.executable, [sys.executable, "-P", "-m", "twisted", *log, "webchat", *words])  # noqa: S606


def _info(config: Config, said: argparse.Namespace) -> None:
    print(f"webchat {__version__}")
    for package in ("Twisted", "autobahn", "SQLAlchemy"):
        print(f"{package} {version(package)}")
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    print()
    for name, value in config.shown().items():
        print(f"{name} = {value}")
    print()
    print(f"schema of the database: {_schema(config) or 'none yet'}")
    print(f"schema of this version: {newest_version()}")


def _schema(config: Config) -> str | None:
    engines = open_engines(config.database)
    try:
        if engines.is_sqlite and not os.path.exists(engines.reader.url.database or ""):
            return None
        return schema_version(engines)
    except startup.DATABASE_ERRORS as error:
        raise startup.database_unusable(config.database, error) from None
    finally:
        engines.dispose()


def _migrate(config: Config, said: argparse.Namespace) -> None:
    startup.data_folder(config.data)
    startup.database(config.database)
    print(f"The database has schema {newest_version()}.")


def _reindex(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        _done(chat.indexing.forget())
        while True:
            _done(chat.indexing.look_round())
            if not chat.indexing.waiting:
                break
            before = chat.indexing.taken_in
            _done(chat.indexing.step())
            if chat.indexing.taken_in == before:
                # A server that is running takes them in, too.
                time.sleep(0.1)
    print(f"Messages taken in: {chat.indexing.taken_in}.")


# The chat without a reactor: what the server does in threads is done at once.


class _AtOnce:
    """Stands for a thread pool and for the reactor: runs in the calling thread."""

    def callInThreadWithCallback(
        self, onResult: Callable[[bool, Any], object] | None, func: Callable[..., Any], *args: Any, **kw: Any
    ) -> None:
        try:
            succeeded, result = True, func(*args, **kw)
        except Exception:  # An edge, as in the pool: whatever went wrong is handed to who waits for it.
            succeeded, result = False, Failure()  # type: ignore[no-untyped-call]
        if onResult is not None:
            onResult(succeeded, result)

    def callFromThread(self, callable: Callable[..., Any], *args: object, **kwargs: object) -> None:
        callable(*args, **kwargs)

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


@contextmanager
def _opened(config: Config) -> Iterator[Chat]:
    """The use cases over the database, which a server may be using too: it finds out by its sweeps."""
    found = _schema(config)
    if found is None:
        startup.data_folder(config.data)
        startup.database(config.database)
    elif found != newest_version():
        raise StartupError(
            f"The database has schema {found} and this version needs {newest_version()}: run `webchat migrate` first."
        )
    at_once: Any = _AtOnce()
    engines = open_engines(config.database, 1)
    passwords = Passwords(argon2id(config.argon2_memory_kib, config.argon2_time_cost), at_once, at_once)
    sources = Sources(time.monotonic, lambda: Millis(time.time_ns() // 1_000_000), secrets.token_bytes)
    settings = Settings(title=config.title, registration=config.registration)
    chat = Chat(settings, Database(engines, at_once, at_once, at_once), passwords, sources, __version__, "")
    # Nobody listens here, so no room is ever busy; and nothing could be done later.
    chat.database.rest = lambda room: 0.0
    try:
        _done(chat.load(secrets.token_hex(8)))
        yield chat
    finally:
        engines.dispose()


def _done(work: Coroutine[Any, Any, T]) -> T:
    """What *work*, which waits for nothing, answers or raises."""
    results: list[Any] = []
    Deferred.fromCoroutine(work).addBoth(results.append)
    if isinstance(results[0], Failure):
        results[0].raiseException()
    answer: T = results[0]
    return answer


def _user(chat: Chat, name: str) -> User:
    user = _done(chat.database.read(lambda db: user_store.maybe_named(db, name_key(name))))
    if user is None:
        raise NoSuchUser(f"There is no account named {name}.")
    return user


def _users(chat: Chat) -> Iterator[User]:
    after = UserId(0)
    while True:
        page = _done(chat.database.read(lambda db, after=after: user_store.many(db, after, _PAGE)))  # type: ignore[misc]
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _acting_as(user: User) -> Actor:
    """The operator, doing what *user* may do, in no session that is kept."""
    now = Millis(time.time_ns() // 1_000_000)
    return Actor(user, Session(NO_SESSION, user.id, "api", "webchat", now, now, None, "webchat", ""))


def _owner(chat: Chat) -> Actor:
    for user in _users(chat):
        if user.role == "owner":
            return _acting_as(user)
    raise NoSuchUser("The server has no owner yet: make one with `webchat setup-link`.")


# What the commands do.


def _setup_link(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        code = _done(chat.accounts.open_set_up())
    if code is None:
        raise StartupError("The server has an owner already.")
    print(f"{config.link}/setup#{code}")


def _rotate_push_key(config: Config, said: argparse.Namespace) -> None:
    (config.data / PUSH_KEY_FILE).unlink(missing_ok=True)
    with _opened(config) as chat:
        count = _done(chat.push.forget_all())
    # What was made with the old key is of no use to the new one.
    print(f"The next start makes a new key for pushes. {count} devices sign up again when the chat is opened on them.")


def _user_add(config: Config, said: argparse.Namespace) -> None:
    password = _asked_password()
    with _opened(config) as chat:
        user = _done(chat.accounts.add_user(said.name, said.display_name, password, said.email, said.role))
    print(f"{user.name} has an account now.")


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise StartupError("The two passwords differ.")
    return password


def _user_list(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        rows = [
            (str(user.id), user.name, user.role, "disabled" if user.disabled else "active", _day(user.created),
             user.display_name)
            for user in _users(chat)
        ]  # fmt: skip
    _print_table(("id", "name", "role", "state", "since", "display name"), rows)


def _user_disable(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        _done(chat.administration.disable(None, user.id, True, said.reason))
    print(f"{user.name} is shut out.")


def _user_enable(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        _done(chat.administration.disable(None, user.id, False))
    print(f"{user.name} may sign in again.")


def _user_role(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        _done(chat.administration.set_role(None, user.id, said.role))
    print(f"{user.name} has the role {said.role}.")


def _user_silence(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        until = _done(chat.administration.silence(None, user.id, said.minutes or None, said.reason))
    print(f"{user.name} may post again." if until is None else f"{user.name} posts nowhere until {_moment(until)}.")


def _user_feature(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        _done(chat.administration.feature(None, user.id, True))
    print(f"{user.name} is shown to everybody.")


def _user_unfeature(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        _done(chat.administration.feature(None, user.id, False))
    print(f"{user.name} is shown to everybody no more.")


def _user_reset_link(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        link = _done(chat.resets.make(None, _user(chat, said.name).id))
    print(f"{config.link}/reset/{link.code}")


def _user_sessions(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        ended = _done(chat.administration.end_sessions(None, user.id))
    print(f"{user.name} is signed out: {ended} sessions have ended.")


def _user_password(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        _done(chat.accounts.set_password(user.id, _asked_password()))
    print(f"{user.name} has another password; every session has ended.")


def _room_add(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        actor = _owner(chat) if said.owner is None else _acting_as(_user(chat, said.owner))
        room = _done(chat.rooms.create(actor, said.title, said.topic))
    print(f"Room {room.room}, {room.title}, is there.")


def _export_room(config: Config, said: argparse.Namespace) -> None:
    form: Any = "html" if said.html else "jsonl"
    with _opened(config) as chat:
        file = _done(chat.transfer.export(None, RoomId(said.id), form, said.language))
    with file:
        if said.file == "-":
            shutil.copyfileobj(file, sys.stdout.buffer)
            return
        try:
            # What people wrote to each other is for nobody else on this machine.
            with os.fdopen(os.open(said.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                shutil.copyfileobj(file, stream)
        except OSError as error:
            raise StartupError(f"Cannot write {said.file}: {error.strerror}.") from None
    print(f"Room {said.id} is in {said.file}.")


def _import_room(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        try:
            with nullcontext(sys.stdin.buffer) if said.file == "-" else open(said.file, "rb") as stream:
                done = _done(chat.transfer.take_in(None, lines_of(stream)))
        except OSError as error:
            raise StartupError(f"Cannot read {said.file}: {error.strerror}.") from None
    if not done.created:
        print(f"Nothing was done: it is room {done.room} already.")
        return
    print(
        f"Room {done.room} is there: {done.messages} messages of {done.people} people, "
        f"for {done.placeholders} of whom an account was made that nobody can use."
    )


def _room_list(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        rows: list[tuple[str, ...]] = []
        after: str | None = None
        while True:
            page, after = _done(chat.administration.rooms(None, "", said.private, after, _ROOMS_AT_ONCE))
            rows += [
                (str(one.room), "archived" if one.archived else "open", str(one.members), one.title) for one in page
            ]
            if after is None:
                break
    _print_table(("id", "state", "members", "title"), rows)


def _room_archive(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        _done(chat.administration.archive(None, RoomId(said.id), True))
    print(f"Room {said.id} is archived.")


def _room_unarchive(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        _done(chat.administration.archive(None, RoomId(said.id), False))
    print(f"Room {said.id} is open again.")


def _room_delete(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        _done(chat.administration.delete_room(None, RoomId(said.id), said.title))
    print(f"Room {said.id} is gone; a running server clears it away.")


def _report_list(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        page = _done(chat.moderation.page(None, "closed" if said.closed else "open", None, 50))
    rows = []
    for one in page.reports:
        where = "a person" if one.room is None else f"{one.room_title} #{one.seq}"
        rows.append(
            (str(one.id), _moment(one.created), where, one.user.name, str(one.reporters), one.outcome or "open",
             " / ".join(one.reasons))
        )  # fmt: skip
    _print_table(("id", "when", "where", "who", "reports", "state", "reasons"), rows)


def _report_close(config: Config, said: argparse.Namespace) -> None:
    minutes = (said.minutes or 60) if said.outcome == "silenced" else None
    with _opened(config) as chat:
        try:
            _done(chat.moderation.decide(None, said.id, said.outcome, minutes, said.reason))
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            raise StartupError(f"There is no report {said.id}.") from None
    print(f"Report {said.id} is closed: {said.outcome}.")


def _announcement_post(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        made = _done(chat.announcements.post(None, said.text, said.link))
    print(f"Announcement {made.id} is shown to everybody.")


def _announcement_end(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        current = chat.announcements.current
        if current is None:
            raise StartupError("There is no current announcement.")
        _done(chat.announcements.end(None, current.id))
    print(f"Announcement {current.id} has ended.")


def _announcement_list(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        found, _ = _done(chat.announcements.page(None, 50))
    rows = [(str(one.id), _moment(one.created), "ended" if one.ended else "shown", one.text) for one in found]
    _print_table(("id", "when", "state", "text"), rows)


def _settings_show(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        shown = chat.settings.shown()
    print(f"title = {shown.title}")
    print(f"registration = {shown.registration}")
    print(f"guests = {'yes' if shown.guests else 'no'}")
    print(f"creating = {shown.creating}")
    print(f"bots = {shown.bots}")
    print(f"retention = {f'{shown.retention} days' if shown.retention else 'none'}")
    print(f"previews = {'yes' if shown.previews else 'no'}")
    print(f"webhooks = {'yes' if shown.webhooks else 'no'}")
    print(f"terms = {len(shown.terms)} characters" if shown.terms else "terms = none")


def _settings_set(config: Config, said: argparse.Namespace) -> None:
    names = ("title", "creating", "bots", "retention")
    given = {name: getattr(said, name) for name in names if getattr(said, name) is not None}
    if said.registration is not None:
        given["registration"] = None if said.registration == "configured" else said.registration
    for name in ("guests", "previews", "webhooks"):
        if getattr(said, name) is not None:
            given[name] = getattr(said, name) == "yes"
    if said.terms is not None:
        given["terms"] = _text_of(said.terms)
    if not given:
        raise StartupError("Nothing is to be set: see webchat settings set --help.")
    with _opened(config) as chat:
        _done(chat.settings.change(None, **given))
    print(f"Set: {', '.join(given)}.")


def _text_of(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"The file {file} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def _audit_show(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = None if said.user is None else _user(chat, said.user).id
        room = None if said.room is None else RoomId(said.room)
        page = _done(chat.administration.acts(None, None, room, user, said.limit))
    names = {SERVER: "the server"} | {card.id: card.name for card in page.users}
    rows = [
        (
            _moment(one.created),
            "the operator" if one.actor is None else names.get(one.actor, str(one.actor)),
            one.action,
            "" if one.user is None else names.get(one.user, str(one.user)),
            "" if one.room is None else str(one.room),
            ", ".join(f"{name}: {value}" for name, value in one.details.items()),
        )
        for one in page.entries
    ]
    _print_table(("when", "who", "did", "to", "room", "details"), rows)


def _token_add(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        token, _ = _done(chat.accounts.make_token(_acting_as(_user(chat, said.name)), said.label, said.days))
    print(token)


def _token_list(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        tokens = _done(chat.accounts.sessions(_acting_as(_user(chat, said.name)), "api"))
    rows = [
        (str(token.id), _day(token.created), _day(token.seen), _day(token.expires), token.label) for token in tokens
    ]
    _print_table(("id", "made", "used", "ends", "label"), rows)


def _token_revoke(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        user = _user(chat, said.name)
        tokens = _done(chat.accounts.sessions(_acting_as(user), "api"))
        if said.id not in {token.id for token in tokens}:
            raise StartupError(f"{user.name} has no token {said.id}.")
        _done(chat.accounts.revoke(_acting_as(user), SessionId(said.id)))
    print(f"Token {said.id} is revoked.")


def _bot_add(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        owner = None if said.owner is None else _user(chat, said.owner).id
        bot = _done(chat.bots.make(None, said.name, said.display_name, owner=owner)).user
        token = _done(chat.bots.make_token(None, bot.id, "webchat bot add", None))[0] if said.token else None
    print(f"Bot {bot.name} is made." if token is None else token)


def _bot_list(config: Config, said: argparse.Namespace) -> None:
    found: list[BotView] = []
    with _opened(config) as chat:
        page, after = _done(chat.bots.all(None))
        found += page
        while after is not None:
            page, after = _done(chat.bots.all(None, after))
            found += page
    rows = [
        (
            one.user.name,
            "the server" if one.owner is None else one.owner.name,
            one.role,
            one.state,
            str(one.tokens),
            _day(one.seen),
        )
        for one in found
    ]
    _print_table(("name", "owner", "role", "state", "tokens", "used"), rows)


def _invite_add(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        code, _ = _done(chat.accounts.make_invite(_owner(chat), said.days, said.uses))
    print(f"{config.link}/invite/{code}")


def _invite_list(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        found = _done(chat.accounts.invites(_owner(chat)))
    rows = [(str(one.id), _day(one.created), _day(one.expires), str(one.uses_left)) for one in found]
    _print_table(("id", "made", "ends", "uses left"), rows)


def _invite_revoke(config: Config, said: argparse.Namespace) -> None:
    with _opened(config) as chat:
        try:
            _done(chat.accounts.revoke_invite(_owner(chat), InviteId(said.id)))
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            raise StartupError(f"There is no invitation {said.id}.") from None
    print(f"Invitation {said.id} is revoked.")


def _moment(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _day(at: Millis | None) -> str:
    return "never" if at is None else datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")


def _print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        # Titles and names may hold anything printable; a control character must not reach the terminal.
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        print("".join(sign if sign.isprintable() else "?" for sign in line))
