"""Every option of the server: one table, read from the command line, the environment and one TOML file."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

import attrs
import sqlalchemy as sa
from twisted.python import usage

from webchat import __version__
from webchat.model.files import ALLOWED, GROUPS, Group
from webchat.model.web import Network, networks, origin_of


class ConfigError(Exception):
    """The settings cannot be used; the text is one sentence for the operator."""


class StartupError(Exception):
    """The settings are right and the server still cannot start; the text is one sentence for the operator."""


@attrs.frozen
class _Kind:
    """How a value is read: *check* takes a TOML value, *from_text* makes one of a flag's or variable's text.

    Both raise ValueError with the end of a sentence: "posts_per_second must be ...".
    """

    check: Callable[[Any], Any]
    from_text: Callable[[str], Any] = str


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("must be a text")
    return value


def _integer(least: int, most: int) -> _Kind:
    def check(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return value

    return _Kind(check, lambda text: int(text) if re.fullmatch(r"[0-9]{1,12}", text) else text)


def _number(least: float, most: float) -> _Kind:
    def check(value: Any) -> float:
        if type(value) not in (int, float) or not least <= value <= most:
            raise ValueError(f"must be a number from {least:g} to {most:g}")
        return float(value)

    return _Kind(check, lambda text: float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else text)


def _one_of(*choices: str) -> _Kind:
    def check(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return _Kind(check)


def _true_or_false(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("must be true or false")
    return value


_SWITCH = _Kind(_true_or_false, lambda text: {"true": True, "false": False}.get(text, text))


def _many(check_one: Callable[[Any], Any]) -> _Kind:
    """A list in TOML; on the command line the flag again and again; in a variable, blanks between."""

    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return tuple(dict.fromkeys(check_one(item) for item in value))

    return _Kind(check, str.split)


def _many_or_none(*choices: str) -> _Kind:
    """As `_many`; `none` alone is the empty list, which neither a flag nor a variable could say."""
    check = _many(_one_of(*choices, "none").check).check

    def check_all(value: Any) -> tuple[Any, ...]:
        chosen: tuple[Any, ...] = check(value)
        if "none" in chosen and len(chosen) > 1:
            raise ValueError("none stands alone")
        return () if chosen == ("none",) else chosen

    return _Kind(check_all, str.split)


def _path(value: Any) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("must be a path")
    return Path(value)


def _origin(value: Any) -> str:
    try:
        return origin_of(_text(value).strip())
    except ValueError:
        raise ValueError("must be an address like https://chat.example.org, with nothing behind the host") from None


def _host(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(\*\.)?([a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}", value):
        raise ValueError("must hold hosts like push.example.org or *.push.example.org")
    return value


def _host_and_port(value: Any) -> str:
    name = r"(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}|\[[0-9a-f:.]{2,45}\]"
    if not isinstance(value, str) or not re.fullmatch(rf"(?:{name}):[1-9][0-9]{{0,4}}", value):
        raise ValueError("must hold hosts with their ports, like ci.internal:8080")
    return value


def _base(value: Any) -> str:
    """A URL that paths are put behind, without the last stroke."""
    try:
        parts = urlsplit(_text(value))
        is_plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_plain = False
    if (
        not is_plain
        or "@" in value
        or "?" in value
        or "#" in value
        or not value.isascii()
        or re.search(r"[\s\\]", value)
    ):
        raise ValueError("must be a URL like http://127.0.0.1:11434/v1, without a password, ? or #")
    return str(value).rstrip("/")


def _contact(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"mailto:[^\s@<>]+@[^\s@<>]+|https://[^\s<>]+", value):
        raise ValueError("must be like mailto:somebody@example.org or https://example.org")
    return value


def _network(value: Any) -> Network:
    try:
        return networks([_text(value)])[0]
    except ValueError:
        raise ValueError("must hold addresses or networks like 127.0.0.1 or 10.0.0.0/8") from None


def _endpoint(value: Any) -> str:
    if not isinstance(value, str) or not re.match(r"[a-z0-9]+:", value):
        raise ValueError("must hold endpoints like tcp:8080:interface=127.0.0.1")
    return value


def _endpoints(value: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = _many(_endpoint).check(value)
    if not found:
        raise ValueError("must hold at least one endpoint")
    return found


def _database(value: Any) -> str:
    """The URL with its driver named: `postgresql://` alone would mean psycopg 3 to SQLAlchemy 2.1."""
    try:
        url = sa.make_url(_text(value))
    except (sa.exc.ArgumentError, ValueError):
        raise ValueError("must be a URL like sqlite:////srv/webchat.db or postgresql://user@host/name") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg2"):
        url = url.set(drivername="postgresql+psycopg2")
    elif url.drivername in ("sqlite", "sqlite+pysqlite"):
        if not url.database or url.database == ":memory:":
            raise ValueError("must name a file: a database in memory is another one for each connection")
        url = url.set(drivername="sqlite")
    else:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return url.render_as_string(hide_password=False)


def _option(
    kind: _Kind | Callable[[Any], Any],
    default: Any,
    help: str,
    *,
    group: str,
    shown: str | None = None,
    secret: bool = False,
) -> Any:
    """One row of the table.  *shown* is the default in words, where it is computed."""
    kind = kind if isinstance(kind, _Kind) else _Kind(kind)
    metadata = {"kind": kind, "help": help, "group": group, "shown": shown, "secret": secret}
    return attrs.field(default=default, repr=not secret, metadata=metadata)


def _computed(function: Callable[[Any], Any]) -> Any:
    return attrs.Factory(function, takes_self=True)


_WHERE, _WHO, _LOG, _LIMITS, _WORK = "Where", "Who", "Log", "Limits", "Work"


@attrs.frozen(kw_only=True)
class Config:
    """The settings of one server, checked.  Its fields are the table of options."""

    config: Path | None = _option(_path, None, "the TOML file to read settings from", group=_WHERE, shown="none")
    data: Path = _option(
        _path,
        Path("webchat-data"),
        "the folder for the database and everything else the server keeps",
        group=_WHERE,
        shown="$STATE_DIRECTORY, else $XDG_DATA_HOME/webchat, else ~/.local/share/webchat",
    )
    database: str = _option(
        _database,
        _computed(lambda self: _sqlite_url(self.data / "webchat.db")),
        "where messages are kept: sqlite:///FILE or postgresql://USER@HOST/NAME",
        group=_WHERE,
        shown="sqlite, webchat.db in the data folder",
        secret=True,
    )
    listen: tuple[str, ...] = _option(
        _Kind(_endpoints, str.split),
        ("tcp:8080:interface=127.0.0.1:backlog=1024",),
        "Twisted endpoints to listen on, like tcp:8080, ssl:443:privateKey=KEY:certKey=CERT, unix:/run/webchat/http "
        "or systemd:domain=INET:name=webchat",
        group=_WHERE,
    )
    public_url: str | None = _option(
        _origin,
        None,
        "the address people type into their browser",
        group=_WHERE,
        shown="none: the server answers to localhost and to IP addresses only",
    )
    allowed_origins: tuple[str, ...] = _option(
        _many(_origin),
        (),
        "other web sites whose pages may use the server with their visitors' sign-in",
        group=_WHERE,
        shown="none",
    )
    trusted_proxies: tuple[Network, ...] = _option(
        _many(_network),
        (),
        "addresses or networks of reverse proxies whose X-Forwarded-For is believed (one that connects through a "
        "UNIX socket always is)",
        group=_WHERE,
        shown="none",
    )
    socketio: bool = _option(
        _SWITCH,
        True,
        "whether clients of Socket.IO are served, at /socket.io and /ws: true or false",
        group=_WHERE,
        shown="true",
    )

    title: str = _option(
        _text, "webchat", "the server's name, until the set-up page or an admin gives it another", group=_WHO
    )
    registration: Literal["open", "invitation", "closed"] = _option(
        _one_of("open", "invitation", "closed"),
        "invitation",
        "who may make an account, until an admin decides otherwise: anybody (open), whoever has an invitation (also "
        "a room's link), or nobody (closed)",
        group=_WHO,
    )
    session_idle_days: int = _option(
        _integer(1, 3650), 14, "a browser not seen for so many days must sign in again", group=_WHO
    )
    session_absolute_days: int = _option(
        _integer(1, 3650), 90, "a browser must sign in again after so many days in any case", group=_WHO
    )
    metrics_token: str | None = _option(
        _text,
        None,
        "a bearer token that may read /metrics from elsewhere than this machine",
        group=_WHO,
        secret=True,
        shown="none: this machine only",
    )

    legacy: tuple[Literal["laravel", "express", "raw"], ...] = _option(
        _many_or_none("laravel", "express", "raw"),
        ("laravel", "express"),
        "clients of older chat systems to serve: laravel (nonfu/webchat, andyRon/webchatS), express "
        "(hua1995116/webchat), raw (JSON objects over a WebSocket: whoever connects hears the two public rooms), none",
        group=_WHO,
    )
    legacy_friends: Literal["at-once", "asked"] = _option(
        _one_of("at-once", "asked"),
        "asked",
        "whether somebody whom such a client adds as a friend is one at once, or is asked",
        group=_WHO,
    )

    push_services: tuple[str, ...] = _option(
        _many(_host),
        (),
        "further hosts of push services (like push.example.org or *.push.example.org) that browsers may name",
        group=_WHO,
        shown="none besides those of Chrome, Edge, Firefox and Safari",
    )
    webhook_hosts: tuple[str, ...] = _option(
        _many(_host_and_port),
        (),
        "hosts of your own network (like ci.internal:8080) that outgoing webhooks and the commands of bots may tell "
        "besides public ones",
        group=_WHO,
        shown="none",
    )
    push_contact: str | None = _option(
        _contact,
        None,
        "where a push service finds the operator: mailto:somebody@example.org or an https address",
        group=_WHO,
        shown="the public_url",
    )

    robot: bool = _option(
        _SWITCH, True, "whether there is a robot, 大白, that answers what is said to it", group=_WHO, shown="true"
    )

    robot_url: str | None = _option(
        _base,
        None,
        "where an OpenAI-compatible endpoint is (like http://127.0.0.1:11434/v1) whose language model answers what the "
        "robot itself need not; see robot.md for what it is sent",
        group=_WHO,
        shown="none: the robot answers by its own rules",
    )
    robot_model: str | None = _option(
        _text, None, "the model that is asked there, which robot_url needs", group=_WHO, shown="none"
    )
    robot_key_file: Path | None = _option(
        _path, None, "a file with the key for that endpoint, which nobody else may read", group=_WHO, shown="none"
    )
    robot_prompt: Path | None = _option(
        _path,
        None,
        "a file with what the model is told of itself, in place of the server's own words; {name}, {title}, {language} "
        "and {time} in it are filled in",
        group=_WHO,
        shown="the server's own words",
    )
    robot_seconds: float = _option(
        _number(1, 3_600), 60.0, "seconds that one answer of the model may take in all", group=_WHO
    )
    robot_tokens: int | None = _option(
        _integer(1, 1_000_000),
        None,
        "the most tokens that one answer may have",
        group=_WHO,
        shown="as the endpoint likes",
    )

    log_format: Literal["text", "json"] = _option(
        _one_of("text", "json"), "text", "lines to read (text), or one JSON object a line (json)", group=_LOG
    )
    log_level: Literal["debug", "info", "warn", "error"] = _option(
        _one_of("debug", "info", "warn", "error"), "info", "the least important lines to write", group=_LOG
    )

    max_connections: int = _option(
        _integer(1, 1_000_000),
        10_000,
        "WebSocket connections in all; the last tenth is for browsers that are signed in",
        group=_LIMITS,
    )
    connections_per_user: int = _option(_integer(1, 10_000), 20, "WebSocket connections of one account", group=_LIMITS)
    connections_per_address: int = _option(
        _integer(1, 1_000_000),
        200,
        "WebSocket connections from one address, and as many others that it makes without a proxy between",
        group=_LIMITS,
    )
    posts_per_second: float = _option(
        _number(0.01, 100_000), 5.0, "messages one account may send a second, in the long run", group=_LIMITS
    )
    post_burst: int = _option(_integer(1, 1_000_000), 20, "messages one account may send at once", group=_LIMITS)
    bot_posts_per_second: float = _option(
        _number(0.01, 100_000), 5.0, "messages one bot may send a second, in the long run", group=_LIMITS
    )
    bot_post_burst: int = _option(_integer(1, 1_000_000), 50, "messages one bot may send at once", group=_LIMITS)
    requests_per_second: float = _option(
        _number(0.01, 100_000),
        20.0,
        "other requests one account may make a second in the long run, of each kind: changes, questions, read marks; "
        "and requests from one address by nobody signed in",
        group=_LIMITS,
    )
    request_burst: int = _option(
        _integer(1, 1_000_000), 100, "such requests, of each kind, that may come at once", group=_LIMITS
    )

    max_file: int = _option(_integer(1, 2_000), 25, "MiB that one file may have", group=_LIMITS)
    file_quota: int = _option(
        _integer(1, 100_000_000), 1_024, "MiB that one account's files may have together", group=_LIMITS
    )
    file_types: tuple[Group, ...] = _option(
        _many(_one_of(*GROUPS).check),
        ALLOWED,
        "what kinds of files people may send, by their content: images video audio pdf text archives office markup "
        "(HTML, SVG and XML, only ever to be saved) other",
        group=_LIMITS,
    )

    reader_threads: int = _option(
        _integer(1, 64), 4, "threads, and database connections, that answer questions", group=_WORK
    )
    read_queue: int = _option(
        _integer(1, 1_000_000), 2_000, "questions that may wait for a reader before the server says busy", group=_WORK
    )
    write_queue: int = _option(
        _integer(1, 1_000_000), 10_000, "changes that may wait for the writer before the server says busy", group=_WORK
    )
    argon2_threads: int = _option(_integer(1, 64), 2, "threads that hash passwords", group=_WORK)
    argon2_queue: int = _option(
        _integer(1, 10_000), 40, "passwords that may wait to be hashed before the server says busy", group=_WORK
    )
    argon2_memory_kib: int = _option(
        _integer(19_456, 4_194_304), 19_456, "memory to hash one password, in KiB", group=_WORK
    )
    argon2_time_cost: int = _option(_integer(2, 100), 2, "rounds to hash one password", group=_WORK)

    @property
    def link(self) -> str:
        """An address of the server to show to its operator, to put a path behind."""
        if self.public_url is not None:
            return self.public_url
        port = re.match(r"tcp6?:(?:port=)?([0-9]+)", self.listen[0])
        return origin_of(f"http://localhost:{port[1]}" if port and port[1] != "0" else "http://localhost")

    def shown(self) -> dict[str, str]:
        """Each setting in words, secrets masked."""
        return {option.name: option.in_words(getattr(self, option.name)) for option in OPTIONS}


def _sqlite_url(file: Path) -> str:
    return sa.URL.create("sqlite", database=str(file)).render_as_string()


@attrs.frozen
class Option:
    """One row of the table, as the command line, the environment and the documentation see it."""

    name: str
    kind: _Kind
    default: str
    help: str
    group: str
    secret: bool

    @property
    def flag(self) -> str:
        """How the command line names it."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """How the environment names it."""
        return "WEBCHAT_" + self.name.upper()

    @property
    def repeats(self) -> bool:
        """Whether the flag may be given several times."""
        return self.name in ("listen", "allowed_origins", "trusted_proxies", "file_types", "legacy")

    def is_secret(self, value: Any) -> bool:
        """Whether *value* must be kept from other people: a token, or a database's password."""
        if self.name == "database":
            return sa.make_url(value).password is not None
        return self.secret

    def in_words(self, value: Any) -> str:
        """*value* to show to people: a database without its password, no other secret at all."""
        if self.name == "database":
            return sa.make_url(value).render_as_string(hide_password=True)
        if value is None or value == ():
            return "none"
        if self.secret:
            return "***"
        if isinstance(value, bool):
            return str(value).lower()
        return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _table() -> Iterator[Option]:
    for field in attrs.fields(Config):
        row = field.metadata
        default = field.default
        shown = row["shown"] or (" ".join(default) if isinstance(default, tuple) else str(default))
        yield Option(field.name, row["kind"], shown, row["help"], row["group"], row["secret"])


