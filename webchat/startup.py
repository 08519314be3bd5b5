"""How the server starts or says why not: ports, the data folder, and one sentence in place of a traceback."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.lockfile import isLocked

from webchat.config import Config, ConfigError, StartupError
from webchat.model import completions
from webchat.model.refusals import Refusal
from webchat.store.engines import open_engines
from webchat.store.upgrade import SchemaTooNew, upgrade

PROMPT_LIMIT = 20_000
"""Characters of what the robot's model is told of itself."""

Endpoint = tuple[str, Any]
"""An endpoint's description, and its IStreamServerEndpoint (zope's interfaces mean nothing to a type checker)."""

DATABASE_ERRORS = (sa.exc.DBAPIError, sa.exc.TimeoutError)
"""What comes of a database that cannot be reached, or is none."""

_log = Logger()

_WHY = {
    errno.EADDRINUSE: "another program uses it already",
    errno.EACCES: "this user may not use it",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.ENOENT: "its folder does not exist",
}


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Around `makeService`: a start that fails ends the program with one sentence and exit status 1.

    SystemExit, since `twistd -y` prints a traceback for anything else.  What goes wrong later, in `startService`, is
    raised as it is, so that twistd removes its pid file and tells the terminal it was started from; the traceback is
    then kept back by a hook.
    """
    sys.excepthook = _excepthook
    try:
        yield
    except (ConfigError, StartupError) as error:
        raise SystemExit(f"webchat: {error}") from None


def _excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, ConfigError | StartupError):
        # Before logging has begun Twisted writes critical events, and only these, to stderr.
        _log.critical("webchat: {sentence}", sentence=str(error))
    else:
        sys.__excepthook__(kind, error, trace)


def give_up(url: str, failure: Failure) -> None:
    """Say in one sentence why a server that listens already cannot go on; the program's exit status becomes 1.

    Whoever runs the reactor ends with 0 once it has stopped, so the status is set at the very end.
    """
    error = failure.value
    if isinstance(error, DATABASE_ERRORS):
        _log.critical("webchat: {sentence}", sentence=str(database_unusable(url, error)))
    elif isinstance(error, Refusal):
        # The database has logged what it was told.
        _log.critical("webchat: The database {database} does not answer.", database=_shown(url))
    else:
        _log.failure("webchat cannot start", failure)
    atexit.register(_end_with_failure)


def _end_with_failure() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def data_folder(folder: Path) -> None:
    """Make *folder*, for this user alone, where it is missing.  Raises StartupError if it cannot be written to."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartupError(f"The data folder {folder} cannot be written to: {error.strerror}.") from None


def write_secret(file: Path, text: str) -> None:
    """Writes *text* to *file*, which nobody else may read."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text + "\n")


def endpoint(config: Config) -> tuple[completions.Endpoint, str | None] | None:
    """What the robot asks, and the key for it; None: nothing.  Raises StartupError where the settings do not fit."""
    if config.robot_url is None:
        lonely = [
            name for name in ("robot_model", "robot_key_file", "robot_prompt") if getattr(config, name) is not None
        ]
        if lonely:
            raise StartupError(f"{lonely[0]} is set without robot_url, which says where the model is.")
        return None
    if config.robot_model is None:
        raise StartupError("robot_url is set without robot_model, which says what to ask there.")
    key = None if config.robot_key_file is None else _line_in(config.robot_key_file)
    prompt = None if config.robot_prompt is None else _content(config.robot_prompt)
    if prompt is not None and not 0 < len(prompt) <= PROMPT_LIMIT:
        raise StartupError(f"The file {config.robot_prompt} must hold a text of at most {PROMPT_LIMIT} characters.")
    host = urlsplit(config.robot_url).netloc
    return completions.Endpoint(host, config.robot_model, prompt, config.robot_tokens), key


def _line_in(file: Path) -> str:
    """The secret in *file*.  Raises StartupError; no sentence repeats it."""
    key = _content(file, is_secret=True)
    if not key.isascii() or not key.isprintable() or " " in key or not 0 < len(key) <= 4096:
        raise StartupError(f"The file {file} must hold a key and nothing else.")
    return key


def _content(file: Path, is_secret: bool = False) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            if is_secret and os.fstat(stream.fileno()).st_mode & 0o037:
                raise StartupError(f"The file {file} lets others at the key in it: run chmod 600 {file}.")
            return stream.read(PROMPT_LIMIT + 2).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it holds no text"
        raise StartupError(f"The file {file} cannot be read: {why}.") from None


def database(url: str) -> None:
    """Bring the database to this version's schema, and let go of it again.

    Raises StartupError if it cannot be reached or used.  No connection stays open: the daemon forks after this.
    """
    engines = open_engines(url)
    try:
        upgrade(engines)
    except SchemaTooNew as error:
        raise StartupError(str(error)) from None
    except DATABASE_ERRORS as error:
        raise database_unusable(url, error) from None
    finally:
        engines.dispose()


def database_unusable(url: str, error: BaseException) -> StartupError:
    """What to tell the operator about *error*, one of DATABASE_ERRORS; the password stays out."""
    why = str(getattr(error, "orig", error)).strip().partition("\n")[0].rstrip(".")
    return StartupError(f"The database {_shown(url)} cannot be used: {why}.")


def _shown(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


def endpoints(reactor: Any, descriptions: Sequence[str]) -> list[Endpoint]:
    """The endpoints of the setting `listen`, each with its description, ready for `listen`.

    Raises StartupError for one that is not understood or whose port is taken.  The ports are tried here, before
    twistd goes into the background, because after that it can pass on no more than a hundred bytes.
    """
    found = []
    for description in descriptions:
        found.append((description, _parse(reactor, description)))
        if not description.startswith("systemd:"):  # those sockets can be taken only once
            try:
                _now(_parse(_Trial(), description).listen(Factory()))
            except _NotTried:
                pass
            except Exception as error:
                raise _cannot_listen(description, error) from None
    return found


def _parse(reactor: Any, description: str) -> Any:
    try:
        return serverFromString(reactor, description)  # type: ignore[no-untyped-call]
    except OSError as error:  # a key or a certificate
        raise _cannot_listen(description, error) from None
    except LookupError:
        raise StartupError(f"Cannot listen on {description}: systemd has handed down no such socket.") from None
    except Exception as error:  # each kind of endpoint complains in its own way
        raise StartupError(f"The endpoint {description} is not understood: {_flat(error)}.") from None


def _now(answer: Any) -> Any:
    """What the Deferred *answer* holds, raised where it is a failure: Twisted's server endpoints answer at once."""
    results: list[Any] = []
    answer.addBoth(results.append)
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return results[0]


