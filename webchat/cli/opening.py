"""The chat without a reactor, for a command: what the server does in threads is done at once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from webchat import __version__, startup
from webchat.chat.facade import Chat, Settings, Sources, argon2id
from webchat.chat.passwords import Passwords
from webchat.chat.sessions import NO_SESSION
from webchat.composition import now
from webchat.config import Config, StartupError
from webchat.model.ids import UserId
from webchat.model.names import name_key
from webchat.model.refusals import NoSuchUser
from webchat.model.users import Actor, Session, User
from webchat.store import users as user_store
from webchat.store.database import Database
from webchat.store.engines import open_engines
from webchat.store.upgrade import newest_version, schema_version

T = TypeVar("T")

_PAGE = 500


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
def opened(config: Config) -> Iterator[Chat]:
    """The use cases over the database, which a server may be using too: it finds out by its sweeps."""
    found = schema_of(config)
    if found is None:
        startup.data_folder(config.data)
        startup.database(config.database)
    elif found != newest_version():
        raise StartupError(
            f"The database has schema {found} and this version needs {newest_version()}: run `webchat migrate` first."
        )
    pool: Any = _AtOnce()
    engines = open_engines(config.database, 1)
    passwords = Passwords(argon2id(config.argon2_memory_kib, config.argon2_time_cost), pool, pool)
    sources = Sources(time.monotonic, now, secrets.token_bytes)
    settings = Settings(title=config.title, registration=config.registration)
    chat = Chat(settings, Database(engines, pool, pool, pool), passwords, sources, __version__, "")
    # Nobody listens here, so no room is ever busy; and nothing could be done later.
    chat.database.rest = lambda room: 0.0
    try:
        at_once(chat.load(secrets.token_hex(8)))
        yield chat
    finally:
        engines.dispose()


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """What *work*, which waits for nothing, answers or raises."""
    results: list[Any] = []
    Deferred.fromCoroutine(work).addBoth(results.append)
    if isinstance(results[0], Failure):
        results[0].raiseException()
    answer: T = results[0]
    return answer


def schema_of(config: Config) -> str | None:
    """The schema of the configured database; None where there is none yet.  Raises StartupError."""
    engines = open_engines(config.database)
    try:
        if engines.is_sqlite and not os.path.exists(engines.reader.url.database or ""):
            return None
        return schema_version(engines)
    except startup.DATABASE_ERRORS as error:
        raise startup.database_unusable(config.database, error) from None
    finally:
        engines.dispose()


def user_named(chat: Chat, name: str) -> User:
    """The account of this name, however it is spelt.  Raises NoSuchUser."""
    user = at_once(chat.database.read(lambda db: user_store.maybe_named(db, name_key(name))))
    if user is None:
        raise NoSuchUser(f"There is no account named {name}.")
    return user


def every_user(chat: Chat) -> Iterator[User]:
    """All accounts, by id."""
    after = UserId(0)
    while True:
        page = at_once(chat.database.read(lambda db, after=after: user_store.many(db, after, _PAGE)))  # type: ignore[misc]
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].id


def acting_as(user: User) -> Actor:
    """The operator, doing what *user* may do, in no session that is kept."""
    made = now()
    return Actor(user, Session(NO_SESSION, user.id, "api", "webchat", made, made, None, "webchat", ""))


def owner(chat: Chat) -> Actor:
    """The operator, acting as the server's owner.  Raises NoSuchUser."""
    for user in every_user(chat):
        if user.role == "owner":
            return acting_as(user)
    raise NoSuchUser("The server has no owner yet: make one with `webchat setup-link`.")