OPTIONS: tuple[Option, ...] = tuple(_table())
"""The table of options, in the order of the documentation."""

_BY_NAME = {option.name: option for option in OPTIONS}


def load(given: Mapping[str, Sequence[str]], environ: Mapping[str, str]) -> Config:
    """The settings: from the command line (*given*: what each flag said), else *environ*, else the file, else defaults.

    Raises ConfigError.  Relative paths mean the current folder; those in the file, the folder of the file.
    """
    here = Path().absolute()
    settings: dict[str, Any] = {"data": _default_data(environ)}
    name = given["config"][-1] if "config" in given else environ.get("WEBCHAT_CONFIG")
    if name:
        settings |= _from_file(here / name) | {"config": here / name}
    for option in OPTIONS[1:]:
        if option.name in given:
            said = given[option.name]
            value = list(said) if option.repeats else option.kind.from_text(said[-1])
            settings[option.name] = _read(option, value, option.flag, here)
        elif environ.get(option.variable):
            value = option.kind.from_text(environ[option.variable])
            settings[option.name] = _read(option, value, option.variable, here)
    return Config(**settings)


def _default_data(environ: Mapping[str, str]) -> Path:
    """Where a server told nothing keeps its data: the same place, whatever folder it is started from."""
    if environ.get("STATE_DIRECTORY"):  # of systemd's StateDirectory=, with colons between several
        return Path(environ["STATE_DIRECTORY"].split(":")[0])
    if environ.get("XDG_DATA_HOME"):
        return Path(environ["XDG_DATA_HOME"], "webchat")
    if environ.get("HOME"):
        return Path(environ["HOME"], ".local", "share", "webchat")
    return Path("webchat-data").absolute()