def listen(found: Sequence[Endpoint], factory: IProtocolFactory) -> list[Any]:
    """Listen on all of them at once, or on none.  The IListeningPorts.  Raises StartupError.

    Call it before threads are started: a thread left running would keep the failed process alive.
    """
    ports: list[Any] = []
    for description, endpoint in found:
        try:
            ports.append(_now(endpoint.listen(factory)))
        except Exception as error:
            for port in ports:
                port.stopListening()
            raise _cannot_listen(description, error) from None
    return ports


def _cannot_listen(description: str, error: BaseException) -> StartupError:
    if isinstance(error, CannotListenError):
        error = error.socketError
    if isinstance(error, OSError):
        why = _WHY.get(error.errno or 0, error.strerror or _flat(error))
        # The file of a key or certificate; not the number that Twisted's lock of a UNIX socket calls a file.
        if os.path.isabs(str(error.filename)):
            why = f"{error.filename}: {error.strerror}"
    else:
        why = _flat(error)
    return StartupError(f"Cannot listen on {description}: {why}.")


def _flat(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split()).rstrip(".")


class _NotTried(Exception):
    """The endpoint is of a kind that can only be tried by using it."""


class _Trial:
    """Stands in for the reactor, to find out whether a port could be had without keeping it."""

    def listenTCP(self, port: int, factory: object, backlog: int = 50, interface: str = "") -> None:
        family = socket.AF_INET6 if ":" in interface else socket.AF_INET
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind((interface, port))
            trial.listen(1)

    def listenSSL(
        self, port: int, factory: object, contextFactory: object, backlog: int = 50, interface: str = ""
    ) -> None:
        self.listenTCP(port, factory, backlog, interface)

    def listenUNIX(self, address: str, factory: object, *rest: object, **more: object) -> None:
        folder = os.path.dirname(os.path.abspath(address))
        if not os.path.isdir(folder):
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        if isLocked(address + ".lock"):  # type: ignore[no-untyped-call]
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    def __getattr__(self, name: str) -> Any:
        raise _NotTried


def settle_interpreter() -> None:
    """Set the interpreter's habits for a process that answers many people at once, when all it needs is loaded."""
    # A thread that works on rows must not keep the reactor waiting for long.
    sys.setswitchinterval(0.001)
    # By default the collector looks through what is alive at every 700th object; messages on their way are thousands of
    # them, nearly none is garbage, and it took a seventh of the time of a post.  What is loaded now stays for good.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def tell_systemd(address: str | None, state: str) -> None:
    """Send *state* ("READY=1", "STOPPING=1", "WATCHDOG=1") to *address*, the variable NOTIFY_SOCKET.

    Does nothing without one.  See sd_notify(3).
    """
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notifier:
        try:
            notifier.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError as error:
            _log.warn("systemd cannot be told {state}: {why}", state=state, why=error.strerror)