def _from_file(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = tomllib.load(stream)
    except OSError as error:
        raise ConfigError(f"The file {file} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file {file} is not TOML: {error}.") from None
    settings = _checked(content, f"The file {file}", f"{file}: ", file.parent)
    if mode & 0o037 and any(_BY_NAME[name].is_secret(value) for name, value in settings.items()):
        raise ConfigError(
            f"The file {file} holds a password or a token and its mode lets others at it: run chmod 600 {file}."
        )
    return settings


def of(settings: Mapping[str, Any]) -> Config:
    """*settings*, told as in a file, and defaults for the rest; relative paths mean the current folder.

    Raises ConfigError.
    """
    return Config(**_checked(settings, "The program", "", Path().absolute()))


def _checked(settings: Mapping[str, Any], who: str, prefix: str, base: Path) -> dict[str, Any]:
    found = {}
    for name, value in settings.items():
        option = _BY_NAME.get(name)
        if option is None or name == "config":
            raise ConfigError(f"{who} has an unknown setting: {name}.")
        found[name] = _read(option, value, prefix + name, base)
    return found


def _read(option: Option, value: Any, source: str, base: Path) -> Any:
    """*value* checked, its paths made absolute from *base*.  A complaint does not repeat it: it may be a password."""
    try:
        found = option.kind.check(value)
    except ValueError as error:
        raise ConfigError(f"{source} {error}.") from None
    if isinstance(found, Path):
        return base / found
    if option.name == "database" and found.startswith("sqlite:"):
        return _sqlite_url(base / str(sa.make_url(found).database))
    return found


class Options(usage.Options):
    """The command line of `twist webchat` and `twistd webchat`; what it said is in *given*, not yet checked."""

    synopsis = "[options]"
    longdesc = (
        "Every option can also come from the environment (--public-url as WEBCHAT_PUBLIC_URL) or from a TOML file "
        "(public_url = ...), in this order."
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.given: dict[str, list[str]] = {}

    def opt_version(self) -> NoReturn:
        """Print the version and exit."""
        raise SystemExit(print(f"webchat {__version__}"))

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the command line; a mistake in it ends the program with one sentence."""
        try:
            super().parseOptions(options)  # type: ignore[no-untyped-call]
        except usage.UsageError as error:
            raise SystemExit(f"webchat: {str(error).rstrip('.')}; see --help.") from None

    def config(self, environ: Mapping[str, str]) -> Config:
        """The settings, with *environ* and the file below the command line.  Raises ConfigError."""
        return load(self.given, environ)


def _taking(option: Option) -> Callable[[Options, str], None]:
    def take(self: Options, value: str) -> None:
        self.given.setdefault(option.name, []).append(value)

    repeated = "; may be given several times" if option.repeats else ""
    take.__doc__ = f"{option.help[0].upper()}{option.help[1:]}{repeated}.  Default: {option.default}."
    return take


for _each in OPTIONS:
    setattr(Options, f"opt_{_each.name}", _taking(_each))
